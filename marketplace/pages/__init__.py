"""The board, the desk of an enterprise, and the pages that explain the market."""

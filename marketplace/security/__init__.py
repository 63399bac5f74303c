"""Who may do what, and what the browser is told to refuse."""

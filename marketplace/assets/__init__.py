"""Map data and front-end libraries: made at set-up from pinned packages, never committed."""

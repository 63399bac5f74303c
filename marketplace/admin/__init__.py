"""What the administrator does: check enterprises, keep accounts, watch the worker's queue."""

"""Partners of a listing, near misses, and why one pair fits or not: the engine's answers on pages."""

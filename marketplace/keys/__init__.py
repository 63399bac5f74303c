"""Keys by which a weighbridge's program speaks for an enterprise."""

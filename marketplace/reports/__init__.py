"""The quarterly report of a park, a banner or a city: one paper from which its committee can hold a meeting."""

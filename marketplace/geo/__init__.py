"""Coordinates as people hand them over: which system they are in, and whether they can be right."""

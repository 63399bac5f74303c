"""Siting: candidate plants that a committee weighs, which to open, and where waste lies unplaced."""

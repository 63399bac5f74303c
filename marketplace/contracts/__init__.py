"""Contracts: an award becomes one, both sides confirm it, both consent to what changes."""

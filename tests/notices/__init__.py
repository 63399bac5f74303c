"""Notices: mail, choices, and what the worker tells of by itself."""

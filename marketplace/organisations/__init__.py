"""Enterprises and their sites."""

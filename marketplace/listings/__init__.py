"""Supplies and demands: searched, read, posted."""

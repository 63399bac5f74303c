"""Indicators of parks, banners and cities, worked out from the ledger and set beside the official targets."""

"""Transfers: one consignment from the producer's weighbridge to the taker's, and what both sides count in the end."""

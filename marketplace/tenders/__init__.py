"""Bids: a recycler bids on a supply, a producer offers on a demand; the owner accepts or declines."""

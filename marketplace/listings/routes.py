"""The addresses of supplies and demands: search, read, post."""

from __future__ import annotations

from marketplace.listings.views_search import demands, supplies
from marketplace.urls import PUBLIC, Url

URLS = [
    Url("/supplies", supplies, PUBLIC),
    Url("/demands", demands, PUBLIC),
]

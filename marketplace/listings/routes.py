"""The addresses of supplies and demands: search, read, post."""

from __future__ import annotations

from marketplace.listings.views_detail import demand, supply
from marketplace.listings.views_edit import (
    copy_demand,
    copy_supply,
    edit_demand,
    edit_demand_step,
    edit_supply,
    edit_supply_step,
    new_demand,
    new_supply,
    publish_demand,
    publish_supply,
    withdraw_demand,
    withdraw_supply,
)
from marketplace.listings.views_search import demands, supplies
from marketplace.urls import PUBLIC, Url

URLS = [
    Url("/supplies", supplies, PUBLIC),
    Url("/demands", demands, PUBLIC),
    Url("/supplies/new", new_supply, "listing.create", ("GET", "POST")),
    Url("/supplies/<code>", supply, PUBLIC),
    Url("/supplies/<code>/edit", edit_supply, "listing.edit"),
    Url("/supplies/<code>/edit/<step>", edit_supply_step, "listing.edit", ("GET", "POST")),
    Url("/supplies/<code>/publish", publish_supply, "listing.edit", ("POST",)),
    Url("/supplies/<code>/withdraw", withdraw_supply, "listing.edit", ("GET", "POST")),
    Url("/supplies/<code>/copy", copy_supply, "listing.create", ("POST",)),
    Url("/demands/new", new_demand, "listing.create", ("GET", "POST")),
    Url("/demands/<code>", demand, PUBLIC),
    Url("/demands/<code>/edit", edit_demand, "listing.edit"),
    Url("/demands/<code>/edit/<step>", edit_demand_step, "listing.edit", ("GET", "POST")),
    Url("/demands/<code>/publish", publish_demand, "listing.edit", ("POST",)),
    Url("/demands/<code>/withdraw", withdraw_demand, "listing.edit", ("GET", "POST")),
    Url("/demands/<code>/copy", copy_demand, "listing.create", ("POST",)),
]

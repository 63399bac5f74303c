"""A whole market to look at: a scenario, one account per role, a plan."""

from marketplace.demo.accounts import SIGN_INS
from marketplace.demo.load import load

__all__ = ["SIGN_INS", "load"]

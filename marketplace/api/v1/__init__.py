"""Version 1 of the API: weighbridges.  Documented in docs/api.md; an incompatible change becomes version 2."""

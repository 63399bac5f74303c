"""The ledger of tonnes: double entry per site and waste type, append-only, chained by hash."""

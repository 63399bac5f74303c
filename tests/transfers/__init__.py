"""Consignments: rules, readings, the ledger they leave."""

"""What the taker's laboratory found in a consignment."""

from __future__ import annotations

from models.transfers import AcceptanceResult, Transfer


def keep_results(transfer: Transfer, results: dict[str, float | None]) -> None:
    """Write ``results`` beside what is known; only properties that the contract limits are kept."""
    limited = {spec.property_id for spec in transfer.contract.specs}
    known = {row.property_id: row for row in transfer.results}
    for property_id, value in results.items():
        if property_id not in limited:
            continue
        row = known.get(property_id)
        if value is None and row is not None:
            transfer.results.remove(row)
        elif value is not None and row is not None:
            row.value = value
        elif value is not None:
            transfer.results.append(AcceptanceResult(property_id=property_id, value=value))

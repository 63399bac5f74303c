"""The catalogue: waste types, properties, uses and their acceptance specs, kept as CSV files here."""

from pathlib import Path

DATA_FOLDER = Path(__file__).parent / "data"

__all__ = ["DATA_FOLDER"]

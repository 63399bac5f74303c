"""The ground every table stands on: named constraints, aware UTC time, exact decimals, months as text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CHAR, JSON, CheckConstraint, DateTime, MetaData, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment.  Aware in, aware UTC out; a naive time is refused: nobody can say which hour it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        moment = value.astimezone(UTC)
        # SQLite has no zone to keep: every stored time there is UTC by this very line.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FixedPoint(TypeDecorator[Decimal]):
    """A Decimal with a fixed number of decimals, the same on both databases.

    SQLite keeps a float64; 15 significant digits come back exactly, so the precision may not exceed that.
    Raises ``ValueError`` for what is not finite or does not fit.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        if precision > 15:
            raise ValueError("SQLite cannot keep more than 15 digits exactly")
        super().__init__(precision, scale)
        self.precision, self.scale = precision, scale
        self._step = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        native = dialect.name != "sqlite"
        return dialect.type_descriptor(Numeric(self.precision, self.scale, asdecimal=native))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Decimal | float | None:
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"not a finite number: {value!r}")
        number = number.quantize(self._step, rounding=ROUND_HALF_UP)
        if abs(number) >= Decimal(10) ** (self.precision - self.scale):
            raise ValueError(f"{value} does not fit in {self.precision - self.scale} digits before the point")
        return float(number) if dialect.name == "sqlite" else number

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
        return number.quantize(self._step, rounding=ROUND_HALF_UP)


def round_tonnes(tonnes: Decimal) -> Decimal:
    """Tonnes as the database keeps them: to the kilogram, half a kilogram away from zero."""
    return Decimal(tonnes).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


Tonnes = FixedPoint(14, 3)
YuanPerT = FixedPoint(12, 2)
Share = FixedPoint(7, 6)
Month = CHAR(7)
Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Declarative base; every constraint gets a name so that a refusal can be told apart from another."""

    metadata = MetaData(naming_convention=NAMING)


class Versioned:
    """A row that two people may edit at once: the later save of a stale copy raises ``StaleDataError``."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """``ck_<table>_<column>``: the column holds one of the enum's values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def is_month(column: str) -> CheckConstraint:
    """``ck_<table>_<column>``: ``YYYY-MM``, years 1000 to 2999, month 01 to 12."""
    return CheckConstraint(
        f"length({column}) = 7 AND substr({column}, 1, 1) IN ('1', '2')"
        f" AND substr({column}, 2, 1) BETWEEN '0' AND '9' AND substr({column}, 3, 1) BETWEEN '0' AND '9'"
        f" AND substr({column}, 4, 1) BETWEEN '0' AND '9'"
        f" AND substr({column}, 5, 1) = '-' AND substr({column}, 6, 2) IN ('01', '02', '03', '04', '05',"
        " '06', '07', '08', '09', '10', '11', '12')",
        name=column,
    )


def months_in_order(start: str = "start_month", end: str = "end_month") -> CheckConstraint:
    """``ck_<table>_months_in_order``: the last month is not before the first (text order is month order)."""
    return CheckConstraint(f"{end} IS NULL OR {end} >= {start}", name="months_in_order")


def on_earth(lat: str = "lat", lon: str = "lon") -> CheckConstraint:
    """``ck_<table>_on_earth``: WGS-84 degrees within their ranges."""
    return CheckConstraint(
        f"{lat} BETWEEN -90 AND 90 AND {lon} BETWEEN -180 AND 180", name="on_earth"
    )

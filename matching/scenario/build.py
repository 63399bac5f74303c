"""From checked columns to the frozen arrays of a :class:`MatchProblem`, sorted by id."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.catalogue import Catalogue
from matching.problem import (
    BLEND,
    EACH,
    NO_WASTE,
    Demands,
    Enterprises,
    MatchProblem,
    Parks,
    Residues,
    Specs,
    Supplies,
)
from matching.scenario.settings import Settings, month_number
from matching.scenario.tables import Rows


def build_problem(settings: Settings, tables: dict[str, Rows], catalogue: Catalogue) -> MatchProblem:
    """The market of ``tables`` (as read by :func:`read_table`, without faults)."""
    build = _Build(settings, catalogue)
    parks, park_at = build.parks(tables["parks.csv"])
    enterprises, enterprise_at = build.enterprises(tables["enterprises.csv"], park_at)
    supplies, _ = build.supplies(tables["supplies.csv"], tables["assays.csv"], enterprises, enterprise_at)
    demands, demand_at = build.demands(
        tables["demands.csv"], tables["accepts.csv"], enterprises, enterprise_at
    )
    return MatchProblem(
        title=settings.title,
        months=settings.month_names(),
        circuity=settings.circuity,
        freight=settings.freight,
        carbon=settings.carbon,
        catalogue=catalogue,
        waste_types=build.waste_types,
        properties=build.properties,
        uses=build.uses,
        parks=parks,
        enterprises=enterprises,
        supplies=supplies,
        demands=demands,
        specs=build.specs(tables["specs.csv"], demand_at),
        residues=build.residues(tables["residues.csv"], demand_at),
    )


class _Build:
    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings = settings
        self.waste_types = tuple(sorted(catalogue.waste_types))
        self.properties = tuple(sorted(catalogue.properties))
        self.uses = tuple(sorted(catalogue.uses))
        self.waste_at = {key: index for index, key in enumerate(self.waste_types)}
        self.property_at = {key: index for index, key in enumerate(self.properties)}
        self.use_at = {key: index for index, key in enumerate(self.uses)}

    def parks(self, rows: Rows) -> tuple[Parks, dict[str, int]]:
        order, ids = _order(rows)
        parks = Parks(
            ids,
            _texts(rows, "name", order),
            _texts(rows, "name_en", order),
            _texts(rows, "region", order),
            _floats(rows, "lat", order, np.nan),
            _floats(rows, "lon", order, np.nan),
        )
        return parks, {key: index for index, key in enumerate(ids)}

    def enterprises(self, rows: Rows, park_at: dict[str, int]) -> tuple[Enterprises, dict[str, int]]:
        order, ids = _order(rows)
        enterprises = Enterprises(
            ids=ids,
            names=_texts(rows, "name", order),
            names_en=_texts(rows, "name_en", order),
            regions=_texts(rows, "region", order),
            park=_indexes(rows, "park", order, park_at),
            lat=_floats(rows, "lat", order, np.nan),
            lon=_floats(rows, "lon", order, np.nan),
            qualified=_frozen(np.array([bool(rows.values["qualified"][row]) for row in order], dtype=bool)),
            licences=tuple(licence_codes(rows.values["licences"][row]) for row in order),
        )
        return enterprises, {key: index for index, key in enumerate(ids)}

    def supplies(
        self, rows: Rows, assays: Rows, enterprises: Enterprises, enterprise_at: dict[str, int]
    ) -> tuple[Supplies, dict[str, int]]:
        order, ids = _order(rows)
        at = {key: index for index, key in enumerate(ids)}
        value = np.full((len(ids), len(self.properties)), np.nan)
        spread = value.copy()
        if len(assays):
            supply = np.array([at[key] for key in assays.values["supply"]])
            column = np.array([self.property_at[key] for key in assays.values["property"]])
            value[supply, column] = _floats(assays, "value", range(len(assays)), np.nan)
            spread[supply, column] = _floats(assays, "sd", range(len(assays)), np.nan)
        enterprise = _indexes(rows, "enterprise", order, enterprise_at)
        first, last = self._window(rows, order)
        lat, lon = _place(rows, order, enterprise, enterprises)
        return Supplies(
            ids=ids,
            enterprise=enterprise,
            waste_type=_indexes(rows, "waste_type", order, self.waste_at),
            lat=lat,
            lon=lon,
            t_per_month=_floats(rows, "t_per_month", order, 0.0),
            stock_t=_floats(rows, "stock_t", order, 0.0),
            first_month=first,
            last_month=last,
            ask_yuan_per_t=_floats(rows, "ask_yuan_per_t", order, 0.0),
            min_lot_t=_floats(rows, "min_lot_t", order, 0.0),
            max_distance_km=_floats(rows, "max_distance_km", order, np.inf),
            property_value=_frozen(value),
            property_sd=_frozen(spread),
        ), at

    def demands(
        self, rows: Rows, accepts: Rows, enterprises: Enterprises, enterprise_at: dict[str, int]
    ) -> tuple[Demands, dict[str, int]]:
        order, ids = _order(rows)
        at = {key: index for index, key in enumerate(ids)}
        share = np.full((len(ids), len(self.waste_types)), np.nan)
        if len(accepts):
            demand = np.array([at[key] for key in accepts.values["demand"]])
            waste = np.array([self.waste_at[key] for key in accepts.values["waste_type"]])
            share[demand, waste] = _floats(accepts, "max_share", range(len(accepts)), 1.0)
        enterprise = _indexes(rows, "enterprise", order, enterprise_at)
        first, last = self._window(rows, order)
        lat, lon = _place(rows, order, enterprise, enterprises)
        return Demands(
            ids=ids,
            enterprise=enterprise,
            use=_indexes(rows, "use", order, self.use_at),
            lat=lat,
            lon=lon,
            t_per_month=_floats(rows, "t_per_month", order, 0.0),
            first_month=first,
            last_month=last,
            bid_yuan_per_t=_floats(rows, "bid_yuan_per_t", order, 0.0),
            min_lot_t=_floats(rows, "min_lot_t", order, 0.0),
            max_distance_km=_floats(rows, "max_distance_km", order, np.inf),
            max_share=_frozen(share),
        ), at

    def specs(self, rows: Rows, demand_at: dict[str, int]) -> Specs:
        every = range(len(rows))
        demand = _indexes(rows, "demand", every, demand_at)
        waste = _indexes(rows, "waste_type", every, self.waste_at)
        prop = _indexes(rows, "property", every, self.property_at)
        basis = np.array(
            [BLEND if word == "blend" else EACH for word in rows.values["basis"]], dtype=np.int64
        )
        order = np.lexsort((basis, prop, waste, demand))
        low, high = _floats(rows, "min", every, -np.inf), _floats(rows, "max", every, np.inf)
        return Specs(*(_frozen(column[order]) for column in (demand, waste, prop, low, high, basis)))

    def residues(self, rows: Rows, demand_at: dict[str, int]) -> Residues:
        every = range(len(rows))
        demand = _indexes(rows, "demand", every, demand_at)
        waste = _indexes(rows, "waste_type", every, self.waste_at)
        share = _floats(rows, "yield_t_per_t", every, 0.0)
        order = np.lexsort((waste, demand))
        return Residues(*(_frozen(column[order]) for column in (demand, waste, share)))

    def _window(self, rows: Rows, order: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """First and last month as indexes, cut to the horizon; 0 and -1 where none of it is inside."""
        start, final = month_number(self.settings.first_month), self.settings.months - 1
        first = [max(_month_index(rows.values["start"][row], start, 0), 0) for row in order]
        last = [min(_month_index(rows.values["end"][row], start, final), final) for row in order]
        # One way to write an empty window, so that its length is 0 and its slice is empty wherever it is used.
        cut = [pair if pair[0] <= pair[1] else (0, -1) for pair in zip(first, last, strict=True)]
        window = np.array(cut, dtype=np.int64).reshape(-1, 2)
        return _frozen(window[:, 0].copy()), _frozen(window[:, 1].copy())


def licence_codes(cell: object) -> frozenset[str]:
    """The codes of a ``licences`` cell: ``HW08;HW11`` gives two."""
    return frozenset(code.strip() for code in str(cell or "").split(";") if code.strip())


def _month_index(month: object, start: int, blank: int) -> int:
    return blank if month is None else month_number(str(month)) - start


def _order(rows: Rows) -> tuple[list[int], tuple[str, ...]]:
    ids = [str(value) for value in rows.values["id"]]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return order, tuple(ids[row] for row in order)


def _texts(rows: Rows, name: str, order: Sequence[int]) -> tuple[str, ...]:
    column = rows.values[name]
    return tuple(str(column[row] or "") for row in order)


def _floats(rows: Rows, name: str, order: Sequence[int], blank: float) -> np.ndarray:
    column = rows.values[name]
    return _frozen(
        np.array([blank if column[row] is None else column[row] for row in order], dtype=np.float64)
    )


def _indexes(rows: Rows, name: str, order: Sequence[int], at: dict[str, int]) -> np.ndarray:
    """Positions of the referred ids; -1 (``NO_WASTE``) where the cell is blank."""
    column = rows.values[name]
    picked = [NO_WASTE if column[row] is None else at[str(column[row])] for row in order]
    return _frozen(np.array(picked, dtype=np.int64))


def _place(
    rows: Rows, order: Sequence[int], enterprise: np.ndarray, enterprises: Enterprises
) -> tuple[np.ndarray, np.ndarray]:
    lat, lon = _floats(rows, "lat", order, np.nan), _floats(rows, "lon", order, np.nan)
    own = np.isfinite(lat)
    return (
        _frozen(np.where(own, lat, enterprises.lat[enterprise])),
        _frozen(np.where(own, lon, enterprises.lon[enterprise])),
    )


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array

"""The live index with a million listings, beside the same question asked of PostgreSQL with a B-tree index.

``python -m benchmarks.live_index [--quick]``.  The database server is the one the tests start, on a socket in a
temporary folder.  A question is one supply's twenty best partners; both answer with the same demands, or the
benchmark fails.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.markets import PROPERTIES, clustered_market
from benchmarks.measuring import Table, case_result, measure
from matching.problem import EACH, MatchProblem
from matching.subset import subset

LISTINGS, QUICK = 1_000_000, 100_000
TOP, NEAR, ASKED, CHANGED = 20, 50, 2_000, 2_000
ASKED_OF_DATABASE = 200
_NAME = "benchmarks.live_index"


def market(listings: int) -> MatchProblem:
    """``listings`` in all, half of them supplies."""
    return clustered_market(listings // 2)


def case(which: str, listings: int) -> None:
    """One contestant, in this process."""
    problem = market(listings)
    if which == "index":
        _index(problem)
    else:
        _database(problem)


def _asked(problem: MatchProblem, count: int) -> list[int]:
    return np.random.default_rng(7).choice(len(problem.supplies.ids), count, replace=False).tolist()


def _index(problem: MatchProblem) -> None:
    from matching.compiled.live import SUPPLY, LiveIndex

    LiveIndex(market(1_000)).partners(SUPPLY, "S0000001", TOP)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    index = LiveIndex(problem)
    built = time.perf_counter() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    asked = _asked(problem, ASKED)
    answers = {}

    def ask(at: int) -> None:
        answers[at] = index.partners(SUPPLY, problem.supplies.ids[at], TOP)

    seconds, asked_own = _each(ask, asked)
    misses, _ = _each(lambda at: index.near_misses(SUPPLY, problem.supplies.ids[at], NEAR), asked[:ASKED_OF_DATABASE])
    nothing = np.zeros(0, int)
    parts = [subset(problem, np.array([at]), nothing) for at in asked[:CHANGED]]
    parts += [subset(problem, nothing, np.array([at])) for at in asked[:CHANGED]]
    changes, own = _each(index.put, parts)
    gone, gone_own = _each(lambda at: index.withdraw(SUPPLY, problem.supplies.ids[at]), asked[:CHANGED])
    added, added_own = _each(index.put, parts[: len(asked)])
    case_result(
        float(np.median(seconds)), p99=_p99(seconds), worst=max(seconds), own_mean=float(np.mean(asked_own)),
        own_p99=_p99(asked_own), own_worst=max(asked_own), misses=float(np.median(misses)), built=built,
        index_mb=index.nbytes / 2**20, grown_mb=grown, change_p50=float(np.median(changes)), change_p99=_p99(changes),
        change_worst=max(changes), change_own=max(own), withdraw_p99=_p99(gone), withdraw_own=max(gone_own),
        add_p99=_p99(added), add_own=max(added_own),
        answers={str(at): answers[at] for at in asked[:ASKED_OF_DATABASE]},
    )  # fmt: skip


def _each(work: Callable[[object], object], items: list) -> tuple[list[float], list[float]]:
    """Seconds of each by the clock, and by what the processor spent on it: the rest it spent on other programs."""
    seconds, own = [], []
    for item in items:
        start, begun = time.perf_counter(), time.thread_time()
        work(item)
        seconds.append(time.perf_counter() - start)
        own.append(time.thread_time() - begun)
    return seconds, own


def _p99(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 99))


def _database(problem: MatchProblem) -> None:
    from tests.postgres_server import running_server

    with running_server(shared_buffers="1GB", work_mem="64MB") as url:
        import psycopg

        with psycopg.connect(_plain(url), autocommit=True) as connection:
            _load(connection, problem)
            asked = _asked(problem, ASKED)[:ASKED_OF_DATABASE]
            answers: dict[str, list[str]] = {}

            def ask(at: int) -> None:
                answers[str(at)] = _query(connection, problem, at)

            for at in asked[:20]:
                ask(at)
            begun = _spent(connection.info.backend_pid)
            seconds, _ = _each(ask, asked)
            own = (_spent(connection.info.backend_pid) - begun) / len(asked)
    case_result(float(np.median(seconds)), p99=_p99(seconds), worst=max(seconds), own_mean=own, answers=answers)


def _spent(pid: int) -> float:
    """Seconds of the processor's time that a process has had; not a number where the system does not say."""
    account = Path(f"/proc/{pid}/schedstat")
    return int(account.read_text().split()[0]) / 1e9 if account.exists() else float("nan")


def _plain(url: str) -> str:
    return url.format(database="postgres").replace("postgresql+psycopg", "postgresql")


def _load(connection, problem: MatchProblem) -> None:  # type: ignore[no-untyped-def]
    """A table of demands per accepted waste type with a B-tree on type and place, analysed, in memory."""
    d, specs = problem.demands, problem.specs
    upper = np.full((len(d.ids), len(PROPERTIES)), np.nan)
    each = upper.copy()
    upper[specs.demand, specs.property] = specs.maximum
    lots = specs.basis == EACH
    each[specs.demand[lots], specs.property[lots]] = specs.maximum[lots]
    columns = ", ".join(f"upper{k} double precision, each{k} double precision" for k in range(len(PROPERTIES)))
    connection.execute("SET synchronous_commit = off")
    connection.execute(
        "CREATE TABLE takers (id text, waste int, lat double precision, lon double precision, far double precision, "
        f"t double precision, lot double precision, bid double precision, first int, last int, ok boolean, {columns})"
    )
    demand, waste = np.nonzero(~np.isnan(d.max_share))
    qualified = problem.enterprises.qualified[d.enterprise]
    with connection.cursor().copy("COPY takers FROM STDIN") as copy:
        for j, w in zip(demand.tolist(), waste.tolist(), strict=True):
            pairs = zip(upper[j].tolist(), each[j].tolist(), strict=True)
            limits = [None if limit != limit else limit for pair in pairs for limit in pair]
            copy.write_row((
                d.ids[j], w, float(d.lat[j]), float(d.lon[j]), float(d.max_distance_km[j]), float(d.t_per_month[j]),
                float(d.min_lot_t[j]), float(d.bid_yuan_per_t[j]), int(d.first_month[j]), int(d.last_month[j]),
                bool(qualified[j]), *limits,
            ))  # fmt: skip
    connection.execute("CREATE INDEX ON takers (waste, lat, lon)")
    connection.execute("VACUUM ANALYZE takers")


def _query(connection, problem: MatchProblem, at: int) -> list[str]:  # type: ignore[no-untyped-def]
    s, keys = problem.supplies, range(len(PROPERTIES))
    values = {f"v{k}": None if np.isnan(s.property_value[at, k]) else float(s.property_value[at, k]) for k in keys}
    missing = " OR ".join(f"(upper{k} IS NOT NULL AND %(v{k})s::float8 IS NULL)" for k in keys)
    alive = " AND ".join(f"(each{k} IS NULL OR %(v{k})s::float8 IS NULL OR %(v{k})s <= each{k})" for k in keys)
    margins = " + ".join(
        f"COALESCE(LEAST(GREATEST((upper{k} - %(v{k})s::float8) / upper{k}, 0), 1), 0)" for k in keys
    )
    asked = " + ".join(f"(upper{k} IS NOT NULL)::int" for k in keys)
    reach = float(s.max_distance_km[at]) / problem.circuity / 111.19
    lat, lon = float(s.lat[at]), float(s.lon[at])
    wide = reach / np.cos(np.radians(abs(lat) + reach))
    rows = connection.execute(
        f"""
        WITH near AS (
          SELECT *, 2 * 6371.0088 * {problem.circuity} * asin(sqrt(least(1, power(sin(radians(lat - %(lat)s) / 2), 2)
            + cos(radians(%(lat)s)) * cos(radians(lat)) * power(sin(radians(lon - %(lon)s) / 2), 2)))) AS km
          FROM takers WHERE waste = %(waste)s AND lat BETWEEN %(south)s AND %(north)s
            AND lon BETWEEN %(west)s AND %(east)s AND ok AND least(t, %(t)s) >= greatest(lot, %(lot)s)
            AND least(last, %(last)s) >= greatest(first, %(first)s) AND {alive})
        SELECT id FROM near WHERE km <= least(far, %(far)s)
        ORDER BY ({missing}), 30 / (1 + km / 100) + 20 * ({margins}) / ({asked})
          + 20 * least(t, %(t)s) / (least(t, %(t)s) + 1000)
          + 20 / (1 + exp(-(bid - %(ask)s - {problem.freight.handling_yuan_per_t}
            - {problem.freight.rate_yuan_per_t_km} * km) / 20))
          + 10 * (least(last, %(last)s) - greatest(first, %(first)s) + 1) / {len(problem.months)}::float8 DESC, id
        LIMIT {TOP}""",
        {
            "waste": int(s.waste_type[at]), "lat": lat, "lon": lon, "south": lat - reach, "north": lat + reach,
            "west": lon - wide, "east": lon + wide,
            "far": float(s.max_distance_km[at]), "t": float(s.t_per_month[at]), "lot": float(s.min_lot_t[at]),
            "ask": float(s.ask_yuan_per_t[at]), "first": int(s.first_month[at]), "last": int(s.last_month[at]),
            **values,
        },
    ).fetchall()  # fmt: skip
    return [row[0] for row in rows]


def main(*, quick: bool = False) -> None:
    """Compare the index with the database."""
    listings = QUICK if quick else LISTINGS
    ours = measure(_NAME, f"{listings:,} listings: live index, 20 best partners", "index", listings, runs=1)
    label = f"{listings:,} listings: PostgreSQL, B-tree on waste type and place"
    theirs = measure(_NAME, label, "database", listings, runs=1)
    table = Table("live_index", "One listing among many: partners now")
    if ours.seconds and theirs.seconds:
        first, second = ours.figures.pop("answers"), theirs.figures.pop("answers")
        different = [at for at in second if first[at] != second[at]]  # type: ignore[index,attr-defined,union-attr]
        if different:
            raise RuntimeError(f"{len(different)} of {len(second)} questions answered differently: {different[:3]}")  # type: ignore[arg-type]
    table.add(theirs, say=f"p99 {float(theirs.figures.get('p99', 0)) * 1e3:.3g} ms")
    f = {key: float(value) for key, value in ours.figures.items() if isinstance(value, float)}
    table.add(
        ours, against=theirs,
        say=f"p99 {f['p99'] * 1e3:.3g} ms ({float(theirs.figures.get('p99', 0)) / f['p99']:.0f} x), "
        f"worst {f['worst'] * 1e3:.3g} ms",
    )  # fmt: skip
    ms = {key: f"{value * 1e3:.2g} ms" for key, value in f.items()}
    ms = {key: f"{value * 1e3:.2g} ms" for key, value in f.items()}
    table.notes.append(
        f"Of the processor's own time, without what other programs took: a question {ms['own_mean']} on "
        f"average (the server: {float(theirs.figures.get('own_mean', 0)) * 1e3:.3g} ms), p99 {ms['own_p99']}, worst "
        f"{ms['own_worst']}; worst change {ms['change_own']}, withdrawal {ms['withdraw_own']}, addition "
        f"{ms['add_own']}. "
        f"By the clock: change median {ms['change_p50']}, p99 {ms['change_p99']}, worst {ms['change_worst']}; withdraw "
        f"p99 {ms['withdraw_p99']}; add p99 {ms['add_p99']}. {NEAR} near misses: {ms['misses']}. "
        f"Built from arrays in {f['built']:.2g} s; {f['index_mb']:.0f} MB in its arrays."
    )
    table.show()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        case(sys.argv[2], int(sys.argv[3]))
    else:
        main(quick="--quick" in sys.argv[1:])

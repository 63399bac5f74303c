"""The match on a Dask cluster: supplies partitioned by waste type and place, the same answer to the last bit.

Every worker reads the scenario's folder itself, once per process, so the folder must be where each of them can see it.
A part is matched by the ordinary engine against the demands that its supplies can reach; a worker that dies has its
parts done by the others.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from matching.catalogue import Catalogue
from matching.distance.great_circle import EARTH_RADIUS_KM, GreatCircle
from matching.pairs import Evaluated, Evaluator
from matching.params import MatchParams, Progress
from matching.problem import MatchProblem
from matching.ranking import match, versions
from matching.result import MatchResult
from matching.subset import subset

# Cells of the partition, in degrees.
_CELL = 0.5
_PARTS_PER_THREAD = 8
_CONNECT_S = 10
# How often a part may lose its worker before it is taken for the cause.
_LOSSES = 5


class ClusterError(RuntimeError):
    """The cluster cannot do the job; the message says what was found and what to do."""


def match_on_cluster(
    folder: Path, problem: MatchProblem, params: MatchParams, address: str, *, progress: Progress | None = None,
    parts: int | None = None,
) -> MatchResult:
    """As ``match(problem, params)``, on the workers of the scheduler at ``address`` (``tcp://host:port``).

    ``problem`` is what ``folder`` holds.  ``parts`` defaults to a few per thread of the cluster.  Raises
    :class:`ClusterError` where there is no scheduler or worker, where a worker sees another folder or runs another
    version, or where a part fails.
    """
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no scheduler answers at {address}: {error}; start one with `dask scheduler`") from error
    with client, client.as_current():
        digest = fingerprint(str(folder))
        threads = _check(client, folder, digest, address)
        chunks = partition(problem, parts or _PARTS_PER_THREAD * threads)
        # What all parts need goes to each worker once, not with every part.
        shared = client.scatter([problem.catalogue, params], broadcast=True)
        jobs = [
            client.submit(_part, str(folder), digest, chunk, *shared, pure=False, retries=_LOSSES) for chunk in chunks
        ]
        place, answers, done = {job.key: at for at, job in enumerate(jobs)}, {}, 0
        try:
            for job, answer in distributed.as_completed(jobs, with_results=True):
                answers[place[job.key]] = answer
                done += len(chunks[place[job.key]])
                if progress:
                    progress(done, len(problem.supplies.ids))
        except Exception as error:
            raise ClusterError(f"a part of the match failed on the cluster: {error}") from error
    return _joined(problem, params, [answers[at] for at in range(len(jobs))])


def partition(problem: MatchProblem, parts: int) -> list[np.ndarray]:
    """Positions of supplies in about ``parts`` pieces of one waste type and of neighbouring cells each.

    A piece counts the demands that accept its waste type, so the pieces cost about the same.
    """
    s = problem.supplies
    order = np.lexsort((np.floor(s.lon / _CELL), np.floor(s.lat / _CELL), s.waste_type))
    takers = np.count_nonzero(~np.isnan(problem.demands.max_share), axis=0)[s.waste_type[order]] + 1
    share = np.cumsum(takers) * parts // (int(takers.sum()) + 1) if len(order) else order
    breaks = np.flatnonzero(np.diff(share) | np.diff(s.waste_type[order])) + 1
    return [np.sort(piece) for piece in np.split(order, breaks) if len(piece)]


def reachable(problem: MatchProblem, supplies: np.ndarray, params: MatchParams) -> np.ndarray:
    """Demands that accept the waste types of ``supplies`` and lie in the box that their limits span; more than in
    range, never fewer."""
    s, d = problem.supplies, problem.demands
    accepts = (~np.isnan(d.max_share[:, np.unique(s.waste_type[supplies])])).any(axis=1)
    distance = params.distance or GreatCircle(problem.circuity)
    # Any other road may be as short as the great circle.
    stretch = distance.circuity if isinstance(distance, GreatCircle) else 1.0
    angle = np.degrees(float(s.max_distance_km[supplies].max()) / stretch / EARTH_RADIUS_KM) + 1e-6
    south, north = s.lat[supplies].min() - angle, s.lat[supplies].max() + angle
    near = (d.lat >= south) & (d.lat <= north)
    steepest = max(abs(south), abs(north))
    if steepest + angle < 89 and angle < 45:
        wide = np.degrees(np.arcsin(np.sin(np.radians(angle)) / np.cos(np.radians(steepest)))) + 1e-6
        west, east = s.lon[supplies].min() - wide, s.lon[supplies].max() + wide
        if west >= -180 and east <= 180:
            near &= (d.lon >= west) & (d.lon <= east)
    return np.flatnonzero(accepts & near)


def fingerprint(folder: str) -> str:
    """A digest of the scenario's files, or words that say why there is none."""
    if not Path(folder).is_dir():
        return "no such folder"
    digest = hashlib.sha256()
    for path in sorted(Path(folder).iterdir()):
        if path.suffix in (".csv", ".parquet", ".toml"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _part(  # type: ignore[type-arg]
    folder: str, digest: str, supplies: np.ndarray, catalogue: Catalogue, params: MatchParams
) -> tuple:
    """One part on a worker: pairs at positions of the whole market, their ranks, three counts."""
    problem = _read(folder, digest, catalogue)
    demands = reachable(problem, supplies, params)
    found = match(subset(problem, supplies, demands), params, threads=1)
    pairs = replace(found.pairs, supply=supplies[found.pairs.supply], demand=demands[found.pairs.demand])
    plain = tuple(np.ascontiguousarray(getattr(pairs, column.name)) for column in fields(Evaluated))
    return plain, found.rank, (found.in_range_count, found.feasible_count, found.unverified_count)


_held: dict[tuple[str, str], MatchProblem] = {}
# A worker with several threads would else read the scenario once for each of them.
_reading = threading.Lock()


def _read(folder: str, digest: str, catalogue: Catalogue) -> MatchProblem:
    """The scenario whose files have ``digest``, read once per process.

    Raises :class:`ClusterError` where they have another one now: a worker may join after all were asked, and files
    may change while the job runs.
    """
    from matching.scenario import read_scenario

    key = (folder, digest)
    with _reading:
        if key not in _held:
            seen = fingerprint(folder)
            if seen != digest:
                raise ClusterError(_another(f"a worker does not see this scenario at {folder}", seen, digest))
            _held.clear()
            _held[key] = read_scenario(folder, catalogue)
        return _held[key]


def _another(what: str, seen: str, wanted: str) -> str:
    return f"{what} ({seen[:14]}, here {wanted[:14]}); put the folder where all of them read the same files"


def _check(client, folder: Path, digest: str, address: str) -> int:  # type: ignore[no-untyped-def]
    """Threads of the cluster, after making sure that its workers can give this answer."""
    workers = client.scheduler_info()["workers"]
    if not workers:
        raise ClusterError(f"the scheduler at {address} has no workers; start some with `dask worker {address}`")
    for worker, seen in client.run(fingerprint, str(folder)).items():
        if seen != digest:
            raise ClusterError(_another(f"worker {worker} does not see this scenario at {folder}", seen, digest))
    mine = versions()
    for worker, theirs in client.run(versions).items():
        if theirs != mine:
            raise ClusterError(f"worker {worker} runs {theirs}, this machine {mine}; install the same versions")
    return sum(info["nthreads"] for info in workers.values())


def _joined(problem: MatchProblem, params: MatchParams, answers: list) -> MatchResult:  # type: ignore[type-arg]
    evaluator = Evaluator(problem, params)
    if answers:
        columns = (np.concatenate(part, axis=-1) for part in zip(*(answer[0] for answer in answers), strict=True))
        pairs, rank = Evaluated(*columns), np.concatenate([answer[1] for answer in answers])
    else:
        nothing = np.zeros(0, np.int64)
        pairs, rank = evaluator.evaluate(nothing, nothing), nothing
    order = np.lexsort((rank, pairs.supply))
    counts = np.sum([answer[2] for answer in answers], axis=0, dtype=np.int64) if answers else (0, 0, 0)
    return MatchResult(
        evaluator, pairs.keep(order), rank[order], *(int(count) for count in counts), evaluator.distance.method,
        params.seed, versions(),
    )


def _distributed():  # type: ignore[no-untyped-def]
    try:
        import distributed
    except ImportError as error:
        raise ClusterError(
            "a cluster needs Dask: install the packages of requirements-cluster.txt (pip install 'gongsheng[cluster]')"
        ) from error
    return distributed

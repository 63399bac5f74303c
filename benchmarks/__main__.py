"""All benchmarks by one command: ``python -m benchmarks [NAME ...] [--quick]``.

Each prints its table as Markdown and leaves its figures in ``var/benchmarks/NAME.json``.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

# In the order of the page docs/performance.md.
ALL = {
    "match_scale": "matching beside BallTree and polars pipelines",
    "live_index": "one listing's partners among a million, beside PostgreSQL",
    "cold_start": "the live index of a process that starts, from the database",
    "transport_scale": "plans that nothing couples, beside OR-tools and HiGHS",
    "blend_scale": "plans with five mixed properties per demand, beside HiGHS",
    "allocate_scale": "plans with mixes, shares, stock and residues, beside scipy",
    "siting_scale": "which of 50 candidate plants to open, beside HiGHS",
    "national": "China's coal power, cement and steel plants: tonnes placed and left over",
    "network_measures": "rounds of three and betweenness of a million links, beside networkx",
    "ledger_verify": "verifying a ledger of 100,000 entries",
    "first_draw": "the symbiosis pages of 500 enterprises and 5,000 flows, drawn in a browser",
}
# How a benchmark ends whose data are no part of the repository and are not here.
MISSING = 3


def main(arguments: list[str]) -> int:
    """Run the benchmarks named, or all; the exit code is the number of those that failed.

    One without its data is a failure only where it was asked for by name.
    """
    options = [name for name in arguments if name.startswith("--")]
    asked = [name for name in arguments if not name.startswith("--")]
    names = asked or list(ALL)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    lacking = [name for name in ("ortools", "polars", "sklearn") if find_spec(name) is None]
    if lacking:
        names = ", ".join(lacking)
        print(f"{names} not installed: run `make bench`, or install requirements-bench.txt", file=sys.stderr)
        return 2
    failed = 0
    for name in names:
        print(f"\n## {name}: {ALL[name]}", flush=True)
        ended = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode
        failed += ended != 0 and (ended != MISSING or bool(asked))
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What all benchmarks share: each case in a process of its own, medians of several runs, ratios, one table."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

RESULTS = Path("var/benchmarks")
LIMIT_S = 1_800


@dataclass(frozen=True, slots=True)
class Measured:
    """One case: seconds of every run (the case's own clock), the figures of its last run, peak memory in MB."""

    label: str
    seconds: tuple[float, ...]
    figures: dict[str, object]
    peak_mb: float
    problem: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) if self.seconds else float("nan")


def measure(module: str, label: str, *arguments: object, runs: int = 3, limit_s: float = LIMIT_S) -> Measured:
    """Run ``python -m module --case arguments`` ``runs`` times, one process each.

    A case that does not end within ``limit_s``, or fails, comes back without seconds and says why.
    """
    seconds, peaks, figures = [], [], {}
    command = [sys.executable, "-m", module, "--case", *map(str, arguments)]
    for _ in range(runs):
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            return Measured(label, (), {}, float("nan"), f"not done in {limit_s:g} s")
        if ended.returncode:
            return Measured(label, (), {}, float("nan"), f"failed: {ended.stderr.strip().splitlines()[-1:]}")
        figures = json.loads(ended.stdout.strip().splitlines()[-1])
        seconds.append(figures.pop("seconds"))
        peaks.append(figures.pop("peak_mb"))
    return Measured(label, tuple(seconds), figures, statistics.median(peaks))


def case_result(seconds: float, **figures: object) -> None:
    """Print what a case found, as its last line."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, **figures}))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds that ``work`` takes, and what it gives."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def machine() -> str:
    """The machine and the libraries in one line."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "highspy"))
    return f"{model}, {cores} cores, {platform.system()}, Python {platform.python_version()}, {libraries}"


@dataclass
class Table:
    """Rows of one benchmark, printed as Markdown and kept as JSON."""

    name: str
    title: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: list[dict[str, object]] = field(default_factory=list)

    def add(self, found: Measured, *, against: Measured | None = None, say: str = "") -> None:
        """A row: median, range and peak of ``found``, and how many times faster it is than ``against``."""
        if found.seconds:
            spread = f"{min(found.seconds):.3g}-{max(found.seconds):.3g}" if len(found.seconds) > 1 else "one run"
            ratio = f"{against.median / found.median:.1f} x" if against and against.seconds else ""
            row = (found.label, f"{found.median:.3g}", spread, f"{found.peak_mb:.0f}", ratio, say)
        else:
            row = (found.label, "-", "-", "-", "", found.problem)
        self.rows.append(row)
        self.kept.append(
            {"case": found.label, "seconds": found.seconds, "peak_mb": found.peak_mb, **found.figures,
             "problem": found.problem}
        )  # fmt: skip

    def show(self) -> None:
        """Print the table and write ``var/benchmarks/NAME.json``."""
        header = ("case", "median s", "range s", "peak MB", "times faster", "")
        print(f"\n### {self.title}\n\n{machine()}\n")
        print("| " + " | ".join(header) + " |\n|" + " --- |" * len(header))
        for row in self.rows:
            print("| " + " | ".join(row) + " |")
        for note in self.notes:
            print(f"\n{note}")
        sys.stdout.flush()
        RESULTS.mkdir(parents=True, exist_ok=True)
        kept = {"title": self.title, "machine": machine(), "cases": self.kept, "notes": self.notes}
        (RESULTS / f"{self.name}.json").write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def agree(*found: Measured, figure: str = "objective", within: float = 1e-6) -> None:
    """Raise ``RuntimeError`` where the cases that ended do not give the same ``figure``."""
    values = [float(case.figures[figure]) for case in found if case.seconds]  # type: ignore[arg-type]
    if values and max(values) - min(values) > within * max(1.0, abs(values[0])):
        raise RuntimeError(f"{figure} differs: {dict((case.label, case.figures.get(figure)) for case in found)}")

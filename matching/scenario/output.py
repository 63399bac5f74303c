"""Writing a result folder in one step: it is there whole, or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

_ROWS_PER_PIECE = 10_000
# A folder that holds anything else was not written by us and is not replaced.
OURS = frozenset(
    {
        "matches.csv",
        "allocation.csv",
        "prices.csv",
        "blends.csv",
        "flows.csv",
        "chains.csv",
        "summary.json",
        "metrics.json",
        "graph.graphml",
        "siting.csv",
        "siting_taken.csv",
        "siting_allocation.csv",
        "screening.csv",
        "routes.csv",
        "gains.csv",
    }
)


class OutputRefused(ValueError):
    """The folder to write to holds what is not ours, or cannot be written; the message says which."""


def check_out(out: Path) -> None:
    """Raise :class:`OutputRefused` where ``out`` may not be replaced; asked before the long work begins."""
    if out.is_dir():
        foreign = sorted(path.name for path in out.iterdir() if path.name not in OURS)
        if foreign:
            raise OutputRefused(
                f"{out} holds {foreign[0]!r}, which is not a result; name an empty or a new folder"
            )
    elif out.exists():
        raise OutputRefused(f"{out} is a file; name a folder")


def write_folder(out: Path, files: Mapping[str, str | Iterable[str]]) -> None:
    """Write ``files`` (name to text, or to pieces of it) as the folder ``out``, replacing an earlier result.

    The files are written in their order and pieces are asked for when their turn comes, so a large table need
    not stand in memory and a summary can tell how long the files before it took.  One rename puts the folder
    in place.
    """
    check_out(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OutputRefused(f"{out.parent} cannot be written: {error.strerror}") from error
    try:
        # mkdtemp makes a private folder; a result is as readable as any other folder of this person.
        umask = os.umask(0)
        os.umask(umask)
        fresh.chmod(0o777 & ~umask)
        for name, text in files.items():
            with (fresh / name).open("w", encoding="utf-8", newline="") as handle:
                handle.writelines([text] if isinstance(text, str) else text)
        old = fresh.with_name(fresh.name + "-old")
        if out.exists():
            out.rename(old)
        fresh.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV text that Excel and pandas both open; floats in their shortest exact form."""
    return "".join(csv_pieces(header, rows))


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """As :func:`csv_text`, some thousand rows at a time."""
    rows, batch = iter(rows), [header]
    while batch:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(batch)
        yield buffer.getvalue()
        batch = list(islice(rows, _ROWS_PER_PIECE))


def json_text(data: object) -> str:
    """``data`` as readable JSON; NaN and infinity are refused, because JSON has none."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

"""Reading a file out of a fetched archive, and writing a file in one step."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent.parent
ARCHIVES = ROOT / "var" / "archives"


class AssetError(RuntimeError):
    """An asset cannot be built; the message says which, why, and what to do."""


def pinned_versions() -> dict[str, str]:
    """Package to version, as pinned in requirements-assets.txt."""
    text = (ROOT / "requirements-assets.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w-]+)==(\S+)", text, flags=re.MULTILINE))


@contextmanager
def archived(package: str, inside: str) -> Iterator[IO[bytes]]:
    """The file ``inside`` the fetched archive of ``package``, as a stream of bytes; nothing is unpacked.

    Raises :class:`AssetError` where the archive was not fetched or does not hold the file.
    """
    version = pinned_versions()[package]
    name = package.replace("-", "_")
    path = next(iter(sorted(ARCHIVES.glob(f"{name}-{version}-*.whl"))), None)
    if path is None:
        raise AssetError(f"{package} {version} has not been fetched: run `make assets`")
    with ZipFile(path) as archive:
        if f"{name}/{inside}" not in archive.namelist():
            raise AssetError(f"{package} {version} holds no {inside}: its layout has changed")
        with archive.open(f"{name}/{inside}") as stream:
            yield stream


def write_atomically(target: Path, content: bytes) -> None:
    """Write ``content`` beside ``target`` and move it into place: a reader never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    beside.write_bytes(content)
    os.replace(beside, target)

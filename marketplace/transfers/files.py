"""What may be kept as a photo or a scanned slip: looked at by its first bytes, never by its name."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from marketplace.errors import Refusal

# A photo of a present-day phone has 3 to 8 MB.
MOST_BYTES = 10 * 1024 * 1024
_LONGEST_NAME = 120
# ISO base media files name their brand in the second box field; these are the still pictures of phones.
_HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; ``name`` is what the sender calls it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def safe_name(self) -> str:
        """The name without folders and control characters, shortened from the front so that the ending stays."""
        bare = re.sub(r"[^\w.() -]", "_", self.name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
        return bare[-_LONGEST_NAME:] or "file"


def content_type(content: bytes) -> str | None:
    """The kind of a picture or PDF by its first bytes; None for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "image/heic"
    return "application/pdf" if content.startswith(b"%PDF-") else None


def file_possible(upload: Upload) -> list[Refusal]:
    """Why ``upload`` is not kept; empty where it is."""
    if not upload.content:
        return [Refusal("file:empty", field="photo")]
    if len(upload.content) > MOST_BYTES:
        values = {"size": round(len(upload.content) / 1024 / 1024, 1), "most": MOST_BYTES // 1024 // 1024}
        return [Refusal("file:too_large", values, "photo")]
    return [] if content_type(upload.content) else [Refusal("file:not_picture_or_pdf", field="photo")]

"""Sealed bids: what is stored before the deadline names nobody and says nothing (docs/adr/0010-sealed-bids.md).

A bid is packed to one length, encrypted with a key that belongs to its tender alone, and found again by a keyed digest
of tender and bidder.  The keys are derived from the server's secret; nothing in the database opens a bid.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.errors import NotPossible, Refusal
from marketplace.tenders.rules import Terms

_NONCE = 12
# Every sealed bid is this long, so that its length tells nothing of the message in it.
PACKED_BYTES = 8192


class Unreadable(Exception):
    """A sealed bid that does not open: it was altered, or the server's secret is another one."""


@dataclass(frozen=True, slots=True)
class SealedOffer:
    """What is inside a sealed bid."""

    enterprise_id: int
    user_id: int | None
    terms: Terms
    waste_type_id: str
    own_listing: str
    message: str


class Sealer:
    """Seals and opens with the keys of one server secret."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("sealing needs the server's secret: GONGSHENG_SEALING_KEY or SECRET_KEY")
        self._secret = secret.encode()

    def tag(self, tender_id: int, enterprise_id: int) -> str:
        """A name for the bidder in this tender that only this server can work out."""
        key = self._key(tender_id, b"bidder tag")
        return hmac.new(key, f"{tender_id}:{enterprise_id}".encode(), hashlib.sha256).hexdigest()

    def seal(self, tender_id: int, offer: SealedOffer) -> bytes:
        """The offer, packed and encrypted."""
        text = json.dumps(asdict(offer), default=str, ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) > PACKED_BYTES:
            raise NotPossible([Refusal("tender:too_long_to_seal", field="message")])
        nonce = os.urandom(_NONCE)
        bound = self._bound(tender_id, self.tag(tender_id, offer.enterprise_id))
        sealed = AESGCM(self._key(tender_id, b"sealed bid")).encrypt(nonce, text.ljust(PACKED_BYTES), bound)
        return nonce + sealed

    def open(self, tender_id: int, tag: str, sealed: bytes) -> SealedOffer:
        """What was sealed.  Raises :class:`Unreadable` where it, its tender or its bidder's tag was altered."""
        try:
            text = AESGCM(self._key(tender_id, b"sealed bid")).decrypt(
                sealed[:_NONCE], sealed[_NONCE:], self._bound(tender_id, tag)
            )
            found: dict[str, Any] = json.loads(text)
            terms = found.pop("terms")
            return SealedOffer(terms=Terms(
                Decimal(terms["t_per_month"]), Decimal(terms["price_yuan_per_t"]), terms["start_month"],
                terms["end_month"],
            ), **found)
        except (InvalidTag, ValueError, KeyError, TypeError) as fault:
            raise Unreadable(type(fault).__name__) from fault

    def _key(self, tender_id: int, purpose: bytes) -> bytes:
        derive = HKDF(algorithm=SHA256(), length=32, salt=f"gongsheng tender {tender_id}".encode(), info=purpose)
        return derive.derive(self._secret)

    @staticmethod
    def _bound(tender_id: int, tag: str) -> bytes:
        return f"{tender_id}:{tag}".encode()


def digest_of(sealed: bytes) -> str:
    """The SHA-256 that the event log keeps of a sealed bid."""
    return hashlib.sha256(sealed).hexdigest()

"""Distance from a routing service over HTTP that speaks the table request of OSRM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np

from matching.distance.great_circle import DEFAULT_CIRCUITY, great_circle_km

# Services take 100 places in one request unless told otherwise.
ORIGINS_PER_REQUEST = DESTINATIONS_PER_REQUEST = 50
# About 0.1 m: finer than any survey of a plant gate.
_DECIMALS = 6


class RouterError(RuntimeError):
    """The routing service cannot be reached or does not answer as agreed; the message says which and why."""


class Router:
    """Travelled kilometres from the service at ``url``, e.g. ``http://localhost:5000``.

    Every request is ``/table/v1/driving/`` with ``annotations=distance``.  A pair that the service knows no
    road for falls back to great circle x ``circuity``; a service that fails is an error, never a fall-back.
    No distance is ever shorter than the great circle.
    """

    method = "router"

    def __init__(self, url: str, timeout_s: float = 30.0, circuity: float = DEFAULT_CIRCUITY) -> None:
        """Raises ``ValueError`` where ``url`` is not an address of a web service."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"router address {url!r}: expected http:// or https:// and a host")
        self._url, self._timeout_s, self._circuity = url.rstrip("/"), timeout_s, circuity

    def pairs_km(
        self, lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray
    ) -> np.ndarray:
        """Kilometres of ``n`` pairs: four arrays of shape ``(n,)`` in degrees to one of shape ``(n,)``.

        Raises :class:`RouterError`.
        """
        ends = (lat1, lon1, lat2, lon2)
        lat1, lon1, lat2, lon2 = np.broadcast_arrays(*(np.atleast_1d(np.asarray(e, float)) for e in ends))
        straight = great_circle_km(lat1, lon1, lat2, lon2)
        km = straight * self._circuity
        origins, origin = np.unique(_places(lat1, lon1), return_inverse=True)
        destinations, destination = np.unique(_places(lat2, lon2), return_inverse=True)
        for pairs, rows, columns in _tiles(origin, destination, origins.size, destinations.size):
            table = self._table(origins[rows], destinations[columns])
            routed = table[origin[pairs] - rows.start, destination[pairs] - columns.start]
            km[pairs] = np.where(np.isnan(routed), km[pairs], routed)
        return np.maximum(km, straight)

    def _table(self, origins: np.ndarray, destinations: np.ndarray) -> np.ndarray:
        """Kilometres from each origin to each destination, NaN where there is no road."""
        places = np.concatenate([origins, destinations])
        coordinates = ";".join(f"{p.imag:.{_DECIMALS}f},{p.real:.{_DECIMALS}f}" for p in places)
        sources = ";".join(map(str, range(origins.size)))
        targets = ";".join(map(str, range(origins.size, places.size)))
        answer = self._get(
            f"{self._url}/table/v1/driving/{coordinates}"
            f"?annotations=distance&sources={sources}&destinations={targets}"
        )
        if answer.get("code") != "Ok":
            reason = answer.get("message") or answer.get("code") or "no reason given"
            raise RouterError(f"the router at {self._url} refused the request: {reason}")
        try:
            metres = np.array(answer["distances"], dtype=np.float64)
        except (KeyError, TypeError, ValueError):
            metres = np.empty(0)
        if metres.shape != (origins.size, destinations.size) or np.any(metres < 0):
            raise RouterError(f"the router at {self._url} sent no whole table of distances")
        return metres / 1000.0

    def _get(self, url: str) -> dict:
        try:
            request = Request(url, headers={"Accept": "application/json"})
            with urlopen(request, timeout=self._timeout_s) as reply:
                answer = json.load(reply)
        except HTTPError as error:
            raise RouterError(f"the router at {self._url} said {error.code}: {_message(error)}") from error
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise RouterError(f"the router at {self._url} cannot be reached: {reason}") from error
        except ValueError as error:
            raise RouterError(f"the router at {self._url} did not answer in JSON") from error
        if not isinstance(answer, dict):
            raise RouterError(f"the router at {self._url} did not answer as the table service does")
        return answer


def _places(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    return np.round(lat, _DECIMALS) + 1j * np.round(lon, _DECIMALS)


def _tiles(
    origin: np.ndarray, destination: np.ndarray, origins: int, destinations: int
) -> Iterator[tuple[np.ndarray, slice, slice]]:
    """Tiles of the table that hold at least one wanted pair: positions of those pairs, rows, columns."""
    across = -(-destinations // DESTINATIONS_PER_REQUEST)
    tile = origin // ORIGINS_PER_REQUEST * across + destination // DESTINATIONS_PER_REQUEST
    order = np.argsort(tile, kind="stable")
    wanted, first = np.unique(tile[order], return_index=True)
    for number, pairs in zip(wanted.tolist(), np.split(order, first[1:]), strict=True):
        row, column = number // across * ORIGINS_PER_REQUEST, number % across * DESTINATIONS_PER_REQUEST
        yield (
            pairs,
            slice(row, min(row + ORIGINS_PER_REQUEST, origins)),
            slice(column, min(column + DESTINATIONS_PER_REQUEST, destinations)),
        )


def _message(error: HTTPError) -> str:
    """What the service itself says went wrong, else the reason of the status line."""
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.reason)

"""Two halves of the same work at the same time, with the same answer whichever ends first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Halves:
    """One more thread, for compiled code that lets go of the interpreter.

    What is split, and in which order the parts are put together, never depends on how many processors there are.
    """

    def __init__(self) -> None:
        self._other = ThreadPoolExecutor(1)

    def both(self, work: Callable, one: tuple, two: tuple) -> tuple:
        """``work(*one)`` and ``work(*two)``."""
        second = self._other.submit(work, *two)
        first = work(*one)
        return first, second.result()

    def close(self) -> None:
        """Let the thread go."""
        self._other.shutdown()

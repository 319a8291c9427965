"""Noise put into a library that draws its own: what it adds is then known exactly, and no law has to be estimated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def planted(normal: Callable[[Any], Any], name: str = "torch.randn_like") -> Iterator[None]:
    """Inside, PyTorch's noise in the shape of another tensor is `normal(tensor)`."""
    with patch(name, lambda like, *_, **__: normal(like)):
        yield


class Brownian:
    """Increments of a Brownian motion in the noise level, divided by the root of their length.

    Increments may overlap, as those of a method that asks for one to an inner stage and for one over the whole step;
    pieces that have been drawn are drawn once.
    """

    def __init__(self, normal: Callable[[Any], Any], like: Any) -> None:
        self._normal, self._like = normal, like
        self._known: dict[float, Any] = {}

    def __call__(self, start: Any, end: Any) -> Any:
        first, last = float(start), float(end)
        before = self._at(first)
        return (self._at(last) - before) / math.sqrt(abs(last - first))

    def _at(self, level: float) -> Any:
        """The motion at a level; levels fall, so that a new one lies below all that are known."""
        # The same level comes back through a logarithm and an exponential: a rounding away from itself.
        level = next((known for known in self._known if math.isclose(known, level, rel_tol=1e-9)), level)
        if level not in self._known:
            if not self._known:
                self._known[level] = 0 * self._like
            else:
                lowest = min(self._known)
                if level > lowest:
                    raise ValueError(f"a level between known ones was asked for: {level} above {lowest}.")
                step = math.sqrt(lowest - level) * self._normal(self._like)
                self._known[level] = self._known[lowest] + step
        return self._known[level]

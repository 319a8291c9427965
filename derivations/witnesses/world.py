"""A small world of random numbers for a witness, and the tools that measure in it."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp

from derivations.notation import *

DIGITS = 30
MADE: dict[str, Callable] = {}  # witnesses that are made from words, by their names


def made_of(*choices):
    """A witness for each choice of words, with a name: `named_schedule(cosine)`."""

    def register(make):
        for choice in choices:
            words = (choice,) if isinstance(choice, str) else choice
            witness = make(*words)
            witness.__name__ = f"{make.__name__}({', '.join(words)})"
            witness.__doc__ = make.__doc__
            MADE[witness.__name__] = witness

        def made(*words):
            return MADE[f"{make.__name__}({', '.join(words)})"]

        return functools.update_wrapper(made, make)

    return register


class World:
    """Random but repeatable numbers, and a random smooth schedule: the signal rises from above 0 to below 1, the noise
    falls from 1 to above 0."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.now = self.number(0.2, 0.8)
        rise, fall, bend = self.number(0.4, 0.9), self.number(0.5, 1.5), self.number(0.1, 0.6)
        self.alpha = lambda u: (2 * mp.sin(bend + rise * u) ** 2 + u) / mp.mpf("3.1")
        self.sigma = lambda u: mp.exp(-fall * u) * (1 - mp.mpf(4) / 5 * u + bend / 2 * u**2)

    def number(self, low=-2.0, high=2.0):
        return mp.mpf(self.random.uniform(low, high))

    def scales(self, u=None):
        """The schedule at one time, its rates by difference quotients."""
        u = self.now if u is None else u
        da, ds = mp.diff(self.alpha, u), mp.diff(self.sigma, u)
        return {alpha: self.alpha(u), sigma: self.sigma(u), dalpha: da, dsigma: ds,
                half_variance_rate: mp.diff(lambda v: self.sigma(v) ** 2, u) / 2, t: u}  # fmt: skip


@dataclass(frozen=True)
class Law:
    """A law that sits on a few places: pairs of a probability and the values of the random quantities there. It stands
    in for an abstract density under an integral sign, which then is a sum."""

    atoms: tuple[tuple[Any, dict[Any, Any]], ...]


def normal(z, centre, spread):
    return mp.exp(-((z - centre) ** 2) / (2 * spread)) / mp.sqrt(2 * mp.pi * spread)


def expectation(function, *densities, around, width):
    """The integral of function times densities; the trapezoidal rule is exact beyond 30 digits for Gaussians."""
    step, total = width / 4, mp.mpf(0)
    for i in range(-80, 81):
        z = around + i * step
        total += function(z) * mp.fprod(p(z) for p in densities)
    return total * step

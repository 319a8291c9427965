"""Processes with noise: shares of points that pass a place, conditional increments, steps that are repeated."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.flows import two_clouds
from derivations.witnesses.scales import short_transition
from derivations.witnesses.world import expectation, normal


class Clouds:
    """Data from two normal clouds, seen through the path of the world's schedule."""

    def __init__(self, world):
        self.world, self.parts, self.here = world, two_clouds(world), world.number(-1, 1)

    def laws(self, u):
        """Share, centre and variance of each cloud at time u."""
        a, b = self.world.alpha(u), self.world.sigma(u)
        return [(w, a * m, a**2 * c**2 + b**2) for w, m, c in self.parts]

    def density(self, u, place, added=0):
        return mp.fsum(w * normal(place, m, v + added) for w, m, v in self.laws(u))

    def left(self, u, place, added=0):
        """The share of points to the left of a place, after noise of some variance was added."""
        return mp.fsum(w * mp.ncdf((place - m) / mp.sqrt(v + added)) for w, m, v in self.laws(u))

    def given(self, function):
        """The expectation of a function of data point and noise, for the points that are at x now."""
        a, b = self.world.alpha(self.world.now), self.world.sigma(self.world.now)

        def total(f):
            found = []
            for w, m, c in self.parts:
                narrow = 1 / (1 / c**2 + a**2 / b**2)
                found.append(w * expectation(
                    lambda z: f(z, (self.here - a * z) / b),
                    lambda z, m=m, c=c: normal(z, m, c**2),
                    lambda z: normal(self.here, a * z, b**2),
                    around=(m / c**2 + a * self.here / b**2) * narrow,
                    width=mp.sqrt(narrow),
                ))  # fmt: skip
            return mp.fsum(found)

        return total(function) / total(lambda z, e: 1)

    def used(self):
        """The place, the average velocity there, and the score as a difference quotient."""
        now = self.world.now
        rates = mp.diff(self.world.alpha, now), mp.diff(self.world.sigma, now)
        return {
            x: self.here,
            marginal_velocity: self.given(lambda z, e: rates[0] * z + rates[1] * e),
            marginal_score: mp.diff(lambda y: mp.log(self.density(now, y)), self.here),
        }


def at_the_limit(function, start):
    """The value at zero of a function of a positive step: polynomial extrapolation through ever smaller steps."""
    steps = [start / 2**i for i in range(12)]
    row = [function(h) for h in steps]
    for order in range(1, len(steps)):
        row = [
            (steps[i] * row[i + 1] - steps[i + order] * row[i]) / (steps[i] - steps[i + order])
            for i in range(len(row) - 1)
        ]
    return row[0]


def noise_that_is_made_up_for(world):
    """Noise of variance w h, added to the points of the path, lets some pass the place x; the path says how many pass
    in all. The rest is what the drift has to carry, and it carries density times drift."""
    clouds, added = Clouds(world), world.number(0.2, 2)
    passed = mp.diff(lambda h: clouds.left(world.now, clouds.here, added * h), 0)
    in_all = mp.diff(lambda u: clouds.left(u, clouds.here), world.now)
    carried = (passed - in_all) / clouds.density(world.now, clouds.here)
    return clouds.used() | {sampler_diffusion: added}, {sampler_drift: carried}


def noising_read_backwards(world):
    """The noising process takes a point x' at time t + h to x at time t, with the mean (alpha_t/alpha_{t+h}) x' and the
    variance that is missing. By Bayes' rule, where have the points been that are at x now? Their average increment over
    h, for a vanishing h, is the drift of the process read backwards."""
    clouds, now = Clouds(world), world.now
    here, noising = short_transition(world)

    def increment(h):
        ratio = world.alpha(now) / world.alpha(now + h)
        missing = world.sigma(now) ** 2 - ratio**2 * world.sigma(now + h) ** 2
        near = {"around": clouds.here / ratio, "width": mp.sqrt(missing) / ratio}
        both = lambda y: clouds.density(now + h, y) * normal(clouds.here, ratio * y, missing)  # noqa: E731
        return (expectation(lambda y: y, both, **near) / expectation(both, **near) - clouds.here) / h

    velocity_there = clouds.used()
    return here | noising | velocity_there, {sampler_drift: at_the_limit(increment, mp.mpf(1) / 64)} | velocity_there

"""Quantities that are the same at all places: each is measured at two places, and the difference quotient is zero."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.ancestral import the_way_back
from derivations.witnesses.processes import Clouds
from derivations.witnesses.what_moves import slope_in_x
from derivations.witnesses.what_stays import APART


def _quotient(found, here):
    return (found(here + APART) - found(here - APART)) / (2 * APART)


def an_affine_sampler(world):
    """Steps of a process with a straight drift and coin tosses, started at two places: by how much neighbours part, how
    far a point at the origin would be moved, and how wide the tosses scatter."""
    slope, offset, wide, step = world.number(), world.number(), world.number(0.3, 2), world.number(0.1, 0.5)
    here = world.number()

    def landing(y, coin=0):
        return y + step * (slope * y + offset) + coin * mp.sqrt(step * wide)

    def drift(y):
        return (landing(y) - y) / step

    found = {
        drift_slope: lambda y: mp.diff(drift, y),
        drift_offset: lambda y: drift(y) - y * mp.diff(drift, y),
        step_factor: lambda y: mp.diff(landing, y),
        sampler_diffusion: lambda y: (landing(y, 1) - landing(y, -1)) ** 2 / (4 * step),
    }
    used = {q: value(here) for q, value in found.items()} | {x: here, step_size: step}
    return used, {slope_in_x(q): _quotient(value, here) for q, value in found.items()}


def an_ancestral_step_at_places(world):
    """Where a step of ancestral sampling with the exact denoiser leads from two places: what it multiplies their
    distance by, and where the line through both results passes x = 0."""
    now, then = world.scales(), world.scales(world.now + (1 - world.now) * world.number(0.5, 0.9))
    _, before = the_way_back(world)
    here = world.number()

    def factor(y):
        return before(now, then, y + 1)[0] - before(now, then, y)[0]

    found = {ancestral_factor: factor, ancestral_offset: lambda y: before(now, then, y)[0] - y * factor(y)}
    used = now | {q: value(here) for q, value in found.items()} | {x: here}
    return used, {slope_in_x(q): _quotient(value, here) for q, value in found.items()}


def noise_around_places(world):
    """How fast the square of the noise around a place changes: two points with opposite noise, wherever they meet."""
    here, coin = world.number(), world.number(0.5, 2)

    def found(y):
        end = (y - world.sigma(world.now) * coin) / world.alpha(world.now)

        def spread(u):
            over, under = (world.alpha(u) * end + side * world.sigma(u) * coin for side in (1, -1))
            return (over - under) ** 2 / (4 * coin**2)

        return mp.diff(spread, world.now) / 2

    return world.scales() | {x: here}, {slope_in_x(half_variance_rate): _quotient(found, here)}


def spread_of_the_data_at_places(world):
    """Two clouds of data: how much the variance of the data that come by a place changes with it, and the third central
    moment there, by the share of the noise."""
    clouds, now = Clouds(world), world.now
    here, a, b = clouds.here, world.alpha(now), world.sigma(now)

    def given(function, place):
        clouds.here = place
        found = clouds.given(function)
        clouds.here = here
        return found

    def central(order, place):
        centre = given(lambda z, e: z, place)
        return given(lambda z, e: (z - centre) ** order, place)

    used = {x: here, posterior_covariance_slope: a / b**2 * central(3, here)}
    return used, {slope_in_x(posterior_covariance): mp.diff(lambda y: central(2, y), here)}

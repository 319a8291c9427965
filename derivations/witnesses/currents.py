"""Processes with noise: what passes a place, how mean and variance change, and what a step does to them."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.ancestral import the_way_back
from derivations.witnesses.evidence import bell
from derivations.witnesses.flows import exactly
from derivations.witnesses.processes import (
    Clouds,
    _all_courses,
    at_the_limit,
)
from derivations.witnesses.scales import short_transition
from derivations.witnesses.schedules import slope as quotient
from derivations.witnesses.shares import root, spread_of, three_points


def points_on_the_left(world):
    """A Brownian motion with a drift, seen through the hyperbolic sine: how the share of points to the left of a place
    falls in time is what passes it to the right."""
    centre, spread = world.number(), world.number(0.3, 1)
    here, pace, strength, now = world.number(), world.number(), world.number(0.5, 1.5), world.now
    left = lambda u: mp.ncdf((mp.asinh(here) - centre - pace * u) / mp.sqrt(spread + strength * u))  # noqa: E731
    right = lambda u: mp.ncdf((centre + pace * u - mp.asinh(here)) / mp.sqrt(spread + strength * u))  # noqa: E731
    speed, wide, curve = exactly(pace), exactly(strength), sp.sqrt(1 + x**2)
    middle, around = exactly(centre) + speed * exactly(now), exactly(spread) + wide * exactly(now)
    used = {
        x: here,
        local_drift: speed * curve + wide * x / 2,
        local_diffusion: wide * (1 + x**2),
        moving_density: bell(sp.log(x + curve), middle, around) / curve,
    }
    share = sp.Derivative(sp.Integral(density_elsewhere, (place, -sp.oo, x)), t)
    return used, {current: mp.diff(right, now), share: mp.diff(left, now)}


def points_that_are_noised(world):
    """Two clouds of data on the path: what passes a place in t. Drift and diffusion are those of the increments over a
    short noising time."""
    clouds = Clouds(world)
    _, increments = short_transition(world)
    law = sum(exactly(w) * bell(x, exactly(m), exactly(v)) for w, m, v in clouds.laws(world.now))
    passing = -mp.diff(lambda u: clouds.left(u, clouds.here), world.now)
    return increments | {x: clouds.here, moving_density: law}, {current: passing}


def moments_that_are_noised(world):
    """Mean and mean square of x, given the data point, by sums over the noise; their difference quotients in time."""
    end = world.number()
    _, increments = short_transition(world)

    def moment(n, u):
        return mp.fsum(p * (world.alpha(u) * end + world.sigma(u) * e) ** n for e, p in three_points())

    first, second = ((lambda u, n=n: moment(n, u)) for n in (1, 2))
    used = increments | {first_moment: first(world.now), second_moment: second(world.now)}
    return used, {first_moment.diff(t): mp.diff(first, world.now), second_moment.diff(t): mp.diff(second, world.now)}


def a_linear_process_on_its_way(world):
    """A few points follow an affine drift, and each noise that comes in on the way follows it from then on: mean and
    variance at times around now, at the start, after no time and after no step; and how far a point goes at first."""
    pull, push, strength, now = world.number(-2, -0.5), world.number(), world.number(0.3, 2), world.now
    starts, somewhere = [(mp.mpf(share) / 6, world.number()) for share in (1, 2, 3)], world.number()
    fine = mp.mpf(10) ** (8 - mp.mp.dps)
    courses = [mp.odefun(lambda u, z: pull * z + push, 0, y, tol=fine) for _, y in starts]
    apart = mp.odefun(lambda u, z: pull * z, 0, mp.mpf(1), tol=fine)  # two points that start with distance one
    course = mp.odefun(lambda u, z: pull * z + push, 0, somewhere, tol=fine)

    def at(u):
        middle, spread = spread_of([(carried(u), p) for carried, (p, _) in zip(courses, starts, strict=True)])
        return middle, spread + mp.quad(lambda v: strength * apart(v) ** 2, [0, u])

    middle, spread = spread_of([(y, p) for p, y in starts])
    law = _all_courses(starts, lambda y, sign: y, 0)
    used = {drift_slope: pull, drift_offset: push, sampler_diffusion: strength, t: now, x: somewhere}
    used |= {start_mean: middle, start_variance: spread, run_mean: at(now)[0], run_variance: at(now)[1]}
    return used, {
        sampler_drift: at_the_limit(lambda h: (course(h) - somewhere) / h, mp.mpf(1) / 2**10),
        run_mean.diff(t): quotient(lambda u: at(u)[0], now),
        run_variance.diff(t): quotient(lambda u: at(u)[1], now),
        run_mean.subs(t, 0): at(mp.mpf(0))[0],
        run_variance.subs(t, 0): at(mp.mpf(0))[1],
        mean_after.func(0): law[0],
        variance_after.func(0): law[1],
    }


def one_more_step(world):
    """Points that start at three places make steps, each with the drift and a noise of random sign: mean and variance
    of all courses, before the last step and after it."""
    pull, push, strength, h = world.number(-2, 2), world.number(), world.number(0.3, 2), world.number(0.02, 0.3)
    starts = [(mp.mpf(share) / 6, world.number()) for share in (1, 2, 3)]
    step = lambda y, sign: y + h * (pull * y + push) + sign * mp.sqrt(h * strength)  # noqa: E731
    (middle, spread), (next_middle, next_spread) = (_all_courses(starts, step, n) for n in (3, 4))
    used = {drift_slope: pull, drift_offset: push, sampler_diffusion: strength, step_size: h}
    return used | {mean_before: middle, variance_before: spread}, {next_mean: next_middle, next_variance: next_spread}


def noise_that_piles_up(world):
    """Pure noise: the variance of what was there and of the signs of a hundred steps, at the end of time; and now, in
    units of what pairs of data and noise have on the linear path."""
    start, strength, wide, now = world.number(0.3, 2), world.number(0.3, 2), world.number(0.3, 2), world.now

    def piled(u):
        return mp.fsum([start, *(strength * u / 100 for _ in range(100))])

    pairs = [(now * d * mp.sqrt(wide) + (1 - now) * e, mp.mpf(1) / 4) for d in (-1, 1) for e in (-1, 1)]
    ratio = root(lambda r: r * spread_of(pairs)[1] - piled(now), mp.mpf(0), mp.mpf(1000))
    used = {t: now, variance: wide, run_variance: exactly(start) + exactly(strength) * t}
    return used, {excess_ratio: ratio, end_variance: piled(mp.mpf(1))}


def a_step_of_ancestral_sampling(world):
    """Samples on a few places make a step: each goes to where the points come from, on average, that lead to its place,
    and noise of random sign is added. Two of the places tell offset and factor; variances of samples and of points of
    the path are sums over them."""
    here, later = world.scales(), world.scales(world.now + (1 - world.now) * world.number(0.5, 0.9))
    wide, before = the_way_back(world)
    law = [(world.number(), mp.mpf(share) / 6) for share in (1, 2, 3)]
    leads = lambda y: before(here, later, y)  # noqa: E731
    (low, added), (high, _), elsewhere = leads(mp.mpf(0)), leads(mp.mpf(1)), world.number()
    after = [(leads(y)[0] + sign * mp.sqrt(added), p / 2) for y, p in law for sign in (-1, 1)]
    pairs = [(here[alpha] * d * mp.sqrt(wide) + here[sigma] * e, mp.mpf(1) / 4) for d in (-1, 1) for e in (-1, 1)]
    due, signal, left = spread_of(pairs)[1], here[alpha] ** 2, here[sigma] ** 2
    used = here | {x: elsewhere, ancestral_factor: high - low, ancestral_offset: low, variance: wide}
    used |= {ancestral_variance: added, sampled_variance: spread_of(law)[1]}
    grown = mp.log(signal) + mp.log(spread_of(law)[1]) - 2 * mp.log(due)
    return used, {
        ancestral_mean: leads(elsewhere)[0],
        sampled_variance_s: spread_of(after)[1],
        scaled_variance: mp.exp(grown),
        snr: mp.exp(mp.quad(lambda v: 1 / v, [left, signal])),
    }

"""Steps of ancestral sampling: where points come from that are at x, by Bayes' rule, and what steps do to samples."""

from __future__ import annotations

from itertools import pairwise

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.world import expectation, normal


def the_way_back(the_world):
    """The variance of Gaussian data; and mean and variance of the points at a less noisy time that lead to x and come
    from the data point that is expected there: that one by quadrature, the points by Bayes' rule."""
    middle, wide = the_world.number(), the_world.number(0.3, 2)

    def guess(now, place):
        a, b = now[alpha], now[sigma]
        narrow = 1 / (1 / wide + a**2 / b**2)
        where = {"around": (middle / wide + a * place / b**2) * narrow, "width": mp.sqrt(narrow)}
        both = lambda z: normal(z, middle, wide) * normal(place, a * z, b**2)  # noqa: E731
        return expectation(lambda z: z, both, **where) / expectation(both, **where)

    def before(now, then, place):
        ratio, end = now[alpha] / then[alpha], guess(now, place)
        missing = now[sigma] ** 2 - ratio**2 * then[sigma] ** 2
        narrow = 1 / (1 / then[sigma] ** 2 + ratio**2 / missing)
        centre = (then[alpha] * end / then[sigma] ** 2 + ratio * place / missing) * narrow
        law = lambda z: normal(z, then[alpha] * end, then[sigma] ** 2) * normal(place, ratio * z, missing)  # noqa: E731
        total = lambda f: expectation(f, law, around=centre, width=mp.sqrt(narrow))  # noqa: E731
        average = total(lambda z: z) / total(lambda z: 1)
        return average, total(lambda z: (z - average) ** 2) / total(lambda z: 1)

    return wide, before


def _ancestral(world, times):
    """The variance of the data, scales, and for each step the map from x to the mean at the next time and the variance
    there."""
    wide, before = the_way_back(world)
    path = [{alpha: a, sigma: b} for a, b in times]

    def step(now, then):
        (low, spread), (high, _) = (before(now, then, mp.mpf(y)) for y in (0, 1))
        return low, high - low, spread

    return wide, path, [step(now, then) for now, then in pairwise(path)]


def _ratio(scales):
    return (scales[alpha] / scales[sigma]) ** 2


def an_ancestral_step(world):
    """Samples with some variance at time t make a step."""
    here, later = world.scales(), world.scales(world.now + (1 - world.now) * world.number(0.5, 0.9))
    wide, path, [(_, slope_there, added)] = _ancestral(world, [(q[alpha], q[sigma]) for q in (here, later)])
    units = [q[alpha] ** 2 / (q[alpha] ** 2 * wide + q[sigma] ** 2) ** 2 for q in path]
    start = world.number(0.3, 2)
    used = {variance: wide, snr: _ratio(path[0]), snr_s: _ratio(path[1]), scaled_variance: start * units[0]}
    return used, {scaled_variance_s: (slope_there**2 * start + added) * units[1]}


def ancestral_steps(world):
    """Three steps from noise without signal: all courses of points that start at one of two places and get noise of
    random sign."""
    rise, fall = world.number(0.15, 0.33), world.number(0.1, 0.3)
    times = [(rise * i, 1 - fall * i) for i in range(4)]
    wide, path, steps = _ancestral(world, times)
    law = [(mp.mpf(1) / 2, y) for y in (mp.mpf(-1), mp.mpf(1))]
    for offset_there, slope_there, added in steps:
        moved = [(p / 2, offset_there + slope_there * y) for p, y in law]
        law = [(p, y + sign * mp.sqrt(added)) for p, y in moved for sign in (-1, 1)]
    centre = mp.fsum(p * y for p, y in law)
    ratios = [_ratio(q) for q in path]
    used = {alpha: path[-1][alpha], sigma: path[-1][sigma], variance: wide}
    used |= {step_snr: ratios[1:], previous_snr: ratios[:-1]}
    return used, {sampled_variance: mp.fsum(p * (y - centre) ** 2 for p, y in law)}

"""Steps that draw part of the noise anew."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.chains import kernel, moments_of, reversed_step, two_times

# Three places and their weights: up to the fifth power they have the moments of a standard normal number.
PLACES = ((-mp.sqrt(3), mp.mpf(1) / 6), (mp.mpf(0), mp.mpf(2) / 3), (mp.sqrt(3), mp.mpf(1) / 6))


def _family(world):
    """A step of the family, as a function of both noises: the new one scatters eta times as much as the point before
    does, given x and the data point; of the old one so much is kept that the scatter of both is right."""
    here, there = two_times(world)
    _, spread = moments_of(*reversed_step(there, kernel(there, here), here[x], here[data]))
    share = world.number(0.1, 0.9)
    new = share * mp.sqrt(spread)
    old = mp.findroot(lambda kept: kept**2 + new**2 - there[sigma] ** 2, there[sigma])
    return here | {eta: share}, lambda one, other: there[alpha] * here[data] + old * one + new * other


def a_step_with_fresh_noise(world):
    used, step = _family(world)
    used[fresh_noise] = world.number()
    return used, {x_s: step(used[noise], used[fresh_noise])}


def many_steps_with_fresh_noise(world):
    """Mean and variance of where the step ends, summed over both noises."""
    used, step = _family(world)
    ends = [(step(one, other), w * v) for one, w in PLACES for other, v in PLACES]
    middle, spread = moments_of(*zip(*ends, strict=True))
    return used, {step_mean: middle, step_variance: spread}


def a_draw_of_the_point_before(world):
    """A draw from the law of the point at time s, given x and the data point."""
    here, there = two_times(world)
    middle, spread = moments_of(*reversed_step(there, kernel(there, here), here[x], here[data]))
    drawn = world.number()
    return here | {fresh_noise: drawn}, {x_s: middle + mp.sqrt(spread) * drawn}

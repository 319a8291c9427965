"""Steps that draw part of the noise anew."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.chains import kernel, moments_of, old_and_new, reversed_step, two_times


def _family(world):
    """A step of the family, as a function of both noises: the new one scatters eta times as much as the point before
    does, given x and the data point; of the old one so much is kept that the scatter of both is right. The noise is
    large, so that what becomes of it is seen."""
    here, there = two_times(world)
    here[data], here[noise], share = world.number(-0.2, 0.2), world.number(1, 2), world.number(0.4, 0.7)
    here[x] = here[alpha] * here[data] + here[sigma] * here[noise]
    _, spread = moments_of(*reversed_step(there, kernel(there, here), here[x], here[data]))
    new = share * mp.sqrt(spread)
    old = mp.findroot(lambda kept: kept**2 + new**2 - there[sigma] ** 2, there[sigma])
    return here | {eta: share}, lambda one, other: there[alpha] * here[data] + old * one + new * other


def a_step_with_fresh_noise(world):
    used, step = _family(world)
    used[fresh_noise] = world.number()
    then = {alpha: used[alpha_s], sigma: used[sigma_s]}
    names = old_and_new(then, used, kernel(then, used)[1])
    return used, names | {x_s: step(used[noise], used[fresh_noise])}


def many_steps_with_fresh_noise(world):
    """Mean and variance of where the step ends, summed over both noises: over three places each, whose weights have
    the moments of a standard normal number up to the fifth."""
    used, step = _family(world)
    places = [(-mp.sqrt(3), mp.mpf(1) / 6), (mp.mpf(0), mp.mpf(2) / 3), (mp.sqrt(3), mp.mpf(1) / 6)]
    ends = [(step(one, other), w * v) for one, w in places for other, v in places]
    middle, spread = moments_of(*zip(*ends, strict=True))
    return used, {step_mean: middle, step_variance: spread}


def a_draw_of_the_point_before(world):
    """A draw from the law of the point at time s, given x and the data point."""
    here, there = two_times(world)
    step = kernel(there, here)
    middle, spread = moments_of(*reversed_step(there, step, here[x], here[data]))
    drawn = world.number()
    return here | {fresh_noise: drawn}, old_and_new(there, here, step[1]) | {
        ancestral_mean: middle,
        ancestral_variance: spread,
        x_s: middle + mp.sqrt(spread) * drawn,
    }

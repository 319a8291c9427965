"""The noising chain: a forward kernel that joins two times of the path, and its reversal by Bayes' rule."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.paths import moving_point
from derivations.witnesses.world import normal

FINE, REACH = (
    8,
    12,
)  # nodes to a deviation, deviations to each side: the trapezoidal rule is exact beyond the digits kept


def nodes(around, width):
    return [around + width * i / FINE for i in range(-FINE * REACH, FINE * REACH + 1)]


def kernel(then, now):
    """Factor and deviation of the step that carries the law of the path at one time to that at another: for which
    of them is the density of x, averaged over where the point was before, the density of the path?"""
    end = mp.mpf(1) / 2
    spots = nodes(then[alpha] * end, then[sigma])
    law = [normal(z, then[alpha] * end, then[sigma] ** 2) * then[sigma] / FINE for z in spots]
    factor = now[alpha] * end / mp.fsum(share * z for share, z in zip(law, spots, strict=True))

    def excess(deviation):
        there = mp.fsum(
            share * normal(now[alpha] * end, factor * z, deviation**2) for share, z in zip(law, spots, strict=True)
        )
        return there - normal(now[alpha] * end, now[alpha] * end, now[sigma] ** 2)

    return factor, mp.findroot(excess, (now[sigma] * mp.mpf("0.6"), now[sigma] * mp.mpf("0.7")))


def reversed_step(then, now, place, end):
    """The points at the earlier time and their probabilities, given x and the data point, by Bayes' rule."""
    factor, deviation = kernel(then, now)
    spots = nodes(then[alpha] * end, then[sigma])
    joint = [normal(z, then[alpha] * end, then[sigma] ** 2) * normal(place, factor * z, deviation**2) for z in spots]
    total = mp.fsum(joint)
    return spots, [p / total for p in joint]


def moments_of(spots, shares):
    middle = mp.fsum(p * z for z, p in zip(spots, shares, strict=True))
    return middle, mp.fsum(p * (z - middle) ** 2 for z, p in zip(spots, shares, strict=True))


def two_times(world):
    """A point of the path, and the scales at a later time, far enough from the first."""
    here, _ = moving_point(world)
    there = world.scales(world.now + (1 - world.now) * world.number(0.5, 0.9))
    return here | {alpha_s: there[alpha], sigma_s: there[sigma]}, there


def a_noising_step(world):
    """A step of the chain from s to t, and back: the kernel that joins the two laws, and by Bayes' rule the point at
    time s, given x and the data point."""
    here, there = two_times(world)
    factor, deviation = kernel(there, here)
    middle, spread = moments_of(*reversed_step(there, here, here[x], here[data]))
    return here, {
        transition_factor: factor,
        transition_deviation: deviation,
        added_share: (deviation / here[sigma]) ** 2,
        ancestral_mean: middle,
        ancestral_variance: spread,
    }

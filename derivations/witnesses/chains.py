"""The noising chain: a forward kernel that joins two times of the path, and its reversal by Bayes' rule."""

from __future__ import annotations

import itertools

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.paths import moving_point
from derivations.witnesses.posteriors import difference
from derivations.witnesses.world import normal

FINE, REACH = (
    8,
    12,
)  # nodes to a deviation, deviations to each side: the trapezoidal rule is exact beyond the digits kept


def nodes(around, width):
    return [around + width * i / FINE for i in range(-FINE * REACH, FINE * REACH + 1)]


def bell(distance, spread):
    """What stands in the exponent of a normal density."""
    return -(distance**2) / (2 * spread**2)


def kernel(then, now):
    """Factor and deviation of the step that carries the law of the path at one time to that at another: for which
    of them is the density of x, averaged over where the point was before, the density of the path?"""
    end = mp.mpf(1) / 2
    spots = nodes(then[alpha] * end, then[sigma])
    law = [mp.exp(bell(z - then[alpha] * end, then[sigma])) for z in spots]
    whole = mp.fsum(law)
    factor = now[alpha] * end * whole / mp.fsum(p * z for p, z in zip(law, spots, strict=True))

    def excess(deviation):  # of the density in the middle, in units of what it has to be
        there = mp.fsum(
            p * mp.exp(bell(now[alpha] * end - factor * z, deviation)) for p, z in zip(law, spots, strict=True)
        )
        return there / whole * now[sigma] / deviation - 1

    start = now[sigma] * mp.mpf("0.6"), now[sigma] * mp.mpf("0.7")
    return factor, mp.findroot(excess, start, tol=mp.mpf(10) ** -40)


def exponents(spots, then, step, place, end):
    """By Bayes' rule: prior times likelihood, for each of the points before a step."""
    factor, deviation = step
    return [bell(z - then[alpha] * end, then[sigma]) + bell(place - factor * z, deviation) for z in spots]


def reversed_step(then, step, place, end):
    """The points before a step and their probabilities, given x and the data point."""
    spots = nodes(then[alpha] * end, then[sigma])
    joint = [mp.exp(e) for e in exponents(spots, then, step, place, end)]
    total = mp.fsum(joint)
    return spots, [p / total for p in joint]


def moments_of(spots, shares):
    middle = mp.fsum(p * z for z, p in zip(spots, shares, strict=True))
    return middle, mp.fsum(p * (z - middle) ** 2 for z, p in zip(spots, shares, strict=True))


def two_times(the_world):
    """A point of the path, and the scales at a later time, far enough from the first."""
    here, _ = moving_point(the_world)
    there = the_world.scales(the_world.now + (1 - the_world.now) * the_world.number(0.25, 0.5))
    return here | {alpha_s: there[alpha], sigma_s: there[sigma]}, there


def old_and_new(then, now, deviation):
    """How much smaller the ratio of signal to noise has become, and which share of the noise has come in since: the
    step adds noise with some deviation to what is there."""
    before, after = (mp.exp(mp.log(q[alpha]) - mp.log(q[sigma])) for q in (then, now))
    return {kept_ratio: after / before, added_share: (deviation / now[sigma]) ** 2}


def a_noising_step(world):
    """A step of the chain from s to t, and back: the kernel that joins the two laws, and by Bayes' rule the point at
    time s, given x and the data point."""
    here, there = two_times(world)
    factor, deviation = kernel(there, here)
    middle, spread = moments_of(*reversed_step(there, (factor, deviation), here[x], here[data]))
    return here, old_and_new(there, here, deviation) | {
        transition_factor: factor,
        transition_deviation: deviation,
        ancestral_mean: middle,
        ancestral_variance: spread,
    }


def a_step_skipped(world):
    """Three times: the kernels from one to the next, and the kernel that skips the one between."""
    _, there = two_times(world)
    here = world.scales()
    middle = world.scales((here[t] + there[t]) / 2)
    first, after, whole = kernel(there, middle), kernel(middle, here), kernel(there, here)
    used = {first_factor: first[0], first_deviation: first[1], next_factor: after[0], next_deviation: after[1]}
    return used, {transition_factor: whole[0], transition_deviation: whole[1]}


def a_step_that_keeps_the_variance(world):
    """Normal data, and scales divided by the deviation of x, so that it stays one: the variance of the point at time s,
    given x, by Bayes' rule for the data point and for the point at time s, and quadrature over both."""
    here, there = two_times(world)
    own, middle = world.number(1, 2), world.number()
    for at in (here, there):
        total = mp.sqrt(at[alpha] ** 2 * own + at[sigma] ** 2)
        at[alpha], at[sigma] = at[alpha] / total, at[sigma] / total
    step, place = kernel(there, here), here[alpha] * middle + world.number()
    width = 1 / mp.sqrt(1 / own + (here[alpha] / here[sigma]) ** 2)  # where the integrand lives; not a result
    around = (middle / own + here[alpha] * place / here[sigma] ** 2) * width**2
    ends = nodes(around, width)[:: FINE // 2]
    chances = [normal(z, middle, own) * normal(place, here[alpha] * z, here[sigma] ** 2) for z in ends]
    each = [moments_of(*reversed_step(there, step, place, z)) for z in ends]
    first, second = (
        mp.fsum(p * value for p, value in zip(chances, values, strict=True)) / mp.fsum(chances)
        for values in ([m for m, _ in each], [v + m**2 for m, v in each])
    )
    used = {q: here[q] for q in (alpha, sigma)} | {alpha_s: there[alpha], sigma_s: there[sigma]}
    return used, old_and_new(there, here, step[1]) | {fixed_large_variance: second - first**2}


def a_variance_between(world):
    """The two extremes on the same scales, data whose variance is kept and data that are one point: between their
    logarithms."""
    used, measured = a_step_that_keeps_the_variance(world)
    then = {alpha: used[alpha_s], sigma: used[sigma_s]}
    _, small = moments_of(*reversed_step(then, kernel(then, used), used[alpha], mp.mpf(1)))
    share = world.number(0.1, 0.9)
    logarithm = share * mp.log(measured[fixed_large_variance]) + (1 - share) * mp.log(small)
    names = {q: measured[q] for q in (kept_ratio, added_share)}
    return used | {learned_share: share}, names | {learned_variance: mp.exp(logarithm)}


def relative_entropy(then, now, end, guess):
    """Of the points before a step: how far the law that belongs to the data point is from that of a guess."""
    step, place = kernel(then, now), now[alpha] * end + now[sigma] / 3
    spots = nodes(then[alpha] * end, then[sigma])
    true, said = (exponents(spots, then, step, place, z) for z in (end, guess))
    law = [mp.exp(e) for e in true]
    total, other = mp.fsum(law), mp.fsum(mp.exp(e) for e in said)
    return mp.fsum(p * (e - f) for p, e, f in zip(law, true, said, strict=True)) / total - mp.log(total / other)


def a_guess(world, then):
    """A data point and a prediction that is not too far away."""
    end = world.number()
    return end, end + world.number(0.2, 0.5) * then[sigma]


def an_imperfect_step(world):
    """The relative entropy of a reverse step, and of those of a chain that makes stops on the way, by quadrature."""
    here, there = two_times(world)
    end, guess = a_guess(world, there)
    stops = [world.scales(here[t] + (there[t] - here[t]) * i / 3) for i in range(4)]
    parts = [relative_entropy(then, now, end, guess) for now, then in itertools.pairwise(stops)]
    _, deviation = kernel(there, here)
    return here | {data: end, predicted_data: guess}, old_and_new(there, here, deviation) | {
        step_bound: relative_entropy(there, here, end, guess),
        chain_bound: mp.fsum(parts),
    }


def a_step_a_little_longer(world):
    """How the relative entropy grows with the time at which the step ends, by difference quotients: in that time, and
    in the log signal-to-noise ratio there."""
    here = world.scales()
    end, guess = a_guess(world, here)
    start = world.scales(world.now * world.number(0.2, 0.5))

    def scales_at(u):
        return {alpha: world.alpha(u), sigma: world.sigma(u)}

    growth = difference(lambda h: relative_entropy(scales_at(world.now + h), start, end, guess), 1)
    rise = difference(lambda h: 2 * mp.log(world.alpha(world.now + h) / world.sigma(world.now + h)), 1)
    unit = world.number()
    place = here[alpha] * end + here[sigma] * unit
    here |= {data: end, predicted_data: guess, log_snr_rate: rise, noise: unit}
    here |= {x: place, predicted[noise]: (place - here[alpha] * guess) / here[sigma]}
    return here, {bound_rate: growth, bound_per_log_snr: growth / rise}

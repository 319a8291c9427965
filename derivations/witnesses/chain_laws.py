"""Steps of the noising chain and back: what a step keeps, how far two laws are apart, where a step with noise ends."""

from __future__ import annotations

import itertools

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.chains import (
    a_guess,
    a_step_that_keeps_the_variance,
    kernel,
    moments_of,
    relative_entropy,
    reversed_step,
    two_times,
)
from derivations.witnesses.evidence import bell
from derivations.witnesses.flows import exactly
from derivations.witnesses.fresh_noise import _family
from derivations.witnesses.processes import at_the_limit
from derivations.witnesses.shares import below, density, root, spread_of, three_points
from derivations.witnesses.world import normal


def moments_before_and_after(world):
    """The kernel that joins the laws of the path at two times, and the moments of x at both by sums over the noise."""
    here, there = two_times(world)
    factor, deviation = kernel(there, here)
    laws = [[(q[alpha] * here[data] + q[sigma] * e, p) for e, p in three_points()] for q in (here, there)]
    (first, spread), (first_s, spread_s) = (spread_of(law) for law in laws)
    used = here | {transition_factor: factor, transition_deviation: deviation}
    used |= {first_moment_s: first_s, path_variance_s: spread_s}
    used |= {second_moment: mp.fsum(p * z**2 for z, p in laws[0])}
    kept = (factor * there[sigma] / here[sigma]) ** 2  # of the noise at time t, what was there at time s
    measured = {first_moment: first, path_variance: spread, added_share: 1 - kept}
    return used | {first_moment: first}, measured


def a_place_on_a_logarithmic_ruler(world):
    """The variance that lies so far from the small one to the large one, where lengths are areas under 1/v."""
    used, extremes = a_step_that_keeps_the_variance(world)
    then = {alpha: used[alpha_s], sigma: used[sigma_s]}
    _, small = moments_of(*reversed_step(then, kernel(then, used), used[alpha], mp.mpf(1)))
    large, share = extremes[fixed_large_variance], world.number(0.1, 0.9)
    length = lambda v: mp.quad(lambda y: 1 / y, [small, v])  # noqa: E731
    found = root(lambda v: length(v) - share * length(large), small, large)
    return {learned_share: share, fixed_large_variance: large, ancestral_variance: small}, {learned_variance: found}


def two_laws_of_a_step(world):
    """The expected log likelihood ratio: over places where the share of points has grown by equal parts."""
    centre, guess, spread = world.number(-1, 1), world.number(-1, 1), world.number(0.4, 1)
    other = spread * world.number(1.1, 1.5)
    ratio = lambda z: mp.log(normal(z, centre, spread)) - mp.log(normal(z, guess, other))  # noqa: E731
    found = mp.fsum(p * ratio(centre + mp.sqrt(spread) * e) for e, p in three_points())  # exact for parabolas
    m, n, v, w = (exactly(q) for q in (centre, guess, spread, other))
    logs = [-((x_s - z) ** 2) / (2 * q) - sp.log(2 * sp.pi * q) / 2 for z, q in ((m, v), (n, w))]
    used = {reverse_density: bell(x_s, m, v), reverse_log_density: logs[0], model_log_density: logs[1]}
    return used, {step_bound: found}


def a_chain_with_stops(world):
    """The relative entropies of all steps of a chain, one after the other, and the scales at its two ends."""
    here, there = two_times(world)
    end, guess = a_guess(world, there)
    times = mp.linspace(here[t], there[t], 4)
    stops = [{alpha: world.alpha(u), sigma: world.sigma(u)} for u in times]
    parts = [relative_entropy(then, now, end, guess) for now, then in itertools.pairwise(stops)]
    total = mp.mpf(0)
    for part in reversed(parts):
        total += part
    used = {q: here[q] for q in (alpha, sigma, alpha_s, sigma_s)} | {bound_of_step_k: parts}
    ends = {chain_alpha(0): stops[0][alpha], chain_sigma(0): stops[0][sigma]}
    ends |= {chain_alpha(components): stops[-1][alpha], chain_sigma(components): stops[-1][sigma]}
    return used, ends | {chain_bound: total}


def a_bound_by_two_clocks(world):
    """How the relative entropy of a step grows where the step gets longer: by differences of time, and of the log
    signal-to-noise ratio."""
    start = world.scales(world.now * world.number(0.2, 0.5))
    end, guess = a_guess(world, world.scales())

    def at(h):
        u = world.now + h
        then = {alpha: world.alpha(u), sigma: world.sigma(u)}
        return relative_entropy(then, start, end, guess), mp.log(then[alpha] ** 2 / then[sigma] ** 2)

    here = at(mp.mpf(0))

    def quotient(h):
        there = at(h)
        return [(there[0] - here[0]) / h, (there[1] - here[1]) / h, (there[0] - here[0]) / (there[1] - here[1])]

    steps = {}
    each = [at_the_limit(lambda h, i=i: steps.setdefault(h, quotient(h))[i], mp.mpf(1) / 64) for i in range(3)]
    return {log_snr_rate: each[1], bound_per_log_snr: each[2]}, {bound_rate: each[0]}


def a_step_of_the_family(world):
    """A step that draws part of the noise anew: the cloud of the points before, given x and the data point, shrunk to
    eta times its size, says by how much."""
    used, step = _family(world)
    then = {alpha: used[alpha_s], sigma: used[sigma_s]}
    spots, shares = reversed_step(then, kernel(then, used), used[x], used[data])
    middle, spread = moments_of(spots, shares)
    _, shrunk = moments_of([middle + used[eta] * (z - middle) for z in spots], shares)
    used |= {fresh_noise: world.number(), ancestral_variance: spread}
    return used, {deviation: mp.sqrt(shrunk), x_s: step(used[noise], used[fresh_noise])}


def where_a_step_with_noise_ends(world):
    """Mean and variance of where a step ends that is affine in two noises, summed over both; and how the shares of both
    noises grow."""
    centre, old, new = world.number(), world.number(0.3, 1), world.number(0.3, 1)
    law = [(centre + old * e + new * f, p * q) for e, p in three_points() for f, q in three_points()]
    middle, spread = spread_of(law)
    used = {noise: world.number(), fresh_noise: world.number()}
    used |= {x_s: exactly(centre) + exactly(old) * noise + exactly(new) * fresh_noise}
    concrete = {normal_law(q): bell(q, 0, sp.S.One) for q in (noise, fresh_noise)}
    share = lambda e: below(e, 0, 1)  # noqa: E731
    measured = {normal_law(q): density(share, used[q]) for q in (noise, fresh_noise)}
    return used | concrete, measured | {step_mean: middle, step_variance: spread}

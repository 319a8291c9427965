"""What is measured from the origin and at the ends of time: work, rises of the log density, limits, two points."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.energies import (
    _at,
    _linear,
    _mean_squares,
    _two,
    _work,
    linear_path_by_quadrature,
    two_points_on_the_linear_path,
)
from derivations.witnesses.evidence import bell
from derivations.witnesses.flows import exactly
from derivations.witnesses.shares import below, density, root
from derivations.witnesses.world import normal


def squares_of_all_points(world):
    """Gaussian data on a random path: squared velocities, averaged over all points by sums over their data points."""
    here = world.scales() | {mean: world.number(-1, 1), variance: world.number(0.5, 1.5)}
    law = [(mp.mpf(1), here[mean], here[variance])]
    at_zero, at_one = (_at(mp.mpf(y), here, law)[1] for y in (0, 1))  # the velocity is affine in x
    a, b, da, db, m, c = (exactly(here[q]) for q in (alpha, sigma, dalpha, dsigma, mean, variance))
    used = {
        marginal_density: bell(x, a * m, a**2 * c + b**2),
        marginal_velocity: exactly(at_zero) + exactly(at_one - at_zero) * x,
        prior_density: bell(data, m, c),
        conditional_density: bell(x, a * data, b**2),
        velocity: da * data + db * (x - a * data) / b,
    }
    return used, _mean_squares(here, here[mean], here[variance])


def next_to_the_ends_of_time(world):
    """The velocity and the work against it a moment after the beginning and a moment before the end; at other times, as
    functions of time that follow the quantiles of the points."""
    here, measured = linear_path_by_quadrature(world)
    m, c, place = (exactly(here[q]) for q in (mean, variance, x))
    stretch_rate = (t * c - (1 - t)) / (t**2 * c + (1 - t) ** 2)
    used = {
        x: here[x],
        marginal_velocity: m + stretch_rate * (place - t * m),
        potential: -m * place - stretch_rate * (place**2 / 2 - t * m * place),
    }
    return used, measured


def climbing_from_the_origin(world):
    """Two clouds of data: the work against the velocity and the rise of the log density on the way from the origin, and
    their difference quotients; the score as what the points at x expect of the scores of their own clouds."""
    here = world.scales() | {x: world.number(), reference_variance: world.number(0.3, 2)}
    law = [(mp.mpf(1) / 3, world.number(), world.number(0.3, 1.5)), (mp.mpf(2) / 3, world.number(), mp.mpf(1))]
    common = [(mp.mpf(1), mp.mpf(0), here[reference_variance])]
    dense = lambda y, which: _at(y, here, which)[0]  # noqa: E731
    rise = lambda y, which: mp.quad(lambda v: 1 / v, [dense(mp.mpf(0), which), dense(y, which)])  # noqa: E731
    odds = lambda y: dense(y, law) / dense(y, common)  # noqa: E731
    parts = [(w, here[alpha] * m, here[alpha] ** 2 * c + here[sigma] ** 2) for w, m, c in law]
    heights = [w * normal(here[x], m, c) for w, m, c in parts]
    pull = mp.fsum(p * (m - here[x]) / c for p, (_, m, c) in zip(heights, parts, strict=True)) / mp.fsum(heights)
    beyond = rise(here[x], law) - rise(here[x], common)
    used = here | {marginal_velocity: _at(here[x], here, law)[1], marginal_score: pull}
    used |= {log_odds: mp.log(odds(here[x])), log_odds_at_origin: mp.log(odds(mp.mpf(0)))}
    share_of = lambda amount: root(lambda e: e * here[alpha] - amount, mp.mpf(-1000), mp.mpf(1000))  # noqa: E731
    return used | {log_density_rise: rise(here[x], law)}, {
        potential.diff(x): mp.diff(lambda y: _work(y, here, law), here[x]),
        potential_at_origin: _work(mp.mpf(0), here, law),
        log_density_rise.diff(x): mp.diff(lambda y: mp.log(dense(y, law)), here[x]),
        rise_at_origin: rise(mp.mpf(0), law),
        squared_norm: mp.quad(lambda v: 2 * v, [0, here[x]]),
        excess_rise: share_of(beyond),
        component_rise: share_of(mp.quad(lambda v: 1 / v, [odds(mp.mpf(0)), odds(here[x])])),
    }


def half_of_the_data_at_each(world):
    """Two opposite data points: the density by how the share of points grows, the expected data point by where the
    noise leads to that is missing in x."""
    here = world.scales() | {x: world.number(), half_distance: world.number(0.3, 2)}
    far, a, b = here[half_distance], here[alpha], here[sigma]
    opposite = min(mp.polyroots([1, 0, -(far**2)]))  # the other point that is as far from the origin
    share = lambda y: mp.fsum(below(y, a * z, b) for z in (far, opposite)) / 2  # noqa: E731
    dense = lambda y: density(share, y)  # noqa: E731
    here |= {density_around_one: normal(here[x], a * far, b**2)}
    here |= {density_around_other: normal(here[x], a * opposite, b**2)}
    moved = here[x] + b**2 * mp.diff(lambda y: mp.log(dense(y)), here[x])
    return here, {opposite_point: opposite, marginal_density: dense(here[x]), posterior_mean: moved / a}


def the_valley_at_the_origin(world):
    """Curvature of the energy and slope of the velocity there, by difference quotients; at other places as
    functions."""
    used, measured = two_points_on_the_linear_path(world)
    far, u = used[half_distance], world.now
    here = _linear(u)
    a, b = u, 1 - u
    steep = exactly(a * far / b**2)
    turns = 1 - sp.tanh(steep * x) ** 2
    used = {
        score_slope: -1 / exactly(b) ** 2 + steep**2 * turns,
        divergence: exactly(here[dsigma] / b) + exactly(far * (1 - here[dsigma] * a / b)) * steep * turns,
    }
    energy = lambda y: -mp.log(_two(here, far)[0](y))  # noqa: E731
    return used, {energy_curvature: mp.diff(energy, 0, 2), velocity_slope: measured[velocity_slope]}


def odds_of_a_time(world):
    """The time that is so many times as far from the beginning as from the end."""
    odds = world.number(0.2, 4)
    return {time_odds: odds}, {
        t: root(lambda u: mp.log(u) - mp.log1p(-u) - mp.log(odds), mp.mpf("0.01"), mp.mpf("0.99"))
    }

"""Bayes' rule by what it means: shares of points that pass a place, of points in a narrow gap, and of draws."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.flows import exactly
from derivations.witnesses.posteriors import Plane, covariance_of, expected
from derivations.witnesses.processes import Clouds
from derivations.witnesses.shares import below, density, root, spread_of, three_points
from derivations.witnesses.world import expectation, normal


def bell(z, centre, spread):
    """A normal density as an expression."""
    return sp.exp(-((z - centre) ** 2) / (2 * spread)) / sp.sqrt(2 * sp.pi * spread)


def _path_as_expressions(here):
    """The density of the path and its velocity, given the data point, in the abstract functions' place."""
    a, b, da, db = (exactly(here[q]) for q in (alpha, sigma, dalpha, dsigma))
    return {conditional_density: bell(x, a * data, b**2), some_velocity: da * data + db * (x - a * data) / b}


def a_gaussian_posterior(world):
    """A leaning cloud of data in the plane. Log densities of the data point by itself, of x for it, and of it given x:
    their difference quotients in both coordinates of the data point. Means and covariances by sums over the cloud."""
    here = world.scales()
    here[sigma], here[alpha] = world.number(0.5, 1), world.number(0.4, 1)
    centre, root_of = [world.number(-1, 1) for _ in range(2)], (mp.mpf(3) / 4, world.number(-0.5, 0.5), mp.mpf(1))
    end, seen = ([world.number(-1, 1) for _ in range(2)] for _ in range(2))
    plane = Plane(centre, root_of, here)

    def prior(*z):
        first = (z[0] - centre[0]) / root_of[0]
        return normal(first, 0, 1) * normal(z[1], centre[1] + root_of[1] * first, root_of[2] ** 2) / root_of[0]

    def likelihood(*z):
        return mp.fprod(normal(y, here[alpha] * c, here[sigma] ** 2) for y, c in zip(seen, z, strict=True))

    def posterior(*z):
        return prior(*z) * likelihood(*z) / evidence

    def log_slope(f):
        return mp.matrix([mp.diff(lambda *z: mp.log(f(*z)), end, order) for order in ((1, 0), (0, 1))])

    def moments(shares):
        middle = mp.matrix([expected(shares, lambda z, i=i: z[i]) for i in range(2)])
        return middle, mp.matrix([[covariance_of(shares, i, j) for j in range(2)] for i in range(2)])

    left = list(plane.given(seen))
    evidence = mp.fsum(share for _, share in left)
    (middle, wide), (guess, scatter) = (
        moments([((c, z), p) for c, rows in plane.columns for z, p in rows]),
        moments(left),
    )
    used = {q: here[q] for q in (alpha, sigma)} | {data: mp.matrix(end), x: mp.matrix(seen), mean: middle}
    used |= {covariance: wide, posterior_mean: guess, posterior_covariance: scatter}
    return used, {
        prior_score: log_slope(prior),
        likelihood_score: log_slope(likelihood),
        posterior_score: log_slope(posterior),
    }


def one_coordinate_of_a_posterior(world):
    """The first coordinate of the same."""
    used, measured = a_gaussian_posterior(world)
    first = lambda values: {q: v[0] for q, v in values.items() if isinstance(v, mp.matrix) and v.cols == 1}  # noqa: E731
    slopes = first(measured)
    scales = {q: used[q] for q in (alpha, sigma)}
    return scales | first(used) | {q: slopes[q] for q in (prior_score, likelihood_score)}, slopes


def points_that_pass_a_place(world):
    """Two clouds of data on the path: the density of x is the difference quotient, in the place, of the share of points
    below it; and so many pass the place in a short time as the average velocity there carries."""
    clouds = Clouds(world)
    here, now = world.scales() | {x: clouds.here}, world.now
    dense = density(lambda y: clouds.left(now, y), here[x])
    passing = -mp.diff(lambda u: clouds.left(u, here[x]), now)
    law = sum(exactly(w) * bell(data, exactly(m), exactly(c) ** 2) for w, m, c in clouds.parts)
    used = {x: here[x], data: world.number(), prior_density: law, **_path_as_expressions(here)}
    return used, {
        marginal_density: dense,
        log_density: mp.quad(lambda v: 1 / v, [1, dense]),
        marginal_velocity: passing / dense,
    }


def three_clouds(world):
    """Three components on the path: in each the share of points below a place, and how it changes with the place and in
    time; of the points in a narrow gap, whose they are; and how neighbours that stay on their quantiles part."""
    here, now = world.scales() | {x: world.number(-1, 1), data: world.number(-1, 1)}, world.now
    raw = [world.number(0.2, 1) for _ in range(3)]
    shares = [w / mp.fsum(raw) for w in raw]
    parts = [(world.number(), world.number(0.5, 1)) for _ in raw]

    def deviation(c, u):
        return mp.sqrt(spread_of([
            (world.alpha(u) * c * e + world.sigma(u) * f, p * q) for e, p in three_points() for f, q in three_points()
        ])[1])  # fmt: skip

    def left(m, c, u, y):
        return below(y, world.alpha(u) * m, deviation(c, u))

    def dense(m, c, y):
        return density(lambda v: left(m, c, now, v), y)

    def carried(m, c, y):
        return -mp.diff(lambda u: left(m, c, u, y), now) / dense(m, c, y)

    def parting(c):
        return mp.diff(lambda u: mp.log(deviation(c, u)), now)

    gap = [mp.diff(lambda y, m=m, c=c: left(m, c, now, y), here[x]) for m, c in parts]
    used = {x: here[x], data: here[data], weight: shares, **_path_as_expressions(here)}
    used |= {component_prior: [bell(data, exactly(m), exactly(c) ** 2) for m, c in parts]}
    used |= {prior_density: sum(exactly(w) * p for w, p in zip(shares, used[component_prior], strict=True))}
    measured = {
        prior_density: density(lambda z: mp.fsum(w * below(z, m, c) for w, (m, c) in zip(shares, parts, strict=True)),
                               here[data]),
        component_density: [dense(m, c, here[x]) for m, c in parts],
        component_velocity: [carried(m, c, here[x]) for m, c in parts],
        component_density.diff(x): [mp.diff(lambda y, m=m, c=c: dense(m, c, y), here[x]) for m, c in parts],
        component_velocity.diff(x): [mp.diff(lambda y, m=m, c=c: carried(m, c, y), here[x]) for m, c in parts],
        component_score: [mp.diff(lambda y, m=m, c=c: mp.log(dense(m, c, y)), here[x]) for m, c in parts],
        component_divergence: [parting(c) for _, c in parts],
        responsibility: [w * p / mp.fsum(v * q for v, q in zip(shares, gap, strict=True))
                         for w, p in zip(shares, gap, strict=True)],
    }  # fmt: skip
    return used, measured


def draws_from_a_mixture(world):
    """Draw a component, then from it: how the share of draws below a place grows."""
    used, measured = three_clouds(world)
    place = used[data]
    law = [exactly_at(p, place) for p in used[component_prior]]
    return {weight: used[weight], component_prior: law}, {prior_density: measured[prior_density]}


def exactly_at(expression, place):
    """The number that an expression in the data point has there."""
    return mp.mpf(expression.xreplace({data: exactly(place)}).evalf(40)._mpf_)


def a_pair_of_coordinates(world):
    """Two clouds in the plane: mean, variance and covariance given x, summed over the data points of a grid that lies
    along the clouds."""
    here = world.scales() | {q: world.number(-1, 1) for q in points[:2]}
    here[sigma], here[alpha] = world.number(0.5, 1), world.number(0.4, 1)
    place, law, shares = (here[x], here[points[1]]), 0, []
    for part in (mp.mpf(1) / 3, mp.mpf(2) / 3):
        centre = world.number(-1, 1), world.number(-1, 1)
        first, lean, second = world.number(0.6, 1), world.number(-0.4, 0.4), world.number(0.6, 1)
        plane = Plane(centre, (first, lean, second), here)
        shares += [(z, part * share) for z, share in plane.given(place)]
        m, n, c, d, e = (exactly(q) for q in (*centre, first, lean, second))
        unit = (data - m) / c
        law += exactly(part) * bell(data, m, c**2) * bell(data_2, n + d * unit, e**2)
    a, b = exactly(here[alpha]), exactly(here[sigma])
    seen = bell(x, a * data, b**2) * bell(points[1], a * data_2, b**2)
    used = {x: here[x], points[1]: here[points[1]], pair_prior: law, conditional_densities[1]: seen}
    return used, {
        marginal_density: mp.fsum(share for _, share in shares),
        posterior_mean: expected(shares, lambda z: z[0]),
        posterior_mean_2: expected(shares, lambda z: z[1]),
        posterior_variance: covariance_of(shares, 0, 0),
        pair_covariance: covariance_of(shares, 0, 1),
    }


def a_normal_cloud(world):
    """How the share of a normal cloud below a place grows there."""
    used = {data: world.number(), mean: world.number(), variance: world.number(0.3, 2)}
    share = lambda z: below(z, used[mean], mp.sqrt(used[variance]))  # noqa: E731
    return used, {prior_density: density(share, used[data])}


def two_log_densities(world):
    """Two clouds on the path against a third: the area under 1/v between both densities."""
    clouds, centre = Clouds(world), world.number(-1, 1)
    one = density(lambda y: clouds.left(world.now, y), clouds.here)
    other = density(lambda y: below(y, centre, mp.mpf(1)), clouds.here)
    return {log_density: mp.log(one), reference_log_density: mp.log(other)}, {
        log_odds: mp.quad(lambda v: 1 / v, [other, one])
    }


def a_standard_quantile(world):
    """Of a standard cloud the same share lies below it as of the points of the path below x; the share of each noise is
    summed over the data."""
    here = world.scales() | {x: world.number(-1, 1), mean: world.number(-1, 1), variance: world.number(0.3, 2)}
    share = expectation(
        lambda z: below(here[x], here[alpha] * z, here[sigma]),
        lambda z: normal(z, here[mean], here[variance]),
        around=here[mean],
        width=mp.sqrt(here[variance]),
    )
    return here, {standard_point: root(lambda y: mp.ncdf(y) - share, mp.mpf(-8), mp.mpf(8))}


def clouds_around_data_points(world):
    """A few data points in two to five dimensions: how the share of noise in the box below x grows with each of its
    edges."""
    here, size = world.scales(), world.random.randint(2, 5)
    place = [world.number(-1, 1) for _ in range(size)]
    spots = [[world.number(-1, 1) for _ in range(size)] for _ in range(4)]
    a, b = here[alpha], here[sigma]
    grows = lambda y, z: density(lambda v: below(v, a * z, b), y)  # noqa: E731
    used = {dimension: mp.mpf(size), sigma: b}
    used[squared_distance] = [mp.norm([y - a * z for y, z in zip(place, spot, strict=True)]) ** 2 for spot in spots]
    return used, {
        component_density: [mp.fprod(grows(y, z) for y, z in zip(place, spot, strict=True)) for spot in spots]
    }


def what_a_network_says(world):
    """Two components and a network with one parameter: the squared distance from the network to the velocity of each
    component, summed over places and components."""
    parts = [(mp.mpf(2) / 5, world.number(-1, 1), world.number(), world.number()),
             (mp.mpf(3) / 5, world.number(-1, 1), world.number(), world.number())]  # fmt: skip
    parameter, tilt = world.number(), world.number(0.5, 1.5)
    loss = mp.fsum(
        w * expectation(
            lambda y, a=a, b=b: (mp.sin(parameter * y + tilt) - a * y - b) ** 2,
            lambda y, m=m: normal(y, m, mp.mpf(1) / 2),
            around=m, width=1 / mp.sqrt(2))
        for w, m, a, b in parts)  # fmt: skip
    used = {theta: parameter, weight: [w for w, *_ in parts], network: sp.sin(theta * x + exactly(tilt))}
    used[component_density] = [bell(x, exactly(m), sp.S.Half) for _, m, _, _ in parts]
    used[component_velocity] = [exactly(a) * x + exactly(b) for _, _, a, b in parts]
    return used, {conditional_loss: loss}

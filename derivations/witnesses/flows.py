"""Clouds that move, maps that carry densities, probes that are enumerated."""

from __future__ import annotations

import itertools

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.world import expectation, normal


def exactly(value):
    """A measured number inside a SymPy expression that stands in for an abstract function."""
    sign, mantissa, exponent, _ = mp.mpf(value)._mpf_
    return sp.Integer((-1) ** sign * int(mantissa)) * sp.Integer(2) ** int(exponent)


def two_clouds(the_world):
    """Share, centre and width of each."""
    return [(mp.mpf(share) / 3, the_world.number(), the_world.number(0.5, 1)) for share in (1, 2)]


def moving_gaussian_cloud(world):
    """Gaussian data in three coordinates: the density of x is the data point averaged out, its rate a difference
    quotient in time."""
    used, measured = world.scales(), {}
    used |= {q: world.number() for q in (*points, *means)} | {q: world.number(0.3, 2) for q in variances}

    def share(i, u, function=lambda z: mp.mpf(1)):
        centre, spread, a, b = used[means[i]], used[variances[i]], world.alpha(u), world.sigma(u)
        narrow = 1 / (1 / spread + a**2 / b**2)
        return expectation(
            lambda z: function(z) * normal(used[points[i]], a * z, b**2),
            lambda z: normal(z, centre, spread),
            around=(centre / spread + a * used[points[i]] / b**2) * narrow,
            width=mp.sqrt(narrow),
        )

    for d, p in enumerate(moving_densities, 1):
        at = lambda u, d=d: mp.fprod(share(i, u) for i in range(d))  # noqa: E731
        measured |= {p: at(world.now), sp.Derivative(p, t): mp.diff(at, world.now)}
    for i, q in enumerate(marginal_velocities):
        speed = lambda z, i=i: used[dalpha] * z + used[dsigma] * (used[points[i]] - used[alpha] * z) / used[sigma]  # noqa: E731
        measured[q] = share(i, world.now, speed) / share(i, world.now)
    return used, measured


def any_conditional_path(world):
    """Data from two normal clouds; given the data point z, x is normal around a bent path with a deviation that
    depends on z. Quadrature over the data at times around now."""
    parts = [
        (mp.mpf(1) / 3, world.number(), world.number(0.5, 1)),
        (mp.mpf(2) / 3, world.number(), world.number(0.5, 1)),
    ]
    here, bend, wide = world.number(), world.number(-0.3, 0.3), world.number(0.05, 0.2)
    law = lambda z: mp.fsum(w * normal(z, m, c) for w, m, c in parts)  # noqa: E731
    centre = lambda z, u: world.alpha(u) * z + bend * u**2 * z**2  # noqa: E731
    spread = lambda z, u: world.sigma(u) * (1 + wide * u * z**2)  # noqa: E731

    def density(u, function=lambda z: mp.mpf(1)):
        integrand = lambda z: function(z) * normal(here, centre(z, u), spread(z, u) ** 2) * law(z)  # noqa: E731
        return expectation(integrand, around=mp.mpf(0), width=mp.mpf(1) / 2)

    now = world.now

    def speed(z):  # of the point that keeps its share of the cloud around its mean
        start = (here - centre(z, now)) / spread(z, now)
        return mp.diff(lambda u: centre(z, u) + start * spread(z, u), now)

    rate = lambda f: mp.diff(f, now)  # noqa: E731
    bent, wider = (exactly(q) for q in (bend, wide))
    a, b, da, db, u = (
        exactly(q) for q in (world.alpha(now), world.sigma(now), rate(world.alpha), rate(world.sigma), now)
    )
    middle, deviation = a * data + bent * u**2 * data**2, b * (1 + wider * u * data**2)
    stretch = db / b + wider * data**2 / (1 + wider * u * data**2)
    concrete = {
        conditional_density: sp.exp(-(((x - middle) / deviation) ** 2) / 2) / sp.sqrt(2 * sp.pi) / deviation,
        some_velocity: da * data + 2 * bent * u * data**2 + stretch * (x - middle),
        prior_density: sum(
            exactly(w) * sp.exp(-((data - exactly(m)) ** 2) / (2 * exactly(c))) / sp.sqrt(2 * sp.pi * exactly(c))
            for w, m, c in parts
        ),
    }
    return {x: here, **concrete}, {
        moving_density: density(now),
        sp.Derivative(moving_density, t): rate(density),
        marginal_velocity: density(now, speed) / density(now),
    }


def moving_mixture(world):
    """Three normal clouds, each with its own mean and deviation in time."""
    raw, here, now = [world.number(0.2, 1) for _ in range(3)], world.number(), world.now
    weights = [w / mp.fsum(raw) for w in raw]
    paths = []
    for _ in weights:
        start, pace, grow = world.number(), world.number(), world.number(0.2, 1)
        paths.append((lambda u, s=start, p=pace: s + mp.sin(p * u), lambda u, g=grow: g + u**2 / 2))

    def density(u, function=lambda m, s: mp.mpf(1)):
        parts = zip(weights, paths, strict=True)
        return mp.fsum(w * function(m, s) * normal(here, m(u), s(u) ** 2) for w, (m, s) in parts)

    def speed(m, s):  # of the point that keeps its share of its cloud
        start = (here - m(now)) / s(now)
        return mp.diff(lambda u: m(u) + start * s(u), now)

    laws, speeds = [], []
    for m, s in paths:
        middle, deviation, drift, growth = (exactly(q) for q in (m(now), s(now), mp.diff(m, now), mp.diff(s, now)))
        laws.append(sp.exp(-(((x - middle) / deviation) ** 2) / 2) / sp.sqrt(2 * sp.pi) / deviation)
        speeds.append(drift + growth / deviation * (x - middle))
    used = {x: here, weight: weights, moving_component_density: laws, moving_component_velocity: speeds}
    return used, {
        moving_density: density(now),
        sp.Derivative(moving_density, t): mp.diff(density, now),
        marginal_velocity: density(now, speed) / density(now),
    }


def a_flow_that_bends(world):
    """Noise carried by maps that are not affine, in one, two and three dimensions. A trajectory keeps its noise; its
    density is the noise's over the determinant of the map's Jacobian, by difference quotients. At a fixed place it is
    that of the noises that are carried there, times the room that the way back makes for them."""
    start = [world.number(-1, 1) for _ in points]
    shift, wide, tall, deep = (world.number(0.5, 1.5) for _ in range(4))

    def carried(z, u):
        one, two, three = (*z, 0, 0)[:3]
        first = mp.exp(shift * u + (1 + wide * u) * one)
        return [first, first * (1 + tall * u**2) * two, (1 + deep * u) * three + mp.sin(first)]

    def log_density(u, d):
        slopes = mp.matrix(d, d)
        for j in range(d):
            for i in range(d):
                moved = lambda v, i=i, j=j: carried([*start[:j], v, *start[j + 1 : d]], u)[i]  # noqa: E731
                slopes[i, j] = mp.diff(moved, start[j])
        return mp.fsum(mp.log(normal(z, 0, 1)) for z in start[:d]) - mp.log(abs(mp.det(slopes)))

    def origin(y, u):  # the first two maps are undone by hand, and the third
        one, two, three = (*y, 0, 0)[:3]
        return [(mp.log(one) - shift * u) / (1 + wide * u), two / one / (1 + tall * u**2),
                (three - mp.sin(one)) / (1 + deep * u)]  # fmt: skip

    def density_there(u, d):
        """Each map moves its own coordinate last, so the Jacobian has a triangle of zeros."""
        room = [mp.diff(lambda v, i=i: origin([*here[:i], v, *here[i + 1 : d]], u)[i], here[i]) for i in range(d)]
        return mp.fprod(normal(z, 0, 1) * v for z, v in zip(origin(here[:d], u), room, strict=False))

    now = world.now
    here = carried(start, now)
    u, g, h, k_, m_ = (exactly(q) for q in (now, shift, wide, tall, deep))
    back = (sp.log(x) - g * u) / (1 + h * u), x_2 / x / (1 + k_ * u**2), (x_3 - sp.sin(x)) / (1 + m_ * u)
    speed_1 = x * (g + h * back[0])
    speed_2 = x_2 * (speed_1 / x + 2 * k_ * u / (1 + k_ * u**2))
    speed_3 = m_ * back[2] + sp.cos(x) * speed_1
    volume = x * (1 + h * u), x * (1 + k_ * u**2), 1 + m_ * u
    bell = [sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi) / v for z, v in zip(back, volume, strict=True)]
    used = dict(zip(points, here, strict=True))
    measured = {q: mp.diff(lambda v, i=i: carried(start, v)[i], now) for i, q in enumerate(velocities)}
    for d, (p, field, rate) in enumerate(zip(moving_densities, fields, path_log_density_rates, strict=True), 1):
        used |= {p: sp.Mul(*bell[:d])} | dict(zip(field, (speed_1, speed_2, speed_3), strict=False))
        measured[rate] = mp.diff(lambda v, d=d: log_density(v, d), now)
        measured[sp.Derivative(p, t)] = mp.diff(lambda v, d=d: density_there(v, d), now)

    def stays(v):  # the noise that is at the same place at another time
        z = (mp.log(here[0]) - shift * v) / (1 + wide * v)
        return mp.log(normal(z, 0, 1)) - mp.log(mp.diff(lambda w: carried([w], v)[0], z))

    return used, measured | {sp.Derivative(moving_log_density, t): mp.diff(stays, now)}


def monotone(world, variable, turned=False):
    """A random monotone map, as a function of mpmath numbers and as an expression."""
    pace, lift, wide = world.number(0.5, 1.5), world.number(), world.number(0.1, 0.5)
    sign = -1 if turned else 1
    number = lambda z: sign * (pace * z + lift + wide * z**3 / 3)  # noqa: E731
    steep, shift, bent = (exactly(q) for q in (pace, lift, wide))
    return number, sign * (steep * variable + shift + bent * variable**3 / 3)


def density_by_shares(share, where):
    """The density is the rate at which the share of points to the left grows."""
    return mp.diff(share, where)


def inverse(function, start):
    """The point that the map sends to y, by Newton's method."""
    return lambda y: mp.findroot(lambda z: function(z) - y, start)


def shares_to_the_left(world):
    """Points of two normal clouds are moved by a monotone map, rising or falling; their share to the left of a place
    is that of the points which come from there."""
    here = world.number(-1, 1)
    turned = here > 0
    parts = [
        (mp.mpf(1) / 3, world.number(), world.number(0.5, 1)),
        (mp.mpf(2) / 3, world.number(), world.number(0.5, 1)),
    ]
    carry, expression = monotone(world, base_point, turned)
    origin = inverse(carry, here)
    share = lambda z: mp.fsum(w * mp.ncdf((z - m) / c) for w, m, c in parts)  # noqa: E731
    law = mp.fsum(w * normal(here, m, c**2) for w, m, c in parts)
    image = carry(here)
    found = density_by_shares(lambda y: 1 - share(origin(y)) if turned else share(origin(y)), image)
    used = {
        base_point: here,
        x: image,
        map_of(base_point): expression,
        map_of(x): expression.xreplace({base_point: x}),
        base_density(base_point): sum(
            exactly(w) * sp.exp(-(((base_point - exactly(m)) / exactly(c)) ** 2) / 2) / sp.sqrt(2 * sp.pi) / exactly(c)
            for w, m, c in parts
        ),
        base_log_density: mp.log(law),
        slope: mp.diff(carry, here),
    }
    moved = 1 - share(origin(image)) if turned else share(origin(image))
    step = mp.mpf(1) / 1024
    return used, {
        image_density(map_of(base_point)): found,
        log_density: mp.log(found),
        sp.Integral(image_density(place), (place, -sp.oo, map_of(base_point))): moved,
        orientation: mp.sign(carry(here + step) - carry(here)),
        slope: used[slope],
    }


def two_maps(world):
    """A normal cloud is moved by one map and then by another, of which one rises and one falls; shares to the left, as
    for one map."""
    here = world.number(-1, 1)
    first, first_expression = monotone(world, base_point, turned=here > 0)
    then, then_expression = monotone(world, middle_point, turned=here <= 0)
    between = first(here)
    back_first, back_then = inverse(first, here), inverse(then, between)
    share = lambda y: 1 - mp.ncdf(back_first(back_then(y)))  # noqa: E731
    used = {
        base_point: here,
        middle_point: between,
        place: then(here),  # where the maps in the wrong order would meet
        base_log_density: mp.log(normal(here, 0, 1)),
        first_map(base_point): first_expression,
        next_map(middle_point): then_expression,
        next_map(base_point): then_expression.xreplace({middle_point: base_point}),
        first_map(place): first_expression.xreplace({base_point: place}),
    }
    return used, {log_density: mp.log(mp.diff(share, then(between)))}


def _quadratic_form(matrix, probe):
    return mp.fsum(matrix[i][j] * probe[i] * probe[j] for i in range(3) for j in range(3))


def _scatter_over(world, weighted_probes):
    """Mean and variance of the estimate over a finite list of probes with their probabilities."""
    matrix = [[world.number() for _ in range(3)] for _ in range(3)]
    values = [(p, _quadratic_form(matrix, probe)) for p, probe in weighted_probes]
    average = mp.fsum(p * v for p, v in values)
    used = {entries[i][j]: matrix[i][j] for i in range(3) for j in range(3)}
    along = lambda *axes: _quadratic_form(matrix, [int(i in axes) for i in range(3)])  # noqa: E731
    shared = {
        q: (along(i, j) - along(i) - along(j)) / 2
        for q, (i, j) in zip(symmetric_entries, itertools.combinations(range(3), 2), strict=True)
    }
    return used, shared | {
        expected_trace_estimate: average,
        trace_estimate_variance: mp.fsum(p * (v - average) ** 2 for p, v in values),
    }


def probe_along_an_axis(world):
    """A probe that is neither normal nor made of signs: along one of three orthogonal axes, turned at random, with
    length sqrt(3). Its second moments are one, its coordinates uncorrelated and far from independent."""
    axes, _ = mp.qr(mp.matrix([[world.number() for _ in range(3)] for _ in range(3)]))
    return _scatter_over(world, [(mp.mpf(1) / 3, [mp.sqrt(3) * axes[i, j] for i in range(3)]) for j in range(3)])


def every_sign_vector(world):
    """All eight sign vectors."""
    signs = [(1 - 2 * (i & 1), 1 - (i & 2), 1 - (i & 4) // 2) for i in range(8)]
    return _scatter_over(world, [(mp.mpf(1) / 8, one) for one in signs])


def gaussian_probe_by_quadrature(world):
    """Gauss-Hermite quadrature with three nodes in each coordinate, exact for polynomials up to the fifth degree; the
    nodes are the roots of the third Hermite polynomial."""
    nodes = mp.polyroots([1, 0, -3, 0])
    share = [6 / (3 * (node**2 - 1)) ** 2 for node in nodes]  # n! / (n He_{n-1})^2
    grid = [(i, j, m) for i in range(3) for j in range(3) for m in range(3)]
    return _scatter_over(world, [(share[i] * share[j] * share[m], [nodes[i], nodes[j], nodes[m]]) for i, j, m in grid])

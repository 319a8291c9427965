"""Everything that is expected given x: a mixture in the plane by quadrature, and a few data points by counting."""

from __future__ import annotations

import functools

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.world import normal

COMPONENTS = 3


class Plane:
    """One Gaussian in the plane, seen through the path: its data points on a grid, each with its own probability.

    The trapezoidal rule on such a grid is exact beyond the digits kept, and the grid ends 9 deviations out.
    """

    def __init__(self, centre, root, scales):
        self.scales, self.columns = scales, []
        ticks = [mp.mpf(i) / 2 for i in range(-18, 19)]
        bell = [normal(u, 0, 1) / 2 for u in ticks]
        for u, share in zip(ticks, bell, strict=True):  # a column of the grid: one first coordinate
            place = centre[0] + root[0] * u
            rows = [centre[1] + root[1] * u + root[2] * v for v in ticks]
            self.columns.append((place, [(z, share * other) for z, other in zip(rows, bell, strict=True)]))

    @functools.cache  # noqa: B019, a plane lives as long as its witness runs
    def seen(self, height):
        """For each column: the joint densities of its data points with the second coordinate of x."""
        a, b = self.scales[alpha], self.scales[sigma]
        narrow, unit = -1 / (2 * b**2), 1 / (b * mp.sqrt(2 * mp.pi))
        return [
            [share * unit * mp.exp(narrow * (height - a * z) ** 2) for z, share in rows] for _, rows in self.columns
        ]

    def density(self, y):
        a, b = self.scales[alpha], self.scales[sigma]
        return mp.fsum(
            normal(y[0], a * place, b**2) * total
            for (place, _), total in zip(self.columns, self.totals(y[1]), strict=True)
        )

    @functools.cache  # noqa: B019
    def totals(self, height):
        return [mp.fsum(column) for column in self.seen(height)]

    def given(self, y):
        """The data points and their joint densities with x = y."""
        a, b = self.scales[alpha], self.scales[sigma]
        for (place, rows), column in zip(self.columns, self.seen(y[1]), strict=True):
            near = normal(y[0], a * place, b**2)
            yield from (((place, z), near * share) for (z, _), share in zip(rows, column, strict=True))


def expected(shares, function):
    """The average over data points with these shares."""
    return mp.fsum(share * function(z) for z, share in shares) / mp.fsum(share for _, share in shares)


def covariance_of(shares, i, j):
    middle = [expected(shares, lambda z, c=c: z[c]) for c in (i, j)]
    return expected(shares, lambda z: (z[i] - middle[0]) * (z[j] - middle[1]))


def mixture_in_the_plane(world):
    """Three Gaussians in the plane with full covariances: densities, expectations and covariances given x, of each
    and of all of them, by quadrature over the data point; slopes by difference quotients."""
    here = world.scales()
    here[sigma] = world.number(0.5, 1)
    here[alpha] = world.number(0.4, 1)
    y = (world.number(-1, 1), world.number(-1, 1))
    raw = [world.number(0.2, 1) for _ in range(COMPONENTS)]
    shares = [w / mp.fsum(raw) for w in raw]
    parts = [
        Plane(
            (world.number(-1, 1), world.number(-1, 1)),
            (world.number(0.5, 1), world.number(-0.5, 0.5), world.number(0.5, 1)),
            here,
        )
        for _ in range(COMPONENTS)
    ]

    def log_of_all(y):
        return mp.log(mp.fsum(w * part.density(y) for w, part in zip(shares, parts, strict=True)))

    def slope(function, *order):
        """A central difference quotient of high order, in x (and in its second coordinate)."""
        return difference(lambda u, v=0: function((y[0] + u, y[1] + v)), *order)

    noise_of = lambda z: (y[0] - here[alpha] * z[0]) / here[sigma]  # noqa: E731
    each = [list(part.given(y)) for part in parts]
    everything = [(z, w * share) for w, own in zip(shares, each, strict=True) for z, share in own]
    density_k = [mp.fsum(share for _, share in own) for own in each]
    here |= {x: y[0], points[1]: y[1]}
    here |= {
        weight: shares,
        component_density: density_k,
        component_score: [slope(lambda p, part=part: mp.log(part.density(p)), 1) for part in parts],
        component_expected_data: [expected(own, lambda z: z[0]) for own in each],
        component_expected_data_2: [expected(own, lambda z: z[1]) for own in each],
        component_expected_noise: [expected(own, noise_of) for own in each],
        component_pair_covariance: [covariance_of(own, 0, 1) for own in each],
        marginal_score: slope(log_of_all, 1),
        score_slope: slope(log_of_all, 2),
        score_cross_slope: slope(log_of_all, 1, 1),
    }
    return here, {
        responsibility: [
            mp.fsum(w * share for _, share in own) / mp.fsum(share for _, share in everything)
            for w, own in zip(shares, each, strict=True)
        ],
        log_density: log_of_all(y),
        marginal_score: here[marginal_score],
        posterior_mean: expected(everything, lambda z: z[0]),
        posterior_mean_2: expected(everything, lambda z: z[1]),
        expected_noise: expected(everything, noise_of),
        pair_covariance: covariance_of(everything, 0, 1),
        posterior_variance: covariance_of(everything, 0, 0),
    }


def difference(function, *order):
    """A derivative as a difference quotient: Richardson's scheme on central differences, error of order 1e-16."""
    if len(order) == 2:
        return difference(lambda u: difference(lambda v: function(u, v), order[1]), order[0])
    step, rows = mp.mpf(1) / 32, []
    for i in range(4):
        h = step / 2**i
        if order[0] == 1:
            quotient = (function(h) - function(-h)) / (2 * h)
        else:
            quotient = (function(h) - 2 * function(mp.mpf(0)) + function(-h)) / h**2
        row = [quotient]
        for j, coarse in enumerate(rows[-1] if rows else [], 1):
            row.append(row[-1] + (row[-1] - coarse) / (4**j - 1))
        rows.append(row)
    return rows[-1][-1]


def a_few_data_points(world):
    """Five points in the plane, one of them drawn at random: expectations given x by counting, each point with the
    density of its own cloud; velocities as difference quotients along the path from the noise that leads to x."""
    here = world.scales()
    a, b = here[alpha], here[sigma]
    spots = [(world.number(), world.number()) for _ in range(5)]
    y = tuple(a * c + b * world.number(-1, 1) for c in spots[0])
    chances = [mp.fprod(normal(p, a * c, b**2) for p, c in zip(y, z, strict=True)) for z in spots]

    def moving(z):
        start = (y[0] - a * z[0]) / b
        return mp.diff(lambda u: world.alpha(u) * z[0] + world.sigma(u) * start, world.now)

    here |= {
        x: y[0],
        data_point: [z[0] for z in spots],
        squared_distance: [mp.fsum((p - a * c) ** 2 for p, c in zip(y, z, strict=True)) for z in spots],
        nearest_squared_distance: world.number(0.5, 2),
    }
    shares = list(zip(spots, chances, strict=True))
    return here, {posterior_mean: expected(shares, lambda z: z[0]), marginal_velocity: expected(shares, moving)}

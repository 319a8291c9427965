"""Energies: potentials as work along the way, mean squares by quadrature, and data at two points."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.shares import variance_on_the_path
from derivations.witnesses.world import normal

NODES = 24  # on either side, half a deviation apart: the trapezoidal rule is exact to 30 digits for Gaussians


def _linear(u):
    """The linear path without noise left."""
    return {alpha: u, sigma: 1 - u, dalpha: mp.mpf(1), dsigma: mp.mpf(-1), half_variance_rate: u - 1, t: u}


def _nodes(centre, spread):
    step = mp.sqrt(spread) / 2
    return [(centre + i * step, step) for i in range(-NODES, NODES + 1)]


def _at(y, here, law):
    """Density of x at y, and mean and mean square of the velocity there: sums over data points from the components
    (weight, mean, variance) of `law`, on nodes placed where the integrand lives."""
    a, b = here[alpha], here[sigma]
    mass, first, second = mp.mpf(0), mp.mpf(0), mp.mpf(0)
    for w, m, c in law:
        narrow, size = 1 / (1 / c + a**2 / b**2), w / (2 * mp.pi * mp.sqrt(c) * b)
        for z, step in _nodes((m / c + a * y / b**2) * narrow, narrow):
            share = size * step * mp.exp(-((z - m) ** 2) / (2 * c) - (y - a * z) ** 2 / (2 * b**2))
            speed = here[dalpha] * z + here[dsigma] * (y - a * z) / b
            mass, first, second = mass + share, first + share * speed, second + share * speed**2
    return mass, first / mass, second / mass


def _mean_squares(here, m, c):
    """Quadrature over x of what `_at` finds there."""
    square, left = mp.mpf(0), mp.mpf(0)
    for y, step in _nodes(here[alpha] * m, here[alpha] ** 2 * c + here[sigma] ** 2):
        mass, first, second = _at(y, here, [(mp.mpf(1), m, c)])
        square, left = square + step * mass * first**2, left + step * mass * (second - first**2)
    return {mean_squared_velocity: square, irreducible_loss: left}


def mean_squares_by_quadrature(world):
    """Gaussian data on a random path: averages over all points of squared velocities, by quadrature."""
    here = world.scales() | {mean: world.number(), variance: world.number(0.3, 2)}
    return here, _mean_squares(here, here[mean], here[variance])


def mean_squares_on_the_linear_path(world):
    """The same on the linear path."""
    here = _linear(world.now) | {mean: world.number(), variance: world.number(0.3, 2)}
    return here, _mean_squares(here, here[mean], here[variance])


def _work(y, here, law):
    """Minus the velocity, added up along the way from the origin to y (Gauss and Legendre, 48 nodes)."""
    return mp.quad(lambda v: -_at(v, here, law)[1], [0, y], method="gauss-legendre", maxdegree=4)


def linear_path_by_quadrature(world):
    """Gaussian data on the linear path, inside and next to both ends."""
    here = _linear(world.now) | {x: world.number(), mean: world.number(), variance: world.number(0.3, 2)}
    law = [(mp.mpf(1), here[mean], here[variance])]
    step = mp.mpf(1) / 2**50
    early, late = _linear(step), _linear(1 - step)
    measured = {
        marginal_velocity: _at(here[x], here, law)[1],
        final_velocity: _at(here[x], late, law)[1],
        noise_end_potential: _work(here[x], early, law),
        data_end_potential: _work(here[x], late, law),
        own_variance: variance_on_the_path(here[alpha], here[sigma], here[variance]),
    }
    return here, measured


def potential_by_work(world):
    """A mixture of three components: the potential is the work against the velocity on the way from the origin."""
    here = world.scales() | {x: world.number()}
    raw = [world.number(0.2, 1) for _ in range(3)]
    law = [(w / mp.fsum(raw), world.number(), world.number(0.3, 1.5)) for w in raw]
    round_one = world.number(0.3, 2)
    rise, common = (
        mp.log(_at(here[x], here, known)[0] / _at(mp.mpf(0), here, known)[0])
        for known in (law, [(mp.mpf(1), mp.mpf(0), round_one)])
    )
    here |= {squared_norm: here[x] ** 2, log_density_rise: rise, reference_variance: round_one}
    return here | {excess_rise: (rise - common) / here[alpha]}, {potential: _work(here[x], here, law)}


def rise_of_a_component(world):
    """Densities of Gaussian data and of the reference, at x and at the origin."""
    here = world.scales() | {x: world.number(), mean: world.number(), variance: world.number(0.3, 2)}
    here |= {reference_variance: world.number(0.3, 2)}
    own, common = [(mp.mpf(1), here[mean], here[variance])], [(mp.mpf(1), mp.mpf(0), here[reference_variance])]

    def odds(y):
        return mp.log(_at(y, here, own)[0] / _at(y, here, common)[0])

    variances_of_x = {
        q: variance_on_the_path(here[alpha], here[sigma], here[spread])
        for q, spread in ((own_variance, variance), (common_variance, reference_variance))
    }
    return here, variances_of_x | {component_rise: (odds(here[x]) - odds(mp.mpf(0))) / here[alpha]}


def _two(here, far):
    """Density of x and expected velocity there, for half of the data at each of two opposite points."""
    a, b = here[alpha], here[sigma]

    def mass(y):
        return mp.fsum(normal(y, a * z, b**2) / 2 for z in (far, -far))

    def speed(y):
        flows = (normal(y, a * z, b**2) / 2 * (here[dalpha] * z + here[dsigma] * (y - a * z) / b) for z in (far, -far))
        return mp.fsum(flows) / mass(y)

    return mass, speed


def two_points(world):
    """Data at two opposite points, on a random path."""
    here = world.scales() | {x: world.number(), half_distance: world.number(0.3, 2)}
    energy = lambda y: -mp.log(_two(here, here[half_distance])[0](y))  # noqa: E731
    return here, {
        marginal_score: -mp.diff(energy, here[x]),
        score_slope: -mp.diff(energy, here[x], 2),
        energy_curvature: mp.diff(energy, 0, 2),
    }


def two_points_on_the_linear_path(world):
    """The same on the linear path; and when it happens that the origin is no longer where things gather."""
    far = world.number(0.3, 2)
    here = _linear(world.now) | {x: world.number(), half_distance: far}

    def curvature(u):
        return mp.diff(lambda y: -mp.log(_two(_linear(u), far)[0](y)), 0, 2)

    def slope(u):
        return mp.diff(_two(_linear(u), far)[1], 0)

    def crossing(f):  # halve the interval in which the sign changes
        low, high = mp.mpf(1) / 20, mp.mpf(19) / 20
        before = mp.sign(f(low))
        if before == mp.sign(f(high)):
            raise ValueError("no change of sign between the ends of time")
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if mp.sign(f(middle)) == before else (low, middle)
        return low

    return here, {
        marginal_velocity: _two(here, far)[1](here[x]),
        divergence: mp.diff(_two(here, far)[1], here[x]),
        velocity_slope: slope(here[t]),
        energy_split_time: crossing(curvature),
        velocity_split_time: crossing(slope),
    }

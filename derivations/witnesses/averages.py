"""What is left when the data point is averaged out: quadrature over it."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.shares import spread_of, variance_on_the_path
from derivations.witnesses.world import DIGITS, expectation, normal


def bayes_by_quadrature(world):
    """Gaussian data seen through the path: every expectation given x by quadrature over the data point."""
    centre, spread = world.number(), world.number(0.3, 2)
    common = world.number(0.3, 2)
    here = world.scales() | {
        mean: centre,
        variance: spread,
        covariance: spread,
        reference_variance: common,
        x: world.number(),
    }
    a, b = here[alpha], here[sigma]
    posterior_spread = mp.sqrt(1 / (1 / spread + a**2 / b**2))

    def given_x(function, y):
        prior, likelihood = (lambda z: normal(z, centre, spread)), (lambda z: normal(y, a * z, b**2))
        around = (centre / spread + a * y / b**2) * posterior_spread**2  # where the integrand lives; not a result
        return expectation(lambda z: function(z, y), prior, likelihood, around=around, width=posterior_spread)

    def average(function, y=None):
        y = here[x] if y is None else y
        return given_x(function, y) / given_x(lambda z, y: mp.mpf(1), y)

    def speed(z, y):
        return here[dalpha] * z + here[dsigma] * (y - a * z) / b

    def odds(y):  # against a cloud of data around zero, seen through the same path
        narrow = 1 / (1 / common + a**2 / b**2)
        reference = expectation(
            lambda z: normal(y, a * z, b**2),
            lambda z: normal(z, 0, common),
            around=a * y / b**2 * narrow,
            width=mp.sqrt(narrow),
        )
        return mp.log(given_x(lambda z, y: mp.mpf(1), y) / reference)

    expected_data = average(lambda z, y: z)
    measured = {
        posterior_mean: expected_data,
        posterior_covariance: average(lambda z, y: (z - expected_data) ** 2),
        posterior_variance: average(lambda z, y: (z - expected_data) ** 2),
        expected_noise: average(lambda z, y: (y - a * z) / b),
        marginal_velocity: average(speed),
        expected_v_prediction: average(lambda z, y: a * (y - a * z) / b - b * z),
        log_density: mp.log(given_x(lambda z, y: mp.mpf(1), here[x])),
        log_odds: odds(here[x]),
        score_excess: mp.diff(odds, here[x]),
        marginal_score: mp.diff(lambda y: mp.log(given_x(lambda z, y: mp.mpf(1), y)), here[x]),
        divergence: mp.diff(lambda y: average(speed, y), here[x]),
        own_variance: variance_on_the_path(a, b, spread),
        common_variance: variance_on_the_path(a, b, common),
    }
    return here, measured


def flow_of_a_gaussian(world):
    """Quantiles: in one dimension the flow keeps the share of points to the left of a point."""
    centre, spread, later = world.number(), world.number(0.3, 2), world.number(0.2, 0.8)
    here, there = world.scales(), world.scales(later)
    place = here[alpha] * centre + world.number(-1.5, 1.5)

    def share(y, at):
        def below(z):  # of the points bound for z, those left of y
            return mp.ncdf((y - at[alpha] * z) / at[sigma])

        return expectation(below, lambda z: normal(z, centre, spread), around=centre, width=mp.sqrt(spread) / 2)

    arrival = mp.findroot(
        lambda y: share(y, there) - share(place, here), there[alpha] * centre + place - here[alpha] * centre
    )
    return here | {x: place, mean: centre, variance: spread, alpha_s: there[alpha], sigma_s: there[sigma]}, {
        x_s: arrival
    }


def mixture_by_quadrature(world):
    """Three components in one dimension: densities, velocities and the expectation of the velocity of all
    the points at x, by quadrature over the data point of the mixture."""
    here = world.scales() | {x: world.number()}
    a, b = here[alpha], here[sigma]
    raw = [world.number(0.2, 1) for _ in range(3)]
    parts = [(w / mp.fsum(raw), world.number(), world.number(0.3, 1.5)) for w in raw]

    def prior(z):
        return mp.fsum(w * normal(z, m, c) for w, m, c in parts)

    def over(function, law, y):
        return expectation(
            lambda z: function(z, y) * normal(y, a * z, b**2), law, around=mp.mpf(0), width=mp.mpf(1) / 2
        )

    one, speed = (lambda z, y: mp.mpf(1)), (lambda z, y: here[dalpha] * z + here[dsigma] * (y - a * z) / b)
    laws = [lambda z, m=m, c=c: normal(z, m, c) for _, m, c in parts]
    density_k = [lambda y, q=q: over(one, q, y) for q in laws]
    velocity_k = [lambda y, q=q: over(speed, q, y) / over(one, q, y) for q in laws]
    here |= {
        weight: [w for w, _, _ in parts],
        component_density: [p(here[x]) for p in density_k],
        component_velocity: [u(here[x]) for u in velocity_k],
        component_score: [mp.diff(lambda y, p=p: mp.log(p(y)), here[x]) for p in density_k],
        component_divergence: [mp.diff(u, here[x]) for u in velocity_k],
    }
    density, everything = (lambda y: over(one, prior, y)), (lambda y: over(speed, prior, y) / over(one, prior, y))
    growth = lambda z, y: here[dsigma] / b - (y - a * z) / b**2 * speed(z, y)  # noqa: E731, of what passes y
    return here, {
        marginal_velocity: everything(here[x]),
        divergence: mp.diff(everything, here[x]),
        marginal_density: density(here[x]),
        marginal_score: mp.diff(lambda y: mp.log(density(y)), here[x]),
        gain: over(growth, prior, here[x]) / density(here[x]),
    }


def losses_by_quadrature(world):
    """Two components, a network with one parameter: the gradient of the conditional loss as a difference
    quotient of integrals. The concrete functions stand in for the abstract ones."""
    w = [mp.mpf(2) / 5, mp.mpf(3) / 5]
    centres, slopes, shifts = ([world.number(-1, 1) for _ in w] for _ in range(3))
    parameter, tilt = world.number(), world.number(0.5, 1.5)
    laws = [lambda y, m=m: normal(y, m, mp.mpf(1) / 2) for m in centres]
    speeds = [lambda y, a=a, b=b: a * y + b for a, b in zip(slopes, shifts, strict=True)]
    says = lambda p, y: mp.sin(p * y + tilt)  # noqa: E731

    def loss(p):
        square = lambda y: mp.fsum(v * q(y) * (says(p, y) - u(y)) ** 2 for v, q, u in zip(w, laws, speeds, strict=True))  # noqa: E731
        return expectation(square, around=mp.mpf(0), width=mp.mpf(1) / 2)

    where = world.number()
    passing = [v * q(where) for v, q in zip(w, laws, strict=True)]
    law = [(u(where), p / mp.fsum(passing)) for u, p in zip(speeds, passing, strict=True)]
    measured = {sp.Derivative(conditional_loss, theta): mp.diff(loss, parameter), marginal_velocity: spread_of(law)[0]}
    number = lambda v: sp.Float(v, DIGITS)  # noqa: E731
    concrete = {
        network: sp.sin(theta * x + number(tilt)),
        weight: w,
        component_density: [sp.exp(-((x - number(m)) ** 2)) / sp.sqrt(sp.pi) for m in centres],
        component_velocity: [number(a) * x + number(b) for a, b in zip(slopes, shifts, strict=True)],
    }
    return {theta: parameter, x: where, **concrete}, measured

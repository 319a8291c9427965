"""What the quantities *mean*, measured with numbers at 30 digits, without a claim and without SymPy's calculus.

A witness makes up a small world (random scales, end points, mixtures), measures the quantity there as it
is defined (a limit of difference quotients, a posterior expectation by quadrature, the solution of a
differential equation) and returns what it used and what it measured: two dictionaries by symbol.
mpmath does the numerics: `diff` takes difference quotients, `quad` sums, `odefun` integrates in time.
"""

from __future__ import annotations

import random

import mpmath as mp
import sympy as sp

from derivations.notation import *

DIGITS = 30


class World:
    """Random but repeatable numbers, and a random smooth schedule."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.now = self.number(0.2, 0.8)
        rise, fall, bend = self.number(0.5, 1.5), self.number(0.5, 1.5), self.number(0.1, 0.6)
        self.alpha = lambda u: mp.sin(bend + rise * u) ** 2 + u / 3
        self.sigma = lambda u: mp.exp(-fall * u) * (mp.mpf(5) / 4 - u + bend * u**2)

    def number(self, low=-2.0, high=2.0):
        return mp.mpf(self.random.uniform(low, high))

    def scales(self, u=None):
        """The schedule at one time, its rates by difference quotients."""
        u = self.now if u is None else u
        da, ds = mp.diff(self.alpha, u), mp.diff(self.sigma, u)
        return {alpha: self.alpha(u), sigma: self.sigma(u), dalpha: da, dsigma: ds,
                half_variance_rate: mp.diff(lambda v: self.sigma(v) ** 2, u) / 2, t: u}  # fmt: skip


def normal(z, centre, spread):
    return mp.exp(-((z - centre) ** 2) / (2 * spread)) / mp.sqrt(2 * mp.pi * spread)


def expectation(function, *densities, around, width):
    """The integral of function times densities; the trapezoidal rule is exact beyond 30 digits for Gaussians."""
    step, total = width / 4, mp.mpf(0)
    for i in range(-80, 81):
        z = around + i * step
        total += function(z) * mp.fprod(p(z) for p in densities)
    return total * step


def moving_point(world):
    """A point between fixed end points: its velocity is the limit of difference quotients, its score that of
    the normal law around alpha data, its v-prediction the combination that the definition names."""
    start, end = world.number(), world.number()
    place = lambda u: world.alpha(u) * end + world.sigma(u) * start  # noqa: E731
    here = world.scales()
    here |= {x: place(world.now), data: end, noise: start, velocity: mp.diff(place, world.now)}
    here[score] = mp.diff(lambda y: mp.log(normal(y, here[alpha] * end, here[sigma] ** 2)), here[x])
    here[v_prediction] = here[alpha] * start - here[sigma] * end
    return here, here


def conditional_score(world):
    return moving_point(world)


def schedule(name):
    """Schedules as their sentences define them: straight lines, a turning pointer, a decaying signal."""

    def witness(world):
        low, high, left = world.number(0.05, 1), world.number(1, 20), world.number(0, 0.5)

        def rate(u):
            return low + (high - low) * (1 - u)

        def linear(u):  # through (0, 0), (1, 1) and through (0, 1), (1, sigma_min)
            return mp.polyval([1, 0], u), mp.polyval([left - 1, 1], u)

        def trigonometric(u):  # the pointer of length one, a quarter turn in unit time
            return mp.im(mp.expjpi(u / 2)), mp.re(mp.expjpi(u / 2))

        decay = mp.odefun(  # signal and noise variance, followed from the data end in s = 1 - u
            lambda v, y: [-rate(1 - v) / 2 * y[0], rate(1 - v) * (1 - y[1])], 0, [1, 0], tol=mp.mpf(10) ** -22
        )

        def variance_preserving(u):
            signal, incoming = decay(1 - u)
            return signal, mp.sqrt(incoming)

        scales = {"linear": linear, "trigonometric": trigonometric, "variance_preserving": variance_preserving}[name]
        a, b = scales(world.now)
        step = mp.mpf(1) / 2**20  # central differences of fourth order: the integrator knows 22 digits, no more

        def slope(f):
            near, far = (f(world.now + h) - f(world.now - h) for h in (step, 2 * step))
            return (8 * near - far) / (12 * step)

        signal, deviation = (slope(lambda u, i=i: scales(u)[i]) for i in (0, 1))
        half = slope(lambda u: scales(u)[1] ** 2) / 2
        used = {t: world.now, beta_min: low, beta_max: high, sigma_min: left}
        return used, {
            alpha: a,
            sigma: b,
            dalpha: signal,
            dsigma: deviation,
            half_variance_rate: half,
            log_snr: 2 * mp.log(a) - 2 * mp.log(b),
        }

    return witness


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

    measured = {
        posterior_mean: average(lambda z, y: z),
        expected_noise: average(lambda z, y: (y - a * z) / b),
        marginal_velocity: average(speed),
        expected_v_prediction: average(lambda z, y: a * (y - a * z) / b - b * z),
        log_density: mp.log(given_x(lambda z, y: mp.mpf(1), here[x])),
        log_odds: odds(here[x]),
        score_excess: mp.diff(odds, here[x]),
        marginal_score: mp.diff(lambda y: mp.log(given_x(lambda z, y: mp.mpf(1), y)), here[x]),
        divergence: mp.diff(lambda y: average(speed, y), here[x]),
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

        return expectation(below, lambda z: normal(z, centre, spread), around=centre, width=mp.sqrt(spread))

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
    everything = lambda y: over(speed, prior, y) / over(one, prior, y)  # noqa: E731
    return here, {marginal_velocity: everything(here[x]), divergence: mp.diff(everything, here[x])}


def moving_mass(world):
    """How the density of the moving cloud changes at a fixed place: difference quotients in time."""
    used, measured = world.scales(), {}
    used |= {q: world.number() for q in (*points, *data_points)}
    for d, p in enumerate(conditional_densities, 1):

        def at(u, d=d):
            places = [(used[a], world.alpha(u) * used[b]) for a, b in zip(points[:d], data_points[:d], strict=True)]
            return mp.fprod(normal(a, m, world.sigma(u) ** 2) for a, m in places)

        measured[sp.Derivative(p, t)] = mp.diff(at, world.now)
    return used, measured


def a_step_between_end_points(world):
    """The same two end points at another time."""
    later = world.number(0.2, 0.8)
    here, there = world.scales(), world.scales(later)
    start, end = world.number(), world.number()
    here |= {
        data: end,
        noise: start,
        x: here[alpha] * end + here[sigma] * start,
        alpha_s: there[alpha],
        sigma_s: there[sigma],
    }
    return here, {x_s: there[alpha] * end + there[sigma] * start}


def short_transition(world):
    """The noising process over a short time: mean and variance of the increment, as Kolmogorov defines drift
    and diffusion. Given x_t the later point has mean (alpha_s/alpha_t) x and what is missing as variance."""
    here = world.scales()
    ratio = lambda h: world.alpha(world.now - h) / world.alpha(world.now)  # noqa: E731
    added = lambda h: world.sigma(world.now - h) ** 2 - ratio(h) ** 2 * world.sigma(world.now) ** 2  # noqa: E731
    return here, {drift: mp.diff(ratio, 0), squared_diffusion: mp.diff(added, 0)}


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

    measured = {sp.Derivative(conditional_loss, theta): mp.diff(loss, parameter)}
    number = lambda v: sp.Float(v, DIGITS)  # noqa: E731
    concrete = {
        network: sp.sin(theta * x + number(tilt)),
        weight: w,
        component_density: [sp.exp(-((x - number(m)) ** 2)) / sp.sqrt(sp.pi) for m in centres],
        component_velocity: [number(a) * x + number(b) for a, b in zip(slopes, shifts, strict=True)],
    }
    return {theta: parameter, **concrete}, measured

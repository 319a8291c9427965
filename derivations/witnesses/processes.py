"""Processes with noise: shares of points that pass a place, conditional increments, steps that are repeated."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.flows import exactly, two_clouds
from derivations.witnesses.scales import short_transition
from derivations.witnesses.world import expectation, normal


class Clouds:
    """Data from two normal clouds, seen through the path of the world's schedule."""

    def __init__(self, world):
        self.world, self.parts, self.here = world, two_clouds(world), world.number(-1, 1)

    def laws(self, u):
        """Share, centre and variance of each cloud at time u."""
        a, b = self.world.alpha(u), self.world.sigma(u)
        return [(w, a * m, a**2 * c**2 + b**2) for w, m, c in self.parts]

    def density(self, u, place, added=0):
        return mp.fsum(w * normal(place, m, v + added) for w, m, v in self.laws(u))

    def left(self, u, place, added=0):
        """The share of points to the left of a place, after noise of some variance was added."""
        return mp.fsum(w * mp.ncdf((place - m) / mp.sqrt(v + added)) for w, m, v in self.laws(u))

    def given(self, function):
        """The expectation of a function of data point and noise, for the points that are at x now."""
        a, b = self.world.alpha(self.world.now), self.world.sigma(self.world.now)

        def total(f):
            found = []
            for w, m, c in self.parts:
                narrow = 1 / (1 / c**2 + a**2 / b**2)
                found.append(w * expectation(
                    lambda z: f(z, (self.here - a * z) / b),
                    lambda z, m=m, c=c: normal(z, m, c**2),
                    lambda z: normal(self.here, a * z, b**2),
                    around=(m / c**2 + a * self.here / b**2) * narrow,
                    width=mp.sqrt(narrow),
                ))  # fmt: skip
            return mp.fsum(found)

        return total(function) / total(lambda z, e: 1)

    def used(self):
        """The place, the average velocity there, and the score as a difference quotient."""
        now = self.world.now
        rates = mp.diff(self.world.alpha, now), mp.diff(self.world.sigma, now)
        return {
            x: self.here,
            marginal_velocity: self.given(lambda z, e: rates[0] * z + rates[1] * e),
            marginal_score: mp.diff(lambda y: mp.log(self.density(now, y)), self.here),
        }


def bent_brownian_motion(world):
    """Brownian motion with a drift, seen through the hyperbolic sine: at the place x its noise has variance w (1 + x²)
    per unit of time and Itô's formula gives its drift. Its density is that of the normal points, over the slope of the
    map; its rate is a difference quotient in time."""
    return _bent(world, [(mp.mpf(1), world.number(), world.number(0.3, 1))])


def brownian_motion_from_the_data(world):
    """The same process, started around data points that come from two normal clouds."""
    return _bent(world, [(w, m, c**2) for w, m, c in two_clouds(world)], world.number(0.5, 1))


def _bent(world, clouds, around=None):
    here, pace, strength, now = world.number(), world.number(), world.number(0.5, 1.5), world.now

    def total(u):
        laws = [w * normal(mp.asinh(here), m + pace * u, v + (around or 0) + strength * u) for w, m, v in clouds]
        return mp.fsum(laws) / mp.sqrt(1 + here**2)

    speed, wide, root = exactly(pace), exactly(strength), sp.sqrt(1 + x**2)
    bell = lambda z, spread: sp.exp(-(z**2) / (2 * spread)) / sp.sqrt(2 * sp.pi * spread)  # noqa: E731

    def seen(start, spread):
        return bell(sp.log(x + root) - start - speed * exactly(now), exactly(spread) + wide * exactly(now)) / root

    concrete = {local_drift: speed * root + wide * x / 2, local_diffusion: wide * (1 + x**2)}
    if around is None:
        concrete[moving_density] = sum(exactly(w) * seen(exactly(m), v) for w, m, v in clouds)
    else:
        concrete[conditional_density] = seen(data, around)
        concrete[prior_density] = sum(exactly(w) * bell(data - exactly(m), exactly(v)) for w, m, v in clouds)
    measured = {sp.Derivative(moving_density, t): mp.diff(total, now)}
    return {x: here, **concrete}, measured if around is None else measured | {moving_density: total(now)}


def at_the_limit(function, start):
    """The value at zero of a function of a positive step: polynomial extrapolation through ever smaller steps."""
    steps = [start / 2**i for i in range(8)]
    row = [function(h) for h in steps]
    for order in range(1, len(steps)):
        row = [
            (steps[i] * row[i + 1] - steps[i + order] * row[i]) / (steps[i] - steps[i + order])
            for i in range(len(row) - 1)
        ]
    return row[0]


def noise_that_is_made_up_for(world):
    """Noise of variance w h, added to the points of the path, lets some pass the place x; the path says how many pass
    in all. The rest is what the drift has to carry, and it carries density times drift."""
    clouds, added = Clouds(world), world.number(0.2, 2)
    passed = mp.diff(lambda h: clouds.left(world.now, clouds.here, added * h), 0)
    in_all = mp.diff(lambda u: clouds.left(u, clouds.here), world.now)
    carried = (passed - in_all) / clouds.density(world.now, clouds.here)
    return clouds.used() | {sampler_diffusion: added}, {sampler_drift: carried}


def noise_that_is_held_in_place(world):
    """As above, for a density that stays: as many have to be carried back past x as the noise lets pass."""
    clouds, added = Clouds(world), world.number(0.2, 2)
    passed = mp.diff(lambda h: clouds.left(world.now, clouds.here, added * h), 0)
    used = {sampler_diffusion: added, marginal_score: clouds.used()[marginal_score]}
    return used, {sampler_drift: passed / clouds.density(world.now, clouds.here)}


def noise_that_varies_in_space(world):
    """As above, with noise that is stronger in some places. Of the points at y = x + sqrt(h) r those pass x whose noise
    is large enough; what the ones on the right bring and the ones on the left lose, summed over r."""
    clouds, low, swing = Clouds(world), world.number(0.6, 1.2), world.number(0.2, 0.5)
    strength = lambda y: low + swing * mp.sin(y)  # noqa: E731
    now, here = world.now, clouds.here

    def gained(h):
        def passing(r):  # from the place x + sqrt(h) r to beyond x
            y = here + mp.sqrt(h) * r
            return clouds.density(now, y) * mp.ncdf(-abs(r) / mp.sqrt(strength(y)))

        return mp.quad(lambda r: passing(r) - passing(-r), mp.linspace(0, 12, 4), maxdegree=4) / mp.sqrt(h)

    in_all = mp.diff(lambda u: clouds.left(u, here), now)
    carried = (at_the_limit(gained, mp.mpf(1) / 128) - in_all) / clouds.density(now, here)
    used = {local_diffusion: strength(here), diffusion_slope: mp.diff(strength, here)}
    return clouds.used() | used, {sampler_drift: carried}


def noising_read_backwards(world):
    """The noising process takes a point x' at time t + h to x at time t, with the mean (alpha_t/alpha_{t+h}) x' and the
    variance that is missing. By Bayes' rule, where have the points been that are at x now? Their average increment over
    h, for a vanishing h, is the drift of the process read backwards."""
    clouds, now = Clouds(world), world.now
    here, noising = short_transition(world)

    def increment(h):
        ratio = world.alpha(now) / world.alpha(now + h)
        missing = world.sigma(now) ** 2 - ratio**2 * world.sigma(now + h) ** 2
        near = {"around": clouds.here / ratio, "width": mp.sqrt(missing) / ratio}
        both = lambda y: clouds.density(now + h, y) * normal(clouds.here, ratio * y, missing)  # noqa: E731
        return (expectation(lambda y: y, both, **near) / expectation(both, **near) - clouds.here) / h

    velocity_there = clouds.used()
    return here | noising | velocity_there, {sampler_drift: at_the_limit(increment, mp.mpf(1) / 128)} | velocity_there


def transition_of_a_linear_process(world):
    """A few points follow the drift for a time t, and each of the noises that come in on the way follows it from then
    on: their mean and variance, by numerical solution of the equation of motion and by quadrature over the noise."""
    pull, push, strength, now = world.number(-2, -0.5), world.number(), world.number(0.3, 2), world.now
    starts = [(mp.mpf(share) / 6, world.number()) for share in (1, 2, 3)]

    def carried(y, duration):
        return mp.odefun(lambda u, z: pull * z + push, 0, y)(duration)

    there = [(p, carried(y, now)) for p, y in starts]
    centre = lambda law: mp.fsum(p * y for p, y in law)  # noqa: E731
    spread = lambda law: mp.fsum(p * (y - centre(law)) ** 2 for p, y in law)  # noqa: E731
    apart = mp.odefun(lambda u, z: pull * z, 0, mp.mpf(1))  # the distance of two points that start with distance one
    noise_left = mp.quad(lambda u: strength * apart(now - u) ** 2, [0, now])
    used = {drift_slope: pull, drift_offset: push, sampler_diffusion: strength, t: now}
    used |= {start_mean: centre(starts), start_variance: spread(starts)}
    return used, {run_mean: centre(there), run_variance: spread(there) + noise_left}


def _all_courses(starts, step, count):
    """Mean and variance after some steps, over all starts and all signs of the noise of each step."""
    law = starts
    for _ in range(count):
        law = [(p / 2, step(y, sign)) for p, y in law for sign in (-1, 1)]
    centre = mp.fsum(p * y for p, y in law)
    return centre, mp.fsum(p * (y - centre) ** 2 for p, y in law)


def every_course_of_a_few_steps(world):
    """Points that start at one of three places make a few steps, each with the drift and a noise of random sign: all
    courses, each with its probability."""
    pull, push, strength, h = world.number(-2, 2), world.number(), world.number(0.3, 2), world.number(0.02, 0.3)
    starts, count = [(mp.mpf(share) / 6, world.number()) for share in (1, 2, 3)], world.random.randint(4, 6)
    middle, spread = _all_courses(starts, lambda y, sign: y, 0)
    used = {drift_slope: pull, drift_offset: push, sampler_diffusion: strength, step_size: h, start_mean: middle}
    used |= {start_variance: spread, step_count: mp.mpf(count)}
    step = lambda y, sign: y + h * (pull * y + push) + sign * mp.sqrt(h * strength)  # noqa: E731
    measured = dict(zip((mean_after, variance_after), _all_courses(starts, step, count), strict=True))
    return used, measured | {step_factor: step(middle + 1, 1) - step(middle, 1)}


def langevin_steps(world):
    """The same with half of w times the score as drift, the score by difference quotients of the log density; the
    variance after very many steps, where variances no longer change."""
    centre, wide, strength = world.number(), world.number(0.3, 2), world.number(0.3, 2)
    h, count = wide / strength * world.number(0.1, 0.5), world.random.randint(4, 6)
    slope_at = lambda y: mp.diff(lambda z: mp.log(normal(z, centre, wide)), y)  # noqa: E731
    step = lambda y, sign: y + h * strength / 2 * slope_at(y) + sign * mp.sqrt(h * strength)  # noqa: E731
    starts = [(mp.mpf(1) / 3, world.number()), (mp.mpf(2) / 3, world.number())]
    _, spread = _all_courses(starts, step, 0)
    _, final = _all_courses(starts, step, count)
    squeeze = (step(centre + 1, 0) - step(centre, 0)) ** 2  # what a step does to a squared distance

    def much_later(value):
        for _ in range(2000):
            value = squeeze * value + h * strength
        return value

    used = {
        variance: wide,
        sampler_diffusion: strength,
        step_size: h,
        step_count: mp.mpf(count),
        start_variance: spread,
    }
    return used, {variance_after: final, stationary_variance: much_later(mp.mpf(0))}


def noise_along_the_linear_path(world):
    """Points follow the average velocity of data and noise that pass them, and noise comes in: what came in at time u
    is carried to the end as two neighbouring points are, which stay on their quantiles."""
    wide, strength = world.number(0.3, 2), world.number(0.3, 2)
    deviation = lambda u: mp.sqrt(u**2 * wide + (1 - u) ** 2)  # noqa: E731

    def stretched(u):  # a quantile at time u and where the same quantile is in the data
        place = mp.findroot(lambda y: mp.ncdf(y / deviation(u)) - mp.ncdf(1), deviation(u))
        return mp.findroot(lambda y: mp.ncdf(y / mp.sqrt(wide)) - mp.ncdf(1), mp.sqrt(wide)) / place

    came_in = mp.quad(lambda u: strength * stretched(u) ** 2, mp.linspace(0, 1, 3))
    return {variance: wide, sampler_diffusion: strength}, {end_variance: stretched(mp.mpf(0)) ** 2 + came_in}

"""Rates, slopes and expectations that the notation names: each measured twice, once as what the row says that it is the
rate, slope or expectation of, and once as the named quantity by itself, by other means."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.chains import a_guess, relative_entropy
from derivations.witnesses.gaussian_paths import _motion
from derivations.witnesses.posteriors import Plane, covariance_of, difference, expected
from derivations.witnesses.processes import Clouds, at_the_limit
from derivations.witnesses.shares import density, root
from derivations.witnesses.world import normal


def rate(quantity):
    """What stands for the change of a quantity in time along the path, in what a witness measures."""
    return sp.Derivative(quantity, t, evaluate=False)


def slope_in_x(quantity):
    return sp.Derivative(quantity, x, evaluate=False)


def expectation_given_x(quantity):
    return sp.Function("E")(quantity)


def points_on_their_way(world):
    """Positions of a point in three coordinates and their difference quotients; the named velocities are what the
    changes of both scales carry of the end points, the acceleration what a second of them does."""
    used, measured, now = world.scales(), {}, world.now
    a, b = (lambda u: mp.diff(world.alpha, u)), (lambda u: mp.diff(world.sigma, u))
    for p, v in zip(points, velocities, strict=True):
        end, start = world.number(), world.number()
        place = lambda u, end=end, start=start: world.alpha(u) * end + world.sigma(u) * start  # noqa: E731
        used |= {p: place(now), v: a(now) * end + b(now) * start}
        measured[rate(p)] = mp.diff(place, now)
        if p == x:
            used[acceleration] = mp.diff(a, now) * end + mp.diff(b, now) * start
            measured[rate(velocity)] = mp.diff(place, now, 2)
    return used, measured


def points_on_other_rulers(world):
    """The same for points in units of the signal scale, and for points that are stretched: by what the noise does
    alone, and with the ruler or the point held still in turn. And for the log signal-to-noise ratio, by both its
    parts."""
    place, used = _motion(world)
    now, grow, swing = world.now, world.number(0.3, 1.2), world.number(0.3, 1.2)
    ruler = lambda u: mp.exp(grow * u) * (2 + mp.sin(swing * u))  # noqa: E731
    relative = lambda f: mp.diff(f, now) / f(now)  # noqa: E731
    used |= {
        rescaled_velocity: used[noise] * mp.diff(lambda u: world.sigma(u) / world.alpha(u), now),
        stretched_velocity: mp.diff(lambda u: ruler(u) * place(now), now)
        + mp.diff(lambda u: ruler(now) * place(u), now),
        log_snr_rate: 2 * relative(world.alpha) - 2 * relative(world.sigma),
    }
    return used, {
        rate(rescaled_point): mp.diff(lambda u: place(u) / world.alpha(u), now),
        rate(stretched_point): mp.diff(lambda u: ruler(u) * place(u), now),
        rate(log_snr): mp.diff(lambda u: mp.log(world.alpha(u) ** 2 / world.sigma(u) ** 2), now),
    }


def points_on_another_path(world):
    """Scales and point of another path at the time at which it has our signal-to-noise ratio, as our time goes on; the
    named rates are in its own time, and how fast that goes."""
    _, used = _motion(world)
    inflation = world.number(0.5, 1.5)
    swollen = lambda r: mp.exp(inflation * (r - 1))  # noqa: E731
    signal, left = (lambda r: r * swollen(r)), (lambda r: (1 - r) * swollen(r))
    other = lambda r: signal(r) * used[data] + left(r) * used[noise]  # noqa: E731

    def match(u):
        ratio = world.alpha(u) / world.sigma(u)
        return mp.findroot(lambda r: signal(r) - ratio * left(r), ratio / (1 + ratio))

    r, as_time_goes = match(world.now), lambda f: mp.diff(lambda u: f(match(u)), world.now)
    named = {other_dalpha: signal, other_dsigma: left, other_velocity: other}
    used |= {other_time_rate: mp.diff(match, world.now)} | {q: mp.diff(f, r) for q, f in named.items()}
    of = {other_alpha: signal, other_sigma: left, other_point: other}
    return used, {rate(q): as_time_goes(f) for q, f in of.items()}


def a_shifted_clock(world):
    """The shifted time as time goes on; its named rate by how the way back from it does."""
    factor, now = world.number(0.5, 7), world.now
    decibels = lambda u: mp.log(1 - u) - mp.log(u)  # noqa: E731

    def moved(more, of):
        gap = lambda y: decibels(y) - mp.log(more) - decibels(of)  # noqa: E731
        return root(gap, mp.mpf("0.001"), mp.mpf("0.999"))

    there = moved(factor, now)
    back = mp.diff(lambda y: moved(1 / factor, y), there)
    return {t: now, shifted_rate: 1 / back}, {rate(shifted_time): mp.diff(lambda u: moved(factor, u), now)}


def log_densities_on_the_way(world):
    """Clouds in one, two and three dimensions that move and grow, each point in its place within its cloud: the log
    density where the point is, as time goes on. The named rates put together what changes at a fixed place and what
    changes as the point goes to the next."""
    now, used, measured = world.now, {}, {}
    clouds = []
    for _ in points:
        start, pace, grow, unit = world.number(), world.number(), world.number(0.2, 1), world.number()
        clouds.append((lambda u, m=start, v=pace: m + mp.sin(v * u), lambda u, g=grow: g + u**2 / 2, unit))

    def dense(u, *place):
        return mp.fsum(mp.log(normal(y, m(u), s(u) ** 2)) for y, (m, s, _) in zip(place, clouds, strict=False))

    def at(u):
        return [m(u) + s(u) * unit for m, s, unit in clouds]

    here, speeds = at(now), [mp.diff(lambda u, i=i: at(u)[i], now) for i in range(3)]
    for d, (q, r) in enumerate(zip(path_log_densities, path_log_density_rates, strict=True), 1):
        measured[rate(q)] = mp.diff(lambda u, d=d: dense(u, *at(u)[:d]), now)
        still = mp.diff(lambda u, d=d: dense(u, *here[:d]), now)
        moves = (
            speeds[i] * mp.diff(lambda y, i=i, d=d: dense(now, *here[:i], y, *here[i + 1 : d]), here[i])
            for i in range(d)
        )
        used[r] = still + mp.fsum(moves)
    return used, measured


def a_step_that_gets_longer(world):
    """What a reverse step adds to the bound, as its end moves on from where it starts: one-sided quotients; the named
    rate by quotients on both sides."""
    start = world.scales(world.now * world.number(0.2, 0.5))
    end, guess = a_guess(world, world.scales())
    scales_at = lambda u: {alpha: world.alpha(u), sigma: world.sigma(u)}  # noqa: E731
    found = {}

    def entropy(h):
        return found.setdefault(h, relative_entropy(scales_at(world.now + h), start, end, guess))

    one_sided = at_the_limit(lambda h: (entropy(h) - entropy(mp.mpf(0))) / h, mp.mpf(1) / 64)
    return {bound_rate: difference(entropy, 1)}, {rate(step_bound): one_sided}


def the_points_at_a_place(world):
    """Two clouds of data on the path. What the points at x expect, by quadrature over their data points, and its
    difference quotients in x; the named quantities by shares of points: how they change with the place and in time."""
    clouds, now = Clouds(world), world.now
    here, a, b = clouds.here, world.alpha(now), world.sigma(now)
    da, db = mp.diff(world.alpha, now), mp.diff(world.sigma, now)
    other = world.number(0.5, 2)  # variance of the reference, as data

    def given(function, place):
        clouds.here = place
        found = clouds.given(function)
        clouds.here = here
        return found

    log_of = lambda u, y: mp.log(density(lambda v: clouds.left(u, v), y))  # noqa: E731
    steep, bend = (mp.diff(lambda y: log_of(now, y), here, n) for n in (1, 2))
    passing = lambda y: -mp.diff(lambda u: clouds.left(u, y), now) / mp.exp(log_of(now, y))  # noqa: E731
    parting = -mp.diff(lambda u: log_of(u, here), now) - passing(here) * steep
    reference = lambda y: mp.log(normal(y, 0, a**2 * other + b**2))  # noqa: E731
    data_there, noise_there = (here + b**2 * steep) / a, -b * steep
    used = {
        x: here,
        posterior_mean: data_there,
        expected_noise: noise_there,
        marginal_velocity: passing(here),
        expected_v_prediction: a * noise_there - b * data_there,
        mean_slope: (1 + b**2 * bend) / a,
        divergence: parting,
        marginal_score: steep,
        score_slope: bend,
        score_excess: steep - mp.diff(reference, here),
    }
    pull = lambda y: given(lambda z, e: -e / b, y)  # noqa: E731
    dense = lambda y: clouds.density(now, y)  # noqa: E731
    speed = lambda z, e: da * z + db * e  # noqa: E731
    return used, {
        expectation_given_x(data): given(lambda z, e: z, here),
        expectation_given_x(noise): given(lambda z, e: e, here),
        expectation_given_x(velocity): given(speed, here),
        expectation_given_x(v_prediction): given(lambda z, e: a * e - b * z, here),
        slope_in_x(posterior_mean): mp.diff(lambda y: given(lambda z, e: z, y), here),
        slope_in_x(marginal_velocity): mp.diff(lambda y: given(speed, y), here),
        slope_in_x(marginal_score): mp.diff(pull, here),
        slope_in_x(log_density): mp.diff(lambda y: mp.log(dense(y)), here),
        slope_in_x(log_odds): mp.diff(lambda y: mp.log(dense(y)) - reference(y), here),
    }


def points_in_the_plane(world):
    """A cloud in the plane: what the points at x expect of their second coordinate and of the second score, as x moves
    in the first. The named slopes by their covariance, and by mixed differences of the log density."""
    here = world.scales()
    place = world.number(-1, 1), world.number(-1, 1)
    plane = Plane((world.number(-1, 1), world.number(-1, 1)), (mp.mpf(1), world.number(0.2, 0.5), mp.mpf(3) / 4), here)
    a, b = here[alpha], here[sigma]
    at = lambda u: list(plane.given((place[0] + u, place[1])))  # noqa: E731
    second = lambda u: expected(at(u), lambda z: z[1])  # noqa: E731
    log_of = lambda u, v: mp.log(plane.density((place[0] + u, place[1] + v)))  # noqa: E731
    used = {
        mean_cross_slope: a / b**2 * covariance_of(at(mp.mpf(0)), 0, 1),
        score_cross_slope: difference(log_of, 1, 1),
    }
    return used, {
        slope_in_x(posterior_mean_2): difference(second, 1),
        slope_in_x(marginal_score_2): difference(lambda u: (a * second(u) - place[1]) / b**2, 1),
    }

"""Steps from one time to another between known end points."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.paths import on_the_linear_path
from derivations.witnesses.world import normal


def _between(world):
    """Two times, the end points, the place at each time, and what is known of the schedule at both."""
    later = world.number(0.2, 0.8)
    start, end = world.number(), world.number()
    place = lambda u: world.alpha(u) * end + world.sigma(u) * start  # noqa: E731
    here, there = world.scales(), world.scales(later)
    here |= {data: end, noise: start, x: place(world.now), t: world.now, s: later}
    here |= {alpha_s: there[alpha], sigma_s: there[sigma]}
    return later, place, here


def a_step_from_a_prediction(world):
    """Where the point between the same end points is at another time. Its velocity is a limit of difference quotients,
    its score that of the normal law, its v-prediction what the definition says, and data minus noise is how far apart
    the end points are."""
    later, place, here = _between(world)
    here[velocity] = mp.diff(place, world.now)
    here[score] = mp.diff(lambda y: mp.log(normal(y, here[alpha] * here[data], here[sigma] ** 2)), here[x])
    here[v_prediction] = here[alpha] * here[noise] - here[sigma] * here[data]
    here[linear_velocity] = mp.diff(lambda u: u * here[data] + (1 - u) * here[noise], world.now)
    return here, on_the_linear_path(here) | {x_s: place(later)}


def a_turning_point(world):
    """A point on the ellipse that has the end points for half axes. By the angle it moves with the v-prediction."""
    start, end, now, later = world.number(), world.number(), world.number(0.1, 1.5), world.number(0.1, 1.5)
    place = lambda angle: mp.cos(angle) * end + mp.sin(angle) * start  # noqa: E731
    used = {x: place(now), v_prediction: mp.diff(place, now), mixing_angle: now, next_mixing_angle: later}
    return used, {x_s: place(later)}


def a_stretched_path(world):
    """The same motion seen with a ruler that changes its length: positions, and straight lines along difference
    quotients, on the path and on the stretched one."""
    later, place, here = _between(world)
    grow, swing = world.number(0.3, 1.2), world.number(0.3, 1.2)
    ruler = lambda u: mp.exp(grow * u) * (2 + mp.sin(swing * u))  # noqa: E731
    seen = lambda u: ruler(u) * place(u)  # noqa: E731
    here |= {stretch: ruler(world.now), dstretch: mp.diff(ruler, world.now), stretch_s: ruler(later)}
    here[velocity] = mp.diff(place, world.now)

    def straight_on(motion):
        return motion(world.now) + (later - world.now) * mp.diff(motion, world.now)

    gap = straight_on(seen) / ruler(later) - straight_on(place)
    return here, {stretched_x_s: seen(later), euler_difference: gap, x_s: place(later)}


def a_step_on_two_paths(world):
    """The same end points on another schedule, at the times when it has the signal-to-noise ratios of ours: a search
    for zeros."""
    later, place, here = _between(world)
    inflation = world.number(0.5, 1.5)
    swollen = lambda r: mp.exp(inflation * (r - 1))  # noqa: E731
    signal, left = (lambda r: r * swollen(r)), (lambda r: (1 - r) * swollen(r))
    ratio = world.alpha(later) / world.sigma(later)
    r = mp.findroot(lambda r: signal(r) - ratio * left(r), ratio / (1 + ratio))
    measured = {other_x_s: signal(r) * here[data] + left(r) * here[noise], x_s: place(later)}
    return here | {other_alpha_s: signal(r)}, measured


def an_exponential_integral(world):
    """The flow for a noise that is held fixed, by variation of constants: x in units of the signal scale loses the
    integral of the noise-to-signal ratio over lambda, times the noise."""
    later, place, here = _between(world)
    level = lambda u: mp.log(world.alpha(u) / world.sigma(u))  # noqa: E731
    here |= {half_log_snr: level(world.now), next_half_log_snr: level(later)}
    lost = mp.quad(lambda e: mp.exp(-e), [level(world.now), level(later)]) * here[noise]
    gained = mp.quad(lambda u: mp.diff(level, u), [world.now, later])
    arrival = world.alpha(later) * (place(world.now) / world.alpha(world.now) - lost)
    return here, {x_s: arrival, half_log_snr_gain: gained}


def a_step_undone(world):
    """The place from which the step with this noise leads to x_s: a search for a zero."""
    later, place, here = _between(world)
    a, b = here[alpha], here[sigma]

    def landing(y):
        return world.alpha(later) * (y - b * here[noise]) / a + world.sigma(later) * here[noise]

    found = mp.findroot(lambda y: landing(y) - place(later), mp.mpf(0))
    return {q: v for q, v in here.items() if q != x} | {x_s: place(later)}, {x: found}

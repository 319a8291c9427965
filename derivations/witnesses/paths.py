"""Points on the path between two known end points."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.scales import short_transition
from derivations.witnesses.shares import root
from derivations.witnesses.world import normal


def moving_point(world):
    """A point between fixed end points: its velocity is the limit of difference quotients, its score that of
    the normal law around alpha data, its v-prediction the combination that the definition names."""
    start, end = world.number(), world.number()
    place = lambda u: world.alpha(u) * end + world.sigma(u) * start  # noqa: E731
    here = world.scales()
    here |= {x: place(world.now), data: end, noise: start, velocity: mp.diff(place, world.now)}
    here |= {q: mp.diff(f, world.now, 2) for q, f in ((ddalpha, world.alpha), (ddsigma, world.sigma))}
    here[acceleration] = mp.diff(place, world.now, 2)
    here[score] = mp.diff(lambda y: mp.log(normal(y, here[alpha] * end, here[sigma] ** 2)), here[x])
    here[v_prediction] = here[alpha] * start - here[sigma] * end
    return here, here


def conditional_score(world):
    return moving_point(world)


def on_the_linear_path(here):
    """When the linear path mixes data and noise as ours does, at each of two times, and how much it has to be stretched
    for that: by what both scales come to together."""
    when = lambda signal, left: root(lambda u: u * left - (1 - u) * signal, mp.mpf(0), mp.mpf(1))  # noqa: E731
    return {
        linear_time: when(here[alpha], here[sigma]),
        next_linear_time: when(here[alpha_s], here[sigma_s]),
        total_scale: here[alpha] + here[sigma],
        next_total_scale: here[alpha_s] + here[sigma_s],
    }


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
    said = root(lambda z: here[alpha] * z + here[sigma] * start - here[x], mp.mpf(-3), mp.mpf(3))
    measured = {x_s: there[alpha] * end + there[sigma] * start, predicted_data: said}
    measured[linear_velocity] = mp.diff(lambda u: u * said + (1 - u) * start, world.now)
    return here, measured | on_the_linear_path(here)


def moving_mass(world):
    """How the density of the moving cloud changes at a fixed place: difference quotients in time. Its points keep their
    noise; and it is also what is left after a short time of noising."""
    used, measured = short_transition(world)
    used |= {q: world.number() for q in (*points, *data_points)}
    for d, p in enumerate(conditional_densities, 1):

        def at(u, d=d):
            places = [(used[a], world.alpha(u) * used[b]) for a, b in zip(points[:d], data_points[:d], strict=True)]
            return mp.fprod(normal(a, m, world.sigma(u) ** 2) for a, m in places)

        measured |= {p: at(world.now), sp.Derivative(p, t): mp.diff(at, world.now)}
    for p, z, v in zip(points, data_points, velocities, strict=True):
        start = (used[p] - used[alpha] * used[z]) / used[sigma]
        place = lambda u, z=z, start=start: world.alpha(u) * used[z] + world.sigma(u) * start  # noqa: E731
        measured[v] = mp.diff(place, world.now)
    return used, measured

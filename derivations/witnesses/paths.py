"""Points on the path between two known end points."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
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

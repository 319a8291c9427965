"""Other people's clocks and rulers: hands that are read, points that are measured again, steps that are counted."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.gaussian_paths import _motion, counted_motion
from derivations.witnesses.grids import _place
from derivations.witnesses.shares import root, spread_of, three_points


def a_shrinking_ruler(world):
    """A ruler as long as the signal scale: how often it fits into x, and into a deviation of the noise."""
    place, here = _motion(world)
    fits = lambda length: root(lambda y: y * here[alpha] - length, mp.mpf(-1000), mp.mpf(1000))  # noqa: E731
    cloud = [(fits(here[sigma] * e), p) for e, p in three_points()]
    return here, {rescaled_point: fits(place(world.now)), edm_sigma: mp.sqrt(spread_of(cloud)[1])}


def another_clock(world):
    """A clock that runs unevenly: differences of positions as its hand moves."""
    place, here = _motion(world)
    pace, swing = world.number(1, 3), world.number(0.2, 0.8)
    hand = lambda u: pace * u + swing * mp.sin(u)  # noqa: E731
    now, shown = world.now, hand(world.now)
    time = lambda reading: mp.findroot(lambda u: hand(u) - reading, now)  # noqa: E731
    return here | {clock_rate: mp.diff(hand, now)}, {clock_velocity: mp.diff(lambda r: place(time(r)), shown)}


def time_that_is_left(world):
    """How long it is from now to the data."""
    return {t: world.now}, {reversed_time: mp.quad(lambda u: mp.mpf(1), [world.now, 1])}


def steps_that_are_counted(world):
    """The index of a time in the table that counts down from the data end."""
    used, measured = counted_motion(world)
    return {t: measured[t], step_count: used[step_count]}, {step_index: used[step_index]}


def a_stretched_cloud(world):
    """Points of the path, read on a ruler that has shrunk: the one at x, and mean and deviation of all that are bound
    for a data point of size one."""
    place, here = _motion(world)
    length = world.number(0.3, 3)  # of the ruler, in units of the old one
    read = lambda y: root(lambda r: r * length - y, mp.mpf(-1000), mp.mpf(1000))  # noqa: E731
    cloud = [(read(here[alpha] + here[sigma] * e), p) for e, p in three_points()]
    centre, spread = spread_of(cloud)
    return here | {stretch: read(mp.mpf(1))}, {
        stretched_alpha: centre,
        stretched_sigma: mp.sqrt(spread),
        stretched_point: read(place(world.now)),
    }


def straight_on(world):
    """A point that keeps its velocity from t to s; and how far it is from there to another place."""
    place, here = _motion(world)
    later, other = world.number(0.2, 0.8), world.number()
    moved = mp.odefun(lambda u, y: here[velocity], 0, place(world.now))
    backwards = mp.odefun(lambda u, y: -here[velocity], 0, place(world.now))
    ahead = later - world.now
    end = moved(ahead) if ahead > 0 else backwards(-ahead)
    here |= {t: world.now, s: later, returned_x_s: other}
    return here, {euler_x_s: end, euler_difference: mp.quad(lambda y: mp.mpf(1), [end, other])}


def levels_of_a_power_grid(world):
    """Noise levels around which the nodes are as dense as s^(1/rho - 1); the root of the first, and how far it
    falls."""
    first, level_there, last, bend = world.number(5, 10), world.number(2, 4), world.number(0.5, 1.5), world.number(1, 9)
    root_of = lambda v: root(lambda y: bend * mp.log(y) - mp.log(v), mp.mpf("0.1"), mp.mpf(100))  # noqa: E731
    used = {grid_place: _place(lambda v: v ** (1 / bend - 1), first, level_there, last), grid_rho: bend}
    used |= {first_stretched_level: root_of(first), stretched_step: root_of(last) - root_of(first)}
    return used, {node_sigma: level_there}


def levels_of_a_logarithmic_grid(world):
    """Nodes as dense as 1/v around a signal-to-noise ratio v: the area under 1/v is its logarithm."""
    first, level_there, last = world.number(0.01, 0.1), world.number(0.5, 2), world.number(10, 50)
    log = lambda v: mp.quad(lambda y: 1 / y, [1, v])  # noqa: E731
    used = {grid_place: _place(lambda v: 1 / v, first, level_there, last)}
    used |= {first_stretched_level: log(first), stretched_step: log(last) - log(first)}
    return used, {node_log_snr: log(level_there)}

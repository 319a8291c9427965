"""Worlds in which something special is the case, of which lines of derivations speak."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.chains import an_imperfect_step
from derivations.witnesses.energies import _at, _linear, two_points_on_the_linear_path
from derivations.witnesses.world import normal

LONG = 400  # steps, of which each keeps less than 9/10


def a_hand_that_runs_back(world):
    """A clock that shows the time that is left."""
    hand = lambda u: mp.quad(lambda _: mp.mpf(1), [u, 1])  # noqa: E731
    return {t: world.now}, {clock: hand(world.now), clock_rate: mp.diff(hand, world.now)}


def a_hand_on_the_log_snr(world):
    """A clock that shows the log signal-to-noise ratio."""
    hand = lambda u: 2 * mp.log(world.alpha(u) / world.sigma(u))  # noqa: E731
    here = world.scales()
    return here, {clock: hand(world.now), clock_rate: mp.diff(hand, world.now)}


def the_hour_when_energy_splits(world):
    """Two points on the linear path, at the time when the energy loses its bend at the origin."""
    used, measured = two_points_on_the_linear_path(world)
    return {half_distance: used[half_distance]}, _linear(measured[energy_split_time])


def the_hour_when_velocity_splits(world):
    """The same for the slope of the velocity."""
    used, measured = two_points_on_the_linear_path(world)
    return {half_distance: used[half_distance]}, _linear(measured[velocity_split_time])


def noising_that_changes_nothing(world):
    """A step taken so often that the variance does not change any more."""
    factor, deviation, spread = world.number(0.3, 0.9), world.number(0.3, 1), world.number(0.3, 2)
    for _ in range(LONG):
        spread = factor**2 * spread + deviation**2
    return {transition_factor: factor, transition_deviation: deviation}, {path_variance: spread}


def an_imperfect_step_read_backwards(world):
    """The earlier of two times of a step is called the later."""
    used, measured = an_imperfect_step(world)
    here, there = {alpha: alpha_s, sigma: sigma_s}, {alpha_s: alpha, sigma_s: sigma}
    turned = {(here | there).get(q, q): value for q, value in used.items()}
    return turned, {step_bound: measured[step_bound]}


def data_without_noise(world):
    """Gaussian data as they are."""
    here = {x: world.number(), mean: world.number(), variance: world.number(0.3, 2)}
    law = lambda y: mp.log(normal(y, here[mean], here[variance]))  # noqa: E731
    return here, {marginal_score: mp.diff(law, here[x])}


def a_cloud_around_the_origin(world):
    """Gaussian data around the origin on the linear path: a velocity that has no offset, and samples that begin with
    the noise."""
    here = _linear(world.now) | {x: world.number(), variance: world.number(0.3, 2), mean: mp.mpf(0)}
    field = lambda y: _at(y, here, [(mp.mpf(1), mp.mpf(0), here[variance])])[1]  # noqa: E731
    start = mp.quad(lambda y: y**2 * normal(y, 0, 1), [-mp.inf, 0, mp.inf])
    return here, {marginal_velocity: field(here[x]), drift_offset: field(mp.mpf(0)), run_variance.subs(t, 0): start}

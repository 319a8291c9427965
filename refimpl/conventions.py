"""Times, points, velocities and fields in other people's conventions: from ours to theirs and back.

Ours: time runs from noise at t = 0 to data at t = 1, and x_t = alpha_t · data + sigma_t · noise. Every function is
elementwise in the points, whatever their shape. `t` is a number in [0, 1], or an array that aligns with the *leading*
axes of the points: `t.shape == x.shape[:t.ndim]`. Points and velocities given together must agree in shape, dtype and
library; the result has theirs. A *field* is a function of a point and a time, and returns a velocity.

ValueError for a wrong shape, a time or step out of range, and where a quantity has no finite value; TypeError for a
wrong dtype. What only moves to another place or another clock keeps its value: a density, a score, a predicted noise
or data point at the same place needs no conversion when time is reversed or counted in steps.
"""

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.edge import Array, Namespace, beside, converted, fails, library_of, namespace_of, on_its_own, quiet
from refimpl.formulas import conventions as formulas
from refimpl.path import GaussianPath, evaluate
from refimpl.schedules import Schedule

Field = Callable[[Array, Any], Array]

# ---- data at t = 0 ----------------------------------------------------------------------------------------------


def reversed_time(t: Array | float) -> Array:
    """The same time, counted from data at 0 to noise at 1; its own inverse. In t's shape, a number gives float64."""
    t = on_its_own(t)
    return formulas.reversed_time(beside(t, t, namespace_of(t=t)))


def reversed_velocity(velocity: Array) -> Array:
    """The same motion, by a time that runs from data to noise; its own inverse. Not to be confused with -score."""
    namespace_of(velocity=velocity)
    return formulas.data_at_zero(reversed_time=0.0, velocity=velocity)[1]


def reversed_field(field: Field) -> Field:
    """The field as it is where data are at t = 0: at x and reversed time r, minus the field at x and 1 - r.

    Its own inverse: it takes a foreign field with data at 0 to ours as well.
    """
    return lambda x, t: reversed_velocity(field(x, reversed_time(t)))


# ---- integer steps ----------------------------------------------------------------------------------------------


def time_of_step(step: Array | float, steps: int) -> Array:
    """The time of step number `step`, of `steps` equal steps from data (step 0, t = 1) to noise (t = 0).

    `step` is a number or an array, of integers or not; arrays of integers come back in the library's default dtype.
    A table without an entry for the data itself, as in DDPM, starts with step 1.
    """
    count = _count(steps)
    step = on_its_own(step if isinstance(step, Real) else _floating(step), "step")
    if fails(namespace_of(step=step).all((step >= 0) & (step <= count))):
        raise ValueError(f"`step` must lie in [0, {count}]; got {_farthest(step, count):g}.")
    return formulas.integer_steps(step_index=step, step_count=count, velocity=0.0)[0]


def step_of_time(t: Array | float, steps: int) -> Array:
    """The number of the step at time t, which may lie between two steps; inverse of `time_of_step`."""
    t = on_its_own(t)
    return formulas.step_index(t=beside(t, t, namespace_of(t=t)), step_count=_count(steps))


def velocity_per_step(velocity: Array, steps: int) -> Array:
    """How x changes per step towards the noise, to first order: what a step of Euler's method adds."""
    namespace_of(velocity=velocity)
    return formulas.integer_steps(step_index=0.0, step_count=_count(steps), velocity=velocity)[1]


def velocity_from_step(step_velocity: Array, steps: int) -> Array:
    """The velocity, from the change per step towards the noise; inverse of `velocity_per_step`."""
    namespace_of(step_velocity=step_velocity)
    return -step_velocity * _count(steps)


# ---- coordinates x / alpha, where only the noise grows -----------------------------------------------------------


def rescaled_point(path: GaussianPath, x: Array, t: Array | float) -> Array:
    """x / alpha_t = data + edm_sigma · noise: the coordinates of variance exploding diffusion and of EDM."""
    return _on(path, lambda x, alpha_t: x / alpha_t, "`rescaled_point`", t, x=x)


def point_from_rescaled(path: GaussianPath, rescaled_point: Array, t: Array | float) -> Array:
    """The point on the path, from its rescaled coordinates; inverse of `rescaled_point`."""
    return _on(path, lambda rescaled_point, alpha_t: rescaled_point * alpha_t, "`x`", t, rescaled_point=rescaled_point)


def rescaled_velocity(path: GaussianPath, velocity: Array, x: Array, t: Array | float) -> Array:
    """The rate of x / alpha_t, where x moves with `velocity`. Not velocity / alpha_t: the ruler moves too."""
    return _on(path, formulas.rescaled_velocity, "`rescaled_velocity`", t, velocity=velocity, x=x)


def velocity_from_rescaled(
    path: GaussianPath, rescaled_velocity: Array, rescaled_point: Array, t: Array | float
) -> Array:
    """The velocity on the path, from rescaled coordinates; inverse of `rescaled_velocity`."""
    points = {"rescaled_velocity": rescaled_velocity, "rescaled_point": rescaled_point}
    return _on(path, formulas.velocity_from_rescaled, "`velocity`", t, **points)


# ---- noise levels in place of time -------------------------------------------------------------------------------


def edm_sigma(schedule: Schedule, t: Array | float) -> Array:
    """sigma_t / alpha_t, the sigma of EDM; in t's shape. +inf where alpha_t = 0, as a schedule's values at the ends."""
    return _level(schedule, formulas.edm_sigma, t)


def time_at_edm_sigma(schedule: Schedule, edm_sigma: Array | float) -> Array:
    """The time at which sigma_t / alpha_t has this value; it must be one that the schedule takes."""
    sigma = on_its_own(edm_sigma, "edm_sigma")
    xp = namespace_of(edm_sigma=sigma)
    if fails(xp.all(sigma >= 0)):
        raise ValueError(f"`edm_sigma` must not be negative; got a minimum of {float(xp.min(sigma)):g}.")
    with quiet(sigma):
        return _schedule(schedule).time_at_log_snr(-2 * xp.log(sigma))


def half_log_snr(schedule: Schedule, t: Array | float) -> Array:
    """log(alpha_t / sigma_t), the lambda of DPM-Solver, half of `schedule.log_snr`; in t's shape, infinite at an end."""
    return _level(schedule, formulas.half_log_snr, t)


def time_at_half_log_snr(schedule: Schedule, half_log_snr: Array | float) -> Array:
    """The time at which DPM-Solver's lambda has this value; it must be one that the schedule takes."""
    return _schedule(schedule).time_at_log_snr(2 * on_its_own(half_log_snr, "half_log_snr"))


def velocity_by_log_snr(path: GaussianPath, velocity: Array, t: Array | float) -> Array:
    """dx / d log_snr, from dx / dt. By DPM-Solver's lambda the rate is twice as large."""
    return _on(path, formulas.log_snr_time, "`velocity_by_log_snr`", t, velocity=velocity)


def velocity_from_log_snr(path: GaussianPath, log_snr_velocity: Array, t: Array | float) -> Array:
    """dx / dt, from dx / d log_snr; inverse of `velocity_by_log_snr`."""
    return _on(path, formulas.velocity_from_log_snr, "`velocity`", t, log_snr_velocity=log_snr_velocity)


# ---- one path in place of another --------------------------------------------------------------------------------


def time_on(path: GaussianPath, other: GaussianPath, t: Array | float) -> Array:
    """The time at which `other` has the signal-to-noise ratio that `path` has at t; in t's shape.

    ValueError where it never has it. A root search in float64, as `Schedule.time_at_log_snr`: neither traced nor
    differentiated.
    """
    return _path(other, "other").schedule.time_at_log_snr(_path(path, "path").schedule.log_snr(t))


def point_on(path: GaussianPath, other: GaussianPath, x: Array, t: Array | float) -> Array:
    """The point of `other` with the end points of x, at the time `time_on(path, other, t)`. Two Gaussian paths are one,
    up to time and size. The way back is the same with the paths exchanged.
    """
    points = {"x": x}
    return evaluate(path.schedule, _larger, "`point_on`", t, points, _matched(path, other, time_on(path, other, t)))


def velocity_on(path: GaussianPath, other: GaussianPath, velocity: Array, x: Array, t: Array | float) -> Array:
    """The velocity of `point_on(path, other, x, t)` in the time of `other`, where x moves with `velocity` on `path`.

    For conditional and marginal velocities alike. Finite inside (0, 1); at t = 0 and t = 1 ValueError.
    """
    matched = _matched(path, other, time_on(path, other, t))
    return evaluate(path.schedule, _carried, "`velocity_on`", t, {"velocity": velocity, "x": x}, matched)


def field_on(path: GaussianPath, other: GaussianPath, field: Field) -> Field:
    """A velocity field of `path` as a velocity field of `other`, so that a network learned on one serves on both.

    The result is a function of a point of `other` and a time of `other`.
    """
    _path(path, "path"), _path(other, "other")

    def carried(x: Array, t: Array | float) -> Array:
        back, there = time_on(other, path, t), point_on(other, path, x, t)
        velocity = field(there, back)
        matched = _matched(path, other, t)
        return evaluate(path.schedule, _carried, "`field_on`", back, {"velocity": velocity, "x": there}, matched)

    return carried


# At equal signal-to-noise ratio the paths' noise scales are to each other as their signal scales, so in the formulas
# either may stand for the other. The larger one is taken: next to the data the noise scale has no digits left.


def _larger(x, alpha_t, sigma_t, other_alpha, other_sigma, larger):
    return formulas.one_path(x, larger(alpha_t, sigma_t), larger(other_alpha, other_sigma))


def _carried(
    x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, other_alpha, other_sigma, other_dalpha, other_dsigma, exchanged
):  # fmt: skip
    alpha_t, sigma_t = exchanged(alpha_t, sigma_t)
    raise NotImplementedError

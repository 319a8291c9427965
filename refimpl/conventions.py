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
from numbers import Integral, Real
from typing import Any

from refimpl._call import call
from refimpl.edge import (
    NUMBER,
    Array,
    Namespace,
    beside,
    check_unit_interval,
    fails,
    library_of,
    namespace_of,
    on_its_own,
    quiet,
)
from refimpl.formulas import conventions as formulas
from refimpl.path import GaussianPath, evaluate
from refimpl.schedules import Schedule
from refimpl.schedules.schedule import check_schedule

Field = Callable[[Array, Any], Array]

# ---- data at t = 0 ----------------------------------------------------------------------------------------------


def reversed_time(t: Array | float) -> Array:
    """The same time, counted from data at 0 to noise at 1; its own inverse. In t's shape, a number gives float64."""
    return formulas.reversed_time(_time(t))


def reversed_velocity(velocity: Array) -> Array:
    """The same motion, by a time that runs from data to noise; its own inverse. Not to be confused with -score."""
    namespace_of(velocity=velocity)
    return formulas.data_at_zero(reversed_time=0.0, velocity=velocity)[1]


def reversed_field(field: Field) -> Field:
    """The field as it is where data are at t = 0: at x and reversed time r, minus the field at x and 1 - r.

    Its own inverse: it takes a foreign field with data at 0 to ours as well.
    """
    return lambda x, t: reversed_velocity(field(x, _as_given(t, reversed_time(t))))


# ---- integer steps ----------------------------------------------------------------------------------------------


def time_of_step(step: Array | float, steps: int) -> Array:
    """The time of step number `step`, of `steps` equal steps from data (step 0, t = 1) to noise (t = 0).

    `step` is a number or an array, of integers or not; arrays of integers come back in the library's default dtype.
    A table without an entry for the data itself, as in DDPM, starts with step 1.
    """
    count = _count(steps)
    step = on_its_own(step if isinstance(step, NUMBER) or library_of(step) is None else step * 1.0, "step")
    xp = namespace_of(step=step)
    if fails(xp.all((step >= 0) & (step <= count))):
        low, high = float(xp.min(step)), float(xp.max(step))
        raise ValueError(f"`step` must lie in [0, {count}]; got {low if low < 0 else high:g}.")
    return formulas.integer_steps(step_index=step, step_count=count, velocity=0.0)[0]


def step_of_time(t: Array | float, steps: int) -> Array:
    """The number of the step at time t, which may lie between two steps; inverse of `time_of_step`."""
    return formulas.step_index(t=_time(t), step_count=_count(steps))


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
    return _on(path, lambda x, alpha_t, sigma_t: formulas.rescaling(x, alpha_t, sigma_t)[0], "`rescaled_point`", t, x=x)


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
        level = formulas.log_snr_from_edm_sigma(sigma, xp=xp)
    return check_schedule(schedule).time_at_log_snr(level)


def half_log_snr(schedule: Schedule, t: Array | float) -> Array:
    """log(alpha_t / sigma_t), the lambda of DPM-Solver, half of the log-SNR; in t's shape, infinite at the ends."""
    return _level(schedule, formulas.half_log_snr, t)


def time_at_half_log_snr(schedule: Schedule, half_log_snr: Array | float) -> Array:
    """The time at which DPM-Solver's lambda has this value; it must be one that the schedule takes."""
    return check_schedule(schedule).time_at_log_snr(2 * on_its_own(half_log_snr, "half_log_snr"))


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
    more = _matched(path, other, time_on(path, other, t))
    return evaluate(path.schedule, _resized, "`point_on`", t, {"x": x}, more)


def velocity_on(path: GaussianPath, other: GaussianPath, velocity: Array, x: Array, t: Array | float) -> Array:
    """The velocity of `point_on(path, other, x, t)` in the time of `other`, where x moves with `velocity` on `path`.

    For conditional and marginal velocities alike. Finite inside (0, 1); ValueError at an end where a scale vanishes.
    """
    more = _matched(path, other, time_on(path, other, t))
    return evaluate(path.schedule, _carried, "`velocity_on`", t, {"velocity": velocity, "x": x}, more)


def field_on(path: GaussianPath, other: GaussianPath, field: Field) -> Field:
    """A velocity field of `path` as a velocity field of `other`: a network learned on one serves on both.

    The result is a function of a point of `other` and a time of `other`. Errors as `velocity_on`.
    """
    for one, name in ((path, "path"), (other, "other")):
        _path(one, name)

    def carried(x: Array, t: Array | float) -> Array:
        there, back = point_on(other, path, x, t), _as_given(t, time_on(other, path, t))
        points = {"velocity": field(there, back), "x": there}
        return evaluate(path.schedule, _carried, "`field_on`", back, points, _matched(path, other, t))

    return carried


# At equal signal-to-noise ratio the two paths' signal scales are to each other as their noise scales, so in these
# formulas either may stand for the other. The larger is taken: next to the data the noise scale has few digits left.


def _resized(x: Array, alpha_t: Array, sigma_t: Array, other_alpha: Array, other_sigma: Array, xp: Namespace) -> Array:
    near = alpha_t > sigma_t
    return formulas.one_path(x, xp.where(near, alpha_t, sigma_t), xp.where(near, other_alpha, other_sigma))


def _carried(
    x: Array,
    velocity: Array,
    alpha_t: Array,
    sigma_t: Array,
    dalpha_t: Array,
    dsigma_t: Array,
    other_alpha: Array,
    other_sigma: Array,
    other_dalpha: Array,
    other_dsigma: Array,
    xp: Namespace,
) -> Array:
    near = alpha_t > sigma_t

    def pair(signal: Array, noise: Array) -> tuple[Array, Array]:
        return xp.where(near, noise, signal), xp.where(near, signal, noise)

    pairs = ((alpha_t, sigma_t), (dalpha_t, dsigma_t), (other_alpha, other_sigma), (other_dalpha, other_dsigma))
    return formulas.one_path_velocity(x, velocity, *(scale for one in pairs for scale in pair(*one)))[1]


def _matched(path: GaussianPath, other: GaussianPath, r: Array | float) -> Callable[[Array, Namespace], dict[str, Any]]:
    """The scales of the other path at its own time r, for `evaluate`."""
    _path(path, "path")

    def scales(like: Array, xp: Namespace) -> dict[str, Any]:
        there = _path(other, "other").schedule.trusted_at(beside(r, like, xp), xp)
        return {f"other_{n.removesuffix('_t')}": there[n] for n in ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t")}

    return scales


def _on(path: GaussianPath, formula: Callable[..., Any], what: str, t: Array | float, **points: Array) -> Array:
    return evaluate(_path(path, "path").schedule, formula, what, t, points)


def _level(schedule: Schedule, formula: Callable[..., Any], t: Array | float) -> Array:
    log_snr = check_schedule(schedule).log_snr(t)
    return call(formula, log_snr=log_snr, xp=namespace_of(log_snr=log_snr))


def _time(t: Array | float) -> Array:
    t = on_its_own(t)
    check_unit_interval(t, namespace_of(t=t), "t")
    return t


def _as_given(t: Array | float, new: Array) -> Array | float:
    """A time as a number where the caller gave a number."""
    return float(new) if isinstance(t, Real) else new


def _count(steps: int) -> int:
    if not isinstance(steps, Integral) or isinstance(steps, bool):
        raise TypeError(f"`steps` must be an integer; got {type(steps).__qualname__}.")
    if steps < 1:
        raise ValueError(f"`steps` must be at least 1; got {steps}.")
    return int(steps)


def _path(path: GaussianPath, name: str) -> GaussianPath:
    if not isinstance(path, GaussianPath):
        raise TypeError(f"`{name}` must be a GaussianPath; got {type(path).__qualname__}.")
    return path

"""Somebody else's sampler, driven with the exact prediction on data that are known: from where to where do its steps
lead, and where does it end?

What is wrong is named where it is a mistake that was made before (`mistakes.MISTAKES`), otherwise said as measured. All
is deterministic: no random number is drawn, nothing is estimated, and nothing passes by luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, check_flag, check_number
from refimpl.distributions import GaussianMixture
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import Schedule
from refimpl.testing.bridge import Backend, numpy_callable
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.rules import check_sampling
from refimpl.testing.symptoms import diagnosis, not_finite, not_linear, wrong_level
from refimpl.testing.walks import UNIT, Problem, Walk, gaussian_data, walk_of_unit_vectors

STEPS = (1, 2, 5, 20, 50)
ACCURACY = 1e-9
_MEAN, _VARIANCE = 0.7, 0.25  # of the Gaussian data on which orders are measured
_POINTS = 24  # on the mixture
_NOT_THE_SOLVER = "It is not the second-order solver of the reverse SDE, but one of lower order (k-diffusion #59)."


def check_sampler(
    run: Callable[..., Any],
    schedule: Schedule,
    *,
    predicts: str | Sequence[str] = "noise",
    timestep: Callable[[Any], Any] | None = None,
    end: float = 1.0,
    steps: Sequence[int] = STEPS,
    stochastic: bool = False,
    exact: bool = True,
    order: float | None = None,
    accuracy: float = ACCURACY,
    backend: Backend = "numpy",
) -> Evidence:
    """Does a sampling loop do what it should, for every number of steps?

    `run(predict, x, n)` is the loop: from points x (m, 1) at the noise level of its first call of `predict(x, t)`, in n
    steps, to the points that it returns; `predict` is a perfect network. Checked are: the noise level of the points at
    every call of the network against the time that the network is told, the noise level at the end, linearity, that
    everything is finite; and with several words in `predicts` that all of them lead to the same points.

    Args:
        run: the loop; with several words it is also given `predicts=word`, and if stochastic, `normal=`, which it must
            call as `normal(x)` for noise in the shape of x, in place of its own random numbers.
        schedule: the path on which its points should lie.
        predicts: what the network predicts: data, noise, velocity, v_prediction, score, or several of these.
        timestep: their time to ours, where noise is at 0 and data are at 1; None where they agree.
        end: our time at which it should end.
        steps: the numbers of steps.
        stochastic: whether it draws noise.
        exact: whether the method is exact for a single data point, as DDIM, eta-DDIM, ancestral sampling, exponential
            integrators and Euler's method on straight paths are. Otherwise it is judged by its order alone.
        order: with which the mean and variance of Gaussian data should converge, measured from the last two numbers of
            steps; less than this by a half is rejected. None: 1 for a method that is not exact, or else unmeasured.
        accuracy: the relative error that rounding may cause; 1e-4 where their tables are in float32.
        backend: "numpy", "torch" or "jax": what the loop is given.

    Returns:
        The evidence; `statistic` is the largest relative error, `words` name the mistake.
    """
    words, counts = check_sampling(run, "run", schedule, predicts, steps, accuracy)
    check_flag(stochastic, "stochastic")
    check_flag(exact, "exact")
    several = not isinstance(predicts, str)
    if timestep is not None:
        check_callable(timestep, "timestep")
    if not 0 <= check_number(end, "end") <= 1:
        raise ValueError(f"`end` must lie in [0, 1]; got {end:g}.")
    if order is not None and check_number(order, "order") <= 0:
        raise ValueError(f"`order` must be positive; got {order:g}.")
    numpy_callable(run, backend, name="run")
    problem = Problem(run, schedule, timestep, stochastic, several, backend)
    wanted = 1.0 if order is None and not exact else order
    if wanted is not None and len(counts) < 2:
        raise ValueError(f"`steps` must be two numbers at least, or no order can be seen; got {counts}.")
    worst, calls = 0.0, 0
    for word in words:
        walks = {n: walk_of_unit_vectors(problem, word, n) for n in counts}
        calls += sum(len(walk.times) for walk in walks.values())
        failure, size = _first_failure(walks, problem, word, end, accuracy, exact)
        if failure:
            return _evidence(failure, size, accuracy, calls, word)
        worst = float(np.maximum(worst, size))  # NaN stays
        if wanted is not None:
            failure, fitted = _slow(problem, word, counts[-2:], end, wanted, accuracy)
            if failure:
                lower = stochastic and wanted >= 2 and fitted >= 0.5
                slow = diagnosis(walks[counts[-1]], problem, word, counts[-1], end, accuracy, None)
                slow = _NOT_THE_SOLVER if lower else slow
                return _evidence(f"{slow} Measured: {failure}.".strip(), math.inf, accuracy, calls, word, fitted)
    if len(words) > 1:
        failure, size = _variance_with_the_word(problem, words, counts, end, accuracy)
        if failure:
            return _evidence(failure, size, accuracy, calls, words[-1])
        worst = float(np.maximum(worst, size))  # NaN stays
    held = f"holds: at {calls} calls of the network and at the end, with n = {', '.join(map(str, counts))}"
    held += f", the noise level of the points is right to {worst:.1g}" if exact else ", its law converges"
    return _evidence("", worst if exact else 0.0, accuracy, calls, ", ".join(words), passed=f"{held}.")


def _first_failure(
    walks: dict[int, Walk], problem: Problem, word: str, end: float, accuracy: float, exact: bool
) -> tuple[str, float]:
    """What is wrong on known data points, in words, by the number of steps that tells most."""
    failures: dict[int, str] = {}
    worst = 0.0

    def finite(n: int) -> bool:
        return n in walks and all(np.all(np.isfinite(points)) for points in walks[n].states)

    for n, walk in walks.items():
        if walk.stopped:
            others = all(not walks[m].stopped for m in walks if m > 1)
            hint = (
                " With more steps it does not: as with a division by n - 1 (diffusers #14411)."
                if n == 1 and others
                else ""
            )
            return f"Not judged to the end: {walk.stopped}{hint}", math.inf
        if words := not_finite(walk, problem, n, finite) or not_linear(walk, problem, n, end, accuracy):
            return words, math.inf
        words, size = wrong_level(walk, problem, n, end, accuracy)
        worst = float(np.maximum(worst, size))  # NaN stays
        if words and exact:
            failures[n] = words
    if not failures:
        return "", worst
    telling = next((n for n in failures if n >= 4), max(failures))
    rich = _rich_walk(problem, word, telling)
    name = diagnosis(walks[telling], problem, word, telling, end, accuracy, rich)
    return f"{name or 'No known mistake.'} Measured: {failures[telling]}.", worst


def _rich_walk(problem: Problem, word: str, n: int) -> Walk:
    """Many points, on data whose field is not linear."""
    mixture = GaussianMixture([0.6, 0.4], [[-1.0], [1.2]], variances=[0.2, 0.05])
    field = MarginalField(GaussianPath(problem.schedule), mixture)
    rows = np.linspace(-1.6, 1.6, _POINTS)[:, None]
    noise = np.stack([np.roll(rows, k + 1, axis=0) for k in range(4 * n + 4)]) if problem.stochastic else None

    def start(t: float) -> np.ndarray:
        if not math.isfinite(t):
            return np.zeros_like(rows)
        known = problem.schedule.at(t)
        return float(known["alpha_t"]) * 0.5 * np.roll(rows, 3, axis=0) + float(known["sigma_t"]) * rows

    return problem.walk(word, n, lambda x, t: field.predict(x, t, word), start, noise)


def _variance_with_the_word(
    problem: Problem, words: Sequence[str], counts: Sequence[int], end: float, accuracy: float
) -> tuple[str, float]:
    """Whether it matters what the network predicts, on data whose field is not linear."""
    worst = 0.0
    for n in counts:
        reached = {word: _rich_walk(problem, word, n) for word in words}
        first = reached[words[0]].end
        for word, walk in reached.items():
            if walk.stopped:
                return f"Not judged to the end: {walk.stopped}", math.inf
            gap = float(np.abs(walk.end - first).max() / np.abs(first).max())
            worst = max(worst, gap if math.isfinite(gap) else math.inf)
            if not gap <= accuracy:
                known = walk_of_unit_vectors(problem, word, n)
                name = diagnosis(known, problem, word, n, end, accuracy, walk)
                measured = f"with n = {n} it ends {gap:.3g} away from where it ends with {words[0]}"
                return f"{name or 'It matters what the network predicts.'} Measured: {measured}.", gap
    return "", worst


def _slow(
    problem: Problem, word: str, counts: Sequence[int], end: float, order: float, accuracy: float
) -> tuple[str, float]:
    """The order with which mean and variance of Gaussian data converge, where it is too low; exact moments."""
    errors = [_law_error(problem, word, n, end) for n in counts]
    if not all(math.isfinite(error) for error in errors):
        return f"on Gaussian data the points are not finite with n = {counts[-1]}", math.nan
    fitted = math.log(max(errors[0], 1e-300) / max(errors[1], 1e-300)) / math.log(counts[1] / counts[0])
    if errors[1] <= accuracy or fitted >= order - 0.5:
        return "", fitted
    return (
        f"on Gaussian data mean and variance are off by {errors[0]:.3g} with n = {counts[0]} and by {errors[1]:.3g}"
        f" with n = {counts[1]}, which is order {fitted:.2g}, not {order:g}"
    ), fitted


def _law_error(problem: Problem, word: str, n: int, end: float) -> float:
    """By how much the mean and variance at the end are off, as parts of the right ones; read off unit vectors."""
    predict = gaussian_data(problem.schedule, word, _MEAN, _VARIANCE)

    def moments(t: float) -> tuple[float, float]:
        known = problem.schedule.at(t)
        alpha, sigma = float(known["alpha_t"]), float(known["sigma_t"])
        return alpha * _MEAN, math.sqrt(alpha**2 * _VARIANCE + sigma**2)

    def start(rows: int) -> Callable[[float], np.ndarray]:
        def points(t: float) -> np.ndarray:
            x = np.zeros((rows, 1))
            if math.isfinite(t):
                mean, deviation = moments(t)
                x += mean
                x[1] += deviation * UNIT
            return x

        return points

    counted = problem.walk(word, n, predict, start(2), None)
    if counted.stopped:
        return math.nan
    drawn = np.zeros((counted.draws, 2 + counted.draws, 1))
    drawn[np.arange(counted.draws), 2 + np.arange(counted.draws)] = UNIT
    walk = problem.walk(word, n, predict, start(2 + counted.draws), drawn)
    if walk.stopped:
        return math.nan
    parts = (walk.end[1:, 0] - walk.end[0, 0]) / UNIT
    mean, deviation = moments(end)
    return math.hypot((walk.end[0, 0] - mean) / deviation, parts @ parts / deviation**2 - 1)


def _evidence(
    failure: str, size: float, accuracy: float, calls: int, word: str, order: float | None = None, *, passed: str = ""
) -> Evidence:
    statement = f"The points of the sampler have the noise level that the network is told ({word})."
    details = {"order": order} if order is not None else {}
    return measured("sampler", statement, failure, size, accuracy, calls, passed, **details)

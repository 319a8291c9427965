"""Somebody else's log likelihood: is it the log density of the data, where that is known?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from refimpl.distributions import Gaussian
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import Linear, Schedule
from refimpl.schedules.schedule import check_schedule
from refimpl.testing.bridge import Backend, computing_in, given, numpy_callable, returned
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.rules import check_accuracy

_POINTS = 64
_MEAN = (0.5, -0.8)
_COVARIANCE = ((0.6, 0.25), (0.25, 0.3))
_DIRECTION = "openai/consistency_models_cifar10 #12"


def check_likelihood(
    log_density: Callable[..., Any],
    schedule: Schedule | None = None,
    *,
    accuracy: float = 1e-3,
    backend: Backend = "numpy",
) -> Evidence:
    """Is this the log density of the data, from the velocity of a flow?

    `log_density(velocity, divergence, x)` is given the exact field of Gaussian data in two dimensions, `velocity(x, t)`
    (n, d) and `divergence(x, t)` (n,), with noise at t = 0 and data at t = 1, and data points x (n, d). It returns the
    log density of each, (n,): that of the noise from which it comes, less the integral of the divergence. The field
    can be differentiated, where the divergence comes from automatic differentiation.

    Args:
        log_density: the function.
        schedule: of the path; None is the linear one.
        accuracy: the error, in nats, that their integration in time may make.
        backend: "numpy", "torch" or "jax": what it is given, in float64.

    Returns:
        The evidence; `words` name the mistake where it is a known one.
    """
    if schedule is not None:
        check_schedule(schedule)
    check_accuracy(accuracy)
    law = Gaussian(np.array(_MEAN), np.array(_COVARIANCE))
    field = MarginalField(GaussianPath(schedule if schedule is not None else Linear()), law)

    def timed(evaluate: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        def at(x: Any, t: Any) -> Any:
            return evaluate(x, float(np.clip(np.mean(_numbers(t)), 0.0, 1.0)))

        return at

    x = law.sample(_POINTS, 0)
    numpy_callable(log_density, backend, name="log_density")
    with np.errstate(all="ignore"), computing_in(backend):
        points = given(x, backend)
        theirs = returned(log_density(timed(field.velocity), timed(field.divergence), points), "log_density")
    if not isinstance(theirs, np.ndarray) or theirs.shape != (_POINTS,):
        raise ValueError(f"`log_density` must return one number for each of {_POINTS} points; got {np.shape(theirs)}.")
    right = field.log_density(x, 1.0)
    gaps = np.where(np.isfinite(theirs), np.abs(theirs - right), math.inf)
    worst, at = float(gaps.max()), int(np.argmax(gaps))
    statement = "The log likelihood is the log density of the data."
    if worst <= accuracy:
        passed = f"holds: {_POINTS} log densities agree to {worst:.1g} nats."
        return measured("likelihood", statement, "", worst, accuracy, _POINTS, passed)
    place = f"At x = {np.round(x[at], 4).tolist()} it is {theirs[at]:.6g} and should be {right[at]:.6g}."
    if not np.all(np.isfinite(theirs)):
        failure = f"It is not finite at {int(np.sum(~np.isfinite(theirs)))} of {_POINTS} points. {place}"
        return measured("likelihood", statement, failure, worst, accuracy, _POINTS, "")
    words = next(
        (words for words, wrong in _mistakes(field, x, theirs) if np.abs(theirs - wrong).max() <= 3 * accuracy),
        "No known mistake.",
    )
    return measured("likelihood", statement, f"{words} {place}", worst, accuracy, _POINTS, "")


def _mistakes(field: MarginalField, x: np.ndarray, theirs: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Wrong log likelihoods, each with its closed form on Gaussian data."""

    def normal(z: np.ndarray) -> np.ndarray:
        return -0.5 * np.sum(z**2, axis=-1) - x.shape[1] / 2 * math.log(2 * math.pi)

    noise, beyond = field.flow(x, 1.0, 0.0), field.flow(x, 0.0, 1.0)
    right = field.log_density(x, 1.0)
    volume = right - field.log_density(noise, 0.0)  # minus the integral of the divergence
    for words, sign in (("", 1.0), (", and the divergence with the opposite sign", -1.0)):
        yield (
            f"The flow is integrated the wrong way, from noise to data: the data points are taken for noise{words}"
            f" ({_DIRECTION}).",
            normal(beyond) + sign * volume,
        )
    yield "The divergence has the opposite sign.", normal(noise) - volume
    yield "The divergence is forgotten: it is the log density of the noise.", normal(noise)
    yield "The noise is looked up at the data points, not at the noise to which they flow.", normal(x) + volume
    yield "It is the negative log likelihood.", -right
    yield "It is bits per dimension.", -right / x.shape[1] / math.log(2)
    yield "It is divided by the number of dimensions.", right / x.shape[1]
    constant = x.shape[1] / 2 * math.log(2 * math.pi)
    yield "The normalisation of the noise is missing: d / 2 log(2 pi).", right + constant
    with np.errstate(all="ignore"):
        times = float(np.median((theirs - normal(noise)) / volume))
    words = f"The divergence is counted {times:.4g} times: a sum over probes that is not divided (bayesflow #772)."
    yield words, normal(noise) + times * volume


def _numbers(t: Any) -> np.ndarray:
    return np.asarray(t.detach().cpu() if hasattr(t, "detach") else t, dtype=np.float64)

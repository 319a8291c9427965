"""Scales, rates, drift and conversions of its interpolants.

The conversions are those of the base class: an interpolant of the harness hands them whatever scales the equation is
tried at.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.path import GaussianPath
from refimpl.schedules import Linear, Schedule, Trigonometric, VariancePreserving
from refimpl.testing.conform import assert_conforms
from refimpl.testing.evidence import Evidence
from refimpl.testing.grids import check_schedule
from refimpl.testing.probe import probe_conventions

NAMES = ("linear", "cosine", "vp")
_CLASSES = {"linear": "LinearInterpolant", "cosine": "CosineInterpolant", "vp": "VariancePreservingInterpolant"}
_INSIDE = np.linspace(0.02, 0.98, 49)
_CONVERSIONS = {  # their method: what it is given, our equation
    "velocity_to_noise": ("velocity", "conversions.noise_from_velocity"),
    "score_to_velocity": ("score", "conversions.velocity_from_score"),
}


def theirs(name: str) -> Any:
    return getattr(import_module("torchebm.interpolants"), _CLASSES[name])()


def ours(name: str) -> Schedule:
    return {"linear": Linear(), "cosine": Trigonometric(), "vp": VariancePreserving(0.1, 20.0)}[name]


def checks() -> list[Check]:
    found = []
    for name in NAMES:
        found += [
            Check(
                f"{name}.scales", "alpha and sigma are those of the schedule, without the data end.", _scales(name, 40)
            ),
            Check(f"{name}.scales.data_end", "At t = 1 no noise is left.", _scales(name, 41)),
            Check(f"{name}.rates", "The rates are the derivatives of alpha and sigma.", _rates(name)),
            Check(f"{name}.conventions", "u_t is the velocity of x_t; data are at t = 1.", _conventions(name)),
            Check(
                f"{name}.drift",
                "drift_var is alpha'/alpha sigma² - sigma sigma', drift_mean -alpha'/alpha x.",
                _drift(name),
            ),
            Check(
                f"{name}.drift.data_end.float64",
                "At the data end, t = 1, drift and variance have their limits, in float64.",
                _drift_end(name, "float64"),
            ),
            Check(
                f"{name}.drift.data_end.float32",
                "At the data end, t = 1, drift and variance have their limits, in float32, their default.",
                _drift_end(name, "float32"),
            ),
            Check(
                f"{name}.score_to_velocity.noise_end",
                "At t = 0 the velocity of a score is its limit.",
                _noise_end(name),
            ),
            Check(
                f"{name}.velocity_to_noise.data_end", "At t = 1 the noise of a velocity is its limit.", _data_end(name)
            ),
        ]
        for dtype in ("float64", "float32"):
            statement = f"velocity_to_score is the conversion of the path, t from 0.1 to 0.9, in {dtype}."
            found.append(Check(f"{name}.velocity_to_score.{dtype}", statement, _score(name, dtype)))
    for method in _CONVERSIONS:
        for dtype in ("float64", "float32"):
            statement = f"{method} is the conversion of the equation, for any scales, in {dtype}."
            found.append(Check(f"convert.{method}.{dtype}", statement, _conforms(method, dtype)))
    return found


def _scales(name: str, count: int) -> Callable[[], Evidence]:
    def scales(t: Any) -> Any:
        return theirs(name).compute_alpha_t(t)[0], theirs(name).compute_sigma_t(t)[0]

    times = np.linspace(0.0, 1.0, 41)[:count].tolist()
    return lambda: check_schedule(scales, ours(name), times=times, backend="torch")


def _known(name: str, t: np.ndarray) -> tuple[np.ndarray, ...]:
    known = ours(name).at(t)
    return tuple(np.asarray(known[key], dtype=np.float64) for key in ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t"))


def _rates(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        t = torch.from_numpy(_INSIDE)
        got = [theirs(name).compute_alpha_t(t)[1], theirs(name).compute_sigma_t(t)[1]]
        # 1 - exp(-T) is at least 2e-3 here, which costs three of sixteen digits
        return agreement(f"{name}.rates", "The rates.", got, list(_known(name, _INSIDE)[2:]), accuracy=1e-12)

    return run


def _conventions(name: str) -> Callable[[], Evidence]:
    def pair(data: Any, noise: Any, t: float) -> Any:
        import torch

        return theirs(name).interpolate(noise, data, torch.full((len(data),), t, dtype=data.dtype))

    return lambda: probe_conventions(pair, backend="torch")


def _drift(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        x = np.linspace(-2, 2, len(_INSIDE))[:, None]
        mean, variance = theirs(name).compute_drift(torch.from_numpy(x), torch.from_numpy(_INSIDE))
        alpha, sigma, dalpha, dsigma = (each[:, None] for each in _known(name, _INSIDE))
        right = [-dalpha / alpha * x, dalpha / alpha * sigma**2 - sigma * dsigma]
        got = [mean, variance.expand(len(x), 1)]
        return agreement(
            f"{name}.drift", "Drift and variance.", got, right, accuracy=1e-12, scale=np.maximum(np.abs(right), 1e-3)
        )

    return run


def _drift_end(name: str, dtype: str) -> Callable[[], Evidence]:
    """alpha'/alpha at the data end: 1, 0 and beta_min / 2; the variance: 0, 0 and beta_min / 2."""

    def run() -> Evidence:
        import torch

        kind = getattr(torch, dtype)
        mean, variance = theirs(name).compute_drift(torch.ones(1, 1, dtype=kind), torch.ones(1, dtype=kind))
        right = {"linear": [-1.0, 0.0], "cosine": [0.0, 0.0], "vp": [-0.05, 0.05]}[name]
        statement = "At the data end the drift has its limit."
        words = (
            "tan(pi t / 2) is negative at t = 1 in float32, and a guard makes 1e-8 of it." if name == "cosine" else ""
        )
        return agreement(
            f"{name}.drift", statement, [mean[0, 0], variance[0, 0]], right, accuracy=1e-6, words=words, scale=1.0
        )

    return run


def _noise_end(name: str) -> Callable[[], Evidence]:
    """At t = 0 the score of every law is that of the noise; the velocity depends on the mean of the data, here 0.7."""

    def run() -> Evidence:
        import torch

        x = torch.tensor([[0.4], [-1.2]], dtype=torch.float64)
        alpha, sigma, dalpha, dsigma = (float(each[0]) for each in _known(name, np.zeros(1)))
        data, variance = 0.7, sigma**2
        score = -(x - alpha * data) / variance  # data that are one point
        got = theirs(name).score_to_velocity(score, x, torch.zeros(2, dtype=torch.float64))
        right = dalpha * data + dsigma * (x - alpha * data) / sigma
        statement = "At t = 0 the velocity of a score is its limit along the path."
        return agreement(f"{name}.score_to_velocity", statement, got, right, accuracy=1e-9)

    return run


def _data_end(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        data, noise = np.array([[1.3], [-0.4]]), np.array([[0.6], [0.9]])
        alpha, sigma, dalpha, dsigma = (float(each[0]) for each in _known(name, np.ones(1)))
        if not np.isfinite(dsigma):  # what a network says is finite, and then no noise is in it
            velocity, right = dalpha * data, np.zeros_like(noise)
        else:
            velocity, right = dalpha * data + dsigma * noise, noise
        x = alpha * data + sigma * noise
        got = theirs(name).velocity_to_noise(*map(torch.from_numpy, (velocity, x)), torch.ones(2, dtype=torch.float64))
        statement = "At t = 1 the noise of a velocity is its limit along the path."
        return agreement(f"{name}.velocity_to_noise", statement, got, right, accuracy=1e-6)

    return run


def _score(name: str, dtype: str) -> Callable[[], Evidence]:
    """Not for any scales: a guard takes their divisor to be positive, as it is on a path."""

    def run() -> Evidence:
        import torch

        t, (x, velocity) = np.linspace(0.1, 0.9, 33), np.random.default_rng(0).normal(size=(2, 33, 1))
        given = [torch.from_numpy(each).to(getattr(torch, dtype)) for each in (velocity, x, t)]
        velocity, x, t = (each.double().numpy() for each in given)
        right = GaussianPath(ours(name)).convert(velocity, x, t[:, None], given="velocity", want="score")
        accuracy = 1e-11 if dtype == "float64" else 1e-4  # 1 - exp(-T) and x - ... lose up to three digits at t = 0.9
        got = theirs(name).velocity_to_score(*given)
        size = np.abs(right) + np.abs(x) + np.abs(velocity)
        return agreement(f"{name}.velocity_to_score", "The conversion.", got, right, accuracy=accuracy, scale=size)

    return run


def _conforms(method: str, dtype: str) -> Callable[[], Evidence]:
    word, id = _CONVERSIONS[method]

    def convert(**values: Any) -> Any:
        from torchebm.core import BaseInterpolant

        class Given(BaseInterpolant):
            """An interpolant that has these scales at every time."""

            def compute_alpha_t(self, t: Any) -> Any:
                return values["alpha_t"][:, None], values["dalpha_t"][:, None]

            def compute_sigma_t(self, t: Any) -> Any:
                return values["sigma_t"][:, None], values["dsigma_t"][:, None]

        return getattr(Given(), method)(values[word][:, None], values["x"][:, None], values["alpha_t"])[:, 0]

    return lambda: assert_conforms(convert, id, dtype=dtype, backend="torch", edges=False)

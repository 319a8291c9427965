"""Mean, deviation and conditional flow of each matcher, the flow against the derivative of the matcher's own path."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.schedules import Linear, Trigonometric
from refimpl.testing.conform import assert_conforms
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.grids import check_schedule
from refimpl.testing.probe import probe_conventions

_NAMES = {
    "independent": "ConditionalFlowMatcher",
    "exact_ot": "ExactOptimalTransportConditionalFlowMatcher",
    "target": "TargetConditionalFlowMatcher",
    "bridge": "SchrodingerBridgeConditionalFlowMatcher",
    "vp": "VariancePreservingConditionalFlowMatcher",
}
_SIGMA = 0.3
_INSIDE = np.linspace(0.05, 0.95, 19)
_NEAR_ENDS = np.array([1e-6, 1e-5, 1e-4, 1 - 1e-4, 1 - 1e-5, 1 - 1e-6])
_GUARD = "A guard of 1e-8 is added to the divisor."


def matcher(name: str, sigma: float = _SIGMA, **options: Any) -> Any:
    import torchcfm.conditional_flow_matching as cfm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(cfm, _NAMES[name])(sigma=sigma, **options)


def checks() -> list[Check]:
    found = []
    for name in _NAMES:
        found += [
            Check(f"{name}.mean", "compute_mu_t is the mean of the path.", _mean(name)),
            Check(f"{name}.deviation", "compute_sigma_t is the deviation of the path.", _deviation(name)),
            Check(
                f"{name}.flow", "The conditional flow is the velocity of the matcher's own path.", _flow(name, _INSIDE)
            ),
            Check(
                f"{name}.flow.images",
                "On images (B, C, H, W), with t of shape (B,), the flow is the velocity of the path.",
                _images(name),
            ),
            Check(f"{name}.location", "Point, flow and noise that are handed out belong together.", _location(name)),
        ]
    for name in ("independent", "vp", "target"):
        statement = "With sigma = 0 the flow is the velocity; data are at t = 1."
        found.append(Check(f"{name}.conventions", statement, _conventions(name)))
    found += [
        Check(
            "bridge.flow.near_ends",
            "The conditional flow is the velocity of the path at 1e-6 to 1e-4 from either end.",
            _flow("bridge", _NEAR_ENDS),
        ),
        Check("target.flow.equation", "The flow is that of Lipman et al. for any sigma_min.", _target_flow("float64")),
        Check(
            "target.flow.equation.float32",
            "The flow is that of Lipman et al. for any sigma_min, in float32.",
            _target_flow("float32"),
        ),
        Check("target.flow.data_end", "With sigma = 0 the flow at t = 1 is its limit, data - noise.", _target_end),
        Check("target.scales", "With sigma = 0 the path is the linear one.", _scales("target", Linear())),
        Check("vp.scales", "The path is the trigonometric one.", _scales("vp", Trigonometric())),
    ]
    for sigma in (1.0, 0.1, 1e-3):
        statement = (
            f"lambda(t) sigma² / 2 = sigma_t, which makes the target of the score unit noise; sigma = {sigma:g}."
        )
        found.append(Check(f"bridge.lambda.sigma_{sigma:g}", statement, _lambda("bridge", sigma)))
    statement = "lambda(t) sigma² / 2 = sigma_t for the path of Lipman et al. with sigma = 0."
    found.append(Check("target.lambda.sigma_0", statement, _lambda("target", 0.0)))
    statement = "Without noise the weight of the score, 2 / sigma, is not a finite number."
    return [*found, Check("independent.lambda.sigma_0", statement, _lambda_of_no_noise)]


def _points(shape: tuple[int, ...]) -> tuple[Any, Any, Any]:
    import torch

    generator = np.random.default_rng(0)
    noise, data, drawn = (torch.from_numpy(generator.normal(size=shape)) for _ in range(3))
    return noise, data, drawn


def _right_mean(name: str, x0: Any, x1: Any, t: Any) -> Any:
    if name == "vp":
        return np.cos(np.pi * t / 2) * x0 + np.sin(np.pi * t / 2) * x1
    return t * x1 if name == "target" else t * x1 + (1 - t) * x0


def _mean(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        x0, x1, _ = _points((len(_INSIDE), 3))
        got = matcher(name).compute_mu_t(x0, x1, torch.from_numpy(_INSIDE))
        right = _right_mean(name, x0.numpy(), x1.numpy(), _INSIDE[:, None])
        return agreement(f"{name}.mean", "The mean of the path.", got, right, accuracy=1e-14, scale=1.0)

    return run


def _deviation(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        got = np.broadcast_to(np.asarray(matcher(name).compute_sigma_t(torch.from_numpy(_INSIDE))), _INSIDE.shape)
        right = np.full_like(_INSIDE, _SIGMA)
        if name == "target":
            right = 1 - (1 - _SIGMA) * _INSIDE
        elif name == "bridge":  # the variance of a Brownian bridge, sigma² t (1 - t)
            right = _SIGMA * np.sqrt(_INSIDE * (1 - _INSIDE))
        return agreement(f"{name}.deviation", "The deviation of the path.", got, right, accuracy=1e-14)

    return run


def _own_velocity(found: Any, x0: Any, x1: Any, t: Any, noise: Any) -> tuple[Any, Any]:
    """A point of the matcher's own path and its time derivative, by automatic differentiation of its own code."""
    import torch

    def at(t: Any) -> Any:
        return found.sample_xt(x0, x1, t, noise)

    point, rate, *_ = torch.func.jvp(at, (t,), (torch.ones_like(t),))
    return point, rate


def _flow(name: str, times: np.ndarray) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        x0, x1, noise = _points((len(times), 3))
        t, found = torch.from_numpy(times), matcher(name)
        x, right = _own_velocity(found, x0, x1, t, noise)
        got = found.compute_conditional_flow(x0, x1, t, x)
        # x - mu is subtracted: its rounding, 1e-16, is divided by 2 t (1 - t)
        accuracy = 1e-12 if times is _INSIDE else 1e-9
        words = _GUARD if name == "bridge" else ""
        size = right.abs().amax(dim=1, keepdim=True)
        statement = "The conditional flow is the time derivative of the matcher's own path."
        return agreement(f"{name}.flow", statement, got, right, accuracy=accuracy, words=words, scale=size)

    return run


def _images(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        x0, x1, noise = _points((4, 2, 3, 3))
        t, found = torch.linspace(0.2, 0.8, 4, dtype=torch.float64), matcher(name)
        x, right = _own_velocity(found, x0, x1, t, noise)
        got = found.compute_conditional_flow(x0, x1, t, x)
        words = _GUARD if name == "bridge" else ""
        return agreement(
            f"{name}.flow", "On images.", got, right, accuracy=1e-12, words=words, scale=float(right.abs().max())
        )

    return run


def _location(name: str) -> Callable[[], Evidence]:
    """Pairs are drawn again by optimal transport; with one point in the batch there is one pair."""

    def run() -> Evidence:
        import torch

        x0, x1, _ = _points((1, 3))
        torch.manual_seed(0)
        t, x, flow, noise = matcher(name).sample_location_and_conditional_flow(x0, x1, return_noise=True)
        again, velocity = _own_velocity(matcher(name), x0, x1, t, noise)
        right = torch.stack([again, velocity])
        # the bridge's guard of 1e-8 is judged elsewhere
        accuracy = 1e-5 if name == "bridge" else 1e-12
        return agreement(
            f"{name}.location", "Point and flow belong to the noise.", torch.stack([x, flow]), right, accuracy=accuracy
        )

    return run


def _conventions(name: str) -> Callable[[], Evidence]:
    def pair(data: Any, noise: Any, t: float) -> Any:
        import torch

        times, found = torch.full((len(data),), t, dtype=data.dtype), matcher(name, 0.0)
        x = found.sample_xt(noise, data, times, noise)
        return x, found.compute_conditional_flow(noise, data, times, x)

    return lambda: probe_conventions(pair, backend="torch")


def _target_flow(dtype: str) -> Callable[[], Evidence]:
    def flow(x: Any, data: Any, t: Any, sigma_min: float) -> Any:
        return matcher("target", sigma_min).compute_conditional_flow(None, data, t, x)

    return lambda: assert_conforms(
        flow, "gaussian_path.optimal_transport_velocity", dtype=dtype, backend="torch", edges=False
    )


def _target_end() -> Evidence:
    x0, x1, noise = _points((3, 2))
    found, t = matcher("target", 0.0), x0.new_ones(3)
    x = found.sample_xt(x0, x1, t, noise)
    got = found.compute_conditional_flow(x0, x1, t, x)
    statement = "At t = 1 the flow is its limit along the path, data - noise."
    return agreement("target.flow.data_end", statement, got, x1 - noise, accuracy=1e-9)


def _scales(name: str, schedule: Any) -> Callable[[], Evidence]:
    def scales(t: Any) -> Any:
        import torch

        zero, one, found = (
            torch.zeros(len(t), 1, dtype=t.dtype),
            torch.ones(len(t), 1, dtype=t.dtype),
            matcher(name, 0.0),
        )
        alpha = found.compute_mu_t(zero, one, t)[:, 0]
        sigma = found.compute_sigma_t(t) if name == "target" else found.compute_mu_t(one, zero, t)[:, 0]
        return alpha, sigma

    return lambda: check_schedule(scales, schedule, backend="torch")


def _lambda(name: str, sigma: float) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        t, found = torch.from_numpy(_INSIDE), matcher(name, sigma)
        right = found.compute_sigma_t(t)
        got = found.compute_lambda(t) * sigma**2 / 2
        if sigma == 0:
            top = float(found.compute_lambda(torch.zeros(1))[0])
            words = f"{_GUARD} Where sigma = 0 makes the weight infinite, it is {top:.3g} at t = 0."
        else:
            words = _GUARD
        return agreement(f"{name}.lambda", "lambda(t) sigma² / 2 = sigma_t.", got, right, accuracy=1e-12, words=words)

    return run


def _lambda_of_no_noise() -> Evidence:
    import torch

    value = float(torch.as_tensor(matcher("independent", 0.0).compute_lambda(torch.tensor([0.5]))).max())
    failure = (
        f"{_GUARD} With sigma = 0 the weight is {value:g}; its limit 2 / sigma is infinite."
        if math.isfinite(value)
        else ""
    )
    statement = "Without noise the weight of the score is not a finite number."
    return measured(
        "independent.lambda", statement, failure, 1.0 if failure else 0.0, 1e-12, 1, "holds: it is not finite."
    )

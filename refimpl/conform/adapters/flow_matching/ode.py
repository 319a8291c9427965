"""Its ODE solver and its likelihood, driven with exact fields."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.adapters.flow_matching.transform import field_of
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.distributions import Gaussian
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import Linear, Trigonometric
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.likelihood import check_likelihood
from refimpl.testing.samplers import check_sampler

_ORDERS = {"midpoint": 2.0, "heun2": 2.0, "heun3": 3.0, "rk4": 4.0}
_COVARIANCE = np.array([[0.6, 0.25], [0.25, 0.3]])


def checks() -> list[Check]:
    found = [
        Check("solver.euler", "Euler's method is exact on a straight path and has order 1.", _euler("float64")),
        Check(
            "solver.euler.default_grid",
            "With its default time grid and x in float64, the times are those of float64.",
            _euler("default"),
        ),
        Check("solver.dopri5", "dopri5 ends where the exact flow ends.", _flow(False)),
        Check("solver.dopri5.times", "dopri5 asks the network only for times from 0 to 1.", _times),
        Check("solver.reverse", "A descending time grid leads from data to noise.", _flow(True)),
        *(
            Check(f"solver.{method}", f"{method} has order {order:g} on Gaussian data.", _order(method, order))
            for method, order in _ORDERS.items()
        ),
        Check("likelihood.exact", "With the exact divergence it is the log density of the data.", _likelihood(True)),
        Check(
            "likelihood.exact.float32",
            "In float32, with the exact divergence, it is the log density of the data.",
            _likelihood(True, "float32"),
        ),
        Check(
            "likelihood.exact.image",
            "With the exact divergence it takes images (B, C, H, W).",
            _likelihood(True, "image"),
        ),
        Check(
            "likelihood.hutchinson.float64",
            "With Hutchinson's estimate it takes points in float64.",
            _likelihood(False),
        ),
        Check(
            "likelihood.hutchinson.law",
            "Hutchinson's estimate has the law of probes of plus and minus one (float32).",
            _hutchinson_law(False),
        ),
        Check(
            "likelihood.hutchinson.image",
            "On images (B, C, H, W) Hutchinson's estimate has the same law.",
            _hutchinson_law(True),
        ),
    ]
    return found


def _grid(*ends: float, dtype: str = "float64") -> Any:
    import torch

    return torch.tensor(ends, dtype=getattr(torch, dtype))


def _euler(grid: str) -> Callable[[], Evidence]:
    def loop(predict: Any, x: Any, n: int) -> Any:
        from flow_matching.solver import ODESolver

        times = {} if grid == "default" else {"time_grid": _grid(0.0, 1.0)}
        return ODESolver(lambda x, t: predict(x, t)).sample(x_init=x, step_size=1 / n, method="euler", **times)

    # its own doing, from ends in float64, are a few roundings of float64
    return lambda: check_sampler(loop, Linear(), predicts="velocity", order=1.0, backend="torch", accuracy=1e-9)


def _order(method: str, order: float) -> Callable[[], Evidence]:
    def loop(predict: Any, x: Any, n: int) -> Any:
        from flow_matching.solver import ODESolver

        solver = ODESolver(lambda x, t: predict(x, t))
        return solver.sample(x_init=x, step_size=1 / n, method=method, time_grid=_grid(0.0, 1.0))

    return lambda: check_sampler(
        loop, Trigonometric(), predicts="velocity", exact=False, order=order, steps=(10, 20), backend="torch"
    )


def _flow(reverse: bool) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch
        from flow_matching.solver import ODESolver

        field, x = field_of("condot"), np.array([[0.3, -1.1], [1.4, 0.2], [-0.8, 0.9]])
        ends = (1.0, 0.0) if reverse else (0.0, 1.0)
        start = field.sample(3, 1.0, 1) if reverse else x
        got = ODESolver(lambda x, t: field.velocity(x, t.clamp(0.0, 1.0))).sample(
            x_init=torch.from_numpy(start),
            step_size=None,
            method="dopri5",
            atol=1e-10,
            rtol=1e-10,
            time_grid=_grid(*ends),
        )
        right = field.flow(start, *ends)
        return agreement("solver.dopri5", "It ends where the exact flow ends.", got, right, accuracy=1e-7, scale=1.0)

    return run


def _times() -> Evidence:
    import torch
    from flow_matching.solver import ODESolver

    field, asked = field_of("condot"), []

    def model(x: Any, t: Any) -> Any:
        asked.append(float(t))
        return field.velocity(x, t.clamp(0.0, 1.0))

    x = torch.tensor([[0.3, -1.1], [1.4, 0.2]], dtype=torch.float64)
    ODESolver(model).sample(x_init=x, step_size=None, method="dopri5", time_grid=_grid(0.0, 1.0))
    beyond = max(max(asked) - 1, -min(asked), 0.0)
    failure = f"It asks for t from {min(asked):.6g} to {max(asked):.6g}." if beyond > 0 else ""
    statement = "dopri5 asks the network only for times from 0 to 1."
    passed = f"holds: all {len(asked)} times lie in [0, 1]."
    return measured("solver.dopri5.times", statement, failure, beyond, 0.0, len(asked), passed)


def _normal(x: Any) -> Any:
    flat = x.reshape(len(x), -1)
    return -(flat**2).sum(1) / 2 - flat.shape[1] / 2 * math.log(2 * math.pi)


def _likelihood(exact: bool, kind: str = "float64") -> Callable[[], Evidence]:
    def log_density(velocity: Any, divergence: Any, x: Any) -> Any:
        import torch
        from flow_matching.solver import ODESolver

        shape = (len(x), 1, 1, 2) if kind == "image" else (len(x), 2)
        start = x.to(torch.float32 if kind == "float32" else torch.float64).reshape(shape)

        def model(x: Any, t: Any) -> Any:
            return velocity(x.reshape(len(x), 2), t).reshape(x.shape)

        fine = 1e-5 if kind == "float32" else 1e-9
        grid = _grid(1.0, 0.0, dtype="float32" if kind == "float32" else "float64")
        return ODESolver(model).compute_likelihood(
            x_1=start, log_p0=_normal, step_size=None, method="dopri5", atol=fine, rtol=fine, time_grid=grid,
            exact_divergence=exact,
        )[1]  # fmt: skip

    accuracy = 1e-3 if kind == "float32" else 1e-6  # a hundred tolerances of dopri5 and more
    return lambda: check_likelihood(log_density, accuracy=accuracy, backend="torch")


def _hutchinson_law(image: bool) -> Callable[[], Evidence]:
    """In two dimensions z'Jz is the trace, plus or minus twice the entry beside the diagonal: two values, no more."""

    def run() -> Evidence:
        import torch
        from flow_matching.solver import ODESolver

        law = Gaussian(np.zeros(2), _COVARIANCE)
        field = MarginalField(GaussianPath(Linear()), law)
        x = law.sample(64, 0).astype(np.float32)
        shape = (64, 1, 1, 2) if image else (64, 2)
        torch.manual_seed(0)
        got = ODESolver(lambda x, t: field.velocity(x.reshape(64, 2), t).reshape(shape)).compute_likelihood(
            x_1=torch.from_numpy(x).reshape(shape), log_p0=_normal, step_size=0.01, method="midpoint"
        )[1]
        # The velocity is linear, J = sum of rates g(lambda) over the eigenvectors, and g integrates to log(lambda) / 2.
        values, vectors = np.linalg.eigh(_COVARIANCE)
        beside = float((vectors * (np.log(values) / 2)) @ vectors.T @ np.array([0.0, 1.0]) @ np.array([1.0, 0.0]))
        off = got.double().numpy() - field.log_density(x.astype(np.float64), 1.0)
        sign = np.where(off > 0, 1.0, -1.0)
        if abs(sign.sum()) > 6 * 8:  # six standard deviations of 64 fair coins
            words = "The probes are not plus and minus one with equal chance."
            return measured("likelihood.hutchinson", "Two values.", words, float(abs(sign.sum())), 48.0, 64, "")
        statement = "Each estimate is off by plus or minus twice the integral of the entry beside the diagonal."
        return agreement("likelihood.hutchinson", statement, off, 2 * beside * sign * np.sign(beside), accuracy=2e-3)

    return run

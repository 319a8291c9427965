"""torchdiffeq: `odeint(velocity, x, t)`; its time is ours when t runs from 0 to 1."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.solvers import START, fitted_order, problem
from refimpl.testing import check_likelihood
from refimpl.testing.evidence import Evidence, measured

PACKAGE = "torchdiffeq"
MODULE = "torchdiffeq"
WRITTEN_AGAINST = "0.2.5"
REQUIREMENTS = ("torchdiffeq==0.2.5",)

# the order that their classes state
FIXED = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3, "rk4": 4, "explicit_adams": 4, "implicit_adams": 4}
ADAPTIVE = ("dopri5", "dopri8", "bosh3", "fehlberg2", "adaptive_heun", "scipy_solver")
PATHS = ("linear", "preserving", "mixture")
_ROUGH = 100.0  # global error over tolerance: that of each step is held, and there are about a hundred steps
# where the error has a zero between 16 and 24 steps, or a method of order 12 is unstable with fewer
_LONGER = {("rk4", "mixture"): (48, 96, 192), ("explicit_adams", "linear"): (192, 384, 512)}
_SLOW = ("adaptive_heun", "fehlberg2", "bosh3")  # their steps are many at a small tolerance


def _odeint() -> Any:
    return import_module(MODULE).odeint


def velocity_of(path: str, seen: list[float] | None = None) -> Callable[[Any, Any], Any]:
    """The exact field as a function of t and x; outside of [0, 1] that of the nearest end."""
    field, _ = problem(path)

    def velocity(t: Any, x: Any) -> Any:
        time = float(t)
        if seen is not None:
            seen.append(time)
        return field.velocity(x, min(max(time, 0.0), 1.0))

    return velocity


def _solve(path: str, method: str, times: Any, x: np.ndarray = START, **options: Any) -> np.ndarray:
    import torch

    grid = torch.as_tensor(times, dtype=torch.float64)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _odeint()(velocity_of(path), torch.tensor(x), grid, method=method, **options).numpy()


def _order(method: str, path: str) -> Evidence:
    _, exact = problem(path)
    steps = (32, 64, 128) if path == "preserving" or method.endswith("adams") else (16, 32, 64)
    steps = _LONGER.get((method, path), steps)
    return fitted_order(
        f"{method}.{path}",
        lambda n: _solve(path, method, [0.0, 1.0], options={"step_size": 1 / n})[-1],
        exact,
        FIXED[method],
        steps,
    )


def _uneven(method: str) -> Evidence:
    """On a grid of their users' own, whose steps grow smoothly; any one-step method keeps its order there."""
    _, exact = problem("linear")
    return fitted_order(
        f"{method}.uneven-grid",
        lambda n: _solve("linear", method, np.linspace(0.0, 1.0, n + 1) ** 2)[-1],
        exact,
        FIXED[method],
        (128, 256, 512) if method == "explicit_adams" else (32, 64, 128),
        words="On a grid of unequal steps.",
    )


def _backwards(method: str) -> Evidence:
    """From the data back to the noise: the time grid falls."""
    _, exact = problem("linear")
    options: dict[str, Any] = {"options": {"step_size": 1 / 64}} if method in FIXED else {"rtol": 1e-5, "atol": 1e-5}
    got = _solve("linear", method, [1.0, 0.0], exact, **options)
    allowed = {1: 0.1, 2: 1e-2, 3: 1e-3, 4: 1e-4}[FIXED[method]] if method in FIXED else _ROUGH * 1e-5
    statement = "Run backwards from the end point, it comes back to the start."
    return agreement(f"{method}.backwards", statement, got[-1], START, accuracy=allowed, scale=1.0)


def _adaptive(method: str, path: str, tolerance: float) -> Evidence:
    _, exact = problem(path)
    options: dict[str, Any] = {"options": {"solver": "LSODA"}} if method == "scipy_solver" else {}
    got = _solve(path, method, [0.0, 1.0], rtol=tolerance, atol=tolerance, **options)[-1]
    statement = f"With rtol = atol = {tolerance:g} the end point is right to {_ROUGH:g} times as much."
    return agreement(f"{method}.{path}", statement, got, exact, accuracy=_ROUGH * tolerance, scale=1.0)


def _inside(method: str) -> Evidence:
    """A field of a path is known on [0, 1] and nowhere else: at t > 1 the variance-preserving one has no meaning."""
    import torch

    seen: list[float] = []
    times = torch.tensor([0.0, 1.0], dtype=torch.float64)
    more: dict[str, Any] = {"options": {"step_size": 0.3}} if method in FIXED else {"rtol": 1e-5, "atol": 1e-5}
    if method == "scipy_solver":
        more["options"] = {"solver": "LSODA"}
    with torch.no_grad():
        _odeint()(velocity_of("linear", seen), torch.tensor(START), times, method=method, **more)
    beyond = max(max(seen) - 1.0, -min(seen), 0.0)
    statement = "The field is asked inside of the interval only."
    failure = f"It asks the field at t = {max(seen):.4g}, beyond the end of the interval, 1." if beyond else ""
    passed = f"holds: {len(seen)} calls from t = {min(seen):g} to t = {max(seen):g}."
    return measured(f"{method}.inside", statement, failure, beyond, 1e-12, len(seen), passed)


def _between(interp: str) -> Evidence:
    """What is returned at times between the steps: a cubic keeps four orders, a line two."""
    field, _ = problem("linear")
    times = np.array([0.0, 0.27, 0.61, 1.0])
    exact = np.stack([field.flow(START, 0.0, float(t)) for t in times[1:-1]])

    def between(n: int) -> np.ndarray:
        return _solve("linear", "rk4", times, options={"step_size": 1 / n, "interp": interp})[1:-1]

    return fitted_order(f"rk4.between.{interp}", between, exact, {"linear": 2, "cubic": 4}[interp], (10, 30, 90))


def _likelihood() -> Evidence:
    """The flow and its divergence as one system, as flow matching uses it."""
    import math

    import torch

    def log_density(velocity: Callable[..., Any], divergence: Callable[..., Any], x: Any) -> Any:
        def together(t: Any, state: tuple[Any, Any]) -> tuple[Any, Any]:
            return velocity(state[0], t), divergence(state[0], t)

        start = (x, torch.zeros(len(x), dtype=x.dtype))
        times = torch.tensor([1.0, 0.0], dtype=x.dtype)
        z, change = _odeint()(together, start, times, method="dopri5", rtol=1e-8, atol=1e-8)
        normal = -(z[-1] ** 2).sum(1) / 2 - math.log(2 * math.pi)
        return normal + change[-1]

    return check_likelihood(log_density, accuracy=1e-6, backend="torch")


def checks() -> list[Check]:
    listed = []
    for method, order in FIXED.items():
        for path in PATHS:
            statement = f"The error of `{method}` falls with order {order} on the field of the {path} path."
            listed.append(Check(f"{method}.{path}", statement, partial(_order, method, path)))
        statement = f"`{method}` keeps its order {order} where the steps are not equal."
        listed.append(Check(f"{method}.uneven-grid", statement, partial(_uneven, method)))
    for method in ADAPTIVE:
        for path in PATHS:
            statement = f"`{method}` meets its tolerance on the field of the {path} path."
            listed.append(
                Check(
                    f"{method}.{path}", statement, partial(_adaptive, method, path, 1e-5 if method in _SLOW else 1e-7)
                )
            )
    for method in (*FIXED, *ADAPTIVE[:-1]):
        listed.append(Check(f"{method}.backwards", "A falling time grid runs backwards.", partial(_backwards, method)))
    for method in (*FIXED, *ADAPTIVE):
        statement = "The field is asked inside of the interval only."
        listed.append(Check(f"{method}.inside", statement, partial(_inside, method)))
    for interp in ("linear", "cubic"):
        statement = f"Between the steps the interpolation `{interp}` keeps its order."
        listed.append(Check(f"rk4.between.{interp}", statement, partial(_between, interp)))
    listed.append(Check("likelihood", "Flow and divergence integrated together give the log density.", _likelihood))
    return listed

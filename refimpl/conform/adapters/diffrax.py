"""diffrax: `diffeqsolve(terms, solver, t0, t1, dt0, y0)`; its time is ours when it runs from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import Any

import numpy as np

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.solvers import START, fitted_order, problem
from refimpl.testing.evidence import Evidence

PACKAGE = "diffrax"
MODULE = "diffrax"
WRITTEN_AGAINST = "0.7.2"
REQUIREMENTS = ("diffrax==0.7.2",)

# the order that `solver.order(terms)` states
EXPLICIT = {
    "Euler": 1,
    "Heun": 2,
    "Midpoint": 2,
    "Ralston": 2,
    "LeapfrogMidpoint": 2,
    "ReversibleHeun": 2,
    "Bosh3": 3,
    "Tsit5": 5,
    "Dopri5": 5,
    "Dopri8": 8,
}
IMPLICIT = {"ImplicitEuler": 1, "Kvaerno3": 3, "Kvaerno4": 4, "Kvaerno5": 5}
ADAPTIVE = ("Heun", "Bosh3", "Tsit5", "Dopri5", "Dopri8", "Kvaerno5")
PATHS = ("linear", "preserving", "mixture")
_STEPS = {1: (16, 32, 64), 2: (16, 32, 64), 3: (16, 32, 64), 4: (16, 32, 64), 5: (12, 24, 48), 8: (3, 6, 12)}
_ROUGH = 100.0  # global error over tolerance: that of each step is held, and there are about a hundred steps
_RATE = 3.0  # beta of dx = - beta x / 2 ds + sqrt(beta) dW, which takes any law to the standard normal one


@cache
def _compiled(solver: str, path: str, tolerance: float) -> Callable[..., Any]:
    """From x at one time to another, in steps of dt; with a tolerance, in steps of its own."""
    import jax
    import jax.numpy as jnp

    diffrax: Any = import_module(MODULE)
    field, _ = problem(path)
    options = {}
    if solver in IMPLICIT:  # the chord method that they use by themselves diverges at so small a tolerance
        options["root_finder"] = import_module("optimistix").Newton(rtol=1e-12, atol=1e-12)
    made: Any = getattr(diffrax, solver)(**options)
    term = diffrax.ODETerm(lambda t, y, _: field.velocity(y, jnp.clip(t, 0.0, 1.0)))
    if tolerance:
        controller: Any = diffrax.PIDController(rtol=tolerance, atol=tolerance)
    else:
        controller = diffrax.ConstantStepSize()

    @jax.jit
    def solve(x: Any, start: Any, end: Any, step: Any) -> Any:
        first = None if tolerance else step
        return diffrax.diffeqsolve(
            term, made, start, end, first, x, stepsize_controller=controller, max_steps=2**16
        ).ys[-1]

    return solve


def _solve(solver: str, path: str, span: tuple[float, float], n: int, x: np.ndarray, tolerance: float) -> Any:
    import jax

    with jax.enable_x64(True):
        return np.asarray(_compiled(solver, path, tolerance)(x, *span, (span[1] - span[0]) / n))


def _order(solver: str, path: str) -> Evidence:
    field, exact = problem(path)
    order, end = (EXPLICIT | IMPLICIT)[solver], 1.0
    if solver in IMPLICIT:  # a stage of Kvaerno's methods lies beyond the end of the step
        end = 0.75
        exact = field.flow(START, 0.0, end)
    steps = tuple((4 if path == "preserving" else 1) * n for n in _STEPS[order])
    return fitted_order(
        f"{solver}.{path}", lambda n: _solve(solver, path, (0.0, end), n, START, 0.0), exact, order, steps
    )


def _adaptive(solver: str, path: str) -> Evidence:
    _, exact = problem(path)
    tolerance = 1e-5 if solver in ("Heun", "Bosh3") else 1e-8
    got = _solve(solver, path, (0.0, 1.0), 1, START, tolerance)
    statement = f"With rtol = atol = {tolerance:g} the end point is right to {_ROUGH:g} times as much."
    return agreement(f"{solver}.adaptive", statement, got, exact, accuracy=_ROUGH * tolerance, scale=1.0)


def _backwards() -> Evidence:
    _, exact = problem("linear")
    got = _solve("Dopri8", "linear", (1.0, 0.0), 32, exact, 0.0)
    statement = "Run from t = 1 to t = 0 it comes back to the start."
    return agreement("backwards", statement, got, START, accuracy=1e-9, scale=1.0)


def moments(solver: str, n: int) -> np.ndarray:
    """Mean and variance at s = 1 of dx = - beta x / 2 ds + sqrt(beta) dW from x = 1, in n steps, without any chance.

    The method is affine in the start and in the increments of W, which are independent with variance h: one row starts
    at 1 without noise, and each other row gets one increment, of size sqrt(h).
    """
    import jax
    import jax.numpy as jnp
    import lineax

    diffrax: Any = import_module(MODULE)
    with jax.enable_x64(True):
        times = jnp.arange(n) / n

        class Planted(diffrax.AbstractPath):
            t0: float = 0.0
            t1: float = 1.0

            def evaluate(self, t0: Any, t1: Any = None, left: bool = True, use_levy: bool = False) -> Any:
                def at(t: Any) -> Any:
                    pieces = jnp.clip((t - times) * n, 0.0, 1.0) / math.sqrt(n)
                    return jnp.concatenate([jnp.zeros(1), pieces])

                return at(t0) if t1 is None else at(t1) - at(t0)

        drift = diffrax.ODETerm(lambda s, y, _: -_RATE / 2 * y)
        noise = diffrax.ControlTerm(
            lambda s, y, _: lineax.DiagonalLinearOperator(math.sqrt(_RATE) * jnp.ones(n + 1)), Planted()
        )
        start = jnp.zeros(n + 1).at[0].set(1.0)
        made = getattr(diffrax, solver)()
        terms = diffrax.MultiTerm(drift, noise)
        end = np.asarray(diffrax.diffeqsolve(terms, made, 0.0, 1.0, 1 / n, start).ys[-1])
    return np.array([end[0], float(end[1:] @ end[1:])])


def _law(solver: str, order: int) -> Evidence:
    exact = np.array([math.exp(-_RATE / 2), -math.expm1(-_RATE)])
    return fitted_order(f"{solver}.law", partial(moments, solver), exact, order, (16, 32, 64))


def _paths(solver: str) -> tuple[str, ...]:
    """Compiling is what takes the time: each solver has one path at least, and a few have all."""
    if solver in ("Tsit5", "Dopri5"):
        return PATHS
    return PATHS[:2] if solver in ("Euler", "Heun", "Dopri8") else PATHS[:1]


def checks() -> list[Check]:
    listed = []
    rows: list[tuple[str, str, Callable[[], Evidence]]] = []
    for solver, order in (EXPLICIT | IMPLICIT).items():
        for path in _paths(solver):
            statement = f"The error of {solver} falls with order {order} on the field of the {path} path."
            rows.append((f"{solver.lower()}.{path}", statement, partial(_order, solver, path)))
    for solver in ADAPTIVE:
        for path in PATHS[:2] if solver in ("Tsit5", "Dopri8") else PATHS[:1]:
            statement = f"{solver} meets its tolerance on the field of the {path} path."
            rows.append((f"{solver.lower()}.adaptive.{path}", statement, partial(_adaptive, solver, path)))
    rows.append(("backwards", "Time may fall.", _backwards))
    for solver, order in {"Euler": 1, "EulerHeun": 1, "Heun": 2}.items():
        statement = f"Mean and variance that {solver} gives a linear equation with noise converge with order {order}."
        rows.append((f"{solver.lower()}.law", statement, partial(_law, solver, order)))
    listed += [Check(*row) for row in rows]
    return listed

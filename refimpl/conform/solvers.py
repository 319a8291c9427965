"""Solvers of differential equations held against exact flows: with which order does the error fall?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from refimpl.conform.check import digits_of
from refimpl.distributions import Gaussian, GaussianMixture
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import Linear, VariancePreserving
from refimpl.testing.evidence import Evidence, measured

SLACK = 0.4  # of an order that is fitted
ROUNDING = 1e-12  # errors below this tell nothing of the order
START = np.array([[0.3, -1.2], [-0.8, 0.5], [1.7, 0.9]])


@cache
def problem(path: str) -> tuple[MarginalField, np.ndarray]:
    """A field on [0, 1], and where it carries START from t = 0 to t = 1.

    `linear` and `preserving`: Gaussian data, whose flow is known in closed form; `mixture`: a field that is not linear
    in x, integrated to 1e-13.
    """
    if path == "mixture":
        mixture = GaussianMixture([0.6, 0.4], [[-1.0, 0.3], [1.2, -0.5]], variances=[0.4, 0.3])
        field = MarginalField(GaussianPath(Linear()), mixture)
        return field, field.flow(START, 0.0, 1.0, rtol=1e-13, atol=1e-13)
    schedule = {"linear": Linear, "preserving": VariancePreserving}[path]()
    field = MarginalField(GaussianPath(schedule), Gaussian(np.array([0.7, -0.3]), np.array([[0.25, 0.1], [0.1, 0.4]])))
    return field, field.flow(START, 0.0, 1.0)


def fitted_order(
    name: str,
    integrate: Callable[[int], np.ndarray],
    exact: np.ndarray,
    order: float,
    steps: Sequence[int],
    *,
    words: str = "",
) -> Evidence:
    """Whether the error falls with at least this order, from the first to the last number of steps.

    Args:
        name: of the check.
        integrate: n to the end point, in n steps.
        exact: the right end point.
        order: what the method promises.
        steps: numbers of steps, which increase.
        words: what a failure means.

    Returns:
        The evidence; its statistic is by how much the order is too low, `details` has the errors.
    """
    errors = [float(np.abs(integrate(n) - exact).max()) for n in steps]
    statement = f"The error falls with order {order:g} at least."
    shown = ", ".join(f"{error:.3g} with n = {n}" for n, error in zip(steps, errors, strict=True))
    if not all(math.isfinite(error) for error in errors):
        return measured(name, statement, f"{words} Not finite: {shown}.".strip(), math.inf, SLACK, len(steps), "")
    if errors[-1] <= ROUNDING:
        fitted, low = math.inf, 0.0
    else:
        fitted = math.log(max(errors[0], ROUNDING) / errors[-1]) / math.log(steps[-1] / steps[0])
        low = max(order - fitted, 0.0)
    details = {"order": fitted, "errors": errors, "steps": list(steps), "digits": digits_of(errors[-1])}
    failure = ""
    if low > SLACK:
        failure = f"{words} The order is {fitted:.2f}, not {order:g}: off by {shown}.".strip()
    passed = f"holds: order {fitted:.2f}; off by {shown}."
    return measured(name, statement, failure, low, SLACK, len(steps), passed, **details)

"""Its schedulers, and ours that say the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.schedules import Custom, Linear, Polynomial, Schedule, Trigonometric, VariancePreserving

POWER = 3  # of the polynomial scheduler
NAMES = ("condot", "cosine", "vp", "linear_vp", "poly")


def theirs(name: str) -> Any:
    from flow_matching.path import scheduler as s

    return {
        "condot": lambda: s.CondOTScheduler(),
        "cosine": lambda: s.CosineScheduler(),
        "vp": lambda: s.VPScheduler(),
        "linear_vp": lambda: s.LinearVPScheduler(),
        "poly": lambda: s.PolynomialConvexScheduler(POWER),
    }[name]()


def ours(name: str) -> Schedule:
    """The same schedule, written so that no digits are lost."""
    if name == "linear_vp":
        return Custom(
            lambda t: t,
            lambda t: ((1 - t) * (1 + t)) ** 0.5,
            lambda t: 1 + 0 * t,
            lambda t: -t / ((1 - t) * (1 + t)) ** 0.5,
        )
    return {
        "condot": Linear(),
        "cosine": Trigonometric(),
        "vp": VariancePreserving(0.1, 20.0),
        "poly": Polynomial(float(POWER)),
    }[name]


def scales(name: str, t: np.ndarray) -> tuple[np.ndarray, ...]:
    """The right alpha, sigma and their rates at these times."""
    known = ours(name).at(t)
    return tuple(np.asarray(known[key], dtype=np.float64) for key in ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t"))

"""Its change of schedule for a trained velocity, against the exact field of the new schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.adapters.flow_matching.known import NAMES, ours, theirs
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.distributions import GaussianMixture
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.testing.evidence import Evidence

_X = np.array([[0.3, -1.1], [1.4, 0.2], [-0.8, 0.9], [0.1, 0.4]])


def field_of(name: str) -> MarginalField:
    mixture = GaussianMixture([0.6, 0.4], [[-1.0, 0.3], [1.2, -0.2]], variances=[0.2, 0.05])
    return MarginalField(GaussianPath(ours(name)), mixture)


def checks() -> list[Check]:
    found = []
    for old in NAMES:
        for new in NAMES:
            if new != old:
                statement = f"A velocity of {old}, transformed to {new}, is the exact velocity of {new}."
                found.append(Check(f"transform.{old}.{new}", statement, _pair(old, new)))
    for new in ("cosine", "condot"):
        old = "condot" if new == "cosine" else "cosine"
        statement = f"The velocity of {old}, transformed to {new}, is finite and right at the data end, t = 1."
        found.append(Check(f"transform.{old}.{new}.data_end", statement, _at(old, new, [1.0])))
        statement = f"dopri5 samples with the velocity of {old}, transformed to {new}."
        found.append(Check(f"transform.{old}.{new}.dopri5", statement, _sampled(old, new)))
    statement = "The transformed velocity takes one time for each row, t of shape (B,)."
    return [*found, Check("transform.batch_times", statement, _batch)]


def transformed(old: str, new: str) -> Callable[..., Any]:
    from flow_matching.path.scheduler import ScheduleTransformedModel

    field = field_of(old)

    def model(x: Any, t: Any) -> Any:
        t = t.clamp(0.0, 1.0)  # a network answers for any time; who is asked for a NaN answers NaN
        if not t.isfinite().all():
            return x * t.sum()
        return field.velocity(x, t)

    return ScheduleTransformedModel(model, theirs(old), theirs(new))  # type: ignore[arg-type]


def _pair(old: str, new: str) -> Callable[[], Evidence]:
    return _at(old, new, [0.1, 0.3, 0.5, 0.7, 0.9])


def _at(old: str, new: str, times: list[float]) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        model, x = transformed(old, new), torch.from_numpy(_X)
        got = [model(x=x, t=torch.tensor(t, dtype=torch.float64)) for t in times]
        right = [field_of(new).velocity(_X, t) for t in times]
        # the slope of the field near the data, 1 / (1 - t)², multiplies the rounding of the times
        size = np.maximum([np.abs(each).max() for each in right], 1.0)[:, None, None]
        statement = f"The transformed velocity is that of {new}."
        return agreement(f"transform.{old}.{new}", statement, got, right, accuracy=1e-11, scale=size)

    return run


def _sampled(old: str, new: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch
        from flow_matching.solver import ODESolver

        model, grid = transformed(old, new), torch.tensor([0.0, 1.0], dtype=torch.float64)
        got = ODESolver(model).sample(
            x_init=torch.from_numpy(_X), step_size=None, method="dopri5", atol=1e-8, rtol=1e-8, time_grid=grid
        )
        right = field_of(new).flow(_X, 0.0, 1.0)
        return agreement("transform.dopri5", "It ends where the exact flow ends.", got, right, accuracy=1e-5)

    return run


def _batch() -> Evidence:
    import torch

    model, times = transformed("condot", "cosine"), np.linspace(0.2, 0.8, len(_X))
    got = model(x=torch.from_numpy(_X), t=torch.from_numpy(times))
    right = field_of("cosine").velocity(_X, times)
    return agreement("transform.batch_times", "Each row has its own time.", got, right, accuracy=1e-11)

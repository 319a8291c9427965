"""Pairs of noise and data by optimal transport, against an exact assignment and an entropic plan in logarithms."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from refimpl.conform.adapters.torchcfm.matchers import matcher
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.testing.evidence import Evidence

_N = 64


def checks() -> list[Check]:
    found = [
        Check("ot.plan", "The exact plan is the optimal assignment.", _plan("float64", 0.0)),
        Check("ot.plan.float32", "The exact plan is the optimal assignment, in float32.", _plan("float32", 0.0)),
        Check(
            "ot.plan.far.float32",
            "The plan does not change when noise and data are moved together, by 1000 times their spread; float32.",
            _plan("float32", 1000.0),
        ),
        Check("ot.pairs", "Every pair of exact_ot is one of the optimal assignment.", _pairs("exact_ot", {})),
        Check(
            "ot.pairs.bridge",
            "Every pair of the bridge with ot_method exact is one of the optimal assignment.",
            _pairs("bridge", {"sigma": 0.3}),
        ),
        Check("ot.labels", "Labels go with their points.", _labels),
    ]
    for sigma in (1.0, 0.5):
        statement = f"With ot_method sinkhorn the plan is the entropic one at 2 sigma², sigma = {sigma:g}."
        found.append(Check(f"bridge.sinkhorn.sigma_{sigma:g}", statement, _sinkhorn(sigma)))
    statement = "With ot_method sinkhorn the plan is a coupling nearer to the best than the uniform one, sigma = 0.03."
    found.append(Check("bridge.sinkhorn.sigma_0.03", statement, _small_sigma))
    return found


def _batches(shift: float = 0.0, n: int = _N) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    noise, data = generator.normal(size=(2, n, 2))
    # numbers of float32, moved or not: both batches are moved by the same exact amount
    noise, data = (np.round(each * 2**12) / 2**12 for each in (noise, 0.5 * data + 1))
    return noise + shift, data + shift


def _cost(x0: np.ndarray, x1: np.ndarray) -> np.ndarray:
    return ((x0[:, None] - x1[None]) ** 2).sum(-1)


def _assignment(x0: np.ndarray, x1: np.ndarray) -> np.ndarray:
    from scipy.optimize import linear_sum_assignment

    return linear_sum_assignment(_cost(x0, x1))[1]


def _plan(dtype: str, shift: float) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        x0, x1 = _batches(shift)
        given = [torch.from_numpy(each).to(getattr(torch, dtype)) for each in (x0, x1)]
        plan = matcher("exact_ot").ot_sampler.get_map(*given)
        best = _cost(x0, x1)[np.arange(_N), _assignment(x0, x1)].mean()
        moved = float(np.abs(plan.sum(1) - 1 / _N).max() + np.abs(plan.sum(0) - 1 / _N).max())
        words = f"Rows or columns of the plan are off by {moved:.2g}." if moved > 1e-9 else ""
        here = np.argmax(plan, axis=1) == _assignment(x0, x1)
        words += (
            f" {int((~here).sum())} of {_N} points are paired with another than the best." if not here.all() else ""
        )
        statement = "The cost of the plan is that of the optimal assignment."
        return agreement("ot.plan", statement, (plan * _cost(x0, x1)).sum(), best, accuracy=1e-6, words=words.strip())

    return run


def _pairs(name: str, options: dict[str, float]) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        x0, x1 = _batches()
        np.random.seed(0)  # theirs draws from NumPy's global generator
        found = matcher(name, **options)
        left, right = found.ot_sampler.sample_plan(torch.from_numpy(x0), torch.from_numpy(x1))
        partner = x1[_assignment(x0, x1)]
        at = [int(np.flatnonzero((x0 == each).all(1))[0]) for each in left.numpy()]
        return agreement("ot.pairs", "Each pair is one of the optimal assignment.", right, partner[at], accuracy=1e-15)

    return run


def _labels() -> Evidence:
    import torch

    x0, x1 = (torch.from_numpy(each) for each in _batches())
    np.random.seed(0)
    found = matcher("exact_ot")
    a, b, ya, yb = found.ot_sampler.sample_plan_with_labels(x0, x1, torch.arange(_N), torch.arange(_N))
    return agreement(
        "ot.labels", "Labels go with their points.", torch.stack([x0[ya], x1[yb]]), torch.stack([a, b]), accuracy=1e-15
    )


def _sinkhorn(sigma: float) -> Callable[[], Evidence]:
    def run() -> Evidence:
        from scipy.special import logsumexp

        x0, x1 = _batches(n=16)
        plan, said = _sinkhorn_plan(sigma, x0, x1)
        kernel = -_cost(x0, x1) / (2 * sigma**2)
        f, g = np.zeros(16), np.zeros(16)
        for _ in range(5000):
            f = -np.asarray(logsumexp(kernel + g, axis=1))
            g = -np.asarray(logsumexp(kernel + f[:, None], axis=0))
        right = np.exp(kernel + f[:, None] + g) / 16
        if np.abs(right.sum(1) - 1 / 16).max() > 1e-9:
            raise RuntimeError("The plan in logarithms has not converged.")
        # their iterations stop at a marginal error of 1e-9
        return agreement("bridge.sinkhorn", "The entropic plan.", plan, right, accuracy=1e-6, words=said, scale=1 / 16)

    return run


def _sinkhorn_plan(sigma: float, x0: np.ndarray, x1: np.ndarray) -> tuple[np.ndarray, str]:
    import torch

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        plan = matcher("bridge", sigma, ot_method="sinkhorn").ot_sampler.get_map(*map(torch.from_numpy, (x0, x1)))
    return plan, f"It warns: {str(heard[-1].message).split('.')[0]}." if heard else "It does not warn."


def _small_sigma() -> Evidence:
    """As sigma falls to 0 the entropic plan becomes the exact one: it costs less than any at a larger sigma."""
    x0, x1 = _batches(n=16)
    plan, said = _sinkhorn_plan(0.03, x0, x1)
    cost = _cost(x0, x1)
    best = cost[np.arange(16), _assignment(x0, x1)].mean()
    if np.abs(plan - 1 / 256).max() < 1e-9:
        said = f"The plan is the uniform one, no transport at all. {said}"
    # entropy costs at most 2 sigma² log(n) more
    return agreement(
        "bridge.sinkhorn", "The cost of the plan.", (plan * cost).sum() / plan.sum(), best, accuracy=0.01, words=said
    )

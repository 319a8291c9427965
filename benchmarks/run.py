"""How long the exact field takes, as a ratio to a named rival in the same run: `make bench`.

The rival is what everybody writes: `torch.distributions.MixtureSameFamily` and autograd for the score. Times are the
smallest of several runs on an otherwise idle machine; read the ratios, not the times.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import distributions as rivals

import refimpl as ri

SIZES = [("isotropic", 10_000, 50, 64), ("diagonal", 10_000, 50, 64), ("full", 2_000, 10, 64)]
TIME, REPEATS = 0.6, 3


def mixture(kind: str, k: int, d: int) -> ri.GaussianMixture:
    """A random mixture of k components in d dimensions."""
    rng = np.random.default_rng(0)
    weights, means = np.full(k, 1 / k), rng.normal(size=(k, d))
    if kind == "isotropic":
        return ri.GaussianMixture(weights, means, variances=rng.uniform(0.3, 1.5, k))
    if kind == "diagonal":
        return ri.GaussianMixture(weights, means, variances=rng.uniform(0.3, 1.5, (k, d)))
    roots = rng.normal(size=(k, d, d)) / np.sqrt(d)
    return ri.GaussianMixture(weights, means, covariances=roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(d))


def rival_score(kind: str, data: ri.GaussianMixture) -> Callable[[torch.Tensor], torch.Tensor]:
    """Score of the linear path's marginal at `TIME` by autograd."""
    alpha, sigma = TIME, 1 - TIME
    means = alpha * torch.tensor(data.means)
    covariances = alpha**2 * torch.tensor(data.covariances) + sigma**2 * torch.eye(means.shape[1], dtype=means.dtype)
    if kind == "full":
        components = rivals.MultivariateNormal(means, covariances)
    else:
        deviations = covariances.diagonal(dim1=-2, dim2=-1).sqrt()
        components = rivals.Independent(rivals.Normal(means, deviations), 1)
    marginal = rivals.MixtureSameFamily(rivals.Categorical(torch.tensor(data.weights)), components)

    def score(x: torch.Tensor) -> torch.Tensor:
        x = x.detach().requires_grad_(True)
        return torch.autograd.grad(marginal.log_prob(x).sum(), x)[0]

    return score


def seconds(run: Callable[[torch.Tensor], object], x: torch.Tensor) -> float:
    """The smallest of several times."""
    run(x)
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run(x)
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Print one line for each size."""
    print(f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads, float64")
    columns = ("velocity", "score", "autograd")
    print(
        f"{'covariances':12}{'points':>8}{'K':>5}{'d':>5}{''.join(f'{c:>12}' for c in columns)}{'ratio':>8}  agreement"
    )
    path = ri.GaussianPath(ri.schedules.Linear())
    for kind, n, k, d in SIZES:
        data = mixture(kind, k, d)
        field = ri.MarginalField(path, data)
        x = torch.as_tensor(field.sample(n, TIME, seed=1))
        rival = rival_score(kind, data)
        agreement = (field.score(x, TIME) - rival(x)).abs().max().item()
        ours = [seconds(partial(f, t=TIME), x) for f in (field.velocity, field.score)]
        theirs = seconds(rival, x)
        times = "".join(f"{1e3 * t:>9.1f} ms" for t in (*ours, theirs))
        print(f"{kind:12}{n:>8}{k:>5}{d:>5}{times}{theirs / ours[1]:>7.1f}x  {agreement:.0e}", flush=True)


if __name__ == "__main__":
    main()

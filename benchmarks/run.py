"""How fast the exact field is and how little memory it takes, against named rivals in the same run: `make bench`.

The rival is what everybody writes: `torch.distributions.MixtureSameFamily` of the marginal at time t, and autograd for
its score. scikit-learn's mixture gives the density alone. The products are the matrix products that no method of this
kind avoids, of random matrices. Everything is in float64. Each number comes from a process of its own; times are the
smallest of several, and include what a new time t makes new: read the ratios, not the times. Writes RESULTS.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributions as rivals

import refimpl as ri

SIZES = [(10_000, 50, 64), (1_000, 1_797, 64), (1_000, 10, 784)]
FORMS = ("isotropic", "diagonal", "full")
TASKS = ("velocity", "score", "log_density", "autograd", "sklearn", "products")
TIME, REPEATS, PATIENCE = 0.6, 25, 4.0  # the time of the path; runs at most; seconds after which no run is begun
GOALS = {"isotropic": 100, "diagonal": 30, "full": 5}
TITLES = ("covariances", "N", "K", "d", *TASKS, "autograd / score", "score / products", "memory, ours", "autograd's")
Run = Callable[[], Any]


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
    weights, means = torch.tensor(data.weights), torch.tensor(data.means)
    eye = torch.eye(means.shape[1], dtype=means.dtype)
    spread = torch.tensor(data.covariances if kind == "full" else data.variances)

    def score(x: torch.Tensor) -> torch.Tensor:
        if kind == "full":
            components = rivals.MultivariateNormal(alpha * means, alpha**2 * spread + sigma**2 * eye)
        else:
            components = rivals.Independent(rivals.Normal(alpha * means, (alpha**2 * spread + sigma**2).sqrt()), 1)
        x = x.detach().requires_grad_(True)
        marginal = rivals.MixtureSameFamily(rivals.Categorical(weights), components)
        return torch.autograd.grad(marginal.log_prob(x).sum(), x)[0]

    return score


def sklearn_density(kind: str, data: ri.GaussianMixture, x: np.ndarray) -> Run:
    """Log density at `TIME` by scikit-learn, whose mixture is given the right parameters; built once."""
    from sklearn.mixture import GaussianMixture

    own, d = TIME**2 * data.variances + (1 - TIME) ** 2, data.dimension
    model = GaussianMixture(len(own), covariance_type={"isotropic": "spherical", "diagonal": "diag"}.get(kind, "full"))
    model.weights_, model.means_ = np.array(data.weights), TIME * data.means
    if kind == "full":
        chol = np.linalg.cholesky(TIME**2 * data.covariances + (1 - TIME) ** 2 * np.eye(d))
        model.precisions_cholesky_ = np.stack([np.linalg.inv(each).T for each in chol])
    else:
        model.precisions_cholesky_ = 1 / np.sqrt(own[:, 0] if kind == "isotropic" else own)
    return lambda: model.score_samples(x)


def products(kind: str, n: int, k: int, d: int) -> Run:
    """Into the components and back: one product each, two for axes of different variance, one a component if full."""
    x, means, shares = torch.rand(n, d).double(), torch.rand(k, d).double(), torch.rand(n, k).double()
    basis = torch.rand(d, d).double()

    def run() -> None:  # nothing is kept: to find memory for it would take longer than the products
        for _ in range(k if kind == "full" else 1 if kind == "isotropic" else 2):
            if kind == "full":
                _ = x @ basis
            else:
                _ = x @ means.T, shares @ means

    return run


def memory(entry: str) -> float:
    """MiB that this process has (VmRSS) or has had at most (VmHWM); NaN where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(entry)), float("nan"))


def measure(kind: str, n: int, k: int, d: int, task: str) -> dict[str, float]:
    """Seconds, and MiB beyond what was there before, of one task."""
    if task == "products":
        run = products(kind, n, k, d)
    else:
        data = mixture(kind, k, d)
        field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), data)
        points = field.sample(n, TIME, seed=1)
        x = torch.as_tensor(points)
        if task == "autograd":
            rival = rival_score(kind, data)
            run: Run = lambda: rival(x)  # noqa: E731
        elif task == "sklearn":
            run = sklearn_density(kind, data, points)
        else:
            run = lambda: getattr(field, task)(x, TIME)  # noqa: E731
    gc.collect()
    before, reset = memory("VmRSS"), Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")  # the most that there was is what there is now
    run()
    peak, times, begun = memory("VmHWM") - before, [], time.perf_counter()
    while len(times) < REPEATS and (not times or time.perf_counter() - begun < PATIENCE):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return {"seconds": min(times), "memory": peak}


def machine() -> str:
    """What was measured on: the processor, its cores, the versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return (
        f"{name}, {os.cpu_count()} cores; Python {platform.python_version()}, NumPy {np.__version__},"
        f" PyTorch {torch.__version__} with {torch.get_num_threads()} threads"
    )


def line(kind: str, n: int, k: int, d: int) -> list[str]:
    """One line of the table: every task in a process of its own."""
    found: dict[str, dict[str, float]] = {}
    for task in TASKS:
        size = [str(number) for number in (n, k, d)]
        told = subprocess.run(
            [sys.executable, __file__, "--one", kind, *size, task], capture_output=True, text=True, check=True
        )
        found[task] = json.loads(told.stdout)
    ours, rival, floor = found["score"], found["autograd"], found["products"]
    return [
        kind,
        *map(str, (n, k, d)),
        *(f"{1e3 * found[task]['seconds']:.1f} ms" for task in TASKS),
        f"{rival['seconds'] / ours['seconds']:.1f}",
        f"{ours['seconds'] / floor['seconds']:.1f}",
        f"{ours['memory']:.0f} MiB",
        f"{rival['memory']:.0f} MiB",
    ]


def missing(row: list[str]) -> str:
    """What a line of the table lacks of its goals, in words; nothing if it reaches them."""
    cells = dict(zip(TITLES, row, strict=True))
    ours, rival = (float(cells[name].removesuffix(" MiB")) for name in TITLES[-2:])
    where = f"{row[0]} ({', '.join(row[1:4])})"
    if float(cells["autograd / score"]) < GOALS[row[0]]:
        return f"{where} with {cells['autograd / score']}x"
    return f"{where} with {ours:.0f} MiB" if ours > rival / 10 else ""


def main() -> None:
    """Print the table line by line and write it to RESULTS.md; with --one, measure one task and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=5, metavar=("FORM", "N", "K", "D", "TASK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        kind, n, k, d, task = options.one
        print(json.dumps(measure(kind, int(n), int(k), int(d), task)))
        return
    print(machine(), flush=True)
    rows = [list(TITLES), ["---"] * len(TITLES)]
    print("  ".join(TITLES), flush=True)
    for kind in FORMS:
        for size in SIZES:
            rows.append(line(kind, *size))
            print("  ".join(rows[-1]), flush=True)
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    goals = ", ".join(f"{kind} {goal}x" for kind, goal in GOALS.items())
    missed = "; ".join(missing(row) for row in rows[2:] if missing(row)) or "nothing"
    print(f"Short of the goals: {missed}.")
    Path(__file__).with_name("RESULTS.md").write_text(
        f"# Results\n\nWritten by `make bench` ({Path(__file__).name} says what each column is). On {machine()}.\n\n"
        f"Goals for autograd / score: {goals}, with at most a tenth of autograd's memory; short of them: {missed}."
        f" Memory is what a run takes beyond points and mixture.\n\n{table}\n"
    )


if __name__ == "__main__":
    main()

"""Statistical checks of plain callables: is this the conditional expectation, the score, the velocity, the law that
it is said to be?

All of them draw data and noise by randomised quasi-Monte Carlo (`quasi`), compare both sides of an identity on a family
of test functions (`features`), and judge by the two-stage rule (`evidence`). Callables take and return float64 NumPy
arrays, or PyTorch tensors with `backend="torch"`. A distribution is anything with `dimension` (d) and
`transform(uniform (n, d + 1))`, such as `refimpl.GaussianMixture`. The keyword arguments that all share (`statement`,
`seed`, `false_alarm`, `replicates`, `log2_points`) are those of `compare.Options`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Unpack

import numpy as np

from refimpl.testing.bridge import Backend, numpy_callable
from refimpl.testing.compare import Options, Sides, compare, measurement, orthogonality, pilot, split, transport
from refimpl.testing.evidence import FALSE_ALARM, Evidence, Measurement, judge
from refimpl.testing.features import features
from refimpl.testing.linear_sde import FINE_STEPS, law_family, law_width, linear_sde
from refimpl.testing.quasi import REPLICATES, Transformable
from refimpl.testing.rules import check_callables, check_distribution, check_options, check_times, rows


def check_conditional_expectation(
    estimate: Callable[[Any], Any],
    target: Callable[[Any, Any], Any],
    distribution: Transformable,
    point: Callable[[Any, Any], Any],
    *,
    backend: Backend = "numpy",
    **options: Unpack[Options],
) -> Evidence:
    """Is `estimate(x)` equal to E[target | x], x = point(data, noise)? Then E[(estimate - target) phi(x)] = 0.

    Args:
        estimate: (n, d) -> (n, k).
        target: data and noise, (n, d) each -> (n, k).
        distribution: of the data; noise is standard normal.
        point: data and noise, (n, d) each -> x, (n, d).
        backend: "numpy", "torch" or "jax": what the callables are given.
        options: see `compare.Options`.

    Returns:
        The evidence; `.require()` raises when the estimate is rejected.
    """
    _check(distribution, options)
    estimate = numpy_callable(estimate, backend, name="estimate")
    target, point = numpy_callable(target, backend, name="target"), _point(point, backend)
    family = features(pilot(distribution, point), options.get("seed", 0))

    def sides(uniform: np.ndarray) -> Sides:
        data, noise = split(distribution, uniform)
        x = point(data, noise)
        goal = rows(target(data, noise), "target", len(x))
        return orthogonality(rows(estimate(x), "estimate", goal), goal, family.values(x), "all")

    options.setdefault("statement", "The estimate is the conditional expectation of the target.")
    return compare("conditional expectation", sides, 2 * distribution.dimension + 1, **options)


def check_score(
    score: Callable[[Any], Any],
    distribution: Transformable,
    point: Callable[[Any, Any], Any] | None = None,
    *,
    backend: Backend = "numpy",
    **options: Unpack[Options],
) -> Evidence:
    """Is `score(x)` the gradient of log density at x = point(data, noise)? Then E[score . psi + div psi] = 0 (Stein).

    Args:
        score: (n, d) -> (n, d).
        distribution: of the data; noise is standard normal.
        point: data and noise, (n, d) each -> x, (n, d); without it x is the data.
        backend: "numpy", "torch" or "jax": what the callables are given.
        options: see `compare.Options`.

    Returns:
        The evidence.
    """
    _check(distribution, options)
    score = numpy_callable(score, backend, name="score")
    point = _point(point, backend) if point is not None else lambda data, noise: data
    family = features(pilot(distribution, point), options.get("seed", 0))

    def sides(uniform: np.ndarray) -> Sides:
        x = point(*split(distribution, uniform))
        left = rows(score(x), "score", x).T @ family.values(x) / len(x)  # psi = phi_i times a unit vector
        return Sides.of(left, -family.slopes(x).mean(axis=0) * family.weight, "all")

    options.setdefault("statement", "The score is the gradient of the log density.")
    return compare("score", sides, 2 * distribution.dimension + 1, **options)


def check_transport(
    velocity: Callable[[Any, float], Any],
    distribution: Transformable,
    point: Callable[[Any, Any, float], Any],
    times: Sequence[float],
    *,
    backend: Backend = "numpy",
    **options: Unpack[Options],
) -> Evidence:
    """Does `velocity(x, t)` move the law of x_t? Then d/dt E phi(x_t) = E[velocity . grad phi(x_t)] (weak continuity).

    The derivative in time is a central difference of sixth order (step 0.001) on common random numbers; its gap to the
    one of fourth order is granted as discretisation error.

    Args:
        velocity: (n, d) and a time -> (n, d).
        distribution: of the data; noise is standard normal.
        point: data and noise, (n, d) each, and a time -> x_t, (n, d).
        times: where it is tested; `point` is called up to 0.003 to either side.
        backend: "numpy", "torch" or "jax": what the callables are given.
        options: see `compare.Options`.

    Returns:
        The evidence.
    """
    _check(distribution, options)
    times = check_times(times, 1)
    velocity, point = numpy_callable(velocity, backend, name="velocity"), _point(point, backend)
    seed = options.get("seed", 0)
    families = [features(pilot(distribution, lambda z, e, t=t: point(z, e, t)), seed, constant=False) for t in times]

    def sides(uniform: np.ndarray) -> Sides:
        draw = split(distribution, uniform)
        parts = []
        for t, family in zip(times, families, strict=True):
            x = point(*draw, t)
            motion = rows(velocity(x, t), "velocity", x)
            parts.append(transport(lambda time: point(*draw, time), t, motion, x, family, f"t = {t:g}"))
        return Sides.join(parts)

    options.setdefault("statement", "The velocity moves the law of the path.")
    return compare("transport", sides, 2 * distribution.dimension + 1, **options)


def check_linear_sde_law(
    drift: Callable[[float], float],
    squared_diffusion: Callable[[float], float],
    alpha: Callable[[float], float],
    sigma: Callable[[float], float],
    distribution: Transformable,
    times: Sequence[float],
    **options: Unpack[Options],
) -> Evidence:
    """Has the solution of dx = drift(s) x ds + sqrt(squared_diffusion(s)) dW the law of alpha(s) data + sigma(s) noise?

    The equation is simulated by Euler-Maruyama, each coordinate by itself (the first two are taken), from the law at
    the first time to each later one, with 8, 16 and 32 steps on the same Brownian motion. Two Romberg extrapolations
    remove the weak bias, and the change by the last one is granted as discretisation error. The law it is compared
    with is drawn from the same data and a noise that is correlated with the Brownian motion, which makes the
    difference of both far less noisy than either.

    Args:
        drift, squared_diffusion: numbers, as functions of the noising time s.
        alpha, sigma: the expected law's scales, as functions of s.
        distribution: of the data; noise is standard normal.
        times: increasing noising times, the first of them the start.
        options: see `compare.Options`.

    Returns:
        The evidence.

    Raises:
        ValueError: for fewer than two times, or times that do not increase.
    """
    _check(distribution, options)
    check_callables(drift=drift, squared_diffusion=squared_diffusion, alpha=alpha, sigma=sigma)
    times = check_times(times, 0)
    if len(times) < 2 or any(b <= a for a, b in pairwise(times)):
        raise ValueError(f"`times` must be at least two increasing numbers; got {list(times)}.")
    width = law_width(distribution)
    families = [law_family(alpha, sigma, distribution, stop, options.get("seed", 0)) for stop in times[1:]]

    def sides(uniform: np.ndarray) -> Sides:
        return linear_sde(drift, squared_diffusion, alpha, sigma, distribution, times, families, uniform)

    options.setdefault("statement", "The solution of the equation has the law of the path.")
    return compare("law of a linear SDE", sides, 2 * distribution.dimension + 1 + FINE_STEPS * width, **options)


def check_same_law(
    first: Callable[[int, int], Any],
    second: Callable[[int, int], Any],
    *,
    log2_points: int = 12,
    replicates: int = REPLICATES,
    statement: str = "Both samplers draw from the same law.",
    seed: int = 0,
    false_alarm: float = FALSE_ALARM,
) -> Evidence:
    """Do two samplers draw from the same law? By test functions, squares, and distances to some of the points.

    Args:
        first, second: `sampler(n, seed)` -> (n, d), NumPy or PyTorch; fresh and independent for every seed.
        log2_points: each replicate draws `2**log2_points` points from each.
        replicates: number of independent replicates.
        statement: what is tested, in words.
        seed: fixes the seeds that the samplers are given, and the test functions.
        false_alarm: the probability, at most, that equal laws are rejected.

    Returns:
        The evidence.
    """
    check_options(
        {
            "log2_points": log2_points,
            "replicates": replicates,
            "statement": statement,
            "seed": seed,
            "false_alarm": false_alarm,
        }
    )
    first, second = numpy_callable(first, name="first"), numpy_callable(second, name="second")
    n = 2**log2_points
    pilots = [rows(first(1024, 2**31 - 1), "first", 1024)]
    pilots.append(rows(second(1024, 2**31 - 2), "second", pilots[0]))
    law = np.concatenate(pilots)
    family = features(law, seed, constant=False, square=8, tanh=8, cosine=16)
    anchors = law[:: len(law) // 8]

    def means(x: np.ndarray, name: str) -> np.ndarray:
        rows(x, name, np.broadcast_to(0.0, (n, law.shape[1])))
        distances = np.linalg.norm(x[:, None, :] - anchors, axis=-1)
        return np.concatenate([family.values(x).mean(axis=0), distances.mean(axis=0)])

    def measure(stage_seed: int) -> Measurement:
        seeds = np.random.default_rng(stage_seed).integers(2**31 - 2, size=(replicates, 2)).tolist()
        parts = [Sides.of(means(first(n, a), "first"), means(second(n, b), "second"), "all") for a, b in seeds]
        return measurement(parts, 2 * replicates * n)

    return judge("same law", statement, measure, seed=seed, false_alarm=false_alarm)


def _check(distribution: Any, options: Any) -> None:
    check_distribution(distribution)
    check_options(options)


def _point(point: Callable[..., Any], backend: Backend) -> Callable[..., np.ndarray]:
    """`point` in NumPy, whose results must be a table with a row for each draw."""
    in_numpy = numpy_callable(point, backend, name="point")
    return lambda data, noise, *t: rows(in_numpy(data, noise, *t), "point", len(data))

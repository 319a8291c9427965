"""Step after step, over a grid of times."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._pytrees import announce
from refimpl.arguments import check_callable, check_flag, check_seed, kind_of
from refimpl.edge import Array, follow, library_of, namespace_of, table
from refimpl.samplers.methods import Diffusion, Method, name_of, rule_of
from refimpl.samplers.steps import Predict, step
from refimpl.schedules import Schedule


@dataclass(frozen=True)
class Trajectory:
    """What a sampler went through.

    Attributes:
        times: (n + 1,), NumPy.
        points: (n + 1, ...), in the library of the points.
        evaluations: how often `predict` was called.
    """

    times: np.ndarray
    points: Array
    evaluations: int

    def __post_init__(self) -> None:
        announce(Trajectory, ("times", "points"), ("evaluations",))


def sample(
    predict: Predict,
    schedule: Schedule,
    x: Array,
    times: Any,
    *,
    predicts: str = "noise",
    method: str = "ddim",
    eta: float = 0.0,
    diffusion: Diffusion | None = None,
    seed: int | np.random.Generator | None = None,
    noise: Array | None = None,
    trajectory: bool = False,
) -> Array | Trajectory:
    """The points x at times[0], carried from time to time to times[-1]; with `trajectory`, all that they went through.

    Args:
        times: a row of n + 1 times that increase from noise to data; where no noise is added they may also decrease.
        seed: for a method that adds noise, where to draw it from: in NumPy, the same on every backend.
        noise: or that noise itself, (n, *x.shape).
        trajectory: whether to return a `Trajectory` in place of the last points.

    The others are those of `step`.
    """
    check_flag(trajectory, "trajectory")
    check_callable(predict, "predict")
    rule, grid, xp = rule_of(method, eta, diffusion), _grid(times), namespace_of(x=x)
    steps, calls, points = len(grid) - 1, 0, [x]
    draw = _drawing(rule, seed, noise, name_of(method, eta), steps, x)

    def counted(x: Array, t: Any) -> Array:
        nonlocal calls
        calls += 1
        return predict(x, t)

    options: dict[str, Any] = {"predicts": predicts, "method": method, "eta": eta, "diffusion": diffusion}
    for k in range(steps):
        x = step(counted, schedule, x, float(grid[k]), float(grid[k + 1]), noise=draw(k), **options)
        if trajectory:
            points.append(x)
    return Trajectory(grid, xp.stack(points), calls) if trajectory else x


def _drawing(
    rule: Method, seed: Any, noise: Array | None, what: str, steps: int, x: Array
) -> Callable[[int], Array | None]:
    """The noise of each step."""
    if not rule.stochastic:
        for name, value in (("seed", seed), ("noise", noise)):
            if value is not None:
                raise ValueError(f"`{name}` must be None for `{what}`, which adds no noise; got {kind_of(value)}.")
        return lambda k: None
    if (seed is None) == (noise is None):
        came = "neither" if seed is None else "both"
        raise ValueError(f"`seed` or `noise` must be given for `{what}`, which adds noise, not both; got {came}.")
    if noise is None:
        random = np.random.default_rng(check_seed(seed))
        return lambda k: follow(random.standard_normal(tuple(x.shape)), x)
    if library_of(noise) is None or tuple(noise.shape) != (steps, *x.shape):
        came = kind_of(noise) if library_of(noise) is None else f"the shape {tuple(noise.shape)}"
        raise ValueError(f"`noise` must be an array of the shape {(steps, *x.shape)}; got {came}.")
    return lambda k: noise[k]


def _grid(times: Any) -> np.ndarray:
    grid = table(times, "times")
    if grid.ndim != 1 or grid.size < 2:
        raise ValueError(f"`times` must be a row of at least two times; got the shape {grid.shape}.")
    ahead = np.diff(grid) * np.sign(grid[-1] - grid[0])
    if not np.all(ahead > 0):
        k = int(np.argmin(ahead))
        raise ValueError(f"`times` must go one way, without a halt; got {grid[k + 1]:g} after {grid[k]:g}.")
    return grid

"""A network trained on the mixture, held against the exact field: how near it came, and that nothing is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS, QUICK_STEPS = 1500, 200
BATCH = 1024
SHOWN_TIMES = (0.1, 0.5, 0.9)

_SHOWN_POINTS = 256
_LOG2_POINTS = 9

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]


def learn(
    mixture: Any,
    *,
    seed: int,
    device: str | None,
    quick: bool,
    advance: Callable[[int, int], None],
) -> tuple[dict[str, Any], Any, dict[str, Any]]:
    """Trains on the linear path, and compares.

    The gate is not typed but measured on the same mixture. The network must be nearer to the exact field than the best
    affine field is, up to the noise of regression. The best affine field at each time is the exact field of the single
    Gaussian that has the mixture's mean and covariance: who learns nothing but those two comes no nearer. The noise of
    regression is the irreducible loss, times parameters over samples: the excess that least squares would have.

    And the exact field must be optimal: the error of the exact field against the velocity of each sample is orthogonal
    to every function of x and t, so to the network too, which was trained to find whatever there is to be found.

    Args:
        mixture: the distribution of the data.
        seed: of initial parameters, draws and test points.
        device: where to train; None lets PyTorch's devices decide.
        quick: fewer steps.
        advance: called with the steps done and their number.

    Returns:
        Figures ready for JSON, with `passed` and `failures`; the learned field (n, d), (n,) -> (n, d); what to draw.
    """
    import refimpl as ri
    from refimpl.network import Network
    from refimpl.training import evaluate, train

    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), mixture)
    steps = QUICK_STEPS if quick else STEPS
    losses: list[tuple[int, float]] = []

    def progress(done: int, total: int, loss: float) -> None:
        losses.append((done, loss))
        advance(done, total)

    result = train(field, steps=steps, batch=BATCH, seed=seed, device=device, progress=progress)
    affine = ri.MarginalField(field.path, ri.Gaussian(mixture.mean(), mixture.covariance()))
    baseline = evaluate(field, affine.velocity, result.times)
    parameters = sum(part.numel() for part in Network(mixture.dimension).parameters())
    noise = result.irreducible * parameters / (steps * BATCH)
    optimal = _orthogonal(field, result.velocity, seed)
    failures = []
    if not result.excess < baseline.excess + noise:
        failures.append(
            f"the network is no nearer to the exact field than the best affine field: E |learned - exact|² is "
            f"{result.excess:.3g}, allowed are {baseline.excess:.3g} + {noise:.3g}"
        )
    if not optimal.passed:
        failures.append(
            f"the exact field is not the best there is: its orthogonality to the learned one is {optimal.words}"
        )
    figures = result.as_dict() | {
        "batch": BATCH,
        "parameters": parameters,
        "losses": losses,
        "affine_error": baseline.velocity_error,
        "affine_error_by_time": baseline.error_by_time,
        "affine_excess": baseline.excess,
        "regression_noise": noise,
        "gate": baseline.excess + noise,
        "orthogonality": {
            key: optimal.as_dict()[key] for key in ("statement", "statistic", "threshold", "false_alarm", "words")
        },
        "passed": not failures,
        "failures": failures,
    }
    seconds = figures.pop("seconds")
    figures["training_seconds"] = round(seconds, 2)
    return figures, result.velocity, _shown(field, result.velocity, seed)


def _orthogonal(field: Any, learned: Field, seed: int) -> Any:
    """E[(exact − dx_t/dt) · learned] = 0, and the same with learned − exact, t uniform: what optimality means."""
    from refimpl.testing.compare import Sides, compare, split

    def sides(uniform: np.ndarray) -> Sides:
        t = uniform[:, 0]
        data, noise = split(field.distribution, uniform[:, 1:])
        x = field.path.point(t, data, noise)
        target, exact, guess = field.path.velocity(t, data=data, noise=noise), field.velocity(x, t), learned(x, t)
        directions = (guess, guess - exact)
        left, right = ([float(np.mean(np.sum(each * way, axis=1))) for way in directions] for each in (exact, target))
        return Sides.of(np.array(left), np.array(right), "all times")

    statement = (
        "What the exact field leaves unexplained is orthogonal to the learned field, and to its difference from it."
    )
    return compare(
        "optimality",
        sides,
        2 * field.distribution.dimension + 2,
        statement=statement,
        seed=seed,
        log2_points=_LOG2_POINTS,
    )


def _shown(field: Any, learned: Field, seed: int) -> dict[str, Any]:
    """Points of p_t at a few times, with both velocities there."""
    shown: dict[str, Any] = {}
    for t in SHOWN_TIMES:
        x = field.sample(_SHOWN_POINTS, t, seed)
        shown[f"{t:g}"] = {"x": x, "exact": field.velocity(x, t), "learned": learned(x, np.full(len(x), t))}
    return shown

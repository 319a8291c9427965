"""Which way does their time run, and what is their network trained to predict? Measured, and said in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.arguments import check_callable
from refimpl.testing.bridge import Backend, numpy_callable
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.rules import check_accuracy, check_times, rows

_SAID = {
    "data": "the data",
    "noise": "the noise",
    "velocity": "the velocity, dx/dt by their own time",
    "v_prediction": "the v-prediction, alpha noise - sigma data",
    "score": "the score of the point given the data, - noise / sigma",
}
_INSIDE = (0.2, 0.45, 0.7)


def probe_conventions(
    pair: Callable[..., Any],
    *,
    times: tuple[float, float] = (0.0, 1.0),
    accuracy: float = 1e-4,
    backend: Backend = "numpy",
) -> Evidence:
    """Which end of time is data, how are data and noise mixed, and which of the five predictions is the target?

    `pair(data, noise, t)` is what a training step makes: the point that the network is given and the target that it is
    to predict. Passed is a target that fits its own path; a velocity of the opposite sign does not.

    Args:
        pair: data and noise (n, d) each, and a time in their units, to the point and the target, (n, d) each.
        times: the ends of their time, such as (0, 999).
        accuracy: the error allowed, as a part of the largest weight; rates are differences of the path.
        backend: "numpy", "torch" or "jax": what it is given.

    Returns:
        The evidence; `details` has `data_at`, `noise_at` (the ends of their time), `path`, `target` and `weights`, the
        parts of data and noise in the target in the middle of time.
    """
    check_callable(pair, "pair")
    check_accuracy(accuracy)
    low, high = check_times(times, 2)[:2]
    if low == high:
        raise ValueError(f"`times` must be two different numbers; got {low:g} twice.")
    called = numpy_callable(pair, backend, name="pair")

    def weights(t: float) -> np.ndarray:
        """Row 0: of data and noise in the point; row 1: in the target."""
        data, noise = np.eye(2)[:, :, None]
        with np.errstate(all="ignore"):
            result = called(data, noise, t)
        parts = result if isinstance(result, tuple) else (result,)
        if len(parts) != 2:
            raise ValueError(f"`pair` must return the point and the target; got {len(parts)} arrays.")
        return np.stack([rows(part, "pair", data)[:, 0] for part in parts])

    step = (high - low) * 1e-3
    inside = [low + (high - low) * part for part in _INSIDE]
    whole = abs(high - low) > 2 and all(float(t).is_integer() for t in (low, high))
    if whole:
        inside, step = [float(round(t)) for t in inside], 1.0
    seen = [weights(t) for t in inside]
    rates = [(weights(t + step)[0] - weights(t - step)[0]) / (2 * step) for t in inside]
    rising = abs(seen[-1][0, 0] / seen[-1][0, 1]) > abs(seen[0][0, 0] / seen[0][0, 1])
    data_at, noise_at = (high, low) if rising else (low, high)
    slack = math.sqrt(accuracy) if whole else accuracy  # a rate from whole steps is a rough one
    target, sign, off = _target(seen, rates, slack)
    middle = seen[1][1].tolist()
    details = {
        "data_at": data_at,
        "noise_at": noise_at,
        "path": _path([each[0] for each in seen], accuracy),
        "target": f"-{target}" if sign < 0 else target,
        "weights": middle,
    }
    end = f"Data are at t = {data_at:g}, noise is at t = {noise_at:g}; the path is {details['path']}"
    formula = f"{middle[0]:.4g} data + {middle[1]:.4g} noise at t = {inside[1]:g}"
    if not target:
        failure = f"{end}. The target is none of the five predictions: {formula}."
    elif sign < 0:
        failure = (
            f"{end}. The target has the opposite sign of {_SAID[target]}: {formula}; who follows it goes the wrong way"
            " (primepake/splitmeanflow #2, VinAIResearch/LFM #19)."
        )
    else:
        failure = ""
    said = f"{end}. The target is {_SAID.get(target, '')}: {formula}."
    statement = "The target is one of the five predictions, on its own path."
    return measured("conventions", statement, failure, off, slack, len(inside), said, **details)


def _target(seen: list[np.ndarray], rates: list[np.ndarray], accuracy: float) -> tuple[str, float, float]:
    """The word, its sign, and how far off the target is, as a part of its largest weight."""
    best = ("", 1.0, math.inf)
    for word in _SAID:
        for sign in (1.0, -1.0):
            gaps = []
            for (point, target), rate in zip(seen, rates, strict=True):
                alpha, sigma = point
                right = {
                    "data": np.array([1.0, 0.0]),
                    "noise": np.array([0.0, 1.0]),
                    "velocity": rate,
                    "v_prediction": np.array([-sigma, alpha]),
                    "score": np.array([0.0, -1 / sigma]),
                }[word]
                gaps.append(float(np.abs(target - sign * right).max() / np.abs(right).max()))
            if max(gaps) < best[2]:
                best = (word, sign, max(gaps))
    if best[2] <= accuracy:
        return best
    return "", 1.0, best[2]


def _path(points: list[np.ndarray], accuracy: float) -> str:
    alpha, sigma = np.array(points).T
    kinds = {
        "linear, alpha + sigma = 1": alpha + sigma - 1,
        "variance preserving, alpha² + sigma² = 1": alpha**2 + sigma**2 - 1,
        "variance exploding, alpha = 1": alpha - 1,
    }
    return next((name for name, gap in kinds.items() if np.abs(gap).max() <= accuracy), "of another kind")

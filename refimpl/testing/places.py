"""Where somebody else's field is tried, and how far from the truth a sound one may be there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from refimpl.distributions import GaussianMixture
from refimpl.empirical import Empirical
from refimpl.field import MarginalField
from refimpl.path import WORDS
from refimpl.schedules import Discrete
from refimpl.testing.mistakes import prediction
from refimpl.testing.quasi import pair

TIMES = (0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999)
LOG2_POINTS = 5
_COMPONENTS, _FAR = 6, 5.0
_OPERATIONS = 64  # roundings of the inputs that a sound implementation may be worth
_STEP, _DRAWS = 2.0**-26, 8


@dataclass(frozen=True)
class Places:
    """Points (n, d), the time of each (n,), and the pieces in which the times are equal."""

    x: np.ndarray
    t: np.ndarray
    pieces: tuple[slice, ...]


def places(field: MarginalField, times: list[float], seed: int, dtype: str, odd_size: int) -> Places:
    """Points of p_t, evenly drawn, and hard ones: at the components, half way between them, far out, near the origin.

    No piece has `odd_size` points: a time for each point would fit an axis of that length by chance.
    """
    found = [_at(field, t, seed + 1000 * k).astype(dtype).astype(np.float64) for k, t in enumerate(times)]
    found = [x[1:] if len(x) == odd_size else x for x in found]
    ends = np.cumsum([0, *map(len, found)])
    pieces = tuple(slice(a, b) for a, b in pairwise(ends.tolist()))
    return Places(np.concatenate(found), np.repeat(times, [len(x) for x in found]), pieces)


def _at(field: MarginalField, t: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    drawn = drawn_at(field, t, seed, LOG2_POINTS)
    centres = scales_at(field, t)["alpha_t"] * _centres(field)
    centres = centres[random.permutation(len(centres))[:_COMPONENTS]]
    between = (centres + np.roll(centres, 1, axis=0)) / 2
    directions = random.standard_normal((4, drawn.shape[1]))
    directions *= np.sqrt(drawn.shape[1]) / np.linalg.norm(directions, axis=1, keepdims=True)
    far = drawn.mean(axis=0) + _FAR * drawn.std(axis=0) * directions
    return np.concatenate([drawn, centres, between, far, 1e-3 * drawn[:2]])


def drawn_at(field: MarginalField, t: float, seed: int, log2_points: int) -> np.ndarray:
    """Points of p_t, (2**log2_points, d), evenly drawn."""
    known, (data, noise) = scales_at(field, t), pair(field.distribution, seed, 0, log2_points=log2_points)
    return known["alpha_t"] * data + known["sigma_t"] * noise


def _centres(field: MarginalField) -> np.ndarray:
    law = field.distribution
    return np.asarray(law.points if isinstance(law, Empirical) else law.means, dtype=np.float64)


def allowed(field: MarginalField, word: str, where: Places, truth: np.ndarray, dtype: str) -> np.ndarray:
    """The disagreement that rounding explains at each point, (n,): of inputs that are a little off, and of conversions.

    The inputs (the point, the time counted from either end, and all of the distribution) are moved by so many rounding
    errors; and the answer may come from a prediction of another word, which near the ends loses digits.
    """
    eps = float(np.finfo(dtype).eps)
    sizes = np.linalg.norm(truth, axis=1) + _moved(field, word, where, truth) + _converted(field, word, where)
    return _OPERATIONS * eps * sizes + float(np.finfo(dtype).tiny)


def _moved(field: MarginalField, word: str, where: Places, truth: np.ndarray) -> np.ndarray:
    """By how much the answer moves, for each unit by which all inputs are moved at once: the most of several tries."""
    random, worst = np.random.default_rng(0), np.zeros(len(where.x))
    table = isinstance(field.path.schedule, Discrete)
    for _ in range(_DRAWS):

        def signs(shape: Any) -> np.ndarray:
            return _STEP * random.choice([-1.0, 1.0], size=shape)

        t = where.t if table else np.abs(where.t + np.where(where.t > 0.5, -1, 1) * np.abs(signs(where.t.shape)))
        near = MarginalField(field.path, _near(field.distribution, signs))
        moved = near.predict(where.x * (1 + signs(where.x.shape)), t, word)
        worst = np.maximum(worst, np.linalg.norm(moved - truth, axis=1) / _STEP)
    return 2 * worst


def _near(law: Any, signs: Any) -> Any:
    """A distribution whose numbers are all a little off."""
    if isinstance(law, Empirical):
        points = np.asarray(law.points, dtype=np.float64)
        return Empirical(points * (1 + signs(points.shape)))
    weights, means = (np.asarray(each, dtype=np.float64) for each in (law.weights, law.means))
    weights = weights * (1 + signs(weights.shape))
    options: dict[str, Any] = {"weights": weights / weights.sum(), "means": means * (1 + signs(means.shape))}
    if law.bases is None:
        variances = np.asarray(law.variances, dtype=np.float64)
        return GaussianMixture(**options, variances=variances * (1 + signs(variances.shape)))
    covariances = np.asarray(law.covariances, dtype=np.float64)
    off = signs(covariances.shape)
    try:
        return GaussianMixture(**options, covariances=covariances * (1 + np.triu(off) + np.triu(off, 1).mT))
    except ValueError:  # nearly singular: its axes are moved in place of its entries
        scale = 1 + signs((len(covariances), covariances.shape[1]))
        return GaussianMixture(**options, covariances=scale[:, :, None] * covariances * scale[:, None, :])


def _converted(field: MarginalField, word: str, where: Places) -> np.ndarray:
    """The largest terms of any conversion to the answer, (n,)."""
    worst = np.zeros(len(where.x))
    for piece in where.pieces:
        x, t = where.x[piece], float(where.t[piece.start])
        for given in rows_of(field):
            of_x, of_given = prediction(scales_at(field, t), word, given)
            with np.errstate(all="ignore"):
                terms = abs(of_x) * np.linalg.norm(x, axis=1) + abs(of_given) * np.linalg.norm(
                    field.predict(x, t, given), axis=1
                )
            worst[piece] = np.maximum(worst[piece], np.where(np.isfinite(terms), terms, 0.0))
    return worst


def scales_at(field: MarginalField, t: float) -> dict[str, float]:
    return {name: float(value) for name, value in field.path.schedule.at(t).items()}


def rows_of(field: MarginalField) -> tuple[str, ...]:
    """The words that a network may predict here; a table has no rates, and so no velocity."""
    return tuple(word for word in WORDS if not (word == "velocity" and isinstance(field.path.schedule, Discrete)))


def check_finite(truth: np.ndarray, may: np.ndarray, where: Places, predicts: str) -> None:
    """The exact field has a value wherever somebody is held against it."""
    bad = ~(np.isfinite(truth) & np.isfinite(may)).all(axis=1)
    if bad.any():
        i = int(np.argmax(bad))
        place = f"t = {where.t[i]:g}, x = {np.array2string(where.x[i], precision=6, threshold=8)}"
        raise ValueError(f"`field` must be finite where it is compared; its {predicts} is {truth[i]} at {place}.")

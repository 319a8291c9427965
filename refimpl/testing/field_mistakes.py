"""What somebody computed in place of a field's prediction: famous mistakes, each an explicit wrong answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from refimpl.distributions import Gaussian
from refimpl.empirical import Empirical
from refimpl.field import MarginalField
from refimpl.schedules import Discrete
from refimpl.testing.mistakes import prediction
from refimpl.testing.places import Places, rows_of, scales_at

SAID = {
    "data": "the data (the denoiser)",
    "noise": "the noise",
    "velocity": "the velocity",
    "v_prediction": "the v-prediction",
    "score": "the score",
}
_SIGN = "lebellig/flow-matching #2, primepake/splitmeanflow #2"
_MOST_COMPONENTS = 64
_POWERS = sorted(product((0, 1, -1, 2, -2), repeat=2), key=lambda powers: sum(map(abs, powers)))
_FACTORS = (1.0, -1.0, 2.0, 0.5, -2.0, -0.5)
Candidates = Iterator[tuple[str, np.ndarray]]


@dataclass(frozen=True)
class Question:
    """What was asked, and the right answers in every word."""

    field: MarginalField
    word: str
    where: Places

    @cached_property
    def answers(self) -> dict[str, np.ndarray]:
        return {word: self.field.predict(self.where.x, self.where.t, word) for word in rows_of(self.field)}

    @cached_property
    def known(self) -> dict[str, np.ndarray]:
        """The scales and rates at each point, as columns."""
        every = [scales_at(self.field, float(self.where.t[piece.start])) for piece in self.where.pieces]
        sizes = [piece.stop - piece.start for piece in self.where.pieces]
        return {name: np.repeat([each[name] for each in every], sizes)[:, None] for name in every[0]}

    def at(self, t: np.ndarray) -> np.ndarray:
        return self.field.predict(self.where.x, t, self.word)

    def converted(self, value: np.ndarray, given: str, known: dict[str, np.ndarray] | None = None) -> np.ndarray:
        """The asked word from a value that is taken for `given`."""
        rows = [
            prediction({name: float(column[piece.start, 0]) for name, column in (known or self.known).items()}, *pair)
            for piece, pair in zip(self.where.pieces, [(self.word, given)] * len(self.where.pieces), strict=True)
        ]
        sizes = [piece.stop - piece.start for piece in self.where.pieces]
        of_x, of_value = (np.repeat([row[k] for row in rows], sizes)[:, None] for k in (0, 1))
        return of_x * self.where.x + of_value * value


def candidates(asked: Question, got: np.ndarray) -> Candidates:
    """Wrong answers, the most telling first."""
    right, said = asked.answers[asked.word], SAID[asked.word]
    reverse = 1 - asked.where.t
    yield f"It is {said} with the opposite sign ({_SIGN}).", -right
    yield "Its time runs from data to noise: it is right at 1 - t (tau-0-vla #7).", asked.at(reverse)
    yield (
        "Its time runs from data to noise, and its sign with it: it is minus the answer at 1 - t (tau-0-vla #7).",
        -asked.at(reverse),
    )
    for word, value in asked.answers.items():
        if word != asked.word:
            named = " (one name for two things: physicsnemo PR #1931)" if {word, asked.word} == _BOTH_V else ""
            yield f"It is {SAID[word]}, not {said}{named}.", value
            yield f"It is {SAID[word]} with the opposite sign, not {said}.", -value
    yield from _conditional(asked)
    if asked.word == "velocity":
        yield from _rates(asked)
    yield from _scaled(asked, got)
    yield from _conversions(asked)
    yield from _elsewhere(asked)
    yield from _affine(asked, got)


_BOTH_V = {"velocity", "v_prediction"}


def _conditional(asked: Question) -> Candidates:
    """One data point for all, one component for all, or all of them with the wrong weights."""
    law, x, known = asked.field.distribution, asked.where.x, asked.known
    prior = np.broadcast_to(law.mean(), x.shape)
    yield (
        "The mean of all data stands for that of the data that lead to x: prior for posterior.",
        asked.converted(prior, "data"),
    )
    if isinstance(law, Empirical):
        points = np.asarray(law.points, dtype=np.float64)
        away = ((x[:, None] - known["alpha_t"][..., None] * points) ** 2).sum(axis=-1)
        nearest = asked.converted(points[np.argmin(away, axis=1)], "data")
        yield "It knows the nearest data point alone: conditional in the place of marginal.", nearest
        return
    if len(law.weights) > _MOST_COMPONENTS:
        return
    shares = np.asarray(asked.field.responsibilities(x, asked.where.t))
    weights, means = (np.asarray(each, dtype=np.float64) for each in (law.weights, law.means))
    top = np.argmax(shares, axis=1)
    away = ((x[:, None] - known["alpha_t"][..., None] * means) ** 2).sum(axis=-1)
    for of, chosen in (("most probable component", top), ("nearest component", np.argmin(away, axis=1))):
        yield (
            f"It is the prediction for one data point, the mean of the {of}: conditional in the place of marginal.",
            asked.converted(means[chosen], "data"),
        )
    yield "The components are taken for points, without their covariances.", asked.converted(shares @ means, "data")
    if len(weights) == 1:
        return
    each = np.stack([_alone(asked, k) for k in range(len(weights))], axis=1)  # (n, K, d)
    yield (
        "The components are averaged with the weights that they have before x is seen: prior for posterior.",
        np.einsum("k,nkd->nd", weights, each),
    )
    yield (
        "It is the prediction of the most probable component alone: conditional in the place of marginal.",
        each[np.arange(len(x)), top],
    )
    even = shares / weights
    yield (
        "The weights of the components are forgotten: all count alike.",
        np.einsum("nk,nkd->nd", even / even.sum(axis=1, keepdims=True), each),
    )


def _alone(asked: Question, k: int) -> np.ndarray:
    law = asked.field.distribution
    alone = Gaussian(np.array(law.means[k]), np.array(law.covariances[k]))  # type: ignore[union-attr]
    return MarginalField(asked.field.path, alone).predict(asked.where.x, asked.where.t, asked.word)


def _rates(asked: Question) -> Candidates:
    """A velocity is dalpha/dt data + dsigma/dt noise."""
    data, noise, known = asked.answers["data"], asked.answers["noise"], asked.known
    dalpha, dsigma = known["dalpha_t"], known["dsigma_t"]
    missing = "A derivative is missing:"
    yield f"{missing} it is data - noise, which is the velocity on the linear path only.", data - noise
    yield f"{missing} it is noise - data, which is the velocity of a linear path to noise.", noise - data
    yield f"{missing} it is alpha data + sigma noise, the point itself.", asked.where.x
    yield f"{missing} alpha data in the place of dalpha/dt data.", known["alpha_t"] * data + dsigma * noise
    yield f"{missing} sigma noise in the place of dsigma/dt noise.", dalpha * data + known["sigma_t"] * noise
    yield f"{missing} dalpha/dt is taken as 0.", dsigma * noise
    yield f"{missing} dsigma/dt is taken as 0.", dalpha * data
    yield "The derivative of alpha has the opposite sign.", -dalpha * data + dsigma * noise
    yield "The derivative of sigma has the opposite sign.", dalpha * data - dsigma * noise
    yield "The derivatives of alpha and sigma are swapped.", dsigma * data + dalpha * noise


def _scaled(asked: Question, got: np.ndarray) -> Candidates:
    """A factor that is a constant, or a power of alpha and sigma; also of another word."""
    alpha, sigma = asked.known["alpha_t"], asked.known["sigma_t"]
    for word in (asked.word, *(other for other in asked.answers if other != asked.word)):
        of = f"{SAID[word]}," if word == asked.word else f"{SAID[word]}, not {SAID[asked.word]},"
        for a, s in _POWERS:
            for factor in _FACTORS:
                if (a, s, factor) == (0, 0, 1.0):
                    continue
                with np.errstate(all="ignore"):
                    value = factor * alpha**a * sigma**s * asked.answers[word]
                yield f"It is {of} {_times(factor, a, s)}.", value
    with np.errstate(all="ignore"):
        factor = float(np.nanmedian(got / asked.answers[asked.word]))
    yield f"It is {factor:.6g} times {SAID[asked.word]}.", factor * asked.answers[asked.word]


def _times(factor: float, a: int, s: int) -> str:
    """In words: scaled by such powers."""
    powers = [("alpha", a), ("sigma", s)]
    up = [name if n == 1 else f"{name}²" for name, n in powers if n > 0]
    down = [name if n == -1 else f"{name}²" for name, n in powers if n < 0]
    parts = ([f"scaled by {' '.join(up)}"] if up else []) + ([f"divided by {' '.join(down)}"] if down else [])
    if factor < 0:
        parts.append("with the opposite sign")
    if abs(factor) != 1:
        parts.append("twice too large" if abs(factor) == 2 else "half of what it should be")
    return ", ".join(parts)


def _conversions(asked: Question) -> Candidates:
    """The right prediction of one word, taken for another; or the right conversion, at the other end of time."""
    for word, value in asked.answers.items():
        for given in asked.answers:
            if given not in (word, asked.word):
                yield (
                    f"{SAID[word][0].upper()}{SAID[word][1:]} is taken for {SAID[given]} and converted.",
                    asked.converted(value, given),
                )
    if isinstance(asked.field.path.schedule, Discrete):
        return
    flipped = {}
    for piece in asked.where.pieces:
        for name, value in scales_at(asked.field, 1 - float(asked.where.t[piece.start])).items():
            flipped.setdefault(name, []).append(np.full((piece.stop - piece.start, 1), value))
    known = {name: np.concatenate(columns) for name, columns in flipped.items()}
    for given, value in asked.answers.items():
        if given != asked.word:
            words = f"It is converted from {SAID[given]} with the scales at 1 - t: time runs from data to noise."
            yield words, asked.converted(value, given, known)


def _elsewhere(asked: Question) -> Candidates:
    """The right answer at another point, or at another time."""
    x, t, word = asked.where.x, asked.where.t, asked.word
    alpha, sigma = asked.known["alpha_t"], asked.known["sigma_t"]
    for words, factor in (
        ("data + (sigma / alpha) noise, which is x / alpha", alpha),
        ("alpha x", 1 / np.maximum(alpha, 1e-300)),
        ("x / sigma", sigma),
    ):
        with np.errstate(all="ignore"):
            moved = np.where(np.isfinite(factor * x), factor * x, 0.0)
            yield f"It takes its points for {words}.", asked.field.predict(moved, t, word)
    if isinstance(asked.field.path.schedule, Discrete):
        rows = len(asked.field.path.schedule.betas)
        for by, words in ((1, "nearer to the data"), (-1, "further from the data")):
            if np.all((t + by / rows > -0.5 / rows) & (t + by / rows < 1 + 0.5 / rows)):
                moved = np.round((t + by / rows) * rows) / rows
                words = f"It is right one row of the table {words} (denoising-diffusion-pytorch #81, PR #83)."
                yield words, asked.at(moved)
        return
    if word not in ("score", "noise"):
        yield "It does not know the time: it answers as at t = 0.", asked.at(np.zeros_like(t))
        yield "It does not know the time: it answers as at t = 1.", asked.at(np.ones_like(t))
    elif not isinstance(asked.field.distribution, Empirical):
        yield (
            f"The noise is forgotten: it is {SAID[word]} of the data's own density, at t = 1.",
            asked.at(np.ones_like(t)),
        )


def _affine(asked: Question, got: np.ndarray) -> Candidates:
    """So much of x and so much of the right answer, at each time: measured, not known."""
    fitted, said = np.empty_like(got), ""
    for piece in asked.where.pieces:
        x, right = asked.where.x[piece], asked.answers[asked.word][piece]
        design = np.stack([x.ravel(), right.ravel()], axis=1)
        try:
            weights, *_ = np.linalg.lstsq(design, got[piece].ravel(), rcond=None)
        except np.linalg.LinAlgError:
            return
        fitted[piece] = (design @ weights).reshape(x.shape)
        if not said and asked.where.t[piece.start] >= 0.3:
            said = f"{weights[0]:.4g} x + {weights[1]:.4g} times {SAID[asked.word]} at t = "
            said += f"{asked.where.t[piece.start]:g}"
    yield f"A conversion has wrong coefficients: it is {said}.", fitted

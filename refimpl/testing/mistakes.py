"""Famous mistakes of sampling steps, each an explicit wrong version, and which of them a stranger's steps are.

A step with one call of the network is x_s = p x + q output + b draw. The three numbers are measured; here are those of
the right step and of the wrong ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.formulas import conversions
from refimpl.path import WORDS
from refimpl.schedules import Discrete, Schedule

Row = np.ndarray  # (2,): how much of x and how much of the output
_PLAIN = {"data": "the data", "noise": "the noise", "velocity": "the velocity", "v_prediction": "the v-prediction"}


@dataclass(frozen=True)
class Step:
    """A step from t to s, nearer to where the sampler is going, and what was measured of it."""

    schedule: Schedule
    word: str
    t: float
    s: float
    count: int  # of steps in the run
    p: float
    q: float
    b: float

    @cached_property
    def here(self) -> dict[str, float]:
        return {name: float(value) for name, value in self.schedule.at(self.t).items()}

    @cached_property
    def there(self) -> dict[str, float]:
        return {name: float(value) for name, value in self.schedule.at(self.s).items()}

    @property
    def scales(self) -> tuple[float, float, float, float]:
        """alpha_t, sigma_t, alpha_s, sigma_s."""
        return self.here["alpha_t"], self.here["sigma_t"], self.there["alpha_t"], self.there["sigma_t"]

    def row(self, want: str, given: str | None = None, sign: float = 1.0) -> Row:
        """The quantity `want` as so much of x and so much of the output, which is taken for `given`."""
        return prediction(self.here, want, given or self.word, sign)

    def step(self, b: float, data: Row | None = None, noise: Row | None = None) -> Row:
        """The right step with so much noise drawn anew, from the predicted end points."""
        data = self.row("data") if data is None else data
        noise = self.row("noise") if noise is None else noise
        *_, alpha, sigma = self.scales
        return alpha * data + math.sqrt(max(sigma**2 - b**2, 0.0)) * noise

    @property
    def posterior_deviation(self) -> float:
        """The standard deviation of the posterior of a step, fixed-small."""
        alpha, sigma, alpha_s, sigma_s = self.scales
        return sigma_s / sigma * math.sqrt(max(sigma**2 - (alpha / alpha_s * sigma_s) ** 2, 0.0))

    @property
    def beta(self) -> float:
        """The noise rate that a table has in the row of t; not a number without a table."""
        if not isinstance(self.schedule, Discrete):
            return math.nan
        row = round((1 - self.t) * len(self.schedule.betas))
        return float(self.schedule.betas[row - 1]) if row else math.nan

    def off(self, coefficients: Sequence[float]) -> float:
        """How far the measured step is from these p, q, b, in units of the points where it arrives."""
        alpha, sigma, alpha_s, sigma_s = self.scales
        p, q, b = coefficients
        size = 1.0 if self.word != "score" else 1 / max(sigma, 1e-12)
        errors = (p - self.p) * math.hypot(alpha, sigma), (q - self.q) * size, abs(b) - abs(self.b)
        return max(abs(error) if math.isfinite(error) else math.inf for error in errors) / math.hypot(alpha_s, sigma_s)


def prediction(known: dict[str, float], want: str, given: str, sign: float = 1.0) -> Row:
    """A predicted quantity as so much of x and so much of the output."""
    if want == given:
        return np.array([0.0, sign])
    formula = getattr(conversions, f"{want}_from_{given}")
    values: Any = {name: np.float64(value) for name, value in known.items()}
    with np.errstate(all="ignore"):
        of_x = call(formula, **values, x=np.float64(1), **{given: np.float64(0)})
        of_output = call(formula, **values, x=np.float64(0), **{given: np.float64(sign)})
    return np.array([float(of_x), float(of_output)])


Rule = Callable[[Step], tuple[float, float, float]]


@dataclass(frozen=True)
class Mistake:
    """A wrong step: what it does, where it was really made, and its p, q, b."""

    words: str
    made_in: str
    rule: Rule
    draws: bool | None = None  # only for steps with noise, or only for those without

    @property
    def sentence(self) -> str:
        return f"{self.words[0].upper()}{self.words[1:]} ({self.made_in})."


def _with(step: Step, row: Row, b: float) -> tuple[float, float, float]:
    return float(row[0]), float(row[1]), b


def _euler(step: Step, correction: float = 1.0, sign: float = 1.0, duration: float | None = None) -> tuple:
    """Euler-Maruyama of the SDE family, its diffusion read off the measured noise; wrong by the arguments."""
    duration = step.s - step.t if duration is None else duration
    drift = correction * step.b**2 / 2 * step.row("score") if step.b else np.zeros(2)
    return _with(step, np.array([1.0, 0.0]) + sign * duration * step.row("velocity") + drift, step.b)


def _reads(given: str, sign: float = 1.0) -> Rule:
    """The output taken for something else."""

    def rule(step: Step) -> tuple[float, float, float]:
        if given == step.word and sign == 1.0:
            return math.nan, math.nan, math.nan
        row = step.step(step.b, step.row("data", given, sign), step.row("noise", given, sign))
        return _with(step, row, step.b)

    return rule


def _table_posterior(step: Step) -> tuple[float, float, float]:
    """The posterior with the rate of one row of the table, however many are skipped."""
    _, sigma, alpha_s, sigma_s = step.scales
    kept = np.array([math.sqrt(1 - step.beta) * sigma_s**2 / sigma**2, 0.0])
    row = kept + alpha_s * step.beta / sigma**2 * step.row("data")
    return _with(step, row, math.sqrt(step.beta) * sigma_s / sigma)


def _data_for_noise(step: Step) -> tuple[float, float, float]:
    if step.word != "data":
        return math.nan, math.nan, math.nan
    *_, alpha_s, sigma_s = step.scales
    return 0.0, alpha_s + math.sqrt(max(sigma_s**2 - step.b**2, 0.0)), step.b


def _one_over(more: int) -> Rule:
    def rule(step: Step) -> tuple[float, float, float]:
        if step.count + more <= 0 or abs(1 / (step.count + more) - abs(step.s - step.t)) < 1e-9:
            return math.nan, math.nan, math.nan
        return _euler(step, duration=math.copysign(1 / (step.count + more), step.s - step.t))

    return rule


_OFF_BY_ONE = "lucidrains/rectified-flow-pytorch #14"
_DIRECTION = "lucidrains/rectified-flow-pytorch #14, VinAIResearch/LFM #19"
MISTAKES = (
    Mistake("the data prediction is taken for the noise", "diffusers #1486, PR #2094", _data_for_noise),
    Mistake(
        "the steps run backwards, along the velocity with the opposite sign", _DIRECTION, lambda s: _euler(s, 1, -1)
    ),
    Mistake(
        "the prediction has the opposite sign",
        "lebellig/flow-matching #2, primepake/splitmeanflow #2",
        lambda step: _reads(step.word, -1.0)(step),
    ),
    *(
        Mistake(f"the steps have the length {length}, and the times another spacing", _OFF_BY_ONE, _one_over(more))
        for more, length in ((0, "1/n"), (1, "1/(n + 1)"), (-1, "1/(n - 1)"))
    ),
    Mistake(
        "noise without the drift correction: fresh noise is added to the whole deterministic step",
        "tue-bmd/zea PR #551",
        lambda step: _with(step, step.step(0.0), step.b),
        draws=True,
    ),
    Mistake(
        "noise without the drift correction: half the squared diffusion times the score is missing",
        "tue-bmd/zea PR #551",
        lambda step: _euler(step, 0.0),
        draws=True,
    ),
    Mistake(
        "the drift correction lacks its factor one half",
        "sihyun-yu/REPA #52",
        lambda step: _euler(step, 2.0),
        draws=True,
    ),
    Mistake("the drift correction has the opposite sign", "torchcfm #85", lambda step: _euler(step, -1.0), draws=True),
    Mistake(
        "the variance of the posterior is that of one row of the table, though steps are skipped",
        "diffusers PR #3006",
        lambda step: _with(
            step, step.step(step.posterior_deviation), math.sqrt(step.beta) * step.scales[3] / step.scales[1]
        ),
        draws=True,
    ),
    Mistake(
        "mean and variance of the posterior are those of one row of the table, though steps are skipped",
        "diffusers PR #3006",
        _table_posterior,
        draws=True,
    ),
    Mistake(
        "the noise at the next time is forgotten",
        "jsboige/CoursIA PR #16158",
        lambda step: _with(step, step.scales[2] * step.row("data"), 0.0),
        draws=False,
    ),
    Mistake(
        "all noise is taken out: the variance of the path stands in the mean for that of the step",
        "coleygroup/shepherd PR #14",
        lambda step: _with(step, step.scales[2] * step.row("data"), step.b),
        draws=True,
    ),
    *(
        Mistake(f"the prediction is taken for {words}", "diffusers #1486", _reads(word))
        for word, words in _PLAIN.items()
        if word in WORDS
    ),
)


def named(steps: Sequence[Step], accuracy: float) -> Mistake | None:
    """The mistake that all steps make; a rounding is multiplied by what stands between the points and p, q, b."""
    close = math.sqrt(accuracy)
    judged = [step for step in steps if math.isfinite(step.p + step.q + step.b)]
    for mistake in MISTAKES:
        if not judged or (mistake.draws is not None and mistake.draws != any(step.b for step in judged)):
            continue
        try:
            gaps = [step.off(mistake.rule(step)) for step in judged]
            telling = [step.off(_with(step, step.step(step.b), step.b)) > close for step in judged]
        except (KeyError, ValueError, ZeroDivisionError, OverflowError):  # a table has no rates
            continue
        if any(telling) and all(gap <= close for gap in gaps):
            return mistake
    return None


def time_of_level(schedule: Schedule, alpha: float, sigma: float) -> float:
    """The time at which the path has this ratio of signal to noise; of a table the nearest row; nan if none."""
    if not (alpha > 0 and sigma > 0):
        return 1.0 if alpha > 0 and sigma == 0 else math.nan
    level = 2 * math.log(alpha / sigma)
    if isinstance(schedule, Discrete):
        return float(schedule.times()[int(np.argmin(np.abs(schedule.levels - level)))])
    try:
        return float(schedule.time_at_log_snr(level))
    except ValueError:
        return math.nan


def ends(step: Step, t_in: float, accuracy: float) -> float:
    """Where the measured step arrives, if it takes its points to be at the time t_in; not a number if at no time."""
    here = {name: float(value) for name, value in step.schedule.at(t_in).items()}
    matrix = np.array([prediction(here, word, step.word) for word in ("data", "noise")]).T
    if not np.all(np.isfinite(matrix)) or abs(np.linalg.det(matrix)) < 1e-300:
        return math.nan
    alpha, kept = np.linalg.solve(matrix, [step.p, step.q])
    sigma = math.hypot(kept, step.b)
    if abs(sigma) < math.sqrt(accuracy):
        sigma = 0.0
    t_out = time_of_level(step.schedule, alpha, sigma)
    if not math.isfinite(t_out):
        return math.nan
    there = step.schedule.at(t_out)
    gap = math.hypot(alpha - float(there["alpha_t"]), sigma - float(there["sigma_t"])) / math.hypot(alpha, sigma)
    return t_out if gap <= math.sqrt(accuracy) and kept >= -math.sqrt(accuracy) else math.nan

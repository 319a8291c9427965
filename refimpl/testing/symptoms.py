"""What is wrong with a sampling loop, in words: the known mistake that its steps are, or else what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from refimpl.testing.mistakes import Step, ends, named, prediction, time_of_level
from refimpl.testing.walks import Content, Problem, Walk, content

_MOST_COMBINED = 5  # outputs that a multistep method remembers, and one that it asked for and put aside


def steps_of(walk: Walk, problem: Problem, word: str, n: int, end: float) -> list[Step]:
    """Each step of a walk on known data points as so much of x, of the output and of fresh noise."""
    contents, times = [content(points) for points in walk.states], [*walk.times, end]
    drawn, found = [*walk.drawn, walk.draws], []
    for i, (before, after) in enumerate(pairwise(contents)):
        old = slice(0, 1 + drawn[i])
        kept = before.noise[old]
        known = {name: float(value) for name, value in problem.schedule.at(times[i]).items()}
        with np.errstate(all="ignore"):
            of_x = float(after.noise[old] @ kept / (kept @ kept))
            output = prediction(known, word, "data")
            q = (after.data - of_x * before.data) / output[1]
            fresh = float(np.linalg.norm(after.noise[1 + drawn[i] : 1 + drawn[i + 1]]))
            found.append(Step(problem.schedule, word, times[i], times[i + 1], n, of_x - q * output[0], q, fresh))
    return found


def diagnosis(walk: Walk, problem: Problem, word: str, n: int, end: float, accuracy: float, rich: Walk | None) -> str:
    """The mistake by its name and the place where it was made, as far as it is known; otherwise nothing.

    Args:
        walk: on known data points.
        problem: the loop.
        word: what the network predicts.
        n: the number of steps.
        end: our time at which the loop should end.
        accuracy: relative error that is rounding.
        rich: a walk of many points on a mixture, for methods that combine outputs.
    """
    if abs(walk.times[-1] - end) > abs(walk.times[0] - end):
        return (
            f"The loop runs the wrong way in time: from t = {walk.times[0]:.6g} to t = {walk.times[-1]:.6g}, where it"
            f" should end at t = {end:g} (tau-0-vla #7)."
        )
    steps = steps_of(walk, problem, word, n, end)
    if mistake := named(steps, accuracy):
        return mistake.sentence
    for search in (_last_level_repeated, _elsewhere, _wrong_second_stage):
        if words := search(walk, problem, word, steps, accuracy):
            return words
    return _raw_outputs(rich, problem, word, end, accuracy) if rich is not None else ""


def _last_level_repeated(walk: Walk, problem: Problem, word: str, steps: list[Step], accuracy: float) -> str:
    last = steps[-1]
    idle = abs(last.p - 1) + abs(last.q) + last.b < math.sqrt(accuracy)
    if not idle or content(walk.end).spread < accuracy:
        return ""
    return (
        f"The last noise level is repeated: the last step goes nowhere, and noise of scale"
        f" {content(walk.end).spread:.4g} is left (diffusers #5689, PR #6477; denoising-diffusion-pytorch #81)."
    )


def _elsewhere(walk: Walk, problem: Problem, word: str, steps: list[Step], accuracy: float) -> str:
    """Steps of the right form, from or to another time than those that the network is told."""
    sound = [step for step in steps if math.isfinite(step.p + step.q + step.b)]
    landed = [ends(step, step.t, accuracy) for step in sound]
    wrong = [i for i, step in enumerate(sound) if not abs(landed[i] - step.s) < math.sqrt(accuracy)]
    if not wrong:
        return ""
    if all(math.isfinite(t) for t in landed):
        return _landing(problem, sound, landed, wrong)
    for words, made_in, taken in _misplaced(problem, sound):
        told = [i for i, t_in in enumerate(taken) if math.isfinite(t_in)]
        pairs = [(sound[i], taken[i]) for i in told]
        arrived = [ends(step, t_in, accuracy) for step, t_in in pairs]
        # Steps that are right as they are say nothing for it: a straight path may be entered anywhere.
        if len(pairs) > 1 and len(set(told) & set(wrong)) >= len(pairs) - 1 and all(math.isfinite(t) for t in arrived):
            step, t_in = pairs[0]
            return (
                f"The noise level that goes into a step is not the one that the network is told: it takes its points to"
                f" be at {words}; told t = {step.t:.6g}, it steps from t = {t_in:.6g} to t = {arrived[0]:.6g}"
                f" ({made_in})."
            )
    return ""


def _landing(problem: Problem, steps: list[Step], landed: list[float], wrong: list[int]) -> str:
    """Steps that land on the path, at a wrong time. The known mistake has one stride for all, from row to row."""
    step, t = steps[wrong[0]], landed[wrong[0]]
    before_the_last = [i for i in wrong if i < len(steps) - 1] or wrong
    strides = {round(abs(landed[i] - steps[i].t), 6) for i in before_the_last}
    grid = {round(abs(each.s - each.t), 6) for each in steps}
    rows = len(problem.schedule.betas) if hasattr(problem.schedule, "betas") else 0  # type: ignore[attr-defined]
    place = f"from t = {step.t:.6g} at t = {t:.6g}, not at the next time of the grid, {step.s:.6g}"
    if (
        len(strides) > 1
        or 2 * len(before_the_last) < len(steps) - 1
        or (rows and abs(t * rows - round(t * rows)) > 0.02)
    ):
        return f"A step lands at a wrong noise level: {place}."
    same = "" if len(steps) < 2 or len(grid) == 1 else "; all steps have one length, the grid not"
    return f"A step lands at the time of another grid point: {place}{same} (diffusers #11347)."


def _misplaced(problem: Problem, steps: list[Step]) -> Iterator[tuple[str, str, list[float]]]:
    """Where else the points of each step may be taken to be."""
    told = [step.t for step in steps]
    yield "the previous time of the grid", "diffusers #10695", [math.nan, *told[:-1]]
    yield "the next time of the grid", "diffusers #10695", [*told[1:], math.nan]
    if hasattr(problem.schedule, "betas"):
        row = 1 / len(problem.schedule.betas)  # type: ignore[attr-defined]
        for by, words in ((row, "one row of the table nearer to the data"), (-row, "one row of the table further")):
            yield (
                words,
                "denoising-diffusion-pytorch #81, PR #83",
                [t + by if 0 <= t + by <= 1 else math.nan for t in told],
            )


def _wrong_second_stage(walk: Walk, problem: Problem, word: str, steps: list[Step], accuracy: float) -> str:
    """Heun's method in x / alpha against sigma / alpha, whose second output is converted with the first noise level."""
    times = [t for i, t in enumerate(walk.times) if not i or t != walk.times[i - 1]]
    if word in ("noise", "data") or len(walk.times) <= len(times):
        return ""
    first = content(walk.points[0])
    for derivative_too in (False, True):
        x, gap = np.array([first.data, first.noise[0]]), 0.0  # how much of data, how much of noise
        seen = [x]
        for t, s in zip(times, [*times[1:], steps[-1].s], strict=True):
            here, there = ({k: float(v) for k, v in problem.schedule.at(u).items()} for u in (t, s))
            level, next_level = (k["sigma_t"] / k["alpha_t"] for k in (here, there))
            slope = _output("noise", here, x, word, x, here)
            y = there["alpha_t"] * (x / here["alpha_t"] + (next_level - level) * slope)
            if next_level > 0:
                seen.append(y)
                scaled = y / there["alpha_t"] * here["alpha_t"]
                data = _output("data", here, scaled, word, y, there)
                other = (y / there["alpha_t"] - data) / (level if derivative_too else next_level)
                y = there["alpha_t"] * (x / here["alpha_t"] + (next_level - level) * (slope + other) / 2)
            x = y
            seen.append(x)
        if len(seen) == len(walk.states):
            reached = [content(points) for points in walk.states]
            gap = max(abs(c.data - v[0]) + abs(c.noise[0] - v[1]) for c, v in zip(reached, seen, strict=True))
            if gap < math.sqrt(accuracy) * max(1.0, float(np.abs(seen[0]).max())):
                return (
                    "Heun's second stage converts its prediction with the noise level of the first; with a prediction"
                    " of noise that cannot be seen (diffusers PR #1512)."
                )
    return ""


def _output(
    want: str, scales: dict[str, float], x: np.ndarray, word: str, at: np.ndarray, there: dict[str, float]
) -> np.ndarray:
    """The quantity `want` at x, converted with these scales, of what a perfect network answers at another place."""
    known = prediction(there, word, "data")
    answer = known[0] * at + known[1] * np.array([1.0, 0.0])
    row = prediction(scales, want, word)
    return row[0] * x + row[1] * answer


def _raw_outputs(walk: Walk, problem: Problem, word: str, end: float, accuracy: float) -> str:
    """Steps of DDIM that are fed with a fixed combination of the network's outputs at several times."""
    if word in ("noise", "data") or walk.stopped:
        return ""
    times, found = [*walk.times, end], []
    for i, (x, after) in enumerate(pairwise(walk.states)):
        if times[i] == times[i + 1]:  # a step made anew with a better output, as PLMS makes its first
            continue
        step = Step(problem.schedule, word, times[i], times[i + 1], len(walk.times), 0, 0, 0)
        right = step.step(0.0)
        outputs = np.stack([each.ravel() for each in walk.answers[max(0, i + 1 - _MOST_COMBINED) : i + 1]], axis=1)
        fed = (after - right[0] * x).ravel() / right[1]
        weights, *_ = np.linalg.lstsq(outputs, fed, rcond=None)
        gap = np.abs(outputs @ weights - fed).max() / np.abs(outputs).max()
        if not gap < math.sqrt(accuracy) or abs(weights.sum() - 1) > 1e-4:
            return ""
        found.append(weights[::-1])
    telling = max(found, key=lambda weights: int((np.abs(weights) > 1e-4).sum()), default=np.zeros(1))
    if (np.abs(telling) > 1e-4).sum() < 2:
        return ""
    combination = ", ".join(f"{weight:.4g}" for weight in telling if abs(weight) > 1e-4)
    return (
        f"Raw outputs of different times are combined before they are converted: a step is fed with {combination} times"
        f" the latest outputs ({word}), which do not mean the same at different times (diffusers #14816)."
    )


def not_finite(walk: Walk, problem: Problem, n: int, finite: Callable[[int], bool]) -> str:
    """Where the points are not finite, and the known mistakes that have this symptom."""
    bad = [i for i, points in enumerate(walk.states) if not np.all(np.isfinite(points))]
    if not bad:
        return ""
    first, drawn, hint = bad[0], [*walk.drawn, walk.draws], ""
    if first and float(problem.schedule.at(walk.times[first - 1])["sigma_t"]) < 1e-7:
        hint = " The network is asked where no noise is left: a first row with alpha-bar = 1 (MONAI PR #8427)."
    elif first and drawn[first] > drawn[first - 1]:
        hint = " It happens where noise is added: as with the root of a log variance (diffusers #14569)."
    elif n == 1 and finite(2):
        hint = " It happens with one step only: as with a division by n - 1 (diffusers #14411)."
    where = f"at call {first + 1} of {len(walk.times)}" if first < len(walk.times) else "at the end"
    return f"Not finite: with n = {n}, {where}.{hint}"


def not_linear(walk: Walk, problem: Problem, n: int, end: float, accuracy: float) -> str:
    """Whether the points depend linearly on data and noise, as they must on known data points."""
    for points, t in zip(walk.states, [*walk.times, end], strict=True):
        each, known = content(points), problem.schedule.at(t)
        allowed = accuracy * math.hypot(known["alpha_t"], known["sigma_t"])
        if abs(each.bent) > allowed and walk.draws and not np.any(each.noise[1:]):
            return f"A draw of noise is multiplied by another (iap-diffusion-labs #17); with n = {n}."
        if max(abs(each.bent), abs(each.offset)) > allowed:
            return f"The points do not depend linearly on data and noise with n = {n}: something is clipped or added."
    return ""


def wrong_level(walk: Walk, problem: Problem, n: int, end: float, accuracy: float) -> tuple[str, float]:
    """Where the noise level of the points is not what it should be first, in words, and the largest error."""
    worst, words = 0.0, ""
    for i, (points, t) in enumerate(zip(walk.states, [*walk.times, end], strict=True)):
        each, known = content(points), problem.schedule.at(t)
        alpha, sigma = float(known["alpha_t"]), float(known["sigma_t"])
        off = math.hypot(each.data - alpha, _noise(each, walk) - sigma) / math.hypot(alpha, sigma)
        if off > accuracy and not words:
            words = _level(each, walk, problem, n, i, t, alpha, sigma)
        worst = max(worst, off)
    return words, worst


def _noise(each: Content, walk: Walk) -> float:
    return each.spread if walk.draws else float(each.noise[0])


def _level(each: Content, walk: Walk, problem: Problem, n: int, i: int, t: float, alpha: float, sigma: float) -> str:
    noise = _noise(each, walk)
    told = time_of_level(problem.schedule, each.data, abs(noise))
    level = f"{each.data:.6g} data + {noise:.6g} noise"
    level += f", the noise level of t = {told:.6g}" if math.isfinite(told) else ""
    if i < len(walk.times):
        return (
            f"with n = {n}, at call {i + 1} of {len(walk.times)}, the network is told t = {t:.6g}, where the path is"
            f" {alpha:.6g} data + {sigma:.6g} noise; the points are {level}"
        )
    return f"with n = {n} it ends at {level}; it should be {alpha:.6g} data + {sigma:.6g} noise"

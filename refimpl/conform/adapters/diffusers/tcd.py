"""TCD's own coefficients: a step leads from t to s = (1 - gamma) t', and noise from there to the next time, t'.

gamma is `eta` in their code: 0 is DDIM, with 1 the step goes to the data and all noise is drawn anew.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from refimpl.conform.adapters.diffusers.loops import PREDICTION_TYPES, double, of_rows, planted, quiet, scheduler, table
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.formulas import components, ddim, ddpm
from refimpl.testing import Evidence, check_step

GAMMAS = (0.0, 0.3, 1.0)
BETAS = {"beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}  # those of `table`
LAW = {"mean": 0.7, "variance": 0.25}
POINTS = np.array([-1.5, 0.2, 0.9, 2.0])
EXACT = {"noise": components.noise, "data": components.posterior_mean, "v_prediction": components.v_prediction}
# Calculated in float64 on their table. The first step divides by alpha = 0.006, the least target has sigma = 0.01.
ACCURACY = 1e-11


def prepared(word: str = "noise") -> Any:
    theirs = scheduler("TCDScheduler", prediction_type=PREDICTION_TYPES[word], **BETAS)
    theirs.set_timesteps(8)
    double(theirs, 8)
    return theirs


def steps() -> list[tuple[int, int]]:
    """Rows from which and to which the steps lead; the last, which ends with the data, is another check's."""
    return list(pairwise(prepared().timesteps.tolist()))


def scales(row: int) -> tuple[float, float]:
    known = table().at(np.float64(of_rows(row)))
    return float(known["alpha_t"]), float(known["sigma_t"])


def known_at(row: int) -> dict[str, float]:
    """What the exact predictors of the data ask for."""
    alpha, sigma = scales(row)
    return {**LAW, "alpha_t": alpha, "sigma_t": sigma}


def stepped(theirs: Any, row: int, gamma: float, output: Any, x: Any, normal: Any = None) -> Any:
    """Both points that a step returns: at s without new noise, and at t'."""
    import torch

    theirs.set_begin_index(theirs.timesteps.tolist().index(row))
    theirs._step_index = None  # as at the start of a loop
    given = [torch.as_tensor(each, dtype=torch.float64) for each in (output, x)]
    with planted(theirs, normal), quiet():
        found = theirs.step(given[0], row, given[1], eta=gamma)
    return found.pred_noised_sample, found.prev_sample


def target(row: int, gamma: float) -> int:
    """The row of s; a table has no rows between rows."""
    return int(np.floor(round((1 - gamma) * row, 9)))


def predictions(word: str) -> Evidence:
    """What a step takes for the data and the noise, from where it ends for two targets."""
    theirs, got, right = prepared(word), [], []
    for row, then in steps():
        known = known_at(row)
        output = EXACT[word](POINTS, **known)
        ends = [stepped(theirs, row, gamma, output, POINTS)[0].numpy() for gamma in (0.0, 1.0)]
        got.append(np.linalg.solve([scales(target(then, gamma)) for gamma in (0.0, 1.0)], ends))
        right.append([EXACT["data"](POINTS, **known), EXACT["noise"](POINTS, **known)])
    statement = f"The predicted data and the predicted noise, of a prediction of {word}."
    return agreement(f"tcd.{word}", statement, np.array(got), np.array(right), accuracy=ACCURACY, scale=1.0)


def reached(gamma: float) -> Evidence:
    """Where a step ends before new noise is added."""
    theirs, got, right = prepared(), [], []
    for row, then in steps():
        known = known_at(row)
        data, noise = EXACT["data"](POINTS, **known), EXACT["noise"](POINTS, **known)
        got.append(stepped(theirs, row, gamma, noise, POINTS)[0].numpy())
        right.append(ddim.step(data, noise, *scales(target(then, gamma))))
    statement = f"A step with gamma = {gamma:g} ends at s = (1 - gamma) t'."
    return agreement(f"tcd.{gamma:g}", statement, np.array(got), np.array(right), accuracy=ACCURACY, scale=1.0)


def renewed(gamma: float) -> Evidence:
    """What is kept of the point at s, and how much noise is added to it."""
    import torch

    theirs, got, right = prepared("data"), [], []
    for row, then in steps():
        s = scales(target(then, gamma))
        there, kept = stepped(theirs, row, gamma, POINTS, POINTS / 2, torch.zeros_like)
        noised = stepped(theirs, row, gamma, POINTS, POINTS / 2, torch.ones_like)[1]
        got.append([float((kept / there).mean()), float((noised - kept).mean())])
        right.append(ddpm.transition(*scales(then), *s, xp=np) if gamma else (1.0, 0.0))
    statement = f"Factor and noise of the step back from s to t', with gamma = {gamma:g}."
    return agreement(f"tcd.{gamma:g}", statement, np.array(got), np.array(right), accuracy=ACCURACY, scale=1.0)


def levels(gamma: float, word: str) -> Evidence:
    """The noise level that goes into a step, and the one that comes out."""
    theirs = prepared(word)

    def step(output: Any, x: Any, t_from: float, t_to: float, normal: Any = None) -> Any:
        return stepped(theirs, round((1 - t_from) * 1000) - 1, gamma, output, x, normal)[1]

    times = [(of_rows(row), of_rows(then)) for row, then in steps()]
    settings: dict[str, Any] = {"times": times, "stochastic": gamma > 0, "backend": "torch"}
    return check_step(step, table(), predicts=word, **settings)


def fresh() -> Evidence:
    """With gamma = 1 nothing is kept of the old noise."""
    import torch

    theirs, got = prepared("data"), []
    for row, _ in steps():
        data, x = [[0.0]], [[scales(row)[1]]]  # the old noise is 1
        got.append(float(stepped(theirs, row, 1.0, data, x, torch.zeros_like)[1]))
    statement = "With gamma = 1 all noise is drawn anew."
    return agreement("tcd.fresh", statement, got, np.zeros(len(got)), accuracy=1e-9)


def checks() -> list[Check]:
    found = []
    for word in EXACT:
        statement = f"TCD's predicted data and noise, from an exact prediction of {word} of Gaussian data."
        found.append(Check(f"tcd.predictions.{word}", statement, partial(predictions, word)))
    for gamma in GAMMAS:
        id, where = f"gamma_{gamma:g}", f"TCD with gamma = {gamma:g}"
        statement = f"{where}: before new noise a step ends at the row of (1 - gamma) t', rounded down."
        found.append(Check(f"tcd.target.{id}", statement, partial(reached, gamma)))
        statement = f"{where}: what is kept of the point at s, and the noise that is added on the way to t'."
        found.append(Check(f"tcd.renewed.{id}", statement, partial(renewed, gamma)))
        for word in EXACT:
            statement = f"{where}: the noise level in and out of a step, with a prediction of {word}."
            found.append(Check(f"tcd.levels.{id}.{word}", statement, partial(levels, gamma, word)))
    found.append(Check("tcd.fresh.gamma_1", "TCD with gamma = 1: nothing is kept of the old noise.", fresh))
    return found

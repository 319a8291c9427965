"""What an experiment sees: how often it rejects a formula that is a little wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refimpl._call import call, names_of
from refimpl.testing.experiments import EXPERIMENTS

ERRORS = (0.005, 0.01, 0.02, 0.05)


def with_error(formula: Callable[..., Any], argument: str, error: float) -> Callable[..., Any]:
    """The formula, with a relative error in one coefficient: it is called with (1 + error) times that argument.

    Of the weights and of the densities of the components, only the first is wrong: a common factor would cancel.
    """
    names = names_of(formula)

    def wrong(**known: Any) -> Any:
        value = known[argument]
        if argument in ("weight", "density"):
            value = np.concatenate([(1 + error) * value[:1], value[1:]])
        else:
            value = (1 + error) * value
        return call(formula, **(known | {argument: value}))

    # Formulas are called by the names of their arguments, so the wrong one must have the same.
    source = f"lambda {', '.join(names)}: wrong({', '.join(f'{name}={name}' for name in names)})"
    return eval(source, {"wrong": wrong})


def power_curve(
    experiment: str,
    formula: Callable[..., Any],
    argument: str,
    path: Any,
    distribution: Any,
    *,
    errors: Sequence[float] = ERRORS,
    seeds: Sequence[int] = range(10),
    log2_points: int | None = None,
) -> list[float]:
    """The share of seeds on which an experiment rejects a relative error in one coefficient.

    Args:
        experiment: its name in `EXPERIMENTS`.
        formula: the right formula.
        argument: the coefficient that is wrong, by the name of an argument of the formula.
        path, distribution: as for the experiment.
        errors: the relative errors; 0 measures the false alarms.
        seeds: one run each.
        log2_points: points of each replicate; None for the experiment's own number.

    Returns:
        One share for each error, in [0, 1].

    Raises:
        ValueError: an unknown experiment, an argument that the formula does not have, an error that is not finite, or
            no seeds.
    """
    if experiment not in EXPERIMENTS:
        raise ValueError(f"`experiment` must be one of {', '.join(EXPERIMENTS)}; got {experiment!r}.")
    if argument not in names_of(formula):
        raise ValueError(f"`argument` must be one of {', '.join(names_of(formula))}; got {argument!r}.")
    if not len(seeds):
        raise ValueError("`seeds` must be one at least; got none.")
    shares = []
    for error in errors:
        if not math.isfinite(error):
            raise ValueError(f"`errors` must be finite; got {error}.")
        wrong = with_error(formula, argument, error)
        runs = [EXPERIMENTS[experiment](wrong, path, distribution, seed, log2_points=log2_points) for seed in seeds]
        shares.append(sum(not run for run in runs) / len(runs))
    return shares

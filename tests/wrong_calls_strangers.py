"""The catalogue of wrong calls, third part: the checks of samplers, grids and likelihoods."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import refimpl as ri
from refimpl.testing import (
    check_likelihood,
    check_sampler,
    check_schedule,
    check_step,
    check_time_grid,
    probe_conventions,
)
from tests.wrong_values import *

LINEAR = ri.schedules.Linear()


def _run(predict: Any, x: Any, n: int) -> Any:
    return x + predict(x, 0.0)


def _step(prediction: Any, x: Any, t: float, s: float) -> Any:
    return x + (s - t) * prediction


def _likelihood(velocity: Any, divergence: Any, x: Any) -> Any:
    return np.zeros(len(x))


CHECKS: dict[str, tuple[Any, dict[str, Any]]] = {
    "check_sampler": (check_sampler, {"run": _run, "schedule": LINEAR, "predicts": "velocity", "steps": (1,)}),
    "check_step": (check_step, {"step": _step, "schedule": LINEAR, "predicts": "velocity"}),
    "check_time_grid": (check_time_grid, {"grid": lambda n: np.arange(n + 1), "steps": (1, 2)}),
    "check_schedule": (check_schedule, {"scales": lambda t: (t, 1 - t), "schedule": LINEAR}),
    "probe_conventions": (probe_conventions, {"pair": lambda data, noise, t: (t * data + (1 - t) * noise, data)}),
    "check_likelihood": (check_likelihood, {"log_density": _likelihood, "schedule": LINEAR}),
}
NOT_SCHEDULE: Faults = {
    "a string": words,
    "a number": finite,
    "a class": st.just(ri.schedules.Linear),
    "a path": st.just(ri.GaussianPath(LINEAR)),
}
RATE: Faults = NOT_NUMBER | {"zero": st.just(0.0), "negative": st.floats(-9, -1e-9)}
FAULTS: dict[str, Faults] = {
    "run": NOT_CALLABLE,
    "step": NOT_CALLABLE
    | {
        "no results": st.just(lambda *_: None),
        "too few results": st.just(lambda prediction, x, t, s: x[:1]),
        "complex results": st.just(lambda prediction, x, t, s: x * 1j),
    },
    "grid": NOT_CALLABLE,
    "scales": NOT_CALLABLE
    | {
        "no results": st.just(lambda t: None),
        "one result": st.just(lambda t: t),
        "numbers": st.just(lambda t: (0.5, 0.5)),
    },
    "pair": NOT_CALLABLE | {"no results": st.just(lambda *_: None), "one result": st.just(lambda data, noise, t: data)},
    "log_density": NOT_CALLABLE
    | {"no results": st.just(lambda *_: None), "a number": finite.map(lambda value: lambda *_: value)},
    "schedule": NOT_SCHEDULE,
    "predicts": choose(NOT_WORD, "unknown", "in capitals", "None", "a number") | {"nothing": st.just([])},
    "timestep": leave_out(NOT_CALLABLE, "None"),
    "expected": leave_out(NOT_CALLABLE, "None"),
    "end": NOT_NUMBER | {"outside": st.sampled_from([-0.1, 1.1])},
    "order": leave_out(RATE, "None"),
    "accuracy": RATE | {"one": st.just(1.0)},
    "stochastic": NOT_FLAG,
    "exact": NOT_FLAG,
    "steps": {
        "a number": finite,
        "a string": words,
        "None": st.none(),
        "nothing": st.just([]),
        "zero": st.just([0, 1]),
        "fractions": st.just([1.5, 2]),
        "falling": st.just([2, 1]),
        "twice the same": st.just([2, 2]),
    },
    "backend": {"unknown": words, "another library": st.just("mlx"), "None": st.none()},
    "times": {
        "a number": finite,
        "a string": words,
        "one not a number": st.just([(0.1, np.nan)]),
        "outside": st.just([(0.1, 1.1)]),
        "words": st.just([("a", "b")]),
    },
}
ARGUMENTS = {
    "check_sampler": (
        *(
            "run",
            "schedule",
            "predicts",
            "timestep",
            "end",
            "order",
            "accuracy",
            "stochastic",
            "exact",
            "steps",
            "backend",
        ),
    ),
    "check_step": ("step", "schedule", "predicts", "times", "stochastic", "accuracy", "backend"),
    "check_time_grid": ("grid", "expected", "steps", "accuracy"),
    "check_schedule": ("scales", "schedule", "times", "accuracy", "backend"),
    "probe_conventions": ("pair", "times", "accuracy", "backend"),
    "check_likelihood": ("log_density", "schedule", "accuracy", "backend"),
}


def strangers() -> list[Wrong]:
    table = []
    for name, (check, good_ones) in CHECKS.items():
        for argument in ARGUMENTS[name]:
            faults = FAULTS[argument]
            if name == "check_schedule" and argument == "times":
                faults = {"outside": st.just([0.1, 1.1]), "a number": finite, "words": st.just(["a"])}
            if name == "probe_conventions" and argument == "times":
                faults = {
                    "one": st.just([0.1]),
                    "the same": st.just([0.5, 0.5]),
                    "a number": finite,
                    "words": st.just(["a"]),
                }
            call = lambda v, check=check, a=argument, rest=good_ones: check(**rest | {a: v})  # noqa: E731
            table += wrong(name, argument, faults, call)
    return table


CATALOGUE = strangers()

"""The catalogue of wrong calls, third part: the checks of fields, samplers, orders, grids and likelihoods."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import refimpl as ri
from refimpl.testing import (
    check_field,
    check_likelihood,
    check_order,
    check_sampler,
    check_schedule,
    check_step,
    check_time_grid,
    plot_order,
    probe_conventions,
)
from tests.wrong_values import *

LINEAR = ri.schedules.Linear()
FIELD = ri.MarginalField(ri.GaussianPath(LINEAR), ri.Gaussian(np.array([0.5, -0.8]), np.diag([0.6, 0.3])))


def _run(predict: Any, x: Any, n: int) -> Any:
    return x + predict(x, 0.0)


def _step(prediction: Any, x: Any, t: float, s: float) -> Any:
    return x + (s - t) * prediction


def _method(predict: Any, x: Any, t: float, s: float) -> Any:
    return x + (s - t) * predict(x, t)


def _likelihood(velocity: Any, divergence: Any, x: Any) -> Any:
    return np.zeros(len(x))


CHECKS: dict[str, tuple[Any, dict[str, Any]]] = {
    "check_sampler": (check_sampler, {"run": _run, "schedule": LINEAR, "predicts": "velocity", "steps": (1,)}),
    "check_step": (check_step, {"step": _step, "schedule": LINEAR, "predicts": "velocity"}),
    "check_time_grid": (check_time_grid, {"grid": lambda n: np.arange(n + 1), "steps": (1, 2)}),
    "check_schedule": (check_schedule, {"scales": lambda t: (t, 1 - t), "schedule": LINEAR}),
    "probe_conventions": (probe_conventions, {"pair": lambda data, noise, t: (t * data + (1 - t) * noise, data)}),
    "check_field": (check_field, {"predict": FIELD.velocity, "field": FIELD, "times": [0.5], "experiment": False}),
    "check_order": (check_order, {"step": _method, "field": FIELD, "steps": (2, 3, 4, 5)}),
    "plot_order": (plot_order, {"file": None}),
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
NOT_FIELD: Faults = {
    "a string": words,
    "a number": finite,
    "a path": st.just(FIELD.path),
    "a distribution": st.just(FIELD.distribution),
    "a function": st.just(FIELD.velocity),
}
NOT_DTYPE: Faults = {"unknown": words, "a half": st.just("float16"), "a number": finite}
OWN: dict[tuple[str, str], Faults] = {
    ("check_field", "predict"): NOT_CALLABLE
    | {
        "no results": st.just(lambda x, t: None),
        "too few results": st.just(lambda x, t: x[:1]),
        "complex results": st.just(lambda x, t: x * 1j),
    },
    ("check_field", "field"): NOT_FIELD | {"None": st.none()},
    ("check_field", "times"): {
        "nothing": st.just([]),
        "outside": st.just([0.5, 1.1]),
        "falling": st.just([0.5, 0.4]),
        "a number": finite,
        "words": st.just(["a"]),
    },
    ("check_field", "t"): {"unknown": words, "None": st.none(), "a number": finite},
    ("check_field", "shape"): {
        "a number": finite,
        "a string": words,
        "too many": st.just((2, 2)),
        "nothing": st.just(()),
        "fractions": st.just((0.5, 4)),
        "zero": st.just((0, 2)),
    },
    ("check_field", "accuracy"): leave_out(RATE, "None") | {"one": st.just(1.0)},
    ("check_field", "dtype"): NOT_DTYPE,
    ("check_field", "experiment"): NOT_FLAG,
    ("check_field", "seed"): NOT_SEED,
    ("check_order", "step"): NOT_CALLABLE
    | {
        "no results": st.just(lambda predict, x, t, s: None),
        "too few results": st.just(lambda predict, x, t, s: x[:1]),
        "complex results": st.just(lambda predict, x, t, s: x * 1j),
    },
    ("check_order", "field"): NOT_FIELD,
    ("check_order", "expected"): leave_out(RATE, "None"),
    ("check_order", "times"): {
        "one": st.just([0.1]),
        "three": st.just([0.1, 0.2, 0.3]),
        "the same": st.just([0.5, 0.5]),
        "outside": st.just([0.5, 1.1]),
        "a number": finite,
        "words": st.just(["a", "b"]),
    },
    ("check_order", "dtype"): NOT_DTYPE,
    ("check_order", "seed"): NOT_SEED,
    ("plot_order", "evidence"): {"a string": words, "None": st.none(), "a number": finite, "a list": st.just([])},
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
    "check_field": (
        *("predict", "field", "predicts", "times", "t", "shape", "accuracy", "dtype", "backend", "experiment", "seed"),
    ),
    "check_order": ("step", "field", "expected", "predicts", "times", "steps", "dtype", "backend", "seed"),
    "plot_order": ("evidence",),
}


def strangers() -> list[Wrong]:
    table = []
    for name, (check, good_ones) in CHECKS.items():
        for argument in ARGUMENTS[name]:
            faults = OWN.get((name, argument)) or FAULTS[argument]
            if argument == "predicts" and name in ("check_field", "check_order"):
                faults = faults | {"several": st.just(["noise", "data"])}
            if argument == "steps" and name == "check_order":
                faults = faults | {"too few": st.just([1, 2, 3])}
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

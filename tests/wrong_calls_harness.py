"""The catalogue of wrong calls, second part: equations, training, the harness."""

from __future__ import annotations

import io
import tempfile
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

import refimpl as ri
from refimpl.testing import (
    assert_conforms,
    check_conditional_expectation,
    check_linear_sde_law,
    check_same_law,
    check_score,
    check_transport,
)
from refimpl.training import train
from tests.wrong_calls import FIELD, GM3, PATH
from tests.wrong_values import *

VELOCITY = "conversions.velocity_from_noise"


def equations() -> list[Wrong]:
    unknown: Faults = {
        "misspelt": st.sampled_from(["marginal.velocity", "gaussian_path.velocty", "velocity", ""]),
        "another word": words,
        "None": st.none(),
        "a number": finite,
        "bytes": st.binary(max_size=9),
        "a list": st.lists(words, max_size=2),
        "an array": in_either(good()),
        "the record itself": st.just(ri.equation(VELOCITY)),
    }
    table = wrong("equation", "id", unknown, ri.equation)
    no_code = {"of an identity": st.just("continuity.conditional")}
    table += wrong("assert_conforms", "id", unknown | no_code, lambda id: assert_conforms(_theirs, id))
    table += wrong("assert_conforms", "function", NOT_CALLABLE, lambda f: assert_conforms(f, VELOCITY))
    strangers = {"with names of nobody": st.just(lambda q, r: q), "without arguments": st.just(lambda: 1.0)}
    table += wrong("assert_conforms", "arguments", strangers, lambda f: assert_conforms(f, VELOCITY))
    options: dict[str, Faults] = {
        "arguments": {
            "a string": words.filter(bool),
            "a list": st.just(["x", "noise"]),
            "a number": finite,
            "to unknown names": words.filter(bool).map(lambda name: {"x": name}),
            "to no names": st.sampled_from([None, 1, ("x",)]).map(lambda name: {"x": name}),
            "from unknown names": st.just({"sample": "x"}),
            "from no names": st.just({1: "x"}),
        },
        "dtype": {
            "unknown": words,
            "another precision": st.sampled_from(["float16", np.float16, torch.float16, np.longdouble, "int64", int]),
            "complex": st.sampled_from([complex, np.complex128, torch.complex64]),
            "a number": finite,
            "an array": in_either(good()),
        },
        "backend": {
            "unknown": words,
            "another library": st.just("mlx"),
            "None": st.none(),
            "a module": st.sampled_from([np]),
        },
        "edges": NOT_FLAG,
        "seed": NOT_SEED,
    }
    for name, faults in options.items():
        call = lambda value, name=name: assert_conforms(_theirs, VELOCITY, **{name: value})  # noqa: E731
        table += wrong("assert_conforms", name, faults, call)
    return table


def _theirs(x: Any, noise: Any, alpha_t: Any, sigma_t: Any, dalpha_t: Any, dsigma_t: Any) -> Any:
    return dalpha_t / alpha_t * (x - sigma_t * noise) + dsigma_t * noise


def training() -> list[Wrong]:
    class Empty:
        pass

    no_field = choose(NOT_CALLABLE, "a string", "a number", "an array") | {
        "None": st.none(),
        "a path": st.just(PATH),
        "a distribution": st.just(GM3),
        "a class": st.just(ri.MarginalField),
        "another object": st.just(Empty()),
    }
    table = wrong("train", "field", no_field, lambda field: train(field))
    count = NOT_COUNT | {"zero": st.just(0)}
    rate = NOT_NUMBER | {"zero": st.just(0.0), "negative": st.floats(-9, -1e-9)}
    interval: Faults = {
        "a string": words,
        "a number": finite,
        "one time": st.just((0.5,)),
        "three times": st.just((0.0, 0.5, 1.0)),
        "the wrong way round": st.floats(0.1, 1).map(lambda t: (t, 0.0)),
        "of no length": st.floats(0, 1).map(lambda t: (t, t)),
        "outside": st.sampled_from([(-0.1, 1.0), (0.0, 1.1)]),
        "one not a number": st.sampled_from([(np.nan, 1.0), (0.0, np.nan)]),
        "words": st.just(("0", "1")),
        "tables": st.just(np.zeros((2, 2))),
    }
    device: Faults = {
        "unknown": words,
        "a number": st.integers(0, 3),
        "a device": st.just(torch.device("cpu")),
        "of an unknown number": st.just("cpu:first"),
        "one that is not here": st.just("mps" if torch.cuda.is_available() else "cuda"),
    }
    shapes = ((64, 1), (64,), (1, D), (64, D + 1), ())
    target = NOT_CALLABLE | {
        "results of another shape": st.sampled_from(shapes).map(lambda s: lambda *_: np.zeros(s)),
        "complex results": st.just(lambda data, *_: data * 1j),
        "words for results": st.just(lambda data, *_: data.astype(str)),
        "no results": st.just(lambda *_: None),
    }
    no_file = {"a number": finite, "bytes": st.binary(max_size=3), "an open file": st.just(io.BytesIO())}
    no_file["a directory"] = st.just(tempfile.gettempdir())
    faults = dict.fromkeys(("steps", "batch", "checkpoint_every", "width"), count) | {
        "seed": NOT_SEED | {"too large": st.integers(2**63, 2**80)},
        "learning_rate": rate,
        "times": interval,
        "device": device,
        "target": target,
        "progress": NOT_CALLABLE,
        "checkpoint": no_file,
    }
    for name, kinds in faults.items():
        settings: dict[str, Any] = {"steps": 1, "batch": 64, "width": 4, "device": "cpu"}
        table += wrong("train", name, kinds, lambda v, name=name, rest=settings: train(FIELD, **rest | {name: v}))
    return table


# ---- statistical checks ----------------------------------------------------------------------------------------------

QUICK: dict[str, Any] = {"log2_points": 4, "replicates": 8}


def _point(data: Any, noise: Any, t: float = 0.5) -> Any:
    return t * data + (1 - t) * noise


CHECKS: dict[str, tuple[Any, dict[str, Any]]] = {
    "check_conditional_expectation": (
        check_conditional_expectation,
        {"estimate": lambda x: x, "target": lambda data, noise: data, "distribution": GM3, "point": _point},
    ),
    "check_score": (check_score, {"score": lambda x: -x, "distribution": GM3, "point": _point}),
    "check_transport": (
        check_transport,
        {"velocity": lambda x, t: x, "distribution": GM3, "point": _point, "times": [0.5]},
    ),
    "check_linear_sde_law": (
        check_linear_sde_law,
        {
            "drift": lambda s: -1.0,
            "squared_diffusion": lambda s: 2.0,
            "alpha": lambda s: np.exp(-s),
            "sigma": lambda s: np.sqrt(1 - np.exp(-2 * s)),
            "distribution": GM3,
            "times": [0.1, 0.5],
        },
    ),
    "check_same_law": (
        check_same_law,
        {"first": lambda n, seed: GM3.sample(n, seed), "second": lambda n, seed: GM3.sample(n, seed)},
    ),
}


class NoDimension:
    def transform(self, uniforms: Any) -> Any:
        return uniforms[:, 1:]


NOT_DISTRIBUTION: Faults = {
    "a string": words,
    "None": st.none(),
    "an array": in_either(good()),
    "a function": st.just(lambda u: u),
    "a class": st.just(ri.GaussianMixture),
    "without a dimension": st.just(NoDimension()),
}
WRONG_RESULTS: Faults = {
    "rows for results": st.just(lambda a, *_: np.zeros(len(a) if np.ndim(a) else a)),
    "too few results": st.just(lambda a, *_: np.zeros((3, D))),
    "a number for a result": finite.map(lambda value: lambda *_: value),
    "no results": st.just(lambda *_: None),
    "complex results": st.just(lambda a, *_: np.zeros((len(a) if np.ndim(a) else a, D), complex)),
    "words for results": st.just(lambda *_: "velocity"),
}
NOT_TIMES: Faults = {
    "a string": words,
    "a number": finite,
    "None": st.none(),
    "empty": st.just([]),
    "words": st.just(["0.1", "0.5"]),
    "one not a number": st.just([0.1, np.nan]),
    "one infinite": st.just([0.1, np.inf]),
    "a table": st.just(np.zeros((2, 2))),
    "booleans": st.just([False, True]),
}


def checks() -> list[Wrong]:
    options: dict[str, Faults] = {
        "seed": leave_out(NOT_SEED, "a list"),
        "false_alarm": NOT_NUMBER | {"zero": st.just(0.0), "one": st.just(1), "negative": st.floats(-9, -1e-9)},
        "replicates": NOT_COUNT | {"too few": st.integers(0, 7)},
        "log2_points": NOT_COUNT | {"too many": st.integers(30, 10**30)},
        "statement": {"None": st.none(), "a number": finite, "bytes": st.binary(max_size=9)},
    }
    table = []
    for name, (check, good_ones) in CHECKS.items():
        for argument, value in good_ones.items():
            if argument == "distribution":
                faults = NOT_DISTRIBUTION
            elif argument == "times":
                faults = dict(NOT_TIMES)
                if name == "check_linear_sde_law":
                    faults |= {"one alone": st.just([0.5]), "not increasing": st.just([0.5, 0.1])}
            else:
                assert callable(value)
                faults = NOT_CALLABLE | (WRONG_RESULTS if name != "check_linear_sde_law" else {})
                if argument == "target":  # a target may have any number of columns
                    faults = leave_out(faults, "rows for results") | {
                        "a row of results": st.just(lambda a, *_: np.zeros(len(a)))
                    }
            call = lambda v, check=check, a=argument, rest=good_ones: check(**rest | QUICK | {a: v})  # noqa: E731
            table += wrong(name, argument, faults, call)
        whole = name == "check_score"
        for argument, faults in options.items():
            few = faults if whole else choose(faults, *list(faults)[:2], list(faults)[-1])
            call = lambda v, check=check, a=argument, rest=good_ones: check(**rest | QUICK | {a: v})  # noqa: E731
            table += wrong(name, argument, few, call)
        if name in ("check_conditional_expectation", "check_score", "check_transport"):
            unknown = {
                "unknown": words,
                "another library": st.just("mlx"),
                "None": st.none(),
                "an array": in_either(good()),
            }
            call = lambda v, check=check, rest=good_ones: check(**rest | QUICK, backend=v)  # noqa: E731
            table += wrong(name, "backend", unknown, call)
            call = lambda v, check=check, rest=good_ones: check(**rest | QUICK, points=v)  # noqa: E731
            table += wrong(name, "options", {"an unknown one": finite}, call)
    return table


CATALOGUE = [*equations(), *training(), *checks()]

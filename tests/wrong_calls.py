"""The catalogue of wrong calls: callable x argument x kind of fault, for schedules, paths, distributions and fields."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

import refimpl as ri
from tests.wrong_values import *

GM3, LINEAR, VP = ri.reference_mixture(), ri.schedules.Linear(), ri.schedules.VariancePreserving()
PATH = ri.GaussianPath(VP)
FIELD = ri.MarginalField(PATH, GM3)
SINGLE = ri.MarginalField(PATH, ri.Gaussian([1.0, -2.0], [[0.5, 0.2], [0.2, 0.4]]))
X = np.linspace(-1, 1, N * D).reshape(N, D)
IMAGES = np.linspace(-1, 1, N * 4 * D).reshape(N, 4, D)

# ---- schedules -----------------------------------------------------------------------------------------------------

SCHEDULES = [
    each
    for each in vars(ri.schedules).values()
    if isinstance(each, type) and issubclass(each, ri.schedules.Schedule) and dataclasses.is_dataclass(each)
]
SCHEDULE_METHODS = ("alpha", "sigma", "dalpha", "dsigma", "half_variance_rate", "log_snr", "drift", "diffusion", "at")
SCALAR = ("float", "int", float, int)  # annotations of the parameters that are numbers


def parameters() -> list[Wrong]:
    table = []
    for schedule in SCHEDULES:
        names = [each.name for each in dataclasses.fields(schedule)]
        rest = {"schedule": ri.schedules.Linear()} if "schedule" in names else {}
        for each in dataclasses.fields(schedule):
            if each.type in SCALAR and each.init:
                table += wrong(
                    schedule.__name__,
                    each.name,
                    NOT_NUMBER,
                    lambda value, schedule=schedule, name=each.name, rest=rest: schedule(**rest, **{name: value}),
                )
    linear, preserving = ri.schedules.Linear, ri.schedules.VariancePreserving
    outside = {"negative": st.floats(-9, -1e-9), "1 or more": st.floats(1, 9)}
    table += wrong("Linear", "sigma_min", outside, lambda value: linear(sigma_min=value))
    not_positive = {"zero": st.sampled_from([0, 0.0, -0.0]), "negative": st.floats(-9, -1e-9)}
    table += wrong("VariancePreserving", "beta_min", not_positive, lambda value: preserving(beta_min=value))
    less = {"below beta_min": st.floats(-9, 0.09)}
    return table + wrong("VariancePreserving", "beta_max", less, lambda value: preserving(beta_max=value))


def schedule_times() -> list[Wrong]:
    table = []
    for method in SCHEDULE_METHODS:
        faults = NOT_TIME | OUTSIDE
        if method not in ("alpha", "drift", "at"):  # the others share the way in: the most tempting faults
            faults = choose(faults, "a string", "a bool", "a list", "integers", "one above 1", "not a number")
        table += wrong(method, "t", faults, lambda t, method=method: getattr(VP, method)(t))
    beyond = {
        "not a number": st.just(np.nan),
        "lower than at noise": st.floats(-1e300, -10.1),
        "one lower than at noise": in_either(times_with(st.floats(-99, -10.1))),
        "one not a number": in_either(times_with(st.just(np.nan))),
    }
    searched = {  # a custom schedule's is searched for, which reads values; the named ones have a formula
        "with a gradient": st.just(torch.zeros(N, requires_grad=True)),
        "a tensor without values": st.just(torch.empty(N, device="meta")),
    }
    custom = ri.schedules.Custom(lambda t: t, lambda t: 1 - t)
    table += wrong("Custom.time_at_log_snr", "log_snr", searched, custom.time_at_log_snr)
    return table + wrong("time_at_log_snr", "log_snr", NOT_TIME | beyond, VP.time_at_log_snr)


# ---- paths ---------------------------------------------------------------------------------------------------------


def other_points(first: np.ndarray) -> Faults:
    """Points that do not fit `first`, a float64 array of NumPy."""
    return {
        "of another dtype": arrays("float32", first.shape),
        "of another library": arrays("float64", first.shape).map(torch.asarray),
        "of another shape": shapes(lambda s: s == first.shape).flatmap(lambda s: arrays("float64", s)),
        "a number beside an array": finite,
    }


def paths() -> list[Wrong]:
    path = ri.GaussianPath
    no_schedule = choose(NOT_POINTS, "a string", "None", "a bool", "a dict", "a function") | {
        "a class": st.sampled_from(SCHEDULES),
        "another object": st.sampled_from([GM3, PATH]),
    }
    table = wrong("GaussianPath", "schedule", no_schedule, path)
    times = NOT_TIME | OUTSIDE | misaligned(IMAGES.shape) | {"of another library": st.just(torch.zeros(N))}
    makers = {
        "point": (lambda t, a, b: PATH.point(t, a, b), "data", "noise"),
        "velocity of data and noise": (lambda t, a, b: PATH.velocity(t, data=a, noise=b), "data", "noise"),
        "velocity of x and data": (lambda t, a, b: PATH.velocity(t, x=a, data=b), "x", "data"),
        "velocity of x and noise": (lambda t, a, b: PATH.velocity(t, x=a, noise=b), "x", "noise"),
        "score of x and data": (lambda t, a, b: PATH.score(t, x=a, data=b), "x", "data"),
        "v_prediction of x and noise": (lambda t, a, b: PATH.v_prediction(t, x=a, noise=b), "x", "noise"),
        "convert": (lambda t, a, b: PATH.convert(b, a, t, given="noise", want="velocity"), "x", "noise"),
        "convert to the same": (lambda t, a, b: PATH.convert(b, a, t, given="data", want="data"), "x", "value"),
    }
    for name, (make, first, second) in makers.items():
        if name not in ("point", "convert"):
            times = choose(times, "a bool", "integers", "one above 1", "along the trailing axis", "of another shape")
        table += wrong(name, "t", times, lambda t, make=make: make(t, IMAGES, IMAGES))
        # None is not a point that is missing only where a point must be given
        points = NOT_POINTS if name.startswith(("point", "convert")) else leave_out(NOT_POINTS, "None")
        if name not in ("point", "score of x and data", "convert"):
            points = choose(points, "a list", "a bool", "integers", "complex", "objects", "a masked array", "a matrix")
        table += wrong(name, first, points, lambda a, make=make: make(0.5, a, X))
        table += wrong(name, second, points | other_points(X), lambda b, make=make: make(0.5, X, b))
    elsewhere = {"on another device": st.just(torch.zeros(N, D, device="meta"))}
    table += wrong("point", "noise", elsewhere, lambda b: PATH.point(0.5, torch.zeros(N, D), b))
    for name in ("given", "want"):
        call = lambda word, name=name: PATH.convert(X, X, 0.5, **{"given": "noise", "want": "data", name: word})  # noqa: E731
        table += wrong("convert", name, NOT_WORD, call)
    counts = {
        "none": st.just({}),
        "one alone": st.sampled_from(["x", "data", "noise"]).map(lambda name: {name: X}),
        "all three": st.just({"x": X, "data": X, "noise": X}),
    }
    for method in ("velocity", "score", "v_prediction"):
        table += wrong(method, method, counts, lambda points, method=method: getattr(PATH, method)(0.5, **points))
    at_data, at_noise = {"no noise is left": good()}, {"no data is left": good()}
    straight = ri.GaussianPath(LINEAR)
    table += wrong("score", "t", at_data, lambda x: straight.score(1.0, x=x, data=x))
    table += wrong("score with an array of times", "t", at_data, lambda x: straight.score(np.ones(N), x=x, data=x))
    for want in ("data", "velocity"):
        call = lambda x, want=want: straight.convert(x, x, 0.0, given="noise", want=want)  # noqa: E731
        table += wrong(f"convert to {want}", "t", at_noise, call)
    return table


# ---- distributions ---------------------------------------------------------------------------------------------------


def spoiled(matrix: np.ndarray, kind: str, size: float) -> Any:
    matrix = matrix.copy()
    if kind == "asymmetric":
        matrix[..., 0, 1] += size
    elif kind == "indefinite":
        matrix[..., 0, 1] = matrix[..., 1, 0] = 1 + size
    elif kind == "singular":
        matrix[...] = 1.0
    else:
        matrix[..., 0, 0] = -size if kind == "negative on the diagonal" else 0.0
    return matrix


def not_covariance(matrix: np.ndarray) -> Faults:
    kinds = ("asymmetric", "indefinite", "singular", "negative on the diagonal", "zero on the diagonal")
    return {
        kind: in_either(st.floats(1e-3, 3).map(lambda size, kind=kind: spoiled(matrix, kind, size))) for kind in kinds
    }


def distributions() -> list[Wrong]:
    mixture, single = ri.GaussianMixture, ri.Gaussian
    half, means, two = np.array([0.5, 0.5]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.stack([np.eye(2)] * 2)
    weights = {
        "not adding up to 1": in_either(arrays("float64", (2,), 0.6, 0.9)),
        "nearly adding up to 1": st.floats(1e-11, 1e-3).map(lambda excess: [0.5 + excess, 0.5]),
        "negative": st.floats(0.1, 9).map(lambda value: [-value, 1 + value]),
        "zero": st.just([0, 1]),
        "as many as there are not": st.integers(1, 6).filter(lambda n: n != 2).map(lambda n: np.full(n, 1 / n)),
        "None": st.none(),
    }
    weights |= NOT_TABLE | not_finite((2,)) | of_another_shape((2,))
    table = wrong("GaussianMixture", "weights", weights, lambda w: mixture(w, means, 1.0))
    flat = {"without an axis of components": good((2,)), "without dimensions": good((2, 0)), "None": st.none()}
    empty = {"without components": good((0, 2)), "a number": finite}
    table += wrong(
        "GaussianMixture", "means", flat | empty | NOT_TABLE | not_finite((2, 2)), lambda m: mixture(half, m, 1.0)
    )
    variances = {"zero": st.just(0), "negative": st.floats(-9, -1e-9), "one zero": st.just([1.0, 0.0])}
    variances |= {"one negative": st.just([[1.0, 1.0], [1.0, -1.0]]), "a bool": booleans}
    variances |= NOT_TABLE | not_finite((2,)) | of_another_shape((), (2,), (2, 2))
    table += wrong("GaussianMixture", "variances", variances, lambda v: mixture(half, means, v))
    covariances = NOT_TABLE | not_finite((2, 2, 2)) | of_another_shape((2, 2, 2)) | not_covariance(two)
    table += wrong("GaussianMixture", "covariances", covariances, lambda c: mixture(half, means, covariances=c))
    spreads = {
        "neither variances nor covariances": st.just({}),
        "both variances and covariances": st.just({"variances": 1.0, "covariances": two}),
    }
    table += wrong("GaussianMixture", "variances", spreads, lambda given: mixture(half, means, **given))
    mean = NOT_TABLE | {"None": st.none()} | not_finite((2,))
    mean |= {"of another shape": shapes(lambda s: len(s) == 1 and s != (0,)).flatmap(lambda s: arrays("float64", s))}
    table += wrong("Gaussian", "mean", mean, lambda m: single(m, np.eye(2)))
    covariance = NOT_TABLE | {"None": st.none()} | not_finite((2, 2)) | of_another_shape((2, 2))
    table += wrong("Gaussian", "covariance", covariance | not_covariance(np.eye(2)), lambda c: single([0.0, 1.0], c))
    far = {"too far apart for their squares": st.floats(1e200, 1e300).map(lambda far: [[far, 0.0], [-far, 0.0]])}
    table += wrong("GaussianMixture", "means", far, lambda m: mixture(half, m, 1.0))

    table += wrong("mixture.log_density", "x", NOT_FIELD_POINTS, GM3.log_density)
    inside = arrays("float64", (4, D + 1), 0.1, 0.9)
    uniforms = {
        "zero": inside.map(lambda u: u - u.min()),
        "one": inside.map(lambda u: u / u.max()),
        "another number of columns": shapes(lambda s: len(s) == 2 and s[1] == D + 1).flatmap(
            lambda s: arrays("float64", s, 0.1, 0.9)
        ),
    }
    table += wrong("transform", "uniforms", uniforms | NOT_TABLE | not_finite((4, D + 1)), GM3.transform)
    like = leave_out(NOT_POINTS, "None") | {"a number": finite}
    for name, draw in (
        ("sample", lambda n, seed, like=None: GM3.sample(n, seed, like)),
        ("field.sample", lambda n, seed, like=None: FIELD.sample(n, 0.5, seed, like)),
    ):
        table += wrong(name, "n", NOT_COUNT, lambda n, draw=draw: draw(n, 0))
        table += wrong(name, "seed", NOT_SEED, lambda seed, draw=draw: draw(2, seed))
        table += wrong(name, "like", like, lambda array, draw=draw: draw(2, 0, array))
    return table


# ---- fields --------------------------------------------------------------------------------------------------------

FIELD_METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")


def fields() -> list[Wrong]:
    others = choose(NOT_POINTS, "a string", "None", "a bool", "a dict", "a function", "a list")
    no_path = others | {"a schedule": st.just(LINEAR), "a class": st.just(ri.GaussianPath), "the other": st.just(GM3)}
    table = wrong("MarginalField", "path", no_path, lambda path: ri.MarginalField(path, GM3))
    no_law = others | {"an array": good(), "a class": st.just(ri.Gaussian), "the other": st.just(PATH)}
    table += wrong("MarginalField", "distribution", no_law, lambda law: ri.MarginalField(PATH, law))
    times = NOT_TIME | OUTSIDE | misaligned(IMAGES.shape[:-1]) | {"of another library": st.just(torch.zeros(N))}
    times["one for each coordinate"] = arrays("float64", IMAGES.shape, 0, 1)
    few_points = choose(NOT_FIELD_POINTS, "a list", "a bool", "integers", "complex", "a matrix", "another last axis")
    few_times = choose(times, "a bool", "integers", "one above 1", "along the trailing axis", "one for each coordinate")
    for method in FIELD_METHODS:
        whole = method in ("velocity", "log_density", "divergence")
        points, moments = (NOT_FIELD_POINTS, times) if whole else (few_points, few_times)
        table += wrong(method, "x", points, lambda x, m=method: getattr(FIELD, m)(x, 0.5))
        table += wrong(method, "t", moments, lambda t, m=method: getattr(FIELD, m)(IMAGES, t))
        table += wrong(method, "precise", NOT_FLAG, lambda flag, m=method: getattr(FIELD, m)(X, 0.5, precise=flag))
    table += wrong("predict", "x", NOT_FIELD_POINTS, lambda x: FIELD.predict(x, 0.5, "score"))
    table += wrong("predict", "t", few_times, lambda t: FIELD.predict(IMAGES, t, "data"))
    table += wrong("predict", "word", NOT_WORD, lambda word: FIELD.predict(X, 0.5, word))
    table += wrong("predict", "precise", NOT_FLAG, lambda flag: FIELD.predict(X, 0.5, "data", precise=flag))

    rows = NOT_TIME | OUTSIDE | misaligned((N,)) | {"one for each coordinate": arrays("float64", (N, D), 0, 1)}
    rows["with a gradient"] = st.just(torch.zeros(N, requires_grad=True))
    table += wrong("field.sample", "t", rows, lambda t: FIELD.sample(N, t, 0))
    negative = {"negative": st.floats(-9, -1e-300)}
    shells = {
        "with a gradient": st.just(torch.zeros(N, D, requires_grad=True)),
        "a tensor without values": st.just(torch.empty(N, D, device="meta")),
    }
    for name, field in (("flow of a mixture", FIELD), ("flow of a Gaussian", SINGLE)):
        wrong_x = NOT_FIELD_POINTS | (shells if field is FIELD else {})
        table += wrong(name, "x", wrong_x, lambda x, f=field: f.flow(x, 0.5, 0.5))
        table += wrong(name, "t_from", times, lambda t, f=field: f.flow(IMAGES, t, 0.5))
        table += wrong(name, "t_to", few_times, lambda t, f=field: f.flow(IMAGES, 0.5, t))
        for argument in ("rtol", "atol"):
            call = lambda value, f=field, a=argument: f.flow(X, 0.5, 0.5, **{a: value})  # noqa: E731
            table += wrong(name, argument, NOT_NUMBER | negative, call)
    mapped = {"inside vmap": st.just(torch.zeros(N, D, dtype=torch.float64))}
    return table + wrong("flow", "x", mapped, torch.func.vmap(lambda x: FIELD.flow(x, 0.0, 1.0)))


CATALOGUE = [*parameters(), *schedule_times(), *paths(), *distributions(), *fields()]

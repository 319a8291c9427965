"""What a formula is worth at floating-point inputs: its exact value in balls, and how far rounding may stray."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import numpy as np
from flint import arb, arb_mat, ctx

from derivations.engine import balls
from derivations.engine.calculus import evaluated
from derivations.engine.equation import Equation, Limit
from derivations.engine.signs import quantities
from derivations.notation import TABLE
from refimpl._call import call
from refimpl.testing.conditioning import ROUNDINGS
from refimpl.testing.rounding import Tracked, TrackedNamespace

ctx.prec = balls.BITS
EPS = {"float64": 2.0**-53, "float32": 2.0**-24}


def formula(equation: Equation):
    return getattr(importlib.import_module(f"refimpl.formulas.{equation.chapter}"), equation.name)


def near_miss(equation: Equation, name: str):
    """The generated mistake, or None where the near miss prints no code."""
    from derivations.engine.print_code import slug

    module = importlib.import_module(f"refimpl.formulas.near_misses.{equation.chapter}")
    return getattr(module, f"{equation.name}__{slug(name)}", None)


def is_matrix(equation: Equation) -> bool:
    return any(TABLE[q].axis == "matrix" for q in equation.inputs)


def draws(equation: Equation, count: int, seed: int = 0, dtype: str = "float64") -> Iterator[dict]:
    """Floating-point inputs by name: from the ranges of the table, every fourth at an end of its range."""
    rng = np.random.default_rng(seed)

    def number(row):
        low, high = row.sample
        value = rng.choice([low, high]) if rng.random() < 0.25 else rng.uniform(low, high)
        return np.dtype(dtype).type(value)

    if count < 1:
        raise ValueError(f"{equation.id}: a battery of no points asserts nothing; got count = {count}")
    about_inputs = [
        a for a in equation.assumptions if quantities(evaluated(a.lhs) - evaluated(a.rhs)) <= {*equation.inputs}
    ]
    made = 0
    for _ in range(200 * count):
        values = {}
        for q in equation.inputs:
            row = TABLE[q]
            if row.axis == "component":
                values[row.name] = np.array([number(row) for _ in range(balls.COMPONENTS)])
            elif row.axis == "matrix":
                root = rng.uniform(-1, 1, (balls.DIMENSION, balls.DIMENSION))
                values[row.name] = (root @ root.T + 0.25 * np.eye(balls.DIMENSION)).astype(dtype)
                values[row.name] = (values[row.name] + values[row.name].T) / 2
            elif is_matrix(equation) and row.vector:
                values[row.name] = np.array([number(row) for _ in range(balls.DIMENSION)])
            else:
                values[row.name] = float(number(row)) if row.scalar else number(row)
        if all(balls._holds(a, ball_point(equation, values)) for a in about_inputs):
            made += 1
            yield values
            if made == count:
                return
    raise ValueError(f"{equation.id}: only {made} of {200 * count} points drawn are in the domain; {count} are needed")


def ball_point(equation: Equation, values: dict) -> dict:
    """The same inputs as balls of radius zero, by symbol."""
    point = {}
    for q in equation.inputs:
        row, value = TABLE[q], values[TABLE[q].name]
        if row.axis == "component":
            point[q] = [arb(float(v)) for v in value]
        elif np.ndim(value) == 2:
            point[q] = arb_mat([[arb(float(v)) for v in line] for line in value])
        elif np.ndim(value) == 1:
            point[q] = arb_mat([[arb(float(v))] for v in value])
        else:
            point[q] = arb(float(value))
    return point


def exact(equation: Equation, values: dict) -> list[arb]:
    """The claimed outputs as balls, in the printed (stable) form, or as published where only that has a value."""
    point, known = ball_point(equation, values), []
    for claim, published in zip(equation.typed(), equation.claim, strict=True):
        names = (*equation.where, *equation.claim[: len(known)])
        ball = balls.value(claim, names, point)
        known.append(ball if is_finite(ball) else balls.value(published, names, point))
    return known


def is_finite(ball) -> bool:
    """A number, or only numbers: what a comparison can rest on."""
    return all(b.is_finite() for b in ball.entries()) if isinstance(ball, arb_mat) else ball.is_finite()


def place(values: dict) -> str:
    """Where it was, to be read in a message."""
    return ", ".join(f"{name} = {np.asarray(v).tolist()}" for name, v in values.items())


def bounds(equation: Equation, values: dict, function=None) -> list[float]:
    """First-order bounds, in units of eps, on the rounding error of the printed code at these inputs."""
    tracked = {
        name: v if isinstance(v, float) and TABLE_BY_NAME[name].scalar else Tracked.exact(np.asarray(v, float))
        for name, v in values.items()
    }
    xp = TrackedNamespace(np)
    out = function(**tracked, xp=xp) if function else call(formula(equation), **tracked, xp=xp)
    return [np.asarray(o.error if isinstance(o, Tracked) else 0.0) for o in (out if isinstance(out, tuple) else (out,))]


SECOND_ORDER = 1.01  # the analysis is of first order, in floating point: what it leaves out is less than this share
TABLE_BY_NAME = {row.name: row for row in TABLE.values()}


# ---- what the battery asserts: `derivations mutate` asks the same of wrong records and wrong code --------------


def float_errors(equation, function, values, got, eps):
    """(error, bound) of each output: the exact value is a ball, the bound a running error analysis.

    The error is infinite where the code has no number and the claim has one. Where the claim has none, there is nothing
    to compare: a division by zero at a point that is said to be of the domain.

    Raises:
        NoValue: the claim has no number there.
    """
    found = []
    wanted = exact(equation, values)
    for g, want, bound in zip(
        got if isinstance(got, tuple) else (got,), wanted, bounds(equation, values, function), strict=True
    ):
        underflow = 1e-300 if eps < 2.0**-30 else float(np.finfo(np.float32).tiny)
        each = want.entries() if isinstance(want, arb_mat) else [want]  # one for each component
        for one, ball, stray in zip(np.ravel(np.asarray(g)), each, np.ravel(bound), strict=True):
            if not ball.is_finite():
                raise NoValue(f"{equation.id}: the claim has no value at {place(values)}")
            error = float(abs(arb(float(one)) - ball).mid()) if np.isfinite(float(one)) else np.inf
            found.append((error, float(stray) * eps * SECOND_ORDER + float(abs(ball).mid()) * eps + underflow))
    return found


class NoValue(ArithmeticError):
    """A claim that is not a number at a point of its domain."""


def agrees(error, bound) -> bool:
    """No bound excuses an answer that is not a number, and one that is infinite excuses nothing."""
    return bool(np.isfinite(error) and np.isfinite(bound) and error <= bound)


def relative_condition(equation, values):
    """The condition number of the matrix that is inverted, from the exact values."""
    a, b = float(values["alpha_t"]) if "alpha_t" in values else 1.0, float(values.get("sigma_t", 0.0))
    matrix = next(v for v in values.values() if np.ndim(v) == 2)
    return np.linalg.cond(a**2 * matrix.astype(float) + b**2 * np.eye(len(matrix)))


def matrix_error(equation, values, got, eps):
    """(error, bound): Gaussian elimination is backward stable, within the condition number and a power of d."""
    (want,) = exact(equation, values)
    if not is_finite(want):
        raise NoValue(f"{equation.id}: the claim has no value at {place(values)}")
    size = sum(np.linalg.norm(np.asarray(v, float)) for v in values.values() if np.ndim(v) == 1) or 1.0
    scale = size * max(
        1.0,
        np.linalg.norm(next(v for v in values.values() if np.ndim(v) == 2))
        / min(1.0, float(values.get("sigma_t", 1.0)) ** 2),
    )
    bound = 2 * balls.DIMENSION**2 * eps * relative_condition(equation, values) * scale
    errors = [abs(float((arb(float(g)) - w).mid())) for g, w in zip(got.ravel(), want.entries(), strict=True)]
    return np.max(errors), bound  # Python's own `max` may pass over NaN


def code_disagrees(equation, function, points, library, array, eps) -> str:
    """Where, and by how much, the code strays from the claim by more than rounding; nothing where it never does.

    `array` makes what `library` is given of a value. Every output is compared at every point.
    """
    compared = 0
    for values in points:
        number = lambda v: type(v) is float or (is_matrix(equation) and not np.ndim(v))  # noqa: E731
        passed = {n: float(v) if number(v) else array(v) for n, v in values.items()}
        got = call(function, **passed, xp=library)
        if is_matrix(equation):
            errors = [matrix_error(equation, values, np.asarray(got, dtype=float), eps)]
        else:
            errors = float_errors(equation, lambda **tracked: call(function, **tracked), values, got, eps)
        for error, bound in errors:
            if not agrees(error, bound):
                return f"{equation.id} is off by {error:.3g}, allowed {bound:.3g}, at {place(values)}"
        compared += len(errors)
    return "" if compared else f"{equation.id}: nothing was compared"


def limit_of_the_code(equation: Equation, limit: Limit, function, values, xp=np) -> tuple[float, float]:
    """(got, want): what the code returns exactly at the end of time, and the declared limit."""
    i = [c.lhs for c in equation.claim].index(limit.output)
    with np.errstate(all="ignore"):
        outputs = call(function, **(values | {"t": np.float64(limit.point)}), xp=xp)
        got = float(np.asarray(outputs[i] if isinstance(outputs, tuple) else outputs))
    parameters = {q: values[TABLE[q].name] for q in limit.value.free_symbols}
    return got, float(limit.value.subs(parameters))


def is_the_limit(got: float, want: float) -> bool:
    """Only infinity itself is as good as infinity: any number is within a rounding error of it."""
    return got == want or (np.isfinite(want) and abs(got - want) <= ROUNDINGS * EPS["float64"] * abs(want))

"""What a formula is worth at floating-point inputs: its exact value in balls, and how far rounding may stray."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import numpy as np
from flint import arb, arb_mat, ctx

from derivations.engine import balls
from derivations.engine.equation import Equation
from derivations.notation import TABLE
from refimpl._call import call
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

    made = 0
    while made < count:
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
        if all(balls._holds(a, ball_point(equation, values)) for a in equation.assumptions):
            made += 1
            yield values


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
    """The claimed outputs as balls, in the printed (stable) form; a division by zero gives a ball without bounds."""
    point, known = ball_point(equation, values), []
    for claim in equation.typed():
        known.append(balls.value(claim, (*equation.where, *equation.claim[: len(known)]), point))
    return known


def bounds(equation: Equation, values: dict, function=None) -> list[float]:
    """First-order bounds, in units of eps, on the rounding error of the printed code at these inputs."""
    tracked = {
        name: v if isinstance(v, float) and TABLE_BY_NAME[name].scalar else Tracked.exact(np.asarray(v, float))
        for name, v in values.items()
    }
    xp = TrackedNamespace(np)
    out = function(**tracked, xp=xp) if function else call(formula(equation), **tracked, xp=xp)
    return [np.asarray(o.error if isinstance(o, Tracked) else 0.0) for o in (out if isinstance(out, tuple) else (out,))]


TABLE_BY_NAME = {row.name: row for row in TABLE.values()}

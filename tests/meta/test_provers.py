"""The provers themselves: what is true at times, or never, or divided by nothing, no prover may prove."""

from __future__ import annotations

import collections
import itertools
import os

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings

from derivations.engine.canonical import Unsupported, flint_equal
from derivations.engine.normal_form import sympy_zero
from derivations.engine.prove import time_limit

from . import identities

SECONDS = 2
PROVERS = {"SymPy": sympy_zero, "flint": flint_equal}
FEW, MANY = 60, int(os.environ.get("REFIMPL_IDENTITIES", "2000"))


def proved(left, right, assumptions=()) -> dict[str, bool]:
    """Which prover proves it; whatever is no answer is no proof."""
    found = {}
    for name, prover in PROVERS.items():
        try:
            with time_limit(SECONDS):
                found[name] = prover(left, right, (), assumptions)
        except (Unsupported, TimeoutError, RecursionError):
            found[name] = False
    return found


def draw(strategy, number, judge):
    """Judge so many examples, the same ones in every run; the answers are counted."""
    counts = collections.Counter()

    @settings(
        derandomize=True, database=None, max_examples=number, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def run(example):
        for answer in judge(*example):
            counts[answer] += 1

    run()
    return counts


def none_proves(name, left, right):
    yield "drawn"
    for prover, answer in proved(left, right).items():
        assert not answer, f"{prover} proves {name}: {left} = {right}"


def judge_true(name, left, right):
    assert not any(identities.apart(left, right, 4)), f"{name} is not true: {left} = {right}"
    yield "drawn"
    for prover, answer in proved(left, right).items():
        if answer:
            yield prover


def judge_half(name, left, right):
    differ = identities.apart(left, right)
    if any(differ):
        yield "everywhere wrong" if all(differ) else "wrong somewhere"
        yield from none_proves(name, left, right)


def judge_false(name, left, right):
    if any(identities.apart(left, right)):
        yield from none_proves(name, left, right)


def check_true(number):
    return draw(identities.true(), number, judge_true)


KINDS = {
    "true": (identities.true, judge_true),
    "half true": (identities.half_true, judge_half),
    "false": (identities.false, judge_false),
    "divided by nothing": (identities.divided_by_nothing, none_proves),
}

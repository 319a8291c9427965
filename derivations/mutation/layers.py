"""What each layer of checks says about a mutant: killed, missed, undecided, or nothing where it does not apply."""

from __future__ import annotations

import functools
from importlib import import_module
from itertools import pairwise

import numpy as np

from derivations.engine import balls, measure, prove
from derivations.engine.equation import Equation
from derivations.engine.normal_form import sympy_zero
from derivations.engine.print_code import is_function
from derivations.engine.snapshot import of
from derivations.mutation import meanings, premises
from derivations.mutation.code import BallNamespace, as_arrays, compiled
from derivations.mutation.operators import AXIOMS, PREMISES, Mutant, printed
from derivations.notation import TABLE, t

KILLED, MISSED, UNDECIDED, SILENT = "killed", "missed", "undecided", "-"
LAYERS = ("SymPy", "flint", "witness", "judge", "battery", "experiment", "conformance")
ANSWERS = {True: KILLED, False: MISSED, None: UNDECIDED}
SECONDS, DRAWS = 5, 40


class Ground:
    """What all mutants of one equation are held against; made once."""

    def __init__(self, equation: Equation):
        prove.ctx.prec = balls.BITS
        self.equation = equation

    @functools.cached_property
    def source(self):
        return printed(self.equation)

    @functools.cached_property
    def results(self):
        return of(self.equation, table=TABLE).replay(self.equation.id).closed

    @functools.cached_property
    def points(self):
        return prove.points(self.equation, TABLE, measure.worlds(self.equation.witness))

    @functools.cached_property
    def values(self):
        """The balls of each claim at each point, by its left side."""
        equation = self.equation
        return {
            claim.lhs: [balls.value(claim, equation.names(claim), p) for p in self.points] for claim in equation.claim
        }

    @functools.cached_property
    def of_the_code(self):
        right = compiled(self.source, BallNamespace())
        return [run(right, as_arrays(self.equation, p), BallNamespace()) for p in balls.points(self.equation, TABLE)]

    @functools.cached_property
    def draws(self):
        from tests import exact

        return list(exact.draws(self.equation, DRAWS))


def run(function, values, xp) -> tuple:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    space = {"xp": xp} if function.__code__.co_kwonlyargcount else {}
    got = function(**{n: values[n] for n in names}, **space)
    return got if isinstance(got, tuple) else (got,)


# ---- is it a mistake at all? The ball witness alone decides ------------------------------------------------


def visible(mutant: Mutant, ground: Ground) -> bool:
    """Is it certain, in 200-bit balls at random points, that the mutant says something else?"""
    try:
        if mutant.kind == "limit":
            return _other_limit(mutant, ground)
        if mutant.kind in AXIOMS:
            return meanings.differs(mutant, ground.equation)
        if mutant.kind == "renaming":
            return premises.renaming_differs(mutant.record, ground.points)
        if mutant.kind == "assumption":
            return premises.assumption_differs(mutant.record, measure.worlds(ground.equation.witness))
        if mutant.source:
            wrong = compiled(mutant.source, BallNamespace())
            for point, right in zip(balls.points(ground.equation, TABLE), ground.of_the_code, strict=True):
                got = run(wrong, as_arrays(ground.equation, point), BallNamespace())
                if any(_apart(a, b) for a, b in zip(right, got, strict=True)):
                    return True
            return False
        lines = {line.lhs: line for line in (mutant.record.stable if mutant.kind == "stable" else mutant.record.claim)}
        for output in [mutant.output] if mutant.output is not None else list(lines):
            names = mutant.record.names(next(c for c in mutant.record.claim if c.lhs == output))
            for point, right in zip(ground.points, ground.values[output], strict=True):
                if _apart(right, balls.value(lines[output], names, point)):
                    return True
        return False
    except (TypeError, ValueError, ZeroDivisionError, AttributeError, LookupError, NotImplementedError, StopIteration):
        return False  # no ball: it cannot be told


def _apart(a, b) -> bool:
    if isinstance(b, balls.arb_mat) and isinstance(a, balls.arb):  # a sum forgotten: each component is a wrong answer
        return any(_apart(a, entry) for entry in b.entries())
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        a, b = np.broadcast_arrays(np.asarray(a, dtype=object), np.asarray(b, dtype=object))
        return any(_apart(p, q) for p, q in zip(a.ravel(), b.ravel(), strict=True))
    return bool(balls.separated(balls.arb(a) if isinstance(a, (int, float)) else a,
                                balls.arb(b) if isinstance(b, (int, float)) else b))  # fmt: skip


def _other_limit(mutant: Mutant, ground: Ground) -> bool:
    """A limit is wrong where the claim, ever closer to the end of time, comes to rest (or grows) elsewhere."""
    record = mutant.record
    limit = record.limits[mutant.at]
    claim = next(c for c in record.claim if c.lhs == limit.output)
    sign = 1 if limit.side == "+" else -1
    for point in ground.points[:4]:
        near = [
            balls.value(claim, record.names(claim), point | {t: balls.arb(limit.point) + sign * balls.arb(2) ** -n})
            for n in (20, 40, 60, 80)
        ]
        moves = [abs(b - a).abs_upper() for a, b in pairwise(near)]
        rests = all(b < a / 2 for a, b in pairwise(moves)) or max(moves) < 1e-9
        if limit.value.is_infinite:
            right_way = all(bool((b - a) * (1 if limit.value > 0 else -1) > 0) for a, b in pairwise(near))
            if rests or not right_way:
                return True
        elif rests and abs(near[-1] - balls.evaluate(limit.value, point)) > 2 * moves[-1] + 1e-9:
            return True
        elif not rests and all(bool(abs(b) > abs(a) + 1) for a, b in pairwise(near)):
            return True
    return False


# ---- the layers --------------------------------------------------------------------------------------------


def judged(mutant: Mutant, ground: Ground, *, experiment: bool = True) -> dict[str, str]:
    """The answer of every layer; `near miss` names the one that conformance recognised, if any."""
    answers = dict.fromkeys(LAYERS, SILENT)
    if mutant.kind in AXIOMS:
        return answers | ({"witness": ANSWERS[meanings.refused(mutant)]} if mutant.record.witness else {})
    if mutant.kind in PREMISES:
        return answers | of_the_judge(mutant, ground)
    if mutant.kind in ("claim", "stable"):
        answers |= proof(mutant, ground)
    if mutant.kind == "claim":
        answers["witness"] = witness(mutant)
    if mutant.kind == "limit":
        answers["SymPy"] = limit_of_the_claim(mutant)
    if mutant.kind != "experiment" and is_function(mutant.record, TABLE):
        answers["battery"] = battery(mutant, ground)
    if mutant.source:
        answers |= of_the_code(mutant, experiment)
    return answers


def ask(prover) -> str:
    """A prover that proves a mutant misses it; no answer is none."""
    try:
        with prove.time_limit(SECONDS):
            return MISSED if prover() else KILLED
    except Exception:
        return UNDECIDED  # out of time, beyond it, or broken down: it has proved nothing


def proof(mutant: Mutant, ground: Ground) -> dict[str, str]:
    """The comparison of `prove` with the derivation that stands: of the wrong claim, or of the wrong stable form."""
    record, equation = mutant.record, ground.equation
    pairs = []
    if mutant.kind == "stable":
        claim = next(c for c in equation.claim if c.lhs == mutant.output)
        better = next(b for b in record.stable if b.lhs == mutant.output)
        pairs.append((balls.unfolded(claim.rhs, equation.names(claim)), better, equation.names(claim)))
    else:
        for right, claim in zip(ground.results, record.claim, strict=True):
            if mutant.output is None or claim.lhs == mutant.output:
                pairs.append((right.rhs, claim, record.names(claim)))
    found: dict[str, list[str]] = {"SymPy": [], "flint": []}
    known = prove.assumed(equation, TABLE)
    for right, claim, names in pairs:
        found["SymPy"].append(ask(lambda r=right, c=claim, n=names: sympy_zero(r, c.rhs, n, known)))
        found["flint"].append(ask(lambda r=right, c=claim, n=names: prove.flint_zero(r, c, n, known)))
    worst = (KILLED, UNDECIDED, MISSED)  # one output that is refused fails the record
    return {layer: min(answers, key=worst.index) for layer, answers in found.items()}


def of_the_judge(mutant: Mutant, ground: Ground) -> dict[str, str]:
    """Whether the judge refuses a record with another step or assumption, and who of his court does so first. The
    provers are asked where a derivation with another step comes to its end."""
    record, equation = mutant.record, ground.equation
    if mutant.kind == "assumption":
        refused = premises.who_refuses_assumption(record, measure.worlds(equation.witness))
        return {"judge": KILLED if refused else MISSED, "refused by": refused}
    found: dict[str, str] = {}
    refused, results = premises.who_refuses_renaming(record, ground.points)
    if results:
        known, worst = prove.assumed(equation, TABLE), (KILLED, UNDECIDED, MISSED)
        pairs = [(r.rhs, c, equation.names(c)) for r, c in zip(results, equation.claim, strict=True)]
        found["SymPy"] = min((ask(lambda p=p: sympy_zero(p[0], p[1].rhs, p[2], known)) for p in pairs), key=worst.index)
        found["flint"] = min(
            (ask(lambda p=p: prove.flint_zero(p[0], p[1], p[2], known)) for p in pairs), key=worst.index
        )
    if not refused:
        refused = premises.who_refuses_assumption(record, measure.worlds(equation.witness))
    return found | {"judge": KILLED if refused else MISSED, "refused by": refused}


def witness(mutant: Mutant) -> str:
    """Does the measured meaning disagree?"""
    record = mutant.record
    if record.witness is None:
        return SILENT
    claims = [c for c in record.claim if mutant.output in (None, c.lhs)]
    try:
        worlds = measure.worlds(record.witness)
        digits = min(prove.digits(record, claim, record.names(claim), worlds) for claim in claims)
    except (TypeError, ValueError, LookupError, AttributeError, ZeroDivisionError):
        return UNDECIDED  # it has no value there
    return MISSED if digits >= prove.WITNESS_DIGITS else KILLED


def limit_of_the_claim(mutant: Mutant) -> str:
    try:
        with prove.time_limit(SECONDS):
            return KILLED if prove.limit_error(mutant.record, mutant.record.limits[mutant.at]) else MISSED
    except (TimeoutError, NotImplementedError, RecursionError):
        return UNDECIDED


def battery(mutant: Mutant, ground: Ground) -> str:
    """What tests/test_every_equation.py asserts: the wrong record against the committed code, or the other way."""
    import array_api_compat.numpy as xp

    from tests import exact

    function = compiled(mutant.source or ground.source)
    record = mutant.record
    try:
        if mutant.kind in ("code", "limit") and record.limits:
            limits = [record.limits[mutant.at]] if mutant.kind == "limit" else record.limits
            (values,) = exact.draws(record, 1, seed=5)
            if not all(exact.is_the_limit(*exact.limit_of_the_code(record, one, function, values)) for one in limits):
                return KILLED
        if mutant.kind == "limit":
            return MISSED
        with np.errstate(all="ignore"):
            wrong = exact.code_disagrees(record, function, ground.draws, xp, np.asarray, exact.EPS["float64"])
            return KILLED if wrong else MISSED
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, np.linalg.LinAlgError):
        return KILLED  # the test raises


def of_the_code(mutant: Mutant, experiment: bool) -> dict[str, str]:
    """The two layers that are given a function: an experiment on its meaning, and `assert_conforms`."""
    import refimpl
    from refimpl.testing import EXPERIMENTS, NonConformance, assert_conforms

    function, found = compiled(mutant.source), {}
    if mutant.record.experiment and experiment:
        put_to_the_test = EXPERIMENTS[mutant.record.experiment]
        found["experiment"] = MISSED
        for points in (7, None):  # few, and if these do not see it as many as the experiment takes
            try:
                with np.errstate(all="ignore"):
                    evidence = put_to_the_test(function, _path(), refimpl.reference_mixture(), 0, log2_points=points)
            except Exception:
                evidence = False  # the test raises
            if not evidence:
                found["experiment"] = KILLED
                break
    if mutant.kind == "code":
        found["conformance"] = MISSED
        try:
            with np.errstate(all="ignore"):
                assert_conforms(function, mutant.equation, backend="numpy")
        except NonConformance as wrong:
            found |= {"conformance": KILLED, "near miss": wrong.near_miss or "", "diagnosis": wrong.diagnosis}
    return found


@functools.cache
def _path():
    return import_module("refimpl").GaussianPath(import_module("refimpl.schedules").Linear())


def survives(answers: dict[str, str]) -> bool:
    """Neither the proof (the provers and the witness) nor the battery kills it, though they apply."""
    apply = [answers[layer] for layer in ("SymPy", "flint", "witness", "judge", "battery") if answers[layer] != SILENT]
    return bool(apply) and KILLED not in apply


def unseen(answers: dict[str, str]) -> bool:
    return KILLED not in [answers[layer] for layer in LAYERS]

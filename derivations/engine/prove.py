"""Claim and derivation meet, or they do not: two provers, two witnesses, one verdict."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
import time
from dataclasses import dataclass, field

import sympy as sp
from flint import arb_mat, ctx

from derivations.engine import balls
from derivations.engine.board import closed, derive
from derivations.engine.canonical import Unsupported, flint_equal
from derivations.engine.equation import Equation, NearMiss, Verdict
from derivations.engine.normal_form import sympy_zero
from derivations.engine.signs import of_the_table
from derivations.notation import components, k
from derivations.sources import SOURCES
from derivations.witnesses.world import DIGITS, World, mp

SECONDS, WITNESS_DIGITS, WORLDS = 60, 12, 2
PROVERS = ("SymPy normal form", "python-flint canonical form")


@dataclass
class Proof:
    """What was found about one equation. `failures` is empty exactly where the declared verdict holds."""

    id: str
    verdict: Verdict | None
    failures: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    residual_bits: float = float("-inf")
    witness_digits: float | None = None


# ---- provers --------------------------------------------------------------------------------------


@contextlib.contextmanager
def time_limit(seconds):
    """A prover that runs on and on is stopped: it has not proved anything."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_):
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)  # and each second from then on: some code swallows exceptions
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def flint_zero(right, claim, where, assumptions=()) -> bool:
    """The claim is walked as typed, unless it asks for a derivative of something known."""
    known = [w.lhs for w in where]
    calculus = any(
        not isinstance(d.expr, sp.core.function.AppliedUndef) or d.expr in known for d in claim.rhs.atoms(sp.Derivative)
    )
    if calculus:
        return flint_equal(right, balls.unfolded(claim.rhs, where), (), assumptions)
    return flint_equal(right, claim.rhs, where, assumptions)


def proves(right, claim, where, assumptions=()) -> dict[str, bool | str]:
    """The answer of each prover to "is the claim what was derived?": True, False, or why there is no answer."""

    def ask(prover):
        try:
            with time_limit(SECONDS):
                return prover()
        except (Unsupported, TimeoutError, RecursionError) as reason:
            return f"{type(reason).__name__}: {reason}"

    return {
        PROVERS[0]: ask(lambda: sympy_zero(right, claim.rhs, where, assumptions)),
        PROVERS[1]: ask(lambda: flint_zero(right, claim, where, assumptions)),
    }


def assumed(equation: Equation, table):
    """What provers may assume: what the record states, and the ranges of its quantities."""
    return (*equation.assumptions, *of_the_table(table, equation.inputs))


# ---- witnesses -------------------------------------------------------------------------------------


@functools.cache
def worlds(witness):
    """What a witness used and what it measured, as balls."""
    found = []
    for seed in range(WORLDS):
        with mp.workdps(DIGITS):
            used, measured = witness(World(seed))
        found.append(({q: balls.ball(v) for q, v in used.items()}, {q: balls.ball(v) for q, v in measured.items()}))
    return found


def points(equation: Equation, table):
    """Where claim and derivation are compared: random points, or the witness's worlds where functions are abstract."""
    seen = [used for used, _ in worlds(equation.witness)] if equation.witness else []
    values = [v for used in seen for v in used.values()]
    abstract = any(isinstance(one, sp.Basic) for v in values for one in (v if isinstance(v, list) else [v]))
    return seen if abstract else list(balls.points(equation, table))


def digits(equation: Equation, claim, where) -> float:
    """Digits of agreement between a typed claim and the measured quantity, in the worst world."""
    gaps = []
    for used, measured in worlds(equation.witness):
        if claim.lhs in measured:
            seen = measured[claim.lhs]
            seen = arb_mat(len(seen), 1, seen) if isinstance(seen, list) else seen
            gaps.append(balls.relative_gap(balls.value(claim, where, used), seen))
    if not gaps:
        raise ValueError(f"{equation.id}: the witness does not measure {claim.lhs}")
    return -max(gaps) * 0.30103


# ---- verdicts --------------------------------------------------------------------------------------


def complaints(equation: Equation, table) -> list[str]:
    """What is missing in a record so that it could not be printed: rows of the table, inputs, sources."""
    trees = [*equation.claim, *equation.where, *equation.stable]
    bound = {v for tree in trees for e in sp.preorder_traversal(tree) if hasattr(e, "variables") for v in e.variables}
    symbols = {q for tree in trees for q in tree.free_symbols} | set(equation.inputs)
    rowless = sorted(str(q) for q in symbols - bound if q not in table and q.is_Symbol and str(q) not in INDEXED)
    found = [f"`{name}` has no row in derivations/notation/table.py" for name in rowless]
    found += [f"source `{s.key}` is not in derivations/sources.py" for s in equation.sources if s.key not in SOURCES]
    if equation.verdict is not Verdict.DEFINED and not balls.is_identity(equation, table):
        known = {*equation.inputs, *(w.lhs for w in equation.where), *(c.lhs for c in equation.claim)}
        used = set().union(*(_rows(e.rhs, table) for e in trees))
        found += [f"`{table[q].name}` occurs in the claim but is not in `inputs`" for q in used - known]
    return found


INDEXED = ("w",)  # the base of an indexed symbol: its rows are those of its elements


def _rows(tree, table):
    """The quantities of the table that a tree names."""
    return {tree} if tree in table else set().union(*(_rows(arg, table) for arg in tree.args)) - {k, components}


def prove(equation: Equation, table) -> Proof:
    """Run everything that a verdict rests on. Unknown never passes."""
    ctx.prec = balls.BITS
    proof = Proof(equation.id, None)
    if equation.verdict is Verdict.DEFINED:
        proof.verdict = Verdict.DEFINED
        return proof
    proof.failures += complaints(equation, table)
    clock = time.perf_counter()

    def lap(name):
        nonlocal clock
        now = time.perf_counter()
        proof.seconds[name], clock = now - clock, now

    results = closed(derive(equation, table)[0])
    lap("derive")
    answers, known = [], assumed(equation, table)
    for right, claim in zip(results, equation.claim, strict=True):
        answers.append((f"claim {claim.lhs}", proves(right.rhs, claim, equation.names(claim), known)))
    typed = {c.lhs: c for c in equation.claim}
    for better in equation.stable:
        names = equation.names(typed[better.lhs])
        same = balls.unfolded(typed[better.lhs].rhs, names)
        answers.append((f"stable form of {better.lhs}", proves(same, better, names, known)))
    proof.failures += [f"{name}: not proved: {a}" for name, a in answers if not all(v is True for v in a.values())]
    lap("prove")
    agree = True
    for point in points(equation, table):
        for right, claim in zip(results, equation.claim, strict=True):
            a, b = balls.value(claim, equation.names(claim), point), balls.derived_value(right.rhs, point)
            agree = agree and not balls.separated(a, b)
            proof.residual_bits = max(proof.residual_bits, balls.relative_gap(a, b))
    if not agree or proof.residual_bits > -120:
        proof.failures.append(f"the balls of claim and derivation differ: 2^{proof.residual_bits:.0f}")
    lap("balls")
    if equation.witness is None:
        proof.failures.append("no witness says what the quantity means")
    else:
        proof.witness_digits = min(digits(equation, claim, equation.names(claim)) for claim in equation.claim)
        if proof.witness_digits < WITNESS_DIGITS:
            agree = False
            proof.failures.append(f"the measured quantity agrees in {proof.witness_digits:.1f} digits only")
    proof.failures += [
        f"limit of {limit.output}: {found}" for limit in equation.limits if (found := limit_error(equation, limit))
    ]
    lap("witness")
    proved = agree and all(v is True for _, a in answers for v in a.values())
    proof.verdict = Verdict.PROVED if proved else Verdict.CHECKED if agree else None
    if proof.verdict is not equation.verdict:
        proof.failures.append(
            f"declared {equation.verdict.name}, found {proof.verdict.name if proof.verdict else 'no proof'}"
        )
    return proof


def proof_of(id: str) -> Proof:
    """The proof of the equation with this id: what a process of its own is asked for."""
    from derivations import equations
    from derivations.notation import TABLE

    (equation,) = (e for e in equations() if e.id == id)
    return prove(equation, TABLE)


def limit_error(equation: Equation, limit) -> str:
    """One-sided limits, taken as t = point -+ u with u -> 0+ (SymPy's own go wrong), and then by numbers."""
    claim = {c.lhs: c for c in equation.claim}[limit.output]
    u, t = sp.Symbol("u", positive=True), next(q for q in equation.inputs if str(q) == "t")
    near = balls.unfolded(claim.rhs, equation.names(claim)).xreplace(
        {t: limit.point + (u if limit.side == "+" else -u)}
    )
    found = sp.limit(near, u, 0, "+")
    if sp.simplify(found - limit.value) != 0 if limit.value.is_finite is not False else found != limit.value:
        return f"declared {limit.value}, found {found}"
    with mp.workdps(60):
        parameters = {q: sp.Rational(1, 3) + i for i, q in enumerate(sorted(near.free_symbols - {u}, key=str))}
        values = [near.xreplace(parameters | {u: sp.Rational(1, 10**n)}).evalf(40) for n in (10, 14)]
        aim = limit.value.xreplace(parameters)
        ok = (
            abs(values[1]) > abs(values[0]) and values[1] * aim > 0
            if aim.is_infinite
            else abs(values[1] - aim) < sp.Rational(1, 10**5)
        )
        return "" if ok else f"declared {limit.value}, but the numbers go to {values}"


def rejections(equation: Equation, miss: NearMiss, table) -> dict[str, bool]:
    """The ways in which a near miss must fall: a ball that excludes zero, no proof, and the meaning differs."""
    ctx.prec = balls.BITS
    results = closed(derive(equation, table)[0])
    wrong, where = equation.with_mistake(miss)
    i = [c.lhs for c in equation.claim].index(wrong.lhs)
    right, claim = results[i], equation.claim[i]
    apart = [
        balls.separated(balls.value(wrong, where, p), balls.value(claim, equation.names(claim), p))
        for p in points(equation, table)
    ]
    answers = proves(right.rhs, wrong, where, assumed(equation, table))
    return {
        "balls": any(apart),
        "provers": not any(v is True for v in answers.values()),
        "witness": equation.witness is not None and digits(equation, wrong, where) < 2,
    }

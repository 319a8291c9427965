"""Claim and derivation meet, or they do not: two provers, two witnesses, one verdict."""

from __future__ import annotations

import builtins
import contextlib
import keyword
import math
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import sympy as sp
from flint import arb_mat, ctx
from sympy.core.function import AppliedUndef

from derivations.engine import balls, derivative, measure
from derivations.engine.calculus import evaluated
from derivations.engine.canonical import Unsupported, flint_equal
from derivations.engine.definitions import definition_failures
from derivations.engine.equation import Equation, NearMiss, Verdict
from derivations.engine.hidden import PLACES, Hidden
from derivations.engine.lines import flattened, untrue
from derivations.engine.measure import NotANumber, Worlds
from derivations.engine.naming import misnamed
from derivations.engine.normal_form import sympy_zero
from derivations.engine.reach import overreaching
from derivations.engine.roots import unreal
from derivations.engine.seen import narrow, unseen
from derivations.engine.signs import Signs, of_the_table
from derivations.engine.snapshot import Snapshot, of
from derivations.notation import TABLE, base_density, components, first_map, image_density, k, map_of, next_map, t
from derivations.sources import SOURCES
from derivations.witnesses.world import mp

SECONDS, WITNESS_DIGITS = 60, 12
RESIDUAL_BITS = -120
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
    """The claim is walked as typed."""
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


def points(equation: Equation, table, worlds: Worlds = ()) -> list[dict]:
    """Where claim and derivation are compared: random points, or the witness's worlds where functions are abstract."""
    seen = [used for used, _ in worlds]
    values = [v for used in seen for v in used.values()]
    abstract = any(isinstance(one, sp.Basic) for v in values for one in (v if isinstance(v, list) else [v]))
    found = seen if abstract else list(balls.points(equation, table))
    if not found:
        raise NotANumber(f"{equation.id}: no point at which claim and derivation could be compared")
    return found


def digits(equation: Equation, claim, where, worlds: Worlds) -> float:
    """Digits of agreement between a typed claim and the measured quantity, in the worst world.

    Every world measures the quantity, and there is a finite number on both sides: one bad world hides no other.
    """
    if not worlds:
        raise NotANumber(f"{equation.id}: the witness has no world")
    worst = math.inf
    for number, (used, measured) in enumerate(worlds):
        if claim.lhs not in measured:
            raise NotANumber(f"{equation.id}: the witness does not measure {claim.lhs} in world {number}")
        seen = measured[claim.lhs]
        seen = arb_mat(len(seen), 1, seen) if isinstance(seen, list) else seen
        said = finite(balls.value(claim, where, used), f"the claim about {claim.lhs} in world {number}")
        worst = min(worst, -balls.relative_gap(said, finite(seen, f"the measured {claim.lhs} in world {number}")))
    return worst * 0.30103


def finite(value, what):
    """The ball, or the matrix of balls, if it is one of finite numbers."""
    entries = value.entries() if isinstance(value, arb_mat) else [value]
    if not entries or not all(one.is_finite() for one in entries):
        raise NotANumber(f"{what} is not a finite number")
    return value


# ---- verdicts --------------------------------------------------------------------------------------


def complaints(equation: Equation, table) -> list[str]:
    """What is missing in a record so that it could not be printed: rows of the table, inputs, sources."""
    trees = [*equation.claim, *equation.where, *equation.stable]
    every = [*trees, *equation.assumptions, *(limit.value for limit in equation.limits)]
    found = [f"{tree} is no equation" for tree in trees if type(tree) is not sp.Eq]
    found += [f"{tree} has a number that is not exact" for tree in every if tree.atoms(sp.Float)]
    known = {_spelt(q) for row in table for q in row.atoms(sp.Symbol, AppliedUndef)}
    strange = {_spelt(q) for tree in every for q in tree.atoms(sp.Symbol, AppliedUndef)} - known - BOUND
    strange |= {_spelt(q) for tree in equation.inputs for q in tree.atoms(sp.Symbol, AppliedUndef)} - known
    found += [f"`{name}` has no row in derivations/notation/table.py" for name, _ in sorted(strange, key=str)]
    found += _unprintable(equation) + _unnameable(equation)
    found += [f"{e} is a logarithm to another base" for tree in every for e in tree.atoms(sp.log) if len(e.args) > 1]
    found += [f"{a} is no assumption: one is a strict or weak inequality" for a in _no_inequalities(equation)]
    ends = {(0, "+"), (1, "-")}
    found += [f"a limit at {one.point}{one.side}" for one in equation.limits if (one.point, one.side) not in ends]
    found += [f"source `{s.key}` is not in derivations/sources.py" for s in equation.sources if s.key not in SOURCES]
    if equation.verdict is not Verdict.DEFINED and not balls.is_identity(equation, table):
        known = {*equation.inputs, *(w.lhs for w in equation.where), *(c.lhs for c in equation.claim)}
        used = set().union(*(_rows(e.rhs, table) for e in trees)) - known
        for i, claim in enumerate(equation.claim):  # an output may call the outputs before it, and no other
            later = {c.lhs for c in equation.claim[i:]} - {*equation.inputs, *(w.lhs for w in equation.where)}
            used |= _rows(claim.rhs, table) & later
        found += [f"`{table[q].name}` occurs in the claim but is not in `inputs`" for q in used]
    return found


def _unprintable(equation: Equation) -> list[str]:
    """Words that would end the docstring that they are printed in, or the line."""
    lines = [equation.title, equation.scope, *(s.where for s in equation.sources), *equation.near_misses]
    words = [*lines, equation.text, *(miss.made_in for miss in equation.near_misses.values())]
    found = [f"the words have {mark}: {one!r}" for mark in ('"""', "\\N") for one in words if mark in one]
    return found + [f"the words go over lines: {one!r}" for one in lines if len(one.splitlines()) > 1]


TAKEN = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "math", "np", "torch", "xp"}


def _unnameable(equation: Equation) -> list[str]:
    """Names that Python, or the code around a printed function, has for something else; inputs named twice."""
    words = [word for id in (equation.id, *equation.also_known_as) for word in id.split(".")]
    found = [f"`{one}` is no name for a function" for one in words if not one.isidentifier() or one in TAKEN]
    return found + [f"{q} is an input twice" for q in set(equation.inputs) if equation.inputs.count(q) > 1]


def _no_inequalities(equation: Equation) -> list:
    return [a for a in equation.assumptions if getattr(a, "rel_op", None) not in (">", ">=", "<", "<=")]


def _spelt(q) -> tuple:
    """Name and signs of a symbol or an unknown function: one of the table is one with both."""
    made = type(q) if isinstance(q, AppliedUndef) else q
    signs = getattr(made, "_assumptions_orig", None) or getattr(made, "_kwargs", {})
    name = made.__name__ if isinstance(q, AppliedUndef) else q.name
    return name, tuple(sorted((sign, value) for sign, value in signs.items() if value is not None))


# Beside rows: maps and densities without a row of their own, and the sides of a limit.
BOUND = {_spelt(f(t)) for f in (map_of, first_map, next_map, image_density, base_density)} | {("+", ()), ("-", ())}


def _rows(tree, table):
    """The quantities of the table that a tree names."""
    return {tree} if tree in table else set().union(*(_rows(arg, table) for arg in tree.args)) - {k, components}


def judge(snapshot: Snapshot, id: str, worlds: Worlds | str, others: Iterable[dict] = ()) -> Proof:
    """Everything that a verdict rests on: the record and the steps as the snapshot has them, the worlds of its
    witness, or why there are none, and those of all `others`, in which the lines on the way are looked up. Unknown
    never passes; whatever breaks down has not been shown."""
    equation, table = snapshot.records[id], snapshot.table
    ctx.prec = balls.BITS
    proof = Proof(equation.id, None)
    if equation.verdict is Verdict.DEFINED:
        proof.verdict = Verdict.DEFINED
        proof.failures += definition_failures(equation, table, worlds if equation.witness else None, snapshot.records)
        return proof
    proof.failures += complaints(equation, table)
    if isinstance(worlds, str):
        proof.failures.append(f"no witness says what the quantity means: {worlds}")
        worlds = []
    if _no_inequalities(equation):
        return proof
    clock = time.perf_counter()

    @contextlib.contextmanager
    def part(name):
        nonlocal clock
        try:
            yield
        except Exception as broken:
            proof.failures.append(f"{name}: {type(broken).__name__}: {broken}")
        now = time.perf_counter()
        proof.seconds[name], clock = now - clock, now

    results, answers, agree, measured, known = [], [], False, False, ()
    with part("assumptions"):
        proof.failures += _outside(equation, worlds)
    with part("derive"):
        results = snapshot.replay(id).closed
    if not results:
        return proof
    with part("scope"):
        proof.failures += overreaching(snapshot, equation)
    with part("prove"):
        known = assumed(equation, table)
        proof.failures += Hidden(table).complaints(equation)
        for right, claim in zip(results, equation.claim, strict=True):
            answers.append((f"claim {claim.lhs}", proves(right.rhs, claim, equation.names(claim), known)))
        typed = {c.lhs: c for c in equation.claim}
        for better in equation.stable:
            names = equation.names(typed[better.lhs])
            same = derivative.unfolded(typed[better.lhs].rhs, names)
            answers.append((f"stable form of {better.lhs}", proves(same, better, names, known)))
        proof.failures += [f"{name}: not proved: {a}" for name, a in answers if not all(v is True for v in a.values())]
    same = lambda right, typed, names: set(proves(right, typed, names, known).values()) == {True}  # noqa: E731
    with part("roots"):
        proof.failures += unreal(equation, results, Signs(known), same)
    with part("balls"):
        places = points(equation, table, worlds)
        agree = _agree(equation, results, places, proof)
        proof.failures += _apart_at_the_ends(equation, table, places[0])
    with part("witness"):
        proof.witness_digits = min(digits(equation, c, equation.names(c), worlds) for c in equation.claim)
        measured = proof.witness_digits >= WITNESS_DIGITS
        if not measured:
            proof.failures.append(f"the measured quantity agrees in {proof.witness_digits:.1f} digits only")
    with part("seen"):
        proof.failures += [*narrow(snapshot, equation, worlds), *unseen(equation, worlds)]
    with part("lines"):
        if others:
            proof.failures += untrue(snapshot.replay(id), flattened(worlds), others)
    with part("names"):
        proof.failures += misnamed(snapshot, equation, worlds, same)
    with part("limits"):
        proof.failures += [
            f"limit of {limit.output}: {found}"
            for limit in equation.limits
            if (found := limit_error(equation, limit, table))
        ]
    proved = bool(answers) and all(v is True for _, a in answers for v in a.values())
    agree = agree and measured
    if agree and not proved:
        proof.verdict = Verdict.CHECKED
    elif agree and not proof.failures:
        proof.verdict = Verdict.PROVED
    if proof.verdict is not equation.verdict and (proof.verdict or not proof.failures):
        found = proof.verdict.name if proof.verdict else "no proof"
        proof.failures.append(f"declared {equation.verdict.name}, found {found}")
    return proof


def _agree(equation: Equation, results, places, proof: Proof) -> bool:
    """Do the balls of claim, derivation and stable form meet at every point, each a finite and narrow one?"""
    stable = {s.lhs: s for s in equation.stable}
    worst = -math.inf
    for number, point in enumerate(places):
        for right, claim in zip(results, equation.claim, strict=True):
            names, where = equation.names(claim), f"{claim.lhs} at point {number}"
            a = finite(balls.value(claim, names, point), f"the claim about {where}")
            others = [finite(balls.derived_value(right.rhs, point), f"the derived {where}")]
            if claim.lhs in stable:
                others.append(finite(balls.value(stable[claim.lhs], names, point), f"the stable form of {where}"))
            for b in others:
                if balls.separated(a, b):
                    proof.failures.append(f"the balls differ: {where}")
                    return False
                worst = max(worst, balls.relative_gap(a, b))
    proof.residual_bits = worst
    if worst > RESIDUAL_BITS:
        proof.failures.append(f"the balls are too wide to say that they agree: 2^{worst:.0f}")
        return False
    return True


def _apart_at_the_ends(equation: Equation, table, place) -> list[str]:
    """Stable forms that differ from their claims where a domain ends, and both have a value."""
    found, stable = [], {s.lhs: s for s in equation.stable}
    for claim in (claim for claim in equation.claim if claim.lhs in stable):
        names = equation.names(claim)
        for q, end, there in balls.at_the_ends(place, table):
            values = [balls.value(one, names, there) for one in (claim, stable[claim.lhs])]
            entries = [v.entries() if isinstance(v, arb_mat) else [v] for v in values]
            if all(one.is_finite() for v in entries for one in v) and balls.separated(*values):
                found.append(f"claim and stable form of {claim.lhs} differ at {q} = {end}")
    return found


def _outside(equation: Equation, worlds: Worlds) -> list[str]:
    """The assumptions that are certainly not met in a world where what they speak of has a value: what is measured
    there says nothing of the claim."""
    found = []
    for number, (used, measured) in enumerate(worlds):
        for one in equation.assumptions:
            try:
                gaps = balls.derived_value(evaluated(one.lhs) - evaluated(one.rhs), measured | used)
            except TypeError:  # it speaks of something that has no value there
                continue
            gaps = gaps.entries() if isinstance(gaps, arb_mat) else [gaps]
            broken = {">": lambda g: g <= 0, ">=": lambda g: g < 0, "<": lambda g: g >= 0, "<=": lambda g: g > 0}
            if any(map(broken[one.rel_op], gaps)):
                found.append(f"world {number} lies outside: {one}")
    return found


def prove(equation: Equation, table) -> Proof:
    """The verdict of one record, registered or not, in this process."""
    if equation.verdict is Verdict.DEFINED:
        return Proof(equation.id, Verdict.DEFINED, definition_failures(equation, table))
    try:
        worlds = measure.worlds(equation.witness) if equation.witness else "none is named"
    except Exception as broken:
        worlds = f"{type(broken).__name__}: {broken}"
    return judge(of(equation, table=table), equation.id, worlds)


def limit_error(equation: Equation, limit, table=TABLE) -> str:
    """One-sided limits, taken as t = point -+ u with u -> 0+ (SymPy's own go wrong), and then by numbers."""
    claim = {c.lhs: c for c in equation.claim}[limit.output]
    u, times = sp.Symbol("u", positive=True), [q for q in equation.inputs if str(q) == "t"]
    if not times or limit.side not in ("+", "-"):
        return f"a limit is one in time, from above or from below; got side {limit.side!r}"
    names = equation.names(claim)
    moving = Hidden(table).movers(claim.rhs, times[0], {name.lhs: name.rhs for name in names})
    held = PLACES if table[limit.output].slope is not None else ()  # of a field, the limit at a place
    if moving := [q for q in moving if q not in (*held, *equation.constant)]:
        return f"{moving} may move with time, and does not show it"
    near = balls.unfolded(claim.rhs, names).xreplace({times[0]: limit.point + (u if limit.side == "+" else -u)})
    found = sp.limit(near, u, 0, "+")
    if found.has(sp.nan, sp.zoo, sp.Limit, sp.AccumBounds):
        return f"declared {limit.value}, found {found}"
    if sp.simplify(found - limit.value) != 0 if limit.value.is_finite is not False else found != limit.value:
        return f"declared {limit.value}, found {found}"
    return next(filter(None, (_limit_in_numbers(limit, near, u, shift) for shift in SHIFTS)), "")


# Parameters at which a limit is tried, below and above one; near the end the numbers know some four digits.
SHIFTS = (sp.Rational(1, 3), sp.Rational(7, 5), sp.Rational(12, 5))


def _limit_in_numbers(limit, near, u, shift) -> str:
    with mp.workdps(60):
        parameters = {q: shift + i for i, q in enumerate(sorted(near.free_symbols - {u}, key=str))}
        values = [near.xreplace(parameters | {u: sp.Rational(1, 10**n)}).evalf(40) for n in (10, 14)]
        aim = limit.value.xreplace(parameters)
        if not all(v.is_number and v.is_real and v.is_finite for v in values):
            return f"declared {limit.value}, but the numbers next to it are {values}"
        ok = (
            abs(values[1]) > abs(values[0]) and values[1] * aim > 0
            if aim.is_infinite
            else abs(values[1] - aim) < sp.Rational(1, 10**5)
        )
        return "" if ok else f"declared {limit.value}, but the numbers go to {values}"


def rejections(snapshot: Snapshot, id: str, miss: NearMiss, worlds: Worlds) -> dict[str, bool]:
    """The ways in which a near miss must fall: a ball that excludes zero, no proof, and the meaning differs. Where the
    wrong formula has no number in a world, it has been refused there."""
    ctx.prec = balls.BITS
    equation = snapshot.records[id]
    wrong, where = equation.with_mistake(miss)
    i = [c.lhs for c in equation.claim].index(wrong.lhs)
    right, claim = snapshot.replay(id).closed[i], equation.claim[i]
    apart = [
        balls.separated(balls.value(wrong, where, p), finite(balls.value(claim, equation.names(claim), p), "the claim"))
        for p in points(equation, snapshot.table, worlds)
    ]
    answers = proves(right.rhs, wrong, where, assumed(equation, snapshot.table))
    right_one = digits(equation, claim, equation.names(claim), worlds) >= WITNESS_DIGITS
    try:
        differs = digits(equation, wrong, where, worlds) < 2
    except NotANumber:
        differs = True
    return {
        "balls": any(apart),
        "provers": not any(v is True for v in answers.values()),
        "witness": right_one and differs,
    }


def rejected(equation: Equation, miss: NearMiss, table) -> dict[str, bool]:
    """The same of a record in this process."""
    worlds = measure.worlds(equation.witness) if equation.witness else []
    return rejections(of(equation, table=table), equation.id, miss, worlds)

"""Whether a definition says what the quantities mean: its two sides, evaluated in the worlds of its witness.

The rule, for explicit and implicit formulas alike: the left side is evaluated from what the witness *measured*
alone, the right side from all that it used and measured, and both agree in at least 12 digits in every world. A
definition without a witness has to be a mere name.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_mat, ctx
from sympy.core.function import AppliedUndef

from derivations.engine import balls, measure
from derivations.engine.calculus import evaluated
from derivations.engine.equation import EQUATIONS, Equation
from derivations.engine.measure import Worlds
from derivations.engine.names import is_mere_name
from derivations.witnesses.world import Law

ENOUGH = 12
REACH, PANEL_NODES = 10, 30  # of an integral over the line; nodes in a panel of width one where it ends at a place
SIGNS = sp.Integral | sp.Limit


@dataclass(frozen=True)
class Scene:
    """One world as the witness saw it, in balls: numbers, functions that stand in for abstract ones, laws, and
    columns with an entry for each component."""

    numbers: dict
    functions: dict
    laws: dict
    columns: dict


def known_to(witness) -> set:
    """The quantities that have a value of their own in its worlds."""
    used, measured = measure.worlds(witness)[0]
    return used.keys() | measured.keys()


def scene(values: dict) -> Scene:
    """The values of a world by their kind."""
    laws = {q: v.atoms for q, v in values.items() if isinstance(v, Law)}
    columns = {q: v for q, v in values.items() if isinstance(v, list)}
    functions = {q: v for q, v in values.items() if isinstance(v, sp.Basic)}
    rest = values.keys() - laws.keys() - columns.keys() - functions.keys()
    return Scene({q: values[q] for q in rest}, functions, laws, columns)


def value(tree, world: Scene) -> list[arb]:
    """The value of a typed side; one for each component where components occur outside of sums."""
    parts = set(sp.preorder_traversal(tree))
    columns = {q: v for q, v in world.columns.items() if q in parts}
    rows = _rows(columns)
    names = {d: v for row in rows for d, v in row.values() if d is not None}
    rows = [{q: v if d is None else d for q, (d, v) in row.items()} for row in rows]
    fixed = {q: sp.Dummy() for q in world.numbers if q in parts and not q.is_Symbol}
    with sp.evaluate(False):  # what is put in changes nothing else in the tree
        tree = _over_rows(tree.xreplace(fixed), rows)
        trees = [tree.xreplace(row) for row in rows] if any(tree.has(q) for q in columns) else [tree]
        trees = [one.xreplace(world.functions) for one in trees]
    known = {fixed.get(q, q): v for q, v in world.numbers.items()} | names
    return [_number(_carried_out(one), known, world.laws) for one in trees]


def _rows(columns) -> list[dict]:
    """For each component its entries: a number with a name of its own, or an expression."""
    count = max(map(len, columns.values()), default=0)
    return [
        {q: (None, v[i]) if isinstance(v[i], sp.Basic) else (sp.Dummy(), v[i]) for q, v in columns.items()}
        for i in range(count)
    ]


def _over_rows(tree, rows):
    return tree.replace(
        lambda e: isinstance(e, sp.Sum), lambda e: sp.Add(*(e.function.xreplace(row) for row in rows), evaluate=False)
    )


def _carried_out(tree):
    """Every derivative of something that is known by now."""
    return tree.replace(lambda e: isinstance(e, sp.Derivative), lambda e: e.doit())


# ---- integrals and limits in numbers ---------------------------------------------------------------------------


def _number(tree, known, laws) -> arb:
    """The ball of a tree in which nothing is abstract any more, but for laws under an integral sign."""
    signs = {}
    for sign in _outermost(tree):
        signs[sp.Dummy()] = sign
    inside = {
        d: (_integral if isinstance(sign, sp.Integral) else _limit)(sign, known, laws) for d, sign in signs.items()
    }
    return balls.evaluate(tree.xreplace({sign: d for d, sign in signs.items()}), {**known, **inside})


def _outermost(tree):
    if isinstance(tree, SIGNS):
        return [tree]
    return [sign for arg in tree.args for sign in _outermost(arg)]


def _integral(sign, known, laws) -> arb:
    variables = [limit[0] for limit in sign.limits]
    for law in sign.function.atoms(AppliedUndef) & laws.keys():
        once, twice = (_over_places(sign.function.xreplace({law: sp.Integer(n)}), law, known, laws) for n in (1, 2))
        if not (twice - 2 * once).contains(0):
            raise ValueError(f"{law} is a law of a few places, and stands as a factor under an integral sign only")
        return once
    deep = len(variables) + sum(len(inner.limits) for inner in sign.function.atoms(sp.Integral))
    nodes = [list(_nodes(limit, 8 if deep == 1 else 3, known, laws)) for limit in sign.limits]
    plain = not any(isinstance(e, SIGNS) for e in sp.preorder_traversal(sign.function))
    names, (body,) = sp.cse(evaluated(sign.function)) if plain else ([], (sign.function,))
    total = arb(0)
    for places in itertools.product(*nodes):
        at = known | {q: place for q, (place, _) in zip(variables, places, strict=True)}
        for name, part in names:
            at[name] = balls.evaluate(part, at)
        share = balls.evaluate(body, at) if plain else _number(body, at, laws)
        for _, weight in places:
            share *= weight
        total += share
    return total


def _over_places(body, law, known, laws) -> arb:
    return sum((p * _number(body, known | at, laws) for p, at in laws[law]), arb(0))


def _nodes(limit, fine, known, laws):
    """Places and weights: the trapezoidal rule over the line, rules of Gauss and Legendre up to an end."""
    _, low, high = limit
    if (low, high) == (-sp.oo, sp.oo):
        yield from ((arb(i) / fine, arb(1) / fine) for i in range(-REACH * fine, REACH * fine + 1))
        return
    start = arb(-REACH - 2) if low is -sp.oo else _number(low, known, laws)
    end, panels = _number(high, known, laws), 2 * REACH
    half = (end - start) / panels / 2
    for panel in range(panels):
        for i in range(PANEL_NODES):
            place, weight = arb.legendre_p_root(PANEL_NODES, i, weight=True)
            yield start + half * (2 * panel + 1 + place), half * weight


def _limit(sign, known, laws) -> arb:
    """Values at three places ever closer, extrapolated to the end: the error is of the third order in 2^-30."""
    inside, variable, point, side = sign.args
    h = arb(2) ** -30 if str(side) == "+" else -(arb(2) ** -30)
    end = _number(point, known, laws)
    far, near, nearest = (_number(inside, known | {variable: end + h / n}, laws) for n in (1, 2, 4))
    return (far - 6 * near + 8 * nearest) / 3


# ---- the judge ---------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def right_side(tree, where, witness, number: int) -> tuple[arb, ...]:
    """The value of a typed right side in one of the worlds of a witness."""
    return _right_side(tree, where, measure.worlds(witness)[number])


def _right_side(tree, where, world) -> tuple[arb, ...]:
    ctx.prec = balls.BITS
    for name in reversed(where):
        tree = tree.xreplace({name.lhs: name.rhs})
    used, measured = world
    return tuple(value(tree, scene(measured | used)))


def agreement(claim: sp.Eq, where, worlds: Worlds) -> float:
    """Digits to which the sides of a typed formula agree, for each component where it is about components, in the worst
    world: the first that refuses it decides. What has no value is no agreement."""
    worst = float("inf")
    if not worlds:
        raise ValueError(f"{claim.lhs}: the witness has no world")
    for world in worlds:
        right = _right_side(claim.rhs, where, world)
        left = value(claim.lhs, scene(world[1]))
        count = max(len(left), len(right))
        if any(len(side) not in (1, count) for side in (left, right)):
            raise ValueError(f"{claim.lhs}: {len(left)} values on the left side, {len(right)} on the right")
        pairs = zip(left * (count // len(left)), right * (count // len(right)), strict=True)
        worst = min(worst, *(_digits(a, b) for a, b in pairs))
        if not worst >= ENOUGH:
            break
    return worst


def _digits(a, b) -> float:
    if isinstance(a, arb_mat):
        return min(_digits(p, q) for p, q in zip(a.entries(), b.entries(), strict=True))
    if not (a.is_finite() and b.is_finite()):
        return float("-inf")
    gap, size = abs(a - b).abs_upper(), max(abs(a).abs_upper(), abs(b).abs_upper())
    if b == 0:  # a formula that says zero is held against one
        size = arb(1)
    return 60.0 if gap == 0 else float(-(gap / size).log() / arb(10).log())


def definition_failures(equation: Equation, table, worlds: Worlds | str | None = None, records=None) -> list[str]:
    """What speaks against a definition and against what it names on the way: a formula that its witness does not bear
    out, or, where there is no witness, one that is more than a name. `worlds` are what the witness measured, or why
    there are none; without them it measures here. `records` are all that there are."""
    if equation.witness is None:
        return [
            f"{claim.lhs}: no witness says what it means, and it is no mere name"
            for claim in (*equation.where, *equation.claim)
            if not is_mere_name(equation, claim, (EQUATIONS if records is None else records).values(), table)
        ]
    if worlds is None:
        try:
            worlds = measure.worlds(equation.witness)
        except Exception as broken:
            worlds = f"{type(broken).__name__}: {broken}"
    if isinstance(worlds, str):
        return [f"the witness has not measured: {worlds}"]
    found = []
    for claim in (*equation.where, *equation.claim):
        try:
            digits = agreement(claim, equation.where, worlds)
        except (TypeError, ValueError, KeyError, ZeroDivisionError) as reason:
            found.append(f"{claim.lhs}: the witness gives it no value: {reason}")
            continue
        if not digits >= ENOUGH:
            found.append(f"{claim.lhs}: the measured quantity agrees in {digits:.1f} digits only")
    return found

"""The mutants of one equation: wrong records and wrong functions, each with a name that says what is wrong."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import sympy as sp

from derivations.engine.definitions import known_to
from derivations.engine.equation import Equation, Verdict
from derivations.engine.print_code import function, is_function, near_misses
from derivations.mutation import code, premises, trees
from derivations.notation import TABLE, t

KINDS = ("claim", "code", "stable", "limit", "experiment", "renaming", "assumption", "definition", "notation")
PREMISES = ("renaming", "assumption")  # what a derivation starts from: the judge as a whole is asked
AXIOMS = ("definition", "notation")  # what there is no proof of: their witnesses alone stand between them and a mistake


@dataclass(frozen=True)
class Mutant:
    """One mistake. A record that is wrong, or a source that is; the other one is as committed.

    `output` is the quantity whose formula is wrong (None: an intermediate, which spoils any of them), and `at` the
    place of a wrong limit in the record.
    """

    equation: str
    kind: str
    operator: str
    name: str
    record: Equation = field(repr=False)
    output: sp.Expr | None = None
    source: str = field(default="", repr=False)
    at: int = 0

    @property
    def title(self) -> str:
        return f"{self.equation}, {self.kind}: {self.name}"


def printed(equation: Equation) -> str:
    """The function that the equation prints, or the stand-in on which the experiment of an identity runs."""
    if is_function(equation, TABLE):
        return function(equation, "array_api", TABLE, doc="Mutant.").text
    stand_in = near_misses(equation, TABLE).get(equation.name) if equation.experiment else None
    return stand_in.text if stand_in else ""


def mutants(equation: Equation, kinds: tuple[str, ...] = ()) -> list[Mutant]:
    """All of them, or those of some kinds; no two alike, in a fixed order."""
    if equation.verdict is Verdict.DEFINED:
        found = list(_of_a_row(equation) if equation.chapter == "notation" else _of_a_definition(equation))
    else:
        made = [_of_trees, _of_limits, _of_code] if not kinds or set(kinds) - set(PREMISES) else []
        found = [mutant for make in (*made, _of_premises) for mutant in make(equation)]
    found = [one for one in found if not kinds or one.kind in kinds]
    names: dict[tuple[str, str], int] = defaultdict(int)
    distinct = []
    for one in found:
        key = (one.kind, one.name)
        names[key] += 1
        distinct.append(one if names[key] == 1 else replace(one, name=f"{one.name} [{names[key]}]"))
    return distinct


def _of_trees(equation: Equation) -> Iterator[Mutant]:
    """Of claims, of the author's intermediates, and of stable forms."""
    left = [c.lhs for c in equation.claim]
    about = (
        set() if is_function(equation, TABLE) else trees.quantities(e.rhs for e in (*equation.where, *equation.claim))
    )
    many = len(equation.claim) + len(equation.where) > 1
    for role, lines in (("claim", equation.claim), ("where", equation.where), ("stable", equation.stable)):
        for i, line in enumerate(lines):
            if role == "where":
                before = (*equation.inputs, *(w.lhs for w in equation.where[:i]))
            else:
                before = (*equation.inputs, *(w.lhs for w in equation.where), *left[: left.index(line.lhs)])
            usable = set(before) | about  # identities need not list what they are about
            seen = {line.rhs}
            for operator, words, wrong in trees.mistakes(line.rhs, usable):
                if wrong in seen:
                    continue
                seen.add(wrong)
                spoiled = (*lines[:i], sp.Eq(line.lhs, wrong, evaluate=False), *lines[i + 1 :])
                of = f" (in {trees.shown(line.lhs)})" if many or role == "stable" else ""
                kind = "stable" if role == "stable" else "claim"
                record = replace(equation, **{role: spoiled})
                yield Mutant(equation.id, kind, operator, words + of, record, None if role == "where" else line.lhs)


def _of_a_definition(equation: Equation) -> Iterator[Mutant]:
    """Of the right side of each formula, and of the author's intermediates: with what its witness knows, and a factor
    that is less than two. A formula that says zero says something else."""
    known = known_to(equation.witness) & set(TABLE) if equation.witness else set()
    for role, lines in (("claim", equation.claim), ("where", equation.where)):
        for i, line in enumerate(lines):
            seen = {line.rhs}
            with sp.evaluate(False):
                more = [("factor 2", "factor 3/2 on the whole", sp.Rational(3, 2) * line.rhs)]
            for operator, words, wrong in (*more, *trees.mistakes(line.rhs, known)):
                if wrong in seen:
                    continue
                seen.add(wrong)
                of = f" (in {trees.shown(line.lhs)})" if len(equation.claim) + len(equation.where) > 1 else ""
                spoiled = (*lines[:i], sp.Eq(line.lhs, wrong, evaluate=False), *lines[i + 1 :])
                record = replace(equation, **{role: spoiled})
                yield Mutant(
                    equation.id, "definition", operator, words + of, record, None if role == "where" else line.lhs
                )


def _of_a_row(equation: Equation) -> Iterator[Mutant]:
    """What a row says of a rate, slope or expectation: zero, of the other sign, twice or half as much again, or another
    quantity that the witness knows."""
    (line,) = equation.claim
    changes = [("sign", f"-({line.rhs})", -line.rhs), ("factor 2", f"2 ({line.rhs})", 2 * line.rhs),
               ("factor 2", f"3/2 ({line.rhs})", 3 * line.rhs / 2), ("term dropped", f"0 for {line.rhs}", sp.S.Zero),
               ("shifted index", f"1 for {line.rhs}", sp.S.One)]  # fmt: skip
    for q in sorted(known_to(equation.witness) & set(TABLE), key=str):
        changes.append(("swapped symbols", f"{TABLE[q].name} for {line.rhs}", q))
    for operator, words, wrong in changes:
        if wrong != line.rhs:
            record = replace(equation, claim=(sp.Eq(line.lhs, wrong, evaluate=False),))
            yield Mutant(equation.id, "notation", operator, words, record, line.lhs)


def _of_limits(equation: Equation) -> Iterator[Mutant]:
    for i, limit in enumerate(equation.limits):
        of = f" (limit of {trees.shown(limit.output)} at {limit.point})"
        other = sp.S.One if limit.value == 0 else -limit.value
        changes = [
            ("sign", f"{other} for {limit.value}", replace(limit, value=other)),
            ("reversed time", f"at {1 - limit.point}",
             replace(limit, point=1 - limit.point, side="+-"[limit.side == "+"])),
            ("infinite", "infinite" if limit.value.is_finite else "finite",
             replace(limit, value=sp.oo if limit.value.is_finite else sp.S.One)),
        ]  # fmt: skip
        if limit.value.is_finite and limit.value != 0:
            changes += [
                ("factor 2", f"{2 * limit.value} for {limit.value}", replace(limit, value=2 * limit.value)),
                ("term dropped", f"0 for {limit.value}", replace(limit, value=sp.S.Zero)),
                ("2 and 1/2", f"{limit.value / 2} for {limit.value}", replace(limit, value=limit.value / 2)),
            ]
        if t in equation.inputs:
            for operator, words, wrong in changes:
                limits = (*equation.limits[:i], wrong, *equation.limits[i + 1 :])
                yield Mutant(
                    equation.id, "limit", operator, words + of, replace(equation, limits=limits), limit.output, at=i
                )


def _of_code(equation: Equation) -> Iterator[Mutant]:
    source = printed(equation)
    if not source:
        return
    kind = "code" if is_function(equation, TABLE) else "experiment"
    seen = {ast.dump(ast.parse(source))}
    for operator, words, wrong in code.mistakes(source):
        dump = ast.dump(ast.parse(wrong))
        if dump not in seen:
            seen.add(dump)
            yield Mutant(equation.id, kind, operator, words, equation, source=wrong)


def _of_premises(equation: Equation) -> Iterator[Mutant]:
    """Of the renamings in the steps, and of the assumptions."""
    for kind, changed in (("renaming", premises.renamings), ("assumption", premises.assumptions)):
        for operator, words, record in changed(equation):
            yield Mutant(equation.id, kind, operator, words, record)


def chosen(found: list[Mutant], most: int | None, seed: int = 0) -> list[Mutant]:
    """All, or at most so many of each kind: one of each operator in turn, in an order drawn from the seed."""
    kept = []
    for kind in KINDS:
        by_operator: dict[str, list[Mutant]] = defaultdict(list)
        for one in found:
            if one.kind == kind:
                by_operator[one.operator].append(one)
        for operator, members in by_operator.items():
            random.Random(f"{seed} {members[0].equation} {kind} {operator}").shuffle(members)
        turns = [members[n] for n in range(len(found)) for members in by_operator.values() if n < len(members)]
        kept += turns[:most]
    return kept

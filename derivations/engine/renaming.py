"""What `at=` may rename: an equation that holds for any of something holds for each of them, under its own name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy.core.function import AppliedUndef

from derivations.engine.equation import Equation, claims

_TIMES = sp.symbols("t s", positive=True)
SCALES = {sp.Function(name, positive=True)(time) for name in ("alpha", "sigma") for time in (*_TIMES, 0, 1)}


@dataclass(frozen=True)
class Family:
    """Names that belong together: what is said with those on the left is said of others with those on the right.

    `of` names the records that hold for any of them. Without it every record does: the right side is a copy of the left
    one in all that is said of it (another time, another coordinate), a name that has no copy is mapped to None, and
    one that the copy shares to itself.
    `elsewhere` names the path, and `law` the data, that the quantities on the right belong to, where those are
    not ours: what is known of their schedule, or of their law, is nothing about ours. `contexts` says what the
    other names are right for, where not for all.
    """

    meaning: str
    names: Mapping[sp.Expr, sp.Expr | int | None]
    of: tuple[str, ...] = ()
    elsewhere: str = ""
    law: str = ""
    contexts: Mapping[str, str] = field(default_factory=dict)

    def place_of(self, kind: str, path: str) -> str:
        """Whose a context is after the renaming: that of a schedule or a step goes with the path, that of the data with
        the law."""
        return ", ".join(filter(None, (self.law if kind == "data" else self.elsewhere, path)))

    def covers(self, at: Mapping) -> bool:
        return all(old in self.names and self.names[old] == new for old, new in at.items())


def family_of(at, record: Equation, claim: sp.Eq, families: Iterable[Family], table) -> Family:
    """The family that a renaming of a record's claim belongs to. A `ValueError` says why there is none."""
    at = dict(at)
    with claims(sealed=False):
        said = (*record.claim, *record.where, *record.assumptions)
    if not any(old != new and _occurs(old, said) for old, new in at.items()):
        raise ValueError(f"{record.id} says nothing of {_list(at)}, or it keeps its name: nothing is renamed")
    named = quantities(claim, table)
    assumed = set().union(*(quantities(one, table) for one in record.assumptions))
    new = {q for q in at.values() if isinstance(q, sp.Basic)}
    caught = {q for q in new if q in named and q not in at and not _is_argument(q, at)}
    bound = {
        v for e in sp.preorder_traversal(claim) if isinstance(e, sp.Sum | sp.Integral | sp.Limit) for v in _variables(e)
    }
    if inside := {q for q in new & bound if q not in at and not _is_argument(q, at)}:
        raise ValueError(f"{_list(inside)} is bound by a sum, an integral or a limit in {record.id}")
    if is_vanishing(at, table):
        return Family("a parameter that vanishes, or is one", at)
    if is_of_arguments(at, named, table) and not caught:
        return Family("another time or index", at)
    reasons = []
    for family in families:
        if not family.covers(at) or (family.of and record.id not in family.of):
            continue
        kept = {q for q in named | assumed if q not in at and not _moves_by_itself(q, at)}
        left = {q for q in kept if family.names.get(q, q) != q}
        if family.elsewhere and not family.of:  # the scales of another path are its own, at all times
            left |= {q for q in kept if q.has(AppliedUndef) and str(getattr(q, "func", "")) in ("alpha", "sigma")}
        if left:
            reasons.append(f"{_list(left)} belongs to it, and keeps its name")
        elif not family.of and caught:
            reasons.append(f"{_list(caught)} has a meaning of its own there")
        elif not family.of and (hidden := _left_behind(at, named - bound, table, family.names)):
            reasons.append(f"{_list(hidden)} may change with it, and keeps its name")
        else:
            return family
    names = ", ".join(f"{old} for {new}" for old, new in at.items())
    raise ValueError(f"{record.id} does not hold with {names}" + "".join(f": {r}" for r in reasons[:1]))


def is_of_arguments(at: Mapping, named: set, table) -> bool:
    """Only times and indices, and all that depends on them shows it."""
    for old, new in at.items():
        if old not in table or table[old].kind not in ("time", "index"):
            return False
        if isinstance(new, sp.Basic) and (new not in table or table[new].kind != table[old].kind):
            return False
    return not _left_behind(at, named, table)


def _left_behind(at: Mapping, named: set, table, copied: Mapping | None = None) -> set:
    """What may change with a renamed time or index, or with what is `copied`, without showing it: of a copy only what
    stands in its family, perhaps under the same name, and what cannot change is known. alpha(t) shows what it depends
    on, and has to move with it."""
    moved = {q for q in (*at, *(copied or ())) if q in table and table[q].kind in ("time", "index")}
    if not moved and copied is None:
        return set()

    def shows(q):
        if q in at or (copied is not None and q in copied):
            return True
        row = table.get(q)
        if copied is not None and not moved:  # of another point, law or path: only scales and parameters stay
            scale = isinstance(q, AppliedUndef | sp.Derivative) and q.atoms(AppliedUndef) <= SCALES
            chosen = row is not None and (row.expected is not None or row.kind == "chosen")
            return scale or row is None or row.scalar or row.kind in ("time", "index") or (row.rate == 0 and not chosen)
        if isinstance(q, AppliedUndef | sp.Derivative | sp.Indexed):
            return not q.free_symbols & moved or bool(q.free_symbols & at.keys())
        return row is None or row.scalar or row.rate == 0 or row.kind in ("time", "index")

    return {q for q in named if not shows(q)}


def is_vanishing(at: Mapping, table) -> bool:
    """One parameter, and a number for it: it has that value on the whole board. A number for each component is none."""
    ((old, new), *others) = at.items()
    row = table.get(old)
    if others or not isinstance(new, int) or row is None or row.axis == "component":
        return False
    return row.scalar or (row.rate == 0 and not row.expected)


def quantities(expr, table) -> set:
    """The quantities of the table that an expression names, and its other symbols and unknown functions."""
    if expr in table or isinstance(expr, AppliedUndef | sp.Symbol):
        return {expr}
    return set().union(*(quantities(arg, table) for arg in expr.args))


def _occurs(q, trees) -> bool:
    return any(tree.has(q) for tree in trees)


def _is_argument(new, at) -> bool:
    """An unknown function may be one of its own arguments: u(x, data) may be the data point."""
    return all(isinstance(old, AppliedUndef) and new in old.args for old, other in at.items() if other == new)


def _variables(sign):
    return sign.args[1:2] if isinstance(sign, sp.Limit) else sign.variables


def _moves_by_itself(q, at) -> bool:
    """alpha(t) becomes alpha(s) with its time."""
    return isinstance(q, AppliedUndef | sp.Derivative) and bool(q.free_symbols & at.keys())


def _list(names) -> str:
    return ", ".join(sorted(map(str, names)))

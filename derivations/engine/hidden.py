"""What a typed derivative, integral or limit would hold still although it moves: quantities that do not show it."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef

from derivations.engine.equation import Equation

TIMES = sp.symbols("t s", positive=True)
PLACES = sp.symbols("x x_2 x_3 data data_2 data_3", real=True)  # coordinates, each independent of the others
SCALES = ("alpha", "sigma")  # functions of time that no place changes; another one may be the moment of a point


class Hidden:
    """By the notation table: what has a rate there moves, and what has none may."""

    def __init__(self, table: Mapping):
        self.table = table

    def complaints(self, equation: Equation) -> list[str]:
        """Where a claim, an intermediate or a stable form asks for calculus on what does not show its variable."""
        before = {claim.lhs: equation.names(claim) for claim in equation.claim}
        trees = [(one, before[one.lhs]) for one in (*equation.claim, *equation.stable)]
        trees += [(name, equation.where[:i]) for i, name in enumerate(equation.where)]
        found = []
        for tree, names in trees:
            known = {name.lhs: name.rhs for name in names}
            for e in sorted(tree.rhs.atoms(sp.Derivative, sp.Integral, sp.Limit), key=str):
                for variable in variables(e):
                    movers = self.movers(e.args[0], variable, known)
                    found += [f"{q} may change with {variable}, and does not show it: {e}" for q in movers]
        return found

    def movers(self, e, variable, known=()) -> list:
        """The quantities in a tree that may change with a variable which they do not show. Arguments that are shown are
        held."""
        return sorted(self._movers(e, variable, dict(known)), key=str)

    def _movers(self, e, variable, known):
        if e in known:
            shown = set(e.args) if isinstance(e, AppliedUndef) else set()
            return self._movers(known[e], variable, {q: r for q, r in known.items() if q != e}) - shown
        if isinstance(e, sp.Derivative):
            return self._movers(e.expr, variable, known)
        if isinstance(e, AppliedUndef | sp.Indexed) or e.is_Symbol:
            return {e} if self.hides(e, variable) else set()
        found = set().union(*(self._movers(arg, variable, known) for arg in e.args))
        return found - set(e.variables) if isinstance(e, sp.Sum | sp.Integral) else found

    def hides(self, q, variable) -> bool:
        """May a quantity change with a variable that it does not show?"""
        row = self.table.get(q)
        if variable in q.free_symbols or q in TIMES or q.is_integer:
            return False
        if variable in TIMES:
            return not (q.free_symbols <= {*TIMES} or self.stands_still(q))
        if q in PLACES or self._is_a_parameter(row):
            return False
        if row is not None and row.slope is not None and variable in PLACES:  # a function of x alone, or of no place
            return row.slope != 0 and variable == PLACES[0]
        if not q.is_Symbol:
            inside = q.expr if isinstance(q, sp.Derivative) else q
            return q.free_symbols <= {*TIMES} and inside.func.__name__ not in SCALES
        return True

    def stands_still(self, q) -> bool:
        """Along the path, by the table."""
        row = self.table.get(q)
        return row is not None and (row.scalar or row.rate == 0)

    def _is_a_parameter(self, row) -> bool:
        return row is not None and (row.scalar or (row.rate == 0 and row.expected is None and row.kind != "chosen"))


def variables(e) -> list:
    """What a typed derivative of something known, an integral or a limit runs over."""
    if isinstance(e, sp.Derivative):
        return list(e.variables)
    return [e.args[1]] if isinstance(e, sp.Limit) else [limit[0] for limit in e.limits]

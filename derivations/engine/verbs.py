"""What each verb does: a step, which is data, carried out on the lines that stand above it.

The same class serves twice: on the board, while a derivation runs beside its chapter, and in the judge's process, which
knows of the derivation only the steps.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef

from derivations.engine.calculus import (
    BoardError,
    at_zero,
    calculus,
    equate,
    evaluated,
    gaussian,
    has_factors,
    interchanged,
    repeated,
    telescoped,
)
from derivations.engine.equation import Equation, Step, claims

TIMES = sp.symbols("t s", positive=True)
TRIES = 16  # values at which a branch of a root must lead back


class Verbs:
    """The lines of one derivation, and the verbs that write them. `table` is the notation table, `records` what may be
    given, by id. With `forget`, the number of a line, the content of that given is wiped out."""

    def __init__(self, id: str, table: Mapping, records: Mapping[str, Equation], forget: int | None = None):
        self.id, self.table, self.records, self.forget = id, table, records, forget
        self.lines: list[sp.Eq] = []

    def carry_out(self, step: Step) -> list[sp.Eq]:
        """The new lines of a step."""
        if step.verb not in VERBS:
            raise BoardError(f"{self.id}: there is no verb `{step.verb}`")
        if any(not 0 <= n < len(self.lines) for n in step.lines):
            raise BoardError(f"{self.id}: `{step.verb}` takes lines that stand above it; got {step.lines}")
        found = VERBS[step.verb](self, *(self.lines[n] for n in step.lines), **step.arguments)
        new = list(found) if isinstance(found, list | tuple) else [found]
        for line in new:
            if line.has(sp.nan, sp.zoo):
                raise BoardError(f"{self.id}: `{step.verb}` leads to something that is not a number: {line}")
        self.lines += new
        return new

    # ---- what is known ------------------------------------------------------------------------------

    def given(self, *, record: str, output: int = 0, at=()):
        if record not in self.records:
            raise BoardError(f"{self.id}: `given` takes a registered record; got `{record}`")
        known = self.records[record]
        with claims(sealed=False):
            claim = known.claim[output]
            right = claim.rhs
            for name in reversed(known.where):
                right = right.xreplace({name.lhs: name.rhs})
            left, right = evaluated(claim.lhs), calculus(evaluated(right))
        if at:
            renamed = {old: sp.Integer(new) if isinstance(new, int) else new for old, new in at}
            left, right = left.xreplace(renamed), right.xreplace(renamed)
        if self.forget == len(self.lines):
            right = sp.Dummy("forgotten")
        return equate(left, right)

    # ---- calculus -----------------------------------------------------------------------------------

    def differentiate(self, line, *along, variable, holding=()):
        left, right = line.lhs, line.rhs
        if self.table.get(variable) is not None and self.table[variable].name != "t":
            return equate(sp.Derivative(left, variable), right.diff(variable))

        def rate(expr):
            total = expr.diff(variable)
            for quantity in expr.free_symbols - {variable, *holding}:
                row = self.table.get(quantity)
                if row is not None and not row.scalar and row.rate is None and expr.diff(quantity) != 0:
                    raise BoardError(f"{self.id}: {quantity} moves, but the notation table gives it no rate")
                speed = row.rate if row is not None and row.rate is not None else 0
                for field in along:
                    if getattr(self.table.get(speed), "expected", None) == field.lhs:
                        speed = field.rhs
                total += speed * expr.diff(quantity)
            return total

        return equate(rate(left), rate(right))

    def slope(self, line, *, variable):
        name = self.table[line.lhs].slope if line.lhs in self.table else None
        if name is None:
            raise BoardError(f"{self.id}: the notation table has no name for the slope of {line.lhs}")
        total = line.rhs.diff(variable)
        for quantity in sorted(line.rhs.free_symbols - {variable}, key=str):
            row = self.table.get(quantity)
            total += (row.slope if row is not None and row.slope is not None else 0) * line.rhs.diff(quantity)
        return equate(name, total)

    def average(self, line):
        random = {v.symbol: v.expected for v in self.table.values() if v.expected is not None}
        inside = sorted(line.rhs.free_symbols & set(random), key=str)
        if any(line.rhs.diff(a, b) != 0 for a in inside for b in inside):
            raise BoardError(f"{self.id}: {line.rhs} is not affine in {inside}")
        return equate(line.lhs.xreplace(random), line.rhs.xreplace(random))

    def interchange(self, line):
        right = line.rhs.replace(lambda e: isinstance(e, sp.Integral), interchanged)
        if right == line.rhs:
            raise BoardError(f"{self.id}: there is nothing to interchange in {line.rhs}")
        return equate(line.lhs, right)

    def telescope(self, line):
        right = line.rhs.replace(lambda e: isinstance(e, sp.Sum), telescoped)
        if right == line.rhs:
            raise BoardError(f"{self.id}: there is no sum in {line.rhs}")
        return equate(line.lhs, right)

    def integrate(self, line):
        return equate(line.lhs, line.rhs.replace(lambda e: isinstance(e, sp.Integral), gaussian))

    def limit(self, line, *, holding=()):
        def still(quantity, variable):
            row = self.table.get(quantity)
            return row is not None and (row.scalar or row.rate == 0 or (quantity in TIMES and quantity != variable))

        def value(e):
            inside, variable, point, side = e.args
            moving = {q for q in inside.free_symbols - {variable, *holding} if not still(q, variable)}
            moving |= {f for f in inside.atoms(AppliedUndef) if f.has(variable)}
            if moving:
                raise BoardError(f"{self.id}: the limit of {moving} is not known")
            step = sp.Dummy("u", positive=True)
            near = inside.xreplace({variable: point + step if str(side) == "+" else point - step})
            there = near.xreplace({step: sp.S.Zero})
            if there.has(sp.nan, sp.zoo, sp.oo):
                there = at_zero(near, step)
            if there.has(sp.nan, sp.zoo, sp.oo, sp.Limit, sp.AccumBounds):
                raise BoardError(f"{self.id}: {e} has no finite limit")
            return there

        result = line.rhs.replace(lambda e: isinstance(e, sp.Limit), value)
        if result == line.rhs:
            raise BoardError(f"{self.id}: there is no limit in {line.rhs}")
        return equate(line.lhs, result)

    def solve_rate(self, line, start):
        moving = next(d.expr for d in line.atoms(sp.Derivative) if d.expr.func == start.lhs.func)
        found = sp.dsolve(line, moving, ics={start.lhs: start.rhs})
        return equate(found.lhs, sp.powsimp(found.rhs))

    def repeat(self, line, start, *, times):
        sequence, (index,) = start.lhs.func, line.lhs.args
        if start.lhs != sequence(0) or line.lhs != sequence(index) or line.rhs.has(sequence(index)):
            raise BoardError(f"{self.id}: {line} is no step from {sequence(index - 1)}, starting at {start}")
        total = repeated(line.rhs, sequence(index - 1), index, start.rhs, times)
        return equate(sequence(times), total)

    def constant(self, line, *, at):
        if sp.simplify(line.rhs) != 0 or not isinstance(line.lhs, sp.Derivative):
            raise BoardError(f"{self.id}: {line} does not say that a rate is zero")
        now = line.lhs.expr
        return equate(now.xreplace(dict(at)), now)

    # ---- algebra ------------------------------------------------------------------------------------

    def solve(self, line, *, unknown):
        if unknown in ("Integral", "Derivative"):
            found = line.atoms(getattr(sp, unknown))
            if len(found) != 1:
                raise BoardError(f"{self.id}: expected one {unknown} in {line}, found {len(found)}")
            (unknown,) = found
        if line.lhs == unknown**2 and unknown.is_positive:
            return equate(unknown, sp.sqrt(line.rhs))
        inside = [f for f in line.atoms(AppliedUndef) if unknown.is_Symbol and f.has(unknown)]
        named = {f: sp.Dummy(positive=f.is_positive) for f in inside}  # quantities at the time that is looked for
        roots = [r.xreplace({d: f for f, d in named.items()}) for r in sp.solve(line.xreplace(named), unknown)]
        if unknown.is_positive:  # of two opposite roots, the one without the minus sign
            roots = [r for r in roots if not (r.could_extract_minus_sign() and -r in roots)]
        if len(roots) > 1:
            roots = self._leading_back(line, unknown, roots)
        if len(roots) != 1:
            raise BoardError(f"{self.id}: expected one solution for {unknown}, found {roots}")
        return equate(unknown, roots[0])

    def solve_system(self, *lines, unknowns):
        found = sp.solve(lines, list(unknowns), dict=True)
        if len(found) != 1 or set(found[0]) != set(unknowns):
            raise BoardError(f"{self.id}: expected one solution for {list(unknowns)}, found {found}")
        return [equate(one, found[0][one]) for one in unknowns]

    def _leading_back(self, line, unknown, roots):
        """Of several branches the one that inverts the line where the unknown lies in its range of the table: a
        value, put through the line and then through the root, comes back. Where no quantity stands alone on the
        left, the one that is positive, if the unknown is."""
        rng, known = random.Random(0), {q for q in self.table if line.has(q)}
        alone = line.lhs in self.table and not line.rhs.has(line.lhs)
        if not alone and not unknown.is_positive:
            return roots
        for _ in range(TRIES):
            rows = [self.table[q] for q in sorted(known, key=str)]
            at = {row.symbol: sp.Float(rng.uniform(*row.sample), 30) for row in rows}
            if alone:
                at[line.lhs] = line.rhs.xreplace(at)
                roots = [r for r in roots if abs(sp.N(r.xreplace(at) - at[unknown], 30)) < 1e-20]
            else:
                roots = [r for r in roots if sp.N(r.xreplace(at), 30).is_positive]
        return roots

    def match(self, line, *, variable, unknowns):
        difference = sp.together(line.lhs - line.rhs)
        coefficients = sp.Poly(sp.fraction(difference)[0], variable).coeffs()
        found = sp.solve(coefficients, list(unknowns), dict=True)
        if len(found) != 1 or set(found[0]) != set(unknowns):
            raise BoardError(f"{self.id}: the coefficients do not determine {list(unknowns)}: {found}")
        return [equate(one, sp.factor(found[0][one])) for one in unknowns]

    def substitute(self, line, *known):
        result = line
        for k in known:
            put, named = {k.lhs: k.rhs}, {}
            if k.lhs.is_Symbol:  # a quantity at the time t keeps its name when that time is put in
                names = [f for f in result.atoms(AppliedUndef, sp.Derivative) if f in self.table and f.has(k.lhs)]
                named = {f: sp.Dummy(positive=f.is_positive, real=True) for f in names}
            back = {d: f for f, d in named.items()}
            before, result = result, result.xreplace(named).xreplace(put).xreplace(back)
            result = equate(calculus(result.lhs), calculus(result.rhs))
            if result == before:
                raise BoardError(f"{self.id}: {k.lhs} does not occur in {before}: the substitution changes nothing")
        return result

    def recognise(self, line, *known):
        right = line.rhs
        for k in known:
            before, right = right, right.xreplace({k.rhs: k.lhs})
            if right == before and k.rhs.is_Mul:
                right = right.replace(lambda e, k=k: has_factors(e, k.rhs), lambda e, k=k: e / k.rhs * k.lhs)
            if right == before:
                raise BoardError(f"{self.id}: {k.rhs} does not occur in {before}: nothing is recognised")
        return equate(line.lhs, right)

    def equal(self, one, other):
        if one.lhs != other.lhs:
            raise BoardError(f"{self.id}: {one.lhs} and {other.lhs} are not the same quantity")
        return equate(one.rhs, other.rhs)

    def combine(self, *lines, coefficients):
        if len(coefficients) != len(lines):
            raise BoardError(f"{self.id}: {len(lines)} lines and {len(coefficients)} coefficients")
        return equate(
            *(
                sp.Add(*(c * side for c, side in zip(coefficients, sides, strict=True)))
                for sides in ([line.lhs for line in lines], [line.rhs for line in lines])
            )
        )


VERBS = {
    name: getattr(Verbs, name)
    for name in (
        "given", "differentiate", "slope", "average", "interchange", "telescope", "integrate", "limit", "solve_rate",
        "repeat", "constant", "solve", "solve_system", "match", "substitute", "recognise", "equal", "combine",
    )
}  # fmt: skip

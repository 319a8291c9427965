"""The verbs of a derivation. Each lets SymPy do one operation and writes the line that came of it.

A verb accepts lines that already stand on this board, registered records, and symbols: never an
expression. So nothing can be typed into a derivation; it can only be derived.
"""

from __future__ import annotations

import random

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


class Board:
    """A blackboard for one derivation. `table` is the notation table: it names what the verbs make.

    `forget` is the position of a `given` whose content is wiped out: the test that every given is needed.
    """

    def __init__(self, equation: Equation, table, forget: int | None = None):
        self.equation, self.table, self.forget = equation, table, forget
        self.steps: list[Step] = []

    # ---- what may be used -----------------------------------------------------------------

    def _line(self, line):
        if not any(line is step.result for step in self.steps):
            raise BoardError(f"{self.equation.id}: a verb takes a line of this board, not a typed expression: {line}")
        return line

    def _symbol(self, symbol):
        if not (symbol in self.table or isinstance(symbol, (sp.Symbol, AppliedUndef))):
            raise BoardError(f"{self.equation.id}: a verb takes a symbol, not a typed expression: {symbol}")
        return symbol

    def _write(self, verb, reason, result, uses=None):
        self.steps.append(Step(verb, reason, result, uses))
        return result

    # ---- the verbs ------------------------------------------------------------------------

    def given(self, known: Equation, *, output=None, at=None, reason=None):
        """A definition or another equation of the registry. `output` picks one claim, `at` renames symbols.

        A symbol may also be renamed to 0 or 1: the equation at an end of time, or where a quantity vanishes.
        """
        if not isinstance(known, Equation):
            raise BoardError(f"{self.equation.id}: `given` takes a registered record; got {known!r}")
        if known is self.equation or known.id == self.equation.id:
            raise BoardError(f"{self.equation.id}: a derivation may not start from its own claim")
        with claims(sealed=False):
            named = {evaluated(c.lhs): c for c in known.claim}
            claim = named[output] if output is not None else known.claim[0]
            right = claim.rhs
            for name in reversed(known.where):
                right = right.xreplace({name.lhs: name.rhs})
            left, right = evaluated(claim.lhs), calculus(evaluated(right))
        if at:
            renamed = {
                self._symbol(old): sp.Integer(new) if new in (0, 1) else self._symbol(new) for old, new in at.items()
            }
            left, right = left.xreplace(renamed), right.xreplace(renamed)
        if self.forget == sum(step.verb == "given" for step in self.steps):
            right = sp.Dummy("forgotten")
        return self._write("given", reason or known.title, equate(left, right), known.id)

    def differentiate(self, line, variable, reason, *, holding=(), along=None):
        """The derivative of both sides in time (or in a parameter).

        Each quantity moves with the rate of the notation table; those in `holding` do not move, and with
        `along`, a line about a velocity field, points follow that field.
        """
        left, right = self._line(line).lhs, line.rhs
        if self.table.get(variable) is not None and self.table[variable].name != "t":
            return self._write("differentiate", reason, equate(sp.Derivative(left, variable), right.diff(variable)))

        def rate(expr):
            total = expr.diff(variable)
            for quantity in expr.free_symbols - {variable, *holding}:
                row = self.table.get(quantity)
                if row is not None and not row.scalar and row.rate is None and expr.diff(quantity) != 0:
                    raise BoardError(f"{self.equation.id}: {quantity} moves, but the notation table gives it no rate")
                speed = row.rate if row is not None and row.rate is not None else 0
                if along is not None and getattr(self.table.get(speed), "expected", None) == along.lhs:
                    speed = self._line(along).rhs
                total += speed * expr.diff(quantity)
            return total

        return self._write("differentiate", reason, equate(rate(left), rate(right)))

    def slope(self, line, variable, reason):
        """The derivative in x of a named quantity: the table says what that slope is called, and what those of the
        quantities in the line are."""
        name = self.table[self._line(line).lhs].slope
        if name is None:
            raise BoardError(f"{self.equation.id}: the notation table has no name for the slope of {line.lhs}")
        total = line.rhs.diff(self._symbol(variable))
        for quantity in sorted(line.rhs.free_symbols - {variable}, key=str):
            row = self.table.get(quantity)
            total += (row.slope if row is not None and row.slope is not None else 0) * line.rhs.diff(quantity)
        return self._write("slope", reason, equate(name, total))

    def solve(self, line, unknown, reason):
        """Solve for a symbol; for several of each, solve the system. `sp.Integral` stands for the line's integral,
        `sp.Derivative` for its derivative."""
        if isinstance(line, (list, tuple)):
            found = sp.solve([self._line(one) for one in line], [self._symbol(one) for one in unknown], dict=True)
            if len(found) != 1 or set(found[0]) != set(unknown):
                raise BoardError(f"{self.equation.id}: expected one solution for {unknown}, found {found}")
            return [self._write("solve", reason, equate(one, found[0][one])) for one in unknown]
        if unknown in (sp.Integral, sp.Derivative):
            (unknown,) = self._line(line).atoms(unknown)
        else:
            self._symbol(unknown)
        if self._line(line).lhs == unknown**2 and unknown.is_positive:
            return self._write("solve", reason, equate(unknown, sp.sqrt(line.rhs)))
        inside = [f for f in line.atoms(AppliedUndef) if unknown.is_Symbol and f.has(unknown)]
        named = {f: sp.Dummy(positive=f.is_positive) for f in inside}  # quantities at the time that is looked for
        roots = [r.xreplace({d: f for f, d in named.items()}) for r in sp.solve(line.xreplace(named), unknown)]
        if unknown.is_positive:  # of two opposite roots, the one without the minus sign
            roots = [r for r in roots if not (r.could_extract_minus_sign() and -r in roots)]
        if len(roots) > 1:
            roots = self._leading_back(line, unknown, roots)
        if len(roots) != 1:
            raise BoardError(f"{self.equation.id}: expected one solution for {unknown}, found {roots}")
        return self._write("solve", reason, equate(unknown, roots[0]))

    def _leading_back(self, line, unknown, roots):
        """Of several branches the one that inverts the line where the unknown lies in its range of the table: a
        value, put through the line and then through the root, comes back. Where no quantity stands alone on the
        left, the one that is positive, if the unknown is."""
        rng, known = random.Random(0), {q for q in self.table if line.has(q)}
        alone = line.lhs in self.table and not line.rhs.has(line.lhs)
        if not alone and not unknown.is_positive:
            return roots
        for _ in range(3):
            rows = [self.table[q] for q in sorted(known, key=str)]
            at = {row.symbol: sp.Float(rng.uniform(*row.sample), 30) for row in rows}
            if alone:
                at[line.lhs] = line.rhs.xreplace(at)
                roots = [r for r in roots if abs(sp.N(r.xreplace(at) - at[unknown], 30)) < 1e-20]
            else:
                roots = [r for r in roots if sp.N(r.xreplace(at), 30).is_positive]
        return roots

    def substitute(self, line, *known, reason):
        """Put in what is known, literally; a substitution that changes nothing is an error."""
        result = self._line(line)
        for k in known:
            put, named = {self._line(k).lhs: k.rhs}, {}
            if k.lhs.is_Symbol:  # a quantity at the time t keeps its name when that time is put in
                names = [f for f in result.atoms(AppliedUndef, sp.Derivative) if f in self.table and f.has(k.lhs)]
                named = {f: sp.Dummy(positive=f.is_positive, real=True) for f in names}
            back = {d: f for f, d in named.items()}
            before, result = result, result.xreplace(named).xreplace(put).xreplace(back)
            result = equate(calculus(result.lhs), calculus(result.rhs))
            if result == before:
                raise BoardError(
                    f"{self.equation.id}: {k.lhs} does not occur in {before}: the substitution changes nothing"
                )
        return self._write("substitute", reason, result)

    def recognise(self, line, *known, reason):
        """Read known lines from right to left: write the short name for the long expression."""
        right = self._line(line).rhs
        for k in known:
            before, right = right, right.xreplace({self._line(k).rhs: k.lhs})
            if right == before and k.rhs.is_Mul:
                right = right.replace(lambda e, k=k: has_factors(e, k.rhs), lambda e, k=k: e / k.rhs * k.lhs)
            if right == before:
                raise BoardError(f"{self.equation.id}: {k.rhs} does not occur in {before}: nothing is recognised")
        return self._write("recognise", reason, equate(line.lhs, right))

    def equal(self, one, other, reason):
        """Two lines about the same quantity: their right sides are equal."""
        if self._line(one).lhs != self._line(other).lhs:
            raise BoardError(f"{self.equation.id}: {one.lhs} and {other.lhs} are not the same quantity")
        return self._write("equal", reason, equate(one.rhs, other.rhs))

    def match(self, line, variable, unknowns, reason):
        """Both sides are polynomials in `variable` and agree for each of its values: compare coefficients."""
        difference = sp.together(self._line(line).lhs - line.rhs)
        coefficients = sp.Poly(sp.fraction(difference)[0], self._symbol(variable)).coeffs()
        found = sp.solve(coefficients, [self._symbol(one) for one in unknowns], dict=True)
        if len(found) != 1 or set(found[0]) != set(unknowns):
            raise BoardError(f"{self.equation.id}: the coefficients do not determine {unknowns}: {found}")
        return [self._write("match", reason, equate(one, sp.factor(found[0][one]))) for one in unknowns]

    def average(self, line, reason):
        """The conditional expectation given x of both sides, which are affine in the random quantities."""
        random = {v.symbol: v.expected for v in self.table.values() if v.expected is not None}
        inside = sorted(self._line(line).rhs.free_symbols & set(random), key=str)
        if any(line.rhs.diff(a, b) != 0 for a in inside for b in inside):
            raise BoardError(f"{self.equation.id}: {line.rhs} is not affine in {inside}")
        return self._write("average", reason, equate(line.lhs.xreplace(random), line.rhs.xreplace(random)))

    def interchange(self, line, reason):
        """Integrals and sums are linear: move each sum, and what does not depend on the variable, outside.

        Where no sum stands under the sign, the terms go apart, and factors in different variables with them.
        """
        right = self._line(line).rhs.replace(lambda e: isinstance(e, sp.Integral), interchanged)
        if right == line.rhs:
            raise BoardError(f"{self.equation.id}: there is nothing to interchange in {line.rhs}")
        return self._write("interchange", reason, equate(line.lhs, right))

    def telescope(self, line, reason):
        """Sums of differences: what one term gains the next one loses, and the two ends remain."""
        right = self._line(line).rhs.replace(lambda e: isinstance(e, sp.Sum), telescoped)
        if right == line.rhs:
            raise BoardError(f"{self.equation.id}: there is no sum in {line.rhs}")
        return self._write("telescope", reason, equate(line.lhs, right))

    def integrate(self, line, reason):
        """Carry out each Gaussian integral over the real line by completing the square."""
        return self._write(
            "integrate",
            reason,
            equate(line.lhs, self._line(line).rhs.replace(lambda e: isinstance(e, sp.Integral), gaussian)),
        )

    def limit(self, line, reason, *, holding=()):
        """Carry out each limit that a definition asks for. The quantities in `holding` stay where they are; any
        other that the notation table does not know to stand still has no known limit, and is an error."""

        def still(quantity, variable):
            row = self.table.get(quantity)
            return row is not None and (row.scalar or row.rate == 0 or (quantity in TIMES and quantity != variable))

        def value(e):
            inside, variable, point, side = e.args
            moving = {q for q in inside.free_symbols - {variable, *holding} if not still(q, variable)}
            moving |= {f for f in inside.atoms(AppliedUndef) if f.has(variable)}
            if moving:
                raise BoardError(f"{self.equation.id}: the limit of {moving} is not known")
            step = sp.Dummy("u", positive=True)
            near = inside.xreplace({variable: point + step if str(side) == "+" else point - step})
            there = near.xreplace({step: sp.S.Zero})
            if there.has(sp.nan, sp.zoo, sp.oo):
                there = at_zero(near, step)
            if there.has(sp.nan, sp.zoo, sp.oo, sp.Limit, sp.AccumBounds):
                raise BoardError(f"{self.equation.id}: {e} has no finite limit")
            return there

        result = self._line(line).rhs.replace(lambda e: isinstance(e, sp.Limit), value)
        if result == line.rhs:
            raise BoardError(f"{self.equation.id}: there is no limit in {line.rhs}")
        return self._write("limit", reason, equate(line.lhs, result))

    def solve_rate(self, line, start, reason):
        """Solve the differential equation for the quantity whose value at one time is the line `start`."""
        moving = next(d.expr for d in line.atoms(sp.Derivative) if d.expr.func == start.lhs.func)
        found = sp.dsolve(self._line(line), moving, ics={self._line(start).lhs: start.rhs})
        return self._write("solve the rate", reason, equate(found.lhs, sp.powsimp(found.rhs)))

    def repeat(self, line, start, *, times, reason):
        """A step done again and again: from the value before all steps, the line `start`, the one after so many."""
        sequence, (index,) = start.lhs.func, self._line(line).lhs.args
        if self._line(start).lhs != sequence(0) or line.lhs != sequence(index) or line.rhs.has(sequence(index)):
            raise BoardError(f"{self.equation.id}: {line} is no step from {sequence(index - 1)}, starting at {start}")
        total = repeated(line.rhs, sequence(index - 1), index, start.rhs, self._symbol(times))
        return self._write("repeat", reason, equate(sequence(times), total))

    def constant(self, line, *, at, reason):
        """A quantity whose rate is zero has at another time (`at` renames the symbols) the value it has now."""
        if sp.simplify(self._line(line).rhs) != 0 or not isinstance(line.lhs, sp.Derivative):
            raise BoardError(f"{self.equation.id}: {line} does not say that a rate is zero")
        now = line.lhs.expr
        later = now.xreplace({self._symbol(old): self._symbol(new) for old, new in at.items()})
        return self._write("constant", reason, equate(later, now))


def derive(equation: Equation, table, forget: int | None = None) -> tuple[tuple[sp.Eq, ...], tuple[Step, ...]]:
    """Run a derivation while every claim is sealed: its results, one for each claim, and the steps."""
    board = Board(equation, table, forget)
    with claims(sealed=True):
        result = equation.derive(board)
    results = tuple(board._line(line) for line in (result if isinstance(result, (tuple, list)) else (result,)))
    if [r.lhs for r in results] != [evaluated(c.lhs) for c in equation.claim]:
        raise BoardError(
            f"{equation.id}: the derivation ends at {[r.lhs for r in results]}, "
            f"the claim is about {[c.lhs for c in equation.claim]}"
        )
    return results, tuple(board.steps)


def closed(results) -> list[sp.Eq]:
    """Each result with the results before it put in: a later line may name the earlier quantities."""
    done: dict = {}
    for r in results:
        done[r.lhs] = calculus(r.rhs.xreplace(done))
    return [equate(left, right) for left, right in done.items()]


def idle_givens(equation: Equation, table) -> list[str]:
    """The givens that a derivation does not need: with the content wiped out, the results are the same."""
    results, steps = derive(equation, table)
    idle = []
    for i, step in enumerate(step for step in steps if step.verb == "given"):
        try:
            spoiled, _ = derive(equation, table, forget=i)
        except Exception:  # the derivation broke, as it must: any failure will do
            continue
        if spoiled == results:
            idle.append(step.uses or "")
    return idle

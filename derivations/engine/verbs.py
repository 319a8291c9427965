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
from derivations.engine.equation import Equation, Step, Verdict, claims
from derivations.engine.renaming import Family, family_of, is_vanishing

TIMES = sp.symbols("t s", positive=True)
HIDING = ("path_mean",)  # functions of time that depend on the data point, and have no definition that says so
END_POINT = sp.Symbol("noise", real=True)
PLACES = sp.symbols("x x_2 x_3 data data_2 data_3", real=True)  # coordinates, each independent of the others
TRIES = 16  # values at which a branch of a root must lead back


class Verbs:
    """The lines of one derivation, and the verbs that write them. `table` is the notation table, `records` what may be
    given, by id, and `families` how they may be renamed. With `forget`, the number of a line, the content of that given
    is wiped out."""

    def __init__(
        self,
        id: str,
        table: Mapping,
        records: Mapping[str, Equation],
        families=(),
        forget: int | None = None,
        numbers_of=lambda record: {},
    ):
        self.id, self.table, self.records, self.families, self.forget = id, table, records, families, forget
        self.numbers_of = numbers_of  # a record's parameters that have one value only
        self.renamed: dict[int, Family] = {}  # the lines that were taken over to other names, and the family
        self.numbers: dict = {}  # parameters that vanish, or are one, on this board
        self.lines: list[sp.Eq] = []
        self.held: set = set()  # what the derivation holds constant, other than places: the record must say so

    def carry_out(self, step: Step) -> list[sp.Eq]:
        """The new lines of a step."""
        if step.verb not in VERBS:
            raise BoardError(f"{self.id}: there is no verb `{step.verb}`")
        if any(not 0 <= n < len(self.lines) for n in step.lines):
            raise BoardError(f"{self.id}: `{step.verb}` takes lines that stand above it; got {step.lines}")
        for name, value in step.arguments.items():
            self._check(name, value)
        found = VERBS[step.verb](self, *(self.lines[n] for n in step.lines), **step.arguments)
        new = list(found) if isinstance(found, list | tuple) else [found]
        for line in new:
            if line.has(sp.nan, sp.zoo):
                raise BoardError(f"{self.id}: `{step.verb}` leads to something that is not a number: {line}")
            row = self.table.get(line.lhs)
            if line.rhs.is_number and line.lhs.is_Symbol and self._is_a_parameter(row) and step.verb != "given":
                self._has_the_value(line.lhs, line.rhs)
        self.lines += new
        return new

    def _check(self, name, value) -> None:
        """Of ids, words and whole numbers each where it belongs; everything else is a quantity, never an expression."""
        if name == "record":
            if not isinstance(value, str) or value == self.id:
                raise BoardError(f"{self.id}: a derivation starts from other records; got {value!r}")
        elif isinstance(value, tuple):
            for one in value:
                self._check(name, one)
        elif type(value) is int:
            if name not in ("output", "coefficients") and not (name == "at" and value in (0, 1)):
                raise BoardError(f"{self.id}: `{name}` takes quantities; got {value}")
        elif not (isinstance(value, str) and value in ("Integral", "Derivative") and name == "unknown"):
            if not isinstance(value, sp.Basic) or not (value in self.table or is_quantity(value)):
                raise BoardError(f"{self.id}: `{name}` takes quantities, not a typed expression; got {value}")

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
            renamed = self._renamed(at, known, equate(left, right))
            left, right = left.xreplace(renamed), right.xreplace(renamed)
        for q, number in self.numbers_of(record).items():
            self._has_the_value(dict(at).get(q, q), number)
        self._agrees_in_its_numbers(equate(left, right))
        if self.forget == len(self.lines):
            right = sp.Dummy("forgotten")
        return equate(left, right)

    def _renamed(self, at, known: Equation, claim: sp.Eq) -> dict:
        """What takes the place of what: names that belong together, or a parameter that has one value on this board."""
        try:
            family = family_of(at, known, claim, self.families, self.table)
        except ValueError as reason:
            raise BoardError(f"{self.id}: {reason}") from None
        self.renamed[len(self.lines)] = family
        ((old, new), *others) = at
        if not others and is_vanishing(dict(at), self.table):
            self._has_the_value(old, new)
        return {old: sp.Integer(new) if isinstance(new, int) else new for old, new in at}

    def _has_the_value(self, parameter, number) -> None:
        """A parameter has one value on a board."""
        other = parameter if isinstance(parameter, int) else self.numbers.setdefault(parameter, number)
        if other != number:
            raise BoardError(f"{self.id}: {parameter} is {number} here, and {other} elsewhere on this board")

    def _agrees_in_its_numbers(self, line) -> None:
        """A parameter that was given a value has it in every line."""
        for one in (*self.lines, line):
            if free := one.free_symbols & self.numbers.keys():
                name = min(free, key=str)
                raise BoardError(f"{self.id}: {name} is {self.numbers[name]} on this board; it stays open in {one}")

    # ---- calculus -----------------------------------------------------------------------------------

    def differentiate(self, line, *along, variable, holding=()):
        if variable in self.table and self.table[variable].name == "t":
            rate = self._rate
        elif variable in PLACES:
            rate = self._slope
        else:
            rate = self._partial
        if rate == self._partial:
            self._shows(variable, line)
        if rate != self._rate and (holding or along):
            raise BoardError(f"{self.id}: only a derivative in time asks what is held")
        if holding and not (isinstance(line.lhs, AppliedUndef) and variable in line.lhs.args):
            raise BoardError(f"{self.id}: {line.lhs} moves with all that moves: nothing can be held")
        if unfit := [q for q in holding if q not in PLACES and not self._stands_still(q)]:
            raise BoardError(f"{self.id}: only a place can be held while time goes on; got {unfit}")
        if hidden := [q for q in holding if q in PLACES and q not in line.lhs.args and line.rhs.has(q)]:
            raise BoardError(f"{self.id}: {line.lhs} does not show {hidden}: a place is held that it is a function of")
        left, right = (rate(side, variable, holding, along) for side in (line.lhs, line.rhs))
        return equate(left, right)

    def _rate(self, expr, variable, holding, along):
        """The total derivative in time: each quantity moves with its rate."""
        for hidden in _quantities(expr, self.table):
            shown = hidden.free_symbols <= {variable, *TIMES} or variable in hidden.free_symbols
            if isinstance(hidden, AppliedUndef) and not (shown or self._stands_still(hidden)):
                raise BoardError(f"{self.id}: {hidden} moves, but the notation table gives it no rate")
        total = expr.diff(variable)
        labels = {indexed.base.label for indexed in expr.atoms(sp.Indexed) if self._stands_still(indexed)}
        for quantity in sorted(expr.free_symbols - {*TIMES, *holding, *labels}, key=str):
            row = self.table.get(quantity)
            if row is None and quantity.is_integer:
                continue
            if row is None or (row.rate is None and not row.scalar):
                if expr.diff(quantity) == 0:
                    continue
                raise BoardError(f"{self.id}: {quantity} moves, but the notation table gives it no rate")
            if along and row.expected is not None:
                raise BoardError(f"{self.id}: along a field {quantity} does not stand still")
            speed = row.rate if row.rate is not None else 0
            for field in along:
                if getattr(self.table.get(speed), "expected", None) == field.lhs:
                    speed = field.rhs
            total += speed * expr.diff(quantity)
        return total

    def _partial(self, expr, variable, holding=(), along=()):
        """The derivative in a parameter, with all else as it is."""
        return sp.Derivative(expr, variable) if expr in self.table else expr.diff(variable)

    def _shows(self, variable, line) -> None:
        """A derivative in a parameter needs quantities that show it, or are made of it by no definition; a sign does
        not change by degrees. One that stands alone on the left keeps its name, under the derivative sign."""
        for side in (line.lhs, line.rhs):
            if side == line.lhs and side in self.table:
                continue
            signs = {q for q, row in self.table.items() if row.domain == "-1 or 1"}
            inside = _quantities(side, self.table) - {variable, *TIMES} - signs
            hidden = (q for q in inside if variable not in q.free_symbols and variable in self._made_of(q))
            if hidden := sorted(hidden, key=str):
                raise BoardError(f"{self.id}: {hidden[0]} may change with {variable}, and does not show it")

    def _slope(self, expr, variable, holding=(), along=()):
        """The derivative in a place: the table says what the slopes of the quantities are."""
        if expr in self.table and not isinstance(expr, AppliedUndef):
            return sp.Derivative(expr, variable)
        total = expr.diff(variable)
        for quantity in sorted(_quantities(expr, self.table) - {variable}, key=str):
            total += self._slope_of(quantity, variable) * expr.diff(quantity)
        return total

    def _slope_of(self, quantity, variable):
        """What the table says of a quantity's slope; a place is independent of the others, and so are scales, times
        and parameters."""
        row = self.table.get(quantity)
        if row is not None and row.slope is not None:  # it is a function of x
            return row.slope if variable == PLACES[0] else sp.S.Zero
        if quantity in PLACES or quantity in TIMES:
            return sp.S.Zero
        if isinstance(quantity, AppliedUndef | sp.Derivative) and not self._hides(quantity):
            return sp.S.Zero  # it shows what it depends on
        if quantity.is_integer or self._is_a_parameter(row):
            return sp.S.Zero
        raise BoardError(f"{self.id}: the notation table does not say how {quantity} changes with {variable}")

    def _is_a_parameter(self, row) -> bool:
        """Of the law, of the schedule: not a random end point, nor what follows from one."""
        return row is not None and (row.scalar or (row.rate == 0 and row.expected is None and row.kind != "chosen"))

    def _hides(self, quantity) -> bool:
        """Is a quantity that is written as a function of time more than a scale: a moment of a point, say?"""
        inside = quantity.expr if isinstance(quantity, sp.Derivative) else quantity
        if not quantity.free_symbols or not quantity.free_symbols <= {*TIMES}:
            return False
        return inside.func.__name__ in HIDING or bool(self._made_of(inside) & {*PLACES, END_POINT})

    def _independent(self, quantity, variable) -> bool:
        """Is a quantity certain not to change with what a sum, an integral or a limit runs over?"""
        row = self.table.get(quantity)
        if quantity in PLACES or quantity in TIMES or quantity.is_integer:
            return True
        if self._is_a_parameter(row):
            return True
        if isinstance(quantity, AppliedUndef | sp.Derivative) and self._hides(quantity):
            return False
        if row is not None and row.slope is not None and variable in PLACES:  # a function of x alone, or of no place
            return row.slope == 0 or variable != PLACES[0]
        if isinstance(quantity, AppliedUndef | sp.Derivative):  # it shows what it depends on; a step moves another time
            return variable in PLACES or variable in TIMES or not quantity.free_symbols & set(TIMES)
        return False

    def _may_change(self, quantity, variable) -> bool:
        """Could a quantity change with a place, or is it made of what an integral runs over?"""
        if self._independent(quantity, variable):
            return False
        return variable in PLACES or variable in self._made_of(quantity)

    def _made_of(self, quantity) -> set:
        """The symbols of the definitions of a quantity, of those of the quantities in them, and so on; a quantity with
        an expectation given x is random with the end points."""
        found, open_ends = set(), {quantity}
        while open_ends:
            one = open_ends.pop()
            row = self.table.get(one)
            new = {END_POINT} if row is not None and row.expected is not None else set()
            with claims(sealed=False):
                for record in self.records.values():
                    if record.verdict is Verdict.DEFINED:
                        new |= set().union(*(c.rhs.free_symbols for c in record.claim if c.lhs == one))
            open_ends |= new - found - {*PLACES, *TIMES}
            found |= new
        return found

    def _stands_still(self, quantity) -> bool:
        row = self.table.get(quantity)
        return row is not None and (row.scalar or row.rate == 0)

    def slope(self, line, *, variable):
        name = self.table[line.lhs].slope if line.lhs in self.table else None
        if name is None or variable != PLACES[0]:
            raise BoardError(f"{self.id}: the notation table has no name for the slope of {line.lhs} in {variable}")
        return equate(name, self._slope(line.rhs, variable))

    def average(self, line):
        expected = {v.symbol: v.expected for v in self.table.values() if v.expected is not None}
        if line.lhs not in expected:
            raise BoardError(f"{self.id}: the notation table has no expectation of {line.lhs}, given x")
        inside = sorted(_quantities(line.rhs, self.table), key=str)
        random = [q for q in inside if q in expected]
        for q in inside:
            if q not in expected and q != PLACES[0]:
                self._slope_of(q, PLACES[0])  # what has a slope in x, or none, is known where x is
        if any(line.rhs.diff(a, b) != 0 for a in random for b in random):
            raise BoardError(f"{self.id}: {line.rhs} is not affine in {random}")
        if any(f.free_symbols & set(random) for f in line.rhs.atoms(AppliedUndef, sp.Integral, sp.Sum)):
            raise BoardError(f"{self.id}: {line.rhs} is not affine in {random}")
        return equate(expected[line.lhs], line.rhs.xreplace(expected))

    def _constants_are_constant(self, line):
        """Under an integral sign stands nothing that changes with its variable and does not show it."""
        for integral in line.atoms(sp.Integral):
            labels = {indexed.base.label for indexed in integral.atoms(sp.Indexed)}
            for variable in integral.variables:
                inside = _quantities(integral.function, self.table) - {*integral.variables, *labels}
                if hidden := sorted((q for q in inside if q.is_Symbol and self._may_change(q, variable)), key=str):
                    raise BoardError(f"{self.id}: {hidden[0]} may change with {variable}: write how it does, first")

    def interchange(self, line):
        self._constants_are_constant(line)
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
        self._constants_are_constant(line)
        known = self.records[self.id].assumptions if self.id in self.records else ()
        result = line.rhs.replace(lambda e: isinstance(e, sp.Integral), lambda e: gaussian(e, known))
        if result == line.rhs:
            raise BoardError(f"{self.id}: there is no integral in {line.rhs}")
        return equate(line.lhs, result)

    def limit(self, line, *, holding=()):
        def still(quantity, variable):
            return quantity in holding or quantity in TIMES or self._stands_still(quantity)

        def value(e):
            inside, variable, point, side = e.args
            if variable in TIMES:
                self.held |= set(holding) - set(PLACES)
            elif variable in PLACES and set(holding) - set(PLACES):
                raise BoardError(f"{self.id}: only another place can be held while {variable} moves; got {holding}")
            moving = {q for q in inside.free_symbols - {variable} if not still(q, variable)}
            moving |= {f for f in inside.atoms(AppliedUndef) if f.has(variable)}
            if moving:
                raise BoardError(f"{self.id}: the limit of {moving} is not known")
            sides = {"+": (1,), "-": (-1,), "+-": (1, -1)}[str(side)]
            found = [one_sided(inside, variable, point, sign) for sign in sides]
            if any(there.has(sp.nan, sp.zoo, sp.oo, sp.Limit, sp.AccumBounds) for there in found):
                raise BoardError(f"{self.id}: {e} has no finite limit")
            if len(found) > 1 and sp.simplify(found[0] - found[1]) != 0:
                raise BoardError(f"{self.id}: {e} is {found[0]} from above and {found[1]} from below")
            return found[0]

        def one_sided(inside, variable, point, sign):
            step = sp.Dummy("u", positive=True)
            near = inside.xreplace({variable: point + sign * step})
            there = near.xreplace({step: sp.S.Zero})
            return at_zero(near, step) if there.has(sp.nan, sp.zoo, sp.oo) else there

        if line.lhs.has(sp.Limit):
            raise BoardError(f"{self.id}: a limit is carried out on the right; got {line.lhs}")
        result = line.rhs.replace(lambda e: isinstance(e, sp.Limit), value)
        if result == line.rhs:
            raise BoardError(f"{self.id}: there is no limit in {line.rhs}")
        return equate(line.lhs, result)

    def solve_rate(self, line, start, *, holding=()):
        rates = {d for d in line.atoms(sp.Derivative) if d.expr.func == start.lhs.func}
        if len(rates) != 1:
            raise BoardError(f"{self.id}: {line} is no equation for one rate of {start.lhs.func}")
        (rate,) = rates
        ((variable, order),) = rate.variable_count
        if order != 1 or rate.expr.args != (variable,) or len(start.lhs.args) != 1:
            raise BoardError(f"{self.id}: {rate} is not the first rate of a quantity that depends on one thing")
        if variable in PLACES:
            for q in sorted(_quantities(line, self.table) - {variable, rate}, key=str):
                shown = isinstance(q, AppliedUndef | sp.Derivative) and variable in q.free_symbols
                if not shown and self._slope_of(q, variable) != 0:
                    raise BoardError(f"{self.id}: {q} changes with {variable} while the rate is followed")
        if variable in TIMES:
            for q in sorted(_quantities(line, self.table) - {variable}, key=str):
                shown = isinstance(q, AppliedUndef | sp.Derivative) and variable in q.free_symbols
                if not (shown or q in holding or self._stands_still(q) or q in TIMES):
                    raise BoardError(f"{self.id}: {q} moves while the rate is followed")
        self.held |= set(holding)
        found = sp.dsolve(line, rate.expr, ics={start.lhs: start.rhs})
        if isinstance(found, list) or found.lhs != rate.expr or found.has(rate):
            raise BoardError(f"{self.id}: {line} has no single solution in closed form")
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
        now, names = line.lhs.expr, dict(at)
        if (
            len(line.lhs.variables) != 1
            or names.get(line.lhs.variables[0]) not in TIMES
            or not isinstance(now, AppliedUndef)
            or now in names
        ):
            raise BoardError(f"{self.id}: {now} is constant in {line.lhs.variables}, and in nothing else")
        return equate(now.xreplace(names), now)

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
        for q in sorted(_quantities(line, self.table) - {variable}, key=str):
            if variable not in PLACES or self._slope_of(q, variable) != 0:
                raise BoardError(f"{self.id}: {q} changes with {variable}, or {variable} is no place")
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
            if caught := {b for b in _caught(result, k) if self._independent(k.lhs, b)}:
                raise BoardError(f"{self.id}: {k.lhs} stands under a sign that binds {caught}, which {k.rhs} names")
            before, result = result, self._under_derivatives(result, k)
            sides = (side.xreplace(named).xreplace(put).xreplace(back) for side in (result.lhs, result.rhs))
            result = equate(*sides)
            if bound := {v for v in _run_over(before.xreplace(named)) if v.has(k.lhs)}:
                raise BoardError(
                    f"{self.id}: {bound} is what a sign in {before} runs over: nothing is put in its place"
                )
            result = equate(calculus(result.lhs), calculus(result.rhs))
            if result == before:
                raise BoardError(f"{self.id}: {k.lhs} does not occur in {before}: the substitution changes nothing")
        return result

    def _under_derivatives(self, line, known):
        """A quantity under a derivative sign is replaced with all that it moves with: what its formula names moves
        along the path, too, but for what the quantity shows as an argument of its own."""

        def changed(e):
            inside = e.expr.xreplace({known.lhs: known.rhs})
            for variable in e.variables:
                if variable in self.table and self.table[variable].name == "t":
                    held = set().union(*(f.free_symbols for f in e.expr.atoms(AppliedUndef))) - {variable}
                    inside = self._rate(inside, variable, held, ())
                elif variable in PLACES:
                    inside = self._slope(inside, variable)
                else:
                    inside = inside.diff(variable)
            return inside

        touched = lambda e: isinstance(e, sp.Derivative) and e != known.lhs and e.expr.has(known.lhs)  # noqa: E731
        return equate(*(side.replace(touched, changed) for side in (line.lhs, line.rhs)))

    def recognise(self, line, *known):
        right = line.rhs
        for k in known:
            if caught := (_run_over(right) & k.lhs.free_symbols) - k.rhs.free_symbols:
                raise BoardError(f"{self.id}: a sign in {right} would bind {caught}, which {k.lhs} names")
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


def _caught(expr, known, bound=frozenset()) -> set:
    """What a sum, an integral or a limit around the left side of a known line would bind of its right side."""
    if expr == known.lhs:
        return (known.rhs.free_symbols & bound) - known.lhs.free_symbols
    if isinstance(expr, sp.Sum | sp.Integral | sp.Limit | sp.Derivative) and not isinstance(expr.args[0], AppliedUndef):
        bound = bound | (set(expr.variables) if isinstance(expr, sp.Sum | sp.Integral) else {expr.args[1]})
    return set().union(*(_caught(arg, known, bound) for arg in expr.args))


def _run_over(expr) -> set:
    """What the sums, integrals, limits and derivatives in an expression run over."""
    signs = expr.atoms(sp.Sum, sp.Integral, sp.Limit, sp.Derivative)
    return set().union(*({e.args[1]} if isinstance(e, sp.Limit) else set(e.variables) for e in signs))


def _quantities(expr, table) -> set:
    """The quantities that an expression names: rows of the table, and what else is a symbol or an unknown function."""
    if expr in table or isinstance(expr, AppliedUndef):
        return {expr}
    if isinstance(expr, sp.Symbol):
        return {expr}
    if isinstance(expr, sp.Derivative) and isinstance(expr.expr, AppliedUndef):
        return {expr}
    bound = set(expr.variables) if isinstance(expr, sp.Sum | sp.Integral | sp.Limit) else set()
    return set().union(*(_quantities(arg, table) for arg in expr.args)) - bound


def is_quantity(symbol) -> bool:
    """A symbol, or an unknown function of such and of whole numbers: at most a whole number is added to a symbol."""

    def is_place(e):
        parts = e.args if e.is_Add and len(e.args) == 2 else (e,)
        return all(isinstance(part, sp.Integer) or is_quantity(part) for part in parts)

    if isinstance(symbol, AppliedUndef):
        return all(map(is_place, symbol.args))
    return type(symbol) is sp.Symbol


VERBS = {
    name: getattr(Verbs, name)
    for name in (
        "given", "differentiate", "slope", "average", "interchange", "telescope", "integrate", "limit", "solve_rate",
        "repeat", "constant", "solve", "solve_system", "match", "substitute", "recognise", "equal", "combine",
    )
}  # fmt: skip

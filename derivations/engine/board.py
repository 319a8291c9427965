"""The board of a derivation: what an author writes on it becomes steps, which are data.

A verb accepts lines that already stand on this board, registered records, and symbols: never an expression. So nothing
can be typed into a derivation; it can only be derived. What counts in the end are the steps alone: the judge carries
them out again, in a process that knows neither the chapter nor this board.
"""

from __future__ import annotations

import sympy as sp

from derivations.engine import equation as registry
from derivations.engine.calculus import BoardError, evaluated
from derivations.engine.equation import Equation, Step, claims
from derivations.engine.verbs import Verbs, is_quantity
from derivations.notation import FAMILIES


class Board:
    """A blackboard for one derivation. `table` is the notation table: it names what the verbs make."""

    def __init__(self, equation: Equation, table):
        self.equation, self.table = equation, table
        self.verbs = Verbs(equation.id, table, registry.EQUATIONS | {equation.id: equation}, FAMILIES)
        self.steps: list[Step] = []

    # ---- what may be used -----------------------------------------------------------------

    def number(self, line) -> int:
        """The number of a line of this board."""
        for n, mine in enumerate(self.verbs.lines):
            if line is mine:
                return n
        raise BoardError(f"{self.equation.id}: a verb takes a line of this board, not a typed expression: {line}")

    def symbol(self, symbol):
        """A quantity of the table, or a symbol of none; never an expression."""
        if not (symbol in self.table or is_quantity(symbol)):
            raise BoardError(f"{self.equation.id}: a verb takes a symbol, not a typed expression: {symbol}")
        return symbol

    def symbols(self, symbols) -> tuple:
        return tuple(map(self.symbol, symbols))

    def renamed(self, at) -> tuple:
        """What takes the place of what; a name that is kept is none that is renamed."""
        pairs = ((self.symbol(old), int(new) if new in (0, 1) else self.symbol(new)) for old, new in (at or {}).items())
        return tuple((old, new) for old, new in pairs if old != new)

    def write(self, verb, reason, *lines, **arguments):
        """Carry out a step and keep it."""
        step = Step(verb, reason, tuple(map(self.number, lines)), arguments)
        new = self.verbs.carry_out(step)
        self.steps.append(step)
        return new

    def line(self, verb, reason, *lines, **arguments):
        (new,) = self.write(verb, reason, *lines, **arguments)
        return new

    # ---- the verbs ------------------------------------------------------------------------

    def given(self, known: Equation, *, output=None, at=None, reason=None):
        """A definition or another equation of the registry. `output` picks one claim, `at` renames symbols.

        A symbol may also be renamed to 0 or 1: the equation at an end of time, or where a quantity vanishes.
        """
        if not isinstance(known, Equation) or registry.EQUATIONS.get(known.id) is not known:
            got = f"another record by the id {known.id}" if isinstance(known, Equation) else repr(known)
            raise BoardError(f"{self.equation.id}: `given` takes a registered record; got {got}")
        if known is self.equation or known.id == self.equation.id:
            raise BoardError(f"{self.equation.id}: a derivation may not start from its own claim")
        with claims(sealed=False):
            named = [evaluated(c.lhs) for c in known.claim]
        output = None if output is None else evaluated(output)
        if output is not None and output not in named:
            raise BoardError(f"{self.equation.id}: {known.id} says nothing of {output}")
        number = 0 if output is None else named.index(output)
        return self.line("given", reason or known.title, record=known.id, output=number, at=self.renamed(at))

    def differentiate(self, line, variable, reason, *, holding=(), along=None):
        """The derivative of both sides in time (or in a parameter).

        Each quantity moves with the rate of the notation table; those in `holding` do not move, and with
        `along`, a line about a velocity field, points follow that field.
        """
        lines = [line] if along is None else [line, along]
        return self.line("differentiate", reason, *lines, variable=self.symbol(variable), holding=self.symbols(holding))

    def slope(self, line, variable, reason):
        """The derivative in x of a named quantity: the table says what that slope is called, and what those of the
        quantities in the line are."""
        return self.line("slope", reason, line, variable=self.symbol(variable))

    def solve(self, line, unknown, reason):
        """Solve for a symbol; for several of each, solve the system. `sp.Integral` stands for the line's integral,
        `sp.Derivative` for its derivative."""
        if isinstance(line, (list, tuple)):
            return self.write("solve_system", reason, *line, unknowns=self.symbols(unknown))
        if unknown in (sp.Integral, sp.Derivative):
            return self.line("solve", reason, line, unknown=unknown.__name__)
        return self.line("solve", reason, line, unknown=self.symbol(unknown))

    def substitute(self, line, *known, reason):
        """Put in what is known, literally; a substitution that changes nothing is an error."""
        return self.line("substitute", reason, line, *known)

    def recognise(self, line, *known, reason):
        """Read known lines from right to left: write the short name for the long expression."""
        return self.line("recognise", reason, line, *known)

    def equal(self, one, other, reason):
        """Two lines about the same quantity: their right sides are equal."""
        return self.line("equal", reason, one, other)

    def combine(self, *lines, coefficients, reason):
        """The sum of lines, each times a coefficient: an integer, or a quantity."""
        taken = tuple(int(c) if isinstance(c, int | sp.Integer) else self.symbol(c) for c in coefficients)
        return self.line("combine", reason, *lines, coefficients=taken)

    def match(self, line, variable, unknowns, reason):
        """Both sides are polynomials in `variable` and agree for each of its values: compare coefficients."""
        return self.write("match", reason, line, variable=self.symbol(variable), unknowns=self.symbols(unknowns))

    def average(self, line, reason):
        """The conditional expectation given x of both sides, which are affine in the random quantities."""
        return self.line("average", reason, line)

    def interchange(self, line, reason):
        """Integrals and sums are linear: move each sum, and what does not depend on the variable, outside.

        Where no sum stands under the sign, the terms go apart, and factors in different variables with them.
        """
        return self.line("interchange", reason, line)

    def telescope(self, line, reason):
        """Sums of differences: what one term gains the next one loses, and the two ends remain."""
        return self.line("telescope", reason, line)

    def integrate(self, line, reason):
        """Carry out each Gaussian integral over the real line by completing the square."""
        return self.line("integrate", reason, line)

    def limit(self, line, reason, *, holding=()):
        """Carry out each limit that a definition asks for. The quantities in `holding` stay where they are; any
        other that the notation table does not know to stand still has no known limit, and is an error."""
        return self.line("limit", reason, line, holding=self.symbols(holding))

    def solve_rate(self, line, start, reason, *, holding=()):
        """Solve the differential equation for the quantity whose value at one time is the line `start`. Quantities in
        `holding` are constant: the scope of the record says so."""
        return self.line("solve_rate", reason, line, start, holding=self.symbols(holding))

    def repeat(self, line, start, *, times, reason):
        """A step done again and again: from the value before all steps, the line `start`, the one after so many."""
        return self.line("repeat", reason, line, start, times=self.symbol(times))

    def constant(self, line, *, at, reason):
        """A quantity whose rate is zero has at another time (`at` renames the symbols) the value it has now."""
        return self.line("constant", reason, line, at=self.renamed(at))


def derive(equation: Equation, table) -> tuple[tuple[sp.Eq, ...], tuple[Step, ...], tuple[int, ...]]:
    """Run a derivation while every claim is sealed: its results, the steps, and the numbers of the results' lines."""
    board = Board(equation, table)
    with claims(sealed=True):
        result = equation.derive(board)
    ends = tuple(board.number(line) for line in (result if isinstance(result, (tuple, list)) else (result,)))
    results = tuple(board.verbs.lines[n] for n in ends)
    complain_about_ends(equation, results)
    return results, tuple(board.steps), ends


def complain_about_ends(equation: Equation, results) -> None:
    """The results are about the quantities of the claim, in their order."""
    if [r.lhs for r in results] != [evaluated(c.lhs) for c in equation.claim]:
        raise BoardError(
            f"{equation.id}: the derivation ends at {[r.lhs for r in results]}, "
            f"the claim is about {[c.lhs for c in equation.claim]}"
        )

"""A derivation carried out again from its steps alone."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import sympy as sp

from derivations.engine.board import BoardError, complain_about_ends
from derivations.engine.calculus import calculus, equate
from derivations.engine.equation import Equation, Step, Verdict
from derivations.engine.verbs import Verbs


class Replay:
    """The lines of a record's derivation, and where each comes from."""

    def __init__(
        self,
        equation: Equation,
        table: Mapping,
        records: Mapping[str, Equation],
        families=(),
        numbers_of=lambda record: {},
    ):
        self.equation, self.table, self.records, self.families = equation, table, records, families
        self.numbers_of = numbers_of
        self.made: list[range] = []  # the numbers of the lines that each step wrote
        verbs = self._verbs()
        for step in equation.steps:
            start = len(verbs.lines)
            verbs.carry_out(step)
            self.made.append(range(start, len(verbs.lines)))
        self.lines, self.held, self.renamed, self.numbers = verbs.lines, verbs.held, verbs.renamed, verbs.numbers
        if any(not 0 <= n < len(self.lines) for n in equation.ends):
            raise BoardError(f"{equation.id}: the derivation ends at a line that it does not have")
        self.results = tuple(self.lines[n] for n in equation.ends)
        if equation.verdict is not Verdict.DEFINED:
            complain_about_ends(equation, self.results)

    def _verbs(self, forget=None) -> Verbs:
        return Verbs(self.equation.id, self.table, self.records, self.families, forget, self.numbers_of)

    def step_of(self, line: int) -> Step:
        """The step that wrote a line."""
        return next(step for step, made in zip(self.equation.steps, self.made, strict=True) if line in made)

    @functools.cached_property
    def closed(self) -> list[sp.Eq]:
        """Each result with the results before it put in: a later line may name the earlier quantities."""
        done: dict = {}
        for r in self.results:
            done[r.lhs] = calculus(r.rhs.xreplace(done))
        return [equate(left, right) for left, right in done.items()]

    @property
    def uses(self) -> list[str]:
        """The records that the derivation starts from, in order."""
        return list(dict.fromkeys(s.arguments["record"] for s in self.equation.steps if s.verb == "given"))

    def idle_givens(self) -> list[str]:
        """The givens that a derivation does not need: with the content wiped out, the results are the same. Only what
        hangs on a given is carried out again."""
        return [
            step.arguments["record"]
            for step, made in zip(self.equation.steps, self.made, strict=True)
            if step.verb == "given" and not self._breaks_without(made.start)
        ]

    def _breaks_without(self, given: int) -> bool:
        verbs, touched = self._verbs(given), set()
        for step, made in zip(self.equation.steps, self.made, strict=True):
            if made.start != given and not touched.intersection(step.lines):
                verbs.lines += [self.lines[n] for n in made]
                continue
            touched |= set(made)
            try:
                if len(verbs.carry_out(step)) != len(made):
                    return True
            except Exception:  # the derivation broke, as it must: any failure will do
                return True
        return tuple(verbs.lines[n] for n in self.equation.ends) != self.results

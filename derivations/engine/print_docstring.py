"""The docstring of a printed function, from its record."""

from __future__ import annotations

import textwrap

from derivations.engine.equation import Equation, Verdict
from derivations.engine.print_latex import latex
from derivations.sources import SOURCES


def docstring(equation: Equation, target, table, used) -> str:
    """Title, formula, arguments with meaning and domain, what comes back, limits, errors, source, id and verdict."""
    row = table.__getitem__
    matrix = any(row(q).axis == "matrix" for q in equation.inputs)
    statements = "\n".join(f"$${latex(c, table, matrix=matrix)}$$" for c in equation.claim)
    named = "".join(f"\nwith $${latex(w, table)}$$" for w in equation.where)

    def describe(q):
        shape = {"component": ", one value for each component along the first axis", "matrix": ", shape (d, d)"}.get(
            row(q).axis, ""
        )
        if matrix and row(q).vector:
            shape = ", last axis d"
        return f"{row(q).name}: {row(q).meaning}; {row(q).domain}{shape}"

    arguments = "\n".join(textwrap.fill(describe(q), 112, subsequent_indent="    ") for q in equation.inputs)
    rule = "Elementwise: arrays broadcast against each other."
    if matrix:
        points = any(row(q).vector for q in equation.inputs)
        rule = "Any leading axes of x; one" if points else "One"
        rule += " time for all points, so the scales are numbers."
    if target == "array_api" and "xp" in used:
        arguments += "\nxp: array namespace, such as the one of `array_api_compat.array_namespace(x)`"
    returns = "; ".join(f"{row(c.lhs).name}, {row(c.lhs).meaning}" for c in equation.claim)
    limits = "".join(f"\n    ${limit_latex(limit, table)}$" for limit in equation.limits)
    sources = "; ".join(_cite(s) for s in equation.sources)
    assumed = ", ".join(f"${latex(a, table)}$" for a in equation.assumptions)
    others = f" Also known as {', '.join(equation.also_known_as)}." if equation.also_known_as else ""
    verdict = "definition" if equation.verdict is Verdict.DEFINED else f"{equation.verdict.name}: {equation.scope}"
    parts = [
        f"{equation.title}.",
        statements + named,
        rule,
        f"Args:\n{textwrap.indent(arguments, '    ')}",
        f"Returns:\n{textwrap.indent(textwrap.fill(returns + '.', 112), '    ')}",
        f"Limits:{limits}" if limits else "",
        f"Assumes {assumed}. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan."
        if assumed
        else "",
        f"Source: {sources}.\nEquation: {equation.id} ({verdict}).{others}",
    ]
    return 'r"""' + "\n\n".join(p for p in parts if p) + '\n"""'


def _cite(source):
    work = SOURCES[source.key]
    return (
        f"{work.authors.split(',')[0].split('. ')[-1]} et al. ({work.year}), {source.where}"
        if source.key != "house"
        else f"this project, {source.where}"
    )


def limit_latex(limit, table) -> str:
    """One-sided limit as LaTeX."""
    value = latex(limit.value, table, typed=False)
    return rf"\lim_{{t \to {limit.point}^{{{limit.side}}}}} {table[limit.output].latex} = {value}"

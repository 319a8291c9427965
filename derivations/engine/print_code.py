"""Claim -> source text. The tree is printed from left to right exactly as it was typed."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

import sympy as sp

from derivations.engine.balls import is_identity, unfolded
from derivations.engine.equation import Equation
from derivations.engine.print_docstring import docstring
from derivations.engine.print_latex import without_minus
from derivations.engine.print_matrices import MATRIX, has_matrix, in_one_matrix, is_symmetric, product, shape

SUM, PRODUCT, POWER, ATOM = range(4)
NAMESPACES = {"array_api": "xp", "numpy": "np", "torch": "torch", "jax": "jnp"}
IMPORTS = {"numpy": "import numpy as np", "torch": "import torch", "jax": "import jax.numpy as jnp"}
FUNCTIONS = {*"exp expm1 log log1p sin cos tan sinh cosh tanh asin acos atan".split()}  # called so in every library
IDENTITY = "{0}.eye({1}.shape[-1], dtype={1}.dtype, device={1}.device)"


class CodePrinter:
    """Prints one function's expressions; `used` collects the namespaces they need."""

    def __init__(self, target, table):
        self.namespace, self.table, self.used = NAMESPACES[target], table, set()

    def code(self, expr, at_least=SUM):
        text, level = self.parts(expr)
        return f"({text})" if level < at_least else text

    def is_matrix(self, e) -> bool:
        """Does the tree stand for a matrix? A matrix times a vector does not."""
        return has_matrix(e, self.table) and shape(e, self.table) == MATRIX

    def parts(self, e):
        if e in self.table:
            return self.table[e].name, ATOM
        matrices = has_matrix(e, self.table)
        if matrices:
            shape(e, self.table)
        positive = without_minus(e)
        if positive is not None:
            return "-" + self.code(positive, PRODUCT), PRODUCT
        if e.is_Integer:
            return str(e), ATOM
        if e.is_Rational:
            return f"{e.p} / {e.q}", PRODUCT
        if e is sp.pi:
            self.used.add("math")
            return "math.pi", ATOM
        if e.is_Add:
            return self.sum(e), SUM
        if e.is_Mul:
            return self.matrix_product(e) if matrices else self.product(e)
        if e.is_Pow:
            return self.matrix_product(e) if matrices else self.power(e)
        if isinstance(e, sp.Sum):
            self.check_sum(e)
            self.used.add(self.namespace)
            axis = "dim" if self.namespace == "torch" else "axis"
            return f"{self.namespace}.sum({self.code(e.function)}, {axis}=0)", ATOM
        if isinstance(e, sp.Abs):  # Python's own: every array library answers to it
            return f"abs({self.code(e.args[0])})", ATOM
        if e.func.__name__ in FUNCTIONS and len(e.args) == 1:
            return self.call(e.func.__name__, e.args[0]), ATOM
        raise TypeError(f"no code for {type(e).__name__}: {e}")

    def sum(self, e):
        matrix = self.is_matrix(e)

        def term(arg):
            if matrix and not self.is_matrix(arg):  # a number stands for that multiple of the identity
                self.used.add(self.namespace)
                name = next(
                    self.table[q].name for q in e.free_symbols if q in self.table and self.table[q].axis == "matrix"
                )
                return f"{self.code(arg, PRODUCT)} * {IDENTITY.format(self.namespace, name)}"
            return self.code(arg, PRODUCT)

        text = term(e.args[0]) if matrix else self.code(e.args[0])
        for arg in e.args[1:]:
            positive = without_minus(arg)
            text += f" + {term(arg)}" if positive is None else f" - {term(positive)}"
        return text

    def product(self, e):
        text = ""
        for arg in e.args:
            if arg.is_Pow and arg.exp is sp.S.NegativeOne:
                text = f"{text or 1} / {self.code(arg.base, POWER)}"
            else:
                text += f" * {self.code(arg, POWER)}" if text else self.code(arg, PRODUCT)
        return text, PRODUCT

    def matrix_product(self, e):
        """Points are rows, so that a symmetric matrix acts on them from the right: `vector @ matrix`."""
        found = product(e, self.table)
        numbers, matrices, vector = found.numbers, list(found.matrices), found.vector
        if not matrices:  # a vector, stretched: a matrix acts inside of it
            return self.product(e)
        if vector is not None:  # (A B v)' = v' B' A'
            if wrong := [m for m, _ in matrices if not is_symmetric(m, self.table)]:
                raise TypeError(f"no code for what acts on a vector and may not be symmetric: {wrong[0]}")
            matrices.reverse()
        if in_one_matrix([m for m, _ in matrices], self.table):
            matrices.sort(key=lambda each: not each[1])  # a solve, where an inverse would do as well
        *before, (last, inverted) = matrices
        scaled = lambda factors: " * ".join(self.code(f, POWER) for f in factors)  # noqa: E731
        with_last = not inverted and (before[-1][1] if before else vector is None)
        if inverted:
            self.used.add(self.namespace)
            text = f"{self.namespace}.linalg.inv({self.code(last)})"
        else:
            text = scaled([*numbers, last]) if with_last else self.code(last, POWER)
        for matrix, inverted in reversed(before):
            if inverted:
                self.used.add(self.namespace)
                text = f"{self.namespace}.linalg.solve({self.code(matrix)}, {text})"
            else:
                text = f"{self.code(matrix, POWER)} @ {text}"
        outside = [*([] if with_last else numbers), *([] if vector is None else [vector])]
        if not outside:
            return text, PRODUCT
        if vector is None:
            return f"{scaled(outside)} * {text}", PRODUCT
        return f"{scaled(outside)} @ {text}", PRODUCT

    def check_sum(self, e):
        """Sums run over all components, the first axis of what belongs to them: no other sum has code."""
        over_all = len(e.limits) == 1 and e.limits[0][1] == 1 and e.limits[0][2].is_Symbol
        inner = {total: sp.Dummy() for total in e.function.atoms(sp.Sum)}
        own = e.function.xreplace(inner)
        if not over_all or not any(row.axis == "component" and own.has(q) for q, row in self.table.items()):
            raise TypeError(f"no code for a sum that is not over the components of what is summed: {e}")

    def power(self, e):
        if e.exp == sp.S.Half:
            return self.call("sqrt", e.base), ATOM
        if e.exp is sp.S.NegativeOne:
            return f"1 / {self.code(e.base, POWER)}", PRODUCT
        return f"{self.code(e.base, ATOM)}**{self.code(e.exp, ATOM)}", POWER

    def call(self, name, argument):
        """Parameters are Python numbers: their functions come from `math`, those of arrays from the namespace."""
        rows = [row for q, row in self.table.items() if argument.has(q)]
        space = "math" if all(row.scalar for row in rows) else self.namespace
        self.used.add(space)
        return f"{space}.{name}({self.code(argument)})"


@dataclass(frozen=True)
class Source:
    """One printed function, and the namespaces that it uses."""

    text: str
    used: frozenset[str]


def is_function(equation: Equation, table) -> bool:
    """Can it be computed from its inputs? Identities, and definitions of abstract things, cannot."""
    known = {*equation.inputs, *(w.lhs for w in equation.where), *(c.lhs for c in equation.claim)}
    trees = [e.rhs for e in (*equation.where, *equation.claim)]
    return (
        bool(equation.inputs)
        and not is_identity(equation, table)
        and all(_names(tree, table) <= known for tree in trees)
    )


def _names(expr, table):
    if expr in table:
        return {expr}
    if isinstance(expr, sp.Sum):
        return _names(expr.function, table)
    found = (
        set().union(*(_names(arg, table) for arg in expr.args)) if expr.args else ({expr} if expr.is_Symbol else set())
    )
    return found | ({expr} if isinstance(expr, sp.Derivative | sp.Integral) else set())


def function(equation: Equation, target, table, *, name=None, claims=None, where=None, doc=None) -> Source:
    """Source of one function. `claims` and `where` take the place of the record's own for its near misses."""
    printer = CodePrinter(target, table)
    row = lambda q: table[q].name  # noqa: E731
    outputs = list(claims or equation.typed())
    body = [
        f"{row(w.lhs)} = {printer.code(w.rhs)}" for w in _called(equation.where if where is None else where, outputs)
    ]
    if len(outputs) == 1:
        body.append(f"return {printer.code(outputs[0].rhs)}")
    else:
        body += [f"{row(c.lhs)} = {printer.code(c.rhs)}" for c in outputs]
        body.append("return " + ", ".join(row(c.lhs) for c in outputs))
    arguments = [row(q) for q in equation.inputs]
    if "xp" in printer.used:
        arguments += ["*", "xp"]
    head = f"def {name or equation.name}({', '.join(arguments)}):"
    text = docstring(equation, target, table, printer.used) if doc is None else f'"""{doc}"""'
    return Source(
        "\n".join([head, textwrap.indent(text, "    "), *("    " + line for line in body)]), frozenset(printer.used)
    )


def _called(where, outputs):
    """The intermediates that an output needs: a stable form may do without some that the published one names."""
    kept = list(outputs)
    for w in reversed(where):
        kept = [w, *kept] if any(line.rhs.has(w.lhs) for line in kept) else kept
    return kept[: len(kept) - len(outputs)]


def near_misses(equation: Equation, table) -> dict[str, Source]:
    """Each near miss as a function, and for an identity the stand-in that its experiment runs on, by Python name."""
    printed, identity = {}, is_identity(equation, table)
    if identity and equation.experiment:
        printed[equation.name] = _stand_in(
            equation, equation.claim[0], equation.where, equation.name, "As the identity says.", table
        )
    for title, miss in equation.near_misses.items():
        name = f"{equation.name}__{slug(title)}"
        wrong, where = equation.with_mistake(miss)
        if identity:
            printed[name] = _stand_in(equation, wrong, where, name, f"Near miss: {title}.", table)
        elif is_function(equation, table):
            claims = [wrong if c.lhs == wrong.lhs else c for c in equation.typed()]
            names = tuple(w for w in where if w.lhs in [v.lhs for v in equation.where])
            printed[name] = function(
                equation, "array_api", table, name=name, claims=claims, where=names, doc=f"Near miss: {title}."
            )
    return {name: source for name, source in printed.items() if source is not None}


def _stand_in(equation, claim, where, name, doc, table):
    """What an identity says, as a function: its right side, or where integrals remain the name that it rests on."""
    if claim.rhs.has(sp.Integral):
        rest = [w for w in where if w.lhs in table]
        if len(rest) != 1 or claim != equation.claim[0]:
            return None
        return function(equation, "array_api", table, name=name, claims=rest, where=(), doc=doc)
    right = sp.Eq(claim.lhs, unfolded(claim.rhs, where), evaluate=False)
    if not _names(right.rhs, table) <= set(equation.inputs):  # functions that are left abstract
        return None
    return function(equation, "array_api", table, name=name, claims=[right], where=(), doc=doc)


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def snippet(equation: Equation, target, table) -> str:
    """A stand-alone function for readers and for other codebases (CC0)."""
    source = function(equation, target, table)
    lines = (["import math"] if "math" in source.used else []) + (
        [IMPORTS[target]] if NAMESPACES[target] in source.used else []
    )
    return "\n".join(lines) + ("\n\n\n" if lines else "") + source.text + "\n"

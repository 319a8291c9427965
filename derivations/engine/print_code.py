"""Claim -> source text. The tree is printed from left to right exactly as it was typed."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

import sympy as sp

from derivations.engine.balls import is_identity, unfolded
from derivations.engine.equation import ROOT, Equation
from derivations.engine.print_docstring import docstring
from derivations.engine.print_latex import without_minus

SUM, PRODUCT, POWER, ATOM = range(4)
NAMESPACES = {"array_api": "xp", "numpy": "np", "torch": "torch", "jax": "jnp"}
IMPORTS = {"numpy": "import numpy as np", "torch": "import torch", "jax": "import jax.numpy as jnp"}
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
        return any(self.table[q].axis == "matrix" for q in e.free_symbols if q in self.table) and not self.has_vector(e)

    def has_vector(self, e) -> bool:
        return any(self.table[q].vector for q in e.free_symbols if q in self.table)

    def parts(self, e):
        if e in self.table:
            return self.table[e].name, ATOM
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
            return (
                self.matrix_product(e) if self.is_matrix(e) or any(map(self.is_matrix, _chain(e))) else self.product(e)
            )
        if e.is_Pow:
            return self.power(e)
        if isinstance(e, sp.Sum):
            self.used.add(self.namespace)
            axis = "dim" if self.namespace == "torch" else "axis"
            return f"{self.namespace}.sum({self.code(e.function)}, {axis}=0)", ATOM
        if isinstance(e, sp.Abs):  # Python's own: every array library answers to it
            return f"abs({self.code(e.args[0])})", ATOM
        if isinstance(e, sp.Function):
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
        """Rows are vectors: `vector @ matrix`. A quotient of matrices is a linear solve; they commute."""
        scalars, above, below, vectors = [], [], [], []
        for factor in _chain(e):
            divides = factor.is_Pow and factor.exp is sp.S.NegativeOne
            matrix = self.is_matrix(factor)
            kind = below if divides and matrix else above if matrix else vectors if self.has_vector(factor) else scalars
            kind.append(factor.base if divides and matrix else factor)
        scaled = lambda factors: " * ".join(self.code(f, POWER) for f in factors)  # noqa: E731
        if not below:
            text = scaled(scalars + above)
        elif above:
            text = f"{self.namespace}.linalg.solve({self.code(below[0])}, {scaled(scalars + above)})"
        else:
            text, vectors = f"{self.namespace}.linalg.inv({self.code(below[0])})", scalars + vectors
        self.used |= {self.namespace} if below else set()
        return (f"{scaled(vectors)} @ {text}" if vectors else text), PRODUCT

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


def _chain(e):
    """The factors of a product typed from left to right."""
    return [f for arg in e.args for f in _chain(arg)] if e.is_Mul else [e]


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


def place(name) -> str:
    """Where the chapter is typed: a file, or the folder of a long one."""
    return f"derivations/{name}/" if (ROOT / "derivations" / name).is_dir() else f"derivations/{name}.py"


def chapter(name, equations, table) -> str:
    """The text of one generated file: its functions, and its names for functions that stand elsewhere."""
    printed = [function(e, "array_api", table) for e in equations if e.chapter == name and is_function(e, table)]
    others = sorted(
        (other.partition(".")[2], e)
        for e in equations
        for other in e.also_known_as
        if other.partition(".")[0] == name and is_function(e, table)
    )
    header = f"Generated from {place(name)}. Do not edit: python -m derivations generate"
    return _module(header, printed, [_other_name(name, other, e) for other, e in others])


def _other_name(chapter, other, equation):
    """The line that imports what a second name needs, and the lines that give it."""
    own = equation.chapter == chapter
    where = "" if own else f"from refimpl.formulas import {equation.chapter}"
    main = equation.name if own else equation.id
    return where, f'{other} = {main}\n"""Another name of `{equation.id}`: the same function."""'


def near_miss_chapter(name, equations, table) -> str:
    """The text of one generated file of mistakes, kept apart from the formulas."""
    printed = [source for e in equations if e.chapter == name for source in near_misses(e, table).values()]
    return _module(
        f"WRONG on purpose: near misses of {place(name)}, and what its identities say.\n\n"
        "Generated. Do not edit: python -m derivations generate\n",
        printed,
    )


def _module(header, printed, others=()):
    if not printed and not others:
        return ""
    standard = "import math\n\n" if any("math" in source.used for source in printed) else ""
    own = "".join(f"{line}\n" for line in sorted({line for line, _ in others if line}))
    texts = [*(source.text for source in printed), *(text for _, text in others)]
    return f'"""{header}"""\n\n{standard}{own}{chr(10) if own else ""}\n' + "\n\n\n".join(texts) + "\n"


def snippet(equation: Equation, target, table) -> str:
    """A stand-alone function for readers and for other codebases (CC0)."""
    source = function(equation, target, table)
    lines = (["import math"] if "math" in source.used else []) + (
        [IMPORTS[target]] if NAMESPACES[target] in source.used else []
    )
    return "\n".join(lines) + ("\n\n\n" if lines else "") + source.text + "\n"

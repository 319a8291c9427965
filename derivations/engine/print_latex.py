"""Claim and steps -> LaTeX, with dots for time derivatives. Claims keep the order in which they were typed."""

from __future__ import annotations

import sympy as sp
from sympy.printing.latex import LatexPrinter


def without_minus(expr):
    """The tree with its leading -1 taken off, or None: `-a / b` is typed as ((-1) a) / b."""
    if expr.is_Number and expr < 0:
        return -expr
    if expr.is_Mul:
        first, rest = expr.args[0], expr.args[1:]
        if first is sp.S.NegativeOne:
            return rest[0] if len(rest) == 1 else sp.Mul(*rest, evaluate=False)
        inner = without_minus(first)
        if inner is not None:
            return sp.Mul(inner, *rest, evaluate=False)
    return None


class NotationPrinter(LatexPrinter):
    """Stock LaTeX in the notation of the table: for the lines of a derivation."""

    def __init__(self, table, index="k"):
        super().__init__({"order": "none"})
        self.table, self.index, self.inside = table, index, False

    def _print(self, expr, **kwargs):
        if isinstance(expr, sp.Basic) and expr in self.table:
            row = self.table[expr]
            component = self.inside and row.axis == "component"
            return row.latex.replace("_k", f"_{self.index}") if component else row.latex
        return super()._print(expr, **kwargs)

    def _print_Pow(self, expr):
        forgotten = not expr.exp.is_Rational or expr.exp > 1  # by SymPy's own, where the base is a function
        if expr.base in self.table and forgotten:
            base, exponent = self.table[expr.base].latex, self._print(expr.exp)
            simple = all(c not in base for c in " ^[(")
            return f"{base}^{{{exponent}}}" if simple else rf"\left({base}\right)^{{{exponent}}}"
        return super()._print_Pow(expr)

    def _print_expm1(self, expr, exp=None):
        return rf"\operatorname{{expm1}}\left({self._print(expr.args[0])}\right)"

    def _print_log1p(self, expr, exp=None):
        return rf"\operatorname{{log1p}}\left({self._print(expr.args[0])}\right)"

    def _print_Dummy(self, expr):
        return rf"\mathrm{{{expr.name}}}"

    def _print_Derivative(self, expr):
        signs = [
            rf"\partial_{{{self._print(variable)}}}" + ("" if count == 1 else f"^{{{count}}}")
            for variable, count in expr.variable_count
        ]
        inside = self.bracketed(expr.expr, always=expr.expr not in self.table)
        return f"{' '.join(signs)} {inside}"

    def _needs_mul_brackets(self, expr, first=False, last=False):
        return (self.reaches(expr) and not last) or super()._needs_mul_brackets(expr, first, last)

    def reaches(self, expr):
        """A derivative that is no row of the table: what stands to its right would be read as differentiated."""
        return isinstance(expr, sp.Derivative) and expr not in self.table

    def _print_Sum(self, expr):
        _, low, high = expr.limits[0]
        outside, self.inside = self.inside, True
        term = self.bracketed(expr.function, always=False)
        self.inside = outside
        return rf"\sum_{{{self.index}={self._print(low)}}}^{{{self._print(high)}}} {term}"

    def _print_Integral(self, expr):
        signs, ends = "", ""
        for variable, low, high in expr.limits:  # over all of space, unless the ends say otherwise
            whole = (low, high) == (-sp.oo, sp.oo)
            signs += r"\int " if whole else rf"\int_{{{self._print(low)}}}^{{{self._print(high)}}} "
            ends += rf" \, d{self._print(variable)}"
        return signs + self.bracketed(expr.function, always=False) + ends

    def bracketed(self, expr, always):
        text = self._print(expr)
        return rf"\left({text}\right)" if always or expr.is_Add else text


class TypedPrinter(NotationPrinter):
    """For claims: sums and products from left to right, as they were typed.

    In a matrix statement a quotient by a matrix is its inverse, and a number added to one is a multiple of I.
    """

    def __init__(self, table, matrix=False, index="k"):
        super().__init__(table, index)
        self.matrix = matrix

    def is_matrix(self, e):
        rows = [self.table[q] for q in e.free_symbols if q in self.table] if self.matrix else []
        return any(row.axis == "matrix" for row in rows) and not any(row.vector for row in rows)

    def _print_Add(self, expr):
        matrix, text = self.is_matrix(expr), ""
        for term in self.terms(expr):
            positive = without_minus(term)
            body = self.bracketed(term if positive is None else positive, always=False)
            body += " I" if matrix and not self.is_matrix(term) else ""
            text += (
                (" + " if positive is None else " - ") + body if text else ("- " if positive is not None else "") + body
            )
        return text

    def terms(self, expr):
        """a + b + c is typed as (a + b) + c; brackets on the right are kept."""
        first, *rest = expr.args
        return [*(self.terms(first) if first.is_Add else [first]), *rest]

    def _print_Mul(self, expr):
        sign, factors = self.chain(expr)
        text, numerator, denominator = [], [], []
        for factor in [*factors, None]:
            divides = factor is not None and factor.is_Pow and factor.exp is sp.S.NegativeOne
            if divides and self.is_matrix(factor.base):
                numerator.append(sp.Symbol(rf"{self.bracketed(factor.base, always=False)}^{{-1}}"))
                continue
            if divides:
                denominator.append(factor.base)
                continue
            if denominator:  # a / b: what stands to the left becomes the numerator
                top = " ".join(self.product(numerator)) if numerator else "1"
                bottom = " ".join(self.product(denominator))
                text, numerator, denominator = [*text, rf"\frac{{{top}}}{{{bottom}}}"], [], []
            if factor is not None:
                numerator.append(factor)
        text += self.product(numerator, first=not text and not sign)
        return sign + " ".join(text)

    def _print_Symbol(self, expr, style="plain"):
        return expr.name if "^{-1}" in expr.name else super()._print_Symbol(expr, style)

    def product(self, factors, first=True):
        alone = first and len(factors) == 1
        last = len(factors) - 1
        return [
            self._print(f)
            if alone
            else self.bracketed(f, always=(isinstance(f, sp.Sum | sp.Integral) or self.reaches(f)) and i < last)
            for i, f in enumerate(factors)
        ]

    def chain(self, expr):
        """A product as typed, left to right, with its sign in front."""
        factors, sign, stack = [], "", [expr]
        while stack:
            e = stack.pop()
            if e.is_Mul:
                stack += reversed(e.args)
            elif e is sp.S.NegativeOne:
                sign = "" if sign else "- "
            elif e.is_Pow and e.exp.is_Integer and e.exp < -1:
                factors.append(sp.Pow(sp.Pow(e.base, -e.exp, evaluate=False), -1, evaluate=False))
            elif e.is_Rational and not e.is_Integer:
                factors += ([sp.Integer(e.p)] if e.p != 1 else []) + [sp.Pow(sp.Integer(e.q), -1, evaluate=False)]
            else:
                factors.append(e)
        return sign, factors


def latex(expr, table, *, typed=True, matrix=False) -> str:
    """LaTeX of a typed claim (or, with `typed=False`, of a derived line). Beside a quantity of the component k,
    sums run over another index."""
    of_component = isinstance(expr, sp.Eq) and expr.lhs in table and table[expr.lhs].axis == "component"
    index = "j" if of_component else "k"
    printer = TypedPrinter(table, matrix, index) if typed else NotationPrinter(table, index)
    if isinstance(expr, sp.Eq):
        return f"{printer.doprint(expr.lhs)} = {printer.doprint(expr.rhs)}"
    return printer.doprint(expr)

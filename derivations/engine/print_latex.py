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
        own = expr.exp.is_Rational and (expr.exp < 0 or expr.exp.p == 1)  # SymPy's: a fraction, a root
        if expr.base in self.table and not own:  # it would forget the exponent, where the base is a function
            base, exponent = self.table[expr.base].latex, self._print(expr.exp)
            simple = all(c not in base for c in " ^[(")
            return f"{base}^{{{exponent}}}" if simple else rf"\left({base}\right)^{{{exponent}}}"
        if expr.base.is_Rational and not expr.base.is_Integer and (expr.exp < 0 or not own):
            return f"{self.brackets(self._print(expr.base))}^{{{self._print(expr.exp)}}}"
        return super()._print_Pow(expr)

    def _print_expm1(self, expr, exp=None):
        return self.called("expm1", expr, exp)

    def _print_log1p(self, expr, exp=None):
        return self.called("log1p", expr, exp)

    def called(self, name, expr, exp):
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\operatorname{{{name}}}{power}\left({self._print(expr.args[0])}\right)"

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
        if len(expr.limits) != 1:
            raise TypeError(f"no LaTeX for a sum over several indices at once: {expr}")
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
        return self.brackets(text) if always or expr.is_Add or text.startswith("-") else text

    def brackets(self, text):
        return rf"\left({text}\right)"


class Ready(sp.Symbol):
    """A factor that is LaTeX already."""

    def _latex(self, printer):
        return self.name


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
            body = self._print(term) if positive is None else f"- {self.bracketed(positive, always=False)}"
            if positive is None and term.is_Add:
                body = self.brackets(body)
            while body.startswith("- -"):  # a sign that is typed deeper in the product
                body = body[3:].lstrip()
            body += " I" if matrix and not self.is_matrix(term) else ""
            if text:
                body = f" - {body[1:].lstrip()}" if body.startswith("-") else f" + {body}"
            text += body
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
                numerator.append(self.inverse(factor.base))
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
        body = " ".join([*text, *self.product(numerator, first=not text and not sign, after=text)])
        return (sign.strip() if body[0].isdigit() else sign) + body

    def inverse(self, base):
        base, times = (base.base, base.exp) if base.is_Pow and base.exp.is_Integer and base.exp > 0 else (base, 1)
        text = self._print(base)
        return Ready(f"{text if base in self.table else self.brackets(text)}^{{-{times}}}")

    def product(self, factors, first=True, after=""):
        if first and len(factors) == 1:
            return [self._print(factors[0])]
        texts = []
        for i, f in enumerate(factors):
            reaches = isinstance(f, sp.Sum | sp.Integral) or self.reaches(f)
            text = self.bracketed(f, always=reaches and i < len(factors) - 1)
            texts.append(rf"\cdot {text}" if text[0].isdigit() and (i or after) else text)
        return texts

    def chain(self, expr):
        """A product as typed, left to right, with its sign in front."""
        factors, sign, stack = [], "", [expr]
        while stack:
            e = stack.pop()
            if e.is_Mul:
                stack += reversed(e.args)
            elif e.is_Rational and e < 0:
                sign = "" if sign else "- "
                stack += [-e] if e is not sp.S.NegativeOne else []
            elif e.is_Pow and e.exp.is_Rational and e.exp < 0 and e.exp is not sp.S.NegativeOne:
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

"""Signs that are certain: decided from what is assumed, never from a sample."""

from __future__ import annotations

import re

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef

from derivations.engine.calculus import evaluated

ENTIRE = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, expm1)  # on the real line
REAL = (sp.exp, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.atan, sp.Abs, expm1)
LIKE_THEIR_ARGUMENT = (sp.sinh, sp.tanh, sp.coth, sp.atan, expm1, log1p)


def gaps(assumptions):
    """The expressions that the assumptions say are positive, or zero at an edge and positive elsewhere: what may be
    zero as a whole on a part of the domain is not taken where "or equal" is said.
    """
    ways = {">": (1, -1), ">=": (1, -1), "<": (-1, 1), "<=": (-1, 1)}
    known = [a for a in assumptions if getattr(a, "rel_op", None) in ways]
    found = [(a, evaluated(a.lhs) * ways[a.rel_op][0] + evaluated(a.rhs) * ways[a.rel_op][1]) for a in known]
    return [gap for a, gap in found if a.rel_op in (">", "<") or analytic(gap)]


def bounds(positive):
    """Of each quantity that numbers enclose: from where to where, None where there is no such number."""
    found = {}
    for gap in positive:
        atoms = quantities(gap)
        if len(atoms) != 1:
            continue
        (q,) = atoms
        slope, rest = gap.coeff(q), gap.subs(q, 0)
        if not (slope.is_number and rest.is_number and slope.is_real and slope != 0) or sp.expand(
            slope * q + rest - gap
        ):
            continue
        low, high = found.get(q, (None, None))
        edge = -rest / slope
        if slope > 0:
            low = edge if low is None else sp.Max(low, edge)
        else:
            high = edge if high is None else sp.Min(high, edge)
        found[q] = low, high
    for q, (low, high) in found.items():
        if q.is_nonnegative:
            found[q] = sp.S.Zero if low is None else sp.Max(low, 0), high
    return found


def quantities(e):
    """Symbols and abstract functions, each as a whole."""
    if isinstance(e, AppliedUndef | sp.Indexed) or (isinstance(e, sp.Derivative) and isinstance(e.expr, AppliedUndef)):
        return {e}
    if e.is_Symbol:
        return {e}
    return set().union(*(quantities(arg) for arg in e.args))


def of_the_table(table, quantities):
    """What the rows of these quantities say about their range, as relations: a domain such as [0, 1)."""
    found = []
    for q in quantities:
        if q.is_Symbol and q in table and (ends := re.fullmatch(r"[\[(]([^,]+), ([^,]+)[\])]", table[q].domain)):
            low, high = (sp.sympify(end) for end in ends.groups())
            if low.is_number and high.is_number:
                found += [q >= low, q <= high]
    return [relation for relation in found if relation not in (sp.true, sp.false)]


def analytic(e, inner=None) -> bool:
    """Is an expression a quotient of functions that are analytic on all of a connected domain, so that it vanishes
    everywhere or on no part of it? `inner` are the places of quantities between numbers.
    """
    known = quantities(e)
    if any(q.is_integer for q in known & e.free_symbols):  # what depends on a whole number may vanish at some of them
        return False
    abstract = [q for q in known if not q.is_Symbol]
    names = [_name(q) for q in abstract]
    alone = all(_at_a_point(q) or names.count(_name(q)) == 1 for q in abstract)
    return alone and _quotient(e, inner or {})


def _at_a_point(q) -> bool:
    """Is an abstract quantity taken at points of its own? f(k) and f(2), or f(x) and f(|x|), may be the same one."""
    inside = q.expr if isinstance(q, sp.Derivative) else q
    return all(arg.is_Number or (arg.is_Symbol and not arg.is_integer) for arg in inside.args)


def _name(q):
    """What an abstract quantity is called, wherever it is taken."""
    if isinstance(q, sp.Derivative):
        return q.expr.func, q.variables
    return q.base if isinstance(q, sp.Indexed) else q.func


def _quotient(e, inner):
    if e.is_Add or e.is_Mul or (e.is_Pow and e.exp.is_Integer):
        return all(_quotient(arg, inner) for arg in e.args)
    return _smooth(e, inner)


def _smooth(e, inner):
    """Analytic wherever on the domain: nothing has a pole, and what stands under a root or a logarithm is positive."""
    if e.is_Number or e.is_NumberSymbol or e == quantity(e):
        return True
    if isinstance(e, sp.Sum):
        return _smooth(e.function, inner) and all(end.is_Integer for limit in e.limits for end in limit[1:])
    if not all(_smooth(arg, inner) for arg in e.args):
        return False
    if e.is_Add or e.is_Mul or e.func in ENTIRE:
        return True
    if e.is_Pow and e.exp.is_Integer and e.exp >= 0:
        return True
    if e.is_Pow or isinstance(e, sp.log):
        return _above(e.args[0], inner)
    return isinstance(e, log1p) and _above(1 + e.args[0], inner)


def _above(e, inner):
    """Positive at every inner point of the domain."""
    return bool(e.is_positive or sp.factor(sp.together(evaluated(e).xreplace(inner))).is_positive)


def quantity(e):
    """The expression itself, if it is a symbol or abstract."""
    return e if quantities(e) == {e} else None


class Signs:
    """The signs of real expressions where the assumptions hold; None is a sign that is not certain.

    "Positive" leaves out no open part of the domain; at single points the expression may vanish.
    """

    def __init__(self, assumptions=()):
        positive = gaps(assumptions)
        self.known, self.stand_ins = {}, {}
        self.places, self.inner = {}, {}
        for q, (low, high) in bounds(positive).items():
            free = sp.Dummy(positive=True)
            if low is not None and high is not None:
                self.places[self._plain(q)] = (low + high * free) / (1 + free)
            else:
                self.places[self._plain(q)] = high - free if low is None else low + free
            self.inner[q] = self.places[self._plain(q)]
        self.facts = []
        for gap in positive:
            gap = self._plain(gap)
            alone = [q for q in gap.free_symbols if gap.coeff(q) == 1 and not (gap - q).has(q)]
            bounded = set(self.places) | {p for place in self.places.values() for p in place.free_symbols}
            alone = sorted((q for q in alone if q not in bounded), key=str)
            if len(gap.free_symbols) > 1 and alone and not (gap - alone[0]).free_symbols & bounded:
                self.places[alone[0]] = alone[0] - gap + sp.Dummy(positive=True)
            elif len(gap.free_symbols) > 1 or gap.free_symbols - set(self.places):
                self.facts.append(sp.expand(sp.Mul(*sp.fraction(sp.factor(sp.together(gap.xreplace(self.places)))))))
        self.known.clear()  # what was asked before all the facts were there

    def positive(self, e) -> bool:
        return self.sign(e) == 1

    def nonzero(self, e) -> bool:
        """Does an expression that is not zero at some point vanish on no part of the domain?"""
        if isinstance(e, sp.Sum) and len(e.limits) == 1 and not e.has(sp.Integral):
            (_, first, last) = e.limits[0]
            if first == 1 and last.is_Symbol and last.is_positive and analytic(e.function, self.inner):
                return True  # of terms that are one function of other quantities each
        if isinstance(e, sp.exp) or analytic(e, self.inner) or (e.is_number and not e.has(sp.Integral)):
            return True
        if e.is_Mul or e.is_Pow or isinstance(e, (sp.Abs, *LIKE_THEIR_ARGUMENT)):
            return all(map(self.nonzero, e.args if e.is_Mul else e.args[:1])) or self.sign(e) is not None
        return self.sign(e) is not None

    def real(self, e) -> bool:
        """Is it certain that the value is a real number wherever it is defined?"""
        if e.is_real:
            return True
        if isinstance(e, sp.Sum | sp.Integral):
            return self.real(e.function) and proper(e, self)
        if isinstance(e, sp.Derivative):
            return self.real(e.expr)
        if e.is_Add or e.is_Mul or isinstance(e, REAL):
            return all(map(self.real, e.args))
        if e.is_Pow:
            return self.real(e.base) if e.exp.is_integer else self.real(e.exp) and self.positive(e.base)
        if isinstance(e, sp.log):
            return self.positive(e.args[0])
        if isinstance(e, log1p):
            return self.positive(1 + e.args[0])
        return isinstance(e, sp.asin | sp.acos) and self.real(e.args[0]) and self.positive(1 - e.args[0] ** 2)

    def sign(self, e):
        """1, -1, or None."""
        if e not in self.known:
            self.known[e] = None  # whoever asks again on the way gets no answer
            self.known[e] = self._sign(e)
        return self.known[e]

    def _sign(self, e):
        if e.is_positive or e.is_negative:
            return 1 if e.is_positive else -1
        if isinstance(e, sp.exp | sp.cosh):
            return 1 if self.real(e.args[0]) else None
        if isinstance(e, sp.Abs):
            return 1 if self.real(e.args[0]) and self.nonzero(e.args[0]) else None
        if isinstance(e, LIKE_THEIR_ARGUMENT):
            return self.sign(e.args[0]) if not isinstance(e, log1p) or self.real(e) else None
        if isinstance(e, sp.asin):
            return self.sign(e.args[0]) if self.real(e) else None
        if isinstance(e, sp.Sum | sp.Integral):
            wide = isinstance(e, sp.Sum) or all(map(self._wide, e.limits))
            return self.sign(e.function) if wide and proper(e, self) and forward(e.limits) else None
        if isinstance(e, sp.log) and self.positive(e.args[0]):
            return self.sign(e.args[0] - 1)
        if e.is_Pow:
            return self._sign_of_power(e)
        if e.is_Mul:
            return self._product(e.args)
        if isinstance(e, sp.sin | sp.cos):
            return self._of_turn(e)
        return self._of_sum(e) if e.is_Add or e.is_Symbol or e in quantities(e) else None

    def _wide(self, limit):
        """Is an integral never one over nothing?"""
        _, low, high = limit
        return low.is_infinite or high.is_infinite or self.nonzero(evaluated(high - low))

    def _of_turn(self, e):
        """Between which multiples of a quarter turn does the angle stay?"""
        angle = e.args[0] + (sp.pi / 2 if isinstance(e, sp.cos) else 0)
        return 1 if self.positive(angle) and self.positive(sp.pi - angle) else None

    def _sign_of_power(self, e):
        base = self.sign(e.base)
        if e.exp.is_integer:
            if e.exp.is_even:
                return 1 if self.real(e.base) and self.nonzero(e.base) else None
            return base if e.exp.is_odd else (1 if base == 1 else None)
        return 1 if base == 1 and self.real(e.exp) else None

    def _product(self, factors):
        found = 1
        for f in factors:
            one = self.sign(f)
            if one is None:
                return None
            found *= one
        return found

    def _of_sum(self, e):
        """As a fraction in quantities that are positive: its factors, and the terms of each."""
        whole = sp.factor(sp.together(self._plain(e).xreplace(self.places)))
        if not whole.is_Add:
            return self._product(whole.args) if whole.is_Mul else self.sign(whole) if whole != e else None
        return self._of_terms(sp.expand(whole))

    def _of_terms(self, whole):
        terms = sp.Add.make_args(whole)
        signs = {self._product(sp.Mul.make_args(term)) for term in terms}
        if len(signs) == 1 and signs != {None}:
            return signs.pop()
        if len(terms) == 2 and signs == {1, -1}:
            above, below = terms if self._product(sp.Mul.make_args(terms[0])) == 1 else terms[::-1]
            ratio = sp.powsimp(above / -below)
            if isinstance(ratio, sp.exp):
                return self.sign(ratio.args[0])
            if any(p.exp == sp.S.Half for p in whole.atoms(sp.Pow)):  # the squares of positive numbers compare alike
                return self.sign(sp.expand(above**2 - below**2))
        have = whole.as_coefficients_dict()
        for fact in self.facts:
            for term, coefficient in fact.as_coefficients_dict().items():
                if term not in have:
                    continue
                factor = have[term] / coefficient
                side, rest = (1 if factor > 0 else -1), sp.expand(whole - factor * fact)
                left = [] if rest == 0 else sp.Add.make_args(rest)
                if all(self._product(sp.Mul.make_args(one)) == side for one in left):
                    return side
        return None

    def _plain(self, e):
        """Symbols in place of abstract functions, sums and integrals, with the signs that those have."""
        if isinstance(e, sp.sin | sp.cos) and self.real(e):
            if e not in self.stand_ins:
                self.stand_ins[e], free = sp.Dummy(), sp.Dummy(positive=True)
                self.places[self.stand_ins[e]] = (free if self.positive(e) else free - 1) / (1 + free)
            return self.stand_ins[e]
        if isinstance(e, sp.Sum | sp.Integral | sp.Derivative | sp.Indexed | AppliedUndef):
            if e not in self.stand_ins:
                sign = self.sign(e)
                one = sp.Dummy(positive=True) if sign == 1 else sp.Dummy(real=True) if self.real(e) else sp.Dummy()
                self.stand_ins[e] = one
            return self.stand_ins[e]
        return e.func(*map(self._plain, e.args)) if e.args else e


def forward(limits):
    """Do all the limits run upwards?"""
    ends = [limit[1:] for limit in limits]
    return all((len(end) == 2 and (end[1] - end[0]).is_nonnegative) or end == (-sp.oo, sp.oo) for end in ends)


def proper(total, signs=None) -> bool:
    """Do the limits of a sum or an integral keep its variables where their symbols say that they are?"""
    for variable, *ends in total.limits:
        if len(ends) != 2:
            return False
        if variable.is_integer and not (isinstance(total, sp.Sum) and ends[0].is_integer):
            return False
        if any(getattr(variable, f"is_{name}") for name in ("negative", "nonpositive", "zero", "even", "odd", "prime")):
            return False
        if variable.is_nonnegative and not all(end is sp.oo or _not_below(end, signs) for end in ends):
            return False
        if variable.is_positive and isinstance(total, sp.Sum) and not ends[0].is_positive:
            return False
    return True


def _not_below(end, signs):
    return end.is_nonnegative or (signs is not None and signs.positive(end))


def converges(total, signs) -> bool:
    """Has a sum or an integral a value? Abstract densities are taken to fall fast enough; a formula over a line must
    fall like an exponential of a negative power, and on the way nothing may be divided by zero.
    """
    if isinstance(total, sp.Sum):
        return not any(end.is_infinite for _, *ends in total.limits for end in ends)
    function = evaluated(total.function)
    for variable, *ends in total.limits:
        anywhere = sp.Dummy(real=True)
        if not bounded(function.xreplace({variable: anywhere}), anywhere):
            return False
        infinite = [end for end in ends if end.is_infinite]
        if infinite and not any(f.has(variable) for f in function.atoms(AppliedUndef)):
            terms = sp.Add.make_args(sp.expand(function, power_exp=False))
            if len(infinite) != 2 or not all(_falls(term, variable, signs) for term in terms):
                return False
    return True


def bounded(e, variable) -> bool:
    """Is an expression without poles in a variable, wherever on the line that is?"""
    if not e.has(variable) or isinstance(e, AppliedUndef | sp.Derivative):
        return True
    if isinstance(e, sp.tan | sp.coth | log1p):
        return False
    if isinstance(e, sp.log) and not e.args[0].is_positive:
        return False
    if e.is_Pow and not (e.base.is_positive or (e.exp.is_Rational and e.exp > 0)):
        return False
    inside = (e.function,) if isinstance(e, sp.Sum | sp.Integral) else e.args
    return all(bounded(arg, variable) for arg in inside)


def _falls(term, variable, signs):
    factors = sp.Mul.make_args(sp.powsimp(term))
    falling = sp.Add(*(f.args[0] for f in factors if isinstance(f, sp.exp)))
    rest = sp.Mul(*(f for f in factors if not isinstance(f, sp.exp)))
    if not (falling.is_polynomial(variable) and rest.is_polynomial(variable)):
        return False
    exponent = sp.Poly(falling, variable)
    return exponent.degree() > 0 and exponent.degree() % 2 == 0 and signs.sign(exponent.LC()) == -1

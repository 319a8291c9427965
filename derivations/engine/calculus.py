"""What the verbs of the board carry out on trees: evaluation, derivatives, limits, Gaussian integrals."""

from __future__ import annotations

import sympy as sp
from sympy.core.function import AppliedUndef

BOUND = "bound"


class BoardError(ValueError):
    """A step that is not allowed, or that does nothing."""


def evaluated(expr):
    """Rebuild a typed tree with SymPy's automatic evaluation; derivatives and integrals stay as they are."""
    if not expr.args or isinstance(expr, sp.Indexed):
        return expr
    return expr.func(*(evaluated(arg) for arg in expr.args))


def calculus(expr):
    """Carry out every derivative of something known; integrals and sums stay."""
    known = lambda e: isinstance(e, sp.Derivative) and not isinstance(e.expr, AppliedUndef)  # noqa: E731
    return expr.replace(known, lambda e: calculus(e.expr).diff(*e.variables))


def own_variables(expr):
    """Bound variables that occur nowhere else, the same ones at each depth: they hide no free one of their name."""
    if not expr.args or not expr.has(sp.Sum, sp.Integral):
        return expr
    expr = expr.func(*map(own_variables, expr.args)) if not isinstance(expr, sp.Sum | sp.Integral) else expr
    if not isinstance(expr, sp.Sum | sp.Integral):
        return expr
    function = own_variables(expr.function)
    limits: list = list(expr.limits)
    depth = max((v.dummy_index for v in function.atoms(sp.Dummy) if v.name == BOUND), default=-1) + 1
    for i, (variable, *ends) in enumerate(limits):
        own = sp.Dummy(BOUND, dummy_index=depth + i, **variable.assumptions0)
        function = function.xreplace({variable: own})
        limits[:i] = [(v, *(end.xreplace({variable: own}) for end in others)) for v, *others in limits[:i]]
        limits[i] = (own, *map(own_variables, ends))
    return expr.func(function, *limits)


def equate(left, right):
    return sp.Eq(left, right, evaluate=False)


def at_zero(near, step):
    """The limit for a step that tends to zero, by the rule of de l'Hospital where both parts of a fraction vanish."""
    above, below = sp.fraction(sp.together(near))
    for _ in range(3):
        ends = [sp.expand(part.xreplace({step: sp.S.Zero})) for part in (above, below)]
        if ends[1] != 0 and all(end.is_finite is not False for end in ends):
            return ends[0] / ends[1]
        if ends != [0, 0]:
            break
        above, below = above.diff(step), below.diff(step)
    return sp.limit(near, step, 0, "+")


def has_factors(product, known):
    """Are the factors of a known product, each with its power, among those of another?"""
    powers = product.as_powers_dict() if product.is_Mul else {}
    return bool(powers) and all(
        base.is_Rational or (base in powers and (ratio := powers[base] / power).is_number and ratio >= 1)
        for base, power in known.as_powers_dict().items()
    )


def interchanged(integral):
    """Sums, constants and independent factors moved out of an integral."""
    inside = integral.function
    if not inside.is_Mul or not inside.atoms(sp.Sum):
        factors = (sp.expand_multinomial(f, deep=False) for f in sp.Mul.make_args(inside))
        inside = sp.expand_mul(sp.Mul(*factors), deep=False)
    return sp.Add(*(_outside(term, integral.limits) for term in sp.Add.make_args(inside)))


def _outside(term, limits):
    """The integral of one term, with its sum and its constants in front."""
    sums = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.Sum)]
    rest = sp.Mul(*(f for f in sp.Mul.make_args(term) if f not in sums))
    if len(sums) != 1:
        return _separated(term, limits)
    return sp.Sum(_separated(sp.Mul(rest, sums[0].function), limits), *sums[0].limits)


def _separated(term, limits):
    """The integral of a product: a factor that shares no variable with the others is integrated by itself."""
    factors, left, outside = list(sp.Mul.make_args(term)), list(limits), sp.S.One
    for limit in limits:
        own = [f for f in factors if f.has(limit[0])]
        if own and not any(f.has(other[0]) for f in own for other in left if other is not limit):
            outside *= sp.Integral(sp.Mul(*own), limit)
            factors, left = [f for f in factors if f not in own], [one for one in left if one is not limit]
    free, bound = sp.Mul(*factors).as_independent(*(limit[0] for limit in left), as_Add=False)
    return outside * free * (sp.Integral(bound, *left) if left else bound)


def telescoped(total):
    """The value of a sum of differences f(i) - f(i-1): f at the last index less f before the first."""
    ((index, first, last),) = total.limits
    outside, inside = total.function.as_independent(index, as_Add=False)
    gained, terms = [], list(sp.Add.make_args(sp.expand(inside)))
    for term in list(terms):
        lost = -term.xreplace({index: index - 1})
        if term in terms and lost in terms:
            terms.remove(term)
            terms.remove(lost)
            gained.append(term)
    if terms:
        raise BoardError(f"the sum over {index} of {total.function} is no sum of differences: {terms} remain")
    reached = sp.Add(*gained)
    return outside * (reached.xreplace({index: last}) - reached.xreplace({index: first - 1}))


def gaussian(integral, known=()):
    """The value of a Gaussian integral over the real line, or over several, by completing the square. That it converges
    must follow from the signs of the symbols and from the assumptions in `known`."""
    (variable, *ends), *outer = integral.limits
    if outer:  # SymPy writes nested integrals as one: the innermost comes first
        return gaussian(sp.Integral(gaussian(sp.Integral(integral.function, integral.limits[0]), known), *outer), known)
    if ends != [-sp.oo, sp.oo]:
        raise BoardError(f"the integral runs from {ends}, not over the real line")
    exponent, factor = sp.S.Zero, sp.S.One
    outside, within = integral.function.as_independent(variable, as_Add=False)
    for part in sp.Mul.make_args(within):
        exponent, factor = (exponent + part.args[0], factor) if isinstance(part, sp.exp) else (exponent, factor * part)
    c, b, *rest = _taylor(exponent, variable, sp.S.Zero)
    if len(rest) != 1:
        raise BoardError(f"the exponent {exponent} is not quadratic in {variable}")
    a = rest[0]
    if not certainly_positive(-a, known):
        raise BoardError(f"nothing says that {-a} is positive: the integral over {variable} need not converge")
    moments = enumerate(_taylor(factor, variable, -b / (2 * a)))
    even = sum(k * sp.factorial2(n - 1) * (-2 * a) ** sp.Rational(-n, 2) for n, k in moments if n % 2 == 0)
    return outside * sp.factor(even) * sp.sqrt(sp.pi / sp.factor(-a)) * sp.exp(sp.factor(c - b**2 / (4 * a)))


def certainly_positive(expr, known=()):
    """Does the sign follow from the symbols, or from one of the known inequalities?"""
    if sp.factor(sp.together(expr)).is_positive or sp.factor(sp.together(expr)).as_numer_denom()[0].is_positive:
        above, below = sp.factor(sp.together(expr)).as_numer_denom()
        if expr.is_positive or (above * below).is_positive:
            return True
    above, below = sp.fraction(sp.factor(sp.together(expr)))
    for relation in known:
        if relation.rel_op in (">", "<"):
            gap = (relation.lhs - relation.rhs) * (1 if relation.rel_op == ">" else -1)
            for part, rest in ((above, below), (below, above)):
                ratio = sp.factor(part / sp.factor(gap))
                if rest.is_positive and ratio.is_positive:
                    return True
    return bool(above.is_positive and below.is_positive)


def _taylor(polynomial, variable, centre):
    """The coefficients of a polynomial in (variable - centre), without expanding what they are made of."""
    found = []
    for n in range(9):
        found.append(polynomial.xreplace({variable: centre}) / sp.factorial(n))
        polynomial = polynomial.diff(variable)
        if polynomial == 0:
            return found
    raise BoardError(f"no polynomial in {variable}")


def repeated(step, before, index, start, times):
    """The value after so many steps that each multiply by a factor and add something.

    With a factor, every step must be the same. Without one, what the steps add is summed.
    """
    factor, added = step.diff(before), step.xreplace({before: sp.S.Zero})
    if factor.has(before) or factor.has(index) or sp.expand(factor * before + added - step) != 0:
        raise BoardError(f"{step} is not the same affine step each time")
    if factor == 1:
        each = sp.Sum(added, (index, 1, times)) if added.has(index) else times * added
        return start + each
    if added.has(index):
        raise BoardError(f"what is added in {step} depends on the step, and a factor multiplies it")
    rest = sp.factor(added / (1 - factor))
    return rest + factor**times * (start - rest)

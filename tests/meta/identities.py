"""Identities drawn at random, for the provers: true ones, ones that hold on a part of the domain, and wrong ones."""

# ruff: noqa: E501 (one identity, one line)
from __future__ import annotations

import sympy as sp
from flint import ctx
from hypothesis import assume
from hypothesis import strategies as st
from sympy.codegen.cfunctions import expm1, log1p

from derivations.engine import defined

x, y = sp.symbols("x y", real=True)
p, q = sp.symbols("p q", positive=True)
w = sp.IndexedBase("w", positive=True)
k, count = sp.symbols("k K", integer=True, positive=True)
place = sp.Symbol("z", real=True)
density = sp.Function("rho", positive=True)(place)
abstract = sp.Function("f", real=True)
HALF = sp.S.Half


def over(term):
    return sp.Sum(term, (k, 1, count))


def line(term):
    return sp.Integral(term, (place, -sp.oo, sp.oo))


numbers = st.sampled_from([sp.Rational(n, d) for n in (-3, -2, -1, 1, 2, 3) for d in (1, 2, 3)])
shapes = st.sampled_from(
    [x, y, x - y, x + y, x * y, x - p, x + 1, y - HALF, 2 * x + 3 * y, x**3 - y, p * x, x * y - q, sp.sin(x), x + sp.exp(y) - 2,
     sp.tanh(x) - y, p - q, sp.log(p), sp.log(p / q), x / (1 + y**2), (x - y) / p]
)  # fmt: skip
positives = st.sampled_from(
    [p, q, p + q, p * q, p / q, sp.exp(x), 1 + x**2, p + y**2, sp.exp(x - y), q**2, 1 + sp.exp(x), sp.cosh(x), sp.sqrt(p),
     p / (p + q), sp.sqrt(1 + x**2), x**2 + y**2]
)  # fmt: skip


@st.composite
def changing(draw):
    """An expression that takes both signs."""
    u, c = draw(shapes), draw(st.integers(0, 4))
    return u if c < 3 else u * draw(positives) if c == 3 else u + draw(numbers) * draw(shapes)


@st.composite
def positive(draw):
    found, c = draw(positives), draw(st.integers(0, 4))
    return found if c < 3 else found * draw(positives) if c == 3 else found + draw(positives)


TRUE = {
    "square of a sum": lambda u, v, a, b: ((u + v) ** 2, u**2 + 2 * u * v + v**2),
    "difference of squares": lambda u, v, a, b: (u**2 - v**2, (u - v) * (u + v)),
    "sum of fractions": lambda u, v, a, b: (u / a + v / b, (u * b + v * a) / (a * b)),
    "fraction within a fraction": lambda u, v, a, b: (u / (1 + a / b), u * b / (a + b)),
    "quotient that cancels": lambda u, v, a, b: ((u**3 - v**3) / (u - v), u**2 + u * v + v**2),
    "exponential of a sum": lambda u, v, a, b: (sp.exp(u + v), sp.exp(u) * sp.exp(v)),
    "logarithm of a product": lambda u, v, a, b: (sp.log(a * b), sp.log(a) + sp.log(b)),
    "logarithm of a quotient": lambda u, v, a, b: (sp.log(a / b), sp.log(a) - sp.log(b)),
    "logarithm of a power": lambda u, v, a, b: (sp.log(a**3 * sp.exp(u)), 3 * sp.log(a) + u),
    "logarithm of an absolute value": lambda u, v, a, b: (sp.log(sp.Abs(u)), sp.log(u**2) / 2),
    "root of a product": lambda u, v, a, b: (sp.sqrt(a * b), sp.sqrt(a) * sp.sqrt(b)),
    "root of a quotient": lambda u, v, a, b: (sp.sqrt(a / b), sp.sqrt(a) / sp.sqrt(b)),
    "root of a square": lambda u, v, a, b: (sp.sqrt(a**2 + 2 * a * b + b**2), a + b),
    "root with a positive factor": lambda u, v, a, b: (sp.sqrt(a**2 * u), a * sp.sqrt(u)),
    "square of a root": lambda u, v, a, b: (sp.sqrt(u * v) ** 2, u * v),
    "root below": lambda u, v, a, b: (a / sp.sqrt(a**2 + a * b), sp.sqrt(a / (a + b))),
    "power of a power": lambda u, v, a, b: ((a**2) ** sp.Rational(3, 2), a**3),
    "power with any exponent": lambda u, v, a, b: (a ** (u + v), a**u * a**v),
    "power of a product": lambda u, v, a, b: ((a * b) ** u, a**u * b**u),
    "power as an exponential": lambda u, v, a, b: (a**u, sp.exp(u * sp.log(a))),
    "square of an absolute value": lambda u, v, a, b: (sp.Abs(u) ** 2, u**2),
    "absolute value of a product": lambda u, v, a, b: (sp.Abs(a * u), a * sp.Abs(u)),
    "Pythagoras": lambda u, v, a, b: (sp.sin(u) ** 2 + sp.cos(u) ** 2, sp.S.One),
    "sine of a sum": lambda u, v, a, b: (sp.sin(u + v), sp.sin(u) * sp.cos(v) + sp.cos(u) * sp.sin(v)),
    "double angle": lambda u, v, a, b: (sp.cos(2 * u), 1 - 2 * sp.sin(u) ** 2),
    "hyperbolic Pythagoras": lambda u, v, a, b: (sp.cosh(u) ** 2 - sp.sinh(u) ** 2, sp.S.One),
    "hyperbolic sine of a sum": lambda u, v, a, b: (
        sp.sinh(u + v), sp.sinh(u) * sp.cosh(v) + sp.cosh(u) * sp.sinh(v)
    ),
    "hyperbolic tangent": lambda u, v, a, b: (sp.tanh(u), (sp.exp(2 * u) - 1) / (sp.exp(2 * u) + 1)),
    "expm1": lambda u, v, a, b: (expm1(u) * sp.exp(v), sp.exp(u + v) - sp.exp(v)),
    "log1p": lambda u, v, a, b: (log1p(a) - sp.log(b), sp.log((1 + a) / b)),
    "arcs of reciprocals": lambda u, v, a, b: (sp.atan(a) + sp.atan(1 / a), sp.pi / 2),
    "arc cosine": lambda u, v, a, b: (sp.acos(1 / sp.sqrt(1 + a**2)), sp.atan(a)),
    "arc sine": lambda u, v, a, b: (sp.asin(u / sp.sqrt(1 + u**2)), sp.atan(u)),
    "arcs add to a quarter turn": lambda u, v, a, b: (sp.asin(u) + sp.acos(u), sp.pi / 2),
    "sum of a multiple": lambda u, v, a, b: (over(u * w[k] + v * w[k] ** 2), u * over(w[k]) + v * over(w[k] ** 2)),
    "sum of exponentials": lambda u, v, a, b: (over(w[k] * sp.exp(u + k * v)), sp.exp(u) * over(w[k] * sp.exp(k * v))),
    "integral of a multiple": lambda u, v, a, b: (
        line((u * place + v) * density), u * line(place * density) + v * line(density)
    ),
}  # fmt: skip

HALF_TRUE = {
    "root of a square": lambda u, v, a: (sp.sqrt(u**2), u),
    "root of a fourth power": lambda u, v, a: (sp.sqrt(u**2 * v**2), u * v),
    "root of a product": lambda u, v, a: (sp.sqrt(u * v), sp.sqrt(u) * sp.sqrt(v)),
    "roots of factors": lambda u, v, a: (sp.sqrt(u**2 - 1), sp.sqrt(u - 1) * sp.sqrt(u + 1)),
    "root of a reciprocal": lambda u, v, a: (sp.sqrt(a / u), sp.sqrt(a) / sp.sqrt(u)),
    "root of a quotient": lambda u, v, a: (sp.sqrt(u / v), sp.sqrt(u) / sp.sqrt(v)),
    "root of a cube": lambda u, v, a: (sp.sqrt(u**3), u * sp.sqrt(u)),
    "cube root": lambda u, v, a: ((u**3) ** sp.Rational(1, 3), u),
    "power of a square": lambda u, v, a: ((u**2) ** sp.Rational(3, 2), u**3),
    "power with any exponent": lambda u, v, a: ((u**2) ** a, u ** (2 * a)),
    "power of a product": lambda u, v, a: ((u * v) ** a, u**a * v**a),
    "power of a power": lambda u, v, a: ((u**a) ** 2, u ** (2 * a)) if a == 0 else ((u**a) ** (1 / a), u),
    "root of a sum of squares": lambda u, v, a: (sp.sqrt(u**2 + 2 * u * v + v**2), u + v),
    "root of roots": lambda u, v, a: (sp.sqrt(sp.sqrt(u**4)), u),
    "logarithm of a square": lambda u, v, a: (sp.log(u**2), 2 * sp.log(u)),
    "logarithm of a cube": lambda u, v, a: (sp.log(u**3), 3 * sp.log(u)),
    "logarithm of a product": lambda u, v, a: (sp.log(u * v), sp.log(u) + sp.log(v)),
    "logarithm of a quotient": lambda u, v, a: (sp.log(u / v), sp.log(u) - sp.log(v)),
    "logarithm of a reciprocal": lambda u, v, a: (sp.log(a / u), sp.log(a) - sp.log(u)),
    "logarithm of an absolute value": lambda u, v, a: (sp.log(sp.Abs(u)), sp.log(u)),
    "logarithm of an exponential": lambda u, v, a: (sp.log(sp.exp(4 * sp.sqrt(u))), 4 * sp.sqrt(u)),
    "absolute value": lambda u, v, a: (sp.Abs(u), u),
    "absolute value of a product": lambda u, v, a: (sp.Abs(u * v), u * sp.Abs(v)),
    "triangle": lambda u, v, a: (sp.Abs(u) + sp.Abs(v), sp.Abs(u + v)),
    "sign": lambda u, v, a: (u / sp.Abs(u), sp.S.One),
    "sign of a root": lambda u, v, a: (u / sp.sqrt(u**2), v / sp.sqrt(v**2)),
    "arcs of reciprocals": lambda u, v, a: (sp.atan(u) + sp.atan(1 / u), sp.pi / 2),
    "arcs of scaled reciprocals": lambda u, v, a: (sp.atan(u / a), sp.pi / 2 - sp.atan(a / u)),
    "arc cosine": lambda u, v, a: (sp.acos(1 / sp.sqrt(1 + u**2)), sp.atan(u)),
    "arc cosine of a fraction": lambda u, v, a: (sp.acos(u / sp.sqrt(u**2 + v**2)), sp.atan(v / u)),
    "arc sine of a leg": lambda u, v, a: (sp.asin(sp.sqrt(1 - sp.tanh(u) ** 2)), sp.acos(sp.tanh(u))),
    "arc sine of a sine": lambda u, v, a: (sp.asin(sp.sin(u)), u),
    "arc cosine of a cosine": lambda u, v, a: (sp.acos(sp.cos(u)), u),
    "arc tangent of a tangent": lambda u, v, a: (sp.atan(sp.sin(u) / sp.cos(u)), u),
    "sum of arcs": lambda u, v, a: (sp.atan(u) + sp.atan(v), sp.atan((u + v) / (1 - u * v))),
    "twice an arc": lambda u, v, a: (2 * sp.atan(u), sp.atan(2 * u / (1 - u**2))),
    "twice an arc sine": lambda u, v, a: (2 * sp.asin(sp.tanh(u)), sp.asin(2 * sp.tanh(u) / sp.cosh(u))),
    "arc of a leg": lambda u, v, a: (sp.asin(u), sp.atan(u / sp.sqrt(1 - u**2)) + (sp.Abs(u) - u)),
    "hyperbolic half": lambda u, v, a: (sp.sinh(u), sp.sqrt(sp.cosh(u) ** 2 - 1)),
    "hyperbolic arc": lambda u, v, a: (sp.log(sp.cosh(u) + sp.sqrt(sp.cosh(u) ** 2 - 1)), u),
    "leg": lambda u, v, a: (sp.sqrt(1 - sp.sin(u) ** 2), sp.cos(u)),
    "leg of the hyperbola": lambda u, v, a: (sp.sqrt(1 - 1 / sp.cosh(u) ** 2), sp.tanh(u)),
    "root of a difference of exponentials": lambda u, v, a: (
        sp.sqrt(1 - sp.exp(-2 * u)), sp.exp(-u) * sp.sqrt(sp.exp(u) - 1) * sp.sqrt(sp.exp(u) + 1) + sp.Abs(u) - u
    ),
    "logarithm of a difference": lambda u, v, a: (
        sp.log((1 - sp.exp(u)) / v), sp.log(1 - sp.exp(u)) - sp.log(v)
    ),
    "sum of roots": lambda u, v, a: (over(sp.sqrt(w[k] * u**2)), u * over(sp.sqrt(w[k]))),
    "integral of an absolute value": lambda u, v, a: (line(sp.Abs(u * place) * density), u * line(sp.Abs(place) * density)),
    "odd integral": lambda u, v, a: (line(sp.Abs(place) * density), line(place * density) + (sp.Abs(u) - u)),
}  # fmt: skip

CONTEXTS = {
    "alone": lambda e, u, a: e,
    "plus": lambda e, u, a: e + u,
    "times": lambda e, u, a: e * a,
    "divided": lambda e, u, a: (e + u) / a,
    "below": lambda e, u, a: u / (a + e**2),
    "exponential": lambda e, u, a: sp.exp(e / 2),
    "squared": lambda e, u, a: (e + a) ** 2 + u,
    "turned": lambda e, u, a: sp.sin(e) + a,
    "weighted": lambda e, u, a: a * e + u * (1 - a),
    "beside a logarithm": lambda e, u, a: e * sp.log(a) + u,
    "summed": lambda e, u, a: over(w[k] * e + u),
    "in an integral": lambda e, u, a: line(density * e),
}
BINDING = {"summed": k, "in an integral": place}

contexts = st.lists(st.sampled_from(sorted(CONTEXTS)), min_size=1, max_size=2)


@st.composite
def embedded(draw, pair):
    """Both sides in the same surroundings; one side is written out."""
    for name in draw(contexts):
        u, a = draw(changing()), draw(positive())
        if not any(name in BINDING and side.has(BINDING[name]) for side in pair):
            pair = tuple(CONTEXTS[name](side, u, a) for side in pair)
    left, right = pair
    how = draw(st.integers(0, 3))
    right = sp.expand(right) if how == 0 else sp.together(right) if how == 1 else right
    assume(not any(side.has(sp.nan, sp.zoo) for side in (left, right)))
    return left, right


@st.composite
def true(draw):
    name = draw(st.sampled_from(sorted(TRUE)))
    pair = TRUE[name](draw(changing()), draw(changing()), draw(positive()), draw(positive()))
    return name, *draw(embedded(pair))


@st.composite
def half_true(draw):
    name = draw(st.sampled_from(sorted(HALF_TRUE)))
    return name, *draw(embedded(HALF_TRUE[name](draw(changing()), draw(changing()), draw(positive()))))


MUTATIONS = {
    "half as large again": lambda e, u, a: e * sp.Rational(3, 2),
    "turned sign": lambda e, u, a: -e,
    "something more": lambda e, u, a: e + a / 7,
    "one symbol for another": lambda e, u, a: e.xreplace({x: y, p: q}),
    "both exchanged": lambda e, u, a: e.xreplace({x: y, y: x, p: q, q: p}),
    "a little more": lambda e, u, a: e * (1 + sp.Rational(1, 10**9)),
    "a function of it": lambda e, u, a: e + e**3,
}


@st.composite
def false(draw):
    name, left, right = draw(true())
    mutation = draw(st.sampled_from(sorted(MUTATIONS)))
    return f"{name}, {mutation}", left, MUTATIONS[mutation](right, draw(changing()), draw(positive()))


ZEROS = {
    "typed fraction": lambda z, u, v: (v, u / z - u / z + v),
    "itself": lambda z, u, v: (u / z, u / z),
    "cancelled": lambda z, u, v: (u, u * z / z),
    "nothing over nothing": lambda z, u, v: (v, z / z * 0 + v),
    "nothing over it": lambda z, u, v: (sp.S.Zero, (u - u) / z),
    "one over nothing": lambda z, u, v: (u / z, v / z),
    "logarithm": lambda z, u, v: (u * sp.log(z), u * sp.log(z)),
    "root below": lambda z, u, v: (v, v + u / sp.sqrt(z) - u / sp.sqrt(z)),
    "difference of fractions": lambda z, u, v: ((u + v) / z, u / z + v / z),
    "in an exponent": lambda z, u, v: (sp.exp(u / z), sp.exp(u / z)),
}


@st.composite
def divided_by_nothing(draw):
    """What is divided by an expression that vanishes identically, in disguise."""
    name, left, right = draw(true())
    kind = draw(st.sampled_from(sorted(ZEROS)))
    u, v = draw(changing()), draw(changing())
    with sp.evaluate(False):
        return f"{kind} of {name}", *ZEROS[kind](left - right, u, v)


def values(left, right, places, precision=256):
    """The balls of both sides at places of the domain, on principal branches."""
    before, ctx.prec = ctx.prec, precision
    try:
        return [(defined.value(left, at), defined.value(right, at)) for at in places]
    finally:
        ctx.prec = before


def apart(left, right, number=16) -> list[bool]:
    """At which of some places of the domain is it certain that the sides differ?"""
    before, ctx.prec = ctx.prec, 256
    try:
        places = defined.points([left, right], (), count=number, seed=1)
    finally:
        ctx.prec = before
    return [not a.overlaps(b) for a, b in values(left, right, places) if a.is_finite() and b.is_finite()]


# What is zero on a part of the domain: for one sign of u, far away, or at some whole numbers.
VANISHING = {
    "absolute value": lambda u, v, a: sp.Abs(u) - u,
    "root of a square": lambda u, v, a: sp.sqrt(u**2) - u,
    "far away": lambda u, v, a: sp.Abs(u - 1000) + u - 1000,
    "near nothing": lambda u, v, a: sp.Abs(u - a / 1000) - u + a / 1000,
    "triangle": lambda u, v, a: sp.Abs(u) + sp.Abs(v) - sp.Abs(u + v),
    "sign": lambda u, v, a: u / sp.Abs(u) + 1,
    "sign of a root": lambda u, v, a: sp.sqrt(u**2) / u - 1,
    "squared": lambda u, v, a: (sp.Abs(u) - u) ** 2,
    "an absolute value within": lambda u, v, a: sp.Abs(sp.Abs(u) - u),
    "times": lambda u, v, a: a * (sp.Abs(u) - u),
    "both signs": lambda u, v, a: u**2 - u * sp.Abs(u),
    "larger of two": lambda u, v, a: u + v + sp.Abs(u - v) - 2 * u,
    "arcs": lambda u, v, a: sp.atan(u) + sp.atan(1 / u) - sp.pi / 2,
    "arc of a turn": lambda u, v, a: sp.asin(sp.sin(u)) - u,
    "leg": lambda u, v, a: sp.sqrt(1 - sp.cos(u) ** 2) - sp.sin(u),
    "hyperbolic leg": lambda u, v, a: sp.sqrt(sp.cosh(u) ** 2 - 1) + sp.sinh(u),
    "exponential": lambda u, v, a: sp.exp(sp.Abs(u)) - sp.exp(u),
    "hyperbolic tangent": lambda u, v, a: sp.tanh(sp.Abs(u) + u),
    "logarithm": lambda u, v, a: sp.log(sp.Abs(u)) - sp.log(u**2) / 2 + sp.Abs(u) - u,
    "cube root": lambda u, v, a: (u**2) ** sp.Rational(3, 2) - u**3,
    "even numbers": lambda u, v, a: 1 - (-1) ** k,
    "odd numbers": lambda u, v, a: sp.cos(sp.pi * k) + 1,
    "a number": lambda u, v, a: (k - 7) * a,
    "small numbers": lambda u, v, a: sp.Mul(*(k - i for i in range(5, 12))),
    "numbers up to": lambda u, v, a: sp.Abs(k - 9) - k + 9,
    "the second of all": lambda u, v, a: w[k] - w[2],
    "the same of two": lambda u, v, a: a * (w[k] ** 2 - w[count] ** 2),
    "a sum written out": lambda u, v, a: sp.Sum(w[k] * a, (k, 1, 2)) - a * w[1] - a * w[2],
    "a sum of what is not below": lambda u, v, a: over(sp.Abs(v) - v),
    "taken at a size": lambda u, v, a: abstract(sp.Abs(u)) - abstract(u),
    "over no length": lambda u, v, a: sp.Integral(sp.exp(place), (place, 0, sp.Abs(sp.Abs(u) - u))),
    "a sum over no place": lambda u, v, a: over(1 / (k - 8)),
    "an integral": lambda u, v, a: sp.Integral(place**2 - sp.Rational(1, 3), (place, 0, 1)),
}


@st.composite
def divided_by_what_vanishes_in_parts(draw):
    name, kind = draw(st.sampled_from(sorted(VANISHING))), draw(st.sampled_from(sorted(ZEROS)))
    zero = VANISHING[name](draw(changing()), draw(changing()), draw(positive()))
    with sp.evaluate(False):
        return f"{kind} of {name}", *ZEROS[kind](zero, draw(changing()), draw(changing()))


RELATIONS = [sp.Gt, sp.Ge, sp.Lt, sp.Le]
GAPS = [
    lambda u, v, a: (u, 0), lambda u, v, a: (u, v), lambda u, v, a: (u**2, v), lambda u, v, a: (u * v, 0),
    lambda u, v, a: (sp.Abs(u), v), lambda u, v, a: (sp.Abs(u) - u, 0), lambda u, v, a: (u**2, 0), lambda u, v, a: (x, HALF),
    lambda u, v, a: (p, q), lambda u, v, a: (x, y), lambda u, v, a: (1 - u**2, 0), lambda u, v, a: (a, u), lambda u, v, a: (1 / u, 0),
    lambda u, v, a: (sp.sqrt(p), q), lambda u, v, a: (u / a, v), lambda u, v, a: (sp.exp(x), sp.exp(y)),
]  # fmt: skip


@st.composite
def where_something_is_assumed(draw):
    """What holds on a part of the domain, or has no value on one, and a relation: perhaps of that part, perhaps not."""
    u, v, a = draw(changing()), draw(changing()), draw(positive())
    assumed = draw(st.sampled_from(RELATIONS))(*draw(st.sampled_from(GAPS))(u, v, a), evaluate=False)
    name = draw(st.sampled_from(sorted(HALF_TRUE) + sorted(VANISHING)))
    pair = HALF_TRUE[name](u, v, a) if name in HALF_TRUE and draw(st.booleans()) else None
    if pair is None:
        zero = VANISHING[name if name in VANISHING else "absolute value"](u, v, a)
        pair = v / zero, v / zero
    assume(not any(side.has(sp.nan, sp.zoo) for side in pair))
    return name, *pair, assumed

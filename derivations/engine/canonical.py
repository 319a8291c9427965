"""The second prover: a canonical form in python-flint that never calls SymPy's algebra.

It walks a typed tree and builds a quotient of polynomials over the rationals, over generators that
stand for the independent transcendentals: exp of a monomial, a root, a logarithm, a turn, an abstract
function, a sum or an integral (as linear operators). Sound for "equal", not complete: what it cannot
write down is `Unsupported`, which never counts as a proof.
"""

from __future__ import annotations

from math import lcm

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly_ctx
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef

from derivations.engine.calculus import evaluated


class Unsupported(Exception):
    """The prover has no canonical form for this expression. Never a pass."""


class Refine(Exception):
    """A finer root of a generator is needed; start again with the new granularity."""


class Canonical:
    """Quotients (numerator, denominator) of polynomials over lazily created generators."""

    SIZE = 48

    def __init__(self, granularity):
        self.context = fmpq_mpoly_ctx.get([f"g{i}" for i in range(self.SIZE)], Ordering.lex)
        self.one = self.context.from_dict({(0,) * self.SIZE: 1})
        self.index, self.positive, self.relations = {}, set(), []
        self.granularity = granularity  # kernel -> N: the generator stands for its N-th root
        self.names = {}  # the author's intermediates, converted
        self.contents = {}  # kernel of an exp, log or root -> the quotient inside

    # generators

    def generator(self, key, positive=False):
        if key not in self.index:
            if len(self.index) == self.SIZE:
                raise Unsupported("too many generators")
            self.index[key] = len(self.index)
            if positive:
                self.positive.add(self.index[key])
        return self.context.gen(self.index[key])

    def power(self, key, exponent, positive=False):
        """kernel**exponent for a rational exponent, as a power of the generator kernel**(1/N)."""
        finest = self.granularity.setdefault(key, 1)
        if (exponent * finest).denominator != 1:
            self.granularity[key] = lcm(finest, int(exponent.q))
            raise Refine
        gen, k = self.generator(key, positive), int(exponent * finest)
        return (gen**k, self.one) if k >= 0 else (self.one, gen**-k)

    # arithmetic of quotients

    def add(self, a, b):
        if a[1] == b[1]:
            return self.reduce((a[0] + b[0], a[1]))
        common = a[1].gcd(b[1])
        return self.reduce((a[0] * (b[1] / common) + b[0] * (a[1] / common), a[1] * (b[1] / common)))

    def multiply(self, a, b):
        return self.reduce((a[0] * b[0], a[1] * b[1]))

    def reduce(self, q):
        if q[0] == 0:
            return q[0], self.one
        common = q[0].gcd(q[1])
        return q[0] / common, q[1] / common

    def normal(self, q):
        """Use root**N = base until every root stands below its N-th power (newest root first)."""
        (above, divisor), (below, multiplier) = self.lowered(q[0]), self.lowered(q[1])
        return self.reduce((above * multiplier, below * divisor))

    def lowered(self, polynomial):
        """The same polynomial with low powers of roots, and what it has been multiplied with."""
        den = self.one
        for i, n, (base, base_den) in reversed(self.relations):
            terms = list(polynomial.terms())
            top = max((m[i] // n for m, _ in terms), default=0)
            if not top:
                continue
            out = self.one * 0
            for m, c in terms:
                k, rest = m[i] // n, list(m)
                rest[i] = m[i] % n
                out += self.context.from_dict({tuple(rest): c}) * base**k * base_den ** (top - k)
            polynomial, den = out, den * base_den**top
        return polynomial, den

    # the walk

    def convert(self, e):
        if e in self.names:
            return self.names[e]
        if e.is_Rational:
            return self.one * fmpq(int(e.p), int(e.q)), self.one
        if isinstance(e, (sp.Sum, sp.Integral)):
            return self.linear(e)
        if e.is_Symbol or e is sp.pi or isinstance(e, (AppliedUndef, sp.Indexed)):
            return self.generator(e, bool(e.is_positive)), self.one
        if isinstance(e, sp.Derivative) and isinstance(e.expr, AppliedUndef):
            return self.generator(e), self.one
        if e.is_Add or e.is_Mul:
            combine = self.add if e.is_Add else self.multiply
            total = self.convert(e.args[0])
            for arg in e.args[1:]:
                total = combine(total, self.convert(arg))
            return total
        if e.is_Pow:
            if e.exp.is_Integer:
                return self.integer_power(self.convert(e.base), int(e.exp))
            if e.exp.is_Rational:
                return self.root(self.convert(e.base), e.exp)
            if e.exp.is_Mul and all(a.is_Rational or (a.is_Pow and a.base.is_Integer) for a in e.exp.args):
                return self.root(self.convert(e.base), evaluated(e.exp))
            return self.exp(self.multiply(self.convert(e.exp), self.log(self.convert(e.base))))
        if isinstance(e, sp.exp):
            return self.exp(self.convert(e.args[0]))
        if isinstance(e, sp.log):
            return self.log(self.convert(e.args[0]))
        if isinstance(e, sp.Abs):  # of a real number
            return self.root(self.integer_power(self.convert(e.args[0]), 2), sp.S.Half)
        if isinstance(e, (sp.sin, sp.cos)):
            return self.circle(e)
        if isinstance(e, (sp.asin, sp.acos, sp.atan)):
            return self.arc(e)
        if e.func in HYPERBOLIC:
            return self.convert(HYPERBOLIC[e.func](e.args[0]))
        raise Unsupported(type(e).__name__)

    def linear(self, e):
        """A sum or an integral is linear: what does not depend on its variable stands outside, and each
        monomial inside becomes one generator."""
        num, den = self.convert(e.function)
        inside = {i for key, i in self.index.items() if any(self.depends(key, v) for v in e.variables)}
        num, den = self.inverse(num, den, inside)
        divided = {tuple(k if i in inside else 0 for i, k in enumerate(m)) for m, _ in den.terms()}
        (divisor,) = divided  # one monomial, such as an exponential: a negative power in each summand
        den, total = den / self.context.from_dict({divisor: 1}), self.one * 0
        for m, c in list(num.terms()):
            bound, free = (tuple(k if (i in inside) == side else 0 for i, k in enumerate(m)) for side in (True, False))
            bound = tuple(k - d for k, d in zip(bound, divisor, strict=True))
            key = (type(e).__name__, str(bound), str(e.limits))
            signs = (tuple(max(side * k, 0) for k in bound) for side in (1, -1))
            self.contents[key] = tuple(self.context.from_dict({m: 1}) for m in signs)  # an outer sign looks inside
            total += self.context.from_dict({free: c}) * self.generator(key)
        return self.reduce((total, den))

    def inverse(self, num, den, inside):
        """Below, factors that are sums and depend on a bound variable: one over them is a generator of its own."""
        whole = self.one
        for part, power in den.factor()[1]:
            if len({tuple(k if i in inside else 0 for i, k in enumerate(m)) for m, _ in part.terms()}) > 1:
                whole *= part ** int(power)
        if whole == self.one:
            return num, den
        key = ("inverse", str(whole))
        self.contents[key] = (whole, self.one)
        generator = self.generator(key)
        inside.add(self.index[key])
        return num * generator, den / whole

    def depends(self, key, variable):
        if isinstance(key, tuple):
            inner = self.contents.get(key, ())
            return any(
                m[i] and self.depends(other, variable)
                for q in inner
                for m, _ in q.terms()
                for other, i in self.index.items()
            )
        return key.has(variable)

    def integer_power(self, q, k):
        return self.reduce((q[0] ** k, q[1] ** k) if k >= 0 else (q[1] ** -k, q[0] ** -k))

    def terms(self, q):
        """A quotient as a sum of rational multiples of reduced monomial quotients."""
        for m, c in q[0].terms():
            monomial = self.reduce((self.context.from_dict({m: 1}), q[1]))
            lead = monomial[1].leading_coefficient()
            yield sp.Rational(int((c / lead).p), int((c / lead).q)), (monomial[0], monomial[1] / lead)

    def exp(self, q):
        product = (self.one, self.one)
        for coefficient, (num, den) in self.terms(q):
            key = self.key_of(num)
            if den == self.one and key is not None and key[0] == "log":  # exp(c log f) = f**c
                factor = self.root(self.contents[key], coefficient)
            else:
                key = ("exp", str(num), str(den))
                self.contents[key] = (num, den)
                factor = self.power(key, coefficient, positive=True)
            product = self.multiply(product, factor)
        return product

    def key_of(self, polynomial):
        """The kernel whose generator this polynomial is, if it is a lone generator."""
        for key, i in self.index.items():
            if isinstance(key, tuple) and polynomial == self.context.gen(i):
                return key
        return None

    def factors(self, q):
        """Positive factors apart, so that roots and logarithms split over them; the rest stays whole."""
        rest = (self.one, self.one)
        for polynomial, sign in ((q[0], 1), (q[1], -1)):
            constant, parts = polynomial.factor()
            for integer, side in ((abs(int(constant.p)), sign), (int(constant.q), -sign)):
                for prime, k in sp.factorint(integer).items():
                    yield self.one * int(prime), side * k
            if constant < 0:
                rest = (-rest[0], rest[1]) if sign > 0 else (rest[0], -rest[1])
            for part, k in parts:
                part, flip = (-part, -1) if self.signed(-part) else (part, 1)
                if flip < 0 and int(k) % 2:
                    rest = (rest[0] * -1, rest[1])
                if self.signed(part):
                    yield part, sign * int(k)
                else:
                    whole = part ** int(k)
                    rest = (rest[0] * whole, rest[1]) if sign > 0 else (rest[0], rest[1] * whole)
        if rest[0] == -self.one if rest[0] in (self.one, -self.one) else rest[1].leading_coefficient() < 0:
            rest = (-rest[0], -rest[1])
        if rest[0] == self.one and rest[1] != self.one:
            yield (rest[1], self.one), -1
        elif rest != (self.one, self.one):
            yield rest, 1

    def signed(self, p):
        """Positive for certain: positive coefficients times positive generators."""
        return all(c > 0 and all(i in self.positive for i, k in enumerate(m) if k) for m, c in p.terms())

    def root(self, q, exponent):
        product = (self.one, self.one)
        for base, k in self.factors(self.normal(q)):
            quotient = base if isinstance(base, tuple) else (base, self.one)
            key, power = self.key_of(quotient[0]) if quotient[1] == self.one else None, exponent * k
            if power.q == 1:
                factor = self.integer_power(quotient, int(power))
            elif key is not None and key[0] in ("exp", "root"):  # a root of a root
                factor = self.power(key, power / self.granularity[key], positive=True)
            else:
                key = ("root", str(quotient[0]), str(quotient[1]))
                self.contents[key] = quotient
                factor = self.power(key, power, positive=True)
                i, n = self.index[key], self.granularity[key]
                if all(i != j for j, _, _ in self.relations):
                    self.relations.append((i, n, quotient))
            product = self.multiply(product, factor)
        return product

    def log(self, q):
        total = (self.one * 0, self.one)
        for base, k in self.factors(self.normal(q)):
            quotient = base if isinstance(base, tuple) else (base, self.one)
            key = self.key_of(quotient[0]) if quotient[1] == self.one else None
            if quotient == (self.one, self.one):
                continue
            share = self.one * fmpq(k, self.granularity.get(key, 1)), self.one
            if key is not None and key[0] == "exp":  # log exp u = u
                term = self.contents[key]
            elif key is not None and key[0] == "root":
                term = self.log(self.contents[key])
            else:
                key = ("log", str(quotient[0]), str(quotient[1]))
                self.contents[key] = quotient
                term = self.generator(key), self.one
            total = self.add(total, self.multiply(share, term))
        return total

    def arc(self, e):
        """An arc is the arc tangent of something, and each something has a generator."""
        u = self.convert(e.args[0])
        if isinstance(e, sp.atan):
            return self.arc_tangent(u)
        square = self.integer_power(u, 2)
        other = self.root(self.add((self.one, self.one), (-square[0], square[1])), sp.S.Half)
        sine = self.arc_tangent(self.multiply(u, (other[1], other[0])))
        if isinstance(e, sp.asin):
            return sine
        return self.add((self.generator(sp.pi, True), self.one * 2), (-sine[0], sine[1]))

    def arc_tangent(self, u):
        num, den = self.normal(u)
        if all(self.signed(p) for p in (num, den)) and str(den) > str(num):  # atan u = pi/2 - atan 1/u for positive u
            flipped = self.generator(("atan", str(den), str(num))), self.one
            return self.add((self.generator(sp.pi, True), self.one * 2), (-flipped[0], flipped[1]))
        return self.generator(("atan", str(num), str(den))), self.one

    def circle(self, e):
        i = self.generator("i")
        if all(j != self.index["i"] for j, _, _ in self.relations):
            self.relations.append((self.index["i"], 2, (self.one * -1, self.one)))
        turn = (self.one, self.one)
        above, below = self.convert(e.args[0])
        whole, rest = divmod(above, below)  # so that (1 + a)/(1 + b) and its parts are one angle
        for coefficient, (num, den) in (*self.terms((whole, self.one)), *self.terms((rest, below))):
            if num == self.generator(sp.pi, True) and den == self.one:
                if (2 * coefficient).q != 1:
                    raise Unsupported("angle is a fraction of pi")
                turn = self.multiply(turn, (i ** (int(2 * coefficient) % 4), self.one))
            else:
                turn = self.multiply(turn, self.power(("turn", str(num), str(den)), coefficient))
        inverse = (turn[1], turn[0])
        if isinstance(e, sp.cos):
            return self.multiply(self.add(turn, inverse), (self.one, self.one * 2))
        return self.multiply(self.add(turn, (-inverse[0], inverse[1])), (self.one, i * 2))


def _half(sign):
    return lambda u: (sp.exp(u) + sign * sp.exp(-u)) / 2


HYPERBOLIC = {
    sp.sinh: _half(-1),
    sp.cosh: _half(1),
    sp.tanh: lambda u: _half(-1)(u) / _half(1)(u),
    sp.coth: lambda u: _half(1)(u) / _half(-1)(u),
    expm1: lambda u: sp.exp(u) - 1,
    log1p: lambda u: sp.log(1 + u),
    sp.tan: lambda u: sp.sin(u) / sp.cos(u),
}


def flint_equal(derived, claimed, names=()) -> bool:
    """The claim is walked as typed; `names` are the author's intermediates, in order."""
    granularity = {}
    for _ in range(20):
        field = Canonical(granularity)
        try:
            for name in names:
                field.names[name.lhs] = field.convert(name.rhs)
            claim = field.convert(claimed)
            numerator, denominator = field.add(field.convert(derived), (-claim[0], claim[1]))
        except Refine:
            continue
        if field.lowered(denominator)[0] == 0:
            raise Unsupported("the denominator is zero")
        return field.lowered(numerator)[0] == 0
    raise Unsupported("roots too fine")

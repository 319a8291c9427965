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

from derivations.engine.calculus import evaluated, own_variables
from derivations.engine.defined import undefined
from derivations.engine.derivative import NoRule, carried_out, unfolded
from derivations.engine.signs import bounds, forward, gaps


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
        self.index, self.positive, self.real, self.relations = {}, set(), set(), []
        self.granularity = granularity  # kernel -> N: the generator stands for its N-th root
        self.seen = {}  # trees, converted
        self.contents = {}  # kernel -> the quotients inside
        self.ends = {}  # kernel of a sum or an integral -> its limits
        self.within = {}  # generator of a quantity -> the numbers that it lies between, None where there is none
        self.facts = []  # polynomials that are assumed to be positive

    # generators

    def generator(self, key, positive=False, real=False):
        if key not in self.index:
            if len(self.index) == self.SIZE:
                raise Unsupported("too many generators")
            i = self.index[key] = len(self.index)
            if positive:
                self.positive.add(i)
            if positive or real:
                self.real.add(i)
        return self.context.gen(self.index[key])

    def quantity(self, e):
        """The generator of a symbol or of an abstract function."""
        if not e.is_commutative:
            raise Unsupported(f"{e} does not commute")
        real = e.expr.is_real if isinstance(e, sp.Derivative) else e.is_real
        return self.generator(e, bool(e.is_positive), bool(real)), self.one

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

    def normal(self, q, relations=None):
        """Use root**N = base until every root stands below its N-th power (newest root first)."""
        (above, divisor), (below, multiplier) = (self.lowered(p, relations or self.relations) for p in q)
        if below == 0:
            raise Unsupported("a denominator is zero")
        return self.reduce((above * multiplier, below * divisor))

    def inverted(self, q):
        """One over a quotient, which must not be zero."""
        above, below = self.normal(q)
        if above == 0:
            raise Unsupported("divided by zero")
        return below, above

    def lowered(self, polynomial, relations):
        """The same polynomial with low powers of roots, and what it has been multiplied with."""
        den = self.one
        for i, n, (base, base_den) in reversed(relations):
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
        if e not in self.seen:
            self.seen[e] = self.walk(e)
        return self.seen[e]

    def walk(self, e):
        if e.is_Rational:
            return self.one * fmpq(int(e.p), int(e.q)), self.one
        if isinstance(e, (sp.Sum, sp.Integral)):
            return self.linear(e)
        if isinstance(e, sp.MatrixExpr | sp.MatrixBase):
            raise Unsupported("matrices do not commute")
        if e.is_Symbol or e is sp.pi or isinstance(e, (AppliedUndef, sp.Indexed)):
            return self.quantity(e)
        if isinstance(e, sp.Derivative) and isinstance(e.expr, AppliedUndef):
            return self.quantity(e)
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
            if e.exp.is_Mul and not e.exp.free_symbols and (exponent := evaluated(e.exp)).is_Rational:
                return self.root(self.convert(e.base), exponent)
            return self.exp(self.multiply(self.convert(e.exp), self.log(self.convert(e.base))))
        if isinstance(e, sp.exp):
            return self.exp(self.convert(e.args[0]))
        if isinstance(e, sp.log):
            return self.log(self.convert(e.args[0]))
        if isinstance(e, sp.Abs):
            inside = self.convert(e.args[0])
            if not self.real_value(inside):
                raise Unsupported("the absolute value of what is not certainly real")
            return self.root(self.multiply(inside, inside), sp.S.Half)
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
        num, den = self.normal(self.convert(e.function))
        inside = {i for key, i in self.index.items() if any(self.depends(key, v) for v in e.variables)}
        num, den = self.inverse(num, den, inside)
        divided = {tuple(k if i in inside else 0 for i, k in enumerate(m)) for m, _ in den.terms()}
        (divisor,) = divided  # one monomial, such as an exponential: a negative power in each summand
        den, total = den / self.context.from_dict({divisor: 1}), self.one * 0
        for m, c in list(num.terms()):
            bound, free = (tuple(k if (i in inside) == side else 0 for i, k in enumerate(m)) for side in (True, False))
            bound = tuple(k - d for k, d in zip(bound, divisor, strict=True))
            key = (type(e).__name__, bound, e.limits)
            sides = (tuple(max(side * k, 0) for k in bound) for side in (1, -1))
            self.contents[key] = tuple(self.context.from_dict({m: 1}) for m in sides)  # an outer sign looks inside
            self.ends[key] = [end for limit in e.limits for end in limit[1:]]
            plain = all(i in self.positive or (k % 2 == 0 and i in self.real) for i, k in enumerate(bound) if k)
            real = all(i in self.real for i, k in enumerate(bound) if k)
            generator = self.generator(key, plain and real and forward(e.limits), real)
            total += self.context.from_dict({free: c}) * generator
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
        generator = self.generator(key, self.signed(whole), self.is_real(whole))
        inside.add(self.index[key])
        return num * generator, den / whole

    def depends(self, key, variable):
        if not isinstance(key, tuple):
            return isinstance(key, sp.Basic) and key.has(variable)
        return any(sp.sympify(end).has(variable) for end in self.ends.get(key, ())) or any(
            m[i] and self.depends(other, variable)
            for q in self.contents[key]
            for m, _ in q.terms()
            for other, i in self.index.items()
        )

    def integer_power(self, q, k):
        if k < 0:
            q, k = self.inverted(q), -k
        return self.reduce((q[0] ** k, q[1] ** k))

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
                factor = self.power(key, coefficient, positive=self.real_value((num, den)))
            product = self.multiply(product, factor)
        return product

    def key_of(self, polynomial):
        """The kernel whose generator this polynomial is, if it is a lone generator."""
        for key, i in self.index.items():
            if isinstance(key, tuple) and polynomial == self.context.gen(i):
                return key
        return None

    def is_real(self, p):
        """Real for certain, wherever it is defined."""
        return all(i in self.real for m, _ in p.terms() for i, k in enumerate(m) if k)

    def signed(self, p):
        """Positive for certain, but for single points: in positive quantities, or by one of the facts."""
        if self.plainly(p):
            return True
        if not self.is_real(p):
            return False
        have = dict(p.terms())
        if len(have) == 2 and sum(have.values()) == 0 and self.larger(*sorted(have, key=lambda m: have[m] < 0)):
            return True
        for fact in self.facts:
            for m, c in fact.terms():
                if m in have and have[m] / c > 0:
                    rest = p - fact * (have[m] / c)
                    if rest == 0 or self.plainly(rest):
                        return True
        return False

    def larger(self, first, second):
        """Is one product of powers of e larger than another one?"""
        gap = (self.one * 0, self.one)
        for key, i in self.index.items():
            if first[i] == second[i] == 0:
                continue
            if not (isinstance(key, tuple) and key[0] == "exp"):
                return False
            share = self.one * fmpq(first[i] - second[i], self.granularity[key]), self.one
            gap = self.add(gap, self.multiply(share, self.contents[key]))
        return self.positive_value(self.normal(gap))

    def plainly(self, p):
        """Are all terms positive, once quantities in an interval are written in a positive one?"""
        for i, (low, high) in self.within.items():
            degree = max((m[i] for m, _ in p.terms()), default=0)
            if degree == 0:
                continue
            free, out = self.context.gen(i), self.one * 0  # it takes its own place, as a positive quantity
            place = low + high * free if None not in (low, high) else low + free if high is None else high - free
            below = 1 + free if None not in (low, high) else self.one
            for m, c in p.terms():
                rest = self.context.from_dict({(*m[:i], 0, *m[i + 1 :]): c})
                out += rest * place ** m[i] * below ** (degree - m[i])
            p = out
        positive = self.positive | set(self.within)
        return p != 0 and all(
            c > 0 and all(i in positive or (k % 2 == 0 and i in self.real) for i, k in enumerate(m) if k)
            for m, c in p.terms()
        )

    def assume(self, assumptions):
        """Take relations as facts; those about one quantity and a number become its interval."""
        for gap in gaps(assumptions):
            above, below = self.convert(gap)
            if self.signed(below):
                self.facts.append(above)
        for q, (low, high) in bounds(gaps(assumptions)).items():
            if all(end is None or end.is_Rational for end in (low, high)):
                numbers = (None if end is None else fmpq(int(end.p), int(end.q)) for end in (low, high))
                self.within[self.index[q]] = tuple(numbers)

    def factors(self, q):
        """Positive factors apart, so that roots and logarithms split over them; the rest stays whole."""
        rest = (self.one, self.one)
        for polynomial, sign in ((q[0], 1), (q[1], -1)):
            constant, parts = polynomial.factor()
            for integer, side in ((abs(int(constant.p)), sign), (int(constant.q), -sign)):
                for prime, k in sp.factorint(integer).items():
                    yield self.one * int(prime), side * k
            if constant < 0:
                rest = (-rest[0], rest[1])
            for part, k in parts:
                part, flip = (-part, -1) if self.signed(-part) else (part, 1)
                if flip < 0 and int(k) % 2:
                    rest = (-rest[0], rest[1])
                if self.signed(part):
                    yield part, sign * int(k)
                    continue
                k, left = (int(k) // 2, int(k) % 2) if self.is_real(part) else (0, int(k))
                if k:  # a square
                    yield part**2, sign * k
                whole = part**left
                rest = (rest[0] * whole, rest[1]) if sign > 0 else (rest[0], rest[1] * whole)
        if rest[1].leading_coefficient() < 0:
            rest = (-rest[0], -rest[1])
        if str(rest[0]) < str(rest[1]) and self.positive_value(rest):
            yield (rest[1], rest[0]), -1
        elif rest != (self.one, self.one):
            yield rest, 1

    def root(self, q, exponent):
        q = self.normal(q)
        if q[0] == 0:
            if exponent < 0:
                raise Unsupported("divided by zero")
            return q
        product = (self.one, self.one)
        for base, k in self.factors(q):
            quotient = base if isinstance(base, tuple) else (base, self.one)
            key, power = self.key_of(quotient[0]) if quotient[1] == self.one else None, exponent * k
            if power.q == 1:
                factor = self.integer_power(quotient, int(power))
            elif key is not None and key[0] in ("exp", "root") and self.principal(key):  # a root of a root
                factor = self.power(key, power / self.granularity[key], positive=True)
            else:
                key = ("root", str(quotient[0]), str(quotient[1]))
                self.contents[key] = quotient
                factor = self.power(key, power, positive=self.positive_value(quotient))
                i, n = self.index[key], self.granularity[key]
                if all(i != j for j, _, _ in self.relations):
                    self.relations.append((i, n, quotient))
            product = self.multiply(product, factor)
        return product

    def principal(self, key):
        """May powers of this power be taken by multiplying exponents? Of a root always, of an exponential if real."""
        return key[0] == "root" or self.index[key] in self.positive

    def log(self, q):
        total, q = (self.one * 0, self.one), self.normal(q)
        if q[0] == 0:
            raise Unsupported("the logarithm of zero")
        for base, k in self.factors(q):
            quotient = base if isinstance(base, tuple) else (base, self.one)
            key = self.key_of(quotient[0]) if quotient[1] == self.one else None
            if quotient == (self.one, self.one):
                continue
            share = self.one * fmpq(k), self.one
            if key is not None and key[0] in ("exp", "root") and self.principal(key):
                share = self.one * fmpq(k, self.granularity[key]), self.one
                term = self.contents[key] if key[0] == "exp" else self.log(self.contents[key])  # log exp u = u
            else:
                key = ("log", str(quotient[0]), str(quotient[1]))
                self.contents[key] = quotient
                term = self.generator(key, real=self.positive_value(quotient)), self.one
            total = self.add(total, self.multiply(share, term))
        return total

    def arc(self, e):
        """Every arc is an arc sine, and each something has a generator. atan u = asin u/sqrt(1 + u^2) for real u."""
        u = self.convert(e.args[0])
        if isinstance(e, sp.atan):
            if not self.real_value(u):
                raise Unsupported("the arc tangent of what is not certainly real")
            square = self.add((self.one, self.one), self.multiply(u, u))
            return self.arc_sine(self.multiply(u, self.inverted(self.root(square, sp.S.Half))))
        sine = self.arc_sine(u)
        return sine if isinstance(e, sp.asin) else self.complement(sine)

    def complement(self, angle):
        return self.add((self.generator(sp.pi, True), self.one * 2), (-angle[0], angle[1]))

    def arc_sine(self, u):
        """An odd function; of a number between 0 and 1, a quarter turn less that of the other leg."""
        num, den = self.monic(self.normal(u))
        if num.leading_coefficient() < 0:
            angle = self.arc_sine((-num, den))
            return -angle[0], angle[1]
        rest = self.normal(self.add((self.one, self.one), self.multiply((-num, den), (num, den))))
        real = self.positive_value(rest)
        if real and self.positive_value((num, den)):
            leg = self.monic(self.normal(self.root(rest, sp.S.Half)))
            if (str(leg[0]), str(leg[1])) < (str(num), str(den)):
                return self.complement(self.kernel("asin", leg, real))
        return self.kernel("asin", (num, den), real)

    def monic(self, q):
        lead = q[1].leading_coefficient()
        return q[0] / lead, q[1] / lead

    def kernel(self, name, q, real):
        """The generator of a function of something."""
        key = (name, str(q[0]), str(q[1]))
        self.contents[key] = q
        return self.generator(key, real=real), self.one

    def untwisted(self, q, kept):
        """The same value, with cosine and sine of each angle in place of its turn: real where the value is.

        Of the squares of cosine and sine only those of the one that is kept remain.
        """
        turns = {i: key for key, i in self.index.items() if isinstance(key, tuple) and key[0] == "turn"}
        if not turns:
            return q
        legs = {}
        for _ in range(2):  # what a root stands for brings turns back
            for i, key in turns.items():
                if all(map(self.is_real, self.contents[key])) and any(m[i] for p in q for m, _ in p.terms()):
                    legs[i] = tuple(self.leg(name, i, key) for name in ("cosine", "sine"))
                    turn = legs[i][0] + self.generator("i") * legs[i][1]
                    q = tuple(self.put(p, i, turn) for p in q)
            other, keeps = ("sine", 0) if kept == "cosine" else ("cosine", 1)
            squares = [(self.index[other, i], 2, (1 - both[keeps] ** 2, self.one)) for i, both in legs.items()]
            relations = [*self.relations, *squares]
            num, den = self.normal(q, relations)
            i = self.index["i"]
            mirrored = self.context.from_dict({m: -c if m[i] % 2 else c for m, c in den.terms()})
            q = self.normal((num * mirrored, den * mirrored), relations)
        return q

    def leg(self, name, i, key):
        self.contents[name, i] = self.contents[key]
        return self.generator((name, i), real=True)

    def put(self, polynomial, i, value):
        """The polynomial with a value in place of a generator."""
        terms = ((self.context.from_dict({(*m[:i], 0, *m[i + 1 :]): c}), m[i]) for m, c in polynomial.terms())
        return sum((rest * value**k for rest, k in terms), self.one * 0)

    def real_value(self, q):
        return all(map(self.is_real, self.untwisted(self.normal(q), "cosine")))

    def positive_value(self, q):
        for kept in ("cosine", "sine"):
            num, den = self.untwisted(q, kept)
            if (self.signed(num) and self.signed(den)) or (self.signed(-num) and self.signed(-den)):
                return True
        return False

    def circle(self, e):
        i = self.generator("i")
        if all(j != self.index["i"] for j, _, _ in self.relations):
            self.relations.insert(0, (self.index["i"], 2, (self.one * -1, self.one)))
        turn = (self.one, self.one)
        above, below = self.convert(e.args[0])
        whole, rest = divmod(above, below)  # so that (1 + a)/(1 + b) and its parts are one angle
        for coefficient, (num, den) in (*self.terms((whole, self.one)), *self.terms((rest, below))):
            if num == self.generator(sp.pi, True) and den == self.one:
                if (2 * coefficient).q != 1:
                    raise Unsupported("angle is a fraction of pi")
                turn = self.multiply(turn, (i ** (int(2 * coefficient) % 4), self.one))
            else:
                key = ("turn", str(num), str(den))
                self.contents[key] = (num, den)
                turn = self.multiply(turn, self.power(key, coefficient))
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


def flint_equal(derived, claimed, names=(), assumptions=()) -> bool:
    """The claim is walked as typed; `names` are the author's intermediates, in order."""
    if reason := undefined([derived, claimed, *(name.rhs for name in names), unfolded(claimed, names)], assumptions):
        raise Unsupported(reason)
    try:
        sides = [carried_out(tree) for tree in (derived, unfolded(claimed, names))]
    except NoRule as reason:
        raise Unsupported(str(reason)) from None
    with sp.evaluate(False):
        derived, claimed = map(own_variables, sides)
    granularity = {}
    for _ in range(20):
        field = Canonical(granularity)
        try:
            field.assume(assumptions)
            claim = field.convert(claimed)
            numerator, _ = field.normal(field.add(field.convert(derived), (-claim[0], claim[1])))
        except Refine:
            continue
        return numerator == 0
    raise Unsupported("roots too fine")

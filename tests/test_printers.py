"""What is printed is what was typed, all of it: formulas drawn at random, executed and read back."""

import importlib
import itertools
import math
import random

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_mat, ctx

from derivations.engine import balls
from derivations.engine.print_code import CodePrinter
from derivations.engine.print_latex import latex
from derivations.notation import *
from refimpl.testing.conditioning import ROUNDINGS
from refimpl.testing.rounding import Tracked, TrackedNamespace
from tests import random_trees
from tests.read_latex import Reader

LIBRARIES = {
    "array_api": ("xp", "array_api_compat.numpy"),
    "numpy": ("np", "numpy"),
    "torch": ("torch", "torch"),
    "jax": ("jnp", "jax.numpy"),
}
each_library = pytest.mark.parametrize("target", LIBRARIES)
ctx.prec = balls.BITS


LOST = 1e-6  # what a printer loses changes a value by more than this share


def executed(tree, target, values):
    """The printed code, run by the library it is printed for; the answer as NumPy's float64."""
    name, module = LIBRARIES[target]
    if target == "jax":
        pytest.importorskip("jax", reason="JAX is not installed").config.update("jax_enable_x64", True)
    library = importlib.import_module(module)
    array = library.tensor if target == "torch" else library.asarray
    passed = {n: v if isinstance(v, float) else array(v) for n, v in values.items()}
    with np.errstate(all="ignore"):
        return np.asarray(eval(CodePrinter(target, TABLE).code(tree), {name: library, "math": math} | passed))


# ---- elementwise ----------------------------------------------------------------------------------------------------


def point(seed):
    """(what the code is given, the same as balls, the same for the reader): numbers that nothing is special about."""
    rng = np.random.default_rng(seed)
    drawn = {q: rng.uniform(0.3, 0.9) for q in random_trees.NUMBERS} | {dsigma: rng.uniform(-0.9, -0.3)}
    drawn |= {q: rng.uniform(0.3, 0.9, 3) for q in random_trees.OF_COMPONENTS}
    values = {TABLE[q].name: float(v) if TABLE[q].scalar else np.asarray(v) for q, v in drawn.items()}
    exact = {q: [arb(float(one)) for one in v] if np.ndim(v) else arb(float(v)) for q, v in drawn.items()}
    return values, exact, {TABLE[q].latex: v for q, v in exact.items()}


def ball_of(tree, exact):
    """The value of the tree, or None where it has none (a logarithm of what is negative) or is not known well."""
    try:
        found = balls.evaluate(tree, exact)
    except ZeroDivisionError:
        return None
    return found if found.is_finite() and abs(found) < 1e12 and found.rel_accuracy_bits() > 100 else None


def rounding(tree, values):
    """How far double precision may stray from the value of this very code."""
    given = {n: v if isinstance(v, float) else Tracked.exact(np.asarray(v, float)) for n, v in values.items()}
    with np.errstate(all="ignore"):
        found = eval(CodePrinter("array_api", TABLE).code(tree), {"xp": TrackedNamespace(np), "math": math} | given)
    return float(np.max(found.error)) * 2.0**-52 if isinstance(found, Tracked) else 1e-12


@each_library
def test_printed_formulas_have_the_value_of_the_tree(target):
    rng, compared = random.Random(0), 0
    for seed in range(500 if target != "jax" else 200):
        tree = random_trees.formula(rng, 4)
        values, exact, _ = point(seed)
        want = ball_of(tree, exact)
        if want is None:
            continue
        allowed = rounding(tree, values) + np.finfo(float).eps * abs(float(want))
        if not allowed < LOST * (1 + abs(float(want))):  # rounding would hide what is lost
            continue
        got = executed(tree, target, values)
        assert abs(float(got) - float(want)) <= allowed, (seed, tree)
        compared += 1
    assert compared > (80 if target == "jax" else 200)


def test_printed_latex_reads_back_as_the_tree():
    rng, compared = random.Random(1), 0
    for seed in range(1000):
        tree = random_trees.formula(rng, 4)
        _, exact, symbols = point(seed)
        if (want := ball_of(tree, exact)) is not None:
            text = latex(tree, TABLE)
            assert Reader(text, symbols).read().overlaps(want), (seed, tree, text)
            compared += 1
    assert compared > 600


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: x**-sp.S.Half, r"\frac{1}{\sqrt{x_t}}"),
        (lambda: x * sigma ** sp.Rational(-3, 2), r"\frac{x_t}{\sigma_t^{\frac{3}{2}}}"),
        (lambda: sigma ** sp.Rational(2, 3), r"\sigma_t^{\frac{2}{3}}"),
        (lambda: x * -3, r"- x_t \cdot 3"),
        (lambda: x * sp.Rational(-1, 2), r"- \frac{x_t}{2}"),
        (lambda: x / alpha / -sigma, r"\frac{x_t}{\alpha_t \left(- \sigma_t\right)}"),
        (lambda: sp.Integer(2) * 3, r"2 \cdot 3"),
        (lambda: random_trees.expm1(x) ** 2, r"\operatorname{expm1}^{2}\left(x_t\right)"),
        (lambda: random_trees.log1p(x) ** 3, r"\operatorname{log1p}^{3}\left(x_t\right)"),
    ],
)
def test_latex_keeps_what_it_used_to_lose(build, text):
    with sp.evaluate(False):
        assert latex(build(), TABLE) == text


# ---- matrices -------------------------------------------------------------------------------------------------------


def matrices(seed):
    """Values by name, and the same by symbol with vectors as columns; the code takes one point or several, as rows."""
    rng = np.random.default_rng(seed)
    roots = {q: rng.uniform(-1, 1, (3, 3)) for q in random_trees.MATRICES}
    drawn = {q: root @ root.T + np.eye(3) for q, root in roots.items()}
    drawn |= {q: rng.uniform(-2, 2, 3) for q in random_trees.VECTORS}
    drawn |= {q: float(rng.uniform(0.4, 0.9)) for q in (alpha, sigma)}
    columns = {q: v[:, None] if np.ndim(v) == 1 else v for q, v in drawn.items()}
    return {TABLE[q].name: v for q, v in drawn.items()}, columns


def by_numpy(e, known):
    """A matrix statement as linear algebra writes it, with columns; a number added to a matrix is a multiple of I."""
    if e in known:
        return known[e]
    if e.is_Rational:
        return float(e)
    parts = [by_numpy(arg, known) for arg in e.args]
    if e.is_Add:
        size = max((np.shape(p) for p in parts), key=len)
        square = len(size) == 2 and size[1] > 1
        return sum(p * np.eye(size[0]) if square and not np.ndim(p) else p for p in parts)
    if e.is_Pow:
        return np.linalg.matrix_power(parts[0], int(e.exp)) if np.ndim(parts[0]) else parts[0] ** parts[1]
    assert e.is_Mul
    product = parts[0]
    for part in parts[1:]:
        if not np.ndim(product) or not np.ndim(part):
            product = product * part
        else:
            product = product @ part if np.shape(product)[1] == np.shape(part)[0] else part @ product
    return product


def size(a):
    """The norm that errors of sums and products add up in."""
    return np.linalg.norm(np.atleast_2d(a))


def roundings(e, known):
    """How far an evaluation in any order may stray, in roundings, to first order and by norms: each operation errs by
    as many as the terms that it adds, and carries on what its operands err by."""
    if e in known or e.is_Rational:
        return 0.0
    off, parts = [roundings(arg, known) for arg in e.args], [by_numpy(arg, known) for arg in e.args]
    if e.is_Add:
        return sum(off) + len(parts) * sum(size(p) * (1 if np.ndim(p) else 3**0.5) for p in parts)
    if e.is_Pow and np.ndim(parts[0]) and e.exp < 0:  # elimination is backward stable: the condition number decides
        inverse, times = size(np.linalg.inv(parts[0])), -int(e.exp)
        return times * inverse ** (times + 1) * (off[0] + 9 * times * size(parts[0]))
    if e.is_Pow:
        power = abs(float(e.exp))
        return power * size(parts[0]) ** (float(e.exp) - 1) * (off[0] + 3 * size(parts[0]))
    sizes = [size(p) for p in parts]
    carried = sum(o * np.prod(sizes[:i] + sizes[i + 1 :]) for i, o in enumerate(off))
    return carried + 3 * len(parts) * np.prod(sizes)


def assert_prints(tree, target, seed=0):
    values, known = matrices(seed)
    assert_equal_but_for_roundings(executed(tree, target, values), tree, known)


def assert_equal_but_for_roundings(got, tree, known):
    want = by_numpy(tree, known)
    want = want[:, 0] if want.shape[1] == 1 else want
    assert got.shape == want.shape
    # Both ways err. What is printed may gather its inverses in another order: the analysis counts by norms.
    allowed = 2 * ROUNDINGS * np.finfo(float).eps * roundings(tree, known)
    assert np.max(np.abs(got - want)) <= allowed, (str(tree), allowed)
    return allowed / max(np.max(np.abs(want)), np.finfo(float).tiny)


def placed(inverted, matrices, others):
    """The product of the matrices, some of them inverted, with numbers and at most one vector between them."""
    with sp.evaluate(False):
        factors = [m**-1 if i else m for m, i in zip(matrices, inverted, strict=True)]
        for place, other in others:
            factors.insert(place, other)
        product = factors[0]
        for factor in factors[1:]:
            product = product * factor
    return product


A, B = covariance, posterior_covariance
ORDERS = [
    pytest.param(inverted, chosen, id=" ".join(f"{'AB'[m == B]}{'^-1' * i}" for m, i in zip(chosen, inverted)))  # noqa: B905
    for count in (1, 2, 3)
    for inverted in itertools.product((False, True), repeat=count)
    for chosen in itertools.product((A, B), repeat=count)
]


@each_library
@pytest.mark.parametrize(("inverted", "chosen"), ORDERS)
def test_every_matrix_of_a_product_is_printed(target, inverted, chosen):
    """One, two or three matrices, each as it is or inverted, with a number or a vector at every place."""
    assert_prints(placed(inverted, chosen, []), target)
    for place in range(len(chosen) + 1):
        assert_prints(placed(inverted, chosen, [(place, sigma)]), target)
        assert_prints(placed(inverted, chosen, [(place, 1 / alpha)]), target)
        assert_prints(placed(inverted, chosen, [(place, x)]), target)
        assert_prints(placed(inverted, chosen, [(place, x), (0, alpha)]), target)
        assert_prints(placed(inverted, chosen, [(place, x), (len(chosen), sigma)]), target)


@pytest.mark.parametrize("target", ["array_api", "torch"])
def test_matrix_formulas_drawn_at_random_print_whole(target):
    rng, printed, refused, sharp = random.Random(2), 0, 0, 0
    for seed in range(600):
        tree = (random_trees.matrix, random_trees.vector)[seed % 2](rng, 3)
        try:
            CodePrinter(target, TABLE).code(tree)
        except TypeError as error:
            assert "may not be symmetric" in str(error) or "a vector" in str(error)
            refused += 1
            continue
        values, known = matrices(seed)
        sharp += assert_equal_but_for_roundings(executed(tree, target, values), tree, known) < LOST
        printed += 1
    assert printed > 450, refused
    assert sharp > 0.9 * printed  # most are so well conditioned that roundings hide nothing


def test_many_points_are_rows():
    values, known = matrices(3)
    rows = np.random.default_rng(4).normal(size=(5, 3))
    tree = placed([True, True, False], [A, B, A], [(1, sigma), (4, x)])
    got = executed(tree, "numpy", values | {"x": rows})
    for row, one in zip(rows, got, strict=True):
        assert_equal_but_for_roundings(one, tree, known | {x: row[:, None]})


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: sp.sqrt(A), "no code for Pow of a matrix"),
        (lambda: A**sigma, "no code for Pow of a matrix"),
        (lambda: sp.exp(A), "no code for exp of a matrix"),
        (lambda: sp.exp(A * x), "no code for exp of a vector"),
        (lambda: A + x, "a sum of a vector and what is none"),
        (lambda: A * x + sigma, "a sum of a vector and what is none"),
        (lambda: A * x * data, "a product of two vectors"),
        (lambda: (A * x) ** 2, "no code for Pow of a vector"),
        (lambda: A / x, "no code for Pow of a vector"),
        (lambda: (A * B + sigma) * x, "may not be symmetric"),
        (lambda: (A * B + sigma) ** -1 * x, "may not be symmetric"),
        (lambda: sp.atan2(x, data), "no code for atan2"),
        (lambda: sp.Heaviside(x), "no code for Heaviside"),
        (lambda: sp.sinc(x), "no code for sinc"),
        (lambda: sp.Max(x, data), "no code for Max"),
        (lambda: sp.Function("f")(x), "no code for f"),
        (lambda: sp.Derivative(x**2, x), "no code for Derivative"),
        (lambda: over_components(x), "not over the components"),
        (lambda: over_components(over_components(weight)), "not over the components"),
        (lambda: sp.Sum(weight, (k, 2, components)), "not over the components"),
        (lambda: sp.Sum(weight * component_density, (k, 1, components), (step_index, 1, components)), "not over"),
    ],
)
def test_what_has_no_code_is_refused_not_shortened(build, words):
    with sp.evaluate(False):
        tree = build()
    for target in LIBRARIES:
        with pytest.raises(TypeError, match=words):
            CodePrinter(target, TABLE).code(tree)


@pytest.mark.parametrize("inverted, chosen", ORDERS)
def test_latex_prints_every_matrix_of_a_product(inverted, chosen):
    _, known = matrices(5)
    exact = {q: arb_mat(v.tolist()) if np.ndim(v) else arb(v) for q, v in known.items()}
    symbols = {TABLE[q].latex: v for q, v in exact.items()}
    symbols |= {TABLE[q].latex + "^{-1}": exact[q].inv() for q in (A, B)}
    for others in ([], [(0, sigma)], [(1, 1 / alpha)], [(len(chosen), x)]):
        tree = placed(inverted, chosen, others)
        read = Reader(latex(tree, TABLE, matrix=True), symbols).read()
        assert read.overlaps(balls.evaluate(tree, exact)), latex(tree, TABLE, matrix=True)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: A**-2 * x, r"\Sigma^{-2} x_t"),
        (lambda: (A * B) ** -1 * x, r"\left(\Sigma \operatorname{Cov}[x_1 \mid x_t]\right)^{-1} x_t"),
        (lambda: (A + sigma) ** -2 * x, r"\left(\Sigma + \sigma_t I\right)^{-2} x_t"),
        (lambda: x / sigma * A**-1 * B**-1, r"\frac{x_t \Sigma^{-1} \operatorname{Cov}[x_1 \mid x_t]^{-1}}{\sigma_t}"),
    ],
)
def test_latex_of_inverses_keeps_brackets_and_powers(build, text):
    with sp.evaluate(False):
        assert latex(build(), TABLE, matrix=True) == text


def test_latex_of_a_sum_over_two_indices_at_once_is_refused():
    with pytest.raises(TypeError, match="several indices at once"):
        latex(sp.Sum(weight, (k, 1, components), (step_index, 1, components)), TABLE)

"""The battery: what every equation must stand, from its record alone. The test id is the equation's id."""

from __future__ import annotations

import random

import array_api_compat.numpy
import array_api_compat.torch
import mpmath as mp
import numpy as np
import pytest
import torch
from flint import arb, arb_mat

from derivations import equations
from derivations.engine import balls
from derivations.engine.court import Court
from derivations.engine.equation import Verdict
from derivations.engine.print_code import function, is_function, snippet
from derivations.engine.print_latex import latex
from derivations.notation import TABLE
from refimpl._call import call
from tests.exact import (
    EPS,
    agrees,
    ball_point,
    bounds,
    code_disagrees,
    draws,
    exact,
    float_errors,
    formula,
    is_finite,
    is_matrix,
    is_the_limit,
    limit_of_the_code,
    matrix_error,
    near_miss,
    place,
)
from tests.read_latex import Reader

ALL = equations()
DERIVED = [e for e in ALL if e.verdict is not Verdict.DEFINED]
FUNCTIONS = [e for e in ALL if is_function(e, TABLE)]
MISSES = [(e, name) for e in DERIVED for name in e.near_misses]


def each(records):
    return pytest.mark.parametrize("equation", records, ids=[e.id for e in records])


every_miss = pytest.mark.parametrize(("equation", "name"), MISSES, ids=[f"{e.id}: {n}" for e, n in MISSES])


@pytest.fixture(scope="module")
def court():
    """Verdicts come from processes that know the snapshot, and no chapter."""
    with Court(jobs=1) as judges:
        yield judges


@each(DERIVED)
def test_the_declared_verdict_holds(equation, court, ledger):
    proof = court.proof(equation.id)
    ledger.proved(proof)
    assert not proof.failures
    assert proof.verdict is equation.verdict


@each(DERIVED)
def test_every_given_is_needed(equation, court):
    assert court.idle_givens(equation.id) == []


@every_miss
def test_near_miss_is_rejected(equation, name, court, ledger):
    ways = court.rejections(equation.id, name)
    assert ways == {"balls": True, "provers": True, "witness": True}
    ledger.rejected(equation.id, name)


# ---- floating point ---------------------------------------------------------------------------------


def jax_arrays():
    """JAX is compared where it is installed."""
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax runs the JAX checks")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy, lambda v, dtype: jax.numpy.asarray(np.asarray(v), dtype=dtype)


BACKENDS = {
    "jax": None,
    "numpy": (array_api_compat.numpy, lambda v, dtype: np.asarray(v, dtype=dtype)),
    "torch": (array_api_compat.torch, lambda v, dtype: torch.as_tensor(np.asarray(v), dtype=getattr(torch, dtype))),
}


@each(FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backend", list(BACKENDS))
def test_code_is_the_claim_at_200_bits(equation, backend, dtype):
    xp, array = BACKENDS[backend] or jax_arrays()
    points = draws(equation, 40, dtype=dtype)
    assert not code_disagrees(equation, formula(equation), points, xp, lambda v: array(v, dtype), EPS[dtype])


@every_miss
def test_floating_point_sees_the_near_miss(equation, name):
    wrong = near_miss(equation, name)
    if wrong is None or not is_function(equation, TABLE):
        abstract = {"continuity.marginal", "continuity.mixture", "continuity.log_density_along_the_flow"} | {
            "continuity.density_of_the_image",
            "continuity.composition",
            "sdes.fokker_planck",
            "sdes.fokker_planck_of_the_path",
        }
        assert equation.id in {"objectives.flow_matching_gradient", "continuity.conditional"} | abstract, (
            "only identities print no code"
        )
        return
    seen = 0
    for values in draws(equation, 40):
        got = call(wrong, **values, xp=np)
        if is_matrix(equation):
            errors = [matrix_error(equation, values, np.asarray(got, dtype=float), EPS["float64"])]
        else:
            errors = float_errors(equation, None, values, got, EPS["float64"])
        seen += any(not error <= bound for error, bound in errors)
    assert seen >= 20, f"floating point sees `{name}` at {seen} of 40 points only"


@each([e for e in ALL if e.stable])
def test_stable_form_is_stable_and_needed(equation):
    """Next to both ends of time, and where two times are close, the printed form keeps its digits; next to one of these
    the form as published loses four, or all of them: there it is not a number."""
    published = {}
    exec(
        _with_imports(function(equation, "numpy", TABLE, name="published", claims=list(equation.claim)).text), published
    )
    needed = set()
    inputs = {TABLE[q].name for q in equation.inputs}
    for end in ENDS[next(name for name in ENDS if name in inputs)]:
        (edge,) = draws(equation, 1, seed=3)
        edge |= end
        assert not code_disagrees(equation, formula(equation), [edge], np, np.asarray, EPS["float64"])
        with np.errstate(all="ignore"):
            stable, textbook = bounds(equation, edge), bounds(equation, edge, _array_api(published["published"]))
        for better in equation.stable:
            i = [c.lhs for c in equation.claim].index(better.lhs)
            size = abs(float(exact(equation, edge)[i].mid()))
            assert stable[i] < 100 * size, f"the stable form of {better.lhs} loses digits at {place(edge)}"
            if not textbook[i] <= 1e4 * size:
                needed.add(better.lhs)
    assert needed == {better.lhs for better in equation.stable}, "no stable form of the others is needed"


ENDS = {
    "t": [{"t": np.float64(1 - 2.0**-30)}, {"t": np.float64(2.0**-30)}],
    "log_snr": [{"log_snr": np.float64(v)} for v in (-42.0, 42.0)],
    "half_log_snr_s": [{"half_log_snr_s": np.float64(v)} for v in (-42.0, 42.0, 1000.0)],  # the last: no noise is left
    "alpha_s": [  # and x at zero, so that nothing hides how the rest is rounded
        dict(zip(("alpha_t", "sigma_t", "alpha_s", "sigma_s", "x"), map(np.float64, row), strict=True))
        for row in ((0.6, 0.8, 0.6 + 2.0**-30, 0.8 - 2.0**-30, 0.0), (0.6, 0.8, 0.6625, 0.7375, 0.0))
    ],
}


def _with_imports(text):
    return "import math\nimport numpy as np\n\n\n" + text


def _array_api(numpy_function):
    """A stand-alone NumPy function, run on another namespace."""

    def with_namespace(*, xp, **values):
        numpy_function.__globals__["np"] = xp
        return call(numpy_function, **values)

    return with_namespace


@each([e for e in ALL if e.limits])
def test_code_has_the_limits_at_the_ends(equation):
    """At t = 0 and t = 1 exactly the code returns the proved limit, infinities included."""
    (values,) = draws(equation, 1, seed=5)
    for limit in equation.limits:
        assert is_the_limit(*limit_of_the_code(equation, limit, formula(equation), values)), limit


# ---- what is printed --------------------------------------------------------------------------------


@each(FUNCTIONS)
@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
def test_snippet_runs_alone(equation, target):
    _, array = BACKENDS[target] or jax_arrays()
    space: dict = {}
    exec(snippet(equation, target, TABLE), space)
    (values,) = draws(equation, 1, seed=11)
    number = lambda v: type(v) is float or (is_matrix(equation) and np.ndim(v) == 0)  # noqa: E731
    passed = {n: float(v) if number(v) else array(v, "float64") for n, v in values.items()}
    got = call(space[equation.name], **passed)
    eps = float(np.finfo(float).eps)
    if is_matrix(equation):
        found = [matrix_error(equation, values, np.asarray(got, dtype=float), eps)]
    else:
        found = float_errors(equation, None, values, got, eps)
    assert found and all(agrees(*one) for one in found), place(values)


OPERATORS = ("\\partial", "\\int", "\\iint", "\\lim")
PRINTED = [
    (e, c)
    for e in ALL
    for c in (*e.claim, *e.stable, *e.where)
    if not any(o in latex(c, TABLE) for o in OPERATORS) and "p_t(x_t \\mid x_1) =" not in latex(c, TABLE)
]


@pytest.mark.parametrize(("equation", "claim"), PRINTED, ids=[f"{e.id}: {c.lhs}" for e, c in PRINTED])
def test_latex_reads_back(equation, claim):
    """The printed right side, read by another parser, has the value of the typed tree: no bracket is lost."""
    if any(TABLE[q].axis == "matrix" for q in claim.rhs.free_symbols if q in TABLE):
        text = latex(claim, TABLE, matrix=True).split(" = ", 1)[1].replace(" I\\right", "\\right")
    else:
        text = latex(claim, TABLE).split(" = ", 1)[1]  # of the whole claim: its sums run over j beside a component k
    for point, want in scalar_points(claim):
        symbols = {row.latex: point[q] for q, row in TABLE.items()}
        if not isinstance(want, arb_mat):
            assert same(Reader(text, symbols).read(), want), text
            continue
        summed = {name.replace("_k", "_j"): v for name, v in symbols.items() if isinstance(v, list)}
        for i, ball in enumerate(want.entries()):  # outside of the sums stands the component k
            own = {name: v[i] if isinstance(v, list) else v for name, v in symbols.items()}
            assert same(Reader(text, own | summed).read(), ball), text


def same(ball, other):
    """What is not a number overlaps with everything."""
    return ball.is_finite() and other.is_finite() and ball.overlaps(other)


def scalar_points(claim):
    """Three points, matrices as numbers, at which the right side has a value, and that value."""
    rng, found = random.Random(1), 0
    for _ in range(50):
        point = {
            q: [balls.number(rng, *row.sample) for _ in range(3)]
            if row.axis == "component"
            else balls.number(rng, *row.sample)
            for q, row in TABLE.items()
        }
        want = balls.of_each_component(claim.rhs, point)
        if is_finite(want):
            found += 1
            yield point, want
        if found == 3:
            return
    raise ValueError(f"{claim.lhs} has a value at {found} of 50 points only: nothing to read back")


@each(FUNCTIONS)
def test_docstring_says_what_a_user_needs(equation):
    text = formula(equation).__doc__
    for q in equation.inputs:
        assert f"{TABLE[q].name}: {TABLE[q].meaning[:20]}" in text
    assert f"Equation: {equation.id} " in text
    assert equation.title in text
    assert all(TABLE[c.lhs].name in text for c in equation.claim)


def test_ball_points_are_where_the_samples_are():
    """The witness's points obey the ranges of the table: the exact arithmetic is exact at floats."""
    equation = next(e for e in ALL if e.id == "gaussian_path.point")
    for values in draws(equation, 5):
        (ball,) = exact(equation, values)
        with mp.workdps(50):
            data, noise, a, s = (mp.mpf(float(values[n])) for n in ("data", "noise", "alpha_t", "sigma_t"))
            assert abs(mp.mpf(ball.mid().str(45, radius=False)) - (a * data + s * noise)) < mp.mpf(10) ** -40
    assert ball_point(equation, values)[equation.inputs[0]] == arb(float(values["data"]))

"""Strangers' functions, right and wrong, held against the registry."""

import math
from importlib import import_module

import numpy as np
import pytest

import refimpl as ri
from refimpl.formulas import marginals
from refimpl.testing import NonConformance, assert_conforms
from tests.accuracy import close, condition, in_balls

torch = pytest.importorskip("torch")

BACKENDS = [(backend, dtype) for backend in ("numpy", "torch") for dtype in ("float64", "float32")]
LIBRARY = {"numpy": np, "torch": torch}
VELOCITY, SCHEDULE = "gaussian_path.conditional_velocity", "schedules.variance_preserving"


def everywhere(test):
    return pytest.mark.parametrize(("backend", "dtype"), BACKENDS, ids=[" ".join(each) for each in BACKENDS])(test)


# ---- strangers who are wrong -----------------------------------------------------------------------------


def towards_the_mean(xp):
    return lambda x, data, a, s, da, ds: ds / s * (x - a * data)


def rectified(xp):
    return lambda x, data, a, s, da, ds: data - (x - a * data) / s


def salimans(xp):
    return lambda x, data, a, s, da, ds: a * (x - a * data) / s - s * data


def backwards(xp):
    return lambda x, data, alpha_t, sigma_t, dalpha_t, dsigma_t: (
        -(dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data)
    )


def doubled(xp):
    return lambda x, data, a, s, da, ds: 2 * (ds / s * (x - a * data) + da * data)


def in_a_different_unit(xp):
    return lambda x, data, a, s, da, ds: 0.37 * (ds / s * (x - a * data) + da * data)


def swapped(xp):
    return lambda x, data, s, a, da, ds: ds / s * (x - a * data) + da * data


def vp(xp, *, half=0.5, two=1.0, clock=lambda t: t):
    """A variance-preserving schedule as the papers print it."""

    def schedule(t, bmin, bmax):
        t = clock(t)
        total = bmin * (1 - t) + half * (bmax - bmin) * (1 - t) ** 2
        beta = bmin + (bmax - bmin) * (1 - t)
        alpha, sigma = xp.exp(-total / 2), xp.sqrt(1 - xp.exp(-total))
        return (
            alpha,
            sigma,
            beta / 2 * alpha,
            -two * beta / 2 * alpha**2 / sigma,
            -beta / 2 * alpha**2,
            2 * xp.log(alpha / sigma),
        )

    return schedule


def prior(xp):
    return lambda weight, density, component_velocity: (weight * component_velocity).sum(0)


def wiener_without_its_mean(xp):
    def denoise(x, m, cov, a, s):
        return x @ xp.linalg.inv(a**2 * cov + s**2 * xp.eye(len(m), dtype=x.dtype)) @ (a * cov)

    return denoise


WRONG = [
    (towards_the_mean, VELOCITY, "with `dalpha_t` = 0: `dalpha_t` is forgotten"),
    (rectified, VELOCITY, "right on the linear path only"),
    (salimans, VELOCITY, "another equation of the registry, conversions.v_prediction_from_data"),
    (backwards, VELOCITY, "near miss “velocity of the reversed path”"),
    (doubled, VELOCITY, "a factor 2 too much"),
    (in_a_different_unit, VELOCITY, "It is 0.37 times what it should be"),
    (swapped, VELOCITY, "`alpha_t` and `sigma_t` swapped"),
    (lambda xp: vp(xp, two=2.0), SCHEDULE, "near miss “factor 2 in the rate of the noise scale”"),
    (lambda xp: vp(xp, half=1.0), SCHEDULE, "No known mistake"),  # the near miss types one output only
    (lambda xp: vp(xp, clock=lambda t: 1 - t), SCHEDULE, "its time runs from data to noise"),
    (prior, "marginals.velocity", "near miss “prior average”"),
    (wiener_without_its_mean, "marginals.posterior_mean", "near miss “mean of the data ignored”"),
]


MATRICES = {
    "marginals.posterior_mean": lambda x, mean, covariance: x - 1,
    "marginals.score_of_gaussian_data": lambda data, mean, covariance: data - mean,
    "marginals.score_of_a_gaussian_posterior": lambda data: data + 1,
}


@pytest.mark.parametrize("id", MATRICES)
def test_a_mistake_with_matrices_is_diagnosed(id):
    """Some candidates have no answer: a covariance of 0 has no inverse, and other equations return other shapes."""
    with pytest.raises(NonConformance, match="Worst disagreement"):
        assert_conforms(MATRICES[id], id)


SEEN = {"float64": 1e-9, "float32": 1e-2}  # an error of this size is to be caught: else what passes says little


@everywhere
@pytest.mark.parametrize(("stranger", "id", "diagnosis"), WRONG, ids=[f"{i}: {w[2]}" for i, w in enumerate(WRONG)])
def test_the_mistake_is_named(stranger, id, diagnosis, backend, dtype):
    with pytest.raises(NonConformance) as caught:
        assert_conforms(stranger(LIBRARY[backend]), id, backend=backend, dtype=dtype)
    error = caught.value
    assert diagnosis in error.diagnosis and diagnosis in str(error)
    assert error.id == id and abs(error.got - error.expected) > 0.01 * abs(error.expected)
    assert set(error.inputs) <= {variable["name"] for variable in ri.equation(id).entry["inputs"]}
    assert (error.near_miss is not None) == diagnosis.startswith("near miss")


def test_the_reported_point_is_where_the_two_disagree():
    with pytest.raises(NonConformance) as caught:
        assert_conforms(towards_the_mean(np), VELOCITY)
    names, given = caught.value.inputs.keys(), caught.value.inputs.values()

    def wrong(x, data, alpha, sigma, _, dsigma):
        return dsigma / sigma * (x - alpha * data)

    close(caught.value.got, in_balls(wrong, *given), condition(wrong, *given))
    known = condition(lambda *given: ri.equation(VELOCITY).function(**dict(zip(names, given, strict=True))), *given)
    close(caught.value.expected, ri.equation(VELOCITY).function(**caught.value.inputs), known, known)
    assert "0.0 digits agree" in str(caught.value) and r"\dot\alpha_t x_1" in str(caught.value)


@everywhere
def test_every_near_miss_of_the_registry_is_called_by_its_name(backend, dtype):
    named = 0
    for equation in ri.equations():
        home = (
            import_module(f"refimpl.formulas.near_misses.{equation.entry['chapter']}") if equation.near_misses else None
        )
        for miss in equation.near_misses:
            if equation.function is None or miss.function is None:
                continue
            with pytest.raises(NonConformance) as caught:
                assert_conforms(getattr(home, miss.function), equation.id, backend=backend, dtype=dtype)
            assert caught.value.near_miss == miss.name
            named += 1
    assert named >= 15


# ---- strangers who are right, each in a style of their own -----------------------------------------------


def common_denominator(xp):
    return lambda x, data, a, s, da, ds: (ds * x + (da * s - a * ds) * data) / s


def through_the_noise(xp):
    def velocity(x, data, a, s, da, ds):
        noise = (x - a * data) / s
        return da * data + ds * noise

    return velocity


def softmax_of_logarithms(xp):
    def velocity(w, p, u):
        logits = xp.log(w) + xp.log(p)
        shares = xp.exp(logits - logits.max(0)[0] if xp is torch else logits - logits.max(0))
        return (shares * u).sum(0) / shares.sum(0)

    return velocity


def information_form(xp):
    def denoise(x, mean, covariance, alpha_t, sigma_t):
        precision = xp.linalg.inv(covariance)
        gain = xp.linalg.inv(precision + (alpha_t / sigma_t) ** 2 * xp.eye(len(mean), dtype=x.dtype))
        return (alpha_t / sigma_t**2 * x + precision @ mean) @ gain

    return denoise


def difference_of_log_densities(xp):
    def log_density(x, m, v, a, s):
        z = (x - a * m) / xp.sqrt(a * a * v + s * s)
        return -0.5 * (z * z + xp.log(a * a * v + s * s) + math.log(2 * math.pi))

    return log_density


RIGHT = [
    (common_denominator, VELOCITY, True),
    (through_the_noise, VELOCITY, True),
    (vp, SCHEDULE, True),
    (softmax_of_logarithms, "marginals.velocity", True),
    (information_form, "marginals.posterior_mean", False),  # divides by sigma_t: not at the end of its domain
    (difference_of_log_densities, "components.log_density", True),
]


@everywhere
@pytest.mark.parametrize(("stranger", "id", "edges"), RIGHT, ids=[stranger.__name__ for stranger, *_ in RIGHT])
def test_another_order_of_operations_is_no_mistake(stranger, id, edges, backend, dtype):
    for seed in range(3):
        evidence = assert_conforms(stranger(LIBRARY[backend]), id, backend=backend, dtype=dtype, edges=edges, seed=seed)
        assert evidence.power < SEEN[dtype]


@everywhere
def test_every_printed_snippet_conforms(backend, dtype):
    """The stand-alone functions of the registry, executed as a reader would paste them."""
    checked = 0
    for equation in ri.equations():
        if equation.code is not None:
            home: dict = {}
            exec(equation.code[backend], home)
            assert_conforms(home[equation.entry["name"]], equation.id, backend=backend, dtype=dtype)
            checked += 1
    assert checked >= 40


def test_auto_finds_out_what_a_function_takes():
    assert_conforms(vp(torch), SCHEDULE)
    assert_conforms(vp(np), SCHEDULE)


def test_arguments_in_other_words_and_another_order():
    def flow(eps, xt, sig, sig_dot, al, al_dot):
        return al_dot / al * (xt - sig * eps) + sig_dot * eps

    words = {"eps": "noise", "xt": "x", "sig": "sigma_t", "sig_dot": "dsigma_t", "al": "alpha_t", "al_dot": "dalpha_t"}
    assert_conforms(flow, "conversions.velocity_from_noise", arguments=words)
    with pytest.raises(ValueError, match="must map to x, noise"):
        assert_conforms(flow, "conversions.velocity_from_noise", arguments=words | {"eps": "epsilon"})
    assert_conforms(
        lambda **known: known["data"] * known["alpha_t"] + known["noise"] * known["sigma_t"], "gaussian_path.point"
    )
    assert_conforms(marginals.velocity, "marginals.velocity")  # takes `xp`


# ---- precision and edges ---------------------------------------------------------------------------------


def test_single_precision_inside_is_noticed():
    def careless(x, data, a, s, da, ds):
        return np.float32(ds / s) * (x - a * data) + da * data

    with pytest.raises(NonConformance, match="computed in float32"):
        assert_conforms(careless, VELOCITY)
    assert_conforms(careless, VELOCITY, dtype=np.float32)


def test_lost_digits_are_told_from_a_wrong_formula():
    def careless(t, beta_min, beta_max):
        *kept, _ = vp(np)(t, beta_min, beta_max)
        return *kept, np.log(kept[0] ** 2 / ((1e6 + 1.0 - kept[0] ** 2) - 1e6))

    with pytest.raises(NonConformance, match=r"digits are lost.*Output: log_snr"):
        assert_conforms(careless, SCHEDULE, edges=False)


def test_an_undefined_end_point_is_reported_as_such():
    """sigma_t times its rate is 0 times infinity at t = 1, where the truth is -beta_min / 2."""

    def schedule(t, bmin, bmax):
        alpha, sigma, dalpha, dsigma, _, log_snr = vp(np)(t, bmin, bmax)
        return alpha, sigma, dalpha, dsigma, sigma * dsigma, log_snr

    with pytest.raises(NonConformance, match=r"t = 1\..*got nan.*\n.*fails at the end of the domain") as caught:
        assert_conforms(schedule, SCHEDULE)
    assert caught.value.output == "half_variance_rate"
    assert caught.value.expected == -caught.value.inputs["beta_min"] / 2
    assert_conforms(schedule, SCHEDULE, edges=False)


# ---- callables that cannot be judged ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x, data, a, s, da, ds: 1 / 0, r"raised ZeroDivisionError \(division by zero\) when given x of shape"),
        (lambda x, data, a, s, da, ds: x[:3], r"must return velocity in the shape \(48,\); got \(3,\)"),
        (lambda x, data, a, s, da, ds: (x, x), r"must return 1 arrays \(velocity\); got 2"),
        (lambda x, data, a, s, da, ds: x * np.nan, "It is not finite at 336 points inside the domain"),
        (lambda x, data, a, s, da, ds: np.sin(x), "No known mistake gives these answers; 0 of 336 are right"),
    ],
    ids=["raises", "shape", "outputs", "nan", "unknown"],
)
def test_what_cannot_be_right(function, message):
    with pytest.raises(NonConformance, match=message):
        assert_conforms(function, VELOCITY)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: assert_conforms(abs, "gaussian_path.velocty"), ValueError, "the closest are gaussian_path.velocity"),
        (lambda: assert_conforms(abs, "continuity.conditional"), ValueError, "an equation that prints code"),
        (lambda: assert_conforms(3, VELOCITY), TypeError, "`function` must be callable; got int"),
        (
            lambda: assert_conforms(lambda q, r: q, VELOCITY),
            ValueError,
            "`arguments` must say what `q`, `r` stands for",
        ),
        (lambda: assert_conforms(lambda **k: 0, VELOCITY, dtype="float16"), ValueError, "`dtype` must be float64 or"),
        (lambda: assert_conforms(lambda **k: 0, VELOCITY, backend="mlx"), ValueError, '`backend` must be "auto"'),
    ],
)
def test_bad_arguments(call, kind, message):
    with pytest.raises(kind, match=message):
        call()

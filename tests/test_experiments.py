"""Every experiment holds for the true formula and fails for wrong ones: near misses and planted errors."""

import json
from importlib import import_module

import numpy as np
import pytest

import refimpl as ri
from refimpl._call import call, names_of
from refimpl.formulas import components, conversions, ddim, gaussian_path, marginals, schedules, sdes
from refimpl.formulas import continuity as probed
from refimpl.formulas.near_misses import continuity, objectives
from refimpl.testing import EXPERIMENTS
from refimpl.testing.cases import cases
from refimpl.testing.compare import STEP
from refimpl.testing.power import ERRORS, power_curve, with_error
from tests.accuracy import slope, within

PATH = ri.GaussianPath(ri.schedules.Linear())
MIXTURE = ri.reference_mixture()
FEW = 6  # 32 replicates of 64 points are enough to reject what is grossly wrong


def executable(equation):
    """The generated function, or what an identity says in executable form."""
    home = import_module(f"refimpl.formulas.near_misses.{equation.entry['chapter']}")
    return equation.function or getattr(home, equation.entry["name"])


DECLARED = [equation for equation in ri.equations() if equation.entry["experiment"]]
MISSES = [
    pytest.param(equation, miss, id=f"{equation.id}: {miss.name}")
    for equation in DECLARED
    for miss in equation.near_misses
    if miss.function
]


@pytest.mark.parametrize("equation", DECLARED, ids=lambda e: e.id)
def test_the_equation_holds(equation, ledger):
    name = equation.entry["experiment"]
    evidence = EXPERIMENTS[name](executable(equation), PATH, MIXTURE, 0)
    ledger.experiment(equation.id, evidence.statistic, evidence.threshold)
    evidence.require()
    assert evidence.name == name and evidence.false_alarm == 1e-6
    assert evidence.power < 0.02, "an error of two per cent must be seen in every group of quantities"


@pytest.mark.parametrize(("equation", "miss"), MISSES)
def test_the_near_miss_is_rejected(equation, miss):
    wrong = getattr(import_module(f"refimpl.formulas.near_misses.{equation.entry['chapter']}"), miss.function)
    evidence = EXPERIMENTS[equation.entry["experiment"]](wrong, PATH, MIXTURE, 0, log2_points=FEW)
    assert not evidence and evidence.details["stages"] == 2 and np.isfinite(evidence.statistic)


def test_every_experiment_is_declared_somewhere():
    assert {equation.entry["experiment"] for equation in DECLARED} == set(EXPERIMENTS)


# ---- planted errors: five per cent in a coefficient, a sign, conditional for marginal, reversed time -----------------


def scaled(formula, factor, output=None):
    """The formula with a factor on its result, or on one of its outputs."""

    def wrong(**known):
        result = call(formula, **known)
        if output is None:
            return factor * result
        return tuple(factor * part if i == output else part for i, part in enumerate(result))

    return named(wrong, formula)


def with_input(formula, name, change):
    """The formula with one input changed."""

    def wrong(**known):
        return call(formula, **(known | {name: change(known[name])}))

    return named(wrong, formula)


def named(wrong, formula):
    """A function with the argument names of the formula, since formulas are called by them."""
    names = names_of(formula)
    source = f"lambda {', '.join(names)}: wrong({', '.join(f'{n}={n}' for n in names)})"
    return eval(source, {"wrong": wrong})


def forgotten(value):
    return 0 * value


def opposite(value):
    return -value


def turned(formula):
    """The result turned by a twentieth of a radian in the plane: sizes are right, directions are not."""
    cosine, sine = np.cos(0.05), np.sin(0.05)
    return named(lambda **known: call(formula, **known) @ np.array([[cosine, sine], [-sine, cosine]]), formula)


PLANTED = {
    "moves_with_the_sample": [
        scaled(gaussian_path.conditional_velocity, 1.05),
        turned(gaussian_path.conditional_velocity),
        *(with_input(gaussian_path.conditional_velocity, name, opposite) for name in ("dalpha_t", "dsigma_t")),
        *(with_input(gaussian_path.conditional_velocity, name, forgotten) for name in ("dalpha_t", "dsigma_t")),
        *(with_input(conversions.velocity_from_noise, name, opposite) for name in ("dalpha_t", "dsigma_t", "noise")),
        lambda x, data: (data - x) / 0.5,
    ],
    "schedule_of_an_sde": [
        *(scaled(schedules.variance_preserving, 1.05, output) for output in range(6)),
        *(scaled(schedules.variance_preserving, -1.0, output) for output in range(2, 6)),
        with_input(schedules.variance_preserving, "t", lambda t: 1 - t),
        with_input(schedules.variance_preserving, "beta_min", lambda b: 2 * b),
    ],
    "posterior_average": [
        scaled(marginals.posterior_mean, 1.05),
        turned(marginals.posterior_mean),
        with_input(marginals.posterior_mean, "covariance", lambda c: c * np.eye(len(c))),
        with_input(marginals.posterior_mean, "mean", opposite),
        lambda x, mean: mean + 0 * x,  # prior for posterior
        lambda x, alpha_t: x / alpha_t,  # conditional for marginal: as if the noise were known to be 0
    ],
    "average_over_components": [
        scaled(marginals.velocity, 1.05),
        turned(marginals.velocity),
        with_input(marginals.velocity, "weight", lambda w: w**1.2),
        with_input(marginals.velocity, "density", lambda p: p**1.1),
        with_input(marginals.velocity, "density", lambda p: 0 * p + 1),  # prior for posterior
        # the velocity of the likeliest component: conditional for marginal
        lambda weight, density, component_velocity: np.take_along_axis(
            component_velocity, np.argmax(weight * density, axis=0)[None], axis=0
        )[0],
        with_input(marginals.velocity, "component_velocity", opposite),
        *(
            wrong
            for formula, name in (
                (marginals.mixture_denoiser, "component_posterior_mean"),
                (marginals.mixture_noise, "component_expected_noise"),
            )
            for wrong in (
                turned(formula),
                with_input(formula, "density", lambda p: 0 * p + 1),  # prior for posterior
                with_input(formula, name, opposite),
                with_input(formula, name, lambda value: value[:1] + 0 * value),  # one component's for the mixture's
            )
        ),
    ],
    "share_of_each_component": [
        scaled(marginals.responsibilities, 1.05),
        with_input(marginals.responsibilities, "weight", lambda w: w**1.2),
        with_input(marginals.responsibilities, "density", lambda p: p**1.1),
        with_input(marginals.responsibilities, "density", lambda p: 0 * p + 1),  # prior for posterior
        with_input(marginals.responsibilities, "weight", lambda w: w[::-1]),
        lambda weight, density: 1.0 * (weight * density == (weight * density).max(axis=0)),  # the likeliest alone
    ],
    "average_over_data_points": [
        *(
            wrong
            for formula in (marginals.empirical_denoiser, marginals.empirical_velocity)
            for wrong in (
                turned(formula),
                with_input(formula, "data_point", opposite),
                with_input(formula, "squared_distance", lambda d: 0 * d),  # prior for posterior
                with_input(formula, "squared_distance", lambda d: 1e6 * d),  # the nearest: conditional for marginal
                with_input(formula, "squared_distance", np.sqrt),
            )
        ),
        *(with_input(marginals.empirical_velocity, name, opposite) for name in ("dalpha_t", "dsigma_t")),
        *(with_input(marginals.empirical_velocity, name, forgotten) for name in ("dalpha_t", "dsigma_t")),
    ],
    "data_from_the_score": [
        scaled(marginals.tweedie, 1.05),
        turned(marginals.tweedie),
        with_input(marginals.tweedie, "marginal_score", opposite),
        with_input(marginals.tweedie, "marginal_score", forgotten),
        with_input(marginals.tweedie, "sigma_t", lambda s: s**2),
        lambda x, alpha_t: 0 * x + 0.5,  # prior for posterior: the first coordinate's mean
    ],
    "posterior_spread": [
        scaled(marginals.posterior_covariance, 1.05),
        scaled(marginals.posterior_covariance, -1.0),
        lambda covariance: covariance,  # prior for posterior
        with_input(marginals.posterior_covariance, "covariance", lambda c: c * np.eye(len(c))),
        scaled(marginals.mixture_covariance, 1.05),
        with_input(marginals.mixture_covariance, "density", lambda p: 0 * p + 1),
        with_input(marginals.mixture_covariance, "component_pair_covariance", opposite),
        with_input(marginals.mixture_covariance, "component_posterior_mean", forgotten),  # the spread of means is lost
        with_input(marginals.mixture_covariance, "component_posterior_mean_2", opposite),
        *(scaled(marginals.tweedie_covariance, -1.0, output) for output in range(2)),
        with_input(marginals.tweedie_covariance, "score_slope", opposite),
        *(with_input(marginals.tweedie_covariance, name, forgotten) for name in ("score_slope", "score_cross_slope")),
    ],
    "stein_identity": [
        *(
            wrong
            for formula in (marginals.mixture_score, components.score, gaussian_path.conditional_score)
            for wrong in (scaled(formula, 1.05), scaled(formula, -1.0), turned(formula))
        ),
        with_input(marginals.mixture_score, "density", lambda p: 0 * p + 1),
        with_input(marginals.mixture_score, "density", lambda p: p**1.1),
        with_input(components.score, "variance", forgotten),  # conditional for marginal
        with_input(components.score, "mean", forgotten),
        lambda x, data: -x,  # the score of the noise alone
    ],
    "density_of_the_points": [
        *(
            wrong
            for formula in (marginals.mixture_log_density, components.log_density)
            for wrong in (
                scaled(formula, 1.05),
                scaled(formula, -1.0),
                named(lambda f=formula, **known: call(f, **known) + np.log(1.05), formula),
            )
        ),
        with_input(marginals.mixture_log_density, "weight", lambda w: w[::-1]),
        with_input(marginals.mixture_log_density, "density", lambda p: p.max(axis=0, keepdims=True) + 0 * p),
        with_input(components.log_density, "variance", forgotten),  # conditional for marginal
        with_input(components.log_density, "mean", forgotten),
    ],
    "mean_square_of_the_velocity": [
        scaled(marginals.mean_squared_velocity, 1.05),
        scaled(marginals.mean_squared_velocity, -1.0),
        with_input(marginals.mean_squared_velocity, "half_variance_rate", opposite),
        with_input(marginals.mean_squared_velocity, "half_variance_rate", forgotten),
        with_input(marginals.mean_squared_velocity, "dalpha_t", opposite),
        with_input(marginals.mean_squared_velocity, "mean", forgotten),
        # conditional for marginal
        lambda mean, variance, dalpha_t, dsigma_t: dalpha_t**2 * (mean**2 + variance) + dsigma_t**2,
    ],
    "mean_square_that_is_missed": [
        scaled(marginals.irreducible_loss, 1.05),
        scaled(marginals.irreducible_loss, -1.0),
        *(with_input(marginals.irreducible_loss, name, opposite) for name in ("dalpha_t", "dsigma_t")),
        *(with_input(marginals.irreducible_loss, name, forgotten) for name in ("dalpha_t", "dsigma_t")),
        # marginal for conditional: nothing of the velocity is explained
        lambda variance, dalpha_t, dsigma_t: dalpha_t**2 * variance + dsigma_t**2,
    ],
    "mass_is_conserved": [
        scaled(continuity.conditional, 1.05),
        *(with_input(continuity.conditional, name, opposite) for name in ("dalpha_t", "dsigma_t")),
        *(with_input(continuity.conditional, name, forgotten) for name in ("dalpha_t", "dsigma_t")),
        scaled(continuity.conditional, -1.0),
    ],
    "mass_of_all_is_conserved": [
        scaled(continuity.gaussian, 1.05),
        scaled(continuity.gaussian, -1.0),
        with_input(continuity.gaussian, "variance", lambda c: 0 * c),  # conditional for marginal
    ],
    "trace_on_average": [
        scaled(probed.hutchinson_mean, 1.05),
        lambda a_11, a_22, a_33: (a_11 + a_22 + a_33) / 3,
        lambda a_11, a_22: a_11 + a_22,
    ],
    "scatter_of_random_signs": [
        scaled(probed.hutchinson_variance_rademacher, 1.05),
        probed.hutchinson_variance_gaussian,
        lambda a_12, a_13, a_21, a_23, a_31, a_32: 2 * (a_12**2 + a_13**2 + a_21**2 + a_23**2 + a_31**2 + a_32**2),
    ],
    "scatter_of_normal_probes": [
        scaled(probed.hutchinson_variance_gaussian, 1.05),
        probed.hutchinson_variance_rademacher,
        with_input(probed.hutchinson_variance_gaussian, "a_12", opposite),
    ],
    "lands_on_the_path": [
        scaled(ddim.step_is_euler_on_the_linear_path, 1.05),
        turned(ddim.step_is_euler_on_the_linear_path),
        with_input(ddim.step_is_euler_on_the_linear_path, "noise", opposite),
        lambda x: x,
    ],
    "law_of_the_noising_sde": [
        scaled(sdes.forward_process, 1.05, 0),
        scaled(sdes.forward_process, 1.05, 1),
        scaled(sdes.forward_process, -1.0, 0),
        *(with_input(sdes.forward_process, name, opposite) for name in ("dalpha_t", "half_variance_rate")),
        *(with_input(sdes.forward_process, name, forgotten) for name in ("dalpha_t", "half_variance_rate")),
    ],
    "gradients_agree": [
        scaled(objectives.flow_matching_gradient, 1.05),
        with_input(objectives.flow_matching_gradient, "weight", lambda w: 0 * w + 1),
        with_input(objectives.flow_matching_gradient, "component_velocity", opposite),
    ],
}


MORE = {  # where five per cent take more points
    "mass_is_conserved": 9,
    "mass_of_all_is_conserved": 9,
    "scatter_of_normal_probes": 11,
    "posterior_average": 8,
}


def is_rejected(name, wrong):
    """With few points, or with some more."""
    few = MORE.get(name, 7)
    return any(not EXPERIMENTS[name](wrong, PATH, MIXTURE, 0, log2_points=points) for points in (few, few + 2))


@pytest.mark.parametrize(("name", "number"), [(name, i) for name, wrong in PLANTED.items() for i in range(len(wrong))])
def test_a_planted_error_is_rejected(name, number):
    assert is_rejected(name, PLANTED[name][number])


COEFFICIENTS = [
    pytest.param(equation, name, id=f"{equation.id}: {name}")
    for equation in DECLARED
    for name in names_of(executable(equation))
    # The nearest distance stands for any number: with a wrong one the formula is still right.
    if name not in ("x", "t", "data", "noise", "xp", "nearest_squared_distance")
]


@pytest.mark.parametrize(("equation", "name"), COEFFICIENTS)
def test_five_per_cent_in_any_coefficient_are_rejected(equation, name):
    experiment = equation.entry["experiment"]
    assert is_rejected(experiment, with_error(executable(equation), name, 0.05))


# ---- how small an error is seen -----------------------------------------------------------------------------------

CURVES = {
    "moves_with_the_sample": (gaussian_path.conditional_velocity, "dsigma_t", 5),
    "posterior_average": (marginals.posterior_mean, "covariance", 7),
    "average_over_components": (marginals.velocity, "component_velocity", 6),
    "law_of_the_noising_sde": (sdes.forward_process, "half_variance_rate", 7),
    "density_of_the_points": (components.log_density, "variance", 7),
}


@pytest.mark.parametrize("name", CURVES)
def test_the_power_grows_with_the_error(name):
    """With an eighth of the points or fewer; with the experiments' own number see docs/assets/power.json."""
    formula, coefficient, points = CURVES[name]
    shares = power_curve(
        name, formula, coefficient, PATH, MIXTURE, errors=[0.0, *ERRORS], seeds=range(2), log2_points=points
    )
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[-1] == 1.0


@pytest.mark.slow
def test_the_published_power_is_what_is_measured():
    from benchmarks.power import FILE, measure

    published = json.loads(FILE.read_text(encoding="utf-8"))
    assert published == measure()
    for curve in published["curves"]:
        assert curve["shares"][-1] == 1.0, "five per cent are always seen"
        assert curve["shares"][0] == 0.0, "a right formula never fails"


def test_the_planted_errors_cover_every_experiment():
    assert set(PLANTED) == set(EXPERIMENTS)


def test_an_undefined_formula_is_rejected():
    evidence = EXPERIMENTS["moves_with_the_sample"](lambda x: np.full_like(x, np.nan), PATH, MIXTURE, 0, log2_points=2)
    assert not evidence and "not finite" in evidence.words


# ---- what they run on ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("equation", DECLARED, ids=lambda e: e.id)
@pytest.mark.parametrize(
    "schedule", [ri.schedules.VariancePreserving(), ri.schedules.Trigonometric()], ids=lambda s: type(s).__name__
)
def test_it_holds_on_other_paths_and_seeds(equation, schedule):
    experiment, path = EXPERIMENTS[equation.entry["experiment"]], ri.GaussianPath(schedule)
    experiment(executable(equation), path, MIXTURE, 1, log2_points=FEW).require()


@pytest.mark.parametrize("name", ["posterior_average", "average_over_components"])
def test_many_dimensions(name):
    random = np.random.default_rng(0)
    root = 0.2 * random.normal(size=(3, 6, 6))
    mixture = ri.GaussianMixture(
        [0.2, 0.3, 0.5], random.normal(size=(3, 6)), covariances=root @ root.mT + 0.1 * np.eye(6)
    )
    formula = {"posterior_average": marginals.posterior_mean, "average_over_components": marginals.velocity}[name]
    assert EXPERIMENTS[name](formula, PATH, mixture, 0, log2_points=8).require().power < 0.05
    assert not EXPERIMENTS[name](scaled(formula, 1.05), PATH, mixture, 0, log2_points=8)


def test_the_statement_is_the_first_line_of_the_docstring():
    evidence = EXPERIMENTS["lands_on_the_path"](ddim.step_is_euler_on_the_linear_path, PATH, MIXTURE, 0, log2_points=2)
    assert evidence.statement.startswith("A step from time t to time s lands on the path: E φ(step, data) =")
    for experiment in EXPERIMENTS.values():
        first, *_ = experiment.__doc__.splitlines()
        assert first.endswith(".") or "=" in first


@pytest.mark.parametrize("schedule", [ri.schedules.Linear(0.2), ri.schedules.Trigonometric()], ids=str)
def test_the_motion_of_a_sample_is_that_of_the_path(schedule):
    """Differences in time, of which the experiments make their targets, against the schedule's own rates."""
    for case in cases(ri.GaussianPath(schedule)):
        known = case.quantities()
        data, noise = np.array([[1.0, -2.0]]), np.array([[0.5, 3.0]])
        expected = known["dalpha_t"] * data + known["dsigma_t"] * noise
        scales = lambda t: np.array([case.quantities(t)[name] for name in ("alpha_t", "sigma_t")])  # noqa: E731, B023
        _, (alpha_off, sigma_off) = slope(scales, case.t, STEP)
        within(case.motion(data, noise), expected, alpha_off * np.abs(data) + sigma_off * np.abs(noise))

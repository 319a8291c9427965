"""What is not a number, is infinite where nobody said so, or was not compared at all fails, and says where.

Each offence is planted in something that is right, and must turn it red.
"""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
import sympy as sp
from flint import arb
from mpmath import mp

import refimpl as ri
from derivations.engine.equation import EQUATIONS, Limit
from derivations.engine.print_code import function
from derivations.mutation import layers
from derivations.mutation.code import compiled
from derivations.mutation.operators import Mutant
from derivations.notation import *
from refimpl._call import call, names_of
from refimpl.registry import registry
from refimpl.testing import (
    EXPERIMENTS,
    NonConformance,
    assert_conforms,
    check_conditional_expectation,
    check_field,
    check_likelihood,
    check_order,
    check_sampler,
    check_schedule,
    check_score,
    check_step,
    check_time_grid,
    check_transport,
    conform,
    fields,
    places,
)
from refimpl.testing.evidence import Evidence, Measurement, judge, measured
from refimpl.testing.power import power_curve
from refimpl.testing.rounding import Tracked
from refimpl.verify import accuracy, precision
from tests.exact import EPS, NoValue, agrees, code_disagrees, draws, formula, is_the_limit, limit_of_the_code
from tests.test_every_equation import same, scalar_points
from tests.test_experiments import executable

VELOCITY = EQUATIONS["gaussian_path.conditional_velocity"]
SCHEDULE = EQUATIONS["schedules.variance_preserving"]
PATH, MIXTURE = ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture()
FIELD = ri.MarginalField(PATH, MIXTURE)
BAD = [np.nan, np.inf, -np.inf]
each_bad = pytest.mark.parametrize("bad", BAD)


# ---- the battery ----------------------------------------------------------------------------------------------------


def battery(record, function, points):
    return code_disagrees(record, function, points, np, np.asarray, EPS["float64"])


@each_bad
@pytest.mark.parametrize("at", [0, 17, 39])
def test_code_that_is_bad_at_one_point_of_many_is_told_with_the_point(bad, at):
    points, asked = list(draws(VELOCITY, 40)), []

    def planted(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
        asked.append(x)
        right = formula(VELOCITY)(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t)
        return right if len(asked) != 2 * at + 1 else bad  # the second time its rounding is followed

    assert not battery(VELOCITY, formula(VELOCITY), points)
    told = battery(VELOCITY, planted, points)
    assert told.startswith("gaussian_path.conditional_velocity is off by inf")
    assert f"x = {points[at]['x']}, data = {points[at]['data']}" in told


def test_one_bad_output_among_good_ones_is_told():
    def planted(t, beta_min, beta_max, *, xp):
        *good, log_snr = formula(SCHEDULE)(t, beta_min, beta_max, xp=xp)
        return (*good, log_snr + np.nan)

    assert not battery(SCHEDULE, formula(SCHEDULE), draws(SCHEDULE, 40))
    assert "is off by" in battery(SCHEDULE, planted, draws(SCHEDULE, 1))


def with_claim(right, record=VELOCITY):
    with sp.evaluate(False):
        return replace(record, claim=(sp.Eq(record.claim[0].lhs, right()), *record.claim[1:]), stable=())


@pytest.mark.parametrize(
    "right",
    [
        lambda: x / (alpha - alpha),
        lambda: sp.log(-sigma) * x,
        lambda: sp.sqrt(x - data) + x,  # at some points only
        lambda: dsigma / (sigma - sigma) * (x - alpha * data),
    ],
)
def test_a_claim_without_a_value_is_told_with_the_point(right):
    record = with_claim(right)
    planted = compiled(function(record, "array_api", TABLE, doc="Planted.").text)
    with (
        np.errstate(all="ignore"),
        pytest.raises(NoValue, match="conditional_velocity: the claim has no value at x = "),
    ):
        battery(record, planted, draws(record, 40))


def test_a_stable_form_without_a_value_where_the_published_one_has_one_is_told():
    with sp.evaluate(False):
        wrong = tuple(sp.Eq(s.lhs, s.rhs + sp.log(-t)) if s.lhs == sigma else s for s in SCHEDULE.stable)
    assert sigma in [s.lhs for s in wrong]
    record = replace(SCHEDULE, stable=wrong)
    planted = compiled(function(record, "array_api", TABLE).text)
    with np.errstate(all="ignore"):
        assert "is off by inf" in battery(record, planted, draws(record, 3))
    assert not battery(SCHEDULE, formula(SCHEDULE), draws(SCHEDULE, 3))


def test_no_points_and_no_domain_are_told():
    with pytest.raises(ValueError, match="a battery of no points asserts nothing"):
        list(draws(VELOCITY, 0))
    nowhere = replace(VELOCITY, assumptions=(sigma > 2,))
    with pytest.raises(ValueError, match="only 0 of 8000 points drawn are in the domain; 40 are needed"):
        list(draws(nowhere, 40))
    assert battery(VELOCITY, formula(VELOCITY), []) == "gaussian_path.conditional_velocity: nothing was compared"


def test_no_bound_excuses_what_is_not_a_number_and_an_infinite_one_excuses_nothing():
    assert agrees(1.0, 1.0) and not agrees(1.0, 0.5)
    assert not any(agrees(error, bound) for error in (0.0, *BAD) for bound in BAD)
    assert not any(agrees(bad, 1.0) for bad in BAD)


@each_bad
def test_a_limit_that_is_not_a_number_is_none(bad):
    (values,) = draws(SCHEDULE, 1, seed=5)
    for limit in SCHEDULE.limits:
        i = [c.lhs for c in SCHEDULE.claim].index(limit.output)

        def planted(t, beta_min, beta_max, *, xp):
            outputs = formula(SCHEDULE)(t, beta_min, beta_max, xp=xp)
            return tuple(bad if k == i else outputs[k] for k in range(len(outputs)))  # noqa: B023

        assert is_the_limit(*limit_of_the_code(SCHEDULE, limit, formula(SCHEDULE), values))
        same_infinity = limit.value.is_infinite and float(limit.value) == bad
        assert is_the_limit(*limit_of_the_code(SCHEDULE, limit, planted, values)) == same_infinity
    undeclared = Limit(sigma, 0, "+", sp.nan)
    assert not is_the_limit(*limit_of_the_code(SCHEDULE, undeclared, formula(SCHEDULE), values))
    assert not is_the_limit(np.nan, np.nan) and not is_the_limit(0.0, np.nan) and not is_the_limit(np.nan, np.inf)


def test_what_is_read_back_from_latex_must_be_a_number():
    assert same(arb(1), arb(1)) and arb("nan").overlaps(arb(1))
    assert not same(arb("nan"), arb(1)) and not same(arb(1), arb("nan")) and not same(arb("inf"), arb("inf"))
    with sp.evaluate(False), pytest.raises(ValueError, match="has a value at 0 of 50 points only"):
        list(scalar_points(sp.Eq(x, sp.log(-(sigma**2)))))


@each_bad
def test_the_mutation_layers_call_it_killed(bad):
    ground = layers.Ground(VELOCITY)
    source = f"def f(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):\n    return x * float('{bad}')\n"
    assert (
        layers.battery(Mutant(VELOCITY.id, "code", "planted", "planted", VELOCITY, source=source), ground) == "killed"
    )
    record = with_claim(lambda: x / (alpha - alpha))
    assert layers.battery(Mutant(VELOCITY.id, "claim", "planted", "planted", record), ground) == "killed"


# ---- experiments and the rule they are judged by --------------------------------------------------------------------

DECLARED = {e.entry["experiment"]: e for e in ri.equations() if e.entry["experiment"]}


def spoiled(right, bad):
    """The formula with one entry of its answer replaced, every time it is called."""

    def wrong(**known):
        answer = call(right, **known)
        outputs = [np.array(part, dtype=float) for part in (answer if isinstance(answer, tuple) else (answer,))]
        outputs[0].flat[-1] = bad
        return tuple(outputs) if isinstance(answer, tuple) else outputs[0]

    names = names_of(right)
    source = f"lambda {', '.join(names)}: wrong({', '.join(f'{name}={name}' for name in names)})"
    return eval(source, {"wrong": wrong})


@each_bad
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_on_one_bad_answer_among_many_fails_and_says_where(name, bad):
    wrong = spoiled(executable(DECLARED[name]), bad)
    with np.errstate(all="ignore"):
        try:
            found = EXPERIMENTS[name](wrong, PATH, MIXTURE, 0, log2_points=4)
        except ValueError as error:  # a schedule that is not a number is refused before anything is drawn
            assert "finite" in str(error)
            return
    assert not found and found.statistic == np.inf
    assert found.words == (
        "rejected: values that are not finite, or a difference without any scatter, in " + found.details["worst"] + "."
    )


def scatter(replicates=16, quantities=3):
    return np.random.default_rng(0).normal(size=(replicates, quantities))


def measurement(differences=None, *, sizes=1.0, resolution=0.0, samples=1024):
    differences = scatter() if differences is None else differences
    m = differences.shape[1]
    groups = tuple(f"quantity {i}" for i in range(m))
    spread = lambda value: np.where(np.arange(m) == m - 1, value, 1.0 if value is sizes else 0.0)  # noqa: E731
    return Measurement(differences, spread(sizes), groups, spread(resolution), samples)


def verdict(planted):
    return judge("planted", "Nothing is wrong.", lambda seed: planted)


def test_the_measurement_in_which_offences_are_planted_is_right():
    assert verdict(measurement())


@each_bad
def test_a_statistic_that_rests_on_what_is_not_finite_is_rejected(bad):
    differences = scatter()
    differences[7, 2] = bad
    for planted in (measurement(differences), measurement(sizes=abs(bad)), measurement(resolution=abs(bad))):
        with np.errstate(all="ignore"):
            found = verdict(planted)
        assert not found and found.statistic == np.inf and "in quantity 2." in found.words


@pytest.mark.parametrize(
    ("differences", "samples", "words"),
    [
        (np.empty((16, 0)), 1024, "got 0, 16 and 1024"),
        (np.empty((0, 3)), 1024, "got 3, 0 and 1024"),
        (np.zeros((1, 3)), 1024, "got 3, 1 and 1024"),
        (np.zeros((16, 3)), 0, "got 3, 16 and 0"),
    ],
)
def test_a_measurement_of_nothing_is_refused(differences, samples, words):
    with pytest.raises(ValueError, match=words):
        verdict(measurement(differences, samples=samples))


def test_evidence_that_passed_rests_on_something():
    with pytest.raises(ValueError, match="a finite statistic of some samples; got nan of 5 in planted"):
        Evidence("planted", "", np.nan, 1.0, 0.0, True, 5, 0, 0.0, "")
    with pytest.raises(ValueError, match=r"got 0\.5 of 0 in planted"):
        Evidence("planted", "", 0.5, 1.0, 0.0, True, 0, 0, 0.0, "")
    for bad in BAD:
        found = measured("planted", "", "", bad, 1e-6, 5, "holds")
        assert not found and found.words == f"its largest error is {bad}, which compares with nothing."
    assert measured("planted", "", "", 0.0, 1e-6, 0, "holds").words == "nothing was compared: there are no samples."
    assert measured("planted", "", "", 0.0, 1e-6, 5, "holds")


def test_power_is_measured_with_errors_that_are_numbers_and_some_seeds():
    arguments = ("moves_with_the_sample", formula(VELOCITY), "dsigma_t", PATH, MIXTURE)
    with pytest.raises(ValueError, match="`errors` must be finite; got nan"):
        power_curve(*arguments, errors=[0.1, np.nan], seeds=[0], log2_points=3)
    with pytest.raises(ValueError, match="`seeds` must be one at least; got none"):
        power_curve(*arguments, errors=[0.1], seeds=[], log2_points=3)


# ---- the public checks ----------------------------------------------------------------------------------------------


@each_bad
def test_assert_conforms_tells_one_bad_answer_with_its_arguments(bad):
    seen = []

    def planted(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
        answer = dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data
        if np.size(answer) > 1:
            answer[13] = bad
            seen.append((x[13], data[13]))
        return answer

    with pytest.raises(NonConformance) as failure:
        assert_conforms(planted, VELOCITY.id, backend="numpy")
    assert (failure.value.inputs["x"], failure.value.inputs["data"]) in seen
    assert f"got {bad:.9g}, expected" in str(failure.value) and "Worst disagreement, at x = " in str(failure.value)


@each_bad
def test_a_formula_of_ours_without_a_value_inside_of_its_domain_is_told(bad, monkeypatch):
    honest = conform.answers

    def planted(*arguments):
        found = honest(*arguments)
        value = found.values[0].copy()
        value[5] = bad
        return replace(found, values=(value,))

    monkeypatch.setattr(conform, "answers", planted)
    with pytest.raises(ValueError, match=rf"gaussian_path.conditional_velocity is {bad} at x = .*sigma_t = "):
        assert_conforms(formula(VELOCITY), VELOCITY.id)


@each_bad
def test_check_field_tells_one_bad_row_with_its_time(bad):
    def planted(x, t):
        answer = np.array(FIELD.velocity(x, t))
        answer[3] = bad
        return answer

    found = check_field(planted, FIELD, predicts="velocity", experiment=False)
    assert not found and found.statistic == np.inf
    assert "not finite at" in found.words and "t = " in found.words


@each_bad
def test_an_exact_field_without_a_value_is_told_with_the_place(bad, monkeypatch):
    monkeypatch.setattr(fields, "allowed", lambda *arguments: np.where(np.arange(len(arguments[2].x)) == 4, bad, 1.0))
    with pytest.raises(ValueError, match=r"`field` must be finite where it is compared; its velocity is .* at t = "):
        check_field(FIELD.velocity, FIELD, predicts="velocity", experiment=False)
    where = places.places(FIELD, [0.5], 0, "float64", 2)
    truth = np.zeros_like(where.x)
    places.check_finite(truth, np.ones_like(truth), where, "score")
    truth[2, 1] = bad
    with pytest.raises(ValueError, match=rf"its score is \[.*{bad}\] at t = 0.5, x = \["):
        places.check_finite(truth, np.ones_like(truth), where, "score")


@each_bad
def test_every_other_public_check_fails_on_one_bad_number(bad):
    def with_bad(values):
        values = np.array(values, dtype=float)
        values.flat[-1] = bad
        return values

    point = lambda data, noise, t=0.5: t * data + (1 - t) * noise  # noqa: E731
    schedule = ri.schedules.Linear()
    few = {"log2_points": 4, "replicates": 8}
    found = [
        check_score(lambda x: with_bad(FIELD.score(x, 1.0)), MIXTURE, **few),
        check_conditional_expectation(
            lambda x: with_bad(FIELD.denoiser(x, 0.5)), lambda data, noise: data, MIXTURE, point, **few
        ),
        check_transport(lambda x, t: with_bad(FIELD.velocity(x, t)), MIXTURE, point, [0.5], **few),
        check_likelihood(lambda velocity, divergence, x: with_bad(np.zeros(len(x)))),
        check_time_grid(lambda n: with_bad(np.linspace(0.0, 1.0, n + 1))),
        check_schedule(lambda t: (schedule.alpha(t), with_bad(schedule.sigma(t))), schedule),
        check_step(lambda output, x, s, t: with_bad(x + (t - s) * output), schedule, predicts="velocity"),
        check_order(lambda velocity, x, t, s: with_bad(x + (s - t) * velocity(x, t)), steps=(4, 8, 16, 32)),
    ]
    assert [each.name for each in found if each] == []


def test_nothing_is_no_grid_no_schedule_and_no_pair_of_times():
    assert not check_time_grid(lambda n: np.empty(0))
    with pytest.raises(ValueError, match="`times` must be one pair at least; got none"):
        check_step(lambda output, x, s, t: x, ri.schedules.Linear(), times=[])
    with pytest.raises(ValueError, match="`steps` must be"):
        check_sampler(lambda *_: None, ri.schedules.Linear(), steps=[])


# ---- verify ---------------------------------------------------------------------------------------------------------


@each_bad
def test_precision_fails_on_a_truth_an_answer_or_a_bound_that_is_bad_and_on_no_points(bad):
    number = lambda v: np.array([mp.mpf(1), mp.mpf(v)], dtype=object)  # noqa: E731
    right, good = Tracked(number(2), number(2)), np.array([1.0, 2.0])
    assert precision._compared([[right]], [[good]], 2).passed
    for truth, answer in (
        (Tracked(number(bad), number(2)), good),
        (Tracked(number(2), number(bad)), good),
        (right, np.array([1.0, bad])),
        (Tracked(number(bad), number(bad)), np.array([1.0, bad])),
    ):
        found = precision._compared([[truth]], [[answer]], 2)
        assert not found.passed and found.share == np.inf
    assert not precision._compared([], [], 0).passed
    outside = Tracked(np.array([mp.mpc(0, 1)], dtype=object), np.array([mp.mpf(1)], dtype=object))
    assert not precision._compared([[outside]], [[np.array([1.0])]], 1).passed


@each_bad
def test_the_sweep_fails_on_a_field_that_is_bad_at_one_point(bad, monkeypatch):
    honest, calls = ri.MarginalField.score, []

    def planted(self, x, t, **options):
        calls.append(t)
        found = np.array(honest(self, x, t, **options))
        found.flat[-1] = bad if len(calls) == 2 else found.flat[-1]
        return found

    monkeypatch.setattr(ri.MarginalField, "score", planted)
    monkeypatch.setattr(accuracy, "FORMS", accuracy.FORMS[:1])
    monkeypatch.setattr(accuracy, "GEOMETRIES", list(accuracy.GEOMETRIES)[:1])
    found = accuracy.sweep(0, True, lambda *_: None)
    assert len(found["failures"]) == 1 and "score is off by inf rounding errors" in found["failures"][0]


def test_every_equation_is_held_against_something_in_verify():
    """What the 50 digits leave out, roots of what is negative, is never all there is."""
    for entry in registry()["equations"]:
        if entry["code"]:
            home = getattr(import_module(f"refimpl.formulas.{entry['chapter']}"), entry["name"])
            with mp.workdps(precision.DIGITS):
                truths = [precision._exactly(home, batch) for batch in precision._batches(entry, 8, 0)]
            values = [v for batch in truths for truth in batch for v in np.ravel(np.asarray(truth.value, dtype=object))]
            assert any(not isinstance(v, mp.mpc) and mp.isfinite(v) for v in values), entry["id"]

"""The statistics of the harness: is the null what it is said to be, and would a mistake be seen?

The false-alarm probability of a check rests on one claim: over independent replicates the t statistic of a true
statement follows Student's t. Here it is measured, on expectations that are exactly zero.
"""

import json
import math

import numpy as np
import pytest
from scipy import stats

import refimpl as ri
from refimpl.testing import Evidence, check_conditional_expectation, check_score
from refimpl.testing.compare import STEP, Sides, compare, rate_of_change
from refimpl.testing.conditioning import ROUNDINGS
from refimpl.testing.evidence import Measurement, judge, statistics, threshold
from refimpl.testing.features import SHAPES, features
from refimpl.testing.quasi import REPLICATES, draws, normals, uniforms
from tests.accuracy import WEIGHT, agree, condition, slope, within

MIXTURE = ri.reference_mixture()
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), MIXTURE)
T = 0.3
EPS = float(np.finfo(float).eps)


def point(data, noise):
    return T * data + (1 - T) * noise


def velocity(x):
    return FIELD.velocity(x, T)


def target(data, noise):
    return data - noise


# ---- the null ---------------------------------------------------------------------------------------


def t_statistics(seeds):
    """Of a true statement, E[(velocity - target) phi] = 0: (seeds, 8 quantities), over 32 replicates of 64 points."""
    family = features(point(*next(draws(MIXTURE, 1))), 0, tanh=1, cosine=1)
    found = []
    for seed in range(seeds):
        rows = []
        for data, noise in draws(MIXTURE, seed, log2_points=6):
            x = point(data, noise)
            rows.append(((velocity(x) - target(data, noise)).T @ family.values(x)).ravel() / len(x))
        m = len(rows[0])
        mean, error, _ = statistics(Measurement(np.array(rows), np.ones(m), ("all",) * m, np.zeros(m), 0))
        found.append(mean / error)
    return np.array(found)


@pytest.fixture(scope="module", params=[100, pytest.param(3000, marks=pytest.mark.slow)])
def null(request):
    return t_statistics(request.param)


def test_the_null_has_the_spread_of_students_t(null):
    """Variance df / (df - 2), for each quantity over the seeds; at the level 0.001 for all of them together."""
    df, (seeds, quantities) = REPLICATES - 1, null.shape
    expected = math.sqrt(df / (df - 2))
    kurtosis = 3 + 6 / (df - 4)
    allowed = stats.norm.isf(0.001 / (2 * quantities)) * expected * math.sqrt((kurtosis - 1) / seeds) / 2
    assert np.abs(null.std(axis=0) - expected).max() < allowed
    assert allowed < 0.3  # a deviation of 1.37, once seen in 25 trials with fewer replicates, would not pass


def test_the_null_is_centred(null):
    seeds, quantities = null.shape
    df = REPLICATES - 1
    deviation = math.sqrt(df / (df - 2) / seeds)  # of a mean of Student's t
    assert np.abs(null.mean(axis=0)).max() < stats.norm.isf(0.001 / (2 * quantities)) * deviation


@pytest.mark.parametrize("level", [0.05, 0.01])
def test_the_false_alarm_rate_is_as_stated(null, level):
    """One quantity: the level. All together, by Bonferroni: at most the level. Within binomial error at 0.001."""
    seeds, quantities = null.shape
    for quantity in range(quantities):
        alarms = int(np.sum(np.abs(null[:, quantity]) > threshold(REPLICATES, level, 1)))
        low, high = stats.binom.ppf([0.0005 / quantities, 1 - 0.0005 / quantities], seeds, level)
        assert low <= alarms <= high
    family = int(np.sum(np.abs(null).max(axis=1) > threshold(REPLICATES, level, quantities)))
    assert family <= stats.binom.isf(0.001, seeds, level)


def test_two_stages_reject_a_true_statement_as_rarely_as_they_say():
    """2000 checks of pure noise at a stated probability of 4 %: each stage spends a fifth."""
    rejected = 0
    for seed in range(2000):

        def measure(stage_seed):
            noise = np.random.default_rng(stage_seed).normal(size=(REPLICATES, 6))
            return Measurement(noise, np.ones(6), ("all",) * 6, np.zeros(6), 6)

        rejected += not judge("noise", "zero is zero", measure, seed=seed, false_alarm=0.04)
    assert rejected <= stats.binom.isf(0.001, 2000, 0.04)


def test_a_deviation_that_does_not_return_on_the_second_seed_is_no_rejection():
    calls = []

    def measure(stage_seed):
        calls.append(stage_seed)
        noise = np.random.default_rng(stage_seed).normal(size=(REPLICATES, 3))
        return Measurement(noise + 5.0 * (len(calls) == 1), np.ones(3), ("all",) * 3, np.zeros(3), 1)

    evidence = judge("once", "a fluke", measure)
    assert evidence.passed and evidence.details["stages"] == 2 and evidence.details["alarms"] == 3
    assert len(set(calls)) == 2


def test_the_second_stage_watches_only_what_alarmed():
    def measure(stage_seed):
        first = not seen
        seen.append(stage_seed)
        noise = 0.1 * np.random.default_rng(stage_seed).normal(size=(REPLICATES, 2))
        noise[:, 0 if first else 1] += 5.0  # another quantity each time
        return Measurement(noise, np.ones(2), ("a", "b"), np.zeros(2), 1)

    seen: list[int] = []
    assert judge("wandering", "two flukes", measure).passed


def test_the_statistic_and_its_threshold_are_those_of_the_t_test():
    sample = np.random.default_rng(0).normal(0.3, 1.0, (12, 4))

    def statistic(sample):
        return statistics(Measurement(sample, np.ones(4), ("all",) * 4, np.zeros(4), 12))[2]

    agree(statistic, lambda sample: np.abs(stats.ttest_1samp(sample, 0.0).statistic), sample)
    agree(lambda level: threshold(12, level, 5), lambda level: stats.t.isf(level / 10, 11), 0.03)


# ---- the rule ---------------------------------------------------------------------------------------


def test_what_is_granted_to_discretisation_is_not_held_against_a_statement():
    def measure(stage_seed):
        noise = 1e-3 * np.random.default_rng(stage_seed).normal(size=(REPLICATES, 1))
        return Measurement(noise + 0.1, np.ones(1), ("all",), np.full(1, granted), 1)

    granted = 0.1
    assert judge("biased", "almost zero", measure)
    granted = 0.05
    evidence = judge("biased", "almost zero", measure)
    assert not evidence
    with pytest.raises(AssertionError, match="biased: rejected, on two independent seeds, in all: off by"):
        evidence.require()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_rejected(value):
    def sides(uniform):
        return Sides.of(np.array([value, 1.0]), np.ones(2), "all")

    evidence = compare("undefined", sides, 1, replicates=8, log2_points=2)
    assert not evidence and evidence.as_dict()["statistic"] is None


def test_the_measured_power_is_the_power():
    """An error of the size that `power` names is rejected; one of a tenth of it is not."""
    power = check_conditional_expectation(velocity, target, MIXTURE, point).power
    assert power < 0.002
    assert not check_conditional_expectation(lambda x: (1 + power) * velocity(x), target, MIXTURE, point)
    assert check_conditional_expectation(lambda x: (1 + power / 10) * velocity(x), target, MIXTURE, point)


def test_evidence_is_plain_data():
    evidence = check_score(lambda x: FIELD.score(x, T), MIXTURE, point, log2_points=8)
    data = json.loads(json.dumps(evidence.as_dict()))
    assert isinstance(evidence, Evidence) and evidence.require() is evidence
    assert data["passed"] is True and data["samples"] == 32 * 2**8 and data["details"]["quantities"] == 34
    assert data["false_alarm"] == 1e-6 and data["statistic"] < data["threshold"]
    assert "would have been caught" in data["words"]


def test_the_same_seed_gives_the_same_evidence():
    first, again, other = (
        check_score(lambda x: FIELD.score(x, T), MIXTURE, point, log2_points=6, seed=seed) for seed in (3, 3, 4)
    )
    assert first == again and first.statistic != other.statistic


# ---- the parts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", [1, 5, 129])
def test_points_are_even_in_every_coordinate_and_never_at_the_ends(dimension):
    """A Sobol replicate of 2^k points has exactly one in each interval of length 2^-k; 129 coordinates serve d = 64."""
    u = uniforms(dimension, seed=7, log2_points=9)
    assert u.shape == (512, dimension) and u.min() > 0 and u.max() < 1 and np.isfinite(normals(u)).all()
    assert (np.sort(np.floor(512 * u), axis=0) == np.arange(512)[:, None]).all()
    assert (2.0**31 * u % 2 == 1).all()  # the middle of a cell of length 2^-30, never its end


def test_replicates_differ_and_repeat():
    a, b = uniforms(3, 5, 0, log2_points=4), uniforms(3, 5, 1, log2_points=4)
    assert not np.any(a == b) and np.array_equal(a, uniforms(3, 5, 0, log2_points=4))


def test_quasi_monte_carlo_is_more_exact_than_monte_carlo():
    """The variance of E cos(x) over replicates, against that of as many random points."""

    def spread(sample):
        return np.std([np.cos(sample(r)).mean() for r in range(REPLICATES)])

    quasi = spread(lambda r: normals(uniforms(1, 0, r)))
    plain = spread(lambda r: np.random.default_rng(r).normal(size=2**12))
    assert quasi < plain / 50


def test_derivatives_of_the_test_functions():
    """Slopes and curvatures against differences, for every shape."""
    pilot = np.random.default_rng(0).normal(size=(200, 3))
    family = features(pilot, 1, square=2)
    assert set(family.shapes) == set(SHAPES) and len(family) == 1 + 3 + 2 + 6 + 8
    x, direction = pilot[:5], np.array([0.3, -1.0, 0.7])
    for rate, function in ((family.slopes, family.values), (family.curvatures, family.slopes)):
        value, allowed = slope(lambda s, of=function: of(x + s * direction), 0.0, known=condition(function, x))

        def along(x, rate=rate):
            return rate(x) * (direction @ family.weight)

        sizes = condition(along, x) + np.abs(rate(x)) * (np.abs(direction) @ np.abs(family.weight))
        within(along(x), value, allowed + ROUNDINGS * EPS * sizes)


def test_differences_in_time_are_exact_to_their_stated_error():
    t, last = 0.4, 0.4 + 3 * STEP
    value, gap = rate_of_change(lambda t: np.array([math.sin(20 * t), math.exp(5 * t)]), t)
    assert np.all(np.abs(value - [20 * math.cos(20 * t), 5 * math.exp(5 * t)]) <= gap)
    # It is what the differences of fourth and sixth order are off by, at most, and the roundings of both.
    fifth, seventh = (np.array([20.0**k, 5.0**k * math.exp(5 * last)]) for k in (5, 7))
    roundings = ROUNDINGS * EPS * np.array([1 + 20 * last, (1 + 5 * last) * math.exp(5 * last)])
    assert np.all(gap <= STEP**4 / 30 * fifth + STEP**6 / 140 * seventh + 2 * WEIGHT / STEP * roundings)

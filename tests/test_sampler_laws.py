"""Samplers keep the law of the path: in exact moments on Gaussian data, by statistics on mixtures.

On Gaussian data the exact prediction is affine in x, and so is a whole run in x and its noise. One run on the unit
vectors shows the map; with it, mean and variance at the end are known without a random number.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import refimpl as ri
from refimpl.formulas import ddpm, sdes
from refimpl.testing import check_same_law
from tests.accuracy import agree, close, condition, within

MEAN, VARIANCE = 0.7, 0.3
SCHEDULES = {
    "linear": ri.schedules.Linear(),
    "variance preserving": ri.schedules.VariancePreserving(0.1, 8.0),
    "variance exploding": ri.schedules.VarianceExploding(0.1, 5.0),
}
LINEAR, VP = SCHEDULES["linear"], SCHEDULES["variance preserving"]
METHODS = {
    "ddim": {},
    "ddim, half of the noise new": {"eta": 0.5},
    "ddim, eta 1": {"eta": 1.0},
    "euler": {"method": "euler"},
    "ddpm": {"method": "ddpm"},
    "ddpm, fixed large": {"method": "ddpm_fixed_large"},
    "reverse process": {"method": "euler_maruyama"},
    "diffusion 1": {"method": "euler_maruyama", "diffusion": 1.0},
    "diffusion sigma": {"method": "euler_maruyama", "diffusion": lambda t: 1.1 - t},
}
every_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


def field(schedule, mean=MEAN, variance=VARIANCE):
    return ri.MarginalField(ri.GaussianPath(schedule), ri.Gaussian([mean], [[variance]]))


def law(schedule, t, mean=MEAN, variance=VARIANCE):
    """Mean and variance of the path."""
    alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
    return np.array([alpha * mean, alpha**2 * variance + sigma**2])


def law_after(run, steps, start):
    """Mean and variance at the end of a run, from those at its start."""
    x, noise = np.zeros((steps + 2, 1)), np.zeros((steps, steps + 2, 1))
    x[1] = 1
    noise[range(steps), range(2, steps + 2)] = 1
    ends = run(x, noise)[:, 0]
    slopes = ends[1:] - ends[0]
    return np.array([ends[0] + slopes[0] * start[0], slopes[0] ** 2 * start[1] + np.sum(slopes[1:] ** 2)])


def sampler(schedule, times, options, exact=None):
    stochastic = options.get("eta") or options.get("method", "ddim") not in ("ddim", "euler")

    def run(x, noise):
        given = {"noise": noise} if stochastic else {}
        network = (exact or field(schedule)).denoiser
        return ri.samplers.sample(network, schedule, x, times, predicts="data", **options, **given)

    return run


def limit(values):
    """Where a sequence with 1, 2 and 4 times as many steps goes, by two Richardson extrapolations; and what the second
    of them changed, which is more than it left to be changed."""
    first = 2 * values[1:] - values[:-1]
    second = (4 * first[1] - first[0]) / 3
    return second, np.abs(second - first[1])


# ---- exact moments ---------------------------------------------------------------------------------------------------


def test_moments_of_ancestral_sampling_after_n_steps():
    """From noise alone; the variance after all steps is a closed form, for any grid."""
    times = np.array([0.0, 0.2, 0.3, 0.55, 0.8, 0.97])

    def stepped(times):
        return law_after(sampler(LINEAR, times, {"method": "ddpm"}), 5, (0.0, 1.0))[1]

    def closed_form(times):
        snr = (LINEAR.alpha(times) / LINEAR.sigma(times)) ** 2
        scales = float(LINEAR.alpha(times[-1])), float(LINEAR.sigma(times[-1]))
        return sdes.ancestral_moments(*scales, VARIANCE, snr[1:], snr[:-1], xp=np)

    got = law_after(sampler(LINEAR, times, {"method": "ddpm"}), 5, (0.0, 1.0))
    agree(stepped, closed_form, times)
    assert (
        abs(got[1] - law(LINEAR, 0.97)[1]) > 0.01
    )  # a few large steps do not keep the law, and that is their variance


@every_schedule
def test_moments_of_euler_maruyama_after_n_steps(schedule):
    exact = field(schedule)

    def stepped(times, mean, variance):
        return np.array(law_after(sampler(schedule, times, METHODS["diffusion 1"]), 6, (mean, variance)))

    def closed_form(times, *now):
        for t, s in itertools.pairwise(times):
            ends = np.array([[0.0], [1.0]])
            low, high = (exact.velocity(ends, t) + exact.score(ends, t) / 2)[:, 0]
            now = sdes.euler_maruyama_moments(s - t, 1, high - low, low, 1.0, *now)
        return np.array(now)

    agree(stepped, closed_form, np.linspace(0.2, 0.8, 7), *law(schedule, 0.2))


def test_variance_of_langevin_after_n_steps_and_in_the_limit():
    exact, spread, gaps = field(VP, mean=0.0), law(VP, 0.6)[1], []
    for steps in (1, 7, 60):

        def run(x, noise):
            for own in noise:
                x = ri.samplers.langevin(exact.score, VP, x, 0.6, 0.1, predicts="score", noise=own)
            return x

        got = law_after(run, steps, (0.0, 2.0))
        stationary, _ = sdes.langevin_variance(spread, 0.1, steps, 2.0, 2.0)

        def closed_form(spread, variance, steps=steps):
            return sdes.langevin_variance(spread, 0.1, steps, variance, variance)[1]

        known = condition(lambda variance, run=run, steps=steps: law_after(run, steps, (0.0, variance))[1], 2.0)
        close(got[1], closed_form(spread, 2.0), known, condition(closed_form, spread, 2.0))
        gaps.append(abs(got[1] - stationary))
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 0.01 * abs(stationary - spread)  # that is not its limit


def test_the_larger_variance_keeps_normal_data_in_steps_of_any_size():
    exact = field(VP, mean=0.0, variance=1.0)
    for times in ([0.1, 0.9], [0.05, 0.4, 0.5, 0.95]):
        got = law_after(sampler(VP, times, {"method": "ddpm_fixed_large"}, exact), len(times) - 1, (0.0, 1.0))
        # One factor and one addition for each of the points, the mean and the noises, in each step.
        close(got, [0.0, 1.0], len(times))
        small = law_after(sampler(VP, times, {"method": "ddpm"}, exact), len(times) - 1, (0.0, 1.0))
        assert small[1] < 0.99


@every_schedule
@pytest.mark.parametrize("method", METHODS)
def test_with_more_steps_the_law_is_that_of_the_path(schedule, method):
    start, end = law(schedule, 0.1), law(schedule, 0.9)
    found = np.array(
        [
            law_after(sampler(schedule, np.linspace(0.1, 0.9, n + 1), METHODS[method]), n, start) - end
            for n in (32, 64, 128)
        ]
    )
    left, allowed = limit(found)
    assert np.max(np.abs(left)) <= np.max(allowed), (found, left, allowed)
    assert np.max(allowed) < np.max(np.abs(found[0]))  # it is the number of steps that is left


def noisy(drift, spread):
    """A step of Euler-Maruyama with a drift and a deviation of one's own, from velocity, score and g = 1."""

    def step(exact, x, t, s, noise):
        return x + (s - t) * drift(exact, x, t) + spread(s - t) * noise

    return step


def right(exact, x, t):
    return exact.velocity(x, t) + exact.score(x, t) / 2


def public(method, **options):
    def step(exact, x, t, s, noise):
        return ri.samplers.step(
            exact.denoiser, exact.path.schedule, x, t, s, predicts="data", method=method, noise=noise, **options
        )

    return step


def variance_for_the_root(exact, x, t, s, noise):
    scales = [float(q(time)) for time in (t, s) for q in (VP.alpha, VP.sigma)]
    mean = ddpm.posterior_mean(x, exact.denoiser(x, t), *scales)
    return mean + ddpm.posterior_variance(*scales) * noise


def none_taken_away(exact, x, t, s, noise):
    without = ri.samplers.step(exact.denoiser, VP, x, t, s, predicts="data")
    scales = [float(q(time)) for time in (t, s) for q in (VP.alpha, VP.sigma)]
    return without + math.sqrt(ddpm.posterior_variance(*scales)) * noise


STEPS = {
    "right": (noisy(right, np.sqrt), False),
    "right, ancestral": (public("ddpm"), False),
    "score drift dropped": (noisy(lambda e, x, t: e.velocity(x, t), np.sqrt), True),
    "score drift without its half": (noisy(lambda e, x, t: right(e, x, t) + e.score(x, t) / 2, np.sqrt), True),
    "sign of the score": (noisy(lambda e, x, t: right(e, x, t) - e.score(x, t), np.sqrt), True),
    "sign of the velocity": (noisy(lambda e, x, t: right(e, x, t) - 2 * e.velocity(x, t), np.sqrt), True),
    "diffusion doubled": (noisy(right, lambda h: np.sqrt(2 * h)), True),
    "noise by the step, not by its root": (noisy(right, lambda h: h), True),
    "time reversed": (noisy(lambda e, x, t: right(e, x, 1 - t), np.sqrt), True),
    "time displaced": (noisy(lambda e, x, t: right(e, x, t + 0.03), np.sqrt), True),
    "lands a step late": (lambda e, x, t, s, n: public("ddpm")(e, x, t, s + (s - t), n), True),
    "lands a step early": (lambda e, x, t, s, n: public("ddpm")(e, x, t, t, n), True),
    "variance for its root": (variance_for_the_root, True),
    "fresh noise, and none taken away": (none_taken_away, True),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_planted_mistake_changes_the_law(name):
    step, wrong = STEPS[name]
    exact, found = field(VP), []
    for n in (32, 64, 128):
        times = np.linspace(0.1, 0.9, n + 1)

        def run(x, noise, times=times):
            for t, s, own in zip(times[:-1], times[1:], noise, strict=True):
                x = step(exact, x, t, s, own)
            return x

        found.append(law_after(run, n, law(VP, 0.1)) - law(VP, 0.9))
    left, allowed = limit(np.array(found))
    assert bool(np.max(np.abs(left)) > np.max(allowed)) is wrong, (left, allowed)


def test_noise_alone_gives_the_variance_that_is_known():
    """Normal data on the linear path, g = 1 and no score drift: 1 + pi/2 in place of 1."""
    exact, found = field(LINEAR, mean=0.0, variance=1.0), []
    step = noisy(lambda e, x, t: e.velocity(x, t), np.sqrt)
    for n in (32, 64, 128):

        def run(x, noise, n=n):
            for k, own in enumerate(noise):
                x = step(exact, x, k / n, (k + 1) / n, own)
            return x

        found.append(law_after(run, n, (0.0, 1.0)))
    reached, allowed = limit(np.array(found))
    within(reached[1], 1 + math.pi / 2, allowed[1])
    assert allowed[1] < 0.01  # it is not 1, nor 2, nor 3


# ---- statistics on mixtures ------------------------------------------------------------------------------------------

RANDOM = np.random.default_rng(5)
MIXTURES = {
    "GM3": ri.reference_mixture(),
    "8-d": ri.GaussianMixture([0.4, 0.6], RANDOM.normal(size=(2, 8)), variances=RANDOM.uniform(0.1, 1, (2, 8))),
}
FALSE_ALARM = 1e-6


def same_law(mixture, **options):
    """Points of the path at t = 0.5, carried to 0.8 in 30 steps, against points of the path there."""
    exact = ri.MarginalField(ri.GaussianPath(VP), mixture)
    spoil = options.pop("spoil", lambda word, value: value)
    words = options.pop("word", "data")

    def sampled(n, seed):
        random = np.random.default_rng(seed)
        return ri.samplers.sample(
            lambda x, t: spoil(x, exact.predict(x, t, words)),
            VP,
            exact.sample(n, 0.5, random),
            np.linspace(0.5, 0.8, 31),
            predicts=words,
            seed=random,
            **options,
        )

    return check_same_law(
        sampled, lambda n, seed: exact.sample(n, 0.8, seed), log2_points=8, replicates=16, false_alarm=FALSE_ALARM
    )


@pytest.mark.parametrize("mixture", MIXTURES.values(), ids=MIXTURES)
@pytest.mark.parametrize("method", ["ddim, half of the noise new", "ddpm", "reverse process"])
def test_the_law_of_a_mixture_is_kept(mixture, method):
    """Mean, covariance and distances between points; a true statement is rejected with probability 1e-6 at most."""
    evidence = same_law(mixture, **METHODS[method]).require()
    assert evidence.false_alarm == FALSE_ALARM
    assert evidence.power < 0.25  # the weakest of the quantities would show an error of a quarter


@pytest.mark.parametrize("mixture", MIXTURES.values(), ids=MIXTURES)
def test_the_statistics_see_a_network_that_is_off(mixture):
    assert not same_law(mixture, method="euler_maruyama", word="score", spoil=lambda x, value: 0.5 * value)

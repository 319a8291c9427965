"""The checks of plain callables: each accepts what is right and rejects what is slightly wrong."""

import math

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import (
    check_conditional_expectation,
    check_linear_sde_law,
    check_same_law,
    check_score,
    check_transport,
)
from refimpl.testing.quasi import uniforms

MIXTURE = ri.reference_mixture()
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), MIXTURE)
T = 0.3


def point(data, noise):
    return T * data + (1 - T) * noise


def velocity(x):
    return FIELD.velocity(x, T)


def target(data, noise):
    return data - noise


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: 1.01 * velocity(x),
        lambda x: velocity(x) @ np.array([[1.0, 0.01], [-0.01, 1.0]]),  # a matched test function does not see it
        lambda x: velocity(x) + 0.01,
        lambda x: -velocity(x),
    ],
    ids=["one per cent", "rotation", "shift", "sign"],
)
def test_a_wrong_conditional_expectation_is_rejected(wrong):
    assert not check_conditional_expectation(wrong, target, MIXTURE, point)


def test_a_vector_valued_posterior_mean_in_torch():
    torch = pytest.importorskip("torch")

    def denoiser(x):
        assert isinstance(x, torch.Tensor)
        return FIELD.denoiser(x, T)

    def check(estimate):
        return check_conditional_expectation(estimate, lambda z, e: z, MIXTURE, point, backend="torch", log2_points=8)

    assert check(denoiser)
    assert not check(lambda x: 1.05 * denoiser(x))


@pytest.mark.parametrize("factor", [0.98, 1.02, -1.0])
def test_a_wrong_score_is_rejected(factor):
    assert not check_score(lambda x: factor * FIELD.score(x, T), MIXTURE, point, log2_points=10)


def test_the_score_of_the_data_itself():
    assert check_score(lambda x: FIELD.score(x, 1.0), MIXTURE, log2_points=9)


@pytest.mark.parametrize(
    ("factor", "holds"), [(1.0, True), (1.02, False), (-1.0, False)], ids=["right", "two per cent", "time reversed"]
)
def test_transport(factor, holds):
    evidence = check_transport(
        lambda x, t: factor * FIELD.velocity(x, t),
        MIXTURE,
        lambda data, noise, t: t * data + (1 - t) * noise,
        [0.3, 0.7],
        log2_points=10,
    )
    assert evidence.passed is holds


def law_check(times, drift, diffusion, **options):
    """dx = -b x ds + sqrt(2 b) dW with b = 1 + 4 s: alpha = exp(-s - 2 s^2), and the variance of noise is kept."""
    return check_linear_sde_law(
        lambda s: -drift * (1 + 4 * s),
        lambda s: 2 * diffusion * (1 + 4 * s),
        lambda s: math.exp(-s - 2 * s * s),
        lambda s: math.sqrt(-math.expm1(-2 * s - 4 * s * s)),
        MIXTURE,
        times,
        **options,
    )


@pytest.mark.parametrize(
    ("drift", "diffusion", "holds"),
    [(1.0, 1.0, True), (1.05, 1.0, False), (1.0, 1.05, False), (-1.0, 1.0, False), (1.0, 0.5, False)],
    ids=["right", "drift", "diffusion", "generation time", "half the diffusion"],
)
def test_the_law_of_a_linear_sde(drift, diffusion, holds):
    evidence = law_check([0.0, 0.4, 0.7], drift, diffusion, log2_points=8)
    assert evidence.passed is holds
    assert not holds or evidence.power < 0.01


def test_a_long_window_is_no_false_alarm():
    """32 steps are so coarse here that one extrapolation leaves a bias of eight standard errors."""
    assert law_check([0.0, 1.2], 1.0, 1.0, log2_points=9).require().power < 0.05


def test_same_law():
    def sampler(scale):
        return lambda n, seed: scale * MIXTURE.sample(n, seed)

    assert check_same_law(sampler(1.0), lambda n, seed: FIELD.sample(n, 1.0, seed), log2_points=10)
    assert not check_same_law(sampler(1.0), sampler(1.05), log2_points=10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_transport(1, MIXTURE, point, [0.5]), "`velocity` must be callable; got int"),
        (
            lambda: check_linear_sde_law(abs, abs, abs, abs, MIXTURE, [0.5]),
            "`times` must be at least two increasing numbers; got",
        ),
        (lambda: check_score(velocity, MIXTURE, backend="mlx"), '`backend` must be "numpy", "torch" or "jax"; got'),
        (lambda: check_score(velocity, MIXTURE, point, replicates=4), "`replicates` must be at least 8"),
        (lambda: check_score(velocity, MIXTURE, point, false_alarm=2.0), r"`false_alarm` must lie in \(0, 1\); got 2"),
        (lambda: check_score(velocity, MIXTURE, point, seed=-1), "must not be negative; got -1"),
        (lambda: uniforms(0, 0), "`dimension` must lie in 1 .. 21201"),
        (
            lambda: check_same_law(MIXTURE.sample, lambda n, seed: np.zeros((3, 2))),
            r"`second` must return .* \(1024, 2\); got \(3, 2\)",
        ),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()

"""Every convention of the project, pinned by a fact that is not one of our formulas: signs, directions, factors."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

import refimpl as ri

SCHEDULES = [
    ri.schedules.Linear(),
    ri.schedules.Linear(sigma_min=0.1),
    ri.schedules.Trigonometric(),
    ri.schedules.VariancePreserving(),
    ri.schedules.VariancePreserving(beta_min=0.5, beta_max=4.0),
    ri.schedules.Cosine(),
]
EPS = np.finfo(float).eps
WHITE = ri.Gaussian([0.0, 0.0], np.eye(2))
DATA, NOISE = np.array([2.0, -1.0, 0.5]), np.array([-0.3, 1.7, 0.9])


def slope(function, t, h=1e-4):
    """A central difference of order 4: its error is about 1e-13 here, 1e-11 where the function curves strongly."""
    return (8 * (function(t + h) - function(t - h)) - (function(t + 2 * h) - function(t - 2 * h))) / (12 * h)


every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)


# ---- time runs from noise to data ---------------------------------------------------------------------------------


@every_schedule
def test_time_runs_from_noise_at_0_to_data_at_1(schedule):
    path = ri.GaussianPath(schedule)
    left = float(schedule.sigma(1.0))
    assert np.array_equal(path.point(1.0, DATA, NOISE), DATA + left * NOISE)
    assert abs(left - getattr(schedule, "sigma_min", 0.0)) < EPS
    started = float(schedule.alpha(0.0))
    np.testing.assert_allclose(
        path.point(0.0, DATA, NOISE), started * DATA + np.sqrt(1 - started**2) * NOISE, rtol=4 * EPS
    )
    assert started == 0 or isinstance(schedule, ri.schedules.VariancePreserving)
    assert np.all(np.diff(schedule.alpha(np.linspace(0, 1, 99))) > 0)
    assert np.all(np.diff(schedule.sigma(np.linspace(0, 1, 99))) < 0)


def test_the_variance_preserving_signal_is_small_but_not_zero_at_0():
    """B(1) = beta_min + (beta_max - beta_min)/2 = 10.05 for the usual rates, and alpha = exp(-B/2)."""
    schedule = ri.schedules.VariancePreserving()
    assert schedule.alpha(0.0) == pytest.approx(np.exp(-5.025), rel=8 * EPS)
    assert schedule.alpha(0.0) == pytest.approx(0.006571586, rel=1e-6)
    assert schedule.sigma(0.0) == pytest.approx(np.sqrt(1 - np.exp(-10.05)), rel=2 * EPS)


def test_variance_preserving_rates_live_in_noising_time():
    """beta_min is the rate at the data end, t = 1. B(s) is the integral of beta_min + (beta_max - beta_min) s."""
    schedule = ri.schedules.VariancePreserving(beta_min=0.3, beta_max=7.0)
    for t in (0.0, 0.2, 0.7):
        total, _ = quad(lambda s: 0.3 + 6.7 * s, 0, 1 - t)
        assert schedule.alpha(t) == pytest.approx(np.exp(-total / 2), rel=1e-14)
        assert schedule.sigma(t) == pytest.approx(np.sqrt(1 - np.exp(-total)), rel=1e-14)


def test_schedules_at_chosen_times():
    assert ri.schedules.Linear(0.1).sigma(0.5) == pytest.approx(0.55, rel=2 * EPS)  # half way from 1 to sigma_min
    third = ri.schedules.Trigonometric()
    assert third.alpha(1 / 3) == pytest.approx(0.5, rel=2 * EPS)  # sine of 30 degrees
    assert third.sigma(1 / 3) == pytest.approx(np.sqrt(3) / 2, rel=2 * EPS)


# ---- rates are derivatives in t -------------------------------------------------------------------------------------


@every_schedule
def test_rates_are_derivatives_in_t(schedule):
    for t in (0.1, 0.5, 0.9):
        assert schedule.dalpha(t) == pytest.approx(slope(schedule.alpha, t), rel=1e-9)
        assert schedule.dsigma(t) == pytest.approx(slope(schedule.sigma, t), rel=1e-9)
        half = slope(lambda t: schedule.sigma(t) ** 2 / 2, t)
        assert schedule.half_variance_rate(t) == pytest.approx(half, rel=1e-9)
        assert schedule.dalpha(t) > 0 > schedule.dsigma(t)


def test_half_the_variance_rate_is_finite_where_the_rate_of_the_noise_scale_is_not():
    """Near t = 1 the variance is beta_min (1 - t), so half its rate is -beta_min/2."""
    schedule = ri.schedules.VariancePreserving(beta_min=0.1)
    assert schedule.dsigma(1.0) == -np.inf
    assert schedule.half_variance_rate(1.0) == -0.05
    assert schedule.dalpha(1.0) == 0.05


@every_schedule
def test_the_velocity_is_the_motion_of_the_point(schedule):
    path = ri.GaussianPath(schedule)
    for t in (0.2, 0.8):
        motion = slope(lambda t: path.point(t, DATA, NOISE), t)
        np.testing.assert_allclose(path.velocity(t, data=DATA, noise=NOISE), motion, rtol=1e-9)


def test_data_minus_noise_is_the_velocity_on_the_linear_path_only():
    for t in (0.0, 0.3, 1.0):
        linear = ri.GaussianPath(ri.schedules.Linear()).velocity(t, data=DATA, noise=NOISE)
        np.testing.assert_array_equal(linear, DATA - NOISE)
    for schedule in SCHEDULES[1:]:
        other = ri.GaussianPath(schedule).velocity(0.3, data=DATA, noise=NOISE)
        assert np.linalg.norm(other - (DATA - NOISE)) > 0.05 * np.linalg.norm(DATA - NOISE)


# ---- the five words -------------------------------------------------------------------------------------------------


def test_v_prediction_is_alpha_noise_minus_sigma_data():
    """At t = 1/3 of the quarter turn alpha = 1/2, sigma = sqrt(3)/2. There the velocity is -pi/2 times it."""
    path = ri.GaussianPath(ri.schedules.Trigonometric())
    predicted = path.v_prediction(1 / 3, data=DATA, noise=NOISE)
    np.testing.assert_allclose(predicted, NOISE / 2 - np.sqrt(3) / 2 * DATA, rtol=0, atol=4 * EPS)
    np.testing.assert_allclose(
        path.velocity(1 / 3, data=DATA, noise=NOISE), -np.pi / 2 * predicted, rtol=0, atol=8 * EPS
    )


def test_the_score_points_to_the_data_and_is_minus_the_noise_over_sigma():
    path = ri.GaussianPath(ri.schedules.Linear())
    x = path.point(0.5, DATA, NOISE)
    np.testing.assert_allclose(path.score(0.5, data=DATA, noise=NOISE), -NOISE / 0.5, rtol=4 * EPS)
    np.testing.assert_allclose(path.score(0.5, x=x, data=DATA), (0.5 * DATA - x) / 0.25, rtol=1e-14)


def test_predictions_are_expectations_of_what_their_words_say():
    """Data N(mean, 1) under the linear path at t = 1/2: x = (data + noise)/2, so by symmetry each explains its half."""
    mean, x = 3.0, np.array([[2.0]])
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.Gaussian([mean], [[1.0]]))
    excess = 2.0 - mean / 2
    expected = {
        "data": mean + excess,
        "noise": excess,
        "velocity": mean,
        "score": -2 * excess,
        "v_prediction": -mean / 2,
    }
    for word, value in expected.items():
        assert field.predict(x, 0.5, word)[0, 0] == pytest.approx(value, rel=4 * EPS), word
    assert field.denoiser(x, 0.5) == field.predict(x, 0.5, "data")
    assert field.noise_prediction(x, 0.5) == field.predict(x, 0.5, "noise")


def test_conditional_and_marginal_are_different_things():
    """Between two tight clusters at ±1 the marginal velocity vanishes, each conditional one does not."""
    path = ri.GaussianPath(ri.schedules.Linear())
    field = ri.MarginalField(path, ri.GaussianMixture([0.5, 0.5], [[-1], [1]], variances=1e-4))
    middle = np.array([[0.0]])
    assert field.velocity(middle, 0.5)[0, 0] == 0
    assert path.velocity(0.5, x=middle, data=np.array([[1.0]]))[0, 0] == 2


# ---- log_snr --------------------------------------------------------------------------------------------------------


@every_schedule
def test_log_snr_is_the_log_of_the_squared_ratio(schedule):
    t = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        schedule.log_snr(t), np.log(schedule.alpha(t) ** 2 / schedule.sigma(t) ** 2), rtol=1e-13, atol=1e-14
    )
    np.testing.assert_allclose(schedule.time_at_log_snr(schedule.log_snr(t)), t, rtol=1e-14)


def test_log_snr_at_chosen_times():
    linear = ri.schedules.Linear()
    assert linear.log_snr(0.75) == pytest.approx(np.log(9), rel=2 * EPS)  # (3/4)² over (1/4)²
    assert linear.time_at_log_snr(np.log(9)) == pytest.approx(0.75, rel=2 * EPS)
    assert linear.log_snr(0.0) == -np.inf and linear.log_snr(1.0) == np.inf
    assert linear.time_at_log_snr(-np.inf) == 0 and linear.time_at_log_snr(np.inf) == 1
    assert linear.time_at_log_snr(-200.0) == pytest.approx(np.exp(-100), rel=1e-13)  # digits near 0 are kept
    assert 1 - linear.time_at_log_snr(20.0) == pytest.approx(1 / (1 + np.exp(10)), rel=1e-11)


# ---- the noising process lives in s = 1 - t -------------------------------------------------------------------------


@every_schedule
def test_drift_and_diffusion_carry_the_data_to_the_law_of_the_path(schedule):
    """Solve for mean and variance of dx = f x ds + g dW, from s = 0.1 on; f shrinks, g² is positive."""

    def motion(s, moments):
        f, g = float(schedule.drift(1 - s)), float(schedule.diffusion(1 - s))
        return [f * moments[0], 2 * f * moments[1] + g**2]

    before, after = 0.1, 0.8
    start = [float(schedule.alpha(1 - before)), float(schedule.sigma(1 - before)) ** 2]
    mean, variance = solve_ivp(motion, (before, after), start, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    assert mean == pytest.approx(float(schedule.alpha(1 - after)), rel=1e-9)
    assert variance == pytest.approx(float(schedule.sigma(1 - after)) ** 2, rel=1e-9)
    assert schedule.drift(0.5) < 0 < schedule.diffusion(0.5)


def test_drift_and_diffusion_at_chosen_times():
    linear, preserving = ri.schedules.Linear(), ri.schedules.VariancePreserving(beta_min=0.1, beta_max=20.0)
    assert linear.drift(0.5) == -2 and linear.diffusion(0.5) == pytest.approx(np.sqrt(2), rel=2 * EPS)
    for t, beta in ((1.0, 0.1), (0.5, 10.05), (0.0, 20.0)):
        assert preserving.drift(t) == pytest.approx(-beta / 2, rel=4 * EPS)
        assert preserving.diffusion(t) == pytest.approx(np.sqrt(beta), rel=4 * EPS)
    assert linear.drift(0.0) == -np.inf and linear.diffusion(0.0) == np.inf


# ---- the marginal field ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", [ri.schedules.Trigonometric(), ri.schedules.VariancePreserving()], ids=repr)
def test_white_data_stand_still_where_variance_is_preserved(schedule):
    field = ri.MarginalField(ri.GaussianPath(schedule), WHITE)
    x = np.array([[1.5, -0.25]])
    for t in (0.0, 0.4, 1.0):
        np.testing.assert_allclose(field.score(x, t), -x, rtol=4 * EPS)
        np.testing.assert_allclose(field.velocity(x, t), 0 * x, rtol=0, atol=8 * EPS)
        np.testing.assert_allclose(field.divergence(x, t), [0.0], rtol=0, atol=16 * EPS)
        np.testing.assert_allclose(field.log_density(x, t), -(x**2).sum(-1) / 2 - np.log(2 * np.pi), rtol=4 * EPS)


def test_the_velocity_at_0_leads_to_the_mean_and_contracts():
    """Linear path: at t = 0 x is noise, so the velocity is E[data] - x, with divergence -d."""
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture())
    x = np.array([[0.7, -0.2], [-3.0, 1.0]])
    np.testing.assert_allclose(field.velocity(x, 0.0), [0.5, 0.05] - x, rtol=8 * EPS)
    np.testing.assert_allclose(field.divergence(x, 0.0), [-2, -2], rtol=4 * EPS)
    np.testing.assert_allclose(field.velocity(x, 1.0), x, rtol=8 * EPS)  # at t = 1 x is data, E[noise | x] = 0


@every_schedule
def test_score_and_divergence_are_derivatives_and_the_density_moves_with_the_velocity(schedule):
    field = ri.MarginalField(ri.GaussianPath(schedule), ri.reference_mixture())
    x, t, axes = np.array([0.4, -0.3]), 0.6, np.eye(2)
    for i in range(2):
        along = slope(lambda h, i=i: field.log_density(x + h * axes[i], t), 0.0)
        assert field.score(x, t)[i] == pytest.approx(along, rel=1e-8)
    trace = sum(slope(lambda h, i=i: field.velocity(x + h * axes[i], t)[i], 0.0) for i in range(2))
    assert field.divergence(x, t) == pytest.approx(trace, rel=1e-8)
    continuity = -field.divergence(x, t) - field.velocity(x, t) @ field.score(x, t)
    assert slope(lambda s: field.log_density(x, s), t) == pytest.approx(continuity, rel=1e-8)


def test_the_flow_carries_noise_to_data():
    path = ri.GaussianPath(ri.schedules.Linear())
    noise = np.array([[1.0, -2.0], [0.0, 0.5]])
    field = ri.MarginalField(path, ri.Gaussian([5.0, 1.0], np.diag([4.0, 0.25])))
    np.testing.assert_allclose(field.flow(noise, 0.0, 1.0), [5.0, 1.0] + noise * [2.0, 0.5], rtol=4 * EPS)
    np.testing.assert_allclose(field.flow(field.flow(noise, 0.0, 1.0), 1.0, 0.0), noise, rtol=0, atol=8 * EPS)


def test_the_flow_of_a_mixture_carries_probability():
    """In one dimension the flow keeps the order of points, so it maps quantiles to quantiles."""
    from scipy.stats import norm

    mixture = ri.GaussianMixture([0.3, 0.7], [[-2.0], [1.0]], variances=[0.25, 0.5])
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), mixture)

    def distribution_function(x, t):
        alpha, sigma = field.path.schedule.alpha(t), field.path.schedule.sigma(t)
        return sum(
            w * norm.cdf(x, alpha * m, np.sqrt(alpha**2 * v + sigma**2)) for w, m, v in ((0.3, -2, 0.25), (0.7, 1, 0.5))
        )

    noise = np.array([[-2.0], [-0.5], [0.1], [1.9]])
    data = field.flow(noise, 0.0, 1.0)
    np.testing.assert_allclose(distribution_function(data, 1.0), distribution_function(noise, 0.0), rtol=1e-8)
    np.testing.assert_allclose(field.flow(data, 1.0, 0.0), noise, rtol=1e-8)


# ---- t aligns with leading axes -------------------------------------------------------------------------------------


def test_times_align_with_leading_axes_even_where_n_equals_d():
    schedule, x, t = ri.schedules.Trigonometric(), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.25, 0.75])
    path = ri.GaussianPath(schedule)
    field = ri.MarginalField(path, ri.reference_mixture())
    rows = np.stack([path.point(t[i].item(), x[i], 0 * x[i]) for i in range(2)])
    np.testing.assert_array_equal(path.point(t, x, 0 * x), rows)
    np.testing.assert_allclose(path.point(t, x, 0 * x)[0], np.sin(np.pi / 8) * x[0], rtol=4 * EPS)
    for quantity in (field.velocity, field.score, field.log_density, field.divergence):
        np.testing.assert_allclose(
            quantity(x, t), np.stack([quantity(x[i], t[i].item()) for i in range(2)]), rtol=8 * EPS
        )

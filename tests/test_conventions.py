"""Every convention of the project, pinned by a fact that is not one of our formulas: signs, directions, factors."""

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import (
    accurate,
    agree,
    close,
    condition,
    converged,
    in_balls,
    integrated,
    is_rate_of,
    of_field,
    slope,
    within,
)

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


every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)


# ---- time runs from noise to data ---------------------------------------------------------------------------------


@every_schedule
def test_time_runs_from_noise_at_0_to_data_at_1(schedule):
    path = ri.GaussianPath(schedule)
    left = float(schedule.sigma(1.0))
    assert np.array_equal(path.point(1.0, DATA, NOISE), DATA + left * NOISE)
    assert abs(left - getattr(schedule, "sigma_min", 0.0)) < EPS
    started = float(schedule.alpha(0.0))
    agree(
        lambda data, noise: path.point(0.0, data, noise),
        lambda data, noise: started * data + np.sqrt(1 - started**2) * noise,
        DATA,
        NOISE,
    )
    assert started == 0 or isinstance(schedule, ri.schedules.VariancePreserving)
    assert np.all(np.diff(schedule.alpha(np.linspace(0, 1, 99))) > 0)
    assert np.all(np.diff(schedule.sigma(np.linspace(0, 1, 99))) < 0)


def test_the_variance_preserving_signal_is_small_but_not_zero_at_0():
    """B(1) = beta_min + (beta_max - beta_min)/2 = 10.05 for the usual rates, and alpha = exp(-B/2)."""
    schedule = ri.schedules.VariancePreserving()
    rates = (0.1, 20.0)
    accurate(lambda *rates: ri.schedules.VariancePreserving(*rates).alpha(0.0), np.exp(-5.025), *rates)
    accurate(
        lambda *rates: ri.schedules.VariancePreserving(*rates).sigma(0.0),
        in_balls(lambda b: np.sqrt(1 - np.exp(-b)), 10.05),
        *rates,
    )
    assert f"{schedule.alpha(0.0):.9f}" == "0.006571586"


def test_variance_preserving_rates_live_in_noising_time():
    """beta_min is the rate at the data end, t = 1. B(s) is the integral of beta_min + (beta_max - beta_min) s."""
    schedule = ri.schedules.VariancePreserving

    def total(t, low, high):
        return low * (1 - t) + (high - low) * (1 - t) ** 2 / 2

    for t in (0.0, 0.2, 0.7):
        given = (t, 0.3, 7.0)
        accurate(lambda t, *rates: schedule(*rates).alpha(t), lambda *given: np.exp(-total(*given) / 2), *given)
        accurate(
            lambda t, *rates: schedule(*rates).sigma(t), lambda *given: np.sqrt(1 - np.exp(-total(*given))), *given
        )


def test_schedules_at_chosen_times():
    accurate(ri.schedules.Linear(0.1).sigma, 0.55, 0.5)  # half way from 1 to sigma_min
    third = ri.schedules.Trigonometric()
    accurate(third.alpha, 0.5, 1 / 3)  # sine of 30 degrees
    accurate(third.sigma, np.sqrt(3) / 2, 1 / 3)


# ---- rates are derivatives in t -------------------------------------------------------------------------------------


@every_schedule
def test_rates_are_derivatives_in_t(schedule):
    for t in (0.1, 0.5, 0.9):
        is_rate_of(schedule.dalpha, schedule.alpha, t)
        is_rate_of(schedule.dsigma, schedule.sigma, t)
        is_rate_of(schedule.half_variance_rate, lambda t: schedule.sigma(t) ** 2 / 2, t)
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
        is_rate_of(lambda t: path.velocity(t, data=DATA, noise=NOISE), lambda t: path.point(t, DATA, NOISE), t)


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
    given = (1 / 3, DATA, NOISE)

    def predicted(t, data, noise):
        return path.v_prediction(t, data=data, noise=noise)

    accurate(predicted, NOISE / 2 - np.sqrt(3) / 2 * DATA, *given)
    agree(lambda t, d, n: path.velocity(t, data=d, noise=n), lambda *given: -np.pi / 2 * predicted(*given), *given)


def test_the_score_points_to_the_data_and_is_minus_the_noise_over_sigma():
    path = ri.GaussianPath(ri.schedules.Linear())
    x = path.point(0.5, DATA, NOISE)
    accurate(lambda noise: path.score(0.5, data=DATA, noise=noise), lambda noise: -2 * noise, NOISE)
    accurate(lambda x, data: path.score(0.5, x=x, data=data), lambda x, data: (data / 2 - x) * 4, x, DATA)


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
        close(field.predict(x, 0.5, word), value, condition(lambda x, word=word: field.predict(x, 0.5, word), x))
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
    agree(schedule.log_snr, lambda t: 2 * (np.log(schedule.alpha(t)) - np.log(schedule.sigma(t))), t)
    levels, known = schedule.log_snr(t), condition(schedule.log_snr, t)
    close(schedule.time_at_log_snr(levels), t, condition(schedule.time_at_log_snr, levels, sizes=(known,)))


def test_log_snr_at_chosen_times():
    linear = ri.schedules.Linear()
    accurate(linear.log_snr, np.log(9), 0.75)  # (3/4)² over (1/4)²
    accurate(linear.time_at_log_snr, 0.75, np.log(9))
    assert linear.log_snr(0.0) == -np.inf and linear.log_snr(1.0) == np.inf
    assert linear.time_at_log_snr(-np.inf) == 0 and linear.time_at_log_snr(np.inf) == 1
    for level in (-200.0, 20.0):  # digits near 0 are kept
        accurate(linear.time_at_log_snr, lambda u: 1 / (1 + np.exp(-u / 2)), level)


# ---- the noising process lives in s = 1 - t -------------------------------------------------------------------------


@every_schedule
def test_drift_and_diffusion_carry_the_data_to_the_law_of_the_path(schedule):
    """Solve for mean and variance of dx = f x ds + g dW, from s = 0.1 on; f shrinks, g² is positive."""

    def motion(moments, s):
        f, g = float(schedule.drift(1 - s)), float(schedule.diffusion(1 - s))
        return [f * moments[0], 2 * f * moments[1] + g**2]

    before, after = 0.1, 0.8
    start = [float(schedule.alpha(1 - before)), float(schedule.sigma(1 - before)) ** 2]
    found, allowed = integrated(motion, start, (before, after))
    within(found, [schedule.alpha(1 - after), schedule.sigma(1 - after) ** 2], allowed)
    assert schedule.drift(0.5) < 0 < schedule.diffusion(0.5)


def test_drift_and_diffusion_at_chosen_times():
    linear, preserving = ri.schedules.Linear(), ri.schedules.VariancePreserving(beta_min=0.1, beta_max=20.0)
    assert linear.drift(0.5) == -2
    accurate(linear.diffusion, np.sqrt(2), 0.5)
    for t, beta in ((1.0, 0.1), (0.5, 10.05), (0.0, 20.0)):
        accurate(preserving.drift, -beta / 2, t)
        accurate(preserving.diffusion, np.sqrt(beta), t)
    assert linear.drift(0.0) == -np.inf and linear.diffusion(0.0) == np.inf


# ---- the marginal field ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", [ri.schedules.Trigonometric(), ri.schedules.VariancePreserving()], ids=repr)
def test_white_data_stand_still_where_variance_is_preserved(schedule):
    field = ri.MarginalField(ri.GaussianPath(schedule), WHITE)
    x = np.array([[1.5, -0.25]])
    for t in (0.0, 0.4, 1.0):
        density = -(x**2).sum(-1) / 2 - np.log(2 * np.pi)
        for name, value in (("score", -x), ("velocity", 0), ("divergence", 0), ("log_density", density)):
            close(getattr(field, name)(x, t), value, of_field(field, name, x, t))


def test_the_velocity_at_0_leads_to_the_mean_and_contracts():
    """Linear path: at t = 0 x is noise, so the velocity is E[data] - x, with divergence -d."""
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture())
    x = np.array([[0.7, -0.2], [-3.0, 1.0]])
    close(field.velocity(x, 0.0), [0.5, 0.05] - x, of_field(field, "velocity", x, 0.0))
    close(field.divergence(x, 0.0), [-2, -2], of_field(field, "divergence", x, 0.0))
    close(field.velocity(x, 1.0), x, of_field(field, "velocity", x, 1.0))  # at t = 1 x is data, E[noise | x] = 0


@every_schedule
def test_score_and_divergence_are_derivatives_and_the_density_moves_with_the_velocity(schedule):
    field = ri.MarginalField(ri.GaussianPath(schedule), ri.reference_mixture())
    x, t, axes = np.array([0.4, -0.3]), 0.6, np.eye(2)

    def moved(i, h):
        return x + h * axes[i]

    for i in range(2):
        is_rate_of(lambda h, i=i: field.score(moved(i, h), t)[i], lambda h, i=i: field.log_density(moved(i, h), t), 0.0)
    along = [slope(lambda h, i=i: field.velocity(moved(i, h), t)[i], 0.0) for i in range(2)]
    trace, allowed = np.sum(along, axis=0)
    within(field.divergence(x, t), trace, allowed + ROUNDINGS * EPS * of_field(field, "divergence", x, t))

    def continuity(s):
        return -field.divergence(x, s) - field.velocity(x, s) @ field.score(x, s)

    is_rate_of(continuity, lambda s: field.log_density(x, s), t)


def test_the_flow_carries_noise_to_data():
    path = ri.GaussianPath(ri.schedules.Linear())
    noise = np.array([[1.0, -2.0], [0.0, 0.5]])
    field = ri.MarginalField(path, ri.Gaussian([5.0, 1.0], np.diag([4.0, 0.25])))

    def there(x):
        return field.flow(x, 0.0, 1.0)

    def back(x):
        return field.flow(x, 1.0, 0.0)

    accurate(there, lambda noise: np.array([5, 1]) + noise * [2, 0.5], noise)
    data = there(noise)
    close(back(data), noise, condition(back, data, sizes=(condition(there, noise),)))


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
    data, off = converged(lambda error: field.flow(noise, 0.0, 1.0, rtol=error, atol=error))
    moved = condition(lambda x: distribution_function(x, 1.0), data, sizes=(off / (ROUNDINGS * EPS),))
    close(distribution_function(data, 1.0), distribution_function(noise, 0.0), moved)
    again, off_again = converged(lambda error: field.flow(data, 1.0, 0.0, rtol=error, atol=error))
    carried = condition(lambda x: field.flow(x, 1.0, 0.0), data, sizes=(off / (ROUNDINGS * EPS),))
    within(again, noise, off_again + ROUNDINGS * EPS * carried)


# ---- t aligns with leading axes -------------------------------------------------------------------------------------


def test_times_align_with_leading_axes_even_where_n_equals_d():
    schedule, x, t = ri.schedules.Trigonometric(), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.25, 0.75])
    path = ri.GaussianPath(schedule)
    field = ri.MarginalField(path, ri.reference_mixture())
    rows = np.stack([path.point(t[i].item(), x[i], 0 * x[i]) for i in range(2)])
    np.testing.assert_array_equal(path.point(t, x, 0 * x), rows)
    accurate(lambda x, t: path.point(t, x, 0 * x), lambda x, t: np.sin(t[:, None] * np.pi / 2) * x, x, t)
    for name in ("velocity", "score", "log_density", "divergence"):
        quantity, known = getattr(field, name), of_field(field, name, x, t)
        close(quantity(x, t), np.stack([quantity(x[i], t[i].item()) for i in range(2)]), known, known)

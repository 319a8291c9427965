"""The path of one data point and other people's conventions, held against facts that are not our formulas."""

import itertools

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import refimpl as ri
from refimpl import conventions as there
from refimpl.formulas import gaussian_path

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

EPS = np.finfo(float).eps
LINEAR, BLURRED = ri.schedules.Linear(), ri.schedules.Linear(sigma_min=0.2)
TURN, PRESERVING = ri.schedules.Trigonometric(), ri.schedules.VariancePreserving()
SCHEDULES = [LINEAR, BLURRED, TURN, PRESERVING]
DATA, NOISE = np.array([2.0, 1.0]), np.array([0.5, -1.0])
GM3 = ri.reference_mixture()
INSIDE = np.linspace(0.05, 0.95, 7)

every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
every_pair = pytest.mark.parametrize(
    ("path", "other"), [(ri.GaussianPath(a), ri.GaussianPath(b)) for a, b in itertools.permutations(SCHEDULES, 2)]
)


def slope(function, t, h=1e-4):
    """A central difference of order 4."""
    return (8 * (function(t + h) - function(t - h)) - (function(t + 2 * h) - function(t - 2 * h))) / (12 * h)


def integrated(motion, start, times):
    """An ODE solver that knows nothing of paths."""
    return solve_ivp(lambda t, x: motion(x, t), times, start, method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]


# ---- the path of one data point ---------------------------------------------------------------------------------


@every_schedule
def test_the_conditional_flow_is_where_the_conditional_velocity_leads(schedule):
    path = ri.GaussianPath(schedule)
    start = path.point(0.1, DATA, NOISE)
    arrived = integrated(lambda x, t: path.velocity(t, x=x, data=DATA), start, (0.1, 0.9))
    np.testing.assert_allclose(path.flow(0.1, 0.9, x=start, data=DATA), arrived, rtol=1e-10)
    np.testing.assert_allclose(path.flow(0.9, 0.1, x=arrived, data=DATA), start, rtol=1e-9)


def test_the_flow_takes_a_time_for_each_point():
    path, t_to = ri.GaussianPath(TURN), np.array([0.2, 1.0])
    points = np.stack([DATA, NOISE])
    moved = path.flow(0.5, t_to, x=points, data=points[::-1].copy())
    for row in range(2):
        alone = path.flow(0.5, float(t_to[row]), x=points[row], data=points[1 - row])
        np.testing.assert_array_equal(moved[row], alone)
    np.testing.assert_allclose(moved[1], DATA, rtol=EPS)  # at t = 1 no noise is left


def test_the_flow_has_no_start_where_no_noise_is_left():
    with pytest.raises(ValueError, match=r"`flow` has no finite value at `t_from` = 1, where alpha_t = 1, sigma_t = 0"):
        ri.GaussianPath(LINEAR).flow(1.0, 0.5, x=DATA + 0.1, data=DATA)
    with pytest.raises(ValueError, match=r"`t_to` must lie in \[0, 1\]; got 1.5"):
        ri.GaussianPath(LINEAR).flow(0.5, 1.5, x=DATA, data=DATA)


def test_a_point_of_the_linear_path_moves_uniformly_and_ends_beside_the_data():
    """With sigma_min = 0.2: speed 2.4083 at all times, and the end is data + 0.2 noise, not the data."""
    path, end = ri.GaussianPath(BLURRED), np.array([2.1, 0.8])
    for t in (0.0, 0.3, 0.6, 0.9, 1.0):
        x = NOISE + t * (end - NOISE)
        np.testing.assert_allclose(path.point(t, DATA, NOISE), x, rtol=0, atol=4 * EPS)
        field = gaussian_path.optimal_transport_velocity(x=x, data=DATA, t=t, sigma_min=0.2)
        assert np.linalg.norm(field) == pytest.approx(np.sqrt(5.8), rel=16 * EPS)
        np.testing.assert_allclose(path.velocity(t, x=x, data=DATA), field, rtol=16 * EPS)
    np.testing.assert_array_equal(gaussian_path.optimal_transport_end_point(DATA, NOISE, 0.2), DATA + 0.2 * NOISE)

    def motion(x, t):
        return gaussian_path.optimal_transport_velocity(x=x, data=DATA, t=t, sigma_min=0.2)

    np.testing.assert_allclose(integrated(motion, NOISE, (0, 1)), end, rtol=1e-10)


def test_the_linear_path_does_not_aim_at_the_data_point():
    """The angle between the velocity and the way to the data point: 9.16 degrees half way, 62.71 at t = 0.99."""
    for t, degrees in ((0.5, 9.16), (0.99, 62.71)):
        x = NOISE + t * (np.array([2.1, 0.8]) - NOISE)
        aim, velocity = gaussian_path.optimal_transport_direction(x=x, data=DATA, t=t, sigma_min=0.2)
        way = DATA - x
        cosine = way @ velocity / np.linalg.norm(way) / np.linalg.norm(velocity)
        assert np.degrees(np.arccos(cosine)) == pytest.approx(degrees, abs=0.005)
        np.testing.assert_allclose(x + (1.25 - t) * velocity, aim, rtol=16 * EPS)  # reached at 1/(1 - sigma_min)
        np.testing.assert_array_equal(aim, DATA / 0.8)


def test_a_point_of_the_trigonometric_path_is_drawn_to_the_origin():
    """Simple harmonic motion: the acceleration is -(pi/2)² x."""
    a, b = np.sin(0.3 * np.pi / 2), np.cos(0.3 * np.pi / 2)
    rate = -((np.pi / 2) ** 2)
    found = gaussian_path.acceleration(data=DATA, noise=NOISE, ddalpha_t=rate * a, ddsigma_t=rate * b)
    path = ri.GaussianPath(TURN)
    np.testing.assert_allclose(found, rate * path.point(0.3, DATA, NOISE), rtol=8 * EPS)
    np.testing.assert_allclose(slope(lambda t: path.velocity(t, data=DATA, noise=NOISE), 0.3), found, rtol=1e-10)


# ---- data at t = 0 ----------------------------------------------------------------------------------------------


def test_the_reversed_field_leads_from_the_data_to_the_noise():
    data = ri.Gaussian([0.5, -1.0], [[0.3, 0.1], [0.1, 0.8]])
    field = ri.MarginalField(ri.GaussianPath(LINEAR), data)
    backwards = there.reversed_field(field.velocity)
    noised = integrated(backwards, DATA, (0.0, 0.7))
    np.testing.assert_allclose(noised, field.flow(DATA, 1.0, 0.3), rtol=1e-10)
    twice = there.reversed_field(backwards)
    np.testing.assert_allclose(twice(DATA, 0.3), field.velocity(DATA, 0.3), rtol=16 * EPS)


def test_reversed_time_and_velocity():
    assert there.reversed_time(0.25) == 0.75
    np.testing.assert_array_equal(there.reversed_time(np.array([0.0, 1.0], dtype=np.float32)), [1.0, 0.0])
    np.testing.assert_array_equal(there.reversed_velocity(DATA), [-2.0, -1.0])


# ---- integer steps ----------------------------------------------------------------------------------------------


def test_steps_count_from_the_data_to_the_noise():
    np.testing.assert_array_equal(there.time_of_step(np.arange(5), 4), [1.0, 0.75, 0.5, 0.25, 0.0])
    assert there.time_of_step(1000, 1000) == 0.0
    np.testing.assert_allclose(there.step_of_time(there.time_of_step(np.arange(8), 7), 7), np.arange(8), atol=8 * EPS)
    assert there.time_of_step(torch.tensor([1, 3]), 4).tolist() == [0.75, 0.25]


def test_n_steps_lead_from_the_noise_to_the_data():
    """On straight lines Euler's method is exact: N changes per step, taken off from step N to step 0."""
    path, x = ri.GaussianPath(LINEAR), NOISE
    for step in range(7, 0, -1):
        velocity = path.velocity(there.time_of_step(step, 7), x=x, data=DATA)
        change = there.velocity_per_step(velocity, 7)
        np.testing.assert_allclose(there.velocity_from_step(change, 7), velocity, rtol=4 * EPS)
        x = x - change
    np.testing.assert_allclose(x, DATA, rtol=16 * EPS)


# ---- x / alpha, and noise levels as clocks -----------------------------------------------------------------------


@every_schedule
def test_in_rescaled_coordinates_the_field_is_that_of_edm(schedule):
    """Karras et al., eq. (3): with the noise level s as time, dx/ds = (x - denoiser) / s."""
    path = ri.GaussianPath(schedule)
    field = ri.MarginalField(path, GM3)
    x = np.array([[0.3, -0.8], [1.5, 1.0], [-2.0, 0.4]])
    for t in INSIDE:
        point, level = there.rescaled_point(path, x, t), there.edm_sigma(schedule, t)
        assert level == pytest.approx(schedule.sigma(t) / schedule.alpha(t), rel=16 * EPS)
        velocity = there.rescaled_velocity(path, field.velocity(x, t), x, t)
        pace = slope(lambda u: schedule.sigma(u) / schedule.alpha(u), t)
        np.testing.assert_allclose(velocity / pace, (point - field.denoiser(x, t)) / level, rtol=1e-7, atol=1e-9)
        back = there.velocity_from_rescaled(path, velocity, point, t)
        np.testing.assert_allclose(back, field.velocity(x, t), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(there.point_from_rescaled(path, point, t), x, rtol=2 * EPS)


def test_the_rescaled_data_point_stands_still():
    path = ri.GaussianPath(TURN)
    np.testing.assert_allclose(there.rescaled_point(path, path.point(0.4, DATA, 0 * DATA), 0.4), DATA, rtol=2 * EPS)
    with pytest.raises(ValueError, match="`rescaled_point` has no finite value at `t` = 0, where alpha_t = 0"):
        there.rescaled_point(path, DATA, 0.0)


@every_schedule
def test_times_at_noise_levels(schedule):
    t = np.linspace(0.02, 0.98, 9)
    ratio = schedule.alpha(t) / schedule.sigma(t)
    np.testing.assert_allclose(there.half_log_snr(schedule, t), np.log(ratio), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(there.time_at_half_log_snr(schedule, np.log(ratio)), t, rtol=1e-13)
    np.testing.assert_allclose(there.time_at_edm_sigma(schedule, 1 / ratio), t, rtol=1e-13)


def test_the_search_for_a_time_ends_between_neighbouring_floats(monkeypatch):
    """About a dozen evaluations a time; a tolerance below the spacing of floats would use up all 2000."""
    calls, log_snr = [], ri.schedules.Linear.log_snr
    monkeypatch.setattr(ri.schedules.Linear, "log_snr", lambda self, t: calls.append(t) or log_snr(self, t))
    for level in np.random.default_rng(0).uniform(-12, 12, 60):
        LINEAR.time_at_log_snr(level)
    assert len(calls) < 60 * 30


def test_noise_levels_at_the_ends():
    assert there.edm_sigma(LINEAR, 0.0) == np.inf
    assert there.edm_sigma(LINEAR, 1.0) == 0.0
    assert there.edm_sigma(BLURRED, 1.0) == pytest.approx(0.2, rel=4 * EPS)
    assert there.time_at_edm_sigma(LINEAR, 0.0) == 1.0
    assert there.half_log_snr(LINEAR, 0.5) == 0.0


@every_schedule
def test_velocity_by_log_snr_is_the_rate_of_x_in_log_snr(schedule):
    path = ri.GaussianPath(schedule)
    level = float(schedule.log_snr(0.6))
    rate = slope(lambda u: path.point(schedule.time_at_log_snr(u), DATA, NOISE), level, h=1e-3)
    velocity = path.velocity(0.6, data=DATA, noise=NOISE)
    by_level = there.velocity_by_log_snr(path, velocity, 0.6)
    np.testing.assert_allclose(by_level, rate, rtol=1e-9)
    np.testing.assert_allclose(there.velocity_from_log_snr(path, by_level, 0.6), velocity, rtol=8 * EPS)
    half = slope(lambda u: path.point(there.time_at_half_log_snr(schedule, u), DATA, NOISE), level / 2, h=1e-3)
    np.testing.assert_allclose(half, 2 * rate, rtol=1e-9)  # DPM-Solver's lambda runs half as fast


# ---- two paths are one ------------------------------------------------------------------------------------------


@every_pair
def test_two_paths_are_one(path, other):
    """Points and conditional velocities with the same end points, at the times of equal signal-to-noise ratio."""
    for t in (0.3, 0.5, 0.7):
        r = float(there.time_on(path, other, t))
        x, velocity = path.point(t, DATA, NOISE), path.velocity(t, data=DATA, noise=NOISE)
        moved, carried = there.point_on(path, other, x, t), there.velocity_on(path, other, velocity, x, t)
        np.testing.assert_allclose(moved, other.point(r, DATA, NOISE), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(carried, other.velocity(r, data=DATA, noise=NOISE), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(there.point_on(other, path, moved, r), x, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(there.velocity_on(other, path, carried, moved, r), velocity, rtol=1e-12, atol=1e-13)


@every_pair
def test_a_field_of_one_path_is_a_field_of_the_other(path, other):
    learned, wanted = ri.MarginalField(path, GM3), ri.MarginalField(other, GM3)
    carried = there.field_on(path, other, learned.velocity)
    x = np.array([[0.3, -0.8], [1.5, 1.0], [-2.0, 0.4]])
    for r in (0.4, 0.55, 0.7):
        np.testing.assert_allclose(carried(x, r), wanted.velocity(x, r), rtol=1e-10, atol=1e-10)
    each = np.array([0.4, 0.55, 0.7])
    np.testing.assert_allclose(carried(x, each), wanted.velocity(x, each), rtol=1e-10, atol=1e-10)


def test_next_to_the_data_two_paths_are_one_to_the_last_digits():
    path, other = ri.GaussianPath(LINEAR), ri.GaussianPath(TURN)
    for gap in (1e-3, 1e-6, 1e-9):
        t, noise = 1 - gap, 0.0 * NOISE
        np.testing.assert_allclose(
            there.point_on(path, other, path.point(t, DATA, noise), t), DATA, rtol=gap**2 + 4 * EPS
        )
    np.testing.assert_array_equal(there.point_on(path, other, DATA, 1.0), DATA)
    np.testing.assert_array_equal(there.point_on(path, other, NOISE, 0.0), NOISE)


def test_what_two_paths_do_not_share():
    path, other = ri.GaussianPath(LINEAR), ri.GaussianPath(BLURRED)
    with pytest.raises(ValueError, match=r"`log_snr` must lie in \[-inf, 3.2"):
        there.time_on(path, other, 0.99)  # sigma_min is left: this ratio is never reached
    with pytest.raises(ValueError, match="`velocity_on` has no finite value at `t` = 1"):
        there.velocity_on(path, ri.GaussianPath(TURN), DATA, DATA, 1.0)

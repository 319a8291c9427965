"""The path of one data point and other people's conventions, held against facts that are not our formulas."""

import itertools
from functools import partial

import numpy as np
import pytest

import refimpl as ri
from refimpl import conventions as there
from refimpl.formulas import gaussian_path
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import accurate, agree, close, condition, integrated, is_rate_of, slope, within

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


# ---- the path of one data point ---------------------------------------------------------------------------------


@every_schedule
def test_the_conditional_flow_is_where_the_conditional_velocity_leads(schedule):
    path = ri.GaussianPath(schedule)
    start = path.point(0.1, DATA, NOISE)
    arrived, allowed = integrated(lambda x, t: path.velocity(t, x=x, data=DATA), start, (0.1, 0.9))
    there = path.flow(0.1, 0.9, x=start, data=DATA)
    within(there, arrived, allowed)
    leading, back = (lambda x: path.flow(0.1, 0.9, x=x, data=DATA)), (lambda x: path.flow(0.9, 0.1, x=x, data=DATA))
    close(back(there), start, condition(back, there, sizes=(condition(leading, start),)))


def test_the_flow_takes_a_time_for_each_point():
    path, t_to = ri.GaussianPath(TURN), np.array([0.2, 1.0])
    points = np.stack([DATA, NOISE])
    moved = path.flow(0.5, t_to, x=points, data=points[::-1].copy())
    for row in range(2):
        alone = path.flow(0.5, float(t_to[row]), x=points[row], data=points[1 - row])
        np.testing.assert_array_equal(moved[row], alone)
    close(moved[1], DATA, DATA)  # at t = 1 no noise is left


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
        agree(path.point, lambda t, data, noise: noise + t * (data + 0.2 * noise - noise), t, DATA, NOISE)

        def speed(x, t):
            field = gaussian_path.optimal_transport_velocity(x=x, data=DATA, t=t, sigma_min=0.2)
            return np.linalg.norm(field)

        def velocity(x, data, t):
            return gaussian_path.optimal_transport_velocity(x=x, data=data, t=t, sigma_min=0.2)

        accurate(speed, np.sqrt(5.8), x, t)
        agree(lambda x, data, t: path.velocity(t, x=x, data=data), velocity, x, DATA, t)
    np.testing.assert_array_equal(gaussian_path.optimal_transport_end_point(DATA, NOISE, 0.2), DATA + 0.2 * NOISE)

    def motion(x, t):
        return gaussian_path.optimal_transport_velocity(x=x, data=DATA, t=t, sigma_min=0.2)

    arrived, allowed = integrated(motion, NOISE, (0, 1))
    within(arrived, end, allowed)


def test_the_linear_path_does_not_aim_at_the_data_point():
    """The angle between the velocity and the way to the data point: 9.16 degrees half way, 62.71 at t = 0.99."""
    for t, degrees in ((0.5, 9.16), (0.99, 62.71)):
        x = NOISE + t * (np.array([2.1, 0.8]) - NOISE)
        aim, velocity = gaussian_path.optimal_transport_direction(x=x, data=DATA, t=t, sigma_min=0.2)
        way = DATA - x
        cosine = way @ velocity / np.linalg.norm(way) / np.linalg.norm(velocity)
        assert np.degrees(np.arccos(cosine)) == pytest.approx(degrees, abs=0.005)

        def reached(x, data, t):  # at 1/(1 - sigma_min)
            return x + (1.25 - t) * gaussian_path.optimal_transport_direction(x=x, data=data, t=t, sigma_min=0.2)[1]

        accurate(reached, aim, x, DATA, t)
        np.testing.assert_array_equal(aim, DATA / 0.8)


def test_a_point_of_the_trigonometric_path_is_drawn_to_the_origin():
    """Simple harmonic motion: the acceleration is -(pi/2)² x."""
    path, rate = ri.GaussianPath(TURN), -((np.pi / 2) ** 2)

    def acceleration(t):
        scales = rate * np.sin(t * np.pi / 2), rate * np.cos(t * np.pi / 2)
        return gaussian_path.acceleration(data=DATA, noise=NOISE, ddalpha_t=scales[0], ddsigma_t=scales[1])

    agree(acceleration, lambda t: rate * path.point(t, DATA, NOISE), 0.3)
    is_rate_of(acceleration, lambda t: path.velocity(t, data=DATA, noise=NOISE), 0.3)


# ---- data at t = 0 ----------------------------------------------------------------------------------------------


def test_the_reversed_field_leads_from_the_data_to_the_noise():
    data = ri.Gaussian([0.5, -1.0], [[0.3, 0.1], [0.1, 0.8]])
    field = ri.MarginalField(ri.GaussianPath(LINEAR), data)
    backwards = there.reversed_field(field.velocity)
    noised, allowed = integrated(backwards, DATA, (0.0, 0.7))
    within(noised, field.flow(DATA, 1.0, 0.3), allowed)
    agree(there.reversed_field(backwards), field.velocity, DATA, 0.3)


def test_reversed_time_and_velocity():
    assert there.reversed_time(0.25) == 0.75
    np.testing.assert_array_equal(there.reversed_time(np.array([0.0, 1.0], dtype=np.float32)), [1.0, 0.0])
    np.testing.assert_array_equal(there.reversed_velocity(DATA), [-2.0, -1.0])


# ---- integer steps ----------------------------------------------------------------------------------------------


def test_steps_count_from_the_data_to_the_noise():
    np.testing.assert_array_equal(there.time_of_step(np.arange(5), 4), [1.0, 0.75, 0.5, 0.25, 0.0])
    assert there.time_of_step(1000, 1000) == 0.0
    times = there.time_of_step(np.arange(8), 7)
    close(there.step_of_time(times, 7), np.arange(8), condition(lambda t: there.step_of_time(t, 7), times))
    assert there.time_of_step(torch.tensor([1, 3]), 4).tolist() == [0.75, 0.25]


def test_n_steps_lead_from_the_noise_to_the_data():
    """On straight lines Euler's method is exact: N changes per step, taken off from step N to step 0."""
    path, x, known = ri.GaussianPath(LINEAR), NOISE, 0  # each step adds what it is conditioned to
    for step in range(7, 0, -1):
        velocity = path.velocity(there.time_of_step(step, 7), x=x, data=DATA)
        change = there.velocity_per_step(velocity, 7)
        accurate(lambda v: there.velocity_from_step(there.velocity_per_step(v, 7), 7), lambda v: v, velocity)
        x = x - change
        known = known + condition(lambda v: there.velocity_per_step(v, 7), velocity) + np.abs(x)
    close(x, DATA, known)


# ---- x / alpha, and noise levels as clocks -----------------------------------------------------------------------


@every_schedule
def test_in_rescaled_coordinates_the_field_is_that_of_edm(schedule):
    """Karras et al., eq. (3): with the noise level s as time, dx/ds = (x - denoiser) / s."""
    path = ri.GaussianPath(schedule)
    field = ri.MarginalField(path, GM3)
    x = np.array([[0.3, -0.8], [1.5, 1.0], [-2.0, 0.4]])
    for t in INSIDE:
        agree(lambda t: there.edm_sigma(schedule, t), lambda t: schedule.sigma(t) / schedule.alpha(t), t)

        def velocity(x, t):
            return there.rescaled_velocity(path, field.velocity(x, t), x, t)

        def predicted(x, t):
            point, level = there.rescaled_point(path, x, t), there.edm_sigma(schedule, t)
            return (point - field.denoiser(x, t)) / level

        def point(x, t):
            return there.rescaled_point(path, x, t)

        pace, off = slope(lambda u: schedule.sigma(u) / schedule.alpha(u), t)
        known = condition(velocity, x, t) + np.abs(pace) * condition(predicted, x, t)
        within(velocity(x, t), predicted(x, t) * pace, ROUNDINGS * EPS * known + off * np.abs(predicted(x, t)))
        back, given = partial(there.velocity_from_rescaled, path), (velocity(x, t), point(x, t), t)
        known = condition(back, *given, sizes=(condition(velocity, x, t), condition(point, x, t), t))
        close(back(*given), field.velocity(x, t), known, condition(field.velocity, x, t))
        accurate(partial(there.point_from_rescaled, path), x, point(x, t), t)


def test_the_rescaled_data_point_stands_still():
    path = ri.GaussianPath(TURN)
    point = path.point(0.4, DATA, 0 * DATA)
    close(
        there.rescaled_point(path, point, 0.4),
        DATA,
        condition(lambda x, t: there.rescaled_point(path, x, t), point, 0.4),
    )
    with pytest.raises(ValueError, match="`rescaled_point` has no finite value at `t` = 0, where alpha_t = 0"):
        there.rescaled_point(path, DATA, 0.0)


@every_schedule
def test_times_at_noise_levels(schedule):
    t = np.linspace(0.02, 0.98, 9)

    def half(t):
        return np.log(schedule.alpha(t)) - np.log(schedule.sigma(t))

    def level(t):
        return schedule.sigma(t) / schedule.alpha(t)

    agree(lambda t: there.half_log_snr(schedule, t), half, t)
    for clock, at in ((there.time_at_half_log_snr, half), (there.time_at_edm_sigma, level)):
        known = condition(partial(clock, schedule), at(t), sizes=(condition(at, t),))
        close(clock(schedule, at(t)), t, known)


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
    accurate(lambda t: there.edm_sigma(BLURRED, t), 0.2, 1.0)
    assert there.time_at_edm_sigma(LINEAR, 0.0) == 1.0
    assert there.half_log_snr(LINEAR, 0.5) == 0.0


@every_schedule
def test_velocity_by_log_snr_is_the_rate_of_x_in_log_snr(schedule):
    path = ri.GaussianPath(schedule)
    level = float(schedule.log_snr(0.6))

    def by_level(t):
        return there.velocity_by_log_snr(path, path.velocity(t, data=DATA, noise=NOISE), t)

    is_rate_of(
        lambda u: by_level(float(schedule.time_at_log_snr(u))),
        lambda u: path.point(schedule.time_at_log_snr(u), DATA, NOISE),
        level,
    )
    is_rate_of(  # DPM-Solver's lambda runs half as fast
        lambda u: 2 * by_level(float(schedule.time_at_log_snr(2 * u))),
        lambda u: path.point(there.time_at_half_log_snr(schedule, u), DATA, NOISE),
        level / 2,
    )
    known = condition(
        lambda v, t: there.velocity_from_log_snr(path, v, t), by_level(0.6), 0.6, sizes=(condition(by_level, 0.6), 0.6)
    )
    close(there.velocity_from_log_snr(path, by_level(0.6), 0.6), path.velocity(0.6, data=DATA, noise=NOISE), known)


# ---- two paths are one ------------------------------------------------------------------------------------------


@every_pair
def test_two_paths_are_one(path, other):
    """Points and conditional velocities with the same end points, at the times of equal signal-to-noise ratio."""
    for t in (0.3, 0.5, 0.7):

        def both(t, path=path):
            """The point and the velocity, one below the other."""
            return np.stack([path.point(t, DATA, NOISE), path.velocity(t, data=DATA, noise=NOISE)])

        def carried(here, t, one=path, two=other):
            return np.stack([there.point_on(one, two, here[0], t), there.velocity_on(one, two, here[1], here[0], t)])

        def time(t):
            return there.time_on(path, other, t)

        here, r = both(t), float(time(t))
        to_r = condition(carried, here, t, sizes=(condition(both, t), t))
        close(
            carried(here, t),
            both(r, other),
            to_r + condition(partial(both, path=other), r, sizes=(condition(time, t),)),
        )
        back = partial(carried, one=other, two=path)
        known = condition(back, carried(here, t), r, sizes=(to_r, condition(time, t)))
        close(back(carried(here, t), r), here, known, condition(both, t))


@every_pair
def test_a_field_of_one_path_is_a_field_of_the_other(path, other):
    learned, wanted = ri.MarginalField(path, GM3), ri.MarginalField(other, GM3)
    carried = there.field_on(path, other, learned.velocity)
    x = np.array([[0.3, -0.8], [1.5, 1.0], [-2.0, 0.4]])
    for r in (0.4, 0.55, 0.7):
        agree(carried, wanted.velocity, x, r, vectors=True)
    agree(carried, wanted.velocity, x, np.array([0.4, 0.55, 0.7]), vectors=True)


def test_next_to_the_data_two_paths_are_one_to_the_last_digits():
    path, other = ri.GaussianPath(LINEAR), ri.GaussianPath(TURN)
    for gap in (1e-3, 1e-6, 1e-9):
        t, noise = 1 - gap, 0.0 * NOISE
        moved = there.point_on(path, other, path.point(t, DATA, noise), t)
        within(moved, DATA, (gap**2 + 2 * ROUNDINGS * EPS) * DATA)  # the paths part at second order
    np.testing.assert_array_equal(there.point_on(path, other, DATA, 1.0), DATA)
    np.testing.assert_array_equal(there.point_on(path, other, NOISE, 0.0), NOISE)


def test_what_two_paths_do_not_share():
    path, other = ri.GaussianPath(LINEAR), ri.GaussianPath(BLURRED)
    with pytest.raises(ValueError, match=r"`log_snr` must lie in \[-inf, 3.2"):
        there.time_on(path, other, 0.99)  # sigma_min is left: this ratio is never reached
    with pytest.raises(ValueError, match="`velocity_on` has no finite value at `t` = 1"):
        there.velocity_on(path, ri.GaussianPath(TURN), DATA, DATA, 1.0)

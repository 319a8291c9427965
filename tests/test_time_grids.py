"""Time grids: one step always works, the last time is the data, and other people's grids are where they say."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl as ri
from tests.accuracy import accurate, chained, close, condition, in_balls, within

grids = ri.time_grids
LINEAR, VP = ri.schedules.Linear(), ri.schedules.VariancePreserving()
EDM, VE = ri.schedules.EDM(80.0), ri.schedules.VarianceExploding(0.02, 50.0)
COUNTS = (1, 2, 3, 10, 100)
GRIDS = {
    "uniform": grids.uniform,
    "shifted": lambda n: grids.shifted(n, 3.0),
    "log-SNR, linear": lambda n: grids.uniform_in_log_snr(LINEAR, n, -8.0, 8.0),
    "log-SNR, variance preserving": lambda n: grids.uniform_in_log_snr(VP, n, high=9.0),
    "log-SNR, variance exploding": lambda n: grids.uniform_in_log_snr(VE, n),
    "karras, linear": lambda n: grids.at_sigmas(LINEAR, grids.karras(n)),
    "karras, EDM": lambda n: grids.at_sigmas(EDM, grids.karras(n)),
    "karras, variance exploding": lambda n: grids.at_sigmas(VE, grids.karras(n, 0.05, 50.0)),
    **{f"ddpm {s}": lambda n, s=s: grids.at_steps(grids.ddpm(n, 1000, s), 1000) for s in grids.SPACINGS},
}


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", GRIDS)
def test_n_steps_have_n_plus_one_times_that_increase_to_the_data(name, n):
    times = GRIDS[name](n)
    assert times.shape == (n + 1,) and times.dtype == np.float64
    assert times[-1] == 1 and times[0] >= 0 and np.all(np.diff(times) > 0)
    if name not in ("ddpm leading", "log-SNR, linear", "karras, linear"):  # these begin where they are told to
        assert times[0] == 0


def test_uniform_and_shifted():
    np.testing.assert_array_equal(grids.uniform(4), [0, 0.25, 0.5, 0.75, 1])
    accurate(lambda shift: grids.shifted(4, shift), [0, 1 / 10, 1 / 4, 1 / 2, 1], 3.0)
    np.testing.assert_array_equal(grids.shifted(7, 1.0), grids.uniform(7))


@pytest.mark.parametrize("shift", [0.5, 3.0, 7.0])
def test_the_shift_is_applied_once(shift):
    """On the linear path, sigma = 1 - t: shift sigma / (1 + (shift - 1) sigma), as in the flow samplers; twice is
    another grid, whose last level before the data is up to seven times as large."""

    def published(shift, steps):
        sigma = 1 - steps / 1000
        return 1 - shift * sigma / (1 + (shift - 1) * sigma)

    accurate(lambda shift, steps: grids.shifted(1000, shift), published, shift, np.arange(1001))
    if shift == 3.0:
        assert round(1 - grids.shifted(1000, shift)[-2], 5) == 0.00299
    twice = ri.schedules.Linear().shifted(shift).sigma(grids.shifted(1000, shift))
    assert np.max(np.abs(twice - (1 - grids.shifted(1000, shift)))) > 0.1


def test_karras_has_its_ends_and_equal_steps_in_the_root():
    """And the paper's own numbers: 18 levels from 80 to 0.002."""
    sigmas = grids.karras(18)
    assert (sigmas[0], sigmas[-2], sigmas[-1]) == (80.0, 0.002, 0.0)
    of_sigmas = condition(lambda low, high: grids.karras(18, low, high), 0.002, 80.0)[:-1]
    roots, of_roots = sigmas[:-1] ** (1 / 7), condition(lambda s: s ** (1 / 7), sigmas[:-1], sizes=(of_sigmas,))
    close(roots, np.linspace(roots[0], roots[-1], 18), of_roots, roots)
    accurate(
        lambda low, high: grids.karras(18, low, high)[1],
        lambda low, high: (high ** (1 / 7) + (low ** (1 / 7) - high ** (1 / 7)) / 17) ** 7,
        0.002,
        80.0,
    )
    assert np.all(np.diff(sigmas) < 0)  # no level twice: that would be a step that goes nowhere
    accurate(lambda low, high: grids.karras(5, low, high, rho=1.0), [9, 7, 5, 3, 1, 0], 1.0, 9.0)
    np.testing.assert_array_equal(grids.karras(1), [80.0, 0.0])
    steep = grids.karras(6, 0.1, 10.0, rho=1e6)[:-1]  # in the limit the grid is uniform in the logarithm
    # To first order in 1/rho the logarithm is off by a quarter of the squared distance of the ends, 21, over 2 rho.
    within(np.log(steep), np.log(np.geomspace(10, 0.1, 6)), np.log(100) ** 2 / 1e6)


@pytest.mark.parametrize("schedule", [LINEAR, VP, EDM, VE, ri.schedules.Cosine()], ids=lambda s: type(s).__name__)
def test_times_at_noise_levels_have_these_levels(schedule):
    sigmas = grids.karras(12, 0.05, 40.0)
    times = grids.at_sigmas(schedule, sigmas)[:-1]
    of_times = condition(lambda s: ri.conventions.time_at_edm_sigma(schedule, s), sigmas[:-1])
    known = condition(lambda t: ri.conventions.edm_sigma(schedule, t), times, sizes=(of_times,))
    close(ri.conventions.edm_sigma(schedule, times), sigmas[:-1], known)


def test_every_largest_level_is_the_first_time():
    for top in np.random.default_rng(0).uniform(1, 100, 200):
        for schedule in (ri.schedules.EDM(top), ri.schedules.VarianceExploding(0.01, top)):
            times = grids.at_sigmas(schedule, grids.karras(3, 0.02, top))
            assert times[0] == 0 and np.all(np.diff(times) > 0)


def test_uniform_in_log_snr_has_equal_steps():
    times, levels = grids.uniform_in_log_snr(VP, 8, -6.0, 6.0)[:-1], np.linspace(-6, 6, 8)
    known = condition(VP.log_snr, times, sizes=(condition(VP.time_at_log_snr, levels),))
    close(VP.log_snr(times), levels, known)
    whole, of_levels = grids.uniform_in_log_snr(VE, 8), condition(VE.log_snr, grids.uniform(8))
    known = of_levels / np.ptp(VE.log_snr(np.array([0.0, 1.0])))  # its log-SNR is a straight line in time
    close(whole, grids.uniform(8), known + 1)


STEPS_OF_TEN = {
    # Lin et al. (2024), table 2, with steps counted from 0 in place of 1
    "leading": [900, 800, 700, 600, 500, 400, 300, 200, 100, 0],
    "linspace": [999, 888, 777, 666, 555, 444, 333, 222, 111, 0],
    "trailing": [999, 899, 799, 699, 599, 499, 399, 299, 199, 99],
}


@pytest.mark.parametrize("spacing", STEPS_OF_TEN)
def test_steps_of_a_table(spacing):
    steps = grids.ddpm(10, 1000, spacing)
    np.testing.assert_array_equal(steps, STEPS_OF_TEN[spacing])
    for n in range(1, 1001, 7):
        steps = grids.ddpm(n, 1000, spacing)
        assert steps.shape == (n,) and steps.dtype == np.int64
        assert np.all(np.diff(steps) < 0) and 0 <= steps[-1] and steps[0] <= 999
        assert spacing == "leading" or steps[0] == 999


def test_steps_are_rows_of_the_table():
    """Step k has the signal left after k + 1 rates; the last time has all of it, however far the last step goes."""
    betas = np.linspace(1e-4, 0.02, 1000)
    table, left = ri.schedules.Discrete(betas), in_balls(lambda b: np.sqrt(np.cumprod(1 - b)), betas)
    known = condition(lambda b: np.sqrt(np.cumprod(1 - b)), betas)
    for spacing in grids.SPACINGS:
        steps = grids.ddpm(6, 1000, spacing)
        times = grids.at_steps(steps, 1000)
        close(table.alpha(times[:-1]), left[steps], known[steps])
        assert float(table.sigma(times[-1])) == 0


@pytest.mark.parametrize("spacing", grids.SPACINGS)
@pytest.mark.parametrize("n", [5, 7, 30])
def test_a_sampler_steps_from_row_to_row(spacing, n):
    """With uneven rows too: a step that goes to t - count // n in place of the next row ends at another noise level."""
    table = ri.schedules.Discrete(np.linspace(1e-4, 0.02, 1000))
    steps = grids.ddpm(n, 1000, spacing)
    times = grids.at_steps(steps, 1000)
    data, noise = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    x = ri.GaussianPath(table).point(float(times[0]), data, noise)
    run = ri.samplers.sample(lambda x, t: data, table, x, times, predicts="data", trajectory=True)

    def step(i):
        return lambda x: ri.samplers.step(
            lambda x, t: data, table, x, float(times[i]), float(times[i + 1]), predicts="data"
        )

    want = np.stack([table.alpha(times), table.sigma(times)], 1)
    close(run.points[:, :, 0], want, chained([step(i) for i in range(n)], x)[:, :, 0], want)


WRONG = {
    "`n` must be at least 1; got 0.": lambda: grids.uniform(0),
    "`n` must be a whole number; got float.": lambda: grids.uniform(2.0),
    "`n` must be at most 10; got 11.": lambda: grids.ddpm(11, 10),
    "`shift` must be positive; got 0.": lambda: grids.shifted(3, 0.0),
    "`sigma_min` must be less than `sigma_max`, 1; got 2.": lambda: grids.karras(3, 2.0, 1.0),
    "`rho` must be positive; got -7.": lambda: grids.karras(3, rho=-7.0),
    "`spacing` must be one of leading, trailing, linspace; got 'even'.": lambda: grids.ddpm(3, 10, "even"),
    "`schedule` must be a schedule of refimpl; got NoneType.": lambda: grids.at_sigmas(None, [1.0, 0.0]),  # type: ignore
    "`sigmas` must fall; got 2 after 1.": lambda: grids.at_sigmas(VE, [1.0, 2.0]),
    "`sigmas` must belong to different times; got t = 1 twice.": lambda: grids.at_sigmas(VE, [1.0, 0.02, 0.0]),
    "`steps` must lie in 0 .. 9; got 10.": lambda: grids.at_steps([10, 3], 10),
    "`steps` must fall from noise to data; got [3, 5].": lambda: grids.at_steps([3, 5], 10),
    "`low` must be given for Linear(sigma_min=0.0), whose log-SNR ends at -inf; got None.": (
        lambda: grids.uniform_in_log_snr(LINEAR, 3, high=2.0)
    ),
    "`high` must be given for VariancePreserving(beta_min=0.1, beta_max=20.0), whose log-SNR ends at inf; got None.": (
        lambda: grids.uniform_in_log_snr(VP, 3)
    ),
    "`low` must be less than `high`, 1; got 2.": lambda: grids.uniform_in_log_snr(VP, 3, 2.0, 1.0),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_grid_ends_in_one_sentence(message):
    with pytest.raises((ValueError, TypeError)) as error:
        WRONG[message]()
    assert str(error.value) == message

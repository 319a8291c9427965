"""Schedules against facts that are not our formulas: ends, growth, clocks both ways, tables, shifts."""

import math
from functools import partial

import numpy as np
import pytest
from scipy.integrate import quad

import refimpl as ri
from refimpl.schedules import (
    EDM,
    Cosine,
    Custom,
    Discrete,
    Linear,
    Polynomial,
    Shifted,
    Sigmoid,
    SubVariancePreserving,
    Trigonometric,
    VarianceExploding,
    VariancePreserving,
)
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import accurate, agree, close, condition, in_balls, is_rate_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

EPS = np.finfo(float).eps
NAMED = [
    Linear(),
    Linear(0.1),
    Trigonometric(),
    Polynomial(),
    Polynomial(3.5),
    VariancePreserving(),
    SubVariancePreserving(),
    Cosine(),
    Cosine(0.0),
    Sigmoid(),
    Sigmoid(0.0, 3.0, 0.7),
    VarianceExploding(),
    EDM(),
]
USUAL_BETAS = np.linspace(1e-4, 0.02, 1000)
every_schedule = pytest.mark.parametrize("schedule", [*NAMED, Shifted(Cosine(), 3.0)], ids=repr)


# ---- the ends, and what lies between ------------------------------------------------------------------------------

ENDS = {  # alpha and sigma at t = 0, then at t = 1, worked out by hand
    Linear(0.1): (0, 1, 1, 0.1),
    Polynomial(3.5): (0, 1, 1, 0),
    SubVariancePreserving(): (np.exp(-5.025), 1 - np.exp(-10.05), 1, 0),
    Cosine(): (0, 1, 1, 0),
    Sigmoid(): (0, 1, 1, 0),
    VarianceExploding(0.02, 30.0): (1, 30, 1, 0.02),
    EDM(): (1, 80, 1, 0),
}


@pytest.mark.parametrize("schedule", list(ENDS), ids=repr)
def test_scales_at_the_ends(schedule):
    scales = [(f, t) for t in (0.0, 1.0) for f in (schedule.alpha, schedule.sigma)]
    for (scale, t), expected in zip(scales, ENDS[schedule], strict=True):
        accurate(scale, expected, t)


def test_scales_at_chosen_times():
    accurate(Cosine(0.0).alpha, np.sqrt(3) / 2, 2 / 3)  # cosine of 30 degrees
    accurate(lambda t: Cosine(0.25).alpha(t), np.cos(0.3 * np.pi) / np.cos(0.1 * np.pi), 0.5)
    accurate(Sigmoid().alpha, np.sqrt(0.5), 0.5)  # the curve is odd around its middle
    assert Polynomial(2.0).sigma(0.5) == 0.75
    accurate(VarianceExploding(0.01, 100.0).sigma, 1, 0.5)  # the geometric mean
    assert EDM(10.0).sigma(0.75) == 2.5
    fading = VariancePreserving()
    agree(SubVariancePreserving().sigma, lambda t: fading.sigma(t) ** 2, 0.4)
    assert SubVariancePreserving().alpha(0.4) == fading.alpha(0.4)


def test_the_sub_variance_preserving_diffusion_is_that_of_song():
    """g² = beta (1 - exp(-2 B)) in noising time, and the drift is that of the variance preserving process."""
    schedule = SubVariancePreserving()

    def beta(t):
        return 0.1 + 19.9 * (1 - t)

    def total(s):
        return 0.1 * s + 19.9 * s**2 / 2

    accurate(lambda t: schedule.diffusion(t) ** 2, lambda t: beta(t) * (1 - np.exp(-2 * total(1 - t))), 0.7)
    accurate(schedule.drift, lambda t: -beta(t) / 2, 0.7)


@every_schedule
def test_signal_to_noise_grows(schedule):
    levels = schedule.log_snr(np.linspace(0, 1, 400))
    assert np.all(np.diff(levels) > 0)
    assert np.all(schedule.diffusion(np.linspace(0.01, 1, 99)) >= 0)


@every_schedule
def test_rates_are_derivatives_in_t(schedule):
    t = np.array([0.1, 0.5, 0.9])
    is_rate_of(schedule.dalpha, schedule.alpha, t)
    is_rate_of(schedule.dsigma, schedule.sigma, t)
    is_rate_of(schedule.half_variance_rate, lambda t: schedule.sigma(t) ** 2 / 2, t)
    agree(schedule.log_snr, lambda t: 2 * (np.log(schedule.alpha(t)) - np.log(schedule.sigma(t))), t)


# ---- clocks ---------------------------------------------------------------------------------------------------------


@every_schedule
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_clock_leads_back(schedule, dtype):
    """Backward stable: the time moves by no more than a few roundings of the time and of the log-SNR."""
    t = np.linspace(0.02, 0.98, 49).astype(dtype)
    levels = schedule.log_snr(t)
    eps = np.finfo(dtype).eps
    speed = 2 * (schedule.dalpha(t) / schedule.alpha(t) - schedule.dsigma(t) / schedule.sigma(t))
    allowed = ROUNDINGS * eps * (1 + (1 + np.abs(levels)) / speed)
    for array in (levels, torch.asarray(levels)):
        found = np.asarray(schedule.time_at_log_snr(array))
        assert found.dtype == t.dtype
        assert np.all(np.abs(found - t) <= allowed)
    again = schedule.log_snr(schedule.time_at_log_snr(levels))
    assert np.all(np.abs(again - levels) <= ROUNDINGS * eps * (1 + np.abs(levels) + speed))


@every_schedule
def test_the_clock_at_the_ends_and_beyond(schedule):
    for t in (0.0, 1.0):
        assert abs(schedule.time_at_log_snr(schedule.log_snr(t)) - t) <= ROUNDINGS * EPS
    high = float(schedule.log_snr(1.0))
    if np.isfinite(high):
        with pytest.raises(ValueError, match="`log_snr` must lie in"):
            schedule.time_at_log_snr(high + 0.1)
    low = float(schedule.log_snr(0.0))
    if np.isfinite(low):
        with pytest.raises(ValueError, match="`log_snr` must lie in"):
            schedule.time_at_log_snr(low - 0.1)
    with pytest.raises(ValueError, match=r"`log_snr` must lie in .*; got nan"):
        schedule.time_at_log_snr(np.nan)


@pytest.mark.parametrize("schedule", NAMED, ids=repr)
def test_closed_forms_agree_with_the_search(schedule):
    levels = schedule.log_snr(np.linspace(0.05, 0.95, 7))
    agree(schedule.time_at_log_snr, lambda u: schedule._searched_time(u, np.array([-np.inf, np.inf])), levels)


def test_the_clock_can_be_differentiated():
    def differentiated(schedule, level):
        level = torch.tensor(level, requires_grad=True)
        return torch.autograd.grad(schedule.time_at_log_snr(level).sum(), level)[0]

    def worked_out(schedule, level):
        t = schedule.time_at_log_snr(level)
        return 0.5 / (schedule.dalpha(t) / schedule.alpha(t) - schedule.dsigma(t) / schedule.sigma(t))

    for schedule in NAMED:
        agree(partial(differentiated, schedule), partial(worked_out, schedule), np.array([-1.0, 0.3, 2.0]))


# ---- the shift ------------------------------------------------------------------------------------------------------


def test_the_shift_multiplies_noise_to_signal_on_the_linear_path():
    shifted = Linear().shifted(3.0)
    t = np.array([0.1, 0.5, 0.9])
    accurate(lambda t: shifted.sigma(t) / shifted.alpha(t), lambda t: 3 * (1 - t) / t, t)
    accurate(shifted.sigma, lambda t: 3 * (1 - t) / (1 + 2 * (1 - t)), t)  # as published, in noising time
    is_rate_of(shifted.dalpha, shifted.alpha, t)


def test_shifting_twice_is_shifting_by_the_product_and_not_shifting_once():
    t = np.linspace(0.05, 0.95, 19)
    nested = Shifted(Shifted(Linear(), 3.0), 3.0)
    agree(nested.sigma, Linear().shifted(9.0).sigma, t)
    assert Linear().shifted(3.0).shifted(3.0) == Linear().shifted(9.0)
    assert np.all(np.abs(nested.sigma(t) / Linear().shifted(3.0).sigma(t) - 1) > 0.01)


# ---- tables ---------------------------------------------------------------------------------------------------------


def lost_of(betas):
    return -np.expm1(np.cumsum(np.log1p(-betas)))


def kept_and_lost(betas):
    """The squared scales of the signal and of the noise, exactly."""
    kept = in_balls(lambda b: np.cumprod(1 - b), betas)
    return kept, in_balls(lambda b: 1 - np.cumprod(1 - b), betas)


def test_the_table_is_the_cumulative_product():
    table = Discrete(USUAL_BETAS)
    kept, lost = kept_and_lost(USUAL_BETAS)
    times = table.times()
    assert times[0] == 1 and times[-1] == 0 and len(times) == 1001
    of_kept, of_lost = condition(lambda b: np.cumprod(1 - b), USUAL_BETAS), condition(lost_of, USUAL_BETAS)
    close(table.alpha(times)[1:] ** 2, kept, of_kept)
    close(table.sigma(times)[1:] ** 2, lost, of_lost)
    assert abs(table.sigma(times)[1] - 0.01) <= ROUNDINGS * EPS * 0.01  # 1 - 0.9999 would have lost twelve bits
    assert table.alpha(1.0) == 1 and table.sigma(1.0) == 0
    half = torch.asarray(times[::250].astype(np.float32))
    close(table.sigma(half), table.sigma(times[::250]), table.sigma(times[::250]))


def test_a_fine_table_is_the_variance_preserving_schedule():
    """With N rows the mistake in log(alpha²) is the integral of beta² over 2 N, to first order."""
    t = 0.3
    total, _ = quad(lambda s: 0.1 + 19.9 * s, 0, 1 - t)
    squares, _ = quad(lambda s: (0.1 + 19.9 * s) ** 2, 0, 1 - t)
    left = []
    for rows in (1000, 10000):
        betas = (0.1 + 19.9 * (np.arange(rows) + 0.5) / rows) / rows
        gap = float(Discrete(betas).log_snr(t) - VariancePreserving().log_snr(t))
        left.append(1 + gap * 2 * rows * (1 - np.exp(-total)) / squares)
    assert round(math.log10(abs(left[0] / left[1]))) == 1  # what remains is of the next order: ten times less
    assert abs(10 * left[1] - left[0]) / 9 < abs(left[1])  # and goes to zero


def test_zero_terminal_snr():
    table = Discrete(USUAL_BETAS)
    rescaled = table.zero_terminal_snr()
    assert round(table.alpha(0.0), 5) == 0.00635  # signal is left
    assert rescaled.alpha(0.0) == 0 and rescaled.sigma(0.0) == 1
    assert rescaled.betas[-1] == 1
    first = 1 - 1 / 1000
    close(rescaled.alpha(first), table.alpha(first), table.alpha(first), table.alpha(first))
    before, after = table.alphas[1:], rescaled.alphas[1:]
    line = (before - before[-1]) * (before[0] / (before[0] - before[-1]))  # an affine change of the signal scale
    close(
        after,
        line,
        condition(lambda b: (b - b[-1]) * (b[0] / (b[0] - b[-1])), before),
        condition(lambda b: (b - b[-1]) * (b[0] / (b[0] - b[-1])), before),
    )
    close(rescaled.alphas**2 + rescaled.sigmas**2, 1, 2)
    assert rescaled.zero_terminal_snr() is rescaled


def test_a_table_is_known_on_its_grid_only():
    table = Discrete([0.1, 0.2, 0.5, 0.7])
    close(table.alpha(0.5), np.sqrt(0.9 * 0.8), np.sqrt(0.9 * 0.8))
    with pytest.raises(ValueError, match=r"`t` must be 1 - k/4 with a whole k, a row of the table; got 0\.6\."):
        table.alpha(0.6)
    for name in ("dalpha", "dsigma", "half_variance_rate", "drift", "diffusion", "time_at_log_snr"):
        with pytest.raises(ValueError, match=f"`{name}` must be asked of a schedule that is defined at all times"):
            getattr(table, name)(0.5)
    path = ri.GaussianPath(table)
    accurate(lambda data, noise: path.point(0.75, data, noise), 2 * np.sqrt(0.9) + np.sqrt(0.1), 2.0, 1.0)
    with pytest.raises(ValueError, match="a table has no rates"):
        path.velocity(0.75, data=2.0, noise=1.0)


# ---- what users write -----------------------------------------------------------------------------------------------


def test_rates_of_a_custom_schedule_are_exact_on_every_library():
    """Compared with the rates of the trigonometric schedule, which are known."""
    t, known = np.linspace(0.05, 0.95, 7), Trigonometric()
    own = Custom(lambda t: np.sin(np.pi / 2 * t), lambda t: np.cos(np.pi / 2 * t))
    in_torch = Custom(lambda t: torch.sin(torch.pi / 2 * t), lambda t: torch.cos(torch.pi / 2 * t))
    for name in ("alpha", "sigma", "dalpha", "dsigma", "half_variance_rate", "log_snr", "drift", "diffusion"):
        agree(getattr(own, name), getattr(known, name), t)
        agree(lambda t, name=name: getattr(in_torch, name)(torch.asarray(t)), getattr(known, name), t)
    agree(own.time_at_log_snr, known.time_at_log_snr, known.log_snr(t))
    assert own.dsigma(t.astype(np.float32)).dtype == np.float32
    plain = Custom(lambda t: t, lambda t: 1 - t)
    assert plain.dalpha(0.25) == 1 and plain.dsigma(torch.tensor(0.25)) == -1
    still = Custom(lambda t: 1.0, lambda t: 1 - t, dalpha=lambda t: 0.0)
    assert still.alpha(np.array([0.1, 0.2])).shape == (2,) and np.all(still.dalpha(np.array([0.1, 0.2])) == 0)


def test_custom_schedules_that_cannot_be_trusted():
    with pytest.raises(ValueError, match=r"`dsigma` must be the time derivative of `sigma`; got 1 at .* say -1"):
        Custom(lambda t: t, lambda t: 1 - t, dsigma=lambda t: 1 + 0 * t)
    with pytest.raises(ValueError, match="`dalpha` must be the time derivative of `alpha`"):
        Custom(lambda t: np.abs(t), lambda t: 1 - t)  # a complex step does not pass through a modulus
    Custom(lambda t: np.abs(t), lambda t: 1 - t, dalpha=lambda t: np.sign(t))
    with pytest.raises(ValueError, match="must let the signal-to-noise ratio grow from noise at t = 0"):
        Custom(lambda t: 1 - t, lambda t: t)
    with pytest.raises(TypeError, match="`alpha` must be a function of time; got float"):
        Custom(1.0, lambda t: 1 - t)
    with pytest.raises(ValueError, match="must be differentiable functions of an array of times"):
        Custom(lambda t: float(t), lambda t: 1 - t)


# ---- are the losses finite? -----------------------------------------------------------------------------------------

FLAGS = {  # exponent, flow matching loss finite, score matching loss finite
    Linear(): (1, True, False),
    Linear(0.1): (0, True, True),
    Trigonometric(): (1, True, False),
    Polynomial(3.0): (1, True, False),
    VariancePreserving(): (0.5, False, False),
    SubVariancePreserving(): (1, True, False),
    Cosine(): (0.5, False, False),
    Cosine(0.0): (1, True, False),
    Sigmoid(): (0.5, False, False),
    VarianceExploding(): (0, True, True),
    EDM(): (1, True, False),
    Custom(lambda t: t, lambda t: (1 - t) ** 0.5): (0.5, False, False),
    Custom(lambda t: t, lambda t: (1 - t) ** 0.25): (0.25, False, True),
    Custom(lambda t: t**0.5, lambda t: 1 - t): (1, False, False),  # the signal sets out with infinite speed
    Shifted(Linear(), 3.0): (1, True, False),
}


@pytest.mark.parametrize("schedule", list(FLAGS), ids=lambda s: repr(s)[:40])
def test_whether_the_losses_are_finite(schedule):
    """Cut off at a distance from the ends, an integral that is finite settles and one that is not grows by the
    logarithm at least: the last three decades add as much as the three before."""
    exponent, velocity, score = FLAGS[schedule]
    nearest = lambda found: round(4 * float(found)) / 4  # noqa: E731 (those in question are quarters)
    assert nearest(schedule.noise_exponent()) == exponent
    assert schedule.velocity_loss_is_finite() is velocity
    assert schedule.score_loss_is_finite() is score

    def decades(integrand, low, high):
        return quad(lambda u: float(integrand(np.exp(u))) * np.exp(u), np.log(low), np.log(high))[0]

    def settles(*integrands):
        early = sum(decades(f, 1e-6, 1e-3) for f in integrands)
        late = sum(decades(f, 1e-9, 1e-6) for f in integrands)
        return late < 0.5 * early

    moved = settles(lambda s: schedule.dsigma(1 - s) ** 2, lambda s: schedule.dalpha(s) ** 2)
    assert moved is velocity
    assert settles(lambda s: 1 / schedule.sigma(1 - s) ** 2) is score
    t = np.array(1 - 1e-7)
    local = ri.formulas.schedules.noise_exponent(t, schedule.sigma(t), schedule.half_variance_rate(t))
    assert nearest(local) == exponent


# ---- JAX ------------------------------------------------------------------------------------------------------------


def test_schedules_are_pytrees_and_clocks_can_be_traced():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        t = jax.numpy.asarray([0.25, 0.5, 0.75])
        own = Custom(lambda t: t, lambda t: (1 - t) ** 0.5)
        for schedule in (Sigmoid(-2.0, 2.5, 0.9), Shifted(Cosine(), 2.0), own, Discrete([0.1, 0.2, 0.3, 0.4])):
            leaves, structure = jax.tree_util.tree_flatten(schedule)
            assert jax.tree_util.tree_unflatten(structure, leaves) == schedule
            sigma = jax.jit(lambda schedule, t: schedule.sigma(t))(schedule, t)
            of_sigma = np.abs(sigma) if isinstance(schedule, Discrete) else condition(schedule.sigma, t)
            close(sigma, schedule.sigma(np.asarray(t)), of_sigma, of_sigma)
        close(own.dsigma(t), own.dsigma(np.asarray(t)), condition(own.dsigma, t), condition(own.dsigma, t))
        for schedule in NAMED:
            levels = schedule.log_snr(np.asarray(t))
            known = condition(schedule.time_at_log_snr, levels)
            close(jax.jit(schedule.time_at_log_snr)(levels), schedule.time_at_log_snr(levels), known, known)
    finally:
        jax.config.update("jax_enable_x64", before)


# ---- arguments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error, message, offence",
    [
        (ValueError, "`offset` must lie in [0, 1]; got -0.1.", lambda: Cosine(-0.1)),
        (ValueError, "`n` must be positive; got 0.", lambda: Polynomial(0)),
        (ValueError, "`end` must be greater than `start`, 1; got 0.", lambda: Sigmoid(1, 0)),
        (ValueError, "`tau` must be positive; got 0.", lambda: Sigmoid(tau=0)),
        (ValueError, "`sigma_min` must be positive; got 0.", lambda: VarianceExploding(0, 1)),
        (ValueError, "`sigma_max` must be greater than `sigma_min`, 2; got 1.", lambda: VarianceExploding(2, 1)),
        (ValueError, "`sigma_max` must be positive; got -1.", lambda: EDM(-1)),
        (ValueError, "`shift` must be positive; got 0.", lambda: Linear().shifted(0)),
        (TypeError, "`schedule` must be a schedule of refimpl; got str.", lambda: Shifted("linear", 2)),
        (ValueError, "`betas` must lie in (0, 1), the last at most 1; got 1.5.", lambda: Discrete([0.1, 1.5])),
        (ValueError, "`betas` must be a row of numbers; got the shape (0,).", lambda: Discrete([])),
    ],
)
def test_errors_say_what_is_wrong(error, message, offence):
    with pytest.raises(error) as raised:
        offence()
    assert str(raised.value) == message

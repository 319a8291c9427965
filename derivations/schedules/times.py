"""The time at which a log signal-to-noise ratio is reached: the clock of each schedule, inverted.

Where the ratio stays finite at an end of time, values beyond it lead to times outside [0, 1].
"""

from sympy import Eq, atan, cos, cosh, exp, log, pi, sin, sinh, sqrt
from sympy.codegen.cfunctions import log1p

from derivations import witnesses
from derivations.conventions.clocks import reversed_clock
from derivations.engine.equation import Source, equation
from derivations.notation import *
from derivations.schedules.definitions import (
    cosine_signal,
    geometric_noise,
    integrated_noise_rate,
    linear_noise,
    linear_scales,
    log_snr_definition,
    polynomial_scales,
    preserved,
    sigmoid_signal,
    sub_preserved,
    trigonometric_scales,
)
from derivations.schedules.diffusion_paths import fading_signal


def signal_at(board):
    """The signal scale in terms of the noise scale and the ratio."""
    return board.solve(board.given(log_snr_definition), alpha, "the ratio, solved for the signal scale")


def two_scales(board, scales):
    """Both scales of a schedule are known in time: one equation for the time."""
    signal, deviation = (board.given(scales, output=scale) for scale in (alpha, sigma))
    same = board.equal(signal_at(board), signal, "two expressions for the signal scale")
    return board.substitute(same, deviation, reason="put in the noise scale")


def preserving_signal(board):
    """The signal scale where the squares add up to one."""
    kept = board.given(preserved, output=alpha**2 + sigma**2)
    signal = signal_at(board)
    deviation = board.solve(
        board.substitute(kept, signal, reason="put in the signal scale"), sigma, "the noise scale with this ratio"
    )
    return board.substitute(signal, deviation, reason="put in the noise scale")


def time_at_total(board, total):
    """The noise rate grows linearly, so its integral is quadratic in noising time."""
    back = board.solve(board.given(integrated_noise_rate), reversed_time, "the root in [0, 1]")
    ours = board.solve(board.given(reversed_clock), t, "our clock runs the other way")
    clock = board.substitute(ours, back, reason="put in the time of the noising process")
    return board.substitute(clock, total, reason="put in the integrated rate")


@equation(
    id="schedules.linear_time",
    title="Time on the linear schedule",
    claim=lambda: Eq(t, 1 / (exp(-log_snr / 2) + 1 - sigma_min)),
    inputs=[log_snr, sigma_min],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="log-SNR up to -2 log(sigma_min)",
    witness=witnesses.time_of("linear"),
)
def linear_time(board):
    """Signal and noise are linear in time, and so is the equation."""
    return board.solve(two_scales(board, linear_scales), t, "a linear equation for the time")


@equation(
    id="schedules.trigonometric_time",
    title="Time on the trigonometric schedule",
    claim=lambda: Eq(t, 2 / pi * atan(exp(log_snr / 2))),
    inputs=[log_snr],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="every log-SNR",
    witness=witnesses.time_of("trigonometric"),
)
def trigonometric_time(board):
    """Signal to noise is the tangent of the angle."""
    clock = board.solve(board.given(trigonometric_scales, output=sigma), t, "the time with this noise scale")
    signal = board.substitute(board.given(trigonometric_scales, output=alpha), clock, reason="the signal at that time")
    same = board.equal(signal, signal_at(board), "two expressions for the signal scale")
    deviation = board.solve(same, sigma, "the noise scale with this ratio")
    return board.substitute(clock, deviation, reason="put in the noise scale")


@equation(
    id="schedules.polynomial_time",
    title="Time on the polynomial schedule",
    claim=lambda: Eq(t, (1 + exp(-log_snr / 2)) ** (-1 / power)),
    inputs=[log_snr, power],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="every log-SNR",
    witness=witnesses.time_of("polynomial"),
)
def polynomial_time(board):
    """The scales are those of the linear path at another time; undo the power."""
    return board.solve(two_scales(board, polynomial_scales), t, "the time")


@equation(
    id="schedules.signal_from_total_noise",
    title="Signal left, from the integrated noise rate",
    claim=lambda: Eq(alpha, exp(-total_beta / 2)),
    inputs=[total_beta],
    sources=[Source("song2021sde", "eq. (33)")],
    scope="variance preserving and sub-variance preserving schedules",
    witness=witnesses.a_signal_that_decays,
)
def signal_left(board):
    """The time and the rates enter through one number only."""
    total = board.substitute(board.given(integrated_noise_rate), board.given(reversed_clock), reason="in our time")
    rate = board.solve(total, beta_min, "the rate at the data end, from the integral")
    signal, _ = fading_signal(board)
    return board.substitute(signal, rate, reason="eliminate the rate at the data end")


@equation(
    id="schedules.variance_preserving_time",
    title="Time on the variance preserving schedule",
    claim=lambda: Eq(t, 1 - 2 * total_beta / (beta_min + sqrt(beta_min**2 + 2 * (beta_max - beta_min) * total_beta))),
    where=lambda: [Eq(total_beta, log1p(exp(-log_snr)))],
    inputs=[log_snr, beta_min, beta_max],
    assumptions=lambda: [beta_max > beta_min],
    sources=[Source("lu2022", "app. D.4")],
    scope="log-SNR from that at t = 0",
    witness=witnesses.time_of("variance_preserving"),
)
def variance_preserving_time(board):
    """The ratio fixes the integrated noise rate, and this fixes the time."""
    fading = board.equal(board.given(signal_left), preserving_signal(board), "two expressions for the signal scale")
    return time_at_total(board, board.solve(fading, total_beta, "the integrated rate"))


@equation(
    id="schedules.sub_variance_preserving_time",
    title="Time on the sub-variance preserving schedule",
    claim=lambda: Eq(t, 1 - 2 * total_beta / (beta_min + sqrt(beta_min**2 + 2 * (beta_max - beta_min) * total_beta))),
    where=lambda: [Eq(total_beta, log1p((exp(-log_snr) + exp(-log_snr / 2) * sqrt(exp(-log_snr) + 4)) / 2))],
    inputs=[log_snr, beta_min, beta_max],
    assumptions=lambda: [beta_max > beta_min],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="log-SNR from that at t = 0",
    witness=witnesses.time_of("sub_variance_preserving"),
)
def sub_variance_preserving_time(board):
    """The same, with the noise scale that belongs to the slower noising."""
    deviation = board.given(sub_preserved, output=sigma)
    signal = board.substitute(signal_at(board), deviation, reason="put in the noise scale")
    left = board.given(signal_left)
    fading = board.substitute(signal, left, reason="put in the signal that is left")
    return time_at_total(board, board.solve(fading, total_beta, "the integrated rate"))


@equation(
    id="schedules.cosine_time",
    title="Time on the cosine schedule",
    claim=lambda: Eq(t, 2 * (1 + offset) / pi * atan(cos(data_angle) / sqrt(exp(-log_snr) + sin(data_angle) ** 2))),
    where=lambda: [Eq(data_angle, offset / (1 + offset) * pi / 2)],
    inputs=[log_snr, offset],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="every log-SNR",
    witness=witnesses.time_of("cosine"),
)
def cosine_time(board):
    """Solve the cosine for its angle, and the angle for the time."""
    turned = board.solve(board.given(cosine_signal, output=alpha), angle, "the angle in (0, pi/2)")
    clock = board.solve(
        board.equal(board.given(cosine_signal, output=angle), turned, "two expressions for the angle"), t, "the time"
    )
    return board.substitute(clock, preserving_signal(board), reason="put in the signal scale")


@equation(
    id="schedules.sigmoid_time",
    title="Time on the sigmoid schedule",
    claim=lambda: Eq(
        t,
        log(
            1
            + 2
            * sinh((noise_level - data_level) / 2)
            / (exp(-log_snr) * cosh(data_level / 2) / cosh(noise_level / 2) + exp(-(noise_level - data_level) / 2))
        )
        / (noise_level - data_level),
    ),
    where=lambda: [Eq(data_level, low_level / temperature), Eq(noise_level, high_level / temperature)],
    stable=lambda: [
        Eq(
            t,
            log1p(
                2
                * sinh((noise_level - data_level) / 2)
                / (exp(-log_snr) * cosh(data_level / 2) / cosh(noise_level / 2) + exp(-(noise_level - data_level) / 2))
            )
            / (noise_level - data_level),
        )
    ],
    inputs=[log_snr, low_level, high_level, temperature],
    assumptions=lambda: [high_level > low_level],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="every log-SNR",
    witness=witnesses.time_of("sigmoid"),
)
def sigmoid_time(board):
    """Solve the logistic curve for the place on it, and the place for the time."""
    signal = preserving_signal(board)
    curve = board.substitute(board.given(sigmoid_signal, output=alpha**2), signal, reason="put in the signal scale")
    place = board.solve(curve, level, "the place on the curve")
    clock = board.solve(
        board.equal(board.given(sigmoid_signal, output=level), place, "two expressions for the place"), t, "the time"
    )
    ends = [board.given(sigmoid_signal, output=end) for end in (data_level, noise_level)]
    return board.substitute(clock, *ends, reason="put in the ends of the curve")


@equation(
    id="schedules.variance_exploding_time",
    title="Time on the variance exploding schedule",
    claim=lambda: Eq(t, (log_snr / 2 + log(sigma_max)) / log(sigma_max / sigma_min)),
    inputs=[log_snr, sigma_min, sigma_max],
    assumptions=lambda: [sigma_min > 0, sigma_max > sigma_min],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="log-SNR between -2 log(sigma_max) and -2 log(sigma_min)",
    witness=witnesses.time_of("variance_exploding"),
)
def variance_exploding_time(board):
    """The logarithm of the noise scale is linear in time."""
    return board.solve(two_scales(board, geometric_noise), t, "the time")


@equation(
    id="schedules.edm_time",
    title="Time on the EDM schedule",
    claim=lambda: Eq(t, 1 - exp(-log_snr / 2) / sigma_max),
    inputs=[log_snr, sigma_max],
    sources=[Source("house", "the log signal-to-noise ratio, solved for the time")],
    scope="log-SNR from -2 log(sigma_max)",
    witness=witnesses.time_of("edm"),
)
def edm_time(board):
    """The noise scale is linear in time."""
    return board.solve(two_scales(board, linear_noise), t, "a linear equation for the time")

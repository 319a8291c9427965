"""Schedules of diffusion models whose signal fades: rates from the noising equation, or from the scales."""

from sympy import Eq, Integer, cos, cosh, exp, log, oo, pi, sin, sinh, sqrt, tan
from sympy.codegen.cfunctions import expm1

from derivations import witnesses
from derivations.engine.equation import Limit, Source, equation
from derivations.gaussian_path import ends, half_variance_rate_definition
from derivations.notation import *
from derivations.schedules.definitions import (
    cosine_signal,
    decay,
    log_snr_definition,
    noise_rate,
    preserved,
    sigmoid_signal,
    sub_preserved,
)
from derivations.sdes import forward_process


def fading_signal(board):
    """The signal and its rate, from a drift at half the noise rate."""
    same = board.equal(
        board.given(forward_process, output=drift),
        board.given(decay),
        "two expressions for the drift",
    )
    fading = board.substitute(same, board.given(noise_rate), reason="put in the noise rate")
    signal = board.solve_rate(fading, board.given(ends, output=alpha.subs(t, 1)), "all signal at the data end")
    return signal, board.solve(fading, dalpha, "how fast the signal grows towards the data")


def preserved_rates(board, gain):
    """Noise scale, its rate and half its variance's rate, where the variance of whitened data stays one."""
    kept = board.given(preserved, output=alpha**2 + sigma**2)
    deviation = board.solve(kept, sigma, "the noise makes up the variance")
    balance = board.differentiate(kept, t, "the sum of the squares does not move")
    loss = board.substitute(
        board.solve(balance, dsigma, "what the signal gains the noise loses"), gain, reason="put in the gain"
    )
    half = board.substitute(board.given(half_variance_rate_definition), loss, reason="put in the loss")
    return deviation, loss, half


@equation(
    id="schedules.variance_preserving",
    title="Variance preserving schedule with linear noise rate",
    claim=lambda: [
        Eq(alpha, exp(-total_beta / 2)),
        Eq(sigma, sqrt(1 - exp(-total_beta))),
        Eq(dalpha, beta / 2 * alpha),
        Eq(dsigma, -beta / 2 * alpha**2 / sigma),
        Eq(half_variance_rate, -beta / 2 * alpha**2),
        Eq(log_snr, -log(exp(total_beta) - 1)),
    ],
    where=lambda: [
        Eq(beta, beta_min + (beta_max - beta_min) * (1 - t)),
        Eq(total_beta, beta_min * (1 - t) + (beta_max - beta_min) * (1 - t) ** 2 / 2),
    ],
    stable=lambda: [
        Eq(sigma, sqrt(-expm1(-total_beta))),
        Eq(log_snr, -total_beta / 2 - log(2 * sinh(total_beta / 2))),
    ],
    inputs=[t, beta_min, beta_max],
    assumptions=lambda: [beta_max >= beta_min],
    sources=[Source("song2021sde", "eq. (33)")],
    scope="all t in (0, 1)",
    limits=[
        Limit(alpha, 0, "+", exp(-(beta_min + beta_max) / 4)),
        Limit(sigma, 1, "-", Integer(0)),
        Limit(dsigma, 1, "-", -oo),
        Limit(half_variance_rate, 1, "-", -beta_min / 2),
        Limit(log_snr, 1, "-", oo),
    ],
    witness=witnesses.named_schedule("variance_preserving"),
    experiment="schedule_of_an_sde",
    near_misses={
        "rate in noising time": (
            lambda: Eq(dalpha, -beta / 2 * alpha),
            "notes `An introduction to Flow Matching and Diffusion Models`: "
            "the same letters for both directions of time",
        ),
        "factor 2 in the rate of the noise scale": (
            lambda: Eq(dsigma, -beta * alpha**2 / sigma),
            "deepinv PR #1343: sampling never converged",
        ),
        "square of the scale taken for the scale": (
            lambda: Eq(alpha, exp(-total_beta)),
            "ermongroup/ddim #44: which alpha is meant, the scale or its square",
        ),
    },
)
def variance_preserving(board):
    """The forward SDE says how fast the signal decays: solve for it. The noise makes up the variance, so
    what the signal gains in variance the noise loses: differentiate the sum, which stays one."""
    signal, gain = fading_signal(board)
    deviation, loss, half = preserved_rates(board, gain)
    return [signal, deviation, gain, loss, half, board.given(log_snr_definition)]


@equation(
    id="schedules.sub_variance_preserving",
    title="Sub-variance preserving schedule with linear noise rate",
    claim=lambda: [
        Eq(alpha, exp(-total_beta / 2)),
        Eq(sigma, 1 - exp(-total_beta)),
        Eq(dalpha, beta / 2 * alpha),
        Eq(dsigma, -beta * alpha**2),
        Eq(half_variance_rate, -beta * alpha**2 * sigma),
        Eq(log_snr, 2 * log(alpha / sigma)),
    ],
    where=lambda: [
        Eq(beta, beta_min + (beta_max - beta_min) * (1 - t)),
        Eq(total_beta, beta_min * (1 - t) + (beta_max - beta_min) * (1 - t) ** 2 / 2),
    ],
    stable=lambda: [Eq(sigma, -expm1(-total_beta))],
    inputs=[t, beta_min, beta_max],
    assumptions=lambda: [beta_max >= beta_min],
    sources=[Source("song2021sde", "eq. (29) in app. B")],
    scope="all t in (0, 1)",
    limits=[
        Limit(alpha, 0, "+", exp(-(beta_min + beta_max) / 4)),
        Limit(sigma, 1, "-", Integer(0)),
        Limit(dsigma, 1, "-", -beta_min),
        Limit(half_variance_rate, 1, "-", Integer(0)),
        Limit(log_snr, 1, "-", oo),
    ],
    witness=witnesses.named_schedule("sub_variance_preserving"),
)
def sub_variance_preserving(board):
    """The signal decays as in the variance preserving process; the noise scale follows from it."""
    signal, gain = fading_signal(board)
    deviation = board.given(sub_preserved, output=sigma)
    loss = board.substitute(
        board.differentiate(deviation, t, "time derivative"), gain, reason="put in the gain of the signal"
    )
    half = board.substitute(
        board.given(half_variance_rate_definition), loss, deviation, reason="put in the noise scale and its rate"
    )
    return [signal, deviation, gain, loss, half, board.given(log_snr_definition)]


@equation(
    id="schedules.cosine",
    title="Cosine schedule",
    claim=lambda: [
        Eq(alpha, cos(angle) / cos(data_angle)),
        Eq(sigma, sqrt(1 - alpha**2)),
        Eq(dalpha, pi / (2 * (1 + offset)) * sin(angle) / cos(data_angle)),
        Eq(dsigma, -alpha * dalpha / sigma),
        Eq(half_variance_rate, -alpha * dalpha),
        Eq(log_snr, 2 * log(alpha / sigma)),
    ],
    where=lambda: [
        Eq(angle, (1 - t + offset) / (1 + offset) * pi / 2),
        Eq(data_angle, offset / (1 + offset) * pi / 2),
    ],
    stable=lambda: [
        Eq(alpha, sin(pi * t / (2 * (1 + offset))) / cos(data_angle)),
        Eq(sigma, sqrt(sin(pi * (1 - t) / (2 * (1 + offset))) * sin(angle + data_angle) / cos(data_angle) ** 2)),
    ],
    inputs=[t, offset],
    sources=[Source("nichol2021", "eq. (17)")],
    scope="all t in (0, 1)",
    limits=[
        Limit(alpha, 0, "+", Integer(0)),
        Limit(sigma, 1, "-", Integer(0)),
        Limit(half_variance_rate, 1, "-", -pi * tan(pi * offset / (2 * (1 + offset))) / (2 * (1 + offset))),
    ],
    witness=witnesses.named_schedule("cosine"),
    near_misses={
        "square of the scale taken for the scale": (
            lambda: Eq(alpha, cos(angle) ** 2 / cos(data_angle) ** 2),
            "ermongroup/ddim #44: which alpha is meant, the scale or its square",
        ),
    },
)
def cosine(board):
    """Differentiate the cosine; what the signal gains in variance the noise loses."""
    signal = board.substitute(
        board.given(cosine_signal, output=alpha),
        board.given(cosine_signal, output=angle),
        reason="put in the angle",
    )
    gain = board.differentiate(signal, t, "time derivative")
    deviation, loss, half = preserved_rates(board, gain)
    return [signal, deviation, gain, loss, half, board.given(log_snr_definition)]


@equation(
    id="schedules.sigmoid",
    title="Sigmoid schedule",
    claim=lambda: [
        Eq(
            alpha,
            sqrt(
                (1 / (1 + exp(-noise_level)) - 1 / (1 + exp(-level)))
                / (1 / (1 + exp(-noise_level)) - 1 / (1 + exp(-data_level)))
            ),
        ),
        Eq(sigma, sqrt(1 - alpha**2)),
        Eq(dalpha, signal_rate / (2 * alpha)),
        Eq(dsigma, -signal_rate / (2 * sigma)),
        Eq(half_variance_rate, -signal_rate / 2),
        Eq(log_snr, 2 * log(alpha / sigma)),
    ],
    where=lambda: [
        Eq(data_level, low_level / temperature),
        Eq(noise_level, high_level / temperature),
        Eq(level, data_level + (1 - t) * (noise_level - data_level)),
        Eq(
            signal_rate,
            (noise_level - data_level)
            * cosh(noise_level / 2)
            * cosh(data_level / 2)
            / (2 * cosh(level / 2) ** 2 * sinh((noise_level - data_level) / 2)),
        ),
    ],
    stable=lambda: [
        Eq(
            alpha,
            sqrt(
                sinh(t * (noise_level - data_level) / 2)
                * cosh(data_level / 2)
                / (cosh(level / 2) * sinh((noise_level - data_level) / 2))
            ),
        ),
        Eq(
            sigma,
            sqrt(
                sinh((1 - t) * (noise_level - data_level) / 2)
                * cosh(noise_level / 2)
                / (cosh(level / 2) * sinh((noise_level - data_level) / 2))
            ),
        ),
    ],
    inputs=[t, low_level, high_level, temperature],
    assumptions=lambda: [high_level > low_level],
    sources=[Source("chen2023", "sec. 2.2")],
    scope="all t in (0, 1)",
    limits=[Limit(alpha, 0, "+", Integer(0))],
    witness=witnesses.named_schedule("sigmoid"),
)
def sigmoid(board):
    """Take the root of the squared signal scale and differentiate; the noise makes up the variance."""
    squared = board.substitute(
        board.given(sigmoid_signal, output=alpha**2),
        *(board.given(sigmoid_signal, output=place) for place in (level, data_level, noise_level)),
        reason="put in the places on the curve",
    )
    signal = board.solve(squared, alpha, "the signal scale")
    gain = board.solve(board.differentiate(squared, t, "time derivative"), dalpha, "how fast the signal grows")
    deviation, loss, half = preserved_rates(board, gain)
    return [signal, deviation, gain, loss, half, board.given(log_snr_definition)]

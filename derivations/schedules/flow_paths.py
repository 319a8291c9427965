"""Schedules of flow matching: the scales are typed, the rates are their derivatives."""

from sympy import Eq, Integer, cos, log, oo, pi, sin
from sympy.codegen.cfunctions import expm1, log1p

from derivations import witnesses
from derivations.engine.equation import Limit, Source, equation
from derivations.gaussian_path import half_variance_rate_definition
from derivations.notation import *
from derivations.schedules.definitions import (
    linear_scales,
    log_snr_definition,
    polynomial_scales,
    trigonometric_scales,
)


def scales_and_rates(board, signal, deviation):
    """What every schedule derives from its two scales."""
    rates = [board.differentiate(scale, t, "time derivative") for scale in (signal, deviation)]
    half = board.substitute(
        board.given(half_variance_rate_definition), rates[1], deviation, reason="put in the noise scale and its rate"
    )
    ratio = board.substitute(board.given(log_snr_definition), signal, deviation, reason="put in the scales")
    return [signal, deviation, *rates, half, ratio]


@equation(
    id="schedules.linear",
    title="Linear schedule (conditional optimal transport, rectified flow)",
    claim=lambda: [
        Eq(alpha, t),
        Eq(sigma, 1 - (1 - sigma_min) * t),
        Eq(dalpha, 1),
        Eq(dsigma, -(1 - sigma_min)),
        Eq(half_variance_rate, -(1 - sigma_min) * sigma),
        Eq(log_snr, 2 * log(alpha / sigma)),
    ],
    inputs=[t, sigma_min],
    sources=[Source("lipman2023", "eqs. (20), (21)")],
    scope="all t in (0, 1)",
    limits=[Limit(sigma, 1, "-", sigma_min), Limit(log_snr, 0, "+", -oo)],
    witness=witnesses.named_schedule("linear"),
    near_misses={
        "sigma_min forgotten in the rate": (
            lambda: Eq(dsigma, Integer(-1)),
            "post `FlowMatching`, sec. 3.2: the substitution shown drops sigma_min",
        ),
    },
)
def linear(board):
    """Differentiate the straight lines."""
    return scales_and_rates(board, board.given(linear_scales, output=alpha), board.given(linear_scales, output=sigma))


@equation(
    id="schedules.trigonometric",
    title="Trigonometric schedule",
    claim=lambda: [
        Eq(alpha, sin(pi * t / 2)),
        Eq(sigma, cos(pi * t / 2)),
        Eq(dalpha, pi / 2 * sigma),
        Eq(dsigma, -pi / 2 * alpha),
        Eq(half_variance_rate, -pi / 2 * alpha * sigma),
        Eq(log_snr, 2 * log(alpha / sigma)),
    ],
    stable=lambda: [Eq(sigma, sin(pi * (1 - t) / 2))],
    inputs=[t],
    sources=[Source("albergo2023", "sec. 4")],
    scope="all t in (0, 1)",
    limits=[Limit(sigma, 1, "-", Integer(0)), Limit(dalpha, 1, "-", Integer(0)), Limit(log_snr, 1, "-", oo)],
    witness=witnesses.named_schedule("trigonometric"),
    near_misses={
        "signal and noise scale swapped": (
            lambda: Eq(alpha, cos(pi * t / 2)),
            "errata of the Flow Matching guide, flow_matching #26 and #47",
        ),
    },
)
def trigonometric(board):
    """Differentiate sine and cosine."""
    return scales_and_rates(
        board, board.given(trigonometric_scales, output=alpha), board.given(trigonometric_scales, output=sigma)
    )


@equation(
    id="schedules.polynomial",
    title="Polynomial schedule",
    claim=lambda: [
        Eq(alpha, t**power),
        Eq(sigma, 1 - alpha),
        Eq(dalpha, power * t ** (power - 1)),
        Eq(dsigma, -dalpha),
        Eq(half_variance_rate, -sigma * dalpha),
        Eq(log_snr, 2 * log(alpha / sigma)),
    ],
    stable=lambda: [Eq(sigma, -expm1(-power * log1p((1 - t) / t)))],  # zero without a sign at t = 1
    inputs=[t, power],
    sources=[Source("lipman2024", "sec. 4.8, convex schedulers")],
    scope="all t in (0, 1), any positive power",
    limits=[
        Limit(sigma, 1, "-", Integer(0)),
        Limit(dsigma, 1, "-", -power),
        Limit(log_snr, 1, "-", oo),
    ],
    witness=witnesses.named_schedule("polynomial"),
)
def polynomial(board):
    """Differentiate the power of time."""
    return scales_and_rates(
        board, board.given(polynomial_scales, output=alpha), board.given(polynomial_scales, output=sigma)
    )

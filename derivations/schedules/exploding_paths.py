"""Schedules whose signal stays as it is, while the noise explodes."""

from sympy import Eq, Integer, log, oo

from derivations import witnesses
from derivations.engine.equation import Limit, Source, equation
from derivations.notation import *
from derivations.schedules.definitions import geometric_noise, linear_noise
from derivations.schedules.flow_paths import scales_and_rates


@equation(
    id="schedules.variance_exploding",
    title="Variance exploding schedule",
    claim=lambda: [
        Eq(alpha, 1),
        Eq(sigma, sigma_min * (sigma_max / sigma_min) ** (1 - t)),
        Eq(dalpha, 0),
        Eq(dsigma, -log(sigma_max / sigma_min) * sigma),
        Eq(half_variance_rate, -log(sigma_max / sigma_min) * sigma**2),
        Eq(log_snr, -2 * log(sigma)),
    ],
    inputs=[t, sigma_min, sigma_max],
    assumptions=lambda: [sigma_min > 0, sigma_max > sigma_min],
    sources=[Source("song2021sde", "eq. (31)")],
    scope="all t in [0, 1]",
    limits=[Limit(sigma, 0, "+", sigma_max), Limit(sigma, 1, "-", sigma_min)],
    witness=witnesses.named_schedule("variance_exploding"),
    near_misses={
        "logarithm of the ratio forgotten in the rate": (
            lambda: Eq(half_variance_rate, -(sigma**2)),
            "deepinv #775: the diffusion coefficient lacks the root of twice the logarithm",
        ),
    },
)
def variance_exploding(board):
    """Differentiate the power."""
    return scales_and_rates(
        board, board.given(geometric_noise, output=alpha), board.given(geometric_noise, output=sigma)
    )


@equation(
    id="schedules.edm",
    title="EDM schedule: the noise scale is the time",
    claim=lambda: [
        Eq(alpha, 1),
        Eq(sigma, sigma_max * (1 - t)),
        Eq(dalpha, 0),
        Eq(dsigma, -sigma_max),
        Eq(half_variance_rate, -sigma_max * sigma),
        Eq(log_snr, -2 * log(sigma)),
    ],
    inputs=[t, sigma_max],
    sources=[Source("karras2022", "sec. 4")],
    scope="all t in (0, 1)",
    limits=[
        Limit(sigma, 0, "+", sigma_max),
        Limit(sigma, 1, "-", Integer(0)),
        Limit(half_variance_rate, 1, "-", Integer(0)),
        Limit(log_snr, 1, "-", oo),
    ],
    witness=witnesses.named_schedule("edm"),
    near_misses={
        "diffusion coefficient one": (
            lambda: Eq(half_variance_rate, -1 / Integer(2)),
            "jcopo/diffuse, `EDM.sde_coefficients`: diffusion 1 beside a noise scale that is the time",
        ),
    },
)
def edm(board):
    """Differentiate the straight line."""
    return scales_and_rates(board, board.given(linear_noise, output=alpha), board.given(linear_noise, output=sigma))

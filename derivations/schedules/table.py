"""The table of a discrete diffusion model, and what is done to tables and to times."""

from sympy import Eq, sqrt

from derivations import witnesses
from derivations.engine.equation import Source, equation
from derivations.notation import *
from derivations.schedules.definitions import (
    preserved,
    rescaled_signal,
    shifted_ratio,
    table_rates,
    table_row,
    table_scaling,
)


@equation(
    id="schedules.discrete_step",
    title="From one row of the table to the next",
    claim=lambda: [
        Eq(alpha_s, sqrt(1 - table_beta) * alpha),
        Eq(sigma_s, sqrt((1 - table_beta) * sigma**2 + table_beta)),
    ],
    inputs=[alpha, sigma, table_beta],
    assumptions=lambda: [table_beta < 1],
    sources=[Source("ho2020", "eqs. (2), (4)")],
    scope="any table",
    witness=witnesses.noised_once,
    near_misses={
        "square of the scale taken for the scale": (
            lambda: Eq(alpha_s, (1 - table_beta) * alpha),
            "ermongroup/ddim #44: which alpha is meant, the scale or its square",
        ),
    },
)
def discrete_step(board):
    """The signal shrinks, and independent noises add in variance. Nothing is subtracted, so no digits are
    lost where the first rows leave nearly all of the signal."""
    signal = board.given(table_row, output=alpha_s)
    return [signal, board.solve(board.given(table_row, output=sigma_s**2), sigma_s, "the noise scale of the next row")]


@equation(
    id="schedules.discrete_limit",
    title="A fine table is the variance preserving schedule",
    claim=lambda: [Eq(dalpha, beta / 2 * alpha), Eq(half_variance_rate, -beta / 2 * alpha**2)],
    inputs=[alpha, beta],
    sources=[Source("song2021sde", "app. B")],
    scope="any noise rate",
    witness=witnesses.ever_finer_tables,
)
def discrete_limit(board):
    """Put one row into the difference of two rows, with entries that shrink as the steps do. The rates that
    remain are those of the variance preserving schedule."""
    entry = board.given(table_scaling)
    rows = {dalpha: alpha_s, half_variance_rate: sigma_s**2}
    rates = []
    for rate, quantity in rows.items():
        step = board.substitute(board.given(table_row, output=quantity), entry, reason="a fine table")
        difference = board.substitute(board.given(table_rates, output=rate), step, reason="put in the next row")
        rates.append(board.limit(difference, "steps tend to zero", holding=[beta]))
    deviation = board.solve(
        board.given(preserved, output=alpha**2 + sigma**2), sigma, "the noise makes up the variance"
    )
    return [rates[0], board.substitute(rates[1], deviation, reason="put in the noise scale")]


@equation(
    id="schedules.zero_terminal_snr",
    title="Rescaling to zero terminal signal-to-noise ratio",
    claim=lambda: [
        Eq(
            rescaled_alpha,
            (alpha - alpha.subs(t, 0)) * alpha.subs(t, 1) / (alpha.subs(t, 1) - alpha.subs(t, 0)),
        ),
        Eq(rescaled_sigma, sqrt(1 - rescaled_alpha**2)),
    ],
    inputs=[alpha, alpha.subs(t, 0), alpha.subs(t, 1)],
    assumptions=lambda: [
        alpha < alpha.subs(t, 1),
        alpha.subs(t, 0) < alpha,
        alpha.subs(t, 1) < 1,
    ],
    sources=[Source("lin2024", "sec. 3.1, algorithm 1")],
    scope="any table of a variance preserving chain",
    witness=witnesses.through_two_points,
)
def zero_terminal_snr(board):
    """An affine change has two coefficients, and two rows fix them: the last must lose its signal, the
    first must keep it."""
    conditions = [
        board.given(rescaled_signal, output=rescaling_factor * end + rescaling_offset)
        for end in (alpha.subs(t, 0), alpha.subs(t, 1))
    ]
    factor, constant = board.solve(conditions, [rescaling_factor, rescaling_offset], "two conditions, two unknowns")
    signal = board.substitute(
        board.given(rescaled_signal, output=rescaled_alpha), factor, constant, reason="put in the coefficients"
    )
    kept = board.given(rescaled_signal, output=rescaled_alpha**2 + rescaled_sigma**2)
    return [signal, board.solve(kept, rescaled_sigma, "the noise makes up the variance")]


@equation(
    id="schedules.time_shift",
    title="Shifted time",
    claim=lambda: [
        Eq(shifted_time, t / (t + shift * (1 - t))),
        Eq(shifted_rate, shift / (t + shift * (1 - t)) ** 2),
    ],
    inputs=[t, shift],
    sources=[Source("esser2024", "eq. (23)")],
    scope="all t in (0, 1]",
    witness=witnesses.shifted_once,
    near_misses={
        "shifted twice": (
            lambda: Eq(shifted_time, t / (t + shift**2 * (1 - t))),
            "diffusers #13243: the ends of the range are stored shifted, and shifted again",
        ),
    },
)
def time_shift(board):
    """Solve for the time at which noise to signal has the wanted ratio, and differentiate."""
    shifted = board.solve(board.given(shifted_ratio), shifted_time, "the time with that ratio")
    return [shifted, board.differentiate(shifted, t, "how fast it runs")]


@equation(
    id="schedules.time_shift_twice",
    title="Shifting twice is shifting by the square",
    claim=lambda: Eq(shifted_time, t / (t + shift**2 * (1 - t))),
    inputs=[t, shift],
    sources=[Source("house", "the ratio is multiplied twice")],
    scope="all t in (0, 1]",
    witness=witnesses.shifted_twice,
    near_misses={
        "the second shift does nothing": (
            lambda: t / (t + shift * (1 - t)),
            "diffusers #13243: the ends of the range are stored shifted, and shifted again",
        ),
    },
)
def time_shift_twice(board):
    """Shift the shifted time."""
    once = board.given(time_shift, at={shifted_time: s})
    again = board.given(time_shift, at={t: s})
    return board.substitute(again, once, reason="put in the time after the first shift")

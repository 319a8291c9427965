"""How fast the signal-to-noise ratio grows."""

from sympy import Eq

from derivations import witnesses
from derivations.engine.equation import Source, equation
from derivations.notation import *
from derivations.schedules.definitions import log_snr_definition


@equation(
    id="schedules.log_snr_rate",
    title="Rate of the log signal-to-noise ratio",
    claim=lambda: Eq(log_snr_rate, 2 * (dalpha / alpha - dsigma / sigma)),
    inputs=[alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [alpha > 0, sigma > 0],
    sources=[Source("kingma2021", "sec. 3.1")],
    scope="any schedule",
    witness=witnesses.signal_and_noise,
)
def log_snr_growth(board):
    """Differentiate the logarithm. The path goes from noise to data without turning back where this is positive."""
    return board.differentiate(board.given(log_snr_definition), t, "the time derivative of both sides")

"""How the noise scale vanishes at the data end, and what that does to the losses.

With sigma = c (1 - t)^p the square of sigma' is integrable for p above one half, and 1/sigma² for p below one half.
"""

from sympy import Eq, Integer, Rational

from derivations import witnesses
from derivations.engine.equation import Source, equation
from derivations.gaussian_path import half_variance_rate_definition
from derivations.notation import *
from derivations.schedules.definitions import exponent_at_the_end, local_exponent
from derivations.schedules.diffusion_paths import cosine, sigmoid, sub_variance_preserving, variance_preserving
from derivations.schedules.exploding_paths import edm
from derivations.schedules.flow_paths import linear, polynomial, trigonometric


@equation(
    id="schedules.noise_exponent",
    title="How many powers of 1 - t the noise scale falls by",
    claim=lambda: Eq(noise_exponent, -(1 - t) * half_variance_rate / sigma**2),
    inputs=[t, sigma, half_variance_rate],
    assumptions=lambda: [sigma > 0],
    sources=[Source("house", "the definition, without the rate of the noise scale")],
    scope="any schedule, all t in (0, 1)",
    witness=witnesses.slope_on_logarithmic_axes,
)
def exponent(board):
    """Near the data end the rate of the noise scale may be infinite; half that of its square is not."""
    rate = board.solve(board.given(half_variance_rate_definition), dsigma, "the rate of the noise scale")
    return board.substitute(board.given(local_exponent), rate, reason="put in the rate")


def _at_the_end(schedule, value, fixed=None):
    """The exponent of one schedule at the data end: a record."""

    @equation(
        id=f"{schedule.id}_noise_exponent",
        title=f"{schedule.title.split(' (')[0].split(':')[0]}: exponent of the noise at the data end",
        claim=lambda: Eq(end_exponent, value),
        inputs=[],
        assumptions=lambda: list(schedule.assumptions),
        sources=[Source("house", "the limit of the exponent")],
        scope="; ".join(["the schedule named", *(f"{q} = {number}" for q, number in (fixed or {}).items())]),
        witness=witnesses.slope_at_the_data_end(schedule.name, *map(str, fixed or ())),
    )
    def limit_of_the_exponent(board):
        """Put in the schedule, and let time tend to the data end."""
        line = board.substitute(
            board.given(exponent_at_the_end), board.given(exponent), reason="without the rate of the noise scale"
        )
        for quantity in (half_variance_rate, dalpha, sigma, alpha):
            if line.rhs.has(quantity):
                known = board.given(schedule, output=quantity, at=fixed)
                line = board.substitute(line, known, reason="put in the schedule")
        return board.limit(line, "time tends to the data end")

    return limit_of_the_exponent


END_EXPONENTS = [
    _at_the_end(linear, Integer(1), fixed={sigma_min: 0}),
    _at_the_end(trigonometric, Integer(1)),
    _at_the_end(polynomial, Integer(1)),
    _at_the_end(variance_preserving, Rational(1, 2)),
    _at_the_end(sub_variance_preserving, Integer(1)),
    _at_the_end(cosine, Rational(1, 2)),
    _at_the_end(sigmoid, Rational(1, 2)),
    _at_the_end(edm, Integer(1)),
]

"""The noising SDE of a schedule: what drift and diffusion carry the data to the law of the path."""

from sympy import Derivative, Eq, Integer

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import half_variance_rate_definition, moments
from derivations.notation import *

ito = definition(
    id="sdes.moments_of_a_linear_sde",
    title="Itô's formula for x and x²",
    claim=lambda: [
        Eq(Derivative(first_moment, t), -drift * first_moment),
        Eq(Derivative(second_moment, t), -(2 * drift * second_moment + squared_diffusion)),
    ],
    inputs=[first_moment, second_moment, drift, squared_diffusion],
    sources=[Source("sarkka2019", "sec. 6.2")],
    text="How mean and second moment of dx = f x ds + g dW change; the signs are those of t = 1 - s.",
    witness=witnesses.moments_that_are_noised,
)


@equation(
    id="sdes.forward_process",
    title="The noising SDE of a schedule",
    claim=lambda: [
        Eq(drift, -dalpha / alpha),
        Eq(squared_diffusion, 2 * sigma**2 * dalpha / alpha - 2 * half_variance_rate),
    ],
    inputs=[alpha, sigma, dalpha, half_variance_rate],
    assumptions=lambda: [alpha > 0],
    sources=[Source("kingma2021", "app. A"), Source("song2021sde", "eq. (29)")],
    scope="any schedule; the law given the data point is normal, so two moments determine it",
    witness=witnesses.short_transition,
    experiment="law_of_the_noising_sde",
    near_misses={
        "drift in generation time": (
            lambda: Eq(drift, dalpha / alpha),
            "notes `An introduction to Flow Matching and Diffusion Models`: "
            "the same letters for both directions of time",
        ),
        "rate of the noise scale off by a factor 2": (
            lambda: Eq(squared_diffusion, 2 * sigma**2 * dalpha / alpha - 4 * half_variance_rate),
            "deepinv PR #1343: sampling never converged",
        ),
    },
)
def forward_process(board):
    """Which linear SDE carries the data point to the law of the path? Its mean and its second moment
    must change as those of the path do: two linear equations for drift and diffusion."""
    path = [board.given(moments, output=moment) for moment in (first_moment, second_moment)]
    changes = []
    for moment in path:
        motion = board.differentiate(moment, t, "how the path changes it")
        process = board.given(ito, output=motion.lhs)
        changes.append(board.equal(motion, process, "the SDE changes it just so"))
    in_path = [
        board.substitute(change, *known, reason="put in the moments")
        for change, known in zip(changes, (path[:1], path[1:]), strict=True)
    ]
    factor, squared = board.solve(in_path, [drift, squared_diffusion], "two equations, two unknowns")
    rate = board.solve(board.given(half_variance_rate_definition), dsigma, "the rate of the noise scale")
    return [factor, board.substitute(squared, rate, reason="in terms of the rate of the noise variance")]


@equation(
    id="sdes.diffusion_is_the_snr_rate",
    title="The diffusion is the rate of the signal-to-noise ratio",
    claim=lambda: Eq(squared_diffusion, sigma**2 * log_snr_rate),
    inputs=[sigma, log_snr_rate],
    sources=[Source("kingma2021", "app. A"), Source("house", "in terms of the logarithm")],
    scope="any schedule",
    witness=witnesses.short_transition,
    near_misses={
        "diffusion coefficient one": (
            lambda: Integer(1),
            "jcopo/diffuse, `EDM.sde_coefficients`: diffusion 1 beside a noise scale that is the time",
        ),
    },
)
def diffusion_is_the_snr_rate(board):
    """Noise comes in as fast as the ratio falls, in units of the noise that is there."""
    from derivations.schedules import log_snr_growth  # that chapter starts from the SDE above

    squared = board.given(forward_process, output=squared_diffusion)
    half = board.given(half_variance_rate_definition)
    gain = board.solve(board.given(log_snr_growth), dalpha, "the rate of the signal scale")
    return board.substitute(squared, half, gain, reason="in terms of the rate of the ratio")

"""Named schedules: the two scales, their rates, and the signal-to-noise ratio.

Each schedule is defined by one sentence; the rates are differentiated, never typed twice. Where the
textbook form loses digits, a second form is typed for floating point, and proved equal.
"""

from sympy import Eq, Integer, cos, exp, log, oo, pi, sin, sinh, sqrt
from sympy.codegen.cfunctions import expm1

from derivations import witnesses
from derivations.engine.equation import Limit, Source, definition, equation
from derivations.gaussian_path import ends, half_variance_rate_definition
from derivations.notation import *
from derivations.sdes import forward_process

log_snr_definition = definition(
    id="schedules.log_snr",
    title="Log signal-to-noise ratio",
    claim=lambda: Eq(log_snr, 2 * log(alpha / sigma)),
    inputs=[alpha, sigma],
    sources=[Source("kingma2021", "eq. (3)")],
    text="The logarithm of alpha²/sigma². DPM-Solver's lambda is half of it.",
)

linear_scales = definition(
    id="schedules.linear_scales",
    title="Straight lines from noise to data",
    claim=lambda: [Eq(alpha, t), Eq(sigma, 1 - (1 - sigma_min) * t)],
    inputs=[t, sigma_min],
    sources=[Source("lipman2023", "eq. (20)")],
    text="Mean and deviation of the conditional path move linearly in time.",
)

trigonometric_scales = definition(
    id="schedules.trigonometric_scales",
    title="A quarter turn from noise to data",
    claim=lambda: [Eq(alpha, sin(pi * t / 2)), Eq(sigma, cos(pi * t / 2))],
    inputs=[t],
    sources=[Source("albergo2023", "sec. 4")],
    text="The squares of the scales add up to one, and the angle moves linearly in time.",
)

noise_rate = definition(
    id="schedules.noise_rate",
    title="Linear noise rate",
    claim=lambda: Eq(beta, beta_min + (beta_max - beta_min) * (1 - t)),
    inputs=[t, beta_min, beta_max],
    sources=[Source("song2021sde", "eq. (32)")],
    text="The rate grows linearly in noising time s = 1 - t.",
)

preserved = definition(
    id="schedules.preserved_variance",
    title="Variance preserving noising",
    claim=lambda: [Eq(drift, -beta / 2), Eq(alpha**2 + sigma**2, 1)],
    inputs=[beta],
    sources=[Source("song2021sde", "eq. (11)")],
    text="The signal decays at half the noise rate, and just so much noise comes in that a variance of one stays one.",
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
    witness=witnesses.schedule("linear"),
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
    witness=witnesses.schedule("trigonometric"),
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
    witness=witnesses.schedule("variance_preserving"),
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
    decay = board.equal(
        board.given(forward_process, output=drift),
        board.given(preserved, output=drift),
        "two expressions for the drift",
    )
    fading = board.substitute(decay, board.given(noise_rate), reason="put in the noise rate")
    signal = board.solve_rate(fading, board.given(ends, output=alpha.subs(t, 1)), "all signal at the data end")
    gain = board.solve(fading, dalpha, "how fast the signal grows towards the data")
    kept = board.given(preserved, output=alpha**2 + sigma**2)
    deviation = board.solve(kept, sigma, "the noise makes up the variance")
    balance = board.differentiate(kept, t, "the sum of the squares does not move")
    loss = board.substitute(
        board.solve(balance, dsigma, "what the signal gains the noise loses"), gain, reason="put in the gain"
    )
    half = board.substitute(board.given(half_variance_rate_definition), loss, reason="put in the loss")
    return [signal, deviation, gain, loss, half, board.given(log_snr_definition)]

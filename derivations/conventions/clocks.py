"""Another clock: time that runs the other way, steps that are counted, noise levels in place of time."""

from sympy import Eq, exp, log

from derivations import witnesses
from derivations.conventions.rulers import rescaling
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *
from derivations.schedules import log_snr_definition

REVERSED = "lucidrains/rectified-flow-pytorch #14: direction of the flow inverted"

chain_rule = definition(
    id="conventions.chain_rule",
    title="Velocity by another clock",
    claim=lambda: Eq(clock_velocity, velocity / clock_rate),
    inputs=[velocity, clock_rate],
    sources=[Source("house", "the chain rule")],
    text="The same motion, per unit of what another clock shows.",
    witness=witnesses.another_clock,
)

reversed_clock = definition(
    id="conventions.reversed_time",
    title="Time from data to noise",
    claim=lambda: Eq(reversed_time, 1 - t),
    inputs=[t],
    sources=[Source("ho2020", "sec. 2"), Source("song2021sde", "sec. 3.1")],
    text="Diffusion papers put the data at 0 and the noise at 1, as the noising process runs.",
    witness=witnesses.time_that_is_left,
)

step_clock = definition(
    id="conventions.step_index",
    title="Index of a noising step",
    claim=lambda: Eq(step_index, step_count * (1 - t)),
    inputs=[t, step_count],
    sources=[Source("ho2020", "sec. 2")],
    text="""N equal steps lead from the data to the noise: N + 1 times, numbered from 0 to N. A table that has no entry
    for the data itself starts with the time of index 1.""",
    witness=witnesses.steps_that_are_counted,
)


def seen_by(board, shown, known, named):
    """The velocity by a clock that shows what is known as a function of time."""
    reading = board.given(known, at={shown: clock}, reason="what the clock shows")
    pace = board.differentiate(reading, t, "how fast the clock runs")
    motion = board.given(chain_rule, at={clock_velocity: named})
    return board.substitute(motion, pace, reason="put in the pace of the clock")


@equation(
    id="conventions.data_at_zero",
    title="Data at t = 0: time and velocity",
    claim=lambda: [Eq(t, 1 - reversed_time), Eq(reversed_velocity, -velocity)],
    inputs=[reversed_time, velocity],
    sources=[Source("song2021sde", "sec. 3.1")],
    scope="any path, componentwise",
    witness=witnesses.reversed_motion,
    near_misses={
        "velocity of the reversed path": (lambda: Eq(reversed_velocity, velocity), REVERSED),
        "one time for both directions": (
            lambda: Eq(t, reversed_time),
            "notes `An introduction to Flow Matching and Diffusion Models`: "
            "the same letters for both directions of time",
        ),
    },
)
def data_at_zero(board):
    """The places are the same, and so are density, score, noise and data predictions there; only the clock runs
    backwards, and with it every velocity changes its sign."""
    now = board.solve(board.given(reversed_clock), t, "solved for our time")
    return [now, seen_by(board, reversed_time, reversed_clock, reversed_velocity)]


@equation(
    id="conventions.integer_steps",
    title="Integer steps: time and change per step",
    claim=lambda: [Eq(t, 1 - step_index / step_count), Eq(step_velocity, -velocity / step_count)],
    inputs=[step_index, step_count, velocity],
    sources=[Source("ho2020", "sec. 2")],
    scope="any path, componentwise; equal steps",
    witness=witnesses.counted_motion,
    near_misses={
        "one step too few": (
            lambda: Eq(step_velocity, -velocity / (step_count - 1)),
            "lucidrains/rectified-flow-pytorch #14: the step size 1/steps off by one",
        ),
        "velocity of the reversed path": (lambda: Eq(step_velocity, velocity / step_count), REVERSED),
    },
)
def integer_steps(board):
    """N equal steps from data to noise are a clock that shows N when ours has run down to zero."""
    now = board.solve(board.given(step_clock), t, "solved for our time")
    return [now, seen_by(board, step_index, step_clock, step_velocity)]


@equation(
    id="conventions.log_snr_time",
    title="Log-SNR as the clock",
    claim=lambda: Eq(log_snr_velocity, velocity / (2 * (dalpha / alpha - dsigma / sigma))),
    inputs=[velocity, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [alpha > 0, sigma > 0, dalpha * sigma - alpha * dsigma > 0],
    sources=[Source("kingma2021", "sec. 5.1")],
    scope="any schedule whose signal-to-noise ratio grows, componentwise",
    witness=witnesses.motion_by_log_snr,
)
def log_snr_time(board):
    """The signal-to-noise ratio grows all the way from noise to data, so it can serve as the clock: then schedules
    that differ in nothing but the speed at which they run through it are one."""
    return seen_by(board, log_snr, log_snr_definition, log_snr_velocity)


@equation(
    id="conventions.velocity_from_log_snr",
    title="Velocity from that by log-SNR",
    claim=lambda: Eq(velocity, 2 * (dalpha / alpha - dsigma / sigma) * log_snr_velocity),
    inputs=[log_snr_velocity, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [alpha > 0, sigma > 0, dalpha * sigma - alpha * dsigma > 0],
    sources=[Source("kingma2021", "sec. 5.1")],
    scope="any schedule whose signal-to-noise ratio grows, componentwise",
    witness=witnesses.motion_by_log_snr,
)
def velocity_from_log_snr(board):
    """The way back to our clock."""
    return board.solve(board.given(log_snr_time), velocity, "solved for the velocity")


# ---- noise levels ------------------------------------------------------------------------------------------

dpm_lambda = definition(
    id="conventions.dpm_lambda",
    title="The lambda of DPM-Solver",
    claim=lambda: Eq(half_log_snr, log(alpha / sigma)),
    inputs=[alpha, sigma],
    sources=[Source("lu2022", "sec. 3.1")],
    text="A logarithm of scales, where the log-SNR is one of their squares.",
    witness=witnesses.noise_levels,
)


@equation(
    id="conventions.edm_sigma",
    title="The sigma of EDM from the log-SNR",
    claim=lambda: Eq(edm_sigma, exp(-log_snr / 2)),
    inputs=[log_snr],
    sources=[Source("karras2022", "eq. (4)"), Source("kingma2021", "eq. (3)")],
    scope="any schedule",
    witness=witnesses.noise_levels,
    near_misses={
        "square of the ratio taken for the ratio": (
            lambda: exp(-log_snr),
            "ermongroup/ddim #44: which alpha is meant, the scale or its square",
        ),
    },
)
def edm_sigma_from_log_snr(board):
    """Solve the log-SNR for the signal scale, and put it into the ratio: the noise scale cancels."""
    signal = board.solve(board.given(log_snr_definition), alpha, "solved for the signal scale")
    return board.substitute(board.given(rescaling, output=edm_sigma), signal, reason="put in the signal scale")


@equation(
    id="conventions.log_snr_from_edm_sigma",
    title="Log-SNR from the sigma of EDM",
    claim=lambda: Eq(log_snr, -2 * log(edm_sigma)),
    inputs=[edm_sigma],
    assumptions=lambda: [edm_sigma > 0],
    sources=[Source("karras2022", "eq. (4)"), Source("kingma2021", "eq. (3)")],
    scope="any schedule",
    witness=witnesses.noise_levels,
)
def log_snr_from_edm_sigma(board):
    """Read the ratio from the other side."""
    noise_scale = board.solve(board.given(rescaling, output=edm_sigma), sigma, "solved for the noise scale")
    return board.substitute(board.given(log_snr_definition), noise_scale, reason="put in the noise scale")


@equation(
    id="conventions.half_log_snr",
    title="The lambda of DPM-Solver is half the log-SNR",
    claim=lambda: Eq(half_log_snr, log_snr / 2),
    inputs=[log_snr],
    sources=[Source("lu2022", "sec. 3.1"), Source("kingma2021", "eq. (3)")],
    scope="any schedule",
    witness=witnesses.noise_levels,
)
def lambda_is_half(board):
    """Two papers, one letter, a factor of two: solve one definition for the signal scale and put it into the other."""
    signal = board.solve(board.given(log_snr_definition), alpha, "solved for the signal scale")
    return board.substitute(board.given(dpm_lambda), signal, reason="put in the signal scale")

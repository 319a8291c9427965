"""Other people's conventions, and how to get from ours to theirs.

Our time runs from noise at t = 0 to data at t = 1 and a point is alpha data + sigma noise. Others let time run the
other way, count steps, divide by alpha, or let the noise level be the clock. Each habit is an equation here: a place, a
velocity or a time in their convention, written in ours. All of them are one path, seen with another clock and ruler.
"""

from sympy import Eq, exp, log

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import point
from derivations.notation import *
from derivations.schedules import log_snr_definition

REVERSED = "lucidrains/rectified-flow-pytorch #14: direction of the flow inverted"
NOT_RESCALED = "article `Diffusion 遇见 Flow Matching`, eq. (12): alpha + sigma taken as constant on every schedule"

# ---- another clock -----------------------------------------------------------------------------------------

chain_rule = definition(
    id="conventions.chain_rule",
    title="Velocity by another clock",
    claim=lambda: Eq(clock_velocity, velocity / clock_rate),
    inputs=[velocity, clock_rate],
    sources=[Source("house", "the chain rule")],
    text="The same motion, per unit of what another clock shows.",
)

reversed_clock = definition(
    id="conventions.reversed_time",
    title="Time from data to noise",
    claim=lambda: Eq(reversed_time, 1 - t),
    inputs=[t],
    sources=[Source("ho2020", "sec. 2"), Source("song2021sde", "sec. 3.1")],
    text="Diffusion papers put the data at 0 and the noise at 1, as the noising process runs.",
)

step_clock = definition(
    id="conventions.step_index",
    title="Index of a noising step",
    claim=lambda: Eq(step_index, step_count * (1 - t)),
    inputs=[t, step_count],
    sources=[Source("ho2020", "sec. 2")],
    text="""N equal steps lead from the data to the noise: N + 1 times, numbered from 0 to N. A table that has no entry
    for the data itself starts with the time of index 1.""",
)


def seen_by(board, shown, known, named):
    """The time that a clock shows, and the velocity by that clock."""
    now = board.solve(board.given(known), t, "the time that the clock shows") if shown != log_snr else None
    reading = board.given(known, at={shown: clock}, reason="what the clock shows")
    pace = board.differentiate(reading, t, "how fast the clock runs")
    motion = board.given(chain_rule, at={clock_velocity: named})
    motion = board.substitute(motion, pace, reason="put in the pace of the clock")
    return [now, motion] if now is not None else motion


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
    return seen_by(board, reversed_time, reversed_clock, reversed_velocity)


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
    return seen_by(board, step_index, step_clock, step_velocity)


@equation(
    id="conventions.log_snr_time",
    title="Log-SNR as the clock",
    claim=lambda: Eq(log_snr_velocity, velocity / (2 * (dalpha / alpha - dsigma / sigma))),
    inputs=[velocity, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [alpha > 0, sigma > 0],
    sources=[Source("kingma2021", "sec. 5.1")],
    scope="any schedule whose signal-to-noise ratio grows, componentwise",
    witness=witnesses.motion_by_log_snr,
)
def log_snr_time(board):
    """The signal-to-noise ratio grows all the way from noise to data, so it can serve as the clock: then schedules
    that differ in nothing but the speed at which they run through it are one."""
    return seen_by(board, log_snr, log_snr_definition, log_snr_velocity)


# ---- another ruler -----------------------------------------------------------------------------------------

rescaling = definition(
    id="conventions.rescaling",
    title="Point in units of its signal scale",
    claim=lambda: Eq(rescaled_point, x / alpha),
    inputs=[x, alpha],
    sources=[Source("karras2022", "sec. 2")],
    text="The data point keeps its size and only the noise grows: variance exploding coordinates.",
)

noise_to_signal = definition(
    id="conventions.noise_to_signal",
    title="The sigma of EDM",
    claim=lambda: Eq(edm_sigma, sigma / alpha),
    inputs=[alpha, sigma],
    sources=[Source("karras2022", "sec. 2")],
    text="The noise scale of the rescaled point. Not to be confused with the noise scale of the path.",
)

dpm_lambda = definition(
    id="conventions.dpm_lambda",
    title="The lambda of DPM-Solver",
    claim=lambda: Eq(half_log_snr, log(alpha / sigma)),
    inputs=[alpha, sigma],
    sources=[Source("lu2022", "sec. 3.1")],
    text="A logarithm of scales, where the log-SNR is one of their squares.",
)


@equation(
    id="conventions.rescaled_point",
    title="Point in units of its signal scale",
    claim=lambda: Eq(rescaled_point, data + sigma / alpha * noise),
    inputs=[data, noise, alpha, sigma],
    assumptions=lambda: [alpha > 0],
    sources=[Source("karras2022", "sec. 2")],
    scope="any schedule, componentwise",
    witness=witnesses.rescaled_motion,
)
def rescaled_point_on_the_path(board):
    """Divide the path by its signal scale: the data point stands still, and all that moves is the noise level."""
    return board.substitute(board.given(rescaling), board.given(point), reason="the path")


@equation(
    id="conventions.rescaled_velocity",
    title="Velocity of the rescaled point",
    claim=lambda: Eq(rescaled_velocity, (velocity - dalpha / alpha * x) / alpha),
    inputs=[x, velocity, alpha, dalpha],
    assumptions=lambda: [alpha > 0],
    sources=[Source("karras2022", "app. B.3")],
    scope="any schedule, componentwise",
    witness=witnesses.rescaled_motion,
    near_misses={"moving ruler forgotten": (lambda: velocity / alpha, NOT_RESCALED)},
)
def velocity_of_the_rescaled_point(board):
    """The ruler itself changes its length: what it gains must be taken off."""
    return board.differentiate(board.given(rescaling), t, "how the rescaled point moves")


@equation(
    id="conventions.edm_sigma",
    title="The sigma of EDM from the log-SNR",
    claim=lambda: Eq(edm_sigma, exp(-log_snr / 2)),
    inputs=[log_snr],
    sources=[Source("karras2022", "sec. 2"), Source("kingma2021", "eq. (3)")],
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
    return board.substitute(board.given(noise_to_signal), signal, reason="put in the signal scale")


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


# ---- another schedule --------------------------------------------------------------------------------------


def matched(board):
    """The two paths at times when they have the same log-SNR."""
    here = board.given(log_snr_definition)
    there = board.given(
        log_snr_definition, at={alpha: other_alpha, sigma: other_sigma}, reason="the other path at the same log-SNR"
    )
    return board.equal(here, there, "the same signal-to-noise ratio")


@equation(
    id="conventions.one_path",
    title="Two Gaussian paths are one, up to scale",
    claim=lambda: Eq(other_point, other_sigma / sigma * x),
    inputs=[x, sigma, other_sigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("karras2022", "app. B.3"), Source("kingma2021", "sec. 5.1")],
    scope="any two schedules at times of the same signal-to-noise ratio, componentwise",
    witness=witnesses.two_paths,
    near_misses={"point not rescaled": (lambda: x, NOT_RESCALED)},
)
def one_path(board):
    """The same data point and the same noise on two schedules: whenever the ratio of signal and noise is the same, so
    is the mixture, up to its size."""
    removed = board.solve(board.given(point), noise, "the path, solved for the noise")
    signal = board.solve(matched(board), other_alpha, "the signal scale of the other path")
    there = board.given(
        point, at={x: other_point, alpha: other_alpha, sigma: other_sigma}, reason="the other path, with the same ends"
    )
    return board.substitute(there, signal, removed, reason="in terms of our point")


@equation(
    id="conventions.one_path_velocity",
    title="Two Gaussian paths are one: the velocities",
    claim=lambda: [
        Eq(
            other_time_rate,
            (dalpha / alpha - dsigma / sigma) / (other_dalpha / other_alpha - other_dsigma / other_sigma),
        ),
        Eq(
            other_velocity,
            scaling * ((velocity - dsigma / sigma * x) / other_time_rate + other_dsigma / other_sigma * x),
        ),
    ],
    where=lambda: [Eq(scaling, other_sigma / sigma)],
    inputs=[
        x,
        velocity,
        alpha,
        sigma,
        dalpha,
        dsigma,
        other_alpha,
        other_sigma,
        other_dalpha,
        other_dsigma,
    ],
    assumptions=lambda: [alpha > 0, sigma > 0, other_alpha > 0, other_sigma > 0],
    sources=[Source("karras2022", "app. B.3"), Source("kingma2021", "sec. 5.1")],
    scope="any two schedules at times of the same signal-to-noise ratio, componentwise",
    witness=witnesses.two_paths,
    near_misses={
        "change of size forgotten": (lambda: Eq(other_velocity, scaling * velocity / other_time_rate), NOT_RESCALED),
    },
)
def velocity_on_the_other_path(board):
    """Let both paths run at equal signal-to-noise ratio: that tells how fast the other time must run. Then
    differentiate the rescaled point. So a field learned on one schedule serves on every other."""
    same = board.differentiate(matched(board), t, "it stays the same: both change alike")
    pace = board.solve(same, other_time_rate, "how fast the other time runs")
    motion = board.differentiate(board.given(one_path), t, "the other point moves with its velocity, in its time")
    return [pace, board.solve(motion, other_velocity, "solved for the velocity in its own time")]

"""Another ruler and another schedule: points divided by their signal scale, and two paths that are one."""

from sympy import Eq

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import point
from derivations.notation import *
from derivations.schedules import log_snr_definition

NOT_RESCALED = "article `Diffusion 遇见 Flow Matching`, eq. (12): alpha + sigma taken as constant on every schedule"


rescaling = definition(
    id="conventions.rescaling",
    title="Point and noise scale in units of the signal scale",
    claim=lambda: [Eq(rescaled_point, x / alpha), Eq(edm_sigma, sigma / alpha)],
    inputs=[x, alpha, sigma],
    sources=[Source("karras2022", "eq. (4)")],
    text="""Variance exploding coordinates: the data point keeps its size and only the noise grows. The sigma of EDM is
    the noise scale there. Not to be confused with the noise scale of the path.""",
    witness=witnesses.a_shrinking_ruler,
)


@equation(
    id="conventions.rescaled_point",
    title="Point in units of its signal scale",
    claim=lambda: Eq(rescaled_point, data + sigma / alpha * noise),
    inputs=[data, noise, alpha, sigma],
    assumptions=lambda: [alpha > 0],
    sources=[Source("karras2022", "eq. (4)")],
    scope="any schedule, componentwise",
    witness=witnesses.rescaled_motion,
)
def rescaled_point_on_the_path(board):
    """Divide the path by its signal scale: the data point stands still, and all that moves is the noise level."""
    return board.substitute(board.given(rescaling, output=rescaled_point), board.given(point), reason="the path")


@equation(
    id="conventions.rescaled_velocity",
    title="Velocity of the rescaled point",
    claim=lambda: Eq(rescaled_velocity, (velocity - dalpha / alpha * x) / alpha),
    inputs=[x, velocity, alpha, dalpha],
    assumptions=lambda: [alpha > 0],
    sources=[Source("karras2022", "eq. (4)")],
    scope="any schedule, componentwise",
    witness=witnesses.rescaled_motion,
    near_misses={"moving ruler forgotten": (lambda: velocity / alpha, NOT_RESCALED)},
)
def velocity_of_the_rescaled_point(board):
    """The ruler itself changes its length: what it gains must be taken off."""
    return board.differentiate(board.given(rescaling, output=rescaled_point), t, "how the rescaled point moves")


@equation(
    id="conventions.velocity_from_rescaled",
    title="Velocity from that of the rescaled point",
    claim=lambda: Eq(velocity, alpha * rescaled_velocity + dalpha * rescaled_point),
    inputs=[rescaled_velocity, rescaled_point, alpha, dalpha],
    sources=[Source("karras2022", "eq. (4)")],
    scope="any schedule, componentwise",
    witness=witnesses.rescaled_motion,
)
def velocity_from_rescaled(board):
    """The way back to our ruler."""
    place = board.solve(board.given(rescaling, output=rescaled_point), x, "the point, from the rescaled one")
    motion = board.substitute(board.given(velocity_of_the_rescaled_point), place, reason="put in the point")
    return board.solve(motion, velocity, "solved for the velocity")


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
    sources=[Source("karras2022", "eq. (4)"), Source("kingma2021", "sec. 5.1")],
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
    assumptions=lambda: [
        alpha > 0,
        sigma > 0,
        other_alpha > 0,
        other_sigma > 0,
        dalpha * sigma - alpha * dsigma > 0,
        other_dalpha * other_sigma - other_alpha * other_dsigma > 0,
    ],
    sources=[Source("karras2022", "eq. (4)"), Source("kingma2021", "sec. 5.1")],
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

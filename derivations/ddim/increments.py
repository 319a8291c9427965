"""The step as an increment: in the right coordinates, with the right clock, each prediction moves x in a straight line.

Divide x by one scale, let the other scale over it be the clock: then the step is an Euler step whose slope is the
prediction itself. For the v-prediction the coordinates turn instead of stretching.
"""

from sympy import Eq, cos, sin

from derivations import witnesses
from derivations.ddim.deterministic import step, step_from_v_prediction
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import point
from derivations.gaussian_path.linear_schedule import straight_constant_velocity
from derivations.notation import *

ARTICLE = "article `Diffusion 遇见 Flow Matching`"


@equation(
    id="ddim.increment_from_data",
    title="DDIM step as an increment of x/sigma",
    claim=lambda: Eq(x_s, sigma_s * (x / sigma + (alpha_s / sigma_s - alpha / sigma) * data)),
    inputs=[x, data, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [sigma > 0, sigma_s > 0],
    sources=[Source("house", "the step from data, divided by the noise scale")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_from_a_prediction,
)
def increment_from_data(board):
    """In units of the noise scale the noise stands still, and x moves along the data point as the ratio of signal and
    noise grows. That clock runs to infinity at the data end: for the last step take the form without it."""
    here = board.solve(board.given(point), noise, "the noise, from x at time t")
    there = board.solve(board.given(step), noise, "the noise, from x at time s")
    return board.solve(board.equal(here, there, "it is the same noise"), x_s, "solved for the end of the step")


@equation(
    id="ddim.increment_from_noise",
    title="DDIM step as an increment of x/alpha",
    claim=lambda: Eq(x_s, alpha_s * (x / alpha + (sigma_s / alpha_s - sigma / alpha) * noise)),
    inputs=[x, noise, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha > 0, alpha_s > 0],
    sources=[Source("song2021ddim", "eq. (13)")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_from_a_prediction,
)
def increment_from_noise(board):
    """In units of the signal scale the data point stands still, and x moves along the noise as the ratio of noise and
    signal falls. That clock comes from infinity at the noise end."""
    here = board.solve(board.given(point), data, "the data point, from x at time t")
    there = board.solve(board.given(step), data, "the data point, from x at time s")
    return board.solve(board.equal(here, there, "it is the same data point"), x_s, "solved for the end of the step")


@equation(
    id="ddim.increment_from_data_minus_noise",
    title="DDIM step as an increment of x/(alpha + sigma)",
    claim=lambda: Eq(x_s, next_total_scale * (x / total_scale + (next_linear_time - linear_time) * linear_velocity)),
    where=lambda: [
        Eq(total_scale, alpha + sigma),
        Eq(next_total_scale, alpha_s + sigma_s),
        Eq(linear_time, alpha / total_scale),
        Eq(next_linear_time, alpha_s / next_total_scale),
    ],
    inputs=[x, linear_velocity, alpha, sigma, alpha_s, sigma_s],
    sources=[Source("lipman2024", "sec. 4.8")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_from_a_prediction,
    experiment="lands_on_the_path",
    near_misses={
        "time alpha − sigma: a factor 2": (
            lambda: x + ((alpha_s - sigma_s) - (alpha - sigma)) * linear_velocity,
            f"{ARTICLE}, eq. (5): eta = alpha − sigma",
        ),
        "difference with the opposite sign": (
            lambda: next_total_scale * (x / total_scale - (next_linear_time - linear_time) * linear_velocity),
            f"{ARTICLE}, eqs. (3) and (9): u and v of opposite sign under one name",
        ),
    },
)
def increment_from_data_minus_noise(board):
    """Data minus noise is what a network predicts that was trained on the linear path, whatever the schedule that it
    is sampled on. Both clocks that stop at infinity are gone: this one runs from 0 at pure noise to 1 at the data."""
    slope = board.given(
        straight_constant_velocity,
        at={sigma_min: 0, velocity: linear_velocity},
        reason="data minus noise: the velocity of the linear path between the same end points",
    )
    end = board.solve(slope, data, "the data point, from the noise and the difference")
    here, there = (
        board.solve(
            board.substitute(board.given(place), end, reason="the difference, and one end point"),
            noise,
            f"the noise, from x at time {time}",
        )
        for place, time in ((point, "t"), (step, "s"))
    )
    return board.solve(board.equal(here, there, "it is the same noise"), x_s, "solved for the end of the step")


@equation(
    id="ddim.step_is_euler_on_the_linear_path",
    title="A DDIM step is an Euler step on the linear path",
    claim=lambda: Eq(x_s, next_total_scale * (x / total_scale + (next_linear_time - linear_time) * linear_velocity)),
    where=lambda: [
        Eq(predicted_data, (x - sigma * noise) / alpha),
        Eq(linear_velocity, predicted_data - noise),
        Eq(total_scale, alpha + sigma),
        Eq(next_total_scale, alpha_s + sigma_s),
        Eq(linear_time, alpha / total_scale),
        Eq(next_linear_time, alpha_s / next_total_scale),
    ],
    inputs=[x, noise, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha > 0],
    sources=[Source("song2021ddim", "eq. (13)"), Source("lipman2024", "sec. 4.8")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_between_end_points,
    experiment="lands_on_the_path",
    near_misses={
        "time alpha − sigma: a factor 2": (
            lambda: x + ((alpha_s - sigma_s) - (alpha - sigma)) * linear_velocity,
            f"{ARTICLE}, eq. (5): eta = alpha − sigma",
        ),
        "velocity with the opposite sign": (
            lambda: next_total_scale * (x / total_scale - (next_linear_time - linear_time) * linear_velocity),
            f"{ARTICLE}, eqs. (3) and (9): u and v of opposite sign under one name",
        ),
        "Euler step without rescaling": (
            lambda: x + (alpha_s - alpha) * linear_velocity,
            f"{ARTICLE}, eq. (12): alpha + sigma taken as constant on every schedule",
        ),
    },
)
def step_is_euler_on_the_linear_path(board):
    """DDIM takes the end points that belong to the predicted noise and walks along the path between them.
    In the coordinates x / (alpha + sigma), with the clock alpha / (alpha + sigma), that path is a straight
    line; so the step is an Euler step, and exact in the end points."""
    recovered = board.solve(board.given(point), data, "the data point that belongs to the predicted noise")
    return board.substitute(board.given(step), recovered, reason="the step, in x and the predicted noise")


# ---- the v-prediction: a rotation --------------------------------------------------------------------------

angle_of_the_scales = definition(
    id="ddim.angle",
    title="Angle of the scales, where variance is preserved",
    claim=lambda: [Eq(alpha, cos(mixing_angle)), Eq(sigma, sin(mixing_angle))],
    inputs=[mixing_angle],
    schedules=PRESERVING,
    sources=[Source("salimans2022", "app. D")],
    text="Two scales whose squares add up to one are the cosine and the sine of an angle: 0 at data, pi/2 at noise.",
    witness=witnesses.scales_of_the_turn,
)


@equation(
    id="ddim.rotation",
    title="DDIM step of the v-prediction: a rotation",
    claim=lambda: Eq(
        x_s, cos(next_mixing_angle - mixing_angle) * x + sin(next_mixing_angle - mixing_angle) * v_prediction
    ),
    inputs=[x, v_prediction, mixing_angle, next_mixing_angle],
    sources=[Source("salimans2022", "app. D")],
    scope="any schedule that preserves variance, componentwise",
    witness=witnesses.a_turning_point,
    near_misses={
        "sign of the v-prediction": (
            lambda: cos(next_mixing_angle - mixing_angle) * x - sin(next_mixing_angle - mixing_angle) * v_prediction,
            "diffusers PR #1421, first version: data = alpha x + sigma v",
        ),
    },
)
def rotation(board):
    """In the plane of data and noise x is a unit vector at an angle, and the v-prediction the unit vector a right
    angle ahead of it: a step turns both, by the difference of the angles."""
    here = [board.given(angle_of_the_scales, output=q) for q in (alpha, sigma)]
    there = [
        board.given(angle_of_the_scales, output=q, at={q: later, mixing_angle: next_mixing_angle}, reason="at time s")
        for q, later in ((alpha, alpha_s), (sigma, sigma_s))
    ]
    return board.substitute(board.given(step_from_v_prediction), *here, *there, reason="the scales as cosine and sine")

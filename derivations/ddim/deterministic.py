"""The deterministic step: take the end points that the network predicts, go to where their path is at time s."""

from sympy import Eq

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import point
from derivations.notation import *

step = definition(
    id="ddim.step",
    title="DDIM step",
    claim=lambda: Eq(x_s, alpha_s * data + sigma_s * noise),
    inputs=[data, noise, alpha_s, sigma_s],
    sources=[Source("song2021ddim", "eq. (12), without added noise")],
    text="Take the end points that the network predicts at time t, and go to where the path between them is at time s.",
)


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
            "article `Diffusion 遇见 Flow Matching`, eq. (5): eta = alpha − sigma",
        ),
        "velocity with the opposite sign": (
            lambda: next_total_scale * (x / total_scale - (next_linear_time - linear_time) * linear_velocity),
            "article `Diffusion 遇见 Flow Matching`, eqs. (3) and (9): u and v of opposite sign under one name",
        ),
        "Euler step without rescaling": (
            lambda: x + (alpha_s - alpha) * linear_velocity,
            "article `Diffusion 遇见 Flow Matching`, eq. (12): alpha + sigma taken as constant on every schedule",
        ),
    },
)
def step_is_euler_on_the_linear_path(board):
    """DDIM takes the end points that belong to the predicted noise and walks along the path between them.
    In the coordinates x / (alpha + sigma), with the clock alpha / (alpha + sigma), that path is a straight
    line; so the step is an Euler step, and exact in the end points."""
    recovered = board.solve(board.given(point), data, "the data point that belongs to the predicted noise")
    return board.substitute(board.given(step), recovered, reason="the step, in x and the predicted noise")

"""The deterministic step: take the end points that the network predicts, go to where their path is at time s.

Whatever a network predicts, together with x it determines the two end points. So there is *one* derivation, a linear
system of two equations, and the formulas that it must reach. From the data the step is the conditional flow, in the
chapter on the path. The time s may be any other time; sampling goes towards the data, so s is the less noisy one.
"""

from sympy import Eq

from derivations import witnesses
from derivations.conversions import MEANING, WORDS, turn
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import point
from derivations.notation import *

step = definition(
    id="ddim.step",
    title="DDIM step",
    claim=lambda: Eq(x_s, alpha_s * data + sigma_s * noise),
    inputs=[data, noise, alpha_s, sigma_s],
    contexts={"step": "without fresh noise"},
    sources=[Source("song2021ddim", "eq. (12), without added noise")],
    text="Take the end points that the network predicts at time t, and go to where the path between them is at time s.",
    witness=witnesses.a_quantile_of_the_path,
)


def land(board, predicted):
    """Solve path and prediction for the end points, and write the step in them."""
    path, landing = board.given(point), board.given(step)
    if predicted in MEANING:
        lines = [path, board.given(MEANING[predicted])]
        ends = board.solve(lines, [data, noise], "two equations, two unknowns: the end points")
    else:
        ends = [board.solve(path, data, "the path, solved for the other end point")]
    return board.substitute(landing, *ends, reason="the step, in x and the prediction")


def _family(predicted, formula, source, inputs, **fields):
    """The step from one prediction: its formula is the claim, the derivation is the family's."""

    def derivation(board):
        return land(board, predicted)

    words = WORDS[predicted]
    return equation(
        id=f"ddim.step_from_{TABLE[predicted].name}",
        title=f"DDIM step from {words}",
        claim=lambda: Eq(x_s, formula()),
        inputs=[x, predicted, alpha, sigma, *inputs, alpha_s, sigma_s],
        sources=[source],
        scope="any schedule, componentwise",
        witness=witnesses.a_step_from_a_prediction,
        experiment="lands_on_the_path",
        **fields,
    )(derivation)


step_from_noise = _family(
    noise,
    lambda: alpha_s * ((x - sigma * noise) / alpha) + sigma_s * noise,
    Source("song2021ddim", "eq. (12)"),
    [],
    assumptions=lambda: [alpha > 0],
    text="""Take off the predicted noise, and what remains is the data point, scaled by alpha. Nothing is divided by
    the noise scale; but where there is no signal the noise says nothing about the data point.""",
    near_misses={
        "noise at time s forgotten": (
            lambda: alpha_s * ((x - sigma * noise) / alpha),
            "jsboige/CoursIA PR #16158: the direction towards x has weight 0 without added noise",
        ),
    },
)

step_from_velocity = _family(
    velocity,
    lambda: ((alpha_s * sigma - sigma_s * alpha) * velocity + (dalpha * sigma_s - dsigma * alpha_s) * x) / turn(),
    Source("lipman2024", "sec. 4.8"),
    [dalpha, dsigma],
    assumptions=lambda: [dalpha * sigma - alpha * dsigma > 0],
    text="""Position and velocity of a point determine its end points, and these its place at every other time. No
    scale divides: on the linear path the divisor is 1, and the step is an Euler step.""",
    near_misses={
        "velocity of the reversed path": (
            lambda: (
                ((alpha * sigma_s - sigma * alpha_s) * velocity + (dalpha * sigma_s - dsigma * alpha_s) * x) / turn()
            ),
            "lucidrains/rectified-flow-pytorch #14: direction of the flow inverted",
        ),
    },
)

step_from_v_prediction = _family(
    v_prediction,
    lambda: (
        ((alpha_s * alpha + sigma_s * sigma) * x + (sigma_s * alpha - alpha_s * sigma) * v_prediction)
        / (alpha**2 + sigma**2)
    ),
    Source("salimans2022", "app. D"),
    [],
    text="""The v-prediction is x turned by a right angle, in the plane of signal and noise; so it serves at both ends
    of time, and the divisor is 1 where variance is preserved.""",
    near_misses={
        "sign of the v-prediction": (
            lambda: (
                ((alpha_s * alpha + sigma_s * sigma) * x - (sigma_s * alpha - alpha_s * sigma) * v_prediction)
                / (alpha**2 + sigma**2)
            ),
            "diffusers PR #1421, first version: data = alpha x + sigma v",
        ),
    },
)

step_from_score = _family(
    score,
    lambda: alpha_s * ((x + sigma**2 * score) / alpha) - sigma_s * sigma * score,
    Source("song2021sde", "sec. 3.3"),
    [],
    assumptions=lambda: [alpha > 0],
    text="The noise is minus sigma times the score: the rest is the step from the noise.",
    near_misses={
        "sign of the score": (
            lambda: alpha_s * ((x - sigma**2 * score) / alpha) + sigma_s * sigma * score,
            "lebellig/flow-matching #2; notes `An introduction to Flow Matching and Diffusion Models`",
        ),
    },
)

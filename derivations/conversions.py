"""What a network may predict, each from each other.

Data, noise, velocity, v-prediction and score are five names for one piece of information: given x, any
one of them determines the data point and the noise, and with them the other four. So there is *one*
derivation, a linear system of two equations, and twenty formulas that it must reach.
"""

from sympy import Eq

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_score, end_point_velocity, point
from derivations.notation import *

v_prediction_definition = definition(
    id="conversions.v_prediction",
    title="V-prediction",
    claim=lambda: Eq(v_prediction, alpha * noise - sigma * data),
    inputs=[data, noise, alpha, sigma],
    sources=[Source("salimans2022", "sec. 4")],
    text="Not to be confused with the velocity: on the trigonometric path, and there only, they agree up to a factor.",
)

# what says how each quantity follows from x, the data point and the noise
MEANING = {velocity: end_point_velocity, v_prediction: v_prediction_definition, score: conditional_score}


def convert(board, given, want):
    """Solve path and prediction for the two end points, then write the wanted quantity in them."""
    path = board.given(point)
    if given in MEANING:
        lines = [path, board.given(MEANING[given])]
        ends = board.solve(lines, [data, noise], "two equations, two unknowns: the end points")
    else:
        other = noise if given == data else data
        ends = [board.solve(path, other, "the path, solved for the other end point")]
    if want not in MEANING:
        return next(line for line in ends if line.lhs == want)
    aim = board.given(MEANING[want])
    needed = [line for line in ends if aim.rhs.has(line.lhs)]
    return board.substitute(aim, *needed, reason="put in the end points") if needed else aim


@equation(
    id="conversions.velocity_from_noise",
    title="Velocity from noise",
    claim=lambda: Eq(velocity, dalpha / alpha * (x - sigma * noise) + dsigma * noise),
    inputs=[x, noise, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [alpha > 0],
    sources=[Source("lipman2024", "table 1")],
    scope="any schedule, componentwise",
    witness=witnesses.moving_point,
    experiment="moves_with_the_sample",
    near_misses={
        "noise read as data": (
            lambda: dsigma / sigma * (x - alpha * noise) + dalpha * noise,
            "diffusers #1486: one type of prediction read as another",
        ),
        "rate of the noise scale off by a factor 2": (
            lambda: dalpha / alpha * (x - sigma * noise) + 2 * dsigma * noise,
            "deepinv PR #1343: sampling never converged",
        ),
        "v-prediction taken for the velocity": (
            lambda: alpha * noise - sigma * (x - sigma * noise) / alpha,
            "diffusers `get_velocity` returns the v-prediction; naming in physicsnemo PR #1931",
        ),
    },
)
def velocity_from_noise(board):
    """A network that predicts the noise also determines the velocity: the noise gives the data point,
    and the path, with both end points known, can be differentiated."""
    return convert(board, noise, velocity)


def _family(want, given, formula, inputs, **fields):
    """One more member: its published formula is the claim, the derivation is the family's."""
    words = {data: "data", noise: "noise", velocity: "velocity", v_prediction: "v-prediction", score: "score"}

    def derivation(board):
        return convert(board, given, want)

    derivation.__doc__ = f"Solve for the end points and write the {words[want]} in them."
    equation(
        id=f"conversions.{TABLE[want].name}_from_{TABLE[given].name}",
        title=f"{words[want].capitalize()} from {words[given]}",
        claim=lambda: Eq(want, formula()),
        inputs=inputs,
        sources=[
            Source("lipman2024", "table 1") if v_prediction not in (want, given) else Source("salimans2022", "app. D")
        ],
        scope="any schedule, componentwise",
        witness=witnesses.moving_point,
        **fields,
    )(derivation)


scales, rates = [alpha, sigma], [dalpha, dsigma]
turn = lambda: dalpha * sigma - alpha * dsigma  # noqa: E731  positive wherever the signal-to-noise ratio grows

_family(data, noise, lambda: (x - sigma * noise) / alpha, [x, noise, *scales])
_family(data, velocity, lambda: (sigma * velocity - dsigma * x) / turn(), [x, velocity, *scales, *rates])
_family(
    data, v_prediction, lambda: (alpha * x - sigma * v_prediction) / (alpha**2 + sigma**2), [x, v_prediction, *scales]
)
_family(data, score, lambda: (x + sigma**2 * score) / alpha, [x, score, *scales])
_family(
    noise,
    data,
    lambda: (x - alpha * data) / sigma,
    [x, data, *scales],
    near_misses={"data taken for the noise": (lambda: data, "diffusers #1486, PR #2094: DDIM with data prediction")},
)
_family(noise, velocity, lambda: (dalpha * x - alpha * velocity) / turn(), [x, velocity, *scales, *rates])
_family(
    noise, v_prediction, lambda: (sigma * x + alpha * v_prediction) / (alpha**2 + sigma**2), [x, v_prediction, *scales]
)
_family(noise, score, lambda: -sigma * score, [score, sigma])
_family(velocity, data, lambda: dsigma / sigma * (x - alpha * data) + dalpha * data, [x, data, *scales, *rates])
_family(
    velocity,
    v_prediction,
    lambda: ((alpha * dalpha + sigma * dsigma) * x - turn() * v_prediction) / (alpha**2 + sigma**2),
    [x, v_prediction, *scales, *rates],
)
_family(
    velocity,
    score,
    lambda: dalpha / alpha * x + sigma * (dalpha / alpha * sigma - dsigma) * score,
    [x, score, *scales, *rates],
)
_family(v_prediction, data, lambda: (alpha * x - (alpha**2 + sigma**2) * data) / sigma, [x, data, *scales])
_family(v_prediction, noise, lambda: ((alpha**2 + sigma**2) * noise - sigma * x) / alpha, [x, noise, *scales])
_family(
    v_prediction,
    velocity,
    lambda: ((alpha * dalpha + sigma * dsigma) * x - (alpha**2 + sigma**2) * velocity) / turn(),
    [x, velocity, *scales, *rates],
)
_family(v_prediction, score, lambda: -(sigma * x + sigma * (alpha**2 + sigma**2) * score) / alpha, [x, score, *scales])
_family(score, data, lambda: -(x - alpha * data) / sigma**2, [x, data, *scales])
_family(score, noise, lambda: -noise / sigma, [noise, sigma])
_family(
    score,
    velocity,
    lambda: (alpha * velocity - dalpha * x) / (sigma * turn()),
    [x, velocity, *scales, *rates],
    near_misses={
        "sign": (lambda: (dalpha * x - alpha * velocity) / (sigma * turn()), "lebellig/flow-matching #2"),
        "scaled velocity plus scaled point": (
            lambda: alpha / sigma**2 * velocity + (dalpha / alpha - dsigma / sigma) * x,
            "notes `diffusion3`, appendix on score and velocity",
        ),
        "extra half of the noise variance": (
            lambda: sigma**2 / 2 * (alpha * velocity - dalpha * x) / (sigma * turn()),
            "iap-diffusion-labs #11",
        ),
    },
)
_family(
    score,
    v_prediction,
    lambda: -(sigma * x + alpha * v_prediction) / (sigma * (alpha**2 + sigma**2)),
    [x, v_prediction, *scales],
)

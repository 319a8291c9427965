"""What a network may predict, each from each other.

Data, noise, velocity, v-prediction and score are five names for one piece of information: given x, any
one of them determines the data point and the noise, and with them the other four. So there is *one*
derivation, a linear system of two equations, and the formulas that it must reach. Of the twenty, three stand in the
chapter on the path, which has them from a known data point: the noise, the velocity and the score that belong to it.
"""

from sympy import Derivative, Eq, sqrt

from derivations import witnesses
from derivations.engine.equation import EQUATIONS, Source, definition, equation
from derivations.gaussian_path import conditional_score, end_point_velocity, point
from derivations.notation import *

v_prediction_definition = definition(
    id="conversions.v_prediction",
    title="V-prediction",
    claim=lambda: Eq(v_prediction, alpha * noise - sigma * data),
    inputs=[data, noise, alpha, sigma],
    sources=[Source("salimans2022", "sec. 4")],
    text="Not to be confused with the velocity: on the trigonometric path, and there only, they agree up to a factor.",
    witness=witnesses.a_quarter_turn,
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

    def derivation(board):
        return convert(board, given, want)

    equation(
        text=f"Solve for the end points and write the {WORDS[want]} in them.",
        id=f"conversions.{TABLE[want].name}_from_{TABLE[given].name}",
        title=f"{WORDS[want].capitalize()} from {WORDS[given]}",
        claim=lambda: Eq(want, formula()),
        inputs=inputs,
        sources=[
            Source("lipman2024", "table 1") if v_prediction not in (want, given) else Source("salimans2022", "app. D")
        ],
        scope="any schedule, componentwise",
        witness=witnesses.moving_point,
        **fields,
    )(derivation)


WORDS = {q: words for q, _, words in PREDICTIONS}
scales, rates = [alpha, sigma], [dalpha, dsigma]
turn = lambda: dalpha * sigma - alpha * dsigma  # noqa: E731  positive wherever the signal-to-noise ratio grows
grows = {"assumptions": lambda: [turn() > 0]}

_family(data, noise, lambda: (x - sigma * noise) / alpha, [x, noise, *scales])
_family(data, velocity, lambda: (sigma * velocity - dsigma * x) / turn(), [x, velocity, *scales, *rates], **grows)
_family(
    data, v_prediction, lambda: (alpha * x - sigma * v_prediction) / (alpha**2 + sigma**2), [x, v_prediction, *scales]
)
_family(data, score, lambda: (x + sigma**2 * score) / alpha, [x, score, *scales])
_family(noise, velocity, lambda: (dalpha * x - alpha * velocity) / turn(), [x, velocity, *scales, *rates], **grows)
_family(
    noise, v_prediction, lambda: (sigma * x + alpha * v_prediction) / (alpha**2 + sigma**2), [x, v_prediction, *scales]
)
_family(noise, score, lambda: -sigma * score, [score, sigma])
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
    **grows,
)
_family(v_prediction, score, lambda: -(sigma * x + sigma * (alpha**2 + sigma**2) * score) / alpha, [x, score, *scales])
_family(score, noise, lambda: -noise / sigma, [noise, sigma])
_family(
    score,
    velocity,
    lambda: (alpha * velocity - dalpha * x) / (sigma * turn()),
    [x, velocity, *scales, *rates],
    assumptions=lambda: [sigma > 0, turn() > 0],
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


# ---- how an error in one is an error in another ------------------------------------------------------------

prediction_error = definition(
    id="conversions.prediction_error",
    title="Error of a prediction, and its square",
    claim=lambda: [
        *(Eq(error[q], predicted[q] - q) for q in error),
        *(Eq(squared_error[q], error[q] ** 2) for q in error),
    ],
    inputs=[q for pair in predicted.items() for q in pair],
    sources=[Source("house", "names for a difference and its square")],
    text="What the network says minus what is true, at the same x and t; the square is what a loss averages.",
    witness=witnesses.errors_of_two_predictions,
)


def _error(want, factor, inputs, **fields):
    """The squared error of one prediction, from that of the noise."""

    def derivation(board):
        truth = board.given(EQUATIONS[f"conversions.{TABLE[want].name}_from_noise"])
        guess = board.given(
            EQUATIONS[f"conversions.{TABLE[want].name}_from_noise"],
            at={want: predicted[want], noise: predicted[noise]},
            reason="the prediction, converted at the same x",
        )
        off = board.given(prediction_error, output=error[noise])
        said = board.solve(off, predicted[noise], "the predicted noise, by its error")
        difference = board.given(prediction_error, output=error[want])
        difference = board.substitute(difference, guess, truth, said, reason="prediction and truth from the noise")
        back = board.solve(difference, error[noise], "x cancels; solved for the error of the noise")
        square = board.substitute(board.given(prediction_error, output=squared_error[noise]), back, reason="squared")
        known = board.given(prediction_error, output=squared_error[want])
        short = board.recognise(square, known, reason="the squared error of the prediction")
        return board.solve(short, squared_error[want], "solved for it")

    words = WORDS[want]
    equation(
        text=f"""At one x the {words} is an affine function of the noise: its error is the slope times the
        noise's, its square the squared slope times the other. So losses that look alike weigh times differently.""",
        id=f"conversions.{TABLE[want].name}_error",
        title=f"Squared error of the {words}, from that of the noise",
        claim=lambda: Eq(squared_error[want], factor() * squared_error[noise]),
        inputs=[squared_error[noise], *inputs],
        sources=[Source("salimans2022", "sec. 4") if want == data else Source("house", "a squared slope")],
        scope="any schedule, componentwise",
        witness=witnesses.two_predictions,
        **fields,
    )(derivation)


_error(data, lambda: (sigma / alpha) ** 2, scales, assumptions=lambda: [alpha > 0])
_error(
    velocity,
    lambda: ((alpha * dsigma - dalpha * sigma) / alpha) ** 2,
    [*scales, *rates],
    assumptions=lambda: [alpha > 0],
    near_misses={
        "the squared errors are equal": (
            lambda: squared_error[noise],
            "article `Diffusion 遇见 Flow Matching`, eq. (11)",
        ),
    },
)
_error(v_prediction, lambda: ((alpha**2 + sigma**2) / alpha) ** 2, scales, assumptions=lambda: [alpha > 0])
_error(score, lambda: 1 / sigma**2, [sigma], assumptions=lambda: [sigma > 0])

# ---- preconditioning -----------------------------------------------------------------------------------------

network_variances = definition(
    id="conversions.network_variances",
    title="Variance of what a preconditioned network sees, and of what it has to say",
    claim=lambda: [
        Eq(input_variance, c_in**2 * (sigma_data**2 + edm_sigma**2)),
        Eq(target_variance, ((1 - c_skip) ** 2 * sigma_data**2 + c_skip**2 * edm_sigma**2) / c_out**2),
    ],
    inputs=[c_in, c_skip, c_out, sigma_data, edm_sigma],
    sources=[Source("karras2022", "eq. (8)")],
    text="""The input is c_in (data + sigma noise). The denoiser is c_skip (data + sigma noise) + c_out times the
    network's output, so the output that makes it the data is (data - c_skip (data + sigma noise)) / c_out. The
    noise is independent of the data, so variances add up.""",
    witness=witnesses.variances_around_a_network,
)

preconditioning = definition(
    id="conversions.preconditioning_requirements",
    title="What preconditioning asks for",
    claim=lambda: [Eq(input_variance, 1), Eq(target_variance, 1), Eq(Derivative(c_out, c_skip), 0)],
    inputs=[input_variance, target_variance],
    sources=[Source("karras2022", "app. B.6")],
    text="Input and target have variance one, and the network's errors are amplified as little as possible.",
    witness=witnesses.a_network_with_the_best_scales,
)


@equation(
    id="conversions.edm_preconditioning",
    title="Preconditioning of EDM",
    claim=lambda: [
        Eq(c_skip, sigma_data**2 / (edm_sigma**2 + sigma_data**2)),
        Eq(c_out, edm_sigma * sigma_data / sqrt(edm_sigma**2 + sigma_data**2)),
        Eq(c_in, 1 / sqrt(edm_sigma**2 + sigma_data**2)),
    ],
    inputs=[edm_sigma, sigma_data],
    sources=[Source("karras2022", "table 1")],
    scope="any data with this deviation, and independent noise",
    witness=witnesses.preconditioned_network,
    near_misses={
        "deviation of the data forgotten": (
            lambda: Eq(c_out, edm_sigma / sqrt(edm_sigma**2 + sigma_data**2)),
            "diffusers #8547: the c_out of the LCM scheduler has no sigma_data in front",
        ),
    },
)
def edm_preconditioning(board):
    """Three requirements, three numbers: what comes in has variance one, what has to come out has variance one, and
    of all shares that could be passed on around the network that is taken which amplifies its errors least (the
    target's variance is a convex parabola in the share, so where its slope vanishes it is least)."""
    seen, said = (board.given(network_variances, output=v) for v in (input_variance, target_variance))
    wanted = [board.given(preconditioning, output=v) for v in (input_variance, target_variance)]
    scale_in = board.solve(board.equal(seen, wanted[0], "unit variance comes in"), c_in, "solved for the input's scale")
    scale_out = board.solve(
        board.equal(said, wanted[1], "unit variance goes out"), c_out, "solved for the output's scale"
    )
    slope = board.differentiate(scale_out, c_skip, "how it depends on the share passed on")
    least = board.equal(slope, board.given(preconditioning, output=slope.lhs), "least where the slope vanishes")
    return [board.solve(least, c_skip, "solved for the share"), scale_out, scale_in]

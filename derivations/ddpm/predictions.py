"""The posterior mean of a reverse step from what a network predicts: one derivation, one formula for each."""

from sympy import Eq

from derivations import witnesses
from derivations.ddpm.posterior import CHAIN, new_and_old, posterior_mean_of_a_step
from derivations.engine.equation import EQUATIONS, Source, equation
from derivations.notation import *

WORDS = {q: words for q, _, words in PREDICTIONS}


def _family(given, formula, inputs, source, near_misses, assumptions=lambda: []):
    """One member: its formula is the claim; the derivation puts the predicted data point into the posterior mean."""

    def derivation(board):
        mean_of = board.given(posterior_mean_of_a_step)
        recovered = board.given(EQUATIONS[f"conversions.data_from_{TABLE[given].name}"])
        return board.substitute(mean_of, recovered, reason="the data point that the network implies")

    words = WORDS[given]
    return equation(
        text=f"The {words} implies a data point, and that determines where the step goes.",
        id=f"ddpm.posterior_mean_from_{TABLE[given].name}",
        title=f"Posterior mean of a reverse step, from the {words}",
        claim=lambda: Eq(ancestral_mean, formula()),
        where=new_and_old,
        inputs=[x, given, *inputs, alpha_s, sigma_s],
        assumptions=lambda: [alpha_s * sigma > alpha * sigma_s, *assumptions()],
        sources=[source],
        scope=CHAIN,
        witness=witnesses.a_noising_step,
        near_misses=near_misses,
    )(derivation)


def from_data(point_of_data):
    """The published formula, with a data point that is itself a formula."""
    return alpha_s * added_share * point_of_data + kept_ratio * sigma_s / sigma * x


_family(
    noise,
    lambda: alpha_s / alpha * (x - sigma * added_share * noise),
    [alpha, sigma],
    Source("ho2020", "eq. (11)"),
    {
        "all the noise removed in one step": (
            lambda: alpha_s / alpha * (x - sigma * noise),
            "coleygroup/shepherd #13 and PR #14: var_dash where sigma² of the one step belongs",
        ),
        "noise read as data": (
            lambda: from_data(noise),
            "diffusers #1486: one type of prediction read as another",
        ),
    },
    assumptions=lambda: [alpha > 0],
)
_family(
    velocity,
    lambda: from_data((sigma * velocity - dsigma * x) / (dalpha * sigma - alpha * dsigma)),
    [alpha, sigma, dalpha, dsigma],
    Source("house", "posterior mean and conversion"),
    {
        "v-prediction taken for the velocity": (
            lambda: from_data((alpha * x - sigma * velocity) / (alpha**2 + sigma**2)),
            "diffusers `get_velocity` returns the v-prediction; naming in physicsnemo PR #1931",
        ),
    },
    assumptions=lambda: [dalpha * sigma - alpha * dsigma > 0],
)
_family(
    v_prediction,
    lambda: from_data((alpha * x - sigma * v_prediction) / (alpha**2 + sigma**2)),
    [alpha, sigma],
    Source("salimans2022", "app. D"),
    {},
)
_family(
    score,
    lambda: alpha_s / alpha * (x + sigma**2 * added_share * score),
    [alpha, sigma],
    Source("song2021sde", "app. E"),
    {"sign": (lambda: alpha_s / alpha * (x - sigma**2 * added_share * score), "lebellig/flow-matching #2")},
    assumptions=lambda: [alpha > 0],
)

"""One step of the noising chain, steps skipped or not, and the point before it, given x and the data point."""

from sympy import Eq, sqrt

from derivations import witnesses
from derivations.components import component_mean, component_posterior_variance
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import moments
from derivations.notation import *

CHAIN = "any schedule, any two times, componentwise"
CITED = [Source("ho2020", "eqs. (6) and (7)"), Source("kingma2021", "app. A")]

variances = definition(
    id="ddpm.variances",
    title="Variance of x, given the data point, and the share of it that is new",
    claim=lambda: [
        Eq(path_variance, second_moment - first_moment**2),
        Eq(added_share, transition_deviation**2 / sigma**2),
    ],
    inputs=[first_moment, second_moment],
    sources=[Source("house", "names")],
    text="The mean square less the square of the mean; and what part of it the step from s to t has added.",
    witness=witnesses.moments_before_and_after,
)

noising_step = definition(
    id="ddpm.noising_step",
    title="A step of the noising chain",
    claim=lambda: [
        Eq(first_moment, transition_factor * first_moment_s),
        Eq(path_variance, transition_factor**2 * path_variance_s + transition_deviation**2),
    ],
    inputs=[first_moment_s, path_variance_s, transition_factor, transition_deviation],
    sources=[Source("ho2020", "eq. (2)"), Source("kingma2021", "app. A")],
    text="""From s to t the point shrinks and normal noise comes in, independent of all that was before. Means shrink;
    variances shrink with the square and add up, whatever the law of x at time s is.""",
    witness=witnesses.moments_before_and_after,
)


def new_and_old():
    """How much of the noise at time t is new. Both terms of the sum in `added_share` have one sign where the signal
    grows and the noise falls from t to s: no digits cancel, however close the times are."""
    return [
        Eq(kept_ratio, alpha * sigma_s / (alpha_s * sigma)),
        Eq(
            added_share,
            (alpha_s * (sigma - sigma_s) + (alpha_s - alpha) * sigma_s) / (alpha_s * sigma) * (1 + kept_ratio),
        ),
    ]


def law_at(board, at=None):
    """Mean and variance of the path at one time, given the data point."""
    mean_of, square = (board.given(moments, output=m, at=at) for m in (first_moment, second_moment))
    return mean_of, board.substitute(board.given(variances, at=at), mean_of, square, reason="mean and mean square")


@equation(
    id="ddpm.transition",
    title="Forward kernel: from s to the noisier t",
    claim=lambda: [
        Eq(transition_factor, alpha / alpha_s),
        Eq(transition_deviation, sqrt(sigma**2 - (alpha / alpha_s * sigma_s) ** 2)),
    ],
    where=new_and_old,
    stable=lambda: Eq(transition_deviation, sigma * sqrt(added_share)),
    inputs=[alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=[Source("kingma2021", "app. A")],
    scope=CHAIN,
    witness=witnesses.a_noising_step,
    near_misses={
        "deviation printed as the covariance": (
            lambda: Eq(transition_deviation, sqrt(sigma * sqrt(added_share))),
            "huggingface/diffusion-models-class #18: the deviation printed as the covariance",
        ),
    },
)
def transition(board):
    """Given the data point, the chain has to be where the path is, at both times: one equation for the means, one for
    the variances. Nothing was said about steps in between: they are skipped."""
    mean_then, variance_then = law_at(board, {t: s})
    mean_now, variance_now = law_at(board)
    shrunk = board.substitute(board.given(noising_step), mean_then, reason="the mean at time s")
    same = board.equal(shrunk, mean_now, "the chain has the mean of the path")
    factor = board.solve(same, transition_factor, "solved for the factor")
    spread = board.given(noising_step, output=path_variance)
    spread = board.substitute(spread, variance_then, factor, reason="the variance at time s, and the factor")
    same = board.equal(spread, variance_now, "the chain has the variance of the path")
    return [factor, board.solve(same, transition_deviation, "what is missing is new noise")]


@equation(
    id="ddpm.added_share",
    title="Share of the noise that a step has added",
    claim=lambda: Eq(added_share, 1 - (alpha * sigma_s / (alpha_s * sigma)) ** 2),
    stable=lambda: Eq(
        added_share,
        (alpha_s * (sigma - sigma_s) + (alpha_s - alpha) * sigma_s)
        / (alpha_s * sigma)
        * (1 + alpha * sigma_s / (alpha_s * sigma)),
    ),
    inputs=[alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=[Source("kingma2021", "app. A")],
    scope=CHAIN,
    witness=witnesses.a_noising_step,
)
def share_of_new_noise(board):
    """The rest is older noise, shrunk with the signal: its share is the ratio of the two signal-to-noise ratios.
    As a difference from one this loses its digits when the times are close. In factors it keeps them: where the signal
    grows and the noise falls, it is a sum of two positive terms."""
    deviation = board.given(transition, output=transition_deviation)
    return board.substitute(board.given(variances, output=added_share), deviation, reason="the variance of what is new")


BEFORE = {alpha: transition_factor, sigma: transition_deviation, mean: first_moment_s, variance: path_variance_s}


def before(board, known, name, at=BEFORE):
    """x at time s is to x at time t what a Gaussian data point is to a point of its path."""
    law = board.given(known, at={**at, name[0]: name[1]}, reason="the point before, seen through the step")
    used = [line for line in law_at(board, {t: s}) if law.rhs.has(line.lhs)]
    kernel = [board.given(transition, output=q) for q in (transition_factor, transition_deviation)]
    return board.substitute(law, *used, *kernel, reason="where the path is at time s, and the forward kernel")


@equation(
    id="ddpm.posterior_mean",
    title="Posterior mean of a reverse step, from the data point",
    claim=lambda: Eq(ancestral_mean, alpha_s * (1 - kept_ratio**2) * data + kept_ratio * sigma_s / sigma * x),
    where=new_and_old,
    stable=lambda: Eq(ancestral_mean, alpha_s * added_share * data + kept_ratio * sigma_s / sigma * x),
    inputs=[x, data, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=CITED,
    scope=CHAIN,
    witness=witnesses.a_noising_step,
)
def posterior_mean_of_a_step(board):
    """Which points at time s lead to x, on average, if the data point is known? They are normal around where the path
    is at time s, and x is one of them, shrunk and with noise. That is the posterior of Gaussian data."""
    return before(board, component_mean, (posterior_mean, ancestral_mean))


@equation(
    id="ddpm.posterior_variance",
    title="Posterior variance of a reverse step (fixed-small)",
    claim=lambda: Eq(ancestral_variance, sigma_s**2 * (1 - kept_ratio**2)),
    where=new_and_old,
    stable=lambda: Eq(ancestral_variance, sigma_s**2 * added_share),
    inputs=[alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=CITED,
    scope=CHAIN,
    witness=witnesses.a_noising_step,
)
def posterior_variance_of_a_step(board):
    """How far are the points at time s spread that lead to x, if the data point is known? It is the variance of the
    reverse step for data that are a single point, and zero in the last step, where no noise is left."""
    return before(board, component_posterior_variance, (posterior_variance, ancestral_variance))

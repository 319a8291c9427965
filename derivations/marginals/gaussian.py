"""Gaussian data: matrix statements, in any dimension."""

from sympy import Eq

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *

bayes = definition(
    id="marginals.bayes",
    title="Bayes' rule for scores",
    claim=lambda: Eq(posterior_score, prior_score + likelihood_score),
    inputs=[prior_score, likelihood_score],
    sources=[Source("bishop2006", "eq. (1.44)")],
    text="Posterior = prior times likelihood over evidence, and the evidence does not depend on the data point.",
    witness=witnesses.one_coordinate_of_a_posterior,
)

data_score = definition(
    id="marginals.score_of_gaussian_data",
    title="Score of Gaussian data",
    claim=lambda: Eq(prior_score, -1 / covariance * (data - mean)),
    inputs=[data, mean, covariance],
    contexts={"data": "one Gaussian"},
    sources=[Source("bishop2006", "eq. (2.43)")],
    scope="any dimension",
    text="The gradient of the quadratic form in the exponent.",
    witness=witnesses.a_gaussian_posterior,
)

likelihood_gradient = definition(
    id="marginals.score_of_the_likelihood",
    title="Score of the likelihood, in the data point",
    claim=lambda: Eq(likelihood_score, alpha * (x - alpha * data) / sigma**2),
    inputs=[x, data, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.43)")],
    scope="any dimension",
    text="x is normal around alpha data with deviation sigma in every direction.",
    witness=witnesses.one_coordinate_of_a_posterior,
)

gaussian_posterior = definition(
    id="marginals.score_of_a_gaussian_posterior",
    title="A density whose score is affine is Gaussian",
    claim=lambda: Eq(posterior_score, -1 / posterior_covariance * (data - posterior_mean)),
    inputs=[data, posterior_mean, posterior_covariance],
    contexts={"data": "one Gaussian"},
    sources=[Source("bishop2006", "sec. 2.3.1")],
    scope="any dimension",
    text="Its mean is where the score vanishes, its covariance minus the inverse of the score's slope.",
    witness=witnesses.a_gaussian_posterior,
)


@equation(
    id="marginals.posterior_mean",
    title="Expected data point of a Gaussian, given x",
    claim=lambda: Eq(
        posterior_mean, mean + alpha * covariance / (alpha**2 * covariance + sigma**2) * (x - alpha * mean)
    ),
    inputs=[x, mean, covariance, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.116)"), Source("efron2011", "eq. (1.4)")],
    scope="any dimension, full covariance",
    witness=witnesses.bayes_by_quadrature,
    experiment="posterior_average",
    near_misses={
        "score with the wrong sign": (
            lambda: (x + sigma**2 / (alpha**2 * covariance + sigma**2) * (x - alpha * mean)) / alpha,
            "notes `An introduction to Flow Matching and Diffusion Models`, connection to denoising",
        ),
        "deviation where the variance belongs": (
            lambda: mean + alpha * covariance / (alpha**2 * covariance + sigma) * (x - alpha * mean),
            "huggingface/diffusion-models-class #18: the deviation printed as the covariance",
        ),
        "mean of the data ignored": (
            lambda: alpha * covariance / (alpha**2 * covariance + sigma**2) * x,
            "score_sde_pytorch #64: mean and variance of the data ignored in the prior",
        ),
    },
)
def posterior_mean_of_a_gaussian(board):
    """Which data points lead to x, on average? By Bayes' rule the score of the data point, given x, is
    affine in it; so the posterior is Gaussian, and comparing coefficients gives its mean."""
    centre, _ = posterior_of_a_gaussian(board)
    return centre


@equation(
    id="marginals.posterior_covariance",
    title="Covariance of the data point of a Gaussian, given x",
    claim=lambda: Eq(posterior_covariance, sigma**2 * covariance / (alpha**2 * covariance + sigma**2)),
    inputs=[covariance, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.117)")],
    scope="any dimension, full covariance",
    witness=witnesses.bayes_by_quadrature,
    experiment="posterior_spread",
    near_misses={
        "deviation where the variance belongs": (
            lambda: sigma * covariance / (alpha**2 * covariance + sigma),
            "huggingface/diffusion-models-class #18: the deviation printed as the covariance",
        ),
    },
)
def posterior_covariance_of_a_gaussian(board):
    """How far are the data points that lead to x spread? The same comparison of coefficients gives the covariance
    of the posterior: it does not depend on x."""
    _, spread = posterior_of_a_gaussian(board)
    return spread


def posterior_of_a_gaussian(board):
    """Mean and covariance of the data point, given x."""
    prior, likelihood = board.given(data_score), board.given(likelihood_gradient)
    posterior = board.substitute(board.given(bayes), prior, likelihood, reason="prior and likelihood")
    same = board.equal(posterior, board.given(gaussian_posterior), "both are the score of the posterior")
    return board.match(
        same, data, [posterior_mean, posterior_covariance], "equal for every data point: compare coefficients"
    )

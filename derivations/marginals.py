"""What is known once the data point is averaged out.

Marginal quantities are conditional expectations given x: averages over the data points that could have
led there, with their *posterior* weights. For a Gaussian mixture they are exact: those of one Gaussian, averaged over
the components.
"""

from sympy import Derivative, Eq, Integral, log

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *

# ---- a Gaussian: matrix statements ------------------------------------------------------------------

bayes = definition(
    id="marginals.bayes",
    title="Bayes' rule for scores",
    claim=lambda: Eq(posterior_score, prior_score + likelihood_score),
    inputs=[prior_score, likelihood_score],
    sources=[Source("bishop2006", "eq. (1.44)")],
    text="Posterior = prior times likelihood over evidence, and the evidence does not depend on the data point.",
)

data_score = definition(
    id="marginals.score_of_gaussian_data",
    title="Score of Gaussian data",
    claim=lambda: Eq(prior_score, -1 / covariance * (data - mean)),
    inputs=[data, mean, covariance],
    sources=[Source("bishop2006", "eq. (2.43)")],
    scope="any dimension",
    text="The gradient of the quadratic form in the exponent.",
)

likelihood_gradient = definition(
    id="marginals.score_of_the_likelihood",
    title="Score of the likelihood, in the data point",
    claim=lambda: Eq(likelihood_score, alpha * (x - alpha * data) / sigma**2),
    inputs=[x, data, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.43)")],
    scope="any dimension",
    text="x is normal around alpha data with deviation sigma in every direction.",
)

gaussian_posterior = definition(
    id="marginals.score_of_a_gaussian_posterior",
    title="A density whose score is affine is Gaussian",
    claim=lambda: Eq(posterior_score, -1 / posterior_covariance * (data - posterior_mean)),
    inputs=[data, posterior_mean, posterior_covariance],
    sources=[Source("bishop2006", "sec. 2.3.1")],
    scope="any dimension",
    text="Its mean is where the score vanishes, its covariance minus the inverse of the score's slope.",
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
    prior, likelihood = board.given(data_score), board.given(likelihood_gradient)
    posterior = board.substitute(board.given(bayes), prior, likelihood, reason="prior and likelihood")
    same = board.equal(posterior, board.given(gaussian_posterior), "both are the score of the posterior")
    centre, _ = board.match(
        same, data, [posterior_mean, posterior_covariance], "equal for every data point: compare coefficients"
    )
    return centre


# ---- the density of x ---------------------------------------------------------------------------------

total_probability = definition(
    id="marginals.total_probability",
    title="Density of x: the data point averaged out",
    claim=lambda: Eq(marginal_density, over_space(prior_density * conditional_density, data)),
    inputs=[prior_density],
    sources=[Source("bishop2006", "eq. (1.31)")],
    scope="d = 1",
    text="Each data point contributes the density of its own path, weighted with its own probability.",
)

log_of_the_density = definition(
    id="marginals.log_density",
    title="Log density",
    claim=lambda: Eq(log_density, log(marginal_density)),
    inputs=[marginal_density],
    sources=[Source("house", "a name")],
    text="The logarithm of the density of x.",
)


# ---- mixtures ------------------------------------------------------------------------------------------

mixture_data = definition(
    id="marginals.mixture_data",
    title="Mixture of data densities",
    claim=lambda: Eq(prior_density, over_components(weight * component_prior)),
    inputs=[weight, component_prior],
    sources=[Source("bishop2006", "eq. (2.188)")],
    scope="any finite number of components",
    text="Draw a component, then draw from it.",
)

expected_velocity = definition(
    id="marginals.expected_velocity",
    title="The marginal velocity is the posterior average of conditional velocities",
    claim=lambda: Eq(
        marginal_velocity,
        over_space(some_velocity * conditional_density * prior_density, data)
        / over_space(conditional_density * prior_density, data),
    ),
    inputs=[some_velocity, prior_density],
    sources=[Source("lipman2023", "eq. (8)")],
    scope="any data density, componentwise",
    text="Conditional expectation given x, by Bayes' rule.",
)

component_evidence = definition(
    id="marginals.component_density",
    title="Density of x in one component",
    claim=lambda: Eq(component_density, over_space(conditional_density * component_prior, data)),
    inputs=[component_prior],
    sources=[Source("bishop2006", "eq. (1.31)")],
    scope="any data density",
    text="The data point of this component averaged out.",
)

component_average = definition(
    id="marginals.component_expected_velocity",
    title="Marginal velocity of one component",
    claim=lambda: Eq(
        component_velocity,
        over_space(some_velocity * conditional_density * component_prior, data)
        / over_space(conditional_density * component_prior, data),
    ),
    inputs=[some_velocity, component_prior],
    sources=[Source("lipman2023", "eq. (8)")],
    scope="any data density, componentwise",
    text="The posterior average within one component.",
)

slope_of_a_component = definition(
    id="marginals.component_score_definition",
    title="Slopes of one component",
    claim=lambda: [
        Eq(Derivative(component_density, x), component_density * component_score),
        Eq(Derivative(component_velocity, x), component_divergence),
    ],
    inputs=[component_density, component_score, component_divergence],
    sources=[Source("house", "the score and the divergence, read from right to left")],
    text="A density's slope is the density times its score; a velocity's slope is its divergence.",
)


@equation(
    id="marginals.velocity",
    title="Marginal velocity of a mixture",
    claim=lambda: Eq(
        marginal_velocity,
        over_components(weight * component_density * component_velocity) / over_components(weight * component_density),
    ),
    inputs=[weight, component_density, component_velocity],
    sources=[Source("lipman2023", "eq. (8)"), Source("albergo2023", "sec. 4")],
    scope="any number of components, any component densities, componentwise",
    witness=witnesses.mixture_by_quadrature,
    experiment="average_over_components",
    near_misses={
        "prior average": (
            lambda: over_components(weight * component_velocity),
            "notes `An introduction to Flow Matching and Diffusion Models`, "
            "marginal score: its inequality holds for the prior average only",
        ),
        "weights lost": (
            lambda: over_components(component_density * component_velocity) / over_components(component_density),
            "bayesflow #787: weights lost in a broadcast",
        ),
    },
)
def mixture_velocity(board):
    """At one place there are points of every component. Each component has its own velocity there;
    the velocity of all is their average, weighted by how many of the points *here* belong to each."""
    average = board.given(expected_velocity)
    mixed = board.substitute(average, board.given(mixture_data), reason="the data is a mixture")
    linear = board.interchange(mixed, "integrals and sums are linear")
    evidence = board.given(component_evidence)
    within = board.recognise(board.given(component_average), evidence, reason="the density of the component")
    flux = board.solve(within, Integral, "what one component contributes")
    short = board.recognise(linear, evidence, reason="the density of each component")
    return board.substitute(short, flux, reason="the velocity of each component")


@equation(
    id="marginals.divergence",
    title="Divergence of the marginal velocity of a mixture",
    claim=lambda: Eq(divergence, gain - marginal_score * marginal_velocity),
    where=lambda: [
        Eq(marginal_density, over_components(weight * component_density)),
        Eq(
            gain,
            over_components(weight * component_density * (component_divergence + component_score * component_velocity))
            / marginal_density,
        ),
        Eq(marginal_score, over_components(weight * component_density * component_score) / marginal_density),
        Eq(marginal_velocity, over_components(weight * component_density * component_velocity) / marginal_density),
    ],
    inputs=[weight, component_density, component_velocity, component_score, component_divergence],
    sources=[Source("house", "quotient rule")],
    scope="any number of components; one coordinate's share, any d",
    witness=witnesses.mixture_by_quadrature,
)
def mixture_divergence(board):
    """Not the average of the divergences: the weights, too, depend on x."""
    slope = board.slope(board.given(mixture_velocity), x, "slope in x")
    slopes = [board.given(slope_of_a_component, output=q.diff(x)) for q in (component_density, component_velocity)]
    return board.substitute(slope, *slopes, reason="slopes of the components")

"""Mixtures of data densities: averages over the components, weighted with how probable each is, given x."""

from sympy import Derivative, Eq, Integral, log

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import point
from derivations.marginals.any_data import expected_velocity, log_of_the_density, total_probability
from derivations.notation import *

PRIOR_AVERAGE = (
    "notes `An introduction to Flow Matching and Diffusion Models`, "
    "marginal score: its inequality holds for the prior average only"
)
LOST_WEIGHTS = "bayesflow #787: weights lost in a broadcast"


def averaged(quantity):
    """The average over the components, each weighted with how many of the points at x belong to it."""
    return over_components(weight * component_density * quantity) / over_components(weight * component_density)


mixture_data = definition(
    id="marginals.mixture_data",
    title="Mixture of data densities",
    claim=lambda: Eq(prior_density, over_components(weight * component_prior)),
    inputs=[weight, component_prior],
    sources=[Source("bishop2006", "eq. (2.188)")],
    scope="any finite number of components",
    text="Draw a component, then draw from it.",
    witness=witnesses.draws_from_a_mixture,
)

component_evidence = definition(
    id="marginals.component_density",
    title="Density of x in one component",
    claim=lambda: Eq(component_density, over_space(conditional_density * component_prior, data)),
    inputs=[component_prior],
    sources=[Source("bishop2006", "eq. (1.31)")],
    scope="any data density",
    text="The data point of this component averaged out.",
    witness=witnesses.three_clouds,
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
    witness=witnesses.three_clouds,
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
    witness=witnesses.three_clouds,
)


@equation(
    id="marginals.velocity",
    title="Marginal velocity of a mixture",
    claim=lambda: Eq(marginal_velocity, averaged(component_velocity)),
    inputs=[weight, component_density, component_velocity],
    sources=[Source("lipman2023", "eq. (8)"), Source("albergo2023", "sec. 4")],
    scope="any number of components, any component densities, componentwise",
    witness=witnesses.mixture_by_quadrature,
    experiment="average_over_components",
    near_misses={
        "prior average": (
            lambda: over_components(weight * component_velocity),
            PRIOR_AVERAGE,
        ),
        "weights lost": (
            lambda: over_components(component_density * component_velocity) / over_components(component_density),
            LOST_WEIGHTS,
        ),
    },
)
def mixture_velocity(board):
    """At one place there are points of every component. Each component has its own velocity there;
    the velocity of all is their average, weighted by how many of the points *here* belong to each."""
    return average_over_components(board, board.given(expected_velocity), board.given(component_average))


def average_over_components(board, whole, within):
    """Two posterior averages of the same quantity, over all data and over that of a component: the one is the
    average of the other."""
    mixed = board.substitute(whole, board.given(mixture_data), reason="the data is a mixture")
    linear = board.interchange(mixed, "integrals and sums are linear")
    evidence = board.given(component_evidence)
    own = board.recognise(within, evidence, reason="the density of the component")
    share = board.solve(own, Integral, "what one component contributes")
    short = board.recognise(linear, evidence, reason="the density of each component")
    return board.substitute(short, share, reason="the average within each component")


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


# ---- how probable each component is, and what follows from it ----------------------------------------------

component_given_x = definition(
    id="marginals.component_given_x",
    title="Posterior probability of a component",
    claim=lambda: Eq(
        responsibility,
        weight
        * over_space(conditional_density * component_prior, data)
        / over_space(conditional_density * prior_density, data),
    ),
    inputs=[weight, component_prior, prior_density],
    sources=[Source("bishop2006", "sec. 2.3.9")],
    scope="any data density",
    text="Bayes' rule: how much of the density of x comes from the component.",
    witness=witnesses.three_clouds,
)


@equation(
    id="marginals.responsibilities",
    title="Posterior probability of each component, given x",
    claim=lambda: Eq(responsibility, weight * component_density / over_components(weight * component_density)),
    inputs=[weight, component_density],
    sources=[Source("bishop2006", "sec. 2.3.9")],
    scope="any number of components, any component densities, any d",
    witness=witnesses.mixture_in_the_plane,
    experiment="share_of_each_component",
    near_misses={
        "prior weights": (lambda: weight, PRIOR_AVERAGE),
        "weights lost": (lambda: component_density / over_components(component_density), LOST_WEIGHTS),
    },
)
def responsibilities(board):
    """Of the points at x, which part belongs to each component? Not its weight among all the data: also how much of
    the component comes by here."""
    mixed = board.substitute(board.given(component_given_x), board.given(mixture_data), reason="the data is a mixture")
    linear = board.interchange(mixed, "integrals and sums are linear")
    return board.recognise(linear, board.given(component_evidence), reason="the density of each component")


@equation(
    id="marginals.mixture_log_density",
    title="Log density of x for a mixture",
    claim=lambda: Eq(log_density, log(over_components(weight * component_density))),
    inputs=[weight, component_density],
    sources=[Source("bishop2006", "eq. (2.188)")],
    scope="any number of components, any component densities, any d",
    witness=witnesses.mixture_in_the_plane,
    experiment="density_of_the_points",
    near_misses={"weights lost": (lambda: log(over_components(component_density)), LOST_WEIGHTS)},
)
def mixture_log_density(board):
    """Noise keeps a mixture a mixture, with the same weights: each component is seen through the path on its own."""
    total = board.substitute(board.given(total_probability), board.given(mixture_data), reason="the data is a mixture")
    linear = board.interchange(total, "integrals and sums are linear")
    short = board.recognise(linear, board.given(component_evidence), reason="the density of each component")
    return board.substitute(board.given(log_of_the_density), short, reason="take the logarithm")


@equation(
    id="marginals.mixture_score",
    title="Score of a mixture",
    claim=lambda: Eq(marginal_score, averaged(component_score)),
    inputs=[weight, component_density, component_score],
    sources=[Source("song2021sde", "sec. 3.3"), Source("vincent2011", "sec. 4")],
    scope="any number of components, any component densities, componentwise",
    witness=witnesses.mixture_in_the_plane,
    experiment="stein_identity",
    near_misses={
        "prior average": (lambda: over_components(weight * component_score), PRIOR_AVERAGE),
        "weights lost": (
            lambda: over_components(component_density * component_score) / over_components(component_density),
            LOST_WEIGHTS,
        ),
    },
)
def mixture_score(board):
    """The slope of the log density: the scores of the components, averaged with their posterior probabilities."""
    slope = board.slope(board.given(mixture_log_density), x, "slope in x")
    own = board.given(slope_of_a_component, output=component_density.diff(x))
    return board.substitute(slope, own, reason="slope of each component's density")


@equation(
    id="marginals.mixture_denoiser",
    title="Expected data point of a mixture, given x",
    claim=lambda: Eq(posterior_mean, averaged(component_expected_data)),
    inputs=[weight, component_density, component_expected_data],
    sources=[Source("bishop2006", "sec. 2.3.9"), Source("lipman2024", "sec. 4.8")],
    scope="any number of components, any component densities, componentwise",
    witness=witnesses.mixture_in_the_plane,
    experiment="average_over_components",
    near_misses={
        "prior average": (lambda: over_components(weight * component_expected_data), PRIOR_AVERAGE),
        "weights lost": (
            lambda: over_components(component_density * component_expected_data) / over_components(component_density),
            LOST_WEIGHTS,
        ),
    },
)
def mixture_denoiser(board):
    """The velocity is one function of the data point, the data point itself another: the same average."""
    whole = board.given(expected_velocity, at={some_velocity: data, marginal_velocity: posterior_mean})
    own = board.given(component_average, at={some_velocity: data, component_velocity: component_expected_data})
    return average_over_components(board, whole, own)


@equation(
    id="marginals.mixture_noise",
    title="Expected noise of a mixture, given x",
    claim=lambda: Eq(expected_noise, averaged(component_expected_noise)),
    inputs=[weight, component_density, component_expected_noise],
    sources=[Source("lipman2024", "sec. 4.8")],
    scope="any number of components, any component densities, componentwise",
    witness=witnesses.mixture_in_the_plane,
    experiment="average_over_components",
    near_misses={
        "prior average": (lambda: over_components(weight * component_expected_noise), PRIOR_AVERAGE),
    },
)
def mixture_noise(board):
    """Given x, the noise is a function of the data point, and it is averaged like every other."""
    removed = board.solve(board.given(point), noise, "the noise that leads from the data point to x")
    whole = board.given(expected_velocity, at={some_velocity: noise, marginal_velocity: expected_noise})
    own = board.given(component_average, at={some_velocity: noise, component_velocity: component_expected_noise})
    in_data = [board.substitute(line, removed, reason="as a function of the data point") for line in (whole, own)]
    split = [board.interchange(line, "integrals are linear") for line in in_data]
    return average_over_components(board, *split)

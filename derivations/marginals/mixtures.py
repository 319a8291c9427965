"""Mixtures of data densities: averages over the components, weighted with how probable each is, given x."""

from sympy import Derivative, Eq, Integral

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.marginals.any_data import expected_velocity
from derivations.notation import *

mixture_data = definition(
    id="marginals.mixture_data",
    title="Mixture of data densities",
    claim=lambda: Eq(prior_density, over_components(weight * component_prior)),
    inputs=[weight, component_prior],
    sources=[Source("bishop2006", "eq. (2.188)")],
    scope="any finite number of components",
    text="Draw a component, then draw from it.",
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

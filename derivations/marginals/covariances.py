"""Second moments: how far the data points that lead to x are spread, and in which directions."""

from sympy import Eq, Integral

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import density
from derivations.marginals.any_data import tweedie
from derivations.marginals.mixtures import averaged, mixture_data, mixture_denoiser
from derivations.notation import *


def posterior_weighted(quantity):
    """The posterior average of a function of two coordinates of the data point."""
    law = conditional_densities[1] * pair_prior
    return over_plane(quantity * law) / over_plane(law)


moments_of_a_pair = definition(
    id="marginals.moments_of_a_pair",
    title="Two coordinates of the data point, given x: means, variance, covariance",
    claim=lambda: [
        Eq(marginal_density, over_plane(conditional_densities[1] * pair_prior)),
        Eq(posterior_mean, posterior_weighted(data)),
        Eq(posterior_mean_2, posterior_weighted(data_2)),
        Eq(posterior_variance, posterior_weighted((data - posterior_mean) ** 2)),
        Eq(pair_covariance, posterior_weighted((data - posterior_mean) * (data_2 - posterior_mean_2))),
    ],
    inputs=[pair_prior],
    sources=[Source("bishop2006", "sec. 1.2.2")],
    scope="any data density, d = 2",
    text="Conditional expectations given x, by Bayes' rule, of two coordinates at once.",
    witness=witnesses.a_pair_of_coordinates,
)

SECOND = {posterior_mean: posterior_mean_2, marginal_score: marginal_score_2, x: points[1]}  # the second coordinate


@equation(
    id="marginals.tweedie_covariance",
    title="Tweedie's formula of second order: the covariance of the data point from the slopes of the score",
    claim=lambda: [
        Eq(posterior_variance, sigma**2 / alpha**2 * (1 + sigma**2 * score_slope)),
        Eq(pair_covariance, sigma**4 / alpha**2 * score_cross_slope),
    ],
    inputs=[score_slope, score_cross_slope, alpha, sigma],
    assumptions=lambda: [alpha > 0],
    sources=[Source("efron2011", "sec. 2")],
    scope="any data density; one coordinate and a pair, d = 2",
    witness=witnesses.mixture_in_the_plane,
    experiment="posterior_spread",
)
def tweedie_covariance(board):
    """Move x a little along the first coordinate: how much the expected data point follows is its covariance with that
    coordinate. By Tweedie's formula it is also the slope of the score."""
    law = board.given(density, output=conditional_densities[1])
    steep = board.differentiate(law, x, "slope of the path's density")
    kernel = board.recognise(steep, law, reason="each data point's share changes by its own score")
    total = board.given(moments_of_a_pair, output=marginal_density)
    firsts, covariances = [], []
    for mean_of, spread, names in (
        (posterior_mean, posterior_variance, {}),
        (posterior_mean_2, pair_covariance, SECOND),
    ):
        mean_line = board.given(moments_of_a_pair, output=mean_of)
        firsts.append(board.solve(board.recognise(mean_line, total, reason="the density"), Integral, "first moment"))
        around = board.interchange(board.given(moments_of_a_pair, output=spread), "integrals are linear")
        second = board.substitute(board.recognise(around, total, reason="the density"), *firsts, reason="the means")
        product = board.solve(second, Integral, "expected product, from the covariance")
        moved = board.substitute(board.slope(mean_line, x, "under the integral"), kernel, reason="each share's slope")
        linear = board.recognise(board.interchange(moved, "integrals are linear"), total, reason="the density")
        slope = board.substitute(linear, *firsts, product, reason="the slope of the mean is a covariance")
        formula = board.slope(board.given(tweedie, at=names), x, "slope of Tweedie's formula")
        same = board.equal(slope, formula, "the same slope")
        covariances.append(board.solve(same, spread, "solve for the covariance"))
    return covariances


COMPONENT = {
    pair_prior: component_pair_prior,
    marginal_density: component_density,
    posterior_mean: component_expected_data,
    posterior_mean_2: component_expected_data_2,
    pair_covariance: component_pair_covariance,
}


@equation(
    id="marginals.mixture_covariance",
    title="Covariance of the data point of a mixture, given x",
    claim=lambda: Eq(
        pair_covariance,
        averaged(
            component_pair_covariance
            + (component_expected_data - posterior_mean) * (component_expected_data_2 - posterior_mean_2)
        ),
    ),
    where=lambda: [
        Eq(posterior_mean, averaged(component_expected_data)),
        Eq(posterior_mean_2, averaged(component_expected_data_2)),
    ],
    inputs=[
        weight,
        component_density,
        component_expected_data,
        component_expected_data_2,
        component_pair_covariance,
    ],
    sources=[Source("house", "law of total covariance")],
    scope="any number of components, any component densities; one pair of coordinates, d = 2",
    witness=witnesses.mixture_in_the_plane,
    experiment="posterior_spread",
)
def mixture_covariance(board):
    """The spread within the components, averaged, and the spread of their means: between two components far apart
    nearly all of the covariance is their distance."""
    evidence = board.given(moments_of_a_pair, output=marginal_density, at=COMPONENT, reason="one component")
    products = []
    for moment in (posterior_mean, posterior_mean_2, pair_covariance):
        own = board.given(moments_of_a_pair, output=moment, at=COMPONENT, reason="one component")
        split = own if moment is not pair_covariance else board.interchange(own, "integrals are linear")
        short = board.recognise(split, evidence, reason="the density of the component")
        known = board.substitute(short, *products, reason="its means") if products[1:] else short
        products.append(board.solve(known, Integral, "what the component contributes"))
    pair = {prior_density: pair_prior, component_prior: component_pair_prior}
    data_law = board.given(mixture_data, at=pair, reason="the data is a mixture, in two coordinates")
    mixed = board.substitute(board.given(moments_of_a_pair, output=pair_covariance), data_law, reason="a mixture")
    linear = board.interchange(mixed, "integrals and sums are linear")
    around = board.interchange(linear, "around the mean of all")
    short = board.recognise(around, evidence, reason="the density of each component")
    contributed = board.substitute(short, *products, reason="what each component contributes")
    first = board.given(mixture_denoiser)
    second = board.given(
        mixture_denoiser,
        at={posterior_mean: posterior_mean_2, component_expected_data: component_expected_data_2},
        reason="the second coordinate",
    )
    return board.substitute(contributed, first, second, reason="the means of all")

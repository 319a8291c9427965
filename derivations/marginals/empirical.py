"""A finite set of data points: the field that training on it aims at, in closed form.

Each data point is a component of the mixture: a Gaussian whose variance has vanished, with the weight of all others.
"""

from sympy import Eq, exp, pi

from derivations import witnesses
from derivations.components import component_mean as mean_of_a_gaussian
from derivations.components import component_velocity_of_a_gaussian
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import half_variance_rate_definition
from derivations.marginals.mixtures import mixture_denoiser, mixture_velocity
from derivations.notation import *

around_a_point = definition(
    id="marginals.density_around_a_data_point",
    title="Density of x around one data point",
    claim=lambda: Eq(
        component_density, exp(-squared_distance / (2 * sigma**2)) / (2 * pi * sigma**2) ** (dimension / 2)
    ),
    inputs=[squared_distance, sigma],
    contexts={"data": "finitely many points", "motion": "along the path"},
    sources=[Source("bishop2006", "eq. (2.43)")],
    scope="any dimension",
    text="The normal density around alpha times the data point, with deviation sigma in every direction.",
    witness=witnesses.clouds_around_data_points,
)


def softmax(quantity):
    """The average over the data points, each weighted with its nearness to x."""
    nearness = exp((nearest_squared_distance - squared_distance) / (2 * sigma**2))
    return over_components(nearness * quantity) / over_components(nearness)


def over_data_points(board, average, own, names):
    """An average over components, where each component is one data point and all have the same weight."""
    shared = board.given(average, at={weight: equal_weight}, reason="all data points have the same weight")
    known = board.given(own, at={variance: 0, mean: data_point, **names}, reason="a Gaussian whose variance vanishes")
    law = board.given(around_a_point)
    return board.substitute(shared, known, law, reason="each data point is a component")


DEVIATION = "huggingface/diffusion-models-class #18: the deviation printed as the covariance"


@equation(
    id="marginals.empirical_denoiser",
    title="Expected data point of a finite data set, given x",
    claim=lambda: Eq(posterior_mean, softmax(data_point)),
    inputs=[squared_distance, nearest_squared_distance, data_point, sigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("bishop2006", "sec. 2.3.9")],
    scope="any number of data points; one coordinate, any d",
    witness=witnesses.a_few_data_points,
    experiment="average_over_data_points",
    near_misses={
        "deviation where the variance belongs": (
            lambda: (
                over_components(exp((nearest_squared_distance - squared_distance) / (2 * sigma)) * data_point)
                / over_components(exp((nearest_squared_distance - squared_distance) / (2 * sigma)))
            ),
            DEVIATION,
        ),
    },
)
def empirical_denoiser(board):
    """The data points, averaged with the softmax of minus their squared distances: attention over the data set.
    It goes to the nearest data point where the noise vanishes: what remembers all of its data generates nothing new.
    Only differences of distances matter, so the smallest may be taken off: the exponentials stay finite."""
    return over_data_points(board, mixture_denoiser, mean_of_a_gaussian, {posterior_mean: component_expected_data})


@equation(
    id="marginals.empirical_velocity",
    title="Marginal velocity of a finite data set",
    claim=lambda: Eq(marginal_velocity, softmax(dsigma / sigma * (x - alpha * data_point) + dalpha * data_point)),
    inputs=[x, squared_distance, nearest_squared_distance, data_point, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("lipman2023", "eq. (8)"), Source("lipman2024", "sec. 4.8")],
    scope="any number of data points; one coordinate, any d",
    witness=witnesses.a_few_data_points,
    experiment="average_over_data_points",
    near_misses={
        "signal and noise scale swapped": (
            lambda: softmax(dalpha / alpha * (x - sigma * data_point) + dsigma * data_point),
            "errata of the Flow Matching guide, flow_matching #26 and #47",
        ),
    },
)
def empirical_velocity(board):
    """The conditional velocities towards the data points, averaged with the same softmax. This field, and no other,
    is the minimiser of the loss on the data set: whoever follows it to the end arrives at a data point."""
    average = over_data_points(
        board, mixture_velocity, component_velocity_of_a_gaussian, {marginal_velocity: component_velocity}
    )
    return board.substitute(average, board.given(half_variance_rate_definition), reason="the rate of the noise scale")

"""What is minimised, and why the minimum is the marginal field."""

from sympy import Derivative, Eq

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.marginals import mixture_velocity
from derivations.notation import *

conditional_flow_matching = definition(
    id="objectives.conditional_flow_matching",
    title="Conditional flow matching loss of a finite mixture",
    claim=lambda: Eq(
        conditional_loss, over_space(over_components(weight * component_density * (network - component_velocity) ** 2))
    ),
    inputs=[weight, component_density, component_velocity, network],
    sources=[Source("lipman2023", "eq. (9)")],
    scope="any number of components, one coordinate, one time",
    text="Draw a component, draw x from it, and compare the network with that component's velocity.",
    witness=witnesses.what_a_network_says,
)


def target():
    """The field that the marginal loss compares with: the claim of `marginals.velocity`."""
    return mixture_velocity.claim[0]


def marginal():
    """The gradient of the marginal loss; its density is the sum over the components."""
    return Derivative(
        over_space(over_components(weight * component_density) * (network - marginal_velocity) ** 2), theta
    )


@equation(
    id="objectives.flow_matching_gradient",
    title="Conditional and marginal flow matching have the same gradient",
    claim=lambda: Eq(Derivative(conditional_loss, theta), marginal()),
    where=lambda: [target()],
    inputs=[weight, component_density, component_velocity],
    sources=[Source("lipman2023", "theorem 2")],
    scope="any number of components, any network, one coordinate, one time",
    witness=witnesses.losses_by_quadrature,
    experiment="gradients_agree",
    near_misses={
        "target: the prior average": (
            lambda: Eq(marginal_velocity, over_components(weight * component_velocity)),
            "notes `An introduction to Flow Matching and Diffusion Models`, "
            "marginal score: its inequality holds for the prior average only",
        ),
        "target: weights lost": (
            lambda: Eq(
                marginal_velocity,
                over_components(component_density * component_velocity) / over_components(component_density),
            ),
            "bayesflow #787: weights lost in a broadcast",
        ),
    },
)
def flow_matching_gradient(board):
    """The losses differ, but by a number in which the network does not occur: what the network multiplies
    is, place by place, the sum of the components' fluxes, and that is density times marginal velocity."""
    loss = board.given(conditional_flow_matching)
    return board.differentiate(loss, theta, "differentiate under the integral")

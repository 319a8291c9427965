"""Any density of the data: what averaging means."""

from sympy import Eq, log

from derivations.engine.equation import Source, definition
from derivations.notation import *

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

"""The continuity equation: of one conditional path, of Gaussian data, of mixtures, of any data, and along the flow."""

from sympy import Add, Derivative, Eq, Mul, exp, log, pi, sqrt

from derivations import witnesses
from derivations.components import component_log_density
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_velocity, density
from derivations.marginals import (
    component_evidence,
    log_of_the_density,
    mixture_data,
    total_probability,
)
from derivations.notation import *


def conditional_velocities():
    """The velocity of the record, in each of three coordinates."""
    motion = conditional_velocity.claim[0]
    coordinates = zip(points, data_points, velocities, strict=True)
    return [motion.xreplace({x: a, data: b, velocity: u}) for a, b, u in coordinates]


def net_outflow(density, velocity):
    """The divergence of the flux, in as many dimensions as the velocity has coordinates."""
    return Add(*(Derivative(density * u, a) for u, a in zip(velocity, points, strict=False)))


def divergence_of(field):
    """The trace of the field's Jacobian."""
    return Add(*(Derivative(u, a) for u, a in zip(field, points, strict=False)))


@equation(
    id="continuity.conditional",
    title="Continuity equation of the Gaussian conditional path",
    claim=lambda: [
        Eq(Derivative(p, t), -net_outflow(p, velocities[:d])) for d, p in enumerate(conditional_densities, 1)
    ],
    where=lambda: [*conditional_velocities(), *density.claim],
    inputs=[x, data, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("lipman2023", "eq. (26)"), Source("lipman2024", "eq. (3.24)")],
    scope="d = 1, 2, 3",
    witness=witnesses.moving_mass,
    experiment="mass_is_conserved",
    near_misses={
        "compression without transport": (
            lambda: -conditional_density * Derivative(velocity, x),
            "post `FlowMatching`, sec. 1.2: the change along the flow taken for the change at a fixed place",
        ),
        "inflow taken for outflow": (
            lambda: net_outflow(conditional_density, velocities[:1]),
            "notes `An introduction to Flow Matching and Diffusion Models`, continuity equation",
        ),
        "score in place of the velocity": (
            lambda: Eq(velocity, -(x - alpha * data) / sigma**2),
            "dialogue `Flow Matching采样类比梯度下降`, first conclusion",
        ),
    },
)
def conditional(board):
    """Watch the density at a fixed place: it changes by what flows in and out, and by nothing else."""
    laws = [board.given(density, output=p) for p in conditional_densities]
    return [
        board.differentiate(law, t, f"change of the density at a fixed place, d = {d}", holding=points)
        for d, law in enumerate(laws, 1)
    ]


# ---- Gaussian data ------------------------------------------------------------------------------------

independent_coordinates = definition(
    id="continuity.independent_coordinates",
    title="Density of independent coordinates",
    claim=lambda: [Eq(p, Mul(*(exp(one) for one in log_densities[:d]))) for d, p in enumerate(moving_densities, 1)],
    inputs=[*log_densities],
    sources=[Source("bishop2006", "sec. 1.2")],
    scope="d = 1, 2, 3",
    text="Densities of independent coordinates multiply: so do those of Gaussian data, in the covariance's eigenbasis.",
    witness=witnesses.independent_shares,
)


def gaussian_density(d):
    """The normal density around alpha mean, coordinate by coordinate."""
    spread = [alpha**2 * c + sigma**2 for c in variances[:d]]
    return Mul(
        *(
            exp(-((a - alpha * m) ** 2) / (2 * v)) / sqrt(2 * pi * v)
            for a, m, v in zip(points[:d], means[:d], spread, strict=True)
        )
    )


def gaussian_velocities():
    """The mean moves, and what lies around it is stretched with the deviation."""
    return [
        Eq(u, dalpha * m + (alpha * dalpha * c + sigma * dsigma) / (alpha**2 * c + sigma**2) * (a - alpha * m))
        for u, a, m, c in zip(marginal_velocities, points, means, variances, strict=True)
    ]


@equation(
    id="continuity.gaussian",
    title="Continuity equation of Gaussian data",
    claim=lambda: [
        Eq(Derivative(p, t), -net_outflow(p, marginal_velocities[:d])) for d, p in enumerate(moving_densities, 1)
    ],
    where=lambda: [
        *gaussian_velocities(),
        *(Eq(p, gaussian_density(d)) for d, p in enumerate(moving_densities, 1)),
    ],
    inputs=[x, mean, variance, alpha, sigma, dalpha, dsigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("lipman2023", "theorem 1"), Source("albergo2023", "sec. 4")],
    scope="d = 1, 2, 3; coordinates in the eigenbasis of the covariance",
    witness=witnesses.moving_gaussian_cloud,
    experiment="mass_of_all_is_conserved",
)
def gaussian(board):
    """The density of all the points, not of those bound for one data point; and the velocity that carries it is
    the average one."""
    own = board.given(component_log_density)
    rename = lambda i: {log_density: log_densities[i], x: points[i], mean: means[i], variance: variances[i]}  # noqa: E731
    others = [board.given(component_log_density, at=rename(i), reason=f"coordinate {i + 1}") for i in (1, 2)]
    changes = []
    for d, p in enumerate(moving_densities, 1):
        law = board.given(independent_coordinates, output=p)
        law = board.substitute(law, *[own, *others][:d], reason=f"log densities of the coordinates, d = {d}")
        changes.append(board.differentiate(law, t, f"change of the density at a fixed place, d = {d}", holding=points))
    return changes


# ---- a field that generates a path ----------------------------------------------------------------------

generates = definition(
    id="continuity.generates",
    title="A field generates a path of densities",
    claim=lambda: [
        *(Eq(Derivative(p, t), -net_outflow(p, u)) for p, u in zip(moving_densities, fields, strict=True)),
        *(Eq(v, u) for v, u in zip(velocities, fields[2], strict=True)),
    ],
    inputs=[x],
    sources=[Source("lipman2023", "sec. 2"), Source("lipman2024", "sec. 3.5")],
    scope="d = 1, 2, 3",
    text="""Points move with the field, and with them their mass: at each place the density changes by what flows
    in and out.""",
    witness=witnesses.a_flow_that_bends,
)


@equation(
    id="continuity.marginal",
    title="The posterior average of conditional velocities generates the marginal path",
    claim=lambda: Eq(Derivative(moving_density, t), -Derivative(moving_density * marginal_velocity, x)),
    where=lambda: [
        Eq(moving_density, over_space(conditional_density * prior_density, data)),
        Eq(
            marginal_velocity,
            over_space(some_velocity * conditional_density * prior_density, data)
            / over_space(conditional_density * prior_density, data),
        ),
    ],
    inputs=[x],
    sources=[Source("lipman2023", "theorem 1"), Source("lipman2024", "theorem 3")],
    scope="d = 1; any data density, any conditional path with a field that generates it",
    witness=witnesses.any_conditional_path,
    near_misses={
        "prior average": (
            lambda: Eq(marginal_velocity, over_space(some_velocity * prior_density, data)),
            "notes `An introduction to Flow Matching and Diffusion Models`, "
            "marginal score: its inequality holds for the prior average only",
        ),
        "compression without transport": (
            lambda: -moving_density * Derivative(marginal_velocity, x),
            "post `FlowMatching`, sec. 1.2: the change along the flow taken for the change at a fixed place",
        ),
    },
)
def marginal(board):
    """Each conditional path conserves its mass. Average over the data points: differentiation under the integral
    turns the average of the fluxes into the flux of the average, and that is density times marginal velocity."""
    total = board.given(total_probability, at={marginal_density: moving_density})
    change = board.differentiate(total, t, "differentiate under the integral, at a fixed place", holding=points)
    one = {moving_density: conditional_density, fields[0][0]: some_velocity}
    own = board.given(generates, at=one, reason="the velocity of each conditional path generates it")
    return board.substitute(change, own, reason="each conditional path conserves mass")


@equation(
    id="continuity.mixture",
    title="The average field of a mixture generates its path",
    claim=lambda: Eq(Derivative(moving_density, t), -Derivative(moving_density * marginal_velocity, x)),
    where=lambda: [
        Eq(moving_density, over_components(weight * moving_component_density)),
        Eq(
            marginal_velocity,
            over_components(weight * moving_component_density * moving_component_velocity)
            / over_components(weight * moving_component_density),
        ),
    ],
    inputs=[x],
    sources=[Source("lipman2023", "theorem 1"), Source("albergo2023", "sec. 4")],
    scope="d = 1; any number of components, any path of each with a field that generates it",
    witness=witnesses.moving_mixture,
    near_misses={
        "weights lost": (
            lambda: Eq(
                marginal_velocity,
                over_components(moving_component_density * moving_component_velocity)
                / over_components(moving_component_density),
            ),
            "bayesflow #787: weights lost in a broadcast",
        ),
        "prior average": (
            lambda: Eq(marginal_velocity, over_components(weight * moving_component_velocity)),
            "notes `An introduction to Flow Matching and Diffusion Models`, "
            "marginal score: its inequality holds for the prior average only",
        ),
    },
)
def mixture(board):
    """Each component conserves its mass, and the density of all is the weighted sum."""
    total = board.given(total_probability, at={marginal_density: moving_density})
    mixed = board.substitute(total, board.given(mixture_data), reason="the data is a mixture")
    linear = board.interchange(mixed, "integrals and sums are linear")
    part = board.given(component_evidence, at={component_density: moving_component_density})
    law = board.recognise(linear, part, reason="the density of each component")
    change = board.differentiate(law, t, "change of the density at a fixed place", holding=points)
    one = {moving_density: moving_component_density, fields[0][0]: moving_component_velocity}
    own = board.given(generates, at=one, reason="the field of each component generates it")
    return board.substitute(change, own, reason="each component conserves mass")


# ---- along a trajectory ------------------------------------------------------------------------------------


@equation(
    id="continuity.log_density_along_the_flow",
    title="Instantaneous change of variables",
    claim=lambda: [
        *(Eq(rate, -divergence_of(u)) for rate, u in zip(path_log_density_rates, fields, strict=True)),
        Eq(
            Derivative(moving_log_density, t),
            -Derivative(fields[0][0], x) - fields[0][0] * Derivative(log(moving_density), x),
        ),
    ],
    inputs=[x],
    sources=[Source("chen2018", "theorem 1"), Source("lipman2024", "sec. 3.6")],
    scope="d = 1, 2, 3 along a trajectory, d = 1 at a fixed place; any field, any path that it generates",
    witness=witnesses.a_flow_that_bends,
    near_misses={
        "the change at a fixed place": (
            lambda: Eq(Derivative(moving_log_density, t), -Derivative(fields[0][0], x)),
            "post `FlowMatching`, sec. 1.2: written with the partial derivative in time",
        ),
        "component index missing": (
            lambda: Eq(path_log_density_rates[1], -(Derivative(fields[1][0], x) + Derivative(fields[1][0], x_2))),
            "notes `An introduction to Flow Matching and Diffusion Models`, divergence in d dimensions",
        ),
    },
)
def log_density_along_the_flow(board):
    """Who moves with the flow sees the density change by compression only; who stays at a place also sees other
    points arrive."""
    rates = []
    for d, (p, field, name) in enumerate(zip(moving_densities, fields, path_log_densities, strict=True), 1):
        law = board.given(log_of_the_density, at={log_density: name, marginal_density: p})
        total = board.differentiate(law, t, f"the point moves, and the density with time, d = {d}")
        part = dict(zip(fields[2], field, strict=False))
        motion = [
            board.given(generates, output=v, at=part, reason="the point follows the field") for v in velocities[:d]
        ]
        conserved = board.given(generates, output=Derivative(p, t), reason="mass is conserved")
        rates.append(board.substitute(total, *motion, conserved, reason="what remains is compression"))
    law = board.given(log_of_the_density, at={log_density: moving_log_density, marginal_density: moving_density})
    here = board.differentiate(law, t, "the change at a fixed place", holding=points)
    conserved = board.given(generates, output=Derivative(moving_density, t), reason="mass is conserved")
    return [*rates, board.substitute(here, conserved, reason="compression and transport")]

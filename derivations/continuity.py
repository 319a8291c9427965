"""Mass is neither made nor lost along the path."""

from sympy import Add, Derivative, Eq

from derivations import witnesses
from derivations.engine.equation import Source, equation
from derivations.gaussian_path import conditional_velocity, density
from derivations.notation import *


def conditional_velocities():
    """The velocity of the record, in each of three coordinates."""
    motion = conditional_velocity.claim[0]
    coordinates = zip(points, data_points, velocities, strict=True)
    return [motion.xreplace({x: a, data: b, velocity: u}) for a, b, u in coordinates]


def net_outflow(d):
    """The divergence of the flux, in d dimensions."""
    density = conditional_densities[d - 1]
    return Add(*(Derivative(density * u, a) for u, a in zip(velocities[:d], points[:d], strict=True)))


@equation(
    id="continuity.conditional",
    title="Continuity equation of the Gaussian conditional path",
    claim=lambda: [Eq(Derivative(p, t), -net_outflow(d)) for d, p in enumerate(conditional_densities, 1)],
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
            lambda: net_outflow(1),
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

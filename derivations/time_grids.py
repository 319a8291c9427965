"""Time grids: where a sampler stops on its way, told by the noise level.

A node has a place p between 0, the first, and 1, the last: node i of n lies at i / (n - 1), and a single node at 0.
"""

from sympy import Eq

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *

ENDS = ((0, "first"), (1, "last"))

power_grid = definition(
    id="time_grids.power_grid",
    title="Nodes at equal distances in a root of the noise level",
    claim=lambda: Eq(node_sigma, (first_stretched_level + grid_place * stretched_step) ** grid_rho),
    inputs=[grid_place, first_stretched_level, stretched_step, grid_rho],
    contexts={"grid": "of powers"},
    sources=[Source("karras2022", "sec. 3")],
    text="The root falls in equal steps, and the level is its power.",
    witness=witnesses.levels_of_a_power_grid,
)

logarithmic_grid = definition(
    id="time_grids.logarithmic_grid",
    title="Nodes at equal distances in the log signal-to-noise ratio",
    claim=lambda: Eq(node_log_snr, first_stretched_level + grid_place * stretched_step),
    inputs=[grid_place, first_stretched_level, stretched_step],
    contexts={"grid": "of the log-SNR"},
    sources=[Source("lu2022", "time steps at equal distances in lambda")],
    text="The logarithm itself grows in equal steps.",
    witness=witnesses.levels_of_a_logarithmic_grid,
)


def between_the_ends(board, grid):
    """The level at any place, with the ends of the grid in place of the constants."""
    ends = [board.given(grid, at={grid_place: end}, reason=f"the {name} node") for end, name in ENDS]
    known = board.solve(ends, [first_stretched_level, stretched_step], "the ends of the grid fix both constants")
    return board.substitute(board.given(grid), *known, reason="put in the ends")


@equation(
    id="time_grids.karras",
    title="Grid of EDM",
    claim=lambda: Eq(
        node_sigma,
        ((1 - grid_place) * first_sigma ** (1 / grid_rho) + grid_place * last_sigma ** (1 / grid_rho)) ** grid_rho,
    ),
    inputs=[grid_place, first_sigma, last_sigma, grid_rho],
    sources=[Source("karras2022", "eq. (5)")],
    scope="any noise levels, any rho > 0",
    witness=witnesses.nodes_of_a_power,
)
def karras(board):
    """The root of the noise level falls in equal steps. With rho = 1 the level itself does; the larger rho, the more
    nodes lie at low noise, and in the limit the grid is uniform in the log signal-to-noise ratio."""
    return between_the_ends(board, power_grid)


@equation(
    id="time_grids.uniform_in_log_snr",
    title="Grid that is uniform in the log signal-to-noise ratio",
    claim=lambda: Eq(node_log_snr, (1 - grid_place) * first_log_snr + grid_place * last_log_snr),
    inputs=[grid_place, first_log_snr, last_log_snr],
    sources=[Source("lu2022", "time steps at equal distances in lambda")],
    scope="any log signal-to-noise ratios",
    witness=witnesses.nodes_of_the_logarithm,
)
def uniform_in_log_snr(board):
    """From node to node the noise level falls by the same factor."""
    return between_the_ends(board, logarithmic_grid)

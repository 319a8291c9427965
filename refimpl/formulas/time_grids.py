"""Generated from derivations/time_grids.py. Do not edit: python -m derivations generate"""


def power_grid(grid_place, first_stretched_level, stretched_step, rho):
    r"""Nodes at equal distances in a root of the noise level.

    $$\tilde\sigma_p = \left(y_0 + p \Delta y\right)^{\varrho}$$

    Elementwise: arrays broadcast against each other.

    Args:
        grid_place: place of a node on the grid, from 0 at the first to 1 at the last; [0, 1]
        first_stretched_level: root or logarithm of the noise level at the first node; real
        stretched_step: how far it goes from the first node to the last; real
        rho: the larger, the more of the nodes lie where there is little noise; positive

    Returns:
        node_sigma, noise-to-signal ratio sigma/alpha at place p of the grid.

    Source: Karras et al. (2022), sec. 3.
    Equation: time_grids.power_grid (definition).
    """
    return (first_stretched_level + grid_place * stretched_step)**rho


def logarithmic_grid(grid_place, first_stretched_level, stretched_step):
    r"""Nodes at equal distances in the log signal-to-noise ratio.

    $$\lambda_p = y_0 + p \Delta y$$

    Elementwise: arrays broadcast against each other.

    Args:
        grid_place: place of a node on the grid, from 0 at the first to 1 at the last; [0, 1]
        first_stretched_level: root or logarithm of the noise level at the first node; real
        stretched_step: how far it goes from the first node to the last; real

    Returns:
        node_log_snr, log signal-to-noise ratio at place p of the grid.

    Source: Lu et al. (2022), sec. 4.
    Equation: time_grids.logarithmic_grid (definition).
    """
    return first_stretched_level + grid_place * stretched_step


def karras(grid_place, first_sigma, last_sigma, rho):
    r"""Grid of EDM.

    $$\tilde\sigma_p = \left(\left(1 - p\right) \tilde\sigma_0^{\frac{1}{\varrho}} + p \tilde\sigma_1^{\frac{1}{\varrho}}\right)^{\varrho}$$

    Elementwise: arrays broadcast against each other.

    Args:
        grid_place: place of a node on the grid, from 0 at the first to 1 at the last; [0, 1]
        first_sigma: the same at the first node, where it is largest; positive
        last_sigma: the same at the last node; positive
        rho: the larger, the more of the nodes lie where there is little noise; positive

    Returns:
        node_sigma, noise-to-signal ratio sigma/alpha at place p of the grid.

    Source: Karras et al. (2022), eq. (5).
    Equation: time_grids.karras (PROVED: any noise levels, any rho > 0).
    """
    return ((1 - grid_place) * first_sigma**(1 / rho) + grid_place * last_sigma**(1 / rho))**rho


def uniform_in_log_snr(grid_place, first_log_snr, last_log_snr):
    r"""Grid that is uniform in the log signal-to-noise ratio.

    $$\lambda_p = \left(1 - p\right) \lambda_0 + p \lambda_1$$

    Elementwise: arrays broadcast against each other.

    Args:
        grid_place: place of a node on the grid, from 0 at the first to 1 at the last; [0, 1]
        first_log_snr: the same at the first node; real
        last_log_snr: the same at the last node; real

    Returns:
        node_log_snr, log signal-to-noise ratio at place p of the grid.

    Source: Lu et al. (2022), sec. 4.
    Equation: time_grids.uniform_in_log_snr (PROVED: any log signal-to-noise ratios).
    """
    return (1 - grid_place) * first_log_snr + grid_place * last_log_snr

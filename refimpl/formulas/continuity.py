"""Generated from derivations/continuity/. Do not edit: python -m derivations generate"""


def independent_coordinates(log_density, log_density_2, log_density_3, *, xp):
    r"""Density of independent coordinates.

    $$p(x_t, t) = e^{\log p_t(x_t)}$$
    $$p(x_t, t) = e^{\log p_t(x_t)} e^{\log p_t^{(2)}(x_t)}$$
    $$p(x_t, t) = e^{\log p_t(x_t)} e^{\log p_t^{(2)}(x_t)} e^{\log p_t^{(3)}(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_density: log density of x; real
        log_density_2: log density of coordinate 2; real
        log_density_3: log density of coordinate 3; real
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        moving_density_1, density at a place and a time, in 1 dimension; moving_density_2, density at a place and a
        time, in 2 dimensions; moving_density_3, density at a place and a time, in 3 dimensions.

    Source: Bishop et al. (2006), sec. 1.2.
    Equation: continuity.independent_coordinates (definition).
    """
    moving_density_1 = xp.exp(log_density)
    moving_density_2 = xp.exp(log_density) * xp.exp(log_density_2)
    moving_density_3 = xp.exp(log_density) * xp.exp(log_density_2) * xp.exp(log_density_3)
    return moving_density_1, moving_density_2, moving_density_3


def change_of_variables(base_log_density, slope, *, xp):
    r"""Log density of an image.

    $$\log p_t(x_t) = \log p_z(z) - \log{\left(\left|{f'(z)}\right| \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        base_log_density: log density of the point before the map; real
        slope: slope of the map at the point before the map; not zero
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_density, log density of x.

    Source: Papamakarios et al. (2021), sec. 2.1.
    Equation: continuity.change_of_variables (PROVED: d = 1, any monotone map with a slope that is not zero, any density).
    """
    return base_log_density - xp.log(abs(slope))


def hutchinson_mean(a_11, a_22, a_33):
    r"""Hutchinson's estimator has the right mean.

    $$\mathbb{E}[\varepsilon^{\top}\! A \varepsilon] = A_{11} + A_{22} + A_{33}$$

    Elementwise: arrays broadcast against each other.

    Args:
        a_11: entry 1, 1 of the matrix; real
        a_22: entry 2, 2 of the matrix; real
        a_33: entry 3, 3 of the matrix; real

    Returns:
        expected_trace_estimate, its expectation over the probe.

    Source: Hutchinson et al. (1989), mean of the estimate; Grathwohl et al. (2019), sec. 3.1.
    Equation: continuity.hutchinson_mean (PROVED: d = 3 (and with entries that are zero, d = 1 and 2); any law of the probe with second moments one and uncorrelated coordinates).
    """
    return a_11 + a_22 + a_33


def hutchinson_variance_rademacher(a_12, a_13, a_21, a_23, a_31, a_32):
    r"""Variance of Hutchinson's estimator with random signs.

    $$\operatorname{Var}[\varepsilon^{\top}\! A \varepsilon] = 4 \left(S_{12}^{2} + S_{13}^{2} + S_{23}^{2}\right)$$
    with $$S_{12} = \frac{A_{12} + A_{21}}{2}$$
    with $$S_{13} = \frac{A_{13} + A_{31}}{2}$$
    with $$S_{23} = \frac{A_{23} + A_{32}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        a_12: entry 1, 2 of the matrix; real
        a_13: entry 1, 3 of the matrix; real
        a_21: entry 2, 1 of the matrix; real
        a_23: entry 2, 3 of the matrix; real
        a_31: entry 3, 1 of the matrix; real
        a_32: entry 3, 2 of the matrix; real

    Returns:
        trace_estimate_variance, its variance over the probe.

    Source: Hutchinson et al. (1989), variance of the estimate; Avron et al. (2011), variances of the estimators.
    Equation: continuity.hutchinson_variance_rademacher (PROVED: d = 3 (and with entries that are zero, d = 1 and 2)).
    """
    s_12 = (a_12 + a_21) / 2
    s_13 = (a_13 + a_31) / 2
    s_23 = (a_23 + a_32) / 2
    return 4 * (s_12**2 + s_13**2 + s_23**2)


def hutchinson_variance_gaussian(a_11, a_12, a_13, a_21, a_22, a_23, a_31, a_32, a_33):
    r"""Variance of Hutchinson's estimator with Gaussian probes.

    $$\operatorname{Var}[\varepsilon^{\top}\! A \varepsilon] = 2 \left(A_{11}^{2} + A_{22}^{2} + A_{33}^{2} + 2 \left(S_{12}^{2} + S_{13}^{2} + S_{23}^{2}\right)\right)$$
    with $$S_{12} = \frac{A_{12} + A_{21}}{2}$$
    with $$S_{13} = \frac{A_{13} + A_{31}}{2}$$
    with $$S_{23} = \frac{A_{23} + A_{32}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        a_11: entry 1, 1 of the matrix; real
        a_12: entry 1, 2 of the matrix; real
        a_13: entry 1, 3 of the matrix; real
        a_21: entry 2, 1 of the matrix; real
        a_22: entry 2, 2 of the matrix; real
        a_23: entry 2, 3 of the matrix; real
        a_31: entry 3, 1 of the matrix; real
        a_32: entry 3, 2 of the matrix; real
        a_33: entry 3, 3 of the matrix; real

    Returns:
        trace_estimate_variance, its variance over the probe.

    Source: Avron et al. (2011), variances of the estimators.
    Equation: continuity.hutchinson_variance_gaussian (PROVED: d = 3 (and with entries that are zero, d = 1 and 2)).
    """
    s_12 = (a_12 + a_21) / 2
    s_13 = (a_13 + a_31) / 2
    s_23 = (a_23 + a_32) / 2
    return 2 * (a_11**2 + a_22**2 + a_33**2 + 2 * (s_12**2 + s_13**2 + s_23**2))

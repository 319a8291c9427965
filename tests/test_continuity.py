"""The chapter on continuity, held against the exact field of a mixture and against numbers worked out by hand."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

import refimpl as ri
from refimpl.formulas import continuity
from refimpl.formulas.near_misses import continuity as wrong
from refimpl.testing.compare import rate_of_change
from tests.accuracy import agree, close

FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture())
PLACE = np.array([0.3, -0.8])
FLOW_ERROR = 1e-11  # per coordinate, asked of the integrator


def flow(x, start, end):
    return FIELD.flow(x, start, end, rtol=FLOW_ERROR, atol=FLOW_ERROR)


@cache
def map_jacobian(start, end, *x):
    """The Jacobian of the exact flow map, and a bound on the error of the differences that it is made of."""
    step = 1e-2
    rows, gaps = rate_of_change(lambda h: flow(np.array(x) + h * np.eye(2), start, end), 0.0, step)
    return rows.T, np.max(gaps) + 10 * FLOW_ERROR / step


def log_volume(matrix):
    return np.log(abs(np.linalg.det(matrix)))


# ---- the field of the reference mixture --------------------------------------------------------------


def test_at_a_fixed_place_the_log_density_changes_by_compression_and_transport():
    change, gap = rate_of_change(lambda t: FIELD.log_density(PLACE, t), 0.6)
    compression = -FIELD.divergence(PLACE, 0.6)
    transport = -FIELD.velocity(PLACE, 0.6) @ FIELD.score(PLACE, 0.6)
    assert abs(change - compression - transport) <= gap + 1e-10
    assert change == pytest.approx(-13.386, abs=5e-4)  # the figures of an independent computation
    assert compression == pytest.approx(-13.667, abs=5e-4)


@pytest.mark.parametrize(("start", "end"), [(0.6, 0.9), (0.6, 0.1), (0.05, 0.95)])
def test_along_a_trajectory_the_log_density_changes_by_the_divergence(start, end):
    """Gauss-Legendre in time; the error is what two orders differ by."""

    def compressed(order):
        nodes, weights = np.polynomial.legendre.leggauss(order)
        times = start + (end - start) * (nodes + 1) / 2
        points = flow(np.tile(PLACE, (order, 1)), np.full(order, start), times)
        return -(end - start) / 2 * weights @ FIELD.divergence(points, times)

    gained = FIELD.log_density(flow(PLACE, start, end), end) - FIELD.log_density(PLACE, start)
    error = abs(compressed(48) - compressed(40))
    assert error < 1e-5
    assert abs(gained - compressed(48)) <= 10 * error + 1e3 * FLOW_ERROR
    assert abs(gained) > 0.5


def test_flow_maps_compose_in_order_and_their_log_determinants_add_at_the_point_between():
    middle = flow(PLACE, 0.2, 0.5)
    assert np.abs(flow(middle, 0.5, 0.9) - flow(PLACE, 0.2, 0.9)).max() < 1e3 * FLOW_ERROR
    first, error_1 = map_jacobian(0.2, 0.5, *PLACE)
    second, error_2 = map_jacobian(0.5, 0.9, *middle)
    whole, error = map_jacobian(0.2, 0.9, *PLACE)
    allowed = 20 * (error + error_1 + error_2)
    assert allowed < 1e-4
    assert abs(log_volume(whole) - log_volume(first) - log_volume(second)) < allowed
    elsewhere, _ = map_jacobian(0.5, 0.9, *PLACE)  # the second Jacobian where the first map starts
    assert abs(log_volume(whole) - log_volume(first) - log_volume(elsewhere)) > 0.05
    swapped = flow(flow(PLACE, 0.5, 0.9), 0.2, 0.5)
    assert np.abs(swapped - flow(PLACE, 0.2, 0.9)).max() > 0.05


def test_the_flow_pushes_the_density_forward():
    """With the determinant in place of the slope: the change of variables in two dimensions."""
    matrix, error = map_jacobian(0.2, 0.9, *PLACE)
    before, after = FIELD.log_density(PLACE, 0.2), FIELD.log_density(flow(PLACE, 0.2, 0.9), 0.9)
    pushed = continuity.change_of_variables(before, np.linalg.det(matrix), xp=np)
    assert abs(pushed - after) < 20 * error < 1e-4
    opposite = wrong.change_of_variables__slope_instead_of_its_inverse(before, np.linalg.det(matrix), xp=np)
    assert abs(opposite - after) > 0.4


# ---- maps, by hand -----------------------------------------------------------------------------------


def test_change_of_variables_of_the_exponential():
    """A lognormal law at x = 2; its density has mass one, that of the near miss e²."""

    def pushed(x, formula):
        return np.exp(formula(norm.logpdf(np.log(x)), x, xp=np))  # the slope of exp at log x is x

    assert pushed(2.0, continuity.change_of_variables) == pytest.approx(0.15687, abs=5e-6)
    opposite = wrong.change_of_variables__slope_instead_of_its_inverse
    assert pushed(2.0, opposite) == pytest.approx(0.62750, abs=5e-6)
    steep_at_image = np.exp(continuity.change_of_variables(norm.logpdf(np.log(2.0)), np.exp(2.0), xp=np))
    assert steep_at_image == pytest.approx(0.04246, abs=5e-6)
    formulas = (continuity.change_of_variables, opposite)
    mass = [quad(lambda z, f=f: pushed(np.exp(z), f) * np.exp(z), -12, 12)[0] for f in formulas]
    assert mass == pytest.approx([1, np.exp(2)], rel=1e-7)


@pytest.mark.parametrize("slope", [2.0, -2.0])
def test_a_falling_map_counts_like_a_rising_one(slope):
    agree(
        lambda z, slope: continuity.change_of_variables(norm.logpdf(z), slope, xp=np),
        lambda z, slope: norm.logpdf(slope * z, scale=abs(slope)),
        0.3,
        slope,
    )


def test_the_order_of_two_maps():
    """f_1 = 2 z, then f_2 = z + 1: the density at x = 0; in the other order another one."""

    def density(x, inverse, slopes):
        value = norm.logpdf(inverse(x))
        for slope in slopes:
            value = continuity.change_of_variables(value, slope, xp=np)
        return np.exp(value)

    assert density(0.0, lambda x: (x - 1) / 2, (2.0, 1.0)) == pytest.approx(0.17603, abs=5e-6)
    assert density(0.0, lambda x: x / 2 - 1, (1.0, 2.0)) == pytest.approx(0.12099, abs=5e-6)


# ---- Hutchinson's estimator --------------------------------------------------------------------------


def entries(matrix, formula):
    names = formula.__code__.co_varnames[: formula.__code__.co_argcount]
    return {name: matrix[int(name[2]) - 1, int(name[3]) - 1] for name in names}


def matrices():
    random = np.random.default_rng(5)
    full = random.normal(size=(3, 3))
    flat = np.zeros((3, 3))
    flat[:2, :2] = random.normal(size=(2, 2))
    return {"full": full, "two dimensions": flat, "antisymmetric": full - full.T, "diagonal": np.diag(np.diag(full))}


@pytest.mark.parametrize(("name", "matrix"), matrices().items(), ids=list(matrices()))
def test_hutchinson_with_all_sign_vectors_and_with_gaussian_quadrature(name, matrix):
    """Both laws exactly: eight sign vectors, and three Gauss-Hermite nodes in each coordinate (degree five)."""
    symmetric = (matrix + matrix.T) / 2
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    laws = {
        "rademacher": ([1.0, -1.0], [0.5, 0.5], 2 * (np.sum(symmetric**2) - np.sum(np.diag(symmetric) ** 2))),
        "gaussian": (nodes, weights / weights.sum(), 2 * np.sum(symmetric**2)),
    }
    for law, (values, shares, published) in laws.items():
        probes, chances = np.array(list(product(values, repeat=3))), np.prod(list(product(shares, repeat=3)), axis=1)
        of = getattr(continuity, f"hutchinson_variance_{law}")

        def estimates(matrix, probes=probes):
            return np.einsum("ni,ij,nj->n", probes, matrix, probes)

        # Each estimate is a sum of nine terms, and so is what it errs by; the averages are of positive shares of these.
        found, sizes = estimates(matrix), estimates(np.abs(matrix), np.abs(probes))
        mean, of_mean = chances @ found, chances @ sizes
        variance, of_variance = chances @ (found - mean) ** 2, chances @ (sizes + of_mean) ** 2
        trace = continuity.hutchinson_mean(**entries(matrix, continuity.hutchinson_mean))
        close(trace, mean, np.abs(np.diag(matrix)).sum(), of_mean)
        close(of(**entries(matrix, of)), variance, of_variance, of_variance)
        close(published, variance, of_variance, of_variance)
    if name == "full":  # the matrix itself in place of its symmetric part would not do
        assert abs(2 * (np.sum(matrix**2) - np.sum(np.diag(matrix) ** 2)) - laws["rademacher"][2]) > 0.1

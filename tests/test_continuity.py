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
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import WEIGHT, agree, close, condition, converged, measured, of_field, slope, within

FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture())
PLACE = np.array([0.3, -0.8])
UNIT = ROUNDINGS * float(np.finfo(float).eps)


def flow(x, start, end, error):
    return FIELD.flow(x, start, end, rtol=error, atol=error)


@cache
def map_jacobian(start, end, *x):
    """The Jacobian of the exact flow map, and a bound on the error of each entry."""
    step = 2.0**-7

    def differences(error):
        return rate_of_change(lambda h: flow(np.array(x) + h * np.eye(2), start, end, error), 0.0, step)

    rows, off = converged(lambda error: differences(error)[0])
    size = np.abs(flow(np.array(x), start, end, 1e-12)).max()
    return rows.T, (off + differences(1e-12)[1]).T + UNIT * size * WEIGHT / step


def log_volume(matrix, error):
    """And what it may be off by: the derivative of log |det| is the inverse."""
    return np.log(abs(np.linalg.det(matrix))), np.sum(np.abs(np.linalg.inv(matrix)).T * error)


def on_the_way(start, end, error):
    """A point that the flow carries, log densities at its ends, and what the flow compresses, at two orders of a
    quadrature in time."""

    def compressed(order):
        nodes, weights = np.polynomial.legendre.leggauss(order)
        times = start + (end - start) * (nodes + 1) / 2
        points = flow(np.tile(PLACE, (order, 1)), np.full(order, start), times, error)
        return -(end - start) / 2 * weights @ FIELD.divergence(points, times)

    gained = FIELD.log_density(flow(PLACE, start, end, error), end) - FIELD.log_density(PLACE, start)
    return np.array([gained, compressed(48), compressed(40)])


# ---- the field of the reference mixture --------------------------------------------------------------


def test_at_a_fixed_place_the_log_density_changes_by_compression_and_transport():
    change, allowed = slope(lambda t: FIELD.log_density(PLACE, t), 0.6)
    velocity, score = FIELD.velocity(PLACE, 0.6), FIELD.score(PLACE, 0.6)
    compression, transport = -FIELD.divergence(PLACE, 0.6), -velocity @ score
    of = {name: of_field(FIELD, name, PLACE, 0.6) for name in ("divergence", "velocity", "score")}
    sizes = of["divergence"] + of["velocity"] @ np.abs(score) + np.abs(velocity) @ of["score"]
    within(compression + transport, change, allowed + UNIT * sizes)
    assert (f"{change:.3f}", f"{compression:.3f}") == ("-13.386", "-13.667")  # of an independent computation


@pytest.mark.parametrize(("start", "end"), [(0.6, 0.9), (0.6, 0.1), (0.05, 0.95)])
def test_along_a_trajectory_the_log_density_changes_by_the_divergence(start, end):
    """Gauss-Legendre in time; the error is what two orders differ by, the lower of which is off by more."""
    (gained, compressed, coarse), off = converged(lambda error: on_the_way(start, end, error))
    ends = ((PLACE, start), (flow(PLACE, start, end, 1e-12), end))
    sizes = sum(float(of_field(FIELD, name, *at)) for at in ends for name in ("log_density", "divergence"))
    allowed = off[0] + off[1] + abs(compressed - coarse) + UNIT * sizes
    within(gained, compressed, allowed)
    assert abs(gained) > 1000 * allowed, "a mistake of a thousandth would not be seen"


def test_flow_maps_compose_in_order_and_their_log_determinants_add_at_the_point_between():

    def composed(error):
        return np.stack([
            flow(flow(PLACE, 0.2, 0.5, error), 0.5, 0.9, error),
            flow(PLACE, 0.2, 0.9, error),
            flow(flow(PLACE, 0.5, 0.9, error), 0.2, 0.5, error),
        ])  # fmt: skip

    (composition, straight, swapped), off = converged(composed)
    within(composition, straight, off[0] + off[1])
    assert np.all(np.abs(swapped - straight) > off[1] + off[2])
    middle = flow(PLACE, 0.2, 0.5, 1e-12)
    first, second, whole, elsewhere = (  # the last: the second Jacobian where the first map starts
        log_volume(*map_jacobian(*ends, *place))
        for ends, place in (((0.2, 0.5), PLACE), ((0.5, 0.9), middle), ((0.2, 0.9), PLACE), ((0.5, 0.9), PLACE))
    )
    allowed = first[1] + second[1] + whole[1]
    within(whole[0], first[0] + second[0], allowed)
    assert abs(whole[0] - first[0] - elsewhere[0]) > allowed + elsewhere[1]


def test_the_flow_pushes_the_density_forward():
    """With the determinant in place of the slope: the change of variables in two dimensions."""
    matrix, error = map_jacobian(0.2, 0.9, *PLACE)
    before = FIELD.log_density(PLACE, 0.2)
    after, off = converged(lambda error: FIELD.log_density(flow(PLACE, 0.2, 0.9, error), 0.9))
    ends = ((PLACE, 0.2), (flow(PLACE, 0.2, 0.9, 1e-12), 0.9))
    sizes = sum(float(of_field(FIELD, "log_density", *at)) for at in ends)
    allowed = log_volume(matrix, error)[1] + off + UNIT * sizes
    within(continuity.change_of_variables(before, np.linalg.det(matrix), xp=np), after, allowed)
    opposite = wrong.change_of_variables__slope_instead_of_its_inverse(before, np.linalg.det(matrix), xp=np)
    assert abs(opposite - after) > allowed


# ---- maps, by hand -----------------------------------------------------------------------------------


def test_change_of_variables_of_the_exponential():
    """A lognormal law at x = 2; its density has mass one, that of the near miss e²."""

    def pushed(x, formula):
        return np.exp(formula(norm.logpdf(np.log(x)), x, xp=np))  # the slope of exp at log x is x

    assert f"{pushed(2.0, continuity.change_of_variables):.5f}" == "0.15687"
    opposite = wrong.change_of_variables__slope_instead_of_its_inverse
    assert f"{pushed(2.0, opposite):.5f}" == "0.62750"
    steep_at_image = np.exp(continuity.change_of_variables(norm.logpdf(np.log(2.0)), np.exp(2.0), xp=np))
    assert f"{steep_at_image:.5f}" == "0.04246"
    for formula, mass in ((continuity.change_of_variables, 1), (opposite, np.exp(2))):
        found, error = quad(lambda z, f=formula: pushed(np.exp(z), f) * np.exp(z), -12, 12)
        within(found, mass, error + norm.sf(12) + mass * norm.sf(10))  # the second is normal around 2


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
        for each in slopes:
            value = continuity.change_of_variables(value, each, xp=np)
        return np.exp(value)

    assert f"{density(0.0, lambda x: (x - 1) / 2, (2.0, 1.0)):.5f}" == "0.17603"
    assert f"{density(0.0, lambda x: x / 2 - 1, (1.0, 2.0)):.5f}" == "0.12099"


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

    def squares(matrix, diagonal=True):
        symmetric = (matrix + matrix.T) / 2
        return 2 * np.sum(symmetric**2) - (0 if diagonal else 2 * np.sum(np.diag(symmetric) ** 2))

    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    laws = {
        "rademacher": ([1.0, -1.0], [0.5, 0.5], lambda matrix: squares(matrix, diagonal=False)),
        "gaussian": (nodes, weights / weights.sum(), squares),
    }
    for law, (values, shares, published) in laws.items():
        probes, chances = np.array(list(product(values, repeat=3))), np.prod(list(product(shares, repeat=3)), axis=1)
        of = getattr(continuity, f"hutchinson_variance_{law}")

        def by_probes(matrix, probes=probes, chances=chances):
            estimates = np.einsum("ni,ij,nj->n", probes, matrix, probes)
            mean = chances @ estimates
            return {"mean": mean, "variance": chances @ (estimates - mean) ** 2, "estimates": estimates}

        def by_formula(matrix, of=of):
            mean = continuity.hutchinson_mean
            return {"mean": mean(**entries(matrix, mean)), "variance": of(**entries(matrix, of))}

        averages, closed = measured(by_probes, matrix), measured(by_formula, matrix)
        (mean, of_mean), (variance, of_variance) = averages["mean"], averages["variance"]
        of_variance = of_variance + UNIT * np.max(averages["estimates"][1]) ** 2  # where they vanish, errors multiply
        close(closed["mean"][0], mean, closed["mean"][1], of_mean)
        close(closed["variance"][0], variance, closed["variance"][1], of_variance)
        close(published(matrix), variance, condition(published, matrix), of_variance)
    if name == "full":  # the matrix itself in place of its symmetric part would not do
        variance, known = measured(lambda matrix: {"": laws["rademacher"][2](matrix)}, matrix)[""]
        assert abs(2 * (np.sum(matrix**2) - np.sum(np.diag(matrix) ** 2)) - variance) > UNIT * known

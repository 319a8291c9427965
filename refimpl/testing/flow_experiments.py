"""The experiments on what a flow does to mass and volume. They belong to `experiments`, which describes them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.testing.cases import Case, Formula, Part, StandardNormal, heaviest, over_cases
from refimpl.testing.compare import Sides, pilot, rate_of_change
from refimpl.testing.evidence import Evidence
from refimpl.testing.features import features

_WIDER = 1.25  # the places at which a density is probed scatter more than the points themselves


def mass_of_all_is_conserved(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The rate of the density accounts for what expectations gain: d/dt E φ(x_t) = ∫ φ ∂p_t/∂t dx, for Gaussian data.

    For the rate of change of p_t(x) at a fixed place x, in one dimension: the data are the first coordinate of the
    heaviest component. The integral is taken over places drawn from a wider normal law.
    """
    component = heaviest(distribution)
    mean = float(np.asarray(distribution.means)[component, 0])
    variance = float(np.asarray(distribution.covariances)[component, 0, 0])
    line = StandardNormal(1)

    def part(case: Case) -> Part:
        known = case.quantities()
        wide = _WIDER * np.sqrt(known["alpha_t"] ** 2 * variance + known["sigma_t"] ** 2)

        def place(unit: np.ndarray, noise: np.ndarray, t: float = case.t) -> np.ndarray:
            return case.point(mean + np.sqrt(variance) * unit, noise, t)

        family = features(pilot(line, place), seed)

        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            left, gap = rate_of_change(lambda t: family.values(place(unit, noise, t)).mean(axis=0), case.t)
            x = known["alpha_t"] * mean + wide * unit
            drawn = np.exp(-unit * unit / 2) / (np.sqrt(2 * np.pi) * wide)
            rate = call(formula, x=x, mean=mean, variance=variance, xp=np, **known)
            return Sides.of(left, (rate / drawn * family.values(x)).mean(axis=0), case.label, gap)

        return sides

    return over_cases(mass_of_all_is_conserved, part, path, line, seed, log2_points or 10)


def trace_on_average(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """One probe estimates the trace without bias: E[ε · A ε] = the formula, for random signs and for normal probes.

    A is made of the Jacobian of the exact velocity of a mixture in three dimensions, turned: it is not symmetric.
    """

    def part(case: Case) -> Part:
        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            matrix = jacobian(case)
            claimed = np.array([call(formula, **entries(matrix))])
            probes = {"random signs": np.sign(noise), "normal probes": noise}
            return Sides.join(
                Sides.of(claimed, estimates(matrix, probe).mean(keepdims=True), f"{name}, {case.label}")
                for name, probe in probes.items()
            )

        return sides

    return over_cases(trace_on_average, part, path, StandardNormal(3), seed, log2_points or 11)


def scatter_of_random_signs(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """A probe of random signs scatters as claimed: E[(ε · A ε − tr A)²] = the formula. A as in `trace_on_average`."""
    return _scatter(scatter_of_random_signs, np.sign, formula, path, seed, log2_points or 8)


def scatter_of_normal_probes(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """A normal probe scatters as claimed: E[(ε · A ε − tr A)²] = the formula. A as in `trace_on_average`."""
    return _scatter(scatter_of_normal_probes, np.asarray, formula, path, seed, log2_points or 12)


def _scatter(
    experiment: Callable[..., Evidence],
    law: Callable[[np.ndarray], np.ndarray],
    formula: Formula,
    path: Any,
    seed: int,
    log2_points: int,
) -> Evidence:
    """For probes that `law` makes of normal numbers."""

    def part(case: Case) -> Part:
        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            probes = law(noise)
            claimed, measured = [], []
            for matrix in parts_of(jacobian(case)):
                claimed.append(call(formula, **entries(matrix)))
                measured.append(((estimates(matrix, probes) - np.trace(matrix)) ** 2).mean())
            return Sides.of(np.array(claimed, float), np.array(measured), case.label)

        return sides

    return over_cases(experiment, part, path, StandardNormal(3), seed, log2_points)


def estimates(matrix: np.ndarray, probes: np.ndarray) -> np.ndarray:
    """probe . matrix probe for each of the probes (n, 3)."""
    return np.einsum("ni,ij,nj->n", probes, matrix, probes)


def parts_of(matrix: np.ndarray) -> list[np.ndarray]:
    """The whole, and by themselves its diagonal entries and its pairs: an entry that is small is seen there."""
    kept = np.zeros((6, 3, 3))
    for mask, (i, j) in zip(kept, [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)], strict=True):
        mask[i, j] = mask[j, i] = 1
    return [matrix, *(matrix * kept)]


def entries(matrix: np.ndarray) -> dict[str, float]:
    """The entries by their names in the formulas."""
    return {f"a_{i + 1}{j + 1}": matrix[i, j] for i in range(3) for j in range(3)}


@cache
def jacobian(case: Case) -> np.ndarray:
    """The Jacobian of x + velocity at one place, by differences; its output is turned, or it were symmetric.

    The point itself is added because the divergence of the velocity passes through zero on its way.
    """
    from refimpl.distributions import GaussianMixture
    from refimpl.field import MarginalField
    from refimpl.path import GaussianPath

    random = np.random.default_rng(3)
    root = random.normal(size=(3, 3, 3))
    covariances = 0.2 * root @ root.transpose(0, 2, 1) + 0.1 * np.eye(3)
    mixture = GaussianMixture([0.5, 0.3, 0.2], random.normal(size=(3, 3)), covariances=covariances)
    field, x = MarginalField(GaussianPath(case.schedule), mixture), 0.5 * random.normal(size=3)
    turn = np.linalg.qr(np.eye(3) + np.array([[0, 0.5, -0.3], [-0.5, 0, 0.4], [0.3, -0.4, 0]]))[0]
    turn *= np.sign(np.diag(turn))
    columns = [rate_of_change(lambda h, e=e: field.velocity(x + h * e, case.t), 0.0)[0] for e in np.eye(3)]
    return turn @ (np.eye(3) + np.stack(columns, axis=1))

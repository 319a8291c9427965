"""The experiments on densities, their slopes and mean squares. They belong to `experiments`, which describes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl._call import call, names_of
from refimpl.testing.cases import (
    Case,
    Formula,
    Part,
    StandardNormal,
    components,
    heaviest,
    over_cases,
    points_for,
)
from refimpl.testing.compare import Sides, pilot
from refimpl.testing.evidence import Evidence
from refimpl.testing.features import features

_REACH = 3.0  # deviations to either side of the mean, at which a density is probed
_LINES = 3  # coordinates of Gaussian data whose mean squares are taken


def stein_identity(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The score is the slope of the log density: E[score φ(x_t)] = −E[∇φ(x_t)], by parts (Stein's identity).

    For a score that puts the components of a mixture together; for that of Gaussian data, one coordinate at a time, in
    the eigenbasis of the heaviest component; and for the score given the data point: then φ depends on it, too, and
    the gradient is that in x.
    """
    asked = names_of(formula)
    given_data, gaussian = "data" in asked, "component_score" not in asked and "data" not in asked
    component = heaviest(distribution)
    variance, basis = np.linalg.eigh(distribution.covariances[component])
    own = {"mean": distribution.means[component] @ basis, "variance": variance}
    law = StandardNormal(distribution.dimension) if gaussian else distribution

    def part(case: Case) -> Part:
        def place(draw: np.ndarray) -> np.ndarray:
            return own["mean"] + np.sqrt(variance) * draw if gaussian else draw

        def state(draw: np.ndarray, noise: np.ndarray) -> np.ndarray:
            x = case.point(place(draw), noise)
            return np.concatenate([x, draw], axis=1) if given_data else x

        def slope(x: np.ndarray, data: np.ndarray) -> np.ndarray:
            known = case.quantities()
            if gaussian or given_data:
                return call(formula, x=x, data=data, **own, **known)
            return call(formula, xp=np, **components(names_of(formula), distribution, x, known))

        d, family = distribution.dimension, features(pilot(law, state), seed)

        def sides(draw: np.ndarray, noise: np.ndarray) -> Sides:
            where = state(draw, noise)
            left = slope(where[:, :d], draw).T @ family.values(where) / len(where)
            return Sides.of(left, -family.slopes(where).mean(axis=0) * family.weight[:d], case.label)

        return sides

    return over_cases(stein_identity, part, path, law, seed, log2_points or points_for(distribution))


def density_of_the_points(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The density says how many points are where: E φ(x_t) = ∫ φ exp(log density) dx, for φ that vanish far out.

    For a log density that puts the components of a mixture together, or for that of Gaussian data: the heaviest
    component. In one dimension: the first coordinate is taken. The integral is over places that lie evenly in an
    interval, so that a density that grows where it should fall is seen, and not taken for scatter.
    """
    from scipy.special import ndtr

    from refimpl.distributions import GaussianMixture

    mixed = "density" in names_of(formula)
    kept = slice(None) if mixed else [heaviest(distribution)]
    weights, means = np.asarray(distribution.weights)[kept], np.asarray(distribution.means)[kept, :1]
    variances = np.asarray(distribution.covariances)[kept, :1, :1]
    line = GaussianMixture(weights / weights.sum(), means, covariances=variances)

    def part(case: Case) -> Part:
        known, points = case.quantities(), pilot(line, case.point)
        family, centre, reach = features(points, seed), points.mean(), _REACH * points.std()

        def seen(x: np.ndarray) -> np.ndarray:
            """Test functions that vanish beyond the interval."""
            way = np.minimum(np.abs(x - centre) / reach, 1.0)
            return family.values(x) * np.cos(np.pi / 2 * way) ** 2

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            x = centre + reach * (2.0 * ndtr(noise) - 1.0)
            if mixed:
                log_density = call(formula, xp=np, **components(names_of(formula), line, x, known))
            else:
                log_density = call(formula, x=x, mean=means[0, 0], variance=variances[0, 0, 0], xp=np, **known)
            density = np.where(np.isfinite(log_density), np.exp(log_density), np.nan)  # exp(-inf) looks like a density
            counted = 2.0 * reach * (density * seen(x)).mean(axis=0)
            return Sides.of(counted, seen(case.point(data, noise)).mean(axis=0), case.label)

        return sides

    return over_cases(density_of_the_points, part, path, line, seed, log2_points or 9)


def mean_square_of_the_velocity(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The marginal velocity has the claimed mean square: of E (dx_t/dt)², what a regression on x_t explains.

    For Gaussian data: the first coordinates of the heaviest component, each by itself. Velocity and point are jointly
    normal there, so the best guess is a straight line; it is fitted to other samples.
    """
    return _mean_squares(mean_square_of_the_velocity, formula, path, distribution, seed, log2_points or 9, True)


def mean_square_that_is_missed(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """No field comes nearer than the marginal velocity: of E (dx_t/dt)², what a regression on x_t leaves over.

    For Gaussian data, as in `mean_square_of_the_velocity`.
    """
    return _mean_squares(mean_square_that_is_missed, formula, path, distribution, seed, log2_points or 9, False)


def _mean_squares(
    experiment: Callable[..., Evidence],
    formula: Formula,
    path: Any,
    distribution: Any,
    seed: int,
    log2_points: int,
    explained: bool,
) -> Evidence:
    component, lines = heaviest(distribution), slice(0, _LINES)
    mean = np.asarray(distribution.means)[component, lines]
    variance = np.diag(distribution.covariances[component])[lines]
    normal = StandardNormal(len(mean))

    def part(case: Case) -> Part:
        def both(unit: np.ndarray, noise: np.ndarray) -> np.ndarray:
            data = mean + np.sqrt(variance) * unit
            return np.stack([case.point(data, noise), case.motion(data, noise)])

        fitted = pilot(normal, lambda unit, noise: np.moveaxis(both(unit, noise), 1, 0))
        halves = [_line(half[:, 0], half[:, 1]) for half in np.split(fitted, 2)]

        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            x, velocity = both(unit, noise)
            guesses = [offset + slope * x for slope, offset in halves]
            missed = ((velocity - sum(guesses) / 2) ** 2).mean(axis=0)
            # A line that is a little off misses more, by the mean square of how much; the two are further apart.
            stray = ((guesses[0] - guesses[1]) ** 2).mean(axis=0)
            measured = (velocity**2).mean(axis=0) - missed if explained else missed
            claimed = np.asarray(call(formula, mean=mean, variance=variance, **case.quantities()), dtype=float)
            return Sides.of(np.broadcast_to(claimed, measured.shape), measured, case.label, stray)

        return sides

    return over_cases(experiment, part, path, normal, seed, log2_points)


def _line(x: np.ndarray, velocity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and offset of the regression, coordinate by coordinate."""
    centred = x - x.mean(axis=0)
    slope = (centred * velocity).sum(axis=0) / (centred * centred).sum(axis=0)
    return slope, velocity.mean(axis=0) - slope * x.mean(axis=0)

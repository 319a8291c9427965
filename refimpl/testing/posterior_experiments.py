"""The experiments on what x tells of the data point that led to it. They belong to `experiments`, which describes them.

What is expected, given x, is the best guess: what it misses has nothing to do with x, so E[(guess − quantity) φ(x)] = 0
for every test function φ, and for no other guess.
"""

from __future__ import annotations

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
from refimpl.testing.compare import Sides, orthogonality, pilot
from refimpl.testing.evidence import Evidence
from refimpl.testing.features import features

_SPREAD = 3  # coordinates of which second moments are taken


def posterior_average(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The posterior mean is the best guess of the data point: E[(posterior mean − data) φ(x_t)] = 0, for Gaussian data.

    The data are Gaussian with full covariance: those of the heaviest component, and those with the mean and the
    covariance of the whole distribution.
    """
    laws, normal = _Gaussians(distribution), StandardNormal(distribution.dimension)

    def part(case: Case) -> Part:
        families = laws.features(case, normal, seed)

        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            parts = []
            for name, (mean, covariance) in laws.moments.items():
                data = laws.place(name, unit)
                x = case.point(data, noise)
                guess = call(formula, x=x, mean=mean, covariance=covariance, xp=np, **case.quantities())
                parts.append(orthogonality(guess, data, families[name].values(x), f"{name}, {case.label}"))
            return Sides.join(parts)

        return sides

    return over_cases(posterior_average, part, path, normal, seed, log2_points or 10)


def average_over_components(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """What is expected at x is the average over the points there: E[(formula − quantity) φ(x_t)] = 0, for a mixture.

    For a formula that puts together the densities of the components and what each of them expects: the velocity, the
    data point or the noise. The quantity is dx_t/dt, the data point or the noise of each sample.
    """
    names = names_of(formula)

    def part(case: Case) -> Part:
        family = features(pilot(distribution, case.point), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            if "component_posterior_mean" in names:
                quantity = data
            elif "component_expected_noise" in names:
                quantity = noise
            else:
                quantity = case.motion(data, noise)
            x = case.point(data, noise)
            estimate = call(formula, xp=np, **components(names_of(formula), distribution, x, case.quantities()))
            return orthogonality(estimate, quantity, family.values(x), case.label)

        return sides

    return over_cases(average_over_components, part, path, distribution, seed, log2_points or points_for(distribution))


def share_of_each_component(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The shares say which component the points at x are from: E[(share − [drawn from it]) φ(x_t)] = 0, for each."""
    d, drawn = distribution.dimension, _WithComponent(distribution)

    def part(case: Case) -> Part:
        family = features(pilot(drawn, lambda data, noise: case.point(data[:, :d], noise)), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            x, belongs = case.point(data[:, :d], noise), data[:, d:]
            share = call(formula, xp=np, **components(names_of(formula), distribution, x, case.quantities()))
            share = np.broadcast_to(share[..., 0].T, belongs.shape)
            return orthogonality(share, belongs, family.values(x), case.label)

        return sides

    return over_cases(share_of_each_component, part, path, drawn, seed, log2_points or points_for(distribution))


def average_over_data_points(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """What is expected at x is the average over the data set: E[(formula − quantity) φ(x_t)] = 0, for a finite one.

    The data points are the means of the components, all equally likely. For the velocity, a formula of x and of its
    distances from them, or for the data point, which depends on the distances alone.
    """
    data_set = _DataSet(distribution)

    def part(case: Case) -> Part:
        known, family = case.quantities(), features(pilot(data_set, case.point), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            x, points = case.point(data, noise), data_set.points[:, None, :]
            squared = ((x - known["alpha_t"] * points) ** 2).sum(axis=2, keepdims=True)
            distances = {"squared_distance": squared, "nearest_squared_distance": squared.min(axis=0)}
            estimate = call(formula, x=x, data_point=points, xp=np, **distances, **known)
            quantity = case.motion(data, noise) if "x" in names_of(formula) else data
            return orthogonality(estimate, quantity, family.values(x), case.label)

        return sides

    return over_cases(average_over_data_points, part, path, data_set, seed, log2_points or points_for(distribution))


def data_from_the_score(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The score knows the expected data point: E[(formula − data) φ(x_t)] = 0.

    For a formula of x and of the score there. The score is that of the mixture, which `stein_identity` tests.
    """

    def part(case: Case) -> Part:
        family = features(pilot(distribution, case.point), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            x = case.point(data, noise)
            guess = call(formula, x=x, marginal_score=_score(distribution, x, case), xp=np, **case.quantities())
            return orthogonality(guess, data, family.values(x), case.label)

        return sides

    return over_cases(data_from_the_score, part, path, distribution, seed, log2_points or points_for(distribution))


def posterior_spread(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The data points that lead to x scatter as claimed: E[((data − mean)(data − mean)ᵀ − formula) φ(x_t)] = 0.

    The mean is the expected data point, given x, which has experiments of its own. For Gaussian data, with the laws of
    `posterior_average`; for a mixture, from its components; and for a mixture, from the slopes of its score. Of the
    pairs of the first three coordinates.
    """
    if "covariance" in names_of(formula):
        return _spread_of_gaussians(formula, path, distribution, seed, log2_points or 10)
    slopes = "score_slope" in names_of(formula)
    estimate = _from_slopes if slopes else _from_components
    asked = ("component_posterior_mean", "component_score")[: 1 + slopes]

    def part(case: Case) -> Part:
        family = features(pilot(distribution, case.point), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            from refimpl.formulas.marginals import mixture_denoiser

            x = case.point(data, noise)
            known = components(asked, distribution, x, case.quantities())
            miss = data - call(mixture_denoiser, xp=np, **known)
            claimed, (first, second) = estimate(formula, distribution, case, known), _pairs(distribution)
            return orthogonality(claimed, miss[:, first] * miss[:, second], family.values(x), case.label)

        return sides

    return over_cases(posterior_spread, part, path, distribution, seed, log2_points or points_for(distribution, 12))


def _spread_of_gaussians(formula: Formula, path: Any, distribution: Any, seed: int, log2_points: int) -> Evidence:
    laws, normal = _Gaussians(distribution), StandardNormal(distribution.dimension)
    first, second = _pairs(distribution)

    def part(case: Case) -> Part:
        families = laws.features(case, normal, seed)

        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            from refimpl.formulas.marginals import posterior_mean

            parts = []
            for name, (mean, covariance) in laws.moments.items():
                data = laws.place(name, unit)
                x = case.point(data, noise)
                given = {"mean": mean, "covariance": covariance, "xp": np, **case.quantities()}
                miss = data - call(posterior_mean, x=x, **given)
                scatter = miss[:, first] * miss[:, second]
                claimed = np.broadcast_to(call(formula, **given)[first, second], scatter.shape)
                parts.append(orthogonality(claimed, scatter, families[name].values(x), f"{name}, {case.label}"))
            return Sides.join(parts)

        return sides

    return over_cases(posterior_spread, part, path, normal, seed, log2_points)


def _from_components(formula: Formula, distribution: Any, case: Case, known: dict[str, np.ndarray]) -> np.ndarray:
    """The claimed covariance of each pair of coordinates, (n, pairs)."""
    from refimpl.formulas.components import posterior_variance

    first, second = _pairs(distribution)
    within = []
    for covariance in distribution.covariances:
        variance, basis = np.linalg.eigh(covariance)
        within.append((basis * call(posterior_variance, variance=variance, **case.quantities())) @ basis.T)
    pairs = {
        "component_posterior_mean": known["component_posterior_mean"][:, :, first],
        "component_posterior_mean_2": known["component_posterior_mean"][:, :, second],
        "component_pair_covariance": np.array(within)[:, None, first, second],
    }
    return call(formula, xp=np, **(known | pairs))


def _from_slopes(formula: Formula, distribution: Any, case: Case, known: dict[str, np.ndarray]) -> np.ndarray:
    """The same, from the slopes of the score: those within the components, on average, and the covariance between."""
    first, second = _pairs(distribution)
    scales, scores = case.quantities(), known["component_score"]
    noise = scales["sigma_t"] ** 2 * np.eye(distribution.dimension)
    within = -np.linalg.inv(scales["alpha_t"] ** 2 * np.asarray(distribution.covariances) + noise)
    share = known["weight"] * known["density"]
    share = share / share.sum(axis=0)
    around = scores - (share * scores).sum(axis=0)
    slopes = (share * (within[:, None, first, second] + around[:, :, first] * around[:, :, second])).sum(axis=0)
    own, claimed = first == second, np.empty_like(slopes)
    claimed[:, own], claimed[:, ~own] = call(
        formula, score_slope=slopes[:, own], score_cross_slope=slopes[:, ~own], **scales
    )
    return claimed


def _pairs(distribution: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(min(distribution.dimension, _SPREAD))


def _score(distribution: Any, x: np.ndarray, case: Case) -> np.ndarray:
    from refimpl.formulas.marginals import mixture_score

    return call(mixture_score, xp=np, **components(names_of(mixture_score), distribution, x, case.quantities()))


class _Gaussians:
    """Gaussian data with full covariance: of the heaviest component, and with the moments of the whole distribution."""

    def __init__(self, distribution: Any) -> None:
        component = heaviest(distribution)
        self.moments = {
            "heaviest component": (distribution.means[component], distribution.covariances[component]),
            "whole distribution": (distribution.mean(), distribution.covariance()),
        }
        self.roots = {name: np.linalg.cholesky(covariance) for name, (_, covariance) in self.moments.items()}

    def place(self, name: str, unit: np.ndarray) -> np.ndarray:
        return self.moments[name][0] + unit @ self.roots[name].T

    def features(self, case: Case, normal: StandardNormal, seed: int) -> dict[str, Any]:
        """Test functions of x for each of the laws."""
        return {
            name: features(
                pilot(normal, lambda unit, noise, name=name: case.point(self.place(name, unit), noise)), seed
            )
            for name in self.moments
        }


class _WithComponent:
    """The distribution, with further columns that are 1 for the component of the draw and 0 for the others."""

    def __init__(self, distribution: Any) -> None:
        self.distribution, self.dimension = distribution, distribution.dimension

    def transform(self, uniform: np.ndarray) -> np.ndarray:
        weights = np.asarray(self.distribution.weights)
        component = np.searchsorted(np.cumsum(weights)[:-1], uniform[:, 0], side="right")
        return np.concatenate([self.distribution.transform(uniform), np.eye(len(weights))[component]], axis=1)


class _DataSet:
    """The means of the components, all equally likely."""

    def __init__(self, distribution: Any) -> None:
        self.points, self.dimension = np.asarray(distribution.means), distribution.dimension

    def transform(self, uniform: np.ndarray) -> np.ndarray:
        return self.points[(uniform[:, 0] * len(self.points)).astype(int)]

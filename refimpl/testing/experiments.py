"""One experiment for each kind of statement: what an equation asserts, put to the test on samples of data and noise.

An experiment is given the formula under test, a path, a distribution and a seed; it returns `Evidence`. It never calls
the true formula, and it takes nothing from the claim: only samples, the schedule's scales and rates, and what the
quantity *means*. Formulas are called by the names of their arguments. Every experiment runs on the path's own schedule
and on two others, since a schedule can hide a mistake (on the linear path the rate of alpha_t is 1). `log2_points`
overrides how many points each of the 32 replicates has: fewer are faster and see less, as `Evidence.power` then says.

`EXPERIMENTS` maps names to functions; the first line of each docstring is the statement that is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.testing.cases import (
    Case,
    Coordinate,
    Network,
    StandardNormal,
    cases,
    components,
    statement_of,
    time_at_log_snr,
)
from refimpl.testing.compare import Sides, compare, orthogonality, pilot, rate_of_change, split, transport
from refimpl.testing.evidence import Evidence
from refimpl.testing.features import features
from refimpl.testing.flow_experiments import (
    mass_of_all_is_conserved,
    scatter_of_normal_probes,
    scatter_of_random_signs,
    trace_on_average,
)
from refimpl.testing.sde_experiments import law_of_the_noising_sde, schedule_of_an_sde

Formula = Callable[..., Any]
Part = Callable[[np.ndarray, np.ndarray], Sides]


def moves_with_the_sample(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """A point of the path moves with the velocity: d/dt E φ(x_t, data, noise) = E[velocity · ∇φ], ∇ in x.

    For a velocity given x and the data point, or x and the noise. Both sides are taken on the same draws.
    """

    def part(case: Case) -> Part:
        def state(data: np.ndarray, noise: np.ndarray, t: float = case.t) -> np.ndarray:
            return np.concatenate([case.point(data, noise, t), data, noise], axis=1)

        family = features(pilot(distribution, state), seed, constant=False)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            velocity = call(formula, x=case.point(data, noise), data=data, noise=noise, **case.quantities())
            motion = np.concatenate([velocity, np.zeros_like(data), np.zeros_like(noise)], axis=1)
            return transport(lambda t: state(data, noise, t), case.t, motion, state(data, noise), family, case.label)

        return sides

    return _run(moves_with_the_sample, part, path, distribution, seed, log2_points or 9)


def posterior_average(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The posterior mean is the best guess of the data point: E[(posterior mean − data) φ(x_t)] = 0, for Gaussian data.

    The data are Gaussian with full covariance: those of the heaviest component, and those with the mean and the
    covariance of the whole distribution.
    """
    heaviest = int(np.argmax(distribution.weights))
    laws = {
        "heaviest component": (distribution.means[heaviest], distribution.covariances[heaviest]),
        "whole distribution": (distribution.mean(), distribution.covariance()),
    }
    roots = {name: np.linalg.cholesky(covariance) for name, (_, covariance) in laws.items()}
    normal = StandardNormal(distribution.dimension)

    def part(case: Case) -> Part:
        def place(name: str, unit: np.ndarray) -> np.ndarray:
            return laws[name][0] + unit @ roots[name].T

        families = {
            name: features(pilot(normal, lambda unit, noise, name=name: case.point(place(name, unit), noise)), seed)
            for name in laws
        }

        def sides(unit: np.ndarray, noise: np.ndarray) -> Sides:
            parts = []
            for name, (mean, covariance) in laws.items():
                data = place(name, unit)
                x = case.point(data, noise)
                guess = call(formula, x=x, mean=mean, covariance=covariance, xp=np, **case.quantities())
                parts.append(orthogonality(guess, data, families[name].values(x), f"{name}, {case.label}"))
            return Sides.join(parts)

        return sides

    return _run(posterior_average, part, path, normal, seed, log2_points or 10)


def average_over_components(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The marginal velocity is the average velocity of the points at x: E[(velocity − dx_t/dt) φ(x_t)] = 0.

    For a formula that puts together the densities and the velocities of the components of a mixture.
    """

    def part(case: Case) -> Part:
        family = features(pilot(distribution, case.point), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            x = case.point(data, noise)
            estimate = call(formula, xp=np, **components(distribution, x, case.quantities()))
            return orthogonality(estimate, case.motion(data, noise), family.values(x), case.label)

        return sides

    return _run(average_over_components, part, path, distribution, seed, log2_points or _points(distribution))


def mass_is_conserved(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The rate of the density accounts for what expectations gain: d/dt E φ(x_t, data) = E[φ · (∂p_t/∂t) / p_t].

    For the rate of change of p_t(x | data) at a fixed place x, in one dimension: the first coordinate is taken.
    """

    def part(case: Case) -> Part:
        def state(data: np.ndarray, noise: np.ndarray, t: float = case.t) -> np.ndarray:
            return np.concatenate([case.point(data, noise, t), data], axis=1)

        family = features(pilot(line, state), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            left, gap = rate_of_change(lambda t: family.values(state(data, noise, t)).mean(axis=0), case.t)
            known = case.quantities()
            density = np.exp(-noise * noise / 2) / (np.sqrt(2 * np.pi) * known["sigma_t"])
            ratio = call(formula, x=case.point(data, noise), data=data, xp=np, **known) / density
            return Sides.of(left, (ratio * family.values(state(data, noise))).mean(axis=0), case.label, gap)

        return sides

    line = Coordinate(distribution)
    return _run(mass_is_conserved, part, path, line, seed, log2_points or 10)


def lands_on_the_path(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """A step from time t to time s lands on the path: E φ(step, data) = E φ(alpha_s data + sigma_s noise, data).

    For a deterministic step that is given the point at time t and what a network may predict of it (its true data and
    noise, their difference, its velocity, v-prediction or score), forward and backward. Both sides are taken on the
    same draws.
    """

    def part(case: Case, s: float) -> Part:
        def land(data: np.ndarray, noise: np.ndarray) -> np.ndarray:
            return np.concatenate([case.point(data, noise, s), data], axis=1)

        family = features(pilot(distribution, land), seed, constant=False, square=4)
        there = case.quantities(s)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            here = case.quantities()
            known = {
                "x": case.point(data, noise),
                "data": data,
                "noise": noise,
                "linear_velocity": data - noise,
                "velocity": case.motion(data, noise),
                "v_prediction": here["alpha_t"] * noise - here["sigma_t"] * data,
                "score": -noise / here["sigma_t"],
            }
            step = call(formula, alpha_s=there["alpha_t"], sigma_s=there["sigma_t"], **known, **here)
            landed = family.values(np.concatenate([step, data], axis=1)).mean(axis=0)
            return Sides.of(landed, family.values(land(data, noise)).mean(axis=0), f"{case.label} to {s:.3g}")

        return sides

    def parts(case: Case) -> Part:
        ends = [part(case, time_at_log_snr(case.schedule, wanted)) for wanted in (-0.7, 2.0)]
        return lambda data, noise: Sides.join(sides(data, noise) for sides in ends)

    return _run(lands_on_the_path, parts, path, distribution, seed, log2_points or 9)


def gradients_agree(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """Regression on the velocity of each sample and on the marginal field have the same gradient, for every parameter.

    The model is a small network with one hidden layer of tanh units and random parameters; the losses are the mean
    squares of its difference from dx_t/dt and from the formula, which puts the components of the mixture together.
    """

    def part(case: Case) -> Part:
        model = Network(pilot(distribution, case.point), seed)

        def sides(data: np.ndarray, noise: np.ndarray) -> Sides:
            x = case.point(data, noise)
            target = call(formula, xp=np, **components(distribution, x, case.quantities()))
            return Sides.of(model.gradient(x, target), model.gradient(x, case.motion(data, noise)), case.label)

        return sides

    return _run(gradients_agree, part, path, distribution, seed, log2_points or _points(distribution))


def _points(distribution: Any) -> int:
    """Fewer points where many components in many dimensions make each of them expensive."""
    return 11 if distribution.dimension * len(distribution.weights) <= 64 else 10


def _run(
    experiment: Callable[..., Evidence],
    part: Callable[[Case], Part],
    path: Any,
    distribution: Any,
    seed: int,
    log2_points: int,
) -> Evidence:
    """Judges the sides that `part` prepares for each case."""
    parts = [part(case) for case in cases(path)]
    return compare(
        experiment.__name__,
        lambda uniform: Sides.join(sides(*split(distribution, uniform)) for sides in parts),
        2 * distribution.dimension + 1,
        statement=statement_of(experiment),
        seed=seed,
        log2_points=log2_points,
    )


EXPERIMENTS: dict[str, Callable[..., Evidence]] = {
    experiment.__name__: experiment
    for experiment in (
        moves_with_the_sample,
        schedule_of_an_sde,
        posterior_average,
        average_over_components,
        mass_is_conserved,
        mass_of_all_is_conserved,
        trace_on_average,
        scatter_of_random_signs,
        scatter_of_normal_probes,
        lands_on_the_path,
        law_of_the_noising_sde,
        gradients_agree,
    )
}

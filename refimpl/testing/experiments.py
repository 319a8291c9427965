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

from refimpl._call import call, names_of
from refimpl.testing.cases import (
    Case,
    Coordinate,
    Formula,
    Network,
    Part,
    components,
    over_cases,
    points_for,
    time_at_log_snr,
)
from refimpl.testing.compare import Sides, pilot, rate_of_change, transport
from refimpl.testing.density_experiments import (
    density_of_the_points,
    mean_square_of_the_velocity,
    mean_square_that_is_missed,
    stein_identity,
)
from refimpl.testing.evidence import Evidence
from refimpl.testing.features import features
from refimpl.testing.flow_experiments import (
    mass_of_all_is_conserved,
    scatter_of_normal_probes,
    scatter_of_random_signs,
    trace_on_average,
)
from refimpl.testing.posterior_experiments import (
    average_over_components,
    average_over_data_points,
    data_from_the_score,
    posterior_average,
    posterior_spread,
    share_of_each_component,
)
from refimpl.testing.sde_experiments import law_of_the_noising_sde, schedule_of_an_sde


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

    return over_cases(moves_with_the_sample, part, path, distribution, seed, log2_points or 9)


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
    return over_cases(mass_is_conserved, part, path, line, seed, log2_points or 10)


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

    return over_cases(lands_on_the_path, parts, path, distribution, seed, log2_points or 9)


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
            target = call(formula, xp=np, **components(names_of(formula), distribution, x, case.quantities()))
            return Sides.of(model.gradient(x, target), model.gradient(x, case.motion(data, noise)), case.label)

        return sides

    return over_cases(gradients_agree, part, path, distribution, seed, log2_points or points_for(distribution))


EXPERIMENTS: dict[str, Callable[..., Evidence]] = {
    experiment.__name__: experiment
    for experiment in (
        moves_with_the_sample,
        schedule_of_an_sde,
        posterior_average,
        average_over_components,
        share_of_each_component,
        average_over_data_points,
        data_from_the_score,
        posterior_spread,
        stein_identity,
        density_of_the_points,
        mean_square_of_the_velocity,
        mean_square_that_is_missed,
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

"""The experiments that simulate a noising equation. They belong to `experiments`, which describes them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.testing.cases import Case, Coordinate, mixed, schedules, statement_of, time_at_log_snr
from refimpl.testing.compare import Sides, compare, pilot, rate_of_change, split, transport
from refimpl.testing.evidence import Evidence
from refimpl.testing.features import Features, features
from refimpl.testing.linear_sde import FINE_STEPS, law_family, law_width, linear_sde

Formula = Callable[..., Any]
Simulation = Callable[[np.ndarray], Sides]

_LOG_SNR = (5.0, 1.5, -1.0)
_RATES = ((0.1, 20.0, (0.0, 0.12, 0.35)), (0.8, 5.0, (0.0, 0.6)))  # beta_min, beta_max, noising times


def schedule_of_an_sde(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The noising SDE dx = −β/2 x ds + √β dW, β linear in s = 1 − t, has the law of alpha_t data + sigma_t noise.

    For a variance-preserving schedule: a formula of t, beta_min and beta_max with six outputs. The scales are compared
    with the simulated equation; the rates with how expectations change in time; sigma_t times its rate through the heat
    equation, d/dt E φ(a + sigma_t noise) = sigma_t sigma_t' E Δφ; the logarithm by putting the ratio of scales back.
    The data are the first coordinate of the distribution, and the path plays no part.
    """
    line = Coordinate(distribution)
    parts = [_schedule(formula, line, seed, *rates) for rates in _RATES]
    return _run(schedule_of_an_sde, parts, line, seed, log2_points or 9)


def law_of_the_noising_sde(
    formula: Formula, path: Any, distribution: Any, seed: int = 0, *, log2_points: int | None = None
) -> Evidence:
    """The noising SDE carries the law of the path: its solution from one time has the law of the path at later ones.

    For a formula that returns the drift factor and the squared diffusion in noising time s = 1 - t. The equation acts
    on each coordinate by itself, so that the first is taken.
    """

    def part(schedule: Any, levels: tuple[float, ...]) -> Simulation:
        case = Case(schedule, 0.5)
        times = [1.0 - time_at_log_snr(schedule, level) for level in levels]

        def alpha(s: float) -> float:
            return case.quantities(1.0 - s)["alpha_t"]

        def sigma(s: float) -> float:
            return case.quantities(1.0 - s)["sigma_t"]

        @cache
        def drift(s: float) -> float:
            return call(formula, **case.quantities(1.0 - s))[0]

        @cache
        def squared_diffusion(s: float) -> float:
            return call(formula, **case.quantities(1.0 - s))[1]

        laws = [law_family(alpha, sigma, line, s, seed) for s in times[1:]]
        label = f"{type(schedule).__name__}, "
        return lambda uniform: linear_sde(drift, squared_diffusion, alpha, sigma, line, times, laws, uniform, label)

    line = Coordinate(distribution)
    own, *others = schedules(path)
    parts = [part(own, _LOG_SNR), *(part(other, (2.0, 0.5)) for other in others)]
    return _run(law_of_the_noising_sde, parts, line, seed, log2_points or 9)


def _schedule(
    formula: Formula, distribution: Any, seed: int, beta_min: float, beta_max: float, times: tuple[float, ...]
) -> Simulation:
    @cache
    def outputs(t: float) -> np.ndarray:
        with np.errstate(all="ignore"):  # limits at t = 1
            values = call(formula, t=np.asarray(t), beta_min=beta_min, beta_max=beta_max, xp=np)
        return np.array([float(value) for value in values])

    def alpha(s: float) -> float:
        return outputs(1.0 - s)[0]

    def sigma(s: float) -> float:
        return outputs(1.0 - s)[1]

    def beta(s: float) -> float:
        return beta_min + (beta_max - beta_min) * s

    def state(data: np.ndarray, noise: np.ndarray, t: float) -> np.ndarray:
        return np.concatenate([mixed(outputs(t), data, noise), data, noise], axis=1)

    laws = [law_family(alpha, sigma, distribution, s, seed) for s in times[1:]]
    families = [
        features(pilot(distribution, lambda z, e, s=s: state(z, e, 1.0 - s)), seed, constant=False) for s in times[1:]
    ]
    label = f"β = {beta_min:g} .. {beta_max:g}, "

    def sides(uniform: np.ndarray) -> Sides:
        parts = [linear_sde(lambda s: -beta(s) / 2, beta, alpha, sigma, distribution, times, laws, uniform, label)]
        data, noise = split(distribution, uniform)
        for s, family, law in zip(times[1:], families, laws, strict=True):
            here = f"{label}s = {s:g}, "
            parts.append(_rates(outputs, 1.0 - s, data, noise, state, family, here + "dalpha_t and dsigma_t"))
            parts.append(_heat(outputs, 1.0 - s, data, noise, law, here + "half_variance_rate"))
            parts.append(_ratio(outputs, 1.0 - s, data, noise, law, here + "log_snr"))
        return Sides.join(parts)

    return sides


def _rates(
    outputs: Callable[[float], np.ndarray],
    t: float,
    data: np.ndarray,
    noise: np.ndarray,
    state: Callable[..., np.ndarray],
    family: Features,
    group: str,
) -> Sides:
    """The point (x_t, data, noise) moves with (dalpha_t data + dsigma_t noise, 0, 0)."""
    still = np.zeros_like(data)
    motion = np.concatenate([mixed(outputs(t)[2:4], data, noise), still, still], axis=1)
    return transport(lambda time: state(data, noise, time), t, motion, state(data, noise, t), family, group)


def _heat(
    outputs: Callable[[float], np.ndarray], t: float, data: np.ndarray, noise: np.ndarray, law: Features, group: str
) -> Sides:
    """Growing noise alone smooths as the heat equation does."""
    signal = outputs(t)[0] * data
    left, gap = rate_of_change(lambda time: law.values(signal + outputs(time)[1] * noise).mean(axis=0), t)
    laplacian = law.curvatures(signal + outputs(t)[1] * noise).mean(axis=0) * (law.weight**2).sum(axis=0)
    return Sides.of(left, outputs(t)[4] * laplacian, group, gap)


def _ratio(
    outputs: Callable[[float], np.ndarray], t: float, data: np.ndarray, noise: np.ndarray, law: Features, group: str
) -> Sides:
    """The law of x_t is that of sigma_t (exp(log_snr / 2) data + noise)."""
    known = outputs(t)
    again = known[1] * (np.exp(known[5] / 2) * data + noise)
    return Sides.of(law.values(mixed(known, data, noise)).mean(axis=0), law.values(again).mean(axis=0), group)


def _run(
    experiment: Callable[..., Evidence], parts: list[Simulation], distribution: Any, seed: int, log2_points: int
) -> Evidence:
    return compare(
        experiment.__name__,
        lambda uniform: Sides.join(part(uniform) for part in parts),
        2 * distribution.dimension + 1 + FINE_STEPS * law_width(distribution),
        statement=statement_of(experiment),
        seed=seed,
        log2_points=log2_points,
    )

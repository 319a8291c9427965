"""Where a stranger's function is tried: points drawn from the registry's ranges, and the ends of the domains."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_POINTS, _COMPONENTS, _DIMENSION, _SETTINGS, _TRIES = 48, 3, 3, 3, 1000
_POOL = 8
_NUMBERS_BESIDE_A_MATRIX = re.compile(r"^(t|s|d?(alpha|sigma)_[ts]|half_variance_rate)$")
_MARGIN = 1e-3  # by which an assumption must hold, so that both sides of it are told apart
_ASSUMPTIONS = {  # that bind several arguments together, as the registry prints them, and what must be positive
    r"\alpha_s \sigma_t > \alpha_t \sigma_s": lambda v: v["alpha_s"] * v["sigma_t"] - v["alpha_t"] * v["sigma_s"],
    r"\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0": lambda v: (
        v["dalpha_t"] * v["sigma_t"] - v["alpha_t"] * v["dsigma_t"]
    ),
    r"\dot\alpha'_r \sigma'_r - \alpha'_r \dot\sigma'_r > 0": lambda v: (
        v["other_dalpha"] * v["other_sigma"] - v["other_alpha"] * v["other_dsigma"]
    ),
    r"\alpha_0 < \alpha_t": lambda v: v["alpha_t"] - v["alpha_0"],
    r"\alpha_t < \alpha_1": lambda v: v["alpha_1"] - v["alpha_t"],
    r"r_k > r'_k": lambda v: v["step_snr"] - v["previous_snr"],
    r"\sigma_s^{2} > \operatorname{Var}[x_s \mid x_t, x_1]": lambda v: v["sigma_s"] ** 2 - v["ancestral_variance"],
}
_INTERVAL = re.compile(r"^([\[(])\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*([\])])")


@dataclass(frozen=True)
class Batch:
    """Values for every input of an equation: arrays, or numbers where one value serves all points.

    Elementwise equations get arrays (n,); sums over components (K, n), the weights (K, 1); matrix equations x (n, d),
    mean (d,), covariance (d, d) and one time for all points.

    Attributes:
        values: by argument name; floating-point numbers that the dtype under test holds exactly.
        edge: whether an input sits at the end of its domain.
    """

    values: dict[str, Any]
    edge: bool = False


def batches(entry: dict[str, Any], seed: int, dtype: str) -> list[Batch]:
    """The points for an equation: inside its sampling ranges, at their ends, and at the closed ends of its domains."""
    generator = np.random.default_rng([seed, *entry["id"].encode()])
    found = [Batch(_draw(entry, generator, dtype, corners=bool(k % 2))) for k in range(2 * _SETTINGS)]
    for _ in range(_SETTINGS):
        for variable in entry["inputs"]:
            for end in _ends(variable):
                found.append(Batch(_draw(entry, generator, dtype, fixed={variable["name"]: end}), edge=True))
    return found


def pool(entry: dict[str, Any], seed: int, dtype: str) -> list[Batch]:
    """More points inside, of which the worst conditioned are chosen (`truth.worst_conditioned`)."""
    generator = np.random.default_rng([seed, 1, *entry["id"].encode()])
    return [Batch(_draw(entry, generator, dtype, corners=bool(k % 2))) for k in range(_POOL)]


def _draw(
    entry: dict[str, Any],
    generator: np.random.Generator,
    dtype: str,
    *,
    corners: bool = False,
    fixed: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Values for every input, where the assumptions of the equation hold."""
    values = _drawn(entry, generator, dtype, corners, fixed or {})
    positive = binding(entry)
    for tried in range(_TRIES if positive else 0):
        broken = np.any([each(values) < _MARGIN for each in positive], axis=0)
        if not np.any(broken):
            break
        if tried == _TRIES - 1 and not fixed:  # at an end of a range there may be no such point
            raise ValueError(f"`id` must name an equation with points in its domain; none came up for {entry['id']}.")
        again = _drawn(entry, generator, dtype, corners, fixed or {})
        values = {n: np.where(broken, again[n], v) if np.shape(v) == np.shape(broken) else v for n, v in values.items()}
    return values


def binding(entry: dict[str, Any]) -> list[Callable[[dict[str, Any]], Any]]:
    """What must be positive of the arguments of an equation, taken together; an assumption may speak of others, too."""
    names = dict.fromkeys((variable["name"] for variable in entry["inputs"]), np.float64(1))
    known = [_ASSUMPTIONS[one] for one in entry["assumptions"] if one in _ASSUMPTIONS]

    def speaks_of_arguments(gap: Callable[[dict[str, Any]], Any]) -> bool:
        try:
            return gap(names) is not None
        except KeyError:
            return False

    return [gap for gap in known if speaks_of_arguments(gap)]


def _drawn(
    entry: dict[str, Any], generator: np.random.Generator, dtype: str, corners: bool, fixed: dict[str, float]
) -> dict[str, Any]:
    matrix = any(variable["axis"] == "matrix" for variable in entry["inputs"])
    values: dict[str, Any] = {}
    for variable in entry["inputs"]:
        name, (low, high) = variable["name"], variable["sample"]
        shape = _shape(variable, matrix)
        value = generator.uniform(low, high, shape)
        if corners:
            value = np.where(generator.random(shape) < 0.5, np.where(generator.random(shape) < 0.5, low, high), value)
        if name in fixed:
            value = np.full(shape, fixed[name])
        if variable["axis"] == "matrix":
            basis = np.linalg.qr(generator.normal(size=shape))[0]
            value = (basis * generator.uniform(low, high, shape[0])) @ basis.T
        if name == "weight":
            value = value / value.sum(axis=0)
        rounded = value.astype(dtype).astype(np.float64)
        values[name] = float(rounded) if shape == () else rounded
    return values


def _shape(variable: dict[str, Any], matrix: bool) -> tuple[int, ...]:
    name, axis = variable["name"], variable["axis"]
    if axis == "component":
        return (_COMPONENTS, 1) if name == "weight" else (_COMPONENTS, _POINTS)
    if axis == "matrix":
        return (_DIMENSION, _DIMENSION)
    if variable["scalar"] or (matrix and _NUMBERS_BESIDE_A_MATRIX.match(name)):
        return ()
    if matrix:
        return (_DIMENSION,) if name == "mean" else (_POINTS, _DIMENSION)
    return (_POINTS,)


def _ends(variable: dict[str, Any]) -> list[float]:
    """The closed, finite ends of a domain such as "[0, 1)"."""
    interval = _INTERVAL.match(variable["domain"])
    if interval is None:
        return []
    left, low, high, right = interval.groups()
    return [float(low)] * (left == "[") + [float(high)] * (right == "]")

"""From noise to data along the exact field and along the learned one; and a check that needs no derivation.

Along a trajectory of the exact field the log density falls by the integral of the divergence. So velocity, divergence
and log density of the field, which come from different equations, must agree on every trajectory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

COUNT = 24
TIMES = tuple(np.linspace(0.0, 1.0, 29).tolist())

_FINE, _COARSE = 1e-10, 1e-6  # tolerances of the integrator; the difference between both runs is the gate
_LEARNED = 1e-4  # a float32 network gives no more digits


def follow(
    mixture: Any,
    learned: Callable[[np.ndarray, np.ndarray], np.ndarray] | None,
    seed: int,
    advance: Callable[[int, int], None],
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Carries noise to data on the linear path.

    The gate is measured: the log density at the data end must agree with the one carried there to within the error of
    a coarser integration, which its difference from the finer one shows.

    Args:
        mixture: the distribution of the data.
        learned: a learned velocity at points (n, d) and times (n,); None if there is none.
        seed: of the noise.
        advance: called with the parts done and their number.

    Returns:
        Figures ready for JSON, with `passed` and `failures`; and the trajectories, (COUNT, times, d) each, by name.
    """
    import refimpl as ri

    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), mixture)
    start = np.random.default_rng(seed).standard_normal((COUNT, mixture.dimension))
    parts = 2 if learned is None else 3
    exact, carried = _exact(field, start, _FINE)
    advance(1, parts)
    _, roughly = _exact(field, start, _COARSE)
    advance(2, parts)
    defect = np.abs(carried - field.log_density(exact[:, -1], TIMES[-1]))
    gate = float(np.max(np.abs(roughly - carried)))
    failures = []
    if not np.max(defect) <= gate:
        failures.append(
            f"the log density at the end of a trajectory differs by {np.max(defect):.3g} from the one that velocity "
            f"and divergence carry there; allowed is {gate:.3g}, the error of a coarser integration"
        )
    figures: dict[str, Any] = {
        "count": COUNT,
        "times": list(TIMES),
        "log_density_defect": float(np.max(defect)),
        "gate": gate,
        "passed": not failures,
        "failures": failures,
    }
    drawn = {"exact": exact}
    if learned is not None:
        drawn["learned"] = _integrated(lambda t, x: learned(x, np.full(len(x), t)), start, _LEARNED, "RK45")
        apart = np.linalg.norm(drawn["learned"][:, -1] - exact[:, -1], axis=1)
        size = np.sqrt(np.trace(mixture.covariance()))
        figures["distance_at_the_end"] = (apart / size).tolist()
        advance(3, parts)
    return figures, drawn


def _exact(field: Any, start: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """The trajectories, and the log density at their ends as the divergence carries it there."""

    def motion(t: float, state: np.ndarray) -> np.ndarray:
        x = state[:, :-1]
        return np.concatenate([field.velocity(x, t), -field.divergence(x, t)[:, None]], axis=1)

    states = np.concatenate([start, field.log_density(start, TIMES[0])[:, None]], axis=1)
    path = _integrated(motion, states, tolerance, "DOP853")
    return path[:, :, :-1], path[:, -1, -1]


def _integrated(
    motion: Callable[[float, np.ndarray], np.ndarray], start: np.ndarray, tolerance: float, method: Any
) -> np.ndarray:
    """States (n, times, k) of an ordinary differential equation, from (n, k) at the first time."""
    from scipy.integrate import solve_ivp

    def flat(t: float, state: np.ndarray) -> np.ndarray:
        return motion(min(max(t, 0.0), 1.0), state.reshape(start.shape)).ravel()

    span = (TIMES[0], TIMES[-1])
    solution = solve_ivp(flat, span, start.ravel(), method=method, t_eval=TIMES, rtol=tolerance, atol=tolerance)
    if not solution.success:
        raise RuntimeError(f"the trajectories could not be integrated: {solution.message}")
    return np.moveaxis(solution.y.reshape(*start.shape, len(TIMES)), -1, 1)

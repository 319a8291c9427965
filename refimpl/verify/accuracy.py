"""How many digits of the exact field are right, on hard mixtures: errors against 60 digits, in units of what the
conditioning of the question allows.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import mp

from refimpl.distributions import GaussianMixture
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import Linear
from refimpl.testing.conditioning import (
    FORMS,
    GEOMETRIES,
    QUANTITIES,
    condition_numbers,
    hard_mixture,
    hard_points,
)

DIGITS, BOUND = 60, 16  # at most 16 rounding errors times the condition number
COMPONENTS, DIMENSIONS, QUICK_DIMENSIONS, POINTS = 3, (2, 4), (2,), 2
TIMES = (1e-6, 0.5, 1 - 1e-3)


def sweep(seed: int, quick: bool, advance: Callable[[int, int], None]) -> dict[str, Any]:
    """The worst error of each quantity over points and times, by form, geometry, dimension and dtype."""
    path, rows, failures = GaussianPath(Linear()), [], []
    cases = list(itertools.product(FORMS, GEOMETRIES, QUICK_DIMENSIONS if quick else DIMENSIONS))
    for done, (form, geometry, d) in enumerate(cases, 1):
        mixture = hard_mixture(form, geometry, COMPONENTS, d, seed)
        random = np.random.default_rng((seed, done))
        field, worst = MarginalField(path, mixture), {"float64": (0.0, ""), "float32": (0.0, "")}
        for t in (float(np.float32(t)) for t in TIMES):
            exact_at = _Exact(mixture, t)
            for x in hard_points(mixture, t, POINTS, random):
                exact, conditions = exact_at(x), condition_numbers(mixture, x.astype(np.float64), t)
                for name, dtype in itertools.product(QUANTITIES, worst):
                    found = np.atleast_1d(getattr(field, name)(x.astype(dtype), t)).tolist()
                    with mp.workdps(DIGITS):
                        error = float(mp.norm([mp.mpf(a) - b for a, b in zip(found, exact[name], strict=True)]))
                    ratio = error / (float(np.finfo(dtype).eps) * conditions[name])
                    ratio = ratio if math.isfinite(ratio) else math.inf  # NaN is less than nothing, and not more
                    worst[dtype] = max(worst[dtype], (ratio, name))
        for dtype, (ratio, name) in worst.items():
            rows.append({"form": form, "geometry": geometry, "d": d, "dtype": dtype, "worst": ratio, "quantity": name})
            if not ratio <= BOUND:
                where = f"{form}, {geometry}, d = {d}, {dtype}"
                failures.append(f"{name} is off by {ratio:.3g} rounding errors times its conditioning ({where})")
        advance(done, len(cases))
    return {"bound": BOUND, "digits": DIGITS, "components": COMPONENTS, "rows": rows, "failures": failures}


class _Exact:
    """The field on the linear path at one time, from the definition of conditioning, in many digits."""

    def __init__(self, mixture: GaussianMixture, t: float) -> None:
        self.mixture, self.t = mixture, t
        with mp.workdps(DIGITS):
            alpha, sigma = mp.mpf(t), 1 - mp.mpf(t)
            spreads = [mp.matrix(each.tolist()) for each in mixture.covariances]
            inverses = [mp.inverse(alpha**2 * s + sigma**2 * mp.eye(mixture.dimension)) for s in spreads]
            self.parts = [(s, p, mp.log(mp.det(p))) for s, p in zip(spreads, inverses, strict=True)]

    def __call__(self, x: np.ndarray) -> dict[str, list[Any]]:
        with mp.workdps(DIGITS):
            alpha, sigma, d = mp.mpf(self.t), 1 - mp.mpf(self.t), len(x)
            point, logs, own = mp.matrix([float(v) for v in x]), [], []
            for weight, mean, (spread, precision, log_det) in zip(
                self.mixture.weights.tolist(), self.mixture.means.tolist(), self.parts, strict=True
            ):
                rest = point - alpha * mp.matrix(mean)
                white = precision * rest
                data = mp.matrix(mean) + alpha * (spread * white)
                logs.append(mp.log(weight) + (log_det - (rest.T * white)[0] - d * mp.log(2 * mp.pi)) / 2)
                own.append((data - sigma * white, white, data, alpha * spread * precision - sigma * precision))
            best = max(logs)
            shares = [mp.exp(value - best) for value in logs]
            total = mp.fsum(shares)
            shares = [share / total for share in shares]

            def mean_of(index: int) -> Any:
                return sum((s * each[index] for s, each in zip(shares, own, strict=True)), mp.zeros(d, 1))

            velocity, white, data = (mean_of(index) for index in range(3))
            divergence = mp.mpf(0)
            for share, (u, w, _, slope) in zip(shares, own, strict=True):
                trace = mp.fsum(slope[i, i] for i in range(d))
                divergence += share * (trace - (u.T * (w - white))[0])
            vectors = [list(velocity), list(-white), list(data), list(sigma * white)]
            return dict(zip(QUANTITIES, [*vectors, [best + mp.log(total)], [divergence]], strict=True))

"""What is known of the path once the data point is averaged out: the exact field of a mixture or a data set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl._pytrees import announce
from refimpl.distributions import Gaussian, GaussianMixture, check_count, check_seed
from refimpl.edge import (
    Array,
    Namespace,
    as_column,
    beside,
    check_finite,
    converted,
    follow,
    is_jax,
    namespace_of,
    on_its_own,
    to_numpy,
)
from refimpl.empirical import Empirical
from refimpl.formulas import components
from refimpl.path import GaussianPath, check_word

_COMPONENT_FORMULAS = {
    "data": components.posterior_mean,
    "noise": components.noise,
    "velocity": components.velocity,
    "v_prediction": components.v_prediction,
    "score": components.score,
}


@dataclass(frozen=True)
class MarginalField:
    """The exact marginal field of a Gaussian mixture along a Gaussian path, for all t in [0, 1], ends included.

    Of an `Empirical` distribution, a data set, at t = 1 only the denoiser has a finite value: the nearest data point.

    Shapes: points x have shape (..., d) with any leading axes; `t` is a number, or an array that aligns with the
    *leading* axes of x, `t.shape == x.shape[:t.ndim]`, of which it may take all but the last. Results keep x's
    library, dtype and device, and everything is computed in x's dtype; `precise=True` computes in float64 and
    comes back. Gradients, `torch.func`, `torch.compile`, `jax.jit` and `jax.vmap` work on all but `flow` and `sample`.

    Raises:
        ValueError: a wrong shape, a time outside [0, 1], a result that is not finite.
        TypeError: x not an array, not floating point, or t of another library.
    """

    path: GaussianPath
    distribution: GaussianMixture | Gaussian | Empirical

    def __post_init__(self) -> None:
        if not isinstance(self.path, GaussianPath):
            raise TypeError(f"`path` must be a GaussianPath; got {type(self.path).__qualname__}.")
        if not isinstance(self.distribution, GaussianMixture | Gaussian | Empirical):
            raise TypeError(
                "`distribution` must be a GaussianMixture, a Gaussian or an Empirical;"
                f" got {type(self.distribution).__qualname__}."
            )
        announce(MarginalField, ("path", "distribution"))

    def predict(self, x: Array, t: Array | float, word: str, *, precise: bool = False) -> Array:
        """The best prediction at x of what `word` says: data, noise, velocity, v_prediction or score; (..., d)."""
        formula = _COMPONENT_FORMULAS[check_word(word, "word")]
        return self._evaluate(x, t, precise, f"`{word}`", lambda posterior: posterior.average(formula))

    def velocity(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """E[dx_t/dt | x], the field whose flow carries noise to data; (..., d).

        Accurate for all t: computed without a division by alpha_t or sigma_t.
        """
        return self.predict(x, t, "velocity", precise=precise)

    def score(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """The gradient of log p_t(x), the marginal score; (..., d)."""
        return self.predict(x, t, "score", precise=precise)

    def denoiser(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """E[data | x]; (..., d)."""
        return self.predict(x, t, "data", precise=precise)

    def noise_prediction(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """E[noise | x]; (..., d)."""
        return self.predict(x, t, "noise", precise=precise)

    def v_prediction(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """E[alpha_t · noise - sigma_t · data | x]; (..., d). Not to be confused with the velocity."""
        return self.predict(x, t, "v_prediction", precise=precise)

    def log_density(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """log p_t(x); (...)."""
        return self._evaluate(x, t, precise, "`log_density`", lambda posterior: posterior.log_density())

    def divergence(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """The divergence of the velocity at x, the trace of its Jacobian; (...)."""
        return self._evaluate(x, t, precise, "`divergence`", lambda posterior: posterior.divergence())

    def sample(self, n: int, t: Array | float, seed: int | np.random.Generator, like: Array | None = None) -> Array:
        """n independent points (n, d) of p_t, drawn in NumPy from the seed: the same on every backend.

        `t` is a number or of shape (n,). The points take library, dtype and device of `like` (default: float64 NumPy).
        """
        check_count(n)
        random = np.random.default_rng(check_seed(seed))
        data = self.distribution.sample(n, random)
        noise = random.standard_normal(data.shape)
        return follow(self.path.point(to_numpy(on_its_own(t)), data, noise), like)

    def flow(
        self, x: Array, t_from: Array | float, t_to: Array | float, *, rtol: float = 1e-10, atol: float = 1e-10
    ) -> Array:
        """Where the velocity carries the points x (..., d) from time t_from to time t_to, in either direction.

        A single Gaussian has a closed form, in x's dtype. A mixture is integrated in float64 by SciPy's DOP853, every
        coordinate's error in every step kept under atol + rtol |x| (rtol is cut off at 100 rounding errors); that reads
        values, so it can be neither traced nor differentiated.
        """
        xp = namespace_of(x=x)
        self.distribution.check_points(x)
        start, end = (beside(t, x, xp, name=name, columns=1) for name, t in (("t_from", t_from), ("t_to", t_to)))
        if isinstance(self.distribution, Empirical) or len(self.distribution.weights) > 1:
            return self._integrate(x, start, end, rtol, atol)
        here, there = (self.path.schedule.trusted_at(t, xp) for t in (start, end))
        scales = here | {"alpha_s": there["alpha_t"], "sigma_s": there["sigma_t"]}
        scales = {name: as_column(value, x, xp) for name, value in scales.items()}
        ((known, back),) = self.distribution.posterior(x, scales, xp).plain()
        return back(call(components.flow, **known))

    def _evaluate(
        self, x: Array, t: Array | float, precise: bool, what: str, evaluate: Callable[[Any], Array]
    ) -> Array:
        xp = namespace_of(x=x)
        self.distribution.check_points(x)
        points = _lift(x, xp) if precise else x
        t = beside(t, points, xp, columns=1)
        scales = self.path.schedule.trusted_at(t, xp)
        columns = {name: as_column(value, points, xp) for name, value in scales.items()}
        result = evaluate(self.distribution.posterior(points, columns, xp))
        check_finite(result, xp, what, t, {n: scales[n] for n in ("alpha_t", "sigma_t")}, points)
        return converted(result, x, xp)

    def _integrate(self, x: Array, t_from: Array, t_to: Array, rtol: float, atol: float) -> Array:
        from scipy.integrate import solve_ivp

        if getattr(x, "requires_grad", False):
            raise ValueError(
                "`x` must not require gradients, which the integration of a mixture's flow cannot carry; got one."
            )
        points = to_numpy(x)
        if points.size == 0:
            return follow(points, x)
        start, end = (to_numpy(t) for t in (t_from, t_to))
        pace = as_column(end - start, points, np) if (end - start).ndim else end - start

        def motion(progress: float, flat: np.ndarray) -> np.ndarray:
            times = np.clip(start + progress * (end - start), 0, 1)  # a rounding may not leave the interval
            return (pace * self.velocity(flat.reshape(points.shape), times)).ravel()

        # SciPy bounds the root mean square over all coordinates; this bounds each of them.
        each = np.sqrt(points.size)
        rtol = max(rtol / each, 100 * np.finfo(float).eps)
        solution = solve_ivp(motion, (0, 1), points.ravel(), method="DOP853", rtol=rtol, atol=atol / each)
        if not solution.success:
            raise ValueError(f"`flow` could not be integrated: {solution.message}")
        return follow(solution.y[:, -1].reshape(points.shape), x)


def _lift(x: Array, xp: Namespace) -> Array:
    if is_jax(xp) and xp.asarray(0.0).dtype != xp.float64:
        raise ValueError("`precise` must be False unless JAX's `jax_enable_x64` is set; got True.")
    return xp.astype(x, xp.float64)

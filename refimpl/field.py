"""What is known of the path once the data point is averaged out: the exact field of a mixture or a data set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl._pytrees import announce
from refimpl.arguments import check_count, check_flag, check_number, check_seed, check_word
from refimpl.covariances import covariance
from refimpl.distributions import Gaussian, GaussianMixture
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
    read,
)
from refimpl.empirical import Empirical
from refimpl.energies import of_a_gaussian, potential
from refimpl.formulas import components, marginals
from refimpl.path import WORDS, GaussianPath

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
        formula = _COMPONENT_FORMULAS[check_word(word, "word", WORDS)]
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

    def potential(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """Φ_t(x) with velocity = -∇Φ_t, measured from the origin: Φ_t(0) = 0 at each t; (...).

        Accurate for all t: computed without a division by alpha_t. Not to be confused with minus the log density.
        """
        return self._evaluate(x, t, precise, "`potential`", self._of_components("potential", potential))

    def mean_squared_velocity(self, t: Array | float) -> Array:
        """E |velocity(x_t, t)|², summed over the coordinates; in t's shape. For one Gaussian, in closed form."""
        return of_a_gaussian(marginals.mean_squared_velocity, self, t)

    def irreducible_loss(self, t: Array | float) -> Array:
        """The least flow matching loss at time t, E |dx_t/dt - velocity(x_t, t)|², summed over the coordinates.

        In t's shape; for one Gaussian, in closed form. `refimpl.training` measures that of any distribution.
        """
        return of_a_gaussian(marginals.irreducible_loss, self, t)

    def posterior_covariance(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """The covariance of the data point given x, within and between the components; (..., d, d)."""
        return self._evaluate(
            x, t, precise, "`posterior_covariance`", self._of_components("posterior_covariance", covariance)
        )

    def responsibilities(self, x: Array, t: Array | float, *, precise: bool = False) -> Array:
        """The probability of each component given x; (..., K), adding up to 1 along the last axis."""
        own = self._of_components("responsibilities", lambda p: p.xp.moveaxis(p.probabilities(), 0, -1))
        return self._evaluate(x, t, precise, "`responsibilities`", own)

    def sample(self, n: int, t: Array | float, seed: int | np.random.Generator, like: Array | None = None) -> Array:
        """n independent points (n, d) of p_t, drawn in NumPy from the seed: the same on every backend.

        `t` is a number or of shape (n,). The points take library, dtype and device of `like` (default: float64 NumPy).
        """
        check_count(n)
        random = np.random.default_rng(check_seed(seed))
        data = self.distribution.sample(n, random)
        noise = random.standard_normal(data.shape)
        t = beside(read(on_its_own(t), "t", "the drawing of points"), data, np, columns=1)
        return follow(self.path.point(t, data, noise), like)

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
        for name, value in (("rtol", rtol), ("atol", atol)):
            if check_number(value, name) < 0:
                raise ValueError(f"`{name}` must not be negative; got {value}.")
        start, end = (beside(t, x, xp, name=name, columns=1) for name, t in (("t_from", t_from), ("t_to", t_to)))
        if isinstance(self.distribution, Empirical) or len(self.distribution.weights) > 1:
            return self._integrate(x, start, end, rtol, atol)
        here, there = (self.path.schedule.trusted_at(t, xp) for t in (start, end))
        scales = here | {"alpha_s": there["alpha_t"], "sigma_s": there["sigma_t"]}
        scales = {name: as_column(value, x, xp) for name, value in scales.items()}
        ((known, back),) = self.distribution.posterior(x, scales, xp).components()
        return back(call(components.flow, **known))

    def _of_components(self, what: str, evaluate: Callable[[Any], Array]) -> Callable[[Any], Array]:
        if isinstance(self.distribution, Empirical):
            raise ValueError(f"`distribution` must be a Gaussian or a GaussianMixture for `{what}`; got an Empirical.")
        return evaluate

    def _evaluate(
        self, x: Array, t: Array | float, precise: bool, what: str, evaluate: Callable[[Any], Array]
    ) -> Array:
        xp = namespace_of(x=x)
        self.distribution.check_points(x)
        check_flag(precise, "precise")
        points = _lift(x, xp) if precise else x
        t = beside(t, points, xp, columns=1)
        scales = self.path.schedule.trusted_at(t, xp)
        columns = {name: as_column(value, points, xp) for name, value in scales.items()}
        result = evaluate(self.distribution.posterior(points, columns, xp))
        check_finite(result, xp, what, t, {n: scales[n] for n in ("alpha_t", "sigma_t")}, points)
        return converted(result, x, xp)

    def _integrate(self, x: Array, t_from: Array, t_to: Array, rtol: float, atol: float) -> Array:
        from scipy.integrate import solve_ivp

        use = "the integration of a mixture's flow"
        points = read(x, "x", use)
        if points.size == 0:
            return follow(points, x)
        start, end = read(t_from, "t_from", use), read(t_to, "t_to", use)
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

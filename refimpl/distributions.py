"""Distributions of data whose marginals along a Gaussian path are exact: a Gaussian, a mixture of Gaussians."""

import numpy as np

from refimpl._pytrees import announce
from refimpl.arguments import check_count, check_seed
from refimpl.diagonal import diagonalise
from refimpl.edge import Array, Namespace, converted, follow, namespace_of, table, values_of
from refimpl.odds import squared_distances
from refimpl.posterior import Posterior

MOST_DISTANCES = 2048  # components, for which the distances between all pairs of means are kept
MOST_SPREAD = 54.0  # by which a quadratic form that is multiplied out may magnify rounding errors


class _GaussianComponents:
    """What a Gaussian and a mixture of Gaussians share.

    `weights` (K,), `means` (K, d) and `covariances` (K, d, d) are float64 NumPy arrays that may not be written to.
    Each covariance is diagonalised once: covariance_k = bases[k] diag(variances[k]) bases[k]ᵀ, or diag(variances[k])
    where `bases` is None. Points in another library, dtype or device are met there: the arrays follow them.
    """

    weights: Array
    means: Array
    variances: Array
    bases: Array | None
    _covariances: Array
    _distances: Array
    _shared_bases: Array | None  # the memory of `bases`, for libraries that insist on writable arrays
    _centre: Array | None
    _reference_variance: Array
    _round: bool
    _spread: float

    def _keep(self, weights: Array, means: Array, variances: Array, bases: Array | None) -> None:
        self.weights, self.means, self.variances = weights, means, variances
        self.bases, self._shared_bases = None if bases is None else bases.view(), bases
        with np.errstate(over="ignore"):
            self._centre, excess = self._seen_from_the_centre(means, variances)
            self._reference_variance = excess.sum(axis=-1).max() + variances.max()
        if not np.isfinite(self._reference_variance):
            raise ValueError(f"`means` must have squared distances below 1e308; got means up to {abs(means).max():g}.")
        self._round = bases is None and bool(np.all(variances == variances[:, :1]))
        if self._tabulates_distances():
            self._distances = squared_distances(means, np)
        for array in (weights, means, variances, self.bases, self._centre, self.__dict__.get("_covariances")):
            if array is not None:
                array.flags.writeable = False
        leaves = ("weights", "means", "variances", "bases", "_centre", "_reference_variance")
        announce(type(self), leaves, ("_round", "_spread"))

    def __repr__(self) -> str:
        components, dimension = self.means.shape
        return f"{type(self).__name__}({components} component{'s' * (components > 1)} in {dimension} dimensions)"

    @property
    def covariances(self) -> Array:
        """(K, d, d)."""
        if "_covariances" in self.__dict__:
            return self._covariances
        # not given, or JAX has put this object together from its leaves, perhaps with other values in them
        spread = self.variances[:, None, :]
        return spread * np.eye(self.dimension) if self.bases is None else (self.bases * spread) @ self.bases.mT

    @property
    def dimension(self) -> int:
        """d, the length of the last axis of points."""
        return self.means.shape[-1]

    def mean(self) -> np.ndarray:
        """E[data]: (d,)."""
        return self.weights @ self.means

    def covariance(self) -> np.ndarray:
        """Covariance of the data, within and between components: (d, d)."""
        excess = self.means - self.mean()
        between = (self.weights * excess.T) @ excess
        if self.bases is None:
            return np.diag(self.weights @ self.variances) + between
        return np.einsum("k,kij->ij", self.weights, self.covariances) + between

    def sample(self, n: int, seed: int | np.random.Generator, like: Array | None = None) -> Array:
        """n independent data points (n, d), drawn in NumPy from the seed: the same on every backend.

        They take library, dtype and device of `like` (default: float64 NumPy).
        """
        check_count(n)
        random = np.random.default_rng(check_seed(seed))
        component = random.choice(len(self.weights), size=int(n), p=self.weights)
        return follow(self._place(component, random.standard_normal((int(n), self.dimension))), like)

    def transform(self, uniforms: np.ndarray) -> np.ndarray:
        """Data points (n, d) from uniforms (n, d + 1) in (0, 1), for quasi-Monte Carlo.

        The first column picks the component by the inverse of its cumulative weights, the others pass through the
        inverse of the normal distribution function, one for each eigenvector. Evenly spread uniforms give evenly
        spread data.
        """
        from scipy.special import ndtri

        uniforms = check_uniforms(uniforms, self.dimension)
        component = np.searchsorted(np.cumsum(self.weights)[:-1], uniforms[:, 0], side="right")
        return self._place(component, ndtri(uniforms[:, 1:]))

    def log_density(self, x: Array) -> Array:
        """Log density of the data at points x (..., d): (...), in x's library, dtype and device."""
        xp = namespace_of(x=x)
        self.check_points(x)
        data = {"alpha_t": xp.asarray(1, dtype=x.dtype), "sigma_t": xp.asarray(0, dtype=x.dtype)}
        return self.posterior(x, data, xp).log_density()

    def posterior(self, x: Array, scales: dict[str, Array], xp: Namespace) -> Posterior:
        """The components at points x on the path, in x's library."""
        means = converted(self.means, x, xp)
        distances = None
        if self._tabulates_distances():
            # From traced means they are computed again, so that derivatives flow through them.
            known = isinstance(self.means, np.ndarray)
            distances = converted(self._distances, x, xp, shared=True) if known else squared_distances(means, xp)
        bases = self.bases
        if isinstance(bases, np.ndarray):
            bases = converted(self._shared_bases, x, xp, shared=True)
        elif bases is not None:
            bases = converted(bases, x, xp)
        return Posterior(
            xp=xp,
            x=x,
            weights=converted(self.weights, x, xp),
            means=means,
            variances=converted(self.variances, x, xp),
            bases=bases,
            distances=distances,
            centre=None if self._centre is None else converted(self._centre, x, xp),
            reference_variance=converted(self._reference_variance, x, xp),
            scales=scales,
            products_suffice=self._products_suffice(scales),
        )

    def _seen_from_the_centre(self, means: Array, variances: Array) -> tuple[Array | None, Array]:
        """A point among the means, or None where the origin serves as well, and the squares of the means from there."""

        def spread(squares: Array) -> float:
            return float(((squares.max(self._axes) + variances.max(self._axes)) / variances).max())

        centre = self.mean()
        excess, squares = (means - centre) ** 2, means**2
        if spread(squares) <= 1.25 * spread(excess):
            centre, excess = None, squares
        self._spread = spread(excess)
        return centre, excess

    @property
    def _axes(self) -> int | None:
        """Over which axes of (K, d) coordinates compare with each other: all, where they differ among components."""
        return 0 if self.bases is None else None

    def _tabulates_distances(self) -> bool:
        return self._round and self.means.shape[0] <= MOST_DISTANCES

    def _products_suffice(self, scales: dict[str, Array]) -> bool:
        """Whether quadratic forms may be multiplied out around the centre.

        In every coordinate that magnifies rounding errors by about the squared distance of the farthest mean, in units
        of the narrowest deviation of the path: worst at t = 1, and less at a time that can be read. Where the axes are
        not the eigenvectors, the farthest and the narrowest of all coordinates may meet.
        """
        if scales["alpha_t"].ndim:
            return False
        if self._spread <= MOST_SPREAD:
            return True
        alpha, sigma = values_of(scales["alpha_t"]), values_of(scales["sigma_t"])
        if alpha is None or sigma is None or not isinstance(self.means, np.ndarray):
            return False
        means = self.means if self._centre is None else self.means - self._centre
        size = (means**2).max(self._axes) + self.variances.max(self._axes)
        return bool(np.all((alpha**2 * size + sigma**2) <= MOST_SPREAD * (alpha**2 * self.variances + sigma**2)))

    def check_points(self, x: Array) -> None:
        if x.ndim < 1 or x.shape[-1] != self.dimension:
            raise ValueError(f"`x` must have a last axis of length {self.dimension}; got shape {tuple(x.shape)}.")

    def _place(self, component: np.ndarray, standard: np.ndarray) -> np.ndarray:
        """Standard normal points, moved and stretched to their components."""
        points = np.empty_like(standard)
        for k in range(len(self.weights)):
            own = component == k
            stretched = standard[own] * np.sqrt(self.variances[k])
            points[own] = self.means[k] + (stretched if self.bases is None else stretched @ self.bases[k].T)
        return points


class GaussianMixture(_GaussianComponents):
    """A mixture of K Gaussians in d dimensions.

    Args:
        weights: (K,), positive, adding up to 1 (to 1e-12; they are not normalised for you).
        means: (K, d).
        variances: a number, (K,) for round components, or (K, d) for components along the axes; all positive.
        covariances: (K, d, d), symmetric and positive definite. Exactly one of variances and covariances is given.

    Raises:
        ValueError: a wrong shape, a weight that is not positive, a covariance that is not positive definite.
        TypeError: both or none of variances and covariances.
    """

    def __init__(
        self, weights: Array, means: Array, variances: Array | float | None = None, covariances: Array | None = None
    ) -> None:
        weights, means = table(weights, "weights"), table(means, "means")
        if means.ndim != 2 or 0 in means.shape:
            raise ValueError(f"`means` must have shape (K, d); got {means.shape}.")
        components, dimension = means.shape
        if weights.shape != (components,):
            raise ValueError(f"`weights` must have shape ({components},), one for each mean; got {weights.shape}.")
        if not np.all(weights > 0):
            raise ValueError(f"`weights` must be positive; got a minimum of {weights.min():g}.")
        if abs(weights.sum() - 1) > 1e-12:
            raise ValueError(f"`weights` must add up to 1 within 1e-12; got a sum of {weights.sum():.15g}.")
        if (variances is None) == (covariances is None):
            came = "none" if variances is None else "both"
            raise TypeError(f"`variances` or `covariances` must be given, exactly one of them; got {came}.")
        if covariances is not None:
            covariances = table(covariances, "covariances")
            if covariances.shape != (components, dimension, dimension):
                raise ValueError(
                    f"`covariances` must have shape {(components, dimension, dimension)}; got {covariances.shape}."
                )
            self._covariances = covariances
            self._keep(weights, means, *diagonalise(covariances, "covariances"))
            return
        variances = table(variances, "variances")
        if variances.shape not in ((), (components,), (components, dimension)):
            raise ValueError(
                f"`variances` must be a number or have shape ({components},) or {(components, dimension)};"
                f" got {variances.shape}."
            )
        if not np.all(variances > 0):
            raise ValueError(f"`variances` must be positive; got a minimum of {variances.min():g}.")
        column = variances[:, None] if variances.ndim == 1 else variances
        spread = np.broadcast_to(column, means.shape).copy()
        self._keep(weights, means, spread, None)


class Gaussian(_GaussianComponents):
    """A Gaussian in d dimensions: a mixture of one component.

    Args:
        mean: (d,).
        covariance: (d, d), symmetric and positive definite.
    """

    def __init__(self, mean: Array, covariance: Array) -> None:
        mean, covariance = table(mean, "mean"), table(covariance, "covariance")
        if mean.ndim != 1 or mean.size == 0:
            raise ValueError(f"`mean` must have shape (d,); got {mean.shape}.")
        if covariance.shape != mean.shape * 2:
            raise ValueError(f"`covariance` must have shape {mean.shape * 2}; got {covariance.shape}.")
        self._covariances = covariance[None]
        self._keep(np.ones(1), mean[None], *diagonalise(covariance[None], "covariance"))


def reference_mixture() -> GaussianMixture:
    """GM3, the pinned mixture of three Gaussians in the plane that all examples and tests share."""
    return GaussianMixture(
        weights=[0.5, 0.3, 0.2],
        means=[[2, 0], [-1, 1.5], [-1, -2]],
        covariances=[[[0.3, 0], [0, 0.1]], [[0.2, 0.1], [0.1, 0.2]], [[0.05, 0], [0, 0.4]]],
    )


def check_uniforms(uniforms: Array, dimension: int) -> np.ndarray:
    """Numbers (n, d + 1) strictly between 0 and 1."""
    uniforms = table(uniforms, "uniforms")
    if uniforms.ndim != 2 or uniforms.shape[1] != dimension + 1:
        raise ValueError(f"`uniforms` must have shape (n, {dimension + 1}); got {uniforms.shape}.")
    if not np.all((uniforms > 0) & (uniforms < 1)):
        came = f"from {uniforms.min():g} to {uniforms.max():g}"
        raise ValueError(f"`uniforms` must lie strictly between 0 and 1; got values {came}.")
    return uniforms

"""The components of a Gaussian mixture at points on the path, and how probable each is given the point.

In the eigenbasis of a component's covariance its coordinates are independent, so the generated formulas for one
coordinate apply elementwise. `refimpl.plain` applies them component by component; the methods here give the same by
fewer operations: `refimpl.odds` compares the components, `refimpl.averages` averages over them. No array of shape
(points, K, d) is made.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from refimpl import averages, odds
from refimpl.edge import Array, Namespace

Back = Callable[[Array], Array]
Components = Iterator[tuple[dict[str, Any], Back]]

# Most entries of an array of shape (points, K) or (points, d), about: few enough to stay near the processor.
BLOCK = 2**18


@dataclass(frozen=True)
class Posterior:
    """K components at points `x` (..., d), all in one library and dtype.

    Args:
        weights, means, variances: (K,), (K, d), (K, d); the means in x's coordinates.
        bases: (K, d, d), the eigenvectors in the columns; None where the axes are the eigenvectors.
        distances: (K, K), squared distances between the means, where every component is round; otherwise None.
        centre: (d,), a point among the means; None where the origin serves as well.
        reference_variance: a number, at least every variance and every squared distance of a mean from the centre.
        scales: what the schedule says, by argument name; each a number or of shape (..., 1).
        products_suffice: quadratic forms lose no digits when they are multiplied out.
    """

    xp: Namespace
    x: Array
    weights: Array
    means: Array
    variances: Array
    bases: Array | None
    distances: Array | None
    centre: Array | None
    reference_variance: Array
    scales: dict[str, Array]
    products_suffice: bool

    def asked(self) -> dict[str, Any]:
        """What formulas ask that is the same for all components."""
        return self.scales | {"reference_variance": self.reference_variance, "xp": self.xp}

    def turned(self, k: int) -> tuple[Array, Back]:
        """The points in the eigenbasis of component k, and the way back to x's coordinates."""
        if self.bases is None:
            return self.x, _unchanged
        basis = self.bases[k, :, :]
        return self.x @ basis, _turn_back(basis)

    def component(self, k: int) -> tuple[dict[str, Any], Back]:
        """All that formulas ask of component k, in its eigenbasis, and the way back to x's coordinates."""
        point, back = self.turned(k)
        mean = self.means[k, :] if self.bases is None else self.means[k, :] @ self.bases[k, :, :]
        return self.asked() | {"x": point, "mean": mean, "variance": self.variances[k, :]}, back

    def components(self) -> Components:
        """Each component, one after the other."""
        return map(self.component, range(self.weights.shape[0]))

    def turned_means(self) -> Array:
        """The means, each in the eigenbasis of its component: (K, d)."""
        return self.means if self.bases is None else (self.means[:, None, :] @ self.bases)[:, 0, :]

    def from_centre(self) -> "Posterior":
        """The same seen from the centre: digits are lost neither far from the origin nor near the ends of time."""
        if self.centre is None:
            return self
        return replace(self, x=self.x - self.scales["alpha_t"] * self.centre, means=self.means - self.centre)

    def log_density(self) -> Array:
        """Log density at x: (...)."""
        compare = odds.comparison(self, faint=False)
        return self._row_by_row(lambda rows: odds.log_density(rows, compare))

    def probabilities(self) -> Array:
        """Probability of each component given x: (K, ...)."""
        compare = odds.comparison(self)
        return self.xp.moveaxis(self._row_by_row(lambda rows: odds.probabilities(rows, compare)), -1, 0)

    def average(self, formula: Callable[..., Any]) -> Array:
        """The posterior average over components of a formula for one coordinate: (..., d)."""
        compare, average = odds.comparison(self, faint=False), averages.averaging(self, formula)
        return self._row_by_row(lambda rows: average(rows, odds.shares(rows, compare)))

    def divergence(self) -> Array:
        """Divergence of the averaged velocity: (...)."""
        compare = odds.comparison(self, faint=False)
        return self._row_by_row(lambda rows: averages.divergence(rows, odds.shares(rows, compare)))

    def _row_by_row(self, evaluate: Callable[["Posterior"], Array]) -> Array:
        k, d = self.means.shape
        if self.bases is None:
            most = BLOCK // max(k, d // 2, 128)
        else:  # of fewer rows than a basis has, the product takes no longer than to read the basis
            most = max(BLOCK // max(k // 8, d), d)
        return row_by_row(self, evaluate, max(1, most))


def row_by_row(posterior: Any, evaluate: Callable[[Any], Array], step: int) -> Array:
    """Evaluate at points that are the rows of a matrix, at most `step` at a time, and give them their axes back."""
    xp, x, axes = posterior.xp, posterior.x, tuple(posterior.x.shape[:-1])
    scales = {
        name: xp.reshape(xp.broadcast_to(value, (*axes, 1)), (-1, 1)) if value.ndim else value
        for name, value in posterior.scales.items()
    }
    flat = replace(posterior, x=xp.reshape(x, (-1, x.shape[-1])), scales=scales)
    points = flat.x.shape[0]
    if points <= step:
        result = evaluate(flat)
    else:
        blocks = -(-points // step)
        step = -(-points // blocks)  # all of about the same size
        result = xp.concat([evaluate(some_rows(flat, slice(i, i + step))) for i in range(0, points, step)])
    return xp.reshape(result, axes + tuple(result.shape[1:]))


def some_rows(posterior: Any, chosen: Any) -> Any:
    """The same posterior at some of the points, which are rows; chosen by a slice or by an array of numbers."""

    def pick(array: Array) -> Array:
        return array[chosen, :] if isinstance(chosen, slice) else posterior.xp.take(array, chosen, axis=0)

    scales = {name: pick(value) if value.ndim else value for name, value in posterior.scales.items()}
    return replace(posterior, x=pick(posterior.x), scales=scales)


def _unchanged(coordinates: Array) -> Array:
    return coordinates


def _turn_back(basis: Array) -> Back:
    return lambda coordinates: coordinates @ basis.T

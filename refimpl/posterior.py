"""The components of a Gaussian mixture at points on the path, and how probable each is given the point.

In the eigenbasis of a component's covariance its coordinates are independent, so the generated formulas for one
coordinate apply elementwise. What is left is written here: turning into the eigenbasis and back, sums over
coordinates, and averages over components with their posterior weights. No array of shape (points, K, d) is made.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from refimpl._call import call
from refimpl.edge import Array, Namespace
from refimpl.formulas import components

Back = Callable[[Array], Array]
Components = Iterator[tuple[dict[str, Any], Back]]


@dataclass(frozen=True)
class Posterior:
    """K components at points `x` (..., d), all in one library and dtype.

    Args:
        weights, means, variances: (K,), (K, d), (K, d); the means in x's coordinates.
        bases: (K, d, d), the eigenvectors in the columns; None where the axes are the eigenvectors.
        centre: (d,), a point among the means. reference_variance: a number, at least every variance and every squared
            distance of a mean from the centre.
        scales: what the schedule says, by argument name; each a number or of shape (..., 1).
    """

    xp: Namespace
    x: Array
    weights: Array
    means: Array
    variances: Array
    bases: Array | None
    centre: Array
    reference_variance: Array
    scales: dict[str, Array]

    def components(self, x: Array, means: Array) -> Components:
        """For each component: all that formulas ask, in its eigenbasis, and the way back to x's coordinates."""
        for k in range(self.weights.shape[0]):
            point, mean, back = x, means[k, :], _unchanged
            if self.bases is not None:
                basis = self.bases[k, :, :]
                point, mean, back = x @ basis, mean @ basis, _turn_back(basis)
            known = {"x": point, "mean": mean, "variance": self.variances[k, :], "xp": self.xp}
            yield known | self.scales | {"reference_variance": self.reference_variance}, back

    def plain(self) -> Components:
        return self.components(self.x, self.means)

    def centred(self) -> Components:
        return self.components(self.x - self.scales["alpha_t"] * self.centre, self.means - self.centre)

    def log_density(self) -> Array:
        """Log density at x: (...)."""
        xp = self.xp
        joint = self._log_weighted(
            [xp.sum(call(components.log_density, **known), axis=-1) for known, _ in self.plain()]
        )
        largest = xp.max(joint, axis=0)
        return largest + xp.log(xp.sum(xp.exp(joint - largest), axis=0))

    def probabilities(self) -> Array:
        """Probability of each component given x: (K, ...).

        Only differences of log densities matter. Far out and near t = 0 they are small beside the log densities
        themselves, so each component is compared with one round Gaussian around the centre, the same for all.
        """
        xp = self.xp
        odds = self._log_weighted([xp.sum(call(components.log_odds, **known), axis=-1) for known, _ in self.centred()])
        shares = xp.exp(odds - xp.max(odds, axis=0))
        return shares / xp.sum(shares, axis=0)

    def average(self, formula: Callable[..., Any]) -> Array:
        """The posterior average over components of a formula for one coordinate: (..., d)."""
        return _weighted(self.probabilities(), self.plain(), formula)

    def divergence(self) -> Array:
        """Divergence of the averaged velocity: (...).

        The average of the components' divergences, plus the posterior covariance of velocity and score, since the
        probabilities move with x. A covariance does not see a common shift: the velocity is taken around the centre and
        the score relative to that of the common reference, or far out and near the ends of time digits are lost.
        """
        xp, probabilities = self.xp, self.probabilities()
        velocity = _weighted(probabilities, self.centred(), components.velocity)
        score = _weighted(probabilities, self.centred(), components.score_excess)
        total: Any = 0
        for k, (known, back) in enumerate(self.centred()):
            own = xp.sum(call(components.divergence, **known), axis=-1)
            velocity_excess = back(call(components.velocity, **known)) - velocity
            score_excess = back(call(components.score_excess, **known)) - score
            total = total + probabilities[k, ...] * (own + xp.sum(velocity_excess * score_excess, axis=-1))
        return total

    def _log_weighted(self, logs: list[Array]) -> Array:
        stacked = self.xp.stack(logs)
        return stacked + self.xp.reshape(self.xp.log(self.weights), (-1,) + (1,) * (stacked.ndim - 1))


def _weighted(probabilities: Array, components: Components, formula: Callable[..., Any]) -> Array:
    total: Any = 0
    for k, (known, back) in enumerate(components):
        total = total + probabilities[k, ...][..., None] * back(call(formula, **known))
    return total


def _unchanged(coordinates: Array) -> Array:
    return coordinates


def _turn_back(basis: Array) -> Back:
    return lambda coordinates: coordinates @ basis.T

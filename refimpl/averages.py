"""Averages over the components of a mixture with given probabilities.

Every quantity of a component is affine in the point and in the component's mean, coordinate by coordinate in its
eigenbasis: formula = slope · x + share · mean. The generated formula itself gives both factors, at (x, mean) = (1, 0)
and (0, 1). Where the axes are the eigenvectors the average is then a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from refimpl import plain
from refimpl._call import call
from refimpl.edge import read

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Posterior

GROUPS = (32, 512)  # the fewest and the most points that are averaged together


def average(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    """The average of a formula for one coordinate, with probabilities (N, K): (N, d)."""
    xp, x, means = posterior.xp, posterior.x, posterior.means
    if posterior.distances is not None:
        slope, share = _affine(posterior, formula, posterior.variances[:, 0])
        return x * xp.sum(shares * slope, axis=-1, keepdims=True) + (shares * share) @ means
    if posterior.bases is None and posterior.scales["alpha_t"].ndim == 0:
        slope, share = _affine(posterior, formula, posterior.variances)
        return x * (shares @ slope) + shares @ (share * means)
    return _by_groups(posterior, shares, lambda rows, own, only: plain.average(rows, own, formula, only))


def divergence(posterior: Posterior, shares: Array) -> Array:
    """The divergence of the averaged velocity, with probabilities (N, K): (N,)."""
    return _by_groups(posterior, shares, plain.divergence)


def _affine(posterior: Posterior, formula: Callable[..., Any], variance: Array) -> tuple[Array, Array]:
    known = posterior.scales | {"variance": variance, "reference_variance": posterior.reference_variance}
    return call(formula, x=1.0, mean=0.0, **known), call(formula, x=0.0, mean=1.0, **known)


def _by_groups(
    posterior: Posterior, shares: Array, evaluate: Callable[[Posterior, Array, Sequence[int] | None], Array]
) -> Array:
    """Evaluate with those components alone that are probable enough, for each group of points.

    Points with the same most probable component are neighbours, so that a group has few. A component is left out where
    its probability is below the third power of a rounding error: what is averaged would have to be larger than the
    result by the second power to be seen. While a function is traced nothing is known, and all components are taken.
    """
    xp = posterior.xp
    points, components = shares.shape
    values = read(shares) if points and components > 1 else None
    if values is None:
        return evaluate(posterior, shares.T, None)
    order = np.argsort(values.argmax(axis=1), kind="stable")
    counts = values > float(xp.finfo(shares.dtype).eps) ** 3
    fewest, most = GROUPS
    size = min(max(points // components, fewest), most)
    results = []
    for start in range(0, points, size):
        group = order[start : start + size]
        rows = xp.asarray(group, device=posterior.x.device)
        only = np.flatnonzero(counts[group].any(axis=0)).tolist()
        results.append(evaluate(posterior.rows(rows), xp.take(shares, rows, axis=0).T, only))
    back = np.empty_like(order)
    back[order] = np.arange(points)
    return xp.take(xp.concat(results), xp.asarray(back, device=posterior.x.device), axis=0)

"""Sums over the components of a mixture that leave out the points at which a component is too improbable to be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from refimpl.edge import is_jax, values_of

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Posterior


def weighted_sum(
    posterior: Posterior,
    shares: Array,
    total: Array,
    own: Callable[[int, Posterior, Callable[[Array], Array]], Array],
) -> Array:
    """`total`, which is zero, plus the components' own values (N, ...), weighted with their probabilities (N, K).

    `own` is asked for component k at some of the points; what it is given last picks their rows from any array.
    """
    xp, points = posterior.xp, posterior.x.shape[0]
    probable = _probable(posterior, shares)
    for k in posterior.chosen():
        rows = None if probable is None else np.flatnonzero(probable[:, k])
        if rows is None or 2 * len(rows) > points:
            values = own(k, posterior, lambda array: array)
            total = total + _beside(shares[:, k], values) * values
        elif len(rows):
            chosen = xp.asarray(rows, device=None if is_jax(xp) else posterior.x.device)

            def at(array: Array, chosen: Array = chosen) -> Array:
                return xp.take(array, chosen, axis=0)

            values = own(k, posterior.at(chosen), at)
            values = _beside(at(shares[:, k]), values) * values
            if is_jax(xp):
                total = total.at[chosen].add(values)
            else:
                total[chosen] = total[chosen] + values
    return total


def _probable(posterior: Posterior, shares: Array) -> np.ndarray | None:
    """Where a component can change the last digit: (N, K); None where values cannot be read, as in a traced function.

    Where two components are comparably probable, the fields of the narrower are larger, by the ratio of the deviations.
    """
    values, variances = values_of(shares), values_of(posterior.variances)
    if values is None or variances is None:
        return None
    narrowest = variances.min() / variances.max()
    return ~(values <= float(posterior.xp.finfo(shares.dtype).eps) * narrowest / 64)  # a NaN is seen too


def _beside(share: Array, values: Array) -> Array:
    return share[:, None] if values.ndim > 1 else share

"""Full covariances in many dimensions: which components are too faint at a point to be seen in an average.

To compare a component exactly takes a product with its whole eigenbasis, and in many dimensions all but one or two are
far too improbable to matter. An eighth of the coordinates shows it: along the others the log odds bend downwards at
least as much as where they bend least, since the reference is broader than every component.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from refimpl.edge import is_jax, to_numpy, values_of

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.odds import Compared, Comparison
    from refimpl.posterior import Posterior

DIMENSION = 128  # from here on a product with a whole eigenbasis costs more than finding out whether it is needed
PART = 8  # one coordinate in so many is looked at, the narrowest
GROUP = 2  # components that are looked at together


def least_share(posterior: Posterior) -> float:
    """The probability beneath which a component changes no digit; 0 where values cannot be read, or are not to be.

    Where two components are comparably probable, the fields of the narrower are larger, by the ratio of the deviations
    of the path, which is at most that of the data.
    JAX would compile anew for every number of points: there nothing is left out.
    """
    variances = None if is_jax(posterior.xp) else values_of(posterior.variances)
    if variances is None:
        return 0.0
    return float(posterior.xp.finfo(posterior.x.dtype).eps) * float(np.sqrt(variances.min() / variances.max())) / 64


def is_worthwhile(posterior: Posterior) -> bool:
    """Whether there is something to leave out, and values can be read."""
    k, d = posterior.means.shape
    if posterior.scales["alpha_t"].ndim or k == 1 or d < DIMENSION:
        return False
    return least_share(posterior) > 0 and values_of(posterior.x[:1, ...]) is not None


def comparison(posterior: Posterior, bases: Array, bend: Array, level: Array) -> Comparison:
    """As in `refimpl.odds`, at one time, by differences; components that cannot be seen get minus infinity.

    Args:
        posterior: the components.
        bases: (K, d, d), the eigenvectors in the columns.
        bend: (K, d), how the log odds bend along each axis.
        level: (K,), what they are at the component's mean, but for the slope of the reference.
    """
    xp, alpha = posterior.xp, posterior.scales["alpha_t"]
    means, (k, d) = posterior.from_centre().means, posterior.means.shape
    common = alpha**2 * posterior.reference_variance + posterior.scales["sigma_t"] ** 2
    least, eps = least_share(posterior), float(xp.finfo(means.dtype).eps)
    lengths, part = xp.sum((alpha * means) ** 2, axis=-1), max(1, d // PART)
    narrow = bases[:, :, :part]
    groups = [slice(i, i + GROUP) for i in range(0, k, GROUP)]
    axes = [xp.reshape(xp.moveaxis(narrow[group, ...], 0, 1), (d, -1)) for group in groups]
    ends = alpha * (means[:, None, :] @ narrow)[:, 0, :]
    flattest = xp.max(bend[:, part:], axis=-1)

    def most(x: Array, products: Array, scale: Array) -> Array:
        """Log odds that are exceeded nowhere, but for the slope of the reference."""
        total = []
        for group, columns in zip(groups, axes, strict=True):
            near = (xp.reshape(x @ columns, (x.shape[0], -1, part)) - ends[group, :]) ** 2
            # Multiplied out, the squared distance errs by roundings of `scale`: it must not come out too large.
            rest = scale[:, group] * (1 - 16 * d * eps) - 2 * products[:, group] - xp.sum(near, axis=-1)
            total.append(xp.sum(near * bend[group, :part], axis=-1) + flattest[group] * xp.clip(rest, 0, None))
        return xp.concat(total, axis=-1) + level

    def compare(rows: Posterior) -> Compared:
        x = rows.from_centre().x
        squares, products = xp.sum(x**2, axis=-1), alpha * (x @ means.T)
        scale, slopes = squares[:, None] + lengths, (products - lengths / 2) / common
        upper = to_numpy(slopes + most(x, products, scale))
        odds = xp.full_like(slopes, -math.inf)

        def fill(chosen: np.ndarray) -> None:
            for i in range(k):
                numbers = np.flatnonzero(chosen[:, i])
                if len(numbers):
                    here = xp.asarray(numbers, device=x.device)
                    rest = (rows.x[here, :] - alpha * posterior.means[i, :]) @ bases[i, :, :]
                    odds[here, i] = slopes[here, i] + rest**2 @ bend[i, :] + level[i]

        first = np.argmax(upper, axis=-1)[:, None] == np.arange(k)
        fill(first)
        best = to_numpy(odds).max(axis=-1, keepdims=True)
        fill(~first & ~(upper < best + math.log(least)))  # a NaN is seen too
        return odds, lambda: -(squares / common + d * xp.log(2 * math.pi * common)) / 2

    return compare

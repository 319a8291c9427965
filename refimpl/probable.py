"""Sums over the components of a mixture that leave out the points at which a component is too improbable to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from refimpl.edge import values_of
from refimpl.faint import least_share

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Back, Posterior

# What one component contributes: asked with what formulas ask, the way back to x's coordinates, and what picks the
# rows in question from an array that has one for each point.
Own = Callable[[dict[str, Any], "Back", Callable[["Array"], "Array"]], "Array"]
ENTRIES = 2**17  # of an array of shape (pairs, d), about: few enough to stay near the processor

Tables = dict[str, "Array"]
Pieces = list[tuple[int, np.ndarray]]  # components, and for each the numbers of the points where it is probable


def weighted_sum(posterior: Posterior, shares: Array, total: Array, tables: Tables, own: Own) -> Array:
    """`total`, which is zero, plus the components' own values (N, ...), weighted with their probabilities (N, K).

    `tables` (K, d) hold what formulas ask of each component, coordinate by coordinate of its eigenbasis. A component
    that is probable at most of the points is evaluated at all of them. The others come in batches of pairs of a point
    and a component.
    """
    xp, probable = posterior.xp, _probable(posterior, shares)
    waiting: Pieces = []
    for k in range(posterior.weights.shape[0]):
        rows = None if probable is None else np.flatnonzero(probable[:, k])
        if rows is None or 2 * len(rows) > posterior.x.shape[0]:
            point, back = posterior.turned(k)
            known = posterior.asked() | {name: table[k, :] for name, table in tables.items()} | {"x": point}
            values = own(known, back, lambda array: array)
            total = total + _beside(shares[:, k], values) * values
        elif len(rows):
            waiting.append((k, rows))
    for pieces in _batches(waiting, ENTRIES // posterior.x.shape[1]):
        numbers = [xp.asarray(rows, device=posterior.x.device) for _, rows in pieces]
        known, back, at = _pairs(posterior, tables, pieces, numbers)
        values, end = own(known, back, at), 0
        for (k, rows), chosen in zip(pieces, numbers, strict=True):
            here, end = values[end : end + len(rows), ...], end + len(rows)
            total[chosen] = total[chosen] + _beside(shares[chosen, k], here) * here
    return total


def _batches(waiting: Pieces, most: int) -> Iterator[Pieces]:
    batch, pairs = [], 0
    for piece in waiting:
        if batch and pairs + len(piece[1]) > most:
            yield batch
            batch, pairs = [], 0
        batch.append(piece)
        pairs += len(piece[1])
    if batch:
        yield batch


def _pairs(
    posterior: Posterior, tables: Tables, pieces: Pieces, numbers: list[Array]
) -> tuple[dict[str, Any], Back, Callable[[Array], Array]]:
    """What formulas ask at pairs of a point and a component, a pair a row; the way back; what picks points' rows."""
    xp, bases = posterior.xp, posterior.bases
    points, sizes = xp.concat(numbers), [len(rows) for _, rows in pieces]
    owners = xp.asarray(np.repeat([k for k, _ in pieces], sizes), device=posterior.x.device)
    ends = np.cumsum(sizes)

    def turned(coordinates: Array, transposed: bool) -> Array:
        if bases is None:
            return coordinates
        each = []
        for (k, rows), end in zip(pieces, ends, strict=True):
            basis = bases[k, :, :]
            each.append(coordinates[end - len(rows) : end, :] @ (basis.T if transposed else basis))
        return xp.concat(each)

    def at(array: Array) -> Array:
        return array[points, ...]

    known = {name: at(value) if value.ndim else value for name, value in posterior.scales.items()}
    known = posterior.asked() | known | {name: table[owners, :] for name, table in tables.items()}
    known["x"] = turned(at(posterior.x), transposed=False)
    return known, lambda coordinates: turned(coordinates, transposed=True), at


def _probable(posterior: Posterior, shares: Array) -> np.ndarray | None:
    """Where a component can change the last digit: (N, K); None where values cannot be read."""
    least = least_share(posterior)
    values = values_of(shares) if least else None
    return None if values is None else ~(values <= least)  # a NaN is seen too


def _beside(share: Array, values: Array) -> Array:
    return share[:, None] if values.ndim > 1 else share

"""The families of test functions: constant, linear, square, tanh and cosine ridges in whitened coordinates.

Every test function is a ridge phi_i(x) = h_i(w_i . x + b_i). One family of several shapes is needed, since each shape
is blind to something: a function matched to the expected error does not see a rotation, a linear one does not see what
happens in the tails only; cosines of random directions and frequencies determine a law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHAPES = ("constant", "linear", "square", "tanh", "cosine")


@dataclass(frozen=True)
class Features:
    """Ridge functions h(x @ weight + phase), column by column.

    Attributes:
        weight: (D, m).
        phase: (m,).
        shapes: (m,), each one of `SHAPES`, equal ones side by side.
    """

    weight: np.ndarray
    phase: np.ndarray
    shapes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.shapes)

    def values(self, x: np.ndarray) -> np.ndarray:
        """phi_i(x), shape (n, m), for x of shape (n, D)."""
        return self._apply(x, 0)

    def slopes(self, x: np.ndarray) -> np.ndarray:
        """h_i' at x, shape (n, m): the gradient of phi_i is h_i' w_i, its derivative along v is h_i' (v . w_i)."""
        return self._apply(x, 1)

    def curvatures(self, x: np.ndarray) -> np.ndarray:
        """h_i'' at x, shape (n, m): the Laplacian of phi_i is h_i'' |w_i|^2."""
        return self._apply(x, 2)

    def _apply(self, x: np.ndarray, order: int) -> np.ndarray:
        out = (
            self.weight.T @ x.T + self.phase[:, None]
        )  # function by function in memory, so that each shape is one block
        for shape in dict.fromkeys(self.shapes):
            start = self.shapes.index(shape)
            part = slice(start, start + self.shapes.count(shape))
            out[part] = _shape(shape, out[part], order)
        return out.T


def features(
    pilot: np.ndarray,
    seed: int = 0,
    *,
    constant: bool = True,
    linear: int = 16,
    square: int = 0,
    tanh: int = 6,
    cosine: int = 8,
) -> Features:
    """A family of test functions in the whitened coordinates of a pilot sample.

    Args:
        pilot: (n, D), points of the law that is to be tested, apart from those of the test itself.
        seed: fixes the random directions, frequencies and phases.
        constant: whether the constant 1 is among them.
        linear: at most so many coordinates (whitened, orthogonal) appear themselves.
        square: so many squares of random directions.
        tanh: so many tanh ridges.
        cosine: so many cosines, of frequencies 0.5 to 3 in whitened units.

    Returns:
        The family, in the order of `SHAPES`.
    """
    if seed < 0:
        raise ValueError(f"`seed` must not be negative; got {seed}.")
    if (bad := ~np.isfinite(pilot)).any():
        where = int(bad.any(axis=1).argmax())
        raise ValueError(f"the points under test must be finite; got {pilot[where]} as point {where} of {len(pilot)}.")
    generator = np.random.default_rng([seed, pilot.shape[1]])
    centre = pilot.mean(axis=0)
    spread, axes = np.linalg.eigh(np.atleast_2d(np.cov(pilot.T)))
    keep = spread > 1e-12 * spread[-1]  # data and noise determine x: in some directions a joint state does not spread
    whiten = axes[:, keep] / np.sqrt(spread[keep])
    dimension = whiten.shape[1]

    def directions(count: int) -> np.ndarray:
        raw = generator.normal(size=(dimension, count))
        return raw / np.linalg.norm(raw, axis=0)

    linear = min(linear, dimension)
    rotation = np.linalg.qr(generator.normal(size=(dimension, dimension)))[0][:, :linear]
    weight = np.concatenate(
        [
            np.zeros((dimension, int(constant))),
            rotation,
            directions(square),
            directions(tanh) * generator.uniform(0.7, 2.0, tanh),
            directions(cosine) * np.geomspace(0.5, 3.0, cosine),
        ],
        axis=1,
    )
    phase = np.concatenate(
        [
            np.zeros(constant + linear + square),
            generator.uniform(-1.0, 1.0, tanh),
            generator.uniform(0.0, 2.0 * np.pi, cosine),
        ]
    )
    counts = (int(constant), linear, square, tanh, cosine)
    shapes = tuple(shape for shape, count in zip(SHAPES, counts, strict=True) for _ in range(count))
    weight = whiten @ weight
    return Features(weight, phase - centre @ weight, shapes)


def _shape(shape: str, u: np.ndarray, order: int) -> np.ndarray:
    """The profile h, its first or its second derivative."""
    if shape == "constant":
        return np.ones_like(u) if order == 0 else np.zeros_like(u)
    if shape == "linear":
        return (u, np.ones_like(u), np.zeros_like(u))[order]
    if shape == "square":
        return (u * u, 2.0 * u, np.full_like(u, 2.0))[order]
    if shape == "cosine":
        return -np.sin(u) if order == 1 else (1 - order) * np.cos(u)
    value = np.tanh(u)
    if order == 0:
        return value
    slope = 1.0 - value * value
    return slope if order == 1 else -2.0 * value * slope

"""Real data for the verification: points in whitened principal components, and a Gaussian mixture fitted to them.

Needs scikit-learn (`pip install "refimpl[verify]"`), which is imported when it is used.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.distributions import GaussianMixture, reference_mixture

NAMES = ("digits", "iris", "reference")

DIMENSIONS, QUICK_DIMENSIONS = 16, 8  # principal components that are kept, at most
COMPONENTS = 16  # of the mixture, at most
VARIANCE_FLOOR = 0.01  # added to every variance of a component, in whitened units
ROWS_PER_DIMENSION = 10
FITTED_ROWS = 5000


@dataclass(frozen=True)
class DataSet:
    """Points and the mixture that stands for their law.

    Attributes:
        name: what it was asked for by.
        words: what it is, in a sentence.
        mixture: fitted to the points; everything else runs on it.
        points: (n, d), whitened; None where the mixture was given, not fitted.
        facts: figures of the data and of the fit, ready for JSON.
        images: whitened points (..., d) -> images (..., h, w) in [0, 1]; None where points are no images. A second
            argument (..., h * w), white noise of unit scale, is added in the directions that were not kept.
        originals: (n, h, w), the images before anything was done to them; None likewise.
    """

    name: str
    words: str
    mixture: GaussianMixture
    points: np.ndarray | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    images: Callable[..., np.ndarray] | None = None
    originals: np.ndarray | None = None


def load(name: str, seed: int = 0, dimensions: int = DIMENSIONS) -> DataSet:
    """The data set of that name, with the mixture fitted to it.

    Args:
        name: "digits" (scikit-learn's handwritten digits), "iris", "reference" (the pinned mixture, no data), or a file
            `.npy` or `.csv` that holds a table of numbers: rows are points, without a header line.
        seed: of the fit.
        dimensions: how many principal components are kept, at most.

    Raises:
        ValueError: for an unknown name, and for a file that cannot be read or does not hold such a table.
    """
    if name == "reference":
        mixture = reference_mixture()
        facts = {"dimension": mixture.dimension, "components": len(mixture.weights)}
        return DataSet(
            name, "The pinned reference mixture: three Gaussians in the plane, no data.", mixture, facts=facts
        )
    if name == "digits":
        from sklearn.datasets import load_digits

        pixels = np.asarray(load_digits(return_X_y=True)[0])
        title = "Scikit-learn's handwritten digits, images of 8 by 8 pixels"
        return _fitted(name, title, pixels, seed, dimensions, pixels.reshape(-1, 8, 8))
    if name == "iris":
        from sklearn.datasets import load_iris

        table, title = np.asarray(load_iris(return_X_y=True)[0]), "The iris flowers of R. A. Fisher"
    else:
        table, title = read(name), f"The table {Path(name).name}"
    return _fitted(name, title, _standardised(table), seed, dimensions)


def read(name: str) -> np.ndarray:
    """The table in a file: (rows, columns), float64, finite, without a constant column.

    Raises:
        ValueError: there is no such file, or it holds no such table; one sentence.
    """
    path = Path(name)
    if not path.exists():
        raise ValueError(f"`{name}` must be one of {', '.join(NAMES)}, or a file; there is no file of that name.")
    if path.is_dir() or path.suffix.lower() not in (".npy", ".csv"):
        raise ValueError(
            f"`{name}` must be a file that ends in .npy or .csv; got {'a directory' if path.is_dir() else 'another'}."
        )
    try:
        table = _from_npy(path) if path.suffix.lower() == ".npy" else _from_csv(path)
    except OSError as error:
        raise ValueError(f"`{name}` must be a file that can be read; got: {error.strerror or error}.") from error
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(
            f"`{name}` must be a table with points in rows and at least 2 columns; got shape {table.shape}."
        )
    if not np.all(np.isfinite(table)):
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise ValueError(
            f"`{name}` must hold finite numbers; got {table[row, column]} in row {row + 1}, column {column + 1}."
        )
    needed = ROWS_PER_DIMENSION * min(table.shape[1], DIMENSIONS)
    if len(table) < needed:
        raise ValueError(f"`{name}` must have at least {needed} rows for a mixture to be fitted; got {len(table)}.")
    constant = np.flatnonzero(np.ptp(table, axis=0) == 0)
    if constant.size:
        column = constant[0]
        raise ValueError(
            f"`{name}` must not have a constant column; column {column + 1} is {table[0, column]:g} in every row."
        )
    return table


def _from_npy(path: Path) -> np.ndarray:
    try:
        table = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(
            f"`{path}` must be an array of numbers as `numpy.save` writes it; it cannot be read as one."
        ) from error
    if not isinstance(table, np.ndarray) or table.dtype.kind not in "iuf":
        kind = table.dtype if isinstance(table, np.ndarray) else "an archive of arrays"
        raise ValueError(f"`{path}` must be an array of real numbers; got {kind}.")
    return table.astype(np.float64)


def _from_csv(path: Path) -> np.ndarray:
    rows: list[list[float]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.reader(file), 1):
                if any(cell.strip() for cell in cells):
                    rows.append(_row(path, number, cells, len(rows[0]) if rows else len(cells), bool(rows)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"`{path}` must be text, comma-separated numbers in UTF-8; it cannot be read as that."
        ) from error
    if not rows:
        raise ValueError(f"`{path}` must hold a table of numbers; it is empty.")
    return np.array(rows, dtype=np.float64)


def _row(path: Path, number: int, cells: list[str], width: int, later: bool) -> list[float]:
    if len(cells) != width:
        raise ValueError(
            f"`{path}` must have as many values in every line; line {number} has {len(cells)}, the first {width}."
        )
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        wrong = next(cell for cell in cells if not _is_number(cell)).strip()
        what = f"the word {wrong[:30]!r}" if wrong else "an empty cell"
        hint = "" if later or not wrong else ": remove it if it is a header"
        raise ValueError(f"`{path}` must hold comma-separated numbers only; line {number} has {what}{hint}.") from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _standardised(table: np.ndarray) -> np.ndarray:
    """Columns in different units are made comparable before directions are chosen."""
    return (table - table.mean(axis=0)) / table.std(axis=0)


def _fitted(
    name: str, title: str, table: np.ndarray, seed: int, dimensions: int, images: np.ndarray | None = None
) -> DataSet:
    """Whitens the table, and fits mixtures of 1 to `COMPONENTS` Gaussians; the least BIC decides."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums in the same order, so the same mixture, however many cores there are
        whiten, points, share, kept = _whitened(name, table, dimensions)
        rows = points
        if len(points) > FITTED_ROWS:
            rows = points[np.random.default_rng(seed).choice(len(points), FITTED_ROWS, replace=False)]
        fits = _fits(rows, seed)
        best = min(fits, key=fits.__getitem__)
        fit = best[1]
        likelihood = float(fit.score(points))
    mixture = GaussianMixture(fit.weights_ / fit.weights_.sum(), fit.means_, covariances=fit.covariances_)
    facts = {
        "rows": len(table),
        "columns": table.shape[1],
        "fitted_rows": len(rows),
        "dimension": kept,
        "explained_variance": share,
        "components": len(mixture.weights),
        "bic": {count: value for (count, _), value in fits.items()},
        "variance_floor": VARIANCE_FLOOR,
        "mean_log_density": likelihood,
    }
    words = (
        f"{title}: {len(table)} rows of {table.shape[1]} columns, in {kept} whitened principal components, which "
        f"hold {100 * share:.0f} % of the variance."
    )
    if images is None:
        return DataSet(name, words, mixture, points, facts)
    brightest = float(images.max())
    axes, least = whiten.components_, float(np.sqrt(whiten.explained_variance_[-1]))

    def drawn(whitened: np.ndarray, outside: np.ndarray | None = None) -> np.ndarray:
        flat = whiten.inverse_transform(np.reshape(whitened, (-1, kept)))
        if outside is not None:
            outside = np.reshape(outside, flat.shape)
            flat = flat + least * (outside - outside @ axes.T @ axes)
        return np.clip(flat.reshape(*np.shape(whitened)[:-1], *images.shape[1:]) / brightest, 0.0, 1.0)

    return DataSet(name, words, mixture, points, facts, drawn, images / brightest)


def _whitened(name: str, table: np.ndarray, dimensions: int) -> tuple[Any, np.ndarray, float, int]:
    """The transformation, the points, the share of the variance that is kept, and in how many directions."""
    from sklearn.decomposition import PCA

    spread = PCA(svd_solver="full").fit(table).explained_variance_ratio_
    kept = min(dimensions, int(np.sum(spread > 1e-10)))  # a column that others determine adds no direction
    if kept < 2:
        raise ValueError(f"`{name}` must have points that spread in at least 2 directions; got points on a line.")
    whiten = PCA(kept, whiten=True, svd_solver="full").fit(table)
    return whiten, whiten.transform(table), float(spread[:kept].sum()), kept


def _fits(points: np.ndarray, seed: int) -> dict[tuple[int, Any], float]:
    """The Bayesian information criterion of each fit, by number of components and fit."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture as Fit

    fits: dict[tuple[int, Any], float] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # any mixture will do, a converged one is not needed
        for count in range(1, min(COMPONENTS, len(points) // ROWS_PER_DIMENSION) + 1):
            fit = Fit(count, reg_covar=VARIANCE_FLOOR, random_state=seed).fit(points)
            fits[count, fit] = float(fit.bic(points))
    return fits

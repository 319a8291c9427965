"""Covariances, checked and diagonalised, with the small eigenvalues as accurate as the large ones."""

import numpy as np


def diagonalise(covariances: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Eigenvalues (K, d), the small ones first, and eigenvectors (K, d, d) of K covariances.

    Where all are diagonal: the diagonals as they are, and None.

    Raises:
        ValueError: a matrix that is not symmetric, or not positive definite.
    """
    components, dimension, _ = covariances.shape
    factors = [_checked_factor(matrix, name, k) for k, matrix in enumerate(covariances)]
    diagonals = np.einsum("kii->ki", covariances)
    if not np.any(covariances - diagonals[:, :, None] * np.eye(dimension)):
        return diagonals.copy(), None
    variances, bases = np.empty((components, dimension)), np.empty((components, dimension, dimension))
    for k, (matrix, factor) in enumerate(zip(covariances, factors, strict=True)):
        # The ordinary algorithm errs by a rounding of the *largest* variance: enough if all units are alike.
        if diagonals[k].max() <= 10 * diagonals[k].min():
            variances[k], basis = np.linalg.eigh((matrix + matrix.T) / 2)
            bases[k] = basis @ (3 * np.eye(dimension) - basis.T @ basis) / 2  # orthogonal to 2 roundings, not to 7
        else:
            variances[k], bases[k] = _by_jacobi(factor)
    return variances, bases


def _checked_factor(matrix: np.ndarray, name: str, k: int) -> np.ndarray:
    """The lower Cholesky factor, taken of the correlations: different units are no reason to refuse a matrix."""
    diagonal = np.diagonal(matrix)
    if not np.all(diagonal > 0):
        raise ValueError(
            f"`{name}` must be positive definite; got the diagonal entry {diagonal.min():g} in component {k}."
        )
    scale = np.sqrt(diagonal)
    if not np.all(np.abs(matrix - matrix.T) <= 1e-12 * np.outer(scale, scale)):
        raise ValueError(f"`{name}` must be symmetric; got a matrix {k} that is not.")
    correlations = matrix / np.outer(scale, scale)
    smallest = np.linalg.eigvalsh(correlations)[0]
    if not smallest > len(matrix) * np.finfo(float).eps:
        raise ValueError(
            f"`{name}` must be positive definite; got the eigenvalue {smallest:g} of the correlations of component {k}."
        )
    return scale[:, None] * np.linalg.cholesky(correlations)


def _by_jacobi(factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of factor @ factor.T by one-sided Jacobi rotations (LAPACK's `gejsv`).

    Its relative accuracy does not suffer from rows of very different size, as coordinates in different units bring.
    """
    from scipy.linalg import lapack

    columns_only, no_left, right = 0, 3, 0
    gejsv = lapack.dgejsv  # pyright: ignore[reportAttributeAccessIssue]
    singular, _, bases, scaling, _, info = gejsv(factor.T, joba=columns_only, jobu=no_left, jobv=right)
    if info:
        raise ValueError(f"`covariances` must be ones that LAPACK can diagonalise; got status {info}.")
    ascending = np.argsort(singular)
    return (singular[ascending] * scaling[0] / scaling[1]) ** 2, bases[:, ascending]

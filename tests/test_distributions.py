"""The reference mixture is pinned; draws follow the seed, the law and the uniforms."""

import numpy as np
import pytest

import refimpl as ri
from tests.accuracy import close, condition, with_mixture


def test_the_reference_mixture():
    mixture = ri.reference_mixture()
    assert mixture.weights.tolist() == [0.5, 0.3, 0.2]
    assert mixture.means.tolist() == [[2, 0], [-1, 1.5], [-1, -2]]
    assert mixture.covariances.tolist() == [[[0.3, 0], [0, 0.1]], [[0.2, 0.1], [0.1, 0.2]], [[0.05, 0], [0, 0.4]]]
    assert mixture.dimension == 2
    for moment, want in (("mean", [0.5, 0.05]), ("covariance", [[2.47, -0.045], [-0.045, 1.6625]])):  # within + between
        known = condition(*with_mixture(mixture, lambda mixture, moment=moment: getattr(mixture, moment)()))
        close(getattr(mixture, moment)(), want, known)


def test_draws_follow_the_seed_on_every_backend():
    torch = pytest.importorskip("torch")
    mixture = ri.reference_mixture()
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), mixture)
    like = torch.zeros((), dtype=torch.float64)
    for draw in (mixture.sample, lambda n, seed, like=None: field.sample(n, 0.3, seed, like=like)):
        np.testing.assert_array_equal(draw(7, 5), draw(7, 5))
        np.testing.assert_array_equal(draw(7, 5, like=like).numpy(), draw(7, 5))
        assert np.abs(draw(7, 5) - draw(7, 6)).min() > 0


def test_draws_have_the_law_they_should():
    """Means of the coordinates and of their products: 5 standard errors, false alarm 1e-5 in all.

    The eigenvectors of the second mixture are in general position: in the plane LAPACK's matrix of eigenvectors is
    symmetric, so that a forgotten transpose would not be seen.
    """
    factor = np.array([[1.0, 0.0, 0.0], [0.6, 0.5, 0.0], [-0.3, 0.8, 0.2]])
    turned = ri.GaussianMixture([0.4, 0.6], [[0, 0, 0], [1, 0, 2]], covariances=[factor @ factor.T, factor.T @ factor])
    n = 200_000
    for mixture in (ri.reference_mixture(), turned):
        field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), mixture)
        for points, alpha, sigma in ((mixture.sample(n, 1), 1.0, 0.0), (field.sample(n, 0.25, 2), 0.25, 0.75)):
            excess = points - alpha * mixture.mean()
            covariance = alpha**2 * mixture.covariance() + sigma**2 * np.eye(mixture.dimension)
            pairs = zip(*np.triu_indices(mixture.dimension), strict=True)
            products = np.stack([excess[:, i] * excess[:, j] - covariance[i, j] for i, j in pairs], axis=1)
            for values in (excess, products):
                assert np.all(np.abs(values.mean(0)) < 5 * values.std(0) / np.sqrt(n))


def test_uniforms_become_data_points():
    """The first uniform picks the component by the cumulative weights .5, .8, 1; one half in the others is its mean."""
    mixture = ri.reference_mixture()
    picked = mixture.transform(
        [[0.01, 0.5, 0.5], [0.49, 0.5, 0.5], [0.51, 0.5, 0.5], [0.79, 0.5, 0.5], [0.81, 0.5, 0.5]]
    )
    np.testing.assert_array_equal(picked, mixture.means[[0, 0, 1, 1, 2]])
    for uniforms, coordinate, variance in (
        ([0.1, 0.975, 0.5], 1, 0.1),
        ([0.1, 0.5, 0.975], 0, 0.3),
    ):  # smaller variance first
        drawn, mean = mixture.transform([uniforms])[0], mixture.means[0]
        quantile, known = 1.959963984540054 * np.sqrt(variance), condition(mixture.transform, np.array([uniforms]))[0]
        close(np.abs(drawn - mean)[coordinate], quantile, known[coordinate])
        assert drawn[1 - coordinate] == mean[1 - coordinate]

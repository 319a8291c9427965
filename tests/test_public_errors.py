"""Errors at the public edge: one sentence that names the argument, the rule and what came."""

import numpy as np
import pytest

import refimpl as ri

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

GM3 = ri.reference_mixture()
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), GM3)
X, PATH = np.zeros((3, 2)), ri.GaussianPath(ri.schedules.Linear())


@pytest.mark.parametrize(
    "error, message, offence",
    [
        (
            ValueError,
            "`t` must lie in [0, 1]; got a maximum of 1.37.",
            lambda: FIELD.velocity(X, np.array([0.0, 1.37, 1.0])),
        ),
        (ValueError, "`t` must lie in [0, 1]; got -0.5.", lambda: FIELD.velocity(X, -0.5)),
        (
            ValueError,
            "`t` must lie in [0, 1]; got a maximum of nan.",
            lambda: FIELD.velocity(X, np.array([0.0, np.nan, 1.0])),
        ),
        (ValueError, "`t` must lie in [0, 1]; got a maximum of 2.", lambda: FIELD.path.schedule.alpha(2)),
        (
            ValueError,
            "`t` must be a number or have the shape of leading axes of (3,); got (2,).",
            lambda: FIELD.score(X, np.zeros(2)),
        ),
        (
            ValueError,
            "`t` must be a number or have the shape of leading axes of (3,); got (3, 2).",
            lambda: FIELD.score(X, X),
        ),
        (
            ValueError,
            "`t` must be a number or have the shape of leading axes of (3, 2); got (2,).",
            lambda: PATH.point(np.zeros(2), X, X),
        ),
        (
            TypeError,
            "`t` must be a number or an array of the library of `x`, or of NumPy; got str.",
            lambda: FIELD.score(X, "0.5"),
        ),
        (
            TypeError,
            "`t` must have a floating-point dtype; got int64.",
            lambda: FIELD.score(X, np.zeros(3, dtype=np.int64)),
        ),
        (
            TypeError,
            "`x` must be an array of NumPy, PyTorch or JAX; got list.",
            lambda: FIELD.velocity([[0.0, 0.0]], 0.5),
        ),
        (
            TypeError,
            "`x` must have a floating-point dtype; got torch.int64.",
            lambda: FIELD.velocity(torch.zeros(3, 2, dtype=torch.int64), 0.5),
        ),
        (ValueError, "`x` must have a last axis of length 2; got shape (2, 3).", lambda: FIELD.velocity(X.T, 0.5)),
        (
            ValueError,
            "`word` must be one of data, noise, velocity, v_prediction, score; got 'v'.",
            lambda: FIELD.predict(X, 0.5, "v"),
        ),
        (ValueError, "`noise` must have the shape of `data`, (3, 2); got (2,).", lambda: PATH.point(0.5, X, X[0])),
        (
            TypeError,
            "`noise` must have the dtype of `data`, float64; got float32.",
            lambda: PATH.point(0.5, X, X.astype(np.float32)),
        ),
        (
            TypeError,
            "`noise` must be an array of the library of `data`; got torch.Tensor.",
            lambda: PATH.point(0.5, X, torch.zeros(3, 2)),
        ),
        (
            TypeError,
            "`velocity` must be given exactly two of `x`, `data`, `noise`; got `x`.",
            lambda: PATH.velocity(0.5, x=X),
        ),
        (
            TypeError,
            "`score` must be given exactly two of `x`, `data`, `noise`; got all three.",
            lambda: PATH.score(0.5, x=X, data=X, noise=X),
        ),
        (
            ValueError,
            "`want` must be one of data, noise, velocity, v_prediction, score; got 'x0'.",
            lambda: PATH.convert(X, X, 0.5, given="noise", want="x0"),
        ),
        (
            ValueError,
            "`score` from `x` and `data` has no finite value at `t` = 1, where alpha_t = 1, sigma_t = 0.",
            lambda: PATH.score(1.0, x=X, data=X),
        ),
        (
            ValueError,
            "`data` from `noise` has no finite value at `t` = 0, where alpha_t = 0, sigma_t = 1.",
            lambda: PATH.convert(X, X, np.array([0.5, 0.0, 1.0]), given="noise", want="data"),
        ),
        (
            ValueError,
            "`velocity` from `data` and `noise` has no finite value at `t` = 1, where dalpha_t = 0.05, "
            "dsigma_t = -inf.",
            lambda: FIELD.path.velocity(1.0, data=X, noise=X + 1),
        ),
        (ValueError, "`sigma_min` must lie in [0, 1); got 1.", lambda: ri.schedules.Linear(1)),
        (TypeError, "`sigma_min` must be a real number; got str.", lambda: ri.schedules.Linear("0.1")),
        (ValueError, "`beta_min` must be positive; got 0.", lambda: ri.schedules.VariancePreserving(beta_min=0)),
        (
            ValueError,
            "`beta_max` must be at least `beta_min`, 0.1; got 0.05.",
            lambda: ri.schedules.VariancePreserving(beta_max=0.05),
        ),
        (ValueError, "`beta_max` must be finite; got inf.", lambda: ri.schedules.VariancePreserving(beta_max=np.inf)),
        (
            ValueError,
            "`log_snr` must lie in [-10.05, inf] for VariancePreserving(beta_min=0.1, beta_max=20.0); got -11.",
            lambda: FIELD.path.schedule.time_at_log_snr(-11.0),
        ),
        (TypeError, "`schedule` must be a schedule of refimpl; got str.", lambda: ri.GaussianPath("linear")),
        (TypeError, "`path` must be a GaussianPath; got Linear.", lambda: ri.MarginalField(ri.schedules.Linear(), GM3)),
        (
            TypeError,
            "`distribution` must be a GaussianMixture, a Gaussian or an Empirical; got ndarray.",
            lambda: ri.MarginalField(PATH, X),
        ),
        (ValueError, "`weights` must be positive; got a minimum of 0.", lambda: ri.GaussianMixture([0, 1], X[:2], 1.0)),
        (
            ValueError,
            "`weights` must add up to 1 within 1e-12; got a sum of 0.99.",
            lambda: ri.GaussianMixture([0.5, 0.49], X[:2], 1.0),
        ),
        (
            ValueError,
            "`weights` must have shape (2,), one for each mean; got (3,).",
            lambda: ri.GaussianMixture([0.5, 0.3, 0.2], X[:2], 1.0),
        ),
        (
            ValueError,
            "`means` must have shape (K, d); got (2,).",
            lambda: ri.GaussianMixture([0.5, 0.5], [0.0, 1.0], 1.0),
        ),
        (ValueError, "`means` must be finite; got nan.", lambda: ri.GaussianMixture([1.0], [[np.nan]], 1.0)),
        (
            ValueError,
            "`variances` must be positive; got a minimum of -1.",
            lambda: ri.GaussianMixture([0.5, 0.5], X[:2], [1, -1]),
        ),
        (
            ValueError,
            "`variances` must be a number or have shape (2,) or (2, 2); got (3,).",
            lambda: ri.GaussianMixture([0.5, 0.5], X[:2], [1, 1, 1]),
        ),
        (
            TypeError,
            "`variances` or `covariances` must be given, exactly one of them; got none.",
            lambda: ri.GaussianMixture([0.5, 0.5], X[:2]),
        ),
        (
            ValueError,
            "`covariances` must have shape (1, 2, 2); got (2, 2).",
            lambda: ri.GaussianMixture([1.0], X[:1], covariances=np.eye(2)),
        ),
        (
            ValueError,
            "`covariances` must be symmetric; got a matrix 0 that is not.",
            lambda: ri.GaussianMixture([1.0], X[:1], covariances=[[[1, 0.5], [0.4, 1]]]),
        ),
        (
            ValueError,
            "`covariance` must be positive definite; got the eigenvalue -1 of the correlations of component 0.",
            lambda: ri.Gaussian(X[0], [[1, 2], [2, 1]]),
        ),
        (
            ValueError,
            "`covariance` must be positive definite; got the diagonal entry 0 in component 0.",
            lambda: ri.Gaussian(X[0], [[1, 0], [0, 0]]),
        ),
        (ValueError, "`covariance` must have shape (2, 2); got (2,).", lambda: ri.Gaussian(X[0], [1.0, 1.0])),
        (ValueError, "`n` must not be negative; got -1.", lambda: GM3.sample(-1, 0)),
        (TypeError, "`n` must be a whole number; got float.", lambda: GM3.sample(2.0, 0)),
        (TypeError, "`seed` must be a whole number or a NumPy Generator; got NoneType.", lambda: GM3.sample(2, None)),
        (
            TypeError,
            "`like` must be an array of NumPy, PyTorch or JAX; got str.",
            lambda: GM3.sample(2, 0, like="torch"),
        ),
        (ValueError, "`uniforms` must have shape (n, 3); got (3, 2).", lambda: GM3.transform(X)),
        (
            ValueError,
            "`uniforms` must lie strictly between 0 and 1; got values from 0 to 0.",
            lambda: GM3.transform(np.zeros((1, 3))),
        ),
        (
            ValueError,
            "`x` must not require gradients, which the integration of a mixture's flow cannot carry; got one.",
            lambda: FIELD.flow(torch.zeros(3, 2, requires_grad=True), 0.0, 1.0),
        ),
        (ValueError, "`t_to` must lie in [0, 1]; got 1.5.", lambda: FIELD.flow(X, 0.0, 1.5)),
    ],
)
def test_errors_are_one_sentence_that_names_the_argument_the_rule_and_what_came(error, message, offence):
    with pytest.raises(error) as caught:
        offence()
    assert str(caught.value) == message


def test_what_is_not_a_number_goes_through():
    """Not finite in, not finite out: an error is raised only where finite points meet a value that is not."""
    result = FIELD.velocity(np.array([[np.nan, 0.0], [0.3, 0.2]]), 0.5)
    assert np.isnan(result[0]).all()
    np.testing.assert_array_equal(result[1:], FIELD.velocity(np.array([[0.3, 0.2]]), 0.5))
    assert np.isnan(PATH.score(1.0, x=np.full(1, np.nan), data=np.zeros(1)))[0]

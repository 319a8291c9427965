"""The public surface: names, shapes, dtypes, devices, errors, and the same values on every backend."""

import itertools

import numpy as np
import pytest

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import marginals

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SCHEDULES = [ri.schedules.Linear(), ri.schedules.Trigonometric(), ri.schedules.VariancePreserving()]
WORDS = ("data", "noise", "velocity", "v_prediction", "score")
FIELD_METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")
RANDOM = np.random.default_rng(7)
GM3 = ri.reference_mixture()
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), GM3)
ROUND = ri.GaussianMixture([0.25, 0.75], [[1.0, 0.0, -1.0], [0.0, 2.0, 0.5]], variances=[0.3, 0.7])

every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
every_method = pytest.mark.parametrize("method", FIELD_METHODS)


def close(computed, expected, units=16):
    """Equal up to some rounding errors, relative to the largest entry."""
    expected = np.asarray(expected, dtype=np.float64)
    eps = np.finfo(np.asarray(computed).dtype).eps
    np.testing.assert_allclose(
        np.asarray(computed, dtype=np.float64), expected, atol=units * eps * np.abs(expected).max()
    )


# ---- names ----------------------------------------------------------------------------------------------------------


def test_public_names():
    assert set(ri.__all__) <= set(dir(ri))
    for name in ri.__all__:
        assert getattr(ri, name) is not None
    assert ri.__version__.count(".") == 2
    with pytest.raises(AttributeError, match="has no attribute 'velocity'"):
        _ = ri.velocity


# ---- equations ------------------------------------------------------------------------------------------------------


def test_an_equation_is_a_record_with_its_function():
    record = ri.equation("conversions.velocity_from_noise")
    assert record.title and record.latex and record.steps[0].verb == "given" and record.sources[0].key
    assert record.verdict == "PROVED" and record.scope
    # half way along the straight line: x = 2, noise = 1 means data = 3, so the velocity is 2
    assert record.function(x=2.0, noise=1.0, alpha_t=0.5, sigma_t=0.5, dalpha_t=1.0, dsigma_t=-1.0) == 2.0
    assert "def velocity_from_noise(" in record.code["numpy"]
    with pytest.raises(AttributeError):
        record.title = "another"


def test_an_identity_has_no_function_and_near_misses_have_names():
    assert ri.equation("continuity.conditional").function is None
    assert "prior average" in [miss.name for miss in ri.equation("marginals.velocity").near_misses]


def test_equations_are_in_reading_order_and_show_themselves():
    ids = [record.id for record in ri.equations()]
    assert len(ids) == len(set(ids))
    assert ids.index("gaussian_path.point") < ids.index("marginals.velocity")
    shown = ri.equation("marginals.velocity")._repr_markdown_()
    assert "marginals.velocity" in shown and "PROVED" in shown and "$$" in shown


def test_an_unknown_id_names_the_closest():
    with pytest.raises(
        ValueError,
        match=r"`id` must be the id of an equation; the closest are .*marginals.velocity.*got 'marginal.velocity'",
    ):
        ri.equation("marginal.velocity")


# ---- schedules ------------------------------------------------------------------------------------------------------


@every_schedule
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_schedules_keep_shape_and_dtype_and_agree_across_backends(schedule, dtype):
    t = np.array([[0.125, 0.25, 0.5], [0.625, 0.75, 0.875]], dtype=dtype)
    names = ("alpha", "sigma", "dalpha", "dsigma", "half_variance_rate", "log_snr", "drift", "diffusion")
    for name in names:
        ours, theirs = getattr(schedule, name)(t), getattr(schedule, name)(torch.asarray(t))
        assert ours.dtype == t.dtype and ours.shape == t.shape
        assert theirs.dtype == getattr(torch, dtype) and tuple(theirs.shape) == t.shape
        close(ours, getattr(schedule, name)(t.astype(np.float64)), 32)
        close(theirs, ours, 8)
    close(schedule.time_at_log_snr(torch.asarray(schedule.log_snr(t))), t, 8)
    assert schedule.at(t).keys() == {"alpha_t", "sigma_t", "dalpha_t", "dsigma_t", "half_variance_rate", "log_snr"}


@every_schedule
def test_gradients_of_a_schedule_are_its_rates_even_at_the_ends(schedule):
    t = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64, requires_grad=True)
    for scale, rate in ((schedule.alpha, schedule.dalpha), (schedule.sigma, schedule.dsigma)):
        (gradient,) = torch.autograd.grad(scale(t).sum(), t)
        close(gradient[:2], rate(t).detach()[:2], 8)
    (gradient,) = torch.autograd.grad(schedule.alpha(t).sum(), t)
    close(gradient, schedule.dalpha(t).detach(), 8)


# ---- paths ----------------------------------------------------------------------------------------------------------


@every_schedule
@pytest.mark.parametrize("method", ["velocity", "score", "v_prediction"])
def test_any_two_of_three_give_the_same(schedule, method):
    path, t = ri.GaussianPath(schedule), np.array([0.2, 0.5, 0.9])
    data, noise = RANDOM.standard_normal((2, 3, 4, 5))
    x = path.point(t, data, noise)
    quantity = getattr(path, method)
    expected = quantity(t, data=data, noise=noise)
    close(quantity(t, x=x, data=data), expected, 1e3)
    close(quantity(t, x=x, noise=noise), expected, 1e3)


@every_schedule
@pytest.mark.parametrize("given, want", list(itertools.product(WORDS, WORDS)))
def test_conversions(schedule, given, want):
    """All five predictions made from data and noise; each is found from each other one."""
    path, t = ri.GaussianPath(schedule), np.array([0.3, 0.6])
    data, noise = RANDOM.standard_normal((2, 2, 3))
    x = path.point(t, data, noise)
    predictions = {
        "data": data,
        "noise": noise,
        **{n: getattr(path, n)(t, data=data, noise=noise) for n in ("velocity", "v_prediction", "score")},
    }
    found = path.convert(predictions[given], x, t, given=given, want=want)
    close(found, predictions[want], 0 if given == want else 1e3)


def test_paths_are_elementwise_in_images_and_numbers():
    path = ri.GaussianPath(ri.schedules.Linear())
    data, noise = RANDOM.standard_normal((2, 4, 3, 8, 8)).astype(np.float32)
    t = np.array([0.0, 0.25, 0.5, 1.0])
    images = path.point(t, data, noise)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images[1], np.float32(0.25) * data[1] + np.float32(0.75) * noise[1])
    np.testing.assert_array_equal(images[3], data[3])
    as_torch = path.point(torch.asarray(t), torch.asarray(data), torch.asarray(noise))
    np.testing.assert_array_equal(as_torch.numpy(), images)
    assert path.velocity(0.5, data=3.0, noise=1.0) == 2.0
    grid = path.point(np.full((4, 3), 0.5), data, noise)
    np.testing.assert_array_equal(grid, (data + noise) / 2)


# ---- the marginal field ---------------------------------------------------------------------------------------------


@every_method
@pytest.mark.parametrize("distribution", [GM3, ROUND], ids=repr)
def test_fields_agree_across_backends_and_keep_shape_and_dtype(method, distribution):
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Trigonometric()), distribution)
    d = distribution.dimension
    x, t = RANDOM.standard_normal((4, 3, d)), np.array([0.0, 0.3, 0.9, 1.0])
    shape = (4, 3) if method in ("log_density", "divergence") else (4, 3, d)
    quantity = getattr(field, method)
    expected = quantity(x, t)
    assert expected.shape == shape
    rows = [quantity(x[i, j], float(t[i])) for i in range(4) for j in range(3)]  # no axis in front, a number for t
    close(np.stack(rows).reshape(shape), expected, 64)
    for dtype in (torch.float32, torch.float64):
        tensor = quantity(torch.asarray(x).to(dtype), torch.asarray(t))
        assert tensor.dtype == dtype and tuple(tensor.shape) == shape
        close(tensor, quantity(x.astype(str(dtype).removeprefix("torch.")), t), 64)
    close(quantity(x.astype(np.float32), t, precise=True), quantity(x.astype(np.float32).astype(np.float64), t), 1)


@every_method
def test_results_stay_on_the_device_of_x(method):
    """A meta tensor has a device and a shape but no values: nothing may be read from it."""
    result = getattr(FIELD, method)(torch.empty(5, 2, device="meta"), torch.rand(5))
    assert result.device.type == "meta" and result.dtype == torch.float32


def test_predict_has_the_five_words():
    x = FIELD.sample(3, 0.4, seed=1)
    named = (FIELD.denoiser, FIELD.noise_prediction, FIELD.velocity, FIELD.v_prediction, FIELD.score)
    for word, method in zip(WORDS, named, strict=True):
        np.testing.assert_array_equal(FIELD.predict(x, 0.4, word), method(x, 0.4))
    for given, want in itertools.permutations(WORDS, 2):
        converted = FIELD.path.convert(FIELD.predict(x, 0.4, given), x, 0.4, given=given, want=want)
        close(converted, FIELD.predict(x, 0.4, want), 1e3)


@every_schedule
def test_the_field_is_the_plain_reference(schedule):
    """Averages over stacked components by the generated mixture formulas, and conditioning with full covariances."""
    field, t, n = ri.MarginalField(ri.GaussianPath(schedule), GM3), 0.35, 6
    x = field.sample(n, t, seed=3)
    scales = schedule.at(np.asarray(t))
    density, velocity, score, divergence, denoised = [], [], [], [], []
    for mean, covariance in zip(GM3.means, GM3.covariances, strict=True):
        variance, basis = np.linalg.eigh(covariance)
        known = dict(scales, x=x @ basis, mean=mean @ basis, variance=variance, xp=np)
        density.append(np.exp(call(marginals.component_log_density, **known).sum(-1)))
        velocity.append(call(marginals.component_velocity, **known) @ basis.T)
        score.append(call(marginals.component_score, **known) @ basis.T)
        # one coordinate of the divergence: the diagonal of the component's Jacobian in x's coordinates
        divergence.append(np.broadcast_to((basis**2) @ call(marginals.component_divergence, **known), x.shape))
        denoised.append(call(marginals.posterior_mean, **known | {"x": x, "mean": mean, "covariance": covariance}))
    density, velocity, score, divergence, denoised = map(np.stack, (density, velocity, score, divergence, denoised))
    weight = GM3.weights[:, None, None]
    known = {"weight": weight, "density": density[..., None], "xp": np}
    close(field.velocity(x, t), marginals.velocity(component_velocity=velocity, **known), 64)
    close(field.score(x, t), marginals.velocity(component_velocity=score, **known), 64)
    close(field.denoiser(x, t), marginals.velocity(component_velocity=denoised, **known), 64)
    expected = marginals.divergence(
        component_velocity=velocity, component_score=score, component_divergence=divergence, **known
    )
    close(field.divergence(x, t), expected.sum(-1), 256)
    close(field.log_density(x, t), np.log((GM3.weights[:, None] * density).sum(0)), 64)


def test_a_distribution_is_the_end_of_its_field():
    x = GM3.sample(5, seed=2)
    close(GM3.log_density(x), FIELD.log_density(x, 1.0))
    close(GM3.log_density(torch.asarray(x)), FIELD.log_density(x, 1.0))
    single, diagonal = ri.Gaussian([1.0, -1.0], np.diag([2.0, 0.5])), [2.0, 0.5]
    close(single.log_density(x), -((x - [1, -1]) ** 2 / diagonal).sum(-1) / 2 - np.log(2 * np.pi))


def test_variances_and_covariances_say_the_same():
    means, x = [[1.0, 0.0], [0.0, 2.0]], RANDOM.standard_normal((5, 2))
    path = FIELD.path
    for variances in (0.3, [0.3, 0.6], [[0.3, 0.5], [0.2, 0.7]]):
        short = ri.GaussianMixture([0.5, 0.5], means, variances=variances)
        column = np.asarray(variances)[:, None] if np.ndim(variances) == 1 else np.asarray(variances)
        full = np.broadcast_to(column, (2, 2))[:, None, :] * np.eye(2)
        np.testing.assert_array_equal(short.covariances, full)
        long = ri.GaussianMixture([0.5, 0.5], means, covariances=full)
        np.testing.assert_array_equal(
            ri.MarginalField(path, short).velocity(x, 0.5), ri.MarginalField(path, long).velocity(x, 0.5)
        )


def test_a_turned_mixture_has_a_turned_field():
    """The eigenbasis is an inner matter: rotate everything, and the field rotates with it."""
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    turned = ri.GaussianMixture(GM3.weights, GM3.means @ turn.T, covariances=turn @ GM3.covariances @ turn.T)
    x = RANDOM.standard_normal((5, 2))
    close(ri.MarginalField(FIELD.path, turned).velocity(x @ turn.T, 0.6), FIELD.velocity(x, 0.6) @ turn.T, 64)
    close(ri.MarginalField(FIELD.path, turned).divergence(x @ turn.T, 0.6), FIELD.divergence(x, 0.6), 64)


def test_mixture_parameters_cannot_be_written_to_and_may_come_from_torch():
    with pytest.raises(ValueError, match="read-only"):
        GM3.means[0, 0] = 1
    again = ri.GaussianMixture(
        torch.asarray(GM3.weights.copy()),
        torch.asarray(GM3.means.copy()),
        covariances=torch.asarray(GM3.covariances.copy()),
    )
    assert isinstance(again.means, np.ndarray)
    np.testing.assert_array_equal(
        FIELD.velocity(GM3.means, 0.5), ri.MarginalField(FIELD.path, again).velocity(GM3.means, 0.5)
    )


def test_flows_take_one_time_a_row_and_keep_dtype():
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    start, end = torch.tensor([0.0, 0.2, 0.5, 1.0]), torch.tensor([1.0, 0.2, 0.75, 0.0])
    for distribution in (GM3, ri.Gaussian([1.0, -2.0], [[0.5, 0.2], [0.2, 0.4]])):
        field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), distribution)
        moved = field.flow(x, start, end)
        assert moved.dtype == torch.float32
        close(moved[1], x[1], 4)
        for i in range(4):
            alone = field.flow(x[i].to(torch.float64), start[i].item(), end[i].item())
            close(moved[i], alone, 16)


def test_the_closed_form_of_a_flow_is_the_integral_of_its_velocity():
    covariance = [[0.5, 0.2], [0.2, 0.4]]
    one = ri.MarginalField(FIELD.path, ri.Gaussian([1.0, -2.0], covariance))
    two = ri.MarginalField(FIELD.path, ri.GaussianMixture([0.5, 0.5], [[1.0, -2.0]] * 2, covariances=[covariance] * 2))
    x = RANDOM.standard_normal((3, 2))
    np.testing.assert_allclose(two.flow(x, 0.1, 0.9), one.flow(x, 0.1, 0.9), rtol=1e-8)


# ---- derivatives and traces of PyTorch ------------------------------------------------------------------------------


def test_torch_differentiates_and_vectorises_the_field():
    x, t = torch.asarray(FIELD.sample(5, 0.5, seed=0)), torch.linspace(0, 1, 5, dtype=torch.float64)
    point = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(FIELD.log_density(point, t).sum(), point)
    close(gradient, FIELD.score(x, t), 64)
    jacobian = torch.func.vmap(torch.func.jacrev(FIELD.velocity))(x, t)
    close(jacobian.diagonal(dim1=-2, dim2=-1).sum(-1), FIELD.divergence(x, t), 64)
    close(torch.func.vmap(FIELD.velocity)(x, t), FIELD.velocity(x, t), 16)
    value, motion = torch.func.jvp(lambda x: FIELD.velocity(x, t), (x,), (torch.ones_like(x),))
    close(value, FIELD.velocity(x, t), 16)
    close(motion, jacobian.sum(-1), 64)
    later = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    (rate,) = torch.autograd.grad(FIELD.log_density(x, later).sum(), later)  # the continuity equation
    flux = FIELD.divergence(x, 0.5) + (FIELD.velocity(x, 0.5) * FIELD.score(x, 0.5)).sum(-1)
    close(rate, -flux.sum(), 256)


def test_torch_compiles_the_field_in_one_graph():
    """Captured whole, without a graph break, and run without code generation, which would need a C++ compiler."""
    compiled = torch.compile(
        lambda x, t: (FIELD.velocity(x, t), FIELD.divergence(x, 0.5)), fullgraph=True, backend="aot_eager"
    )
    x, t = torch.asarray(FIELD.sample(5, 0.5, seed=0)), torch.linspace(0, 1, 5, dtype=torch.float64)
    velocity, divergence = compiled(x, t)
    close(velocity, FIELD.velocity(x, t), 16)
    close(divergence, FIELD.divergence(x, 0.5), 64)


# ---- errors ---------------------------------------------------------------------------------------------------------

X, PATH = np.zeros((3, 2)), ri.GaussianPath(ri.schedules.Linear())


@pytest.mark.parametrize(
    "error, message, offence",
    [
        (ValueError, "`t` must lie in [0, 1]; got a maximum of 1.37.", lambda: FIELD.velocity(X, np.array([0.0, 1.37, 1.0]))),
        (ValueError, "`t` must lie in [0, 1]; got -0.5.", lambda: FIELD.velocity(X, -0.5)),
        (ValueError, "`t` must lie in [0, 1]; got a maximum of nan.", lambda: FIELD.velocity(X, np.array([0.0, np.nan, 1.0]))),
        (ValueError, "`t` must lie in [0, 1]; got a maximum of 2.", lambda: FIELD.path.schedule.alpha(2)),
        (ValueError, "`t` must be a number or have the shape of leading axes of (3,); got (2,).", lambda: FIELD.score(X, np.zeros(2))),
        (ValueError, "`t` must be a number or have the shape of leading axes of (3,); got (3, 2).", lambda: FIELD.score(X, X)),
        (ValueError, "`t` must be a number or have the shape of leading axes of (3, 2); got (2,).", lambda: PATH.point(np.zeros(2), X, X)),
        (TypeError, "`t` must be a number or an array of the library of `x`, or of NumPy; got str.", lambda: FIELD.score(X, "0.5")),
        (TypeError, "`t` must have a floating-point dtype; got int64.", lambda: FIELD.score(X, np.zeros(3, dtype=np.int64))),
        (TypeError, "`x` must be an array of NumPy, PyTorch or JAX; got list.", lambda: FIELD.velocity([[0.0, 0.0]], 0.5)),
        (TypeError, "`x` must have a floating-point dtype; got torch.int64.", lambda: FIELD.velocity(torch.zeros(3, 2, dtype=torch.int64), 0.5)),
        (ValueError, "`x` must have a last axis of length 2; got shape (2, 3).", lambda: FIELD.velocity(X.T, 0.5)),
        (ValueError, "`word` must be one of data, noise, velocity, v_prediction, score; got 'v'.", lambda: FIELD.predict(X, 0.5, "v")),
        (ValueError, "`noise` must have the shape of `data`, (3, 2); got (2,).", lambda: PATH.point(0.5, X, X[0])),
        (TypeError, "`noise` must have the dtype of `data`, float64; got float32.", lambda: PATH.point(0.5, X, X.astype(np.float32))),
        (TypeError, "`noise` must be an array of the library of `data`; got torch.Tensor.", lambda: PATH.point(0.5, X, torch.zeros(3, 2))),
        (TypeError, "`velocity` must be given exactly two of `x`, `data`, `noise`; got `x`.", lambda: PATH.velocity(0.5, x=X)),
        (TypeError, "`score` must be given exactly two of `x`, `data`, `noise`; got all three.", lambda: PATH.score(0.5, x=X, data=X, noise=X)),
        (ValueError, "`want` must be one of data, noise, velocity, v_prediction, score; got 'x0'.", lambda: PATH.convert(X, X, 0.5, given="noise", want="x0")),
        (ValueError, "`score` from `x` and `data` has no finite value at `t` = 1, where alpha_t = 1, sigma_t = 0.", lambda: PATH.score(1.0, x=X, data=X)),
        (ValueError, "`data` from `noise` has no finite value at `t` = 0, where alpha_t = 0, sigma_t = 1.", lambda: PATH.convert(X, X, np.array([0.5, 0.0, 1.0]), given="noise", want="data")),
        (ValueError, "`velocity` from `data` and `noise` has no finite value at `t` = 1, where dalpha_t = 0.05, dsigma_t = -inf.", lambda: FIELD.path.velocity(1.0, data=X, noise=X + 1)),
        (ValueError, "`sigma_min` must lie in [0, 1); got 1.", lambda: ri.schedules.Linear(1)),
        (TypeError, "`sigma_min` must be a real number; got str.", lambda: ri.schedules.Linear("0.1")),
        (ValueError, "`beta_min` must be positive; got 0.", lambda: ri.schedules.VariancePreserving(beta_min=0)),
        (ValueError, "`beta_max` must be at least `beta_min`, 0.1; got 0.05.", lambda: ri.schedules.VariancePreserving(beta_max=0.05)),
        (ValueError, "`beta_max` must be finite; got inf.", lambda: ri.schedules.VariancePreserving(beta_max=np.inf)),
        (ValueError, "`log_snr` must lie in [-10.05, inf] for VariancePreserving(beta_min=0.1, beta_max=20.0); got -11.", lambda: FIELD.path.schedule.time_at_log_snr(-11.0)),
        (TypeError, "`schedule` must be a schedule of refimpl; got str.", lambda: ri.GaussianPath("linear")),
        (TypeError, "`path` must be a GaussianPath; got Linear.", lambda: ri.MarginalField(ri.schedules.Linear(), GM3)),
        (TypeError, "`distribution` must be a GaussianMixture or a Gaussian; got ndarray.", lambda: ri.MarginalField(PATH, X)),
        (ValueError, "`weights` must be positive; got a minimum of 0.", lambda: ri.GaussianMixture([0, 1], X[:2], 1.0)),
        (ValueError, "`weights` must add up to 1 within 1e-12; got a sum of 0.99.", lambda: ri.GaussianMixture([0.5, 0.49], X[:2], 1.0)),
        (ValueError, "`weights` must have shape (2,), one for each mean; got (3,).", lambda: ri.GaussianMixture([0.5, 0.3, 0.2], X[:2], 1.0)),
        (ValueError, "`means` must have shape (K, d); got (2,).", lambda: ri.GaussianMixture([0.5, 0.5], [0.0, 1.0], 1.0)),
        (ValueError, "`means` must be finite; got nan.", lambda: ri.GaussianMixture([1.0], [[np.nan]], 1.0)),
        (ValueError, "`variances` must be positive; got a minimum of -1.", lambda: ri.GaussianMixture([0.5, 0.5], X[:2], [1, -1])),
        (ValueError, "`variances` must be a number or have shape (2,) or (2, 2); got (3,).", lambda: ri.GaussianMixture([0.5, 0.5], X[:2], [1, 1, 1])),
        (TypeError, "`variances` or `covariances` must be given, exactly one of them; got none.", lambda: ri.GaussianMixture([0.5, 0.5], X[:2])),
        (ValueError, "`covariances` must have shape (1, 2, 2); got (2, 2).", lambda: ri.GaussianMixture([1.0], X[:1], covariances=np.eye(2))),
        (ValueError, "`covariances` must be symmetric; got a matrix 0 that is not.", lambda: ri.GaussianMixture([1.0], X[:1], covariances=[[[1, 0.5], [0.4, 1]]])),
        (ValueError, "`covariance` must be positive definite; got the eigenvalue -1 of the correlations of component 0.", lambda: ri.Gaussian(X[0], [[1, 2], [2, 1]])),
        (ValueError, "`covariance` must be positive definite; got the diagonal entry 0 in component 0.", lambda: ri.Gaussian(X[0], [[1, 0], [0, 0]])),
        (ValueError, "`covariance` must have shape (2, 2); got (2,).", lambda: ri.Gaussian(X[0], [1.0, 1.0])),
        (ValueError, "`n` must not be negative; got -1.", lambda: GM3.sample(-1, 0)),
        (TypeError, "`n` must be a whole number; got float.", lambda: GM3.sample(2.0, 0)),
        (TypeError, "`seed` must be a whole number or a NumPy Generator; got NoneType.", lambda: GM3.sample(2, None)),
        (TypeError, "`like` must be an array of NumPy, PyTorch or JAX; got str.", lambda: GM3.sample(2, 0, like="torch")),
        (ValueError, "`uniforms` must have shape (n, 3); got (3, 2).", lambda: GM3.transform(X)),
        (ValueError, "`uniforms` must lie strictly between 0 and 1; got values from 0 to 0.", lambda: GM3.transform(np.zeros((1, 3)))),
        (ValueError, "`x` must not require gradients, which the integration of a mixture's flow cannot carry; got one.", lambda: FIELD.flow(torch.zeros(3, 2, requires_grad=True), 0.0, 1.0)),
        (ValueError, "`t_to` must lie in [0, 1]; got 1.5.", lambda: FIELD.flow(X, 0.0, 1.5)),
    ],
)  # fmt: skip
def test_errors_are_one_sentence_that_names_the_argument_the_rule_and_what_came(error, message, offence):
    with pytest.raises(error) as caught:
        offence()
    assert str(caught.value) == message


def test_what_is_not_a_number_goes_through():
    """Not finite in, not finite out: an error is raised only where finite points meet a value that is not."""
    result = FIELD.velocity(np.array([[np.nan, 0.0], [0.3, 0.2]]), 0.5)
    assert np.isnan(result[0]).all()
    close(result[1], FIELD.velocity(np.array([0.3, 0.2]), 0.5))
    assert np.isnan(PATH.score(1.0, x=np.full(1, np.nan), data=np.zeros(1)))[0]

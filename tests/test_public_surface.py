"""The public surface: names, shapes, dtypes, devices, errors, and the same values on every backend."""

import itertools

import numpy as np
import pytest

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import components, marginals
from tests.accuracy import agree, close, condition, converged, of_field, within

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SCHEDULES = [
    ri.schedules.Linear(),
    ri.schedules.Trigonometric(),
    ri.schedules.VariancePreserving(),
    ri.schedules.Cosine(),
]
WORDS = ("data", "noise", "velocity", "v_prediction", "score")
FIELD_METHODS = (
    *("velocity", "score", "denoiser", "noise_prediction", "v_prediction"),
    *("log_density", "divergence", "posterior_covariance", "responsibilities"),
)
METHODS = dict(zip(WORDS, ("denoiser", "noise_prediction", "velocity", "v_prediction", "score"), strict=True))
VECTORS = METHODS.values()
RANDOM = np.random.default_rng(7)
GM3 = ri.reference_mixture()
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), GM3)
FACTOR = np.array([[1.0, 0.0, 0.0], [0.6, 0.5, 0.0], [-0.3, 0.8, 0.2]])
TURNED = ri.GaussianMixture([0.4, 0.6], [[0, 0, 0], [1, 0, 2]], covariances=[FACTOR @ FACTOR.T, FACTOR.T @ FACTOR])
ROUND = ri.GaussianMixture([0.25, 0.75], [[1.0, 0.0, -1.0], [0.0, 2.0, 0.5]], variances=[0.3, 0.7])

every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
every_method = pytest.mark.parametrize("method", FIELD_METHODS)


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
        known = condition(getattr(schedule, name), t)
        close(ours, getattr(schedule, name)(t.astype(np.float64)), known, known)
        close(theirs, ours, known, known)
    levels, known = schedule.log_snr(t), condition(schedule.log_snr, t)
    known = condition(schedule.time_at_log_snr, levels, sizes=(known,))
    close(schedule.time_at_log_snr(torch.asarray(levels)), t, known)
    assert schedule.at(t).keys() == {"alpha_t", "sigma_t", "dalpha_t", "dsigma_t", "half_variance_rate", "log_snr"}


def in_noising_time(rate, t):
    """A gradient is taken at s = 1 - t, which has been rounded, and a rate at t."""
    return condition(lambda s: rate(1 - s), 1 - t)


@every_schedule
def test_gradients_of_a_schedule_are_its_rates_even_at_the_ends(schedule):
    t = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64, requires_grad=True)
    for scale, rate in ((schedule.alpha, schedule.dalpha), (schedule.sigma, schedule.dsigma)):
        (gradient,) = torch.autograd.grad(scale(t).sum(), t)
        known = in_noising_time(rate, t[:2])
        if isinstance(schedule, ri.schedules.VariancePreserving):  # expm1 is differentiated as itself plus 1
            known = known + np.abs(rate(t)[:2].detach().numpy()) / schedule.alpha(t)[:2].detach().numpy() ** 2
        close(gradient[:2], rate(t)[:2], known, condition(rate, t[:2]))
    (gradient,) = torch.autograd.grad(schedule.alpha(t).sum(), t)
    close(gradient, schedule.dalpha(t), in_noising_time(schedule.dalpha, t), condition(schedule.dalpha, t))


# ---- paths ----------------------------------------------------------------------------------------------------------


@every_schedule
@pytest.mark.parametrize("method", ["velocity", "score", "v_prediction"])
def test_any_two_of_three_give_the_same(schedule, method):
    path, t = ri.GaussianPath(schedule), np.array([0.2, 0.5, 0.9])
    data, noise = RANDOM.standard_normal((2, 3, 4, 5))
    x = path.point(t, data, noise)
    quantity, of_x = getattr(path, method), condition(path.point, t, data, noise)
    known = condition(lambda t, data, noise: quantity(t, data=data, noise=noise), t, data, noise)
    expected = quantity(t, data=data, noise=noise)
    for name, value in (("data", data), ("noise", noise)):
        own = condition(lambda t, x, v, name=name: quantity(t, x=x, **{name: v}), t, x, value, sizes=(t, of_x, value))
        close(quantity(t, x=x, **{name: value}), expected, own, known)


@every_schedule
@pytest.mark.parametrize("given, want", list(itertools.product(WORDS, WORDS)))
def test_conversions(schedule, given, want):
    """All five predictions made from data and noise; each is found from each other one."""
    path, t = ri.GaussianPath(schedule), np.array([0.3, 0.6])
    data, noise = RANDOM.standard_normal((2, 2, 3))
    x = path.point(t, data, noise)

    def made(name):
        return {"data": lambda t, data, noise: data, "noise": lambda t, data, noise: noise}.get(
            name, lambda t, data, noise: getattr(path, name)(t, data=data, noise=noise)
        )

    value, expected = made(given)(t, data, noise), made(want)(t, data, noise)
    found = path.convert(value, x, t, given=given, want=want)
    if given == want:
        np.testing.assert_array_equal(found, expected)
        return
    sizes = (condition(made(given), t, data, noise), condition(path.point, t, data, noise), t)
    own = condition(lambda v, x, t: path.convert(v, x, t, given=given, want=want), value, x, t, sizes=sizes)
    close(found, expected, own, condition(made(want), t, data, noise))


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
    last = {
        "log_density": (),
        "divergence": (),
        "posterior_covariance": (d, d),
        "responsibilities": (len(distribution.weights),),
    }
    shape = (4, 3, *last.get(method, (d,)))
    quantity = getattr(field, method)
    expected = quantity(x, t)
    assert expected.shape == shape
    rows = [quantity(x[i, j], float(t[i])) for i in range(4) for j in range(3)]  # no axis in front, a number for t
    vectors, known = method in VECTORS, of_field(field, method, x, t)
    close(np.stack(rows).reshape(shape), expected, known, known, vectors=vectors)
    for dtype in (torch.float32, torch.float64):
        tensor = quantity(torch.asarray(x).to(dtype), torch.asarray(t))
        assert tensor.dtype == dtype and tuple(tensor.shape) == shape
        rounded = x.astype(str(dtype).removeprefix("torch."))
        known = of_field(field, method, rounded, t.astype(rounded.dtype))
        close(tensor, quantity(rounded, t), known, known, vectors=vectors)
    rounded = x.astype(np.float32)
    precise, wide = quantity(rounded, t, precise=True), quantity(rounded.astype(np.float64), t)
    np.testing.assert_array_equal(precise, wide.astype(np.float32))


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
        value, (of_value, of_wanted) = (
            FIELD.predict(x, 0.4, given),
            (of_field(FIELD, METHODS[w], x, 0.4) for w in (given, want)),
        )

        def convert(v, x, t, given=given, want=want):
            return FIELD.path.convert(v, x, t, given=given, want=want)

        own = condition(convert, value, x, 0.4, sizes=(of_value, x, 0.4))
        close(convert(value, x, 0.4), FIELD.predict(x, 0.4, want), own, of_wanted, vectors=True)


@every_schedule
@pytest.mark.parametrize("mixture", [GM3, TURNED], ids=repr)
def test_the_field_is_the_plain_reference(schedule, mixture):
    """Averages over stacked components by the generated mixture formulas, and conditioning with full covariances."""
    field, t, n = ri.MarginalField(ri.GaussianPath(schedule), mixture), 0.35, 6
    x = field.sample(n, t, seed=3)
    scales = schedule.at(np.asarray(t))
    density, velocity, score, divergence, denoised = [], [], [], [], []
    for mean, covariance in zip(mixture.means, mixture.covariances, strict=True):
        variance, basis = np.linalg.eigh(covariance)
        known = dict(scales, x=x @ basis, mean=mean @ basis, variance=variance, xp=np)
        density.append(np.exp(call(components.log_density, **known).sum(-1)))
        velocity.append(call(components.velocity, **known) @ basis.T)
        score.append(call(components.score, **known) @ basis.T)
        # one coordinate of the divergence: the diagonal of the component's Jacobian in x's coordinates
        divergence.append(np.broadcast_to((basis**2) @ call(components.divergence, **known), x.shape))
        denoised.append(call(marginals.posterior_mean, **known | {"x": x, "mean": mean, "covariance": covariance}))
    density, velocity, score, divergence, denoised = map(np.stack, (density, velocity, score, divergence, denoised))
    weight = mixture.weights[:, None, None]
    known = {"weight": weight, "density": density[..., None], "xp": np}
    expected = marginals.divergence(
        component_velocity=velocity, component_score=score, component_divergence=divergence, **known
    )
    for name, value in {
        "velocity": marginals.velocity(component_velocity=velocity, **known),
        "score": marginals.velocity(component_velocity=score, **known),
        "denoiser": marginals.velocity(component_velocity=denoised, **known),
        "divergence": expected.sum(-1),
        "log_density": np.log((mixture.weights[:, None] * density).sum(0)),
    }.items():
        conditions = of_field(field, name, x, t)
        close(getattr(field, name)(x, t), value, conditions, conditions, vectors=name in VECTORS)


def test_a_distribution_is_the_end_of_its_field():
    x = GM3.sample(5, seed=2)
    known = of_field(FIELD, "log_density", x, 1.0)
    close(GM3.log_density(x), FIELD.log_density(x, 1.0), known, known)
    close(GM3.log_density(torch.asarray(x)), FIELD.log_density(x, 1.0), known, known)
    single, diagonal = ri.Gaussian([1.0, -1.0], np.diag([2.0, 0.5])), np.array([2.0, 0.5])
    agree(single.log_density, lambda x: -((x - [1, -1]) ** 2 / diagonal).sum(-1) / 2 - np.log(2 * np.pi), x)


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
    turn = np.array([[0.6, -0.8, 0.0], [0.48, 0.36, -0.8], [0.64, 0.48, 0.6]])
    turned = ri.GaussianMixture(TURNED.weights, TURNED.means @ turn.T, covariances=turn @ TURNED.covariances @ turn.T)
    x = RANDOM.standard_normal((5, 3))
    here, there = ri.MarginalField(FIELD.path, TURNED), ri.MarginalField(FIELD.path, turned)
    for name, back in (("velocity", turn.T), ("divergence", 1)):
        known = of_field(here, name, x, 0.6), of_field(there, name, x @ turn.T, 0.6)
        vectors, value = name in VECTORS, getattr(here, name)(x, 0.6)
        value = value @ back if vectors else value
        close(getattr(there, name)(x @ turn.T, 0.6), value, *known, vectors=vectors)


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
        for i in range(4):
            row, times = x[i].numpy().astype(float), (start[i].item(), end[i].item())
            known = condition(lambda x, a, b, field=field: field.flow(x, a, b), row, *times)
            alone = field.flow(row, *times) if i != 1 else row  # for which no time passes
            close(moved[i], alone, known, known, vectors=True)


def test_the_closed_form_of_a_flow_is_the_integral_of_its_velocity():
    covariance = [[0.5, 0.2], [0.2, 0.4]]
    one = ri.MarginalField(FIELD.path, ri.Gaussian([1.0, -2.0], covariance))
    two = ri.MarginalField(FIELD.path, ri.GaussianMixture([0.5, 0.5], [[1.0, -2.0]] * 2, covariances=[covariance] * 2))
    x = RANDOM.standard_normal((3, 2))
    integrated, allowed = converged(lambda error: two.flow(x, 0.1, 0.9, rtol=error, atol=error))
    within(one.flow(x, 0.1, 0.9), integrated, allowed)

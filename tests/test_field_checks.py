"""`check_field`: right predictions pass in every word, and each mistake is called by its name."""

import numpy as np
import pytest

import refimpl as ri
from refimpl.path import WORDS
from refimpl.testing import check_field
from refimpl.testing.places import allowed, places

MIXTURE = ri.reference_mixture()
VP = ri.GaussianPath(ri.schedules.VariancePreserving())
FIELD = ri.MarginalField(VP, MIXTURE)
LINEAR = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), MIXTURE)
TABLE = ri.MarginalField(ri.GaussianPath(ri.schedules.Discrete(np.linspace(1e-4, 0.02, 1000))), MIXTURE)
EMPIRICAL = ri.MarginalField(VP, ri.Empirical(np.random.default_rng(0).normal(size=(12, 2))))


def column(t):
    return np.asarray(t)[:, None]


def sigma(t):
    return VP.schedule.sigma(column(t))


def alpha(t):
    return VP.schedule.alpha(column(t))


def conditional(x, t):
    away = ((x[:, None] - alpha(t)[..., None] * MIXTURE.means) ** 2).sum(-1)
    return VP.velocity(t, x=x, data=np.asarray(MIXTURE.means)[away.argmin(1)])


def prior_weights(x, t):
    each = [ri.MarginalField(VP, ri.Gaussian(m, c)) for m, c in zip(MIXTURE.means, MIXTURE.covariances, strict=True)]
    return sum(w * one.denoiser(x, t) for w, one in zip(MIXTURE.weights, each, strict=True))


def wrong_axis_of_two(x, t):
    a = VP.schedule.alpha(t) if len(t) == 2 else alpha(t)
    return (x - a * FIELD.denoiser(x, t)) / sigma(t)


MISTAKES = {
    "sign": ("velocity", lambda x, t: -FIELD.velocity(x, t), "It is the velocity with the opposite sign"),
    "time": ("noise", lambda x, t: FIELD.noise_prediction(x, 1 - t), "Its time runs from data to noise"),
    "time and sign": ("velocity", lambda x, t: -FIELD.velocity(x, 1 - t), "minus the answer at 1 - t"),
    "v for velocity": ("velocity", FIELD.v_prediction, "It is the v-prediction, not the velocity"),
    "velocity for v": ("v_prediction", FIELD.velocity, "It is the velocity, not the v-prediction"),
    "noise for score": ("score", FIELD.noise_prediction, "It is the noise, not the score"),
    "minus noise": ("score", lambda x, t: -FIELD.noise_prediction(x, t), "It is the noise with the opposite sign"),
    "data for noise": ("noise", FIELD.denoiser, "It is the data (the denoiser), not the noise"),
    "divided": ("score", lambda x, t: FIELD.score(x, t) / sigma(t), "It is the score, divided by sigma."),
    "scaled": ("data", lambda x, t: alpha(t) * FIELD.denoiser(x, t), "It is the data (the denoiser), scaled by alpha."),
    "twice": ("score", lambda x, t: 2 * FIELD.score(x, t), "It is the score, twice too large."),
    "a factor": ("noise", lambda x, t: 1.001 * FIELD.noise_prediction(x, t), "It is 1.001 times the noise."),
    "conditional": ("velocity", conditional, "conditional in the place of marginal"),
    "mean of all": ("data", lambda x, t: np.tile(MIXTURE.mean(), (len(x), 1)), "prior for posterior"),
    "prior weights": ("data", prior_weights, "averaged with the weights that they have before x is seen"),
    "no derivatives": (
        "velocity",
        lambda x, t: FIELD.denoiser(x, t) - FIELD.noise_prediction(x, t),
        "A derivative is missing: it is data - noise, which is the velocity on the linear path only.",
    ),
    "one derivative": (
        "velocity",
        lambda x, t: alpha(t) * FIELD.denoiser(x, t) + VP.schedule.dsigma(column(t)) * FIELD.noise_prediction(x, t),
        "A derivative is missing: alpha data in the place of dalpha/dt data.",
    ),
    "taken for another": (
        "velocity",
        lambda x, t: VP.convert(FIELD.v_prediction(x, t), x, t, given="noise", want="velocity"),
        "The v-prediction is taken for the noise and converted.",
    ),
    "scaled points": ("data", lambda x, t: FIELD.denoiser(alpha(t) * x, t), "It takes its points for data + (sigma"),
    "affine": ("data", lambda x, t: 0.3 * x + FIELD.denoiser(x, t), "it is 0.3 x + 1 times the data"),
    "first time": ("velocity", lambda x, t: FIELD.velocity(x, t[0]), "t is broadcast over the wrong axis"),
    "square": ("noise", wrong_axis_of_two, "as many points as the last axis has entries, 2"),
    "raises": ("noise", lambda x, t: x / t, "With 2 points, as many as the last axis has entries, it does not"),
    "a number": ("velocity", lambda x, t: FIELD.velocity(x, float(t)), 'is checked with t="one"'),
    "not finite": ("data", lambda x, t: x * np.nan, "not finite at"),
    "underflow": (
        "data",
        lambda x, t: np.where(column(t) > 0.99, np.nan, FIELD.denoiser(x, t)),
        "t = 0.999: densities",
    ),
    "unknown": ("data", lambda x, t: FIELD.denoiser(x, t) + 0.01 * np.tanh(x), "No known mistake."),
    "float32": (
        "velocity",
        lambda x, t: FIELD.velocity(x.astype("f4"), t.astype("f4")),
        "right, but it is computed in float32",
    ),
}


@pytest.mark.parametrize("case", MISTAKES, ids=str)
def test_the_mistake_is_named_first_and_figures_follow(case):
    word, predict, phrase = MISTAKES[case]
    found = check_field(predict, FIELD, predicts=word, experiment=False)
    assert not found and found.statistic > 1
    assert phrase in found.words, found.words
    assert "Measured: " not in found.words[:20]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("word", WORDS)
def test_the_right_one_passes_and_its_meaning_holds(word, dtype):
    found = check_field(lambda x, t: FIELD.predict(x, t, word), FIELD, predicts=word, dtype=dtype).require()
    assert found.statistic < 0.1 and found.details["experiment"]["passed"]
    assert found.power < (1e-10 if dtype == "float64" else 1e-2)


@pytest.mark.parametrize("word", WORDS)
def test_the_experiment_of_the_meaning_rejects_by_itself(word):
    found = check_field(lambda x, t: -FIELD.predict(x, t, word), FIELD, predicts=word)
    assert not found.details["experiment"]["passed"]


def test_a_table_a_data_set_and_one_time_for_all():
    for word in ("data", "noise", "v_prediction", "score"):
        check_field(lambda x, t, w=word: TABLE.predict(x, t, w), TABLE, predicts=word, experiment=False).require()
    found = check_field(lambda x, t: TABLE.noise_prediction(x, np.round(t * 1000 + 1) / 1000), TABLE, predicts="noise")
    assert "one row of the table nearer to the data" in found.words
    check_field(EMPIRICAL.denoiser, EMPIRICAL, predicts="data", experiment=False).require()
    points = np.asarray(EMPIRICAL.distribution.points)

    def nearest(x, t):
        return points[((x[:, None] - alpha(t)[..., None] * points) ** 2).sum(-1).argmin(1)]

    found = check_field(nearest, EMPIRICAL, predicts="data", experiment=False)
    assert "It knows the nearest data point alone: conditional" in found.words
    seen = []

    def with_a_number(x, t):
        seen.append(t)
        return LINEAR.velocity(x, t)

    check_field(with_a_number, LINEAR, t="one", experiment=False).require()
    assert all(isinstance(t, float) for t in seen) and len(set(seen)) == len(seen)


def test_images_in_pytorch_with_a_mistake_along_their_last_axis():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    law = ri.GaussianMixture([0.5, 0.5], np.eye(2, 12), variances=np.full((2, 12), 0.4))
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), law)

    def velocity(x, t, last=False):
        assert isinstance(x, torch.Tensor) and x.dtype == torch.float32 and x.shape[1:] == (3, 2, 2)
        data = field.denoiser(x.flatten(1), t).reshape(x.shape)
        return (data - x) / (1 - (t if last else t[:, None, None, None]))

    options = {"shape": (3, 2, 2), "dtype": "float32", "backend": "torch", "experiment": False}
    check_field(velocity, field, **options).require()
    found = check_field(lambda x, t: velocity(x, t, last=len(t) == 2), field, **options)
    assert "t is broadcast over the wrong axis: where there are as many points" in found.words


def test_a_trained_network_is_allowed_its_error():
    rough = lambda x, t: FIELD.velocity(x, t) + 0.01 * np.sin(7 * x)  # noqa: E731
    options = {"times": [0.3, 0.5, 0.7], "experiment": False}
    assert not check_field(rough, FIELD, **options)
    assert check_field(rough, FIELD, accuracy=0.1, **options)
    found = check_field(lambda x, t: -rough(x, t), FIELD, accuracy=0.1, **options)
    assert "It is the velocity with the opposite sign" in found.words


def test_hard_points_are_among_them_and_conditioning_decides():
    where = places(LINEAR, [0.1, 0.9], 0, "float64", 2)
    late = where.x[where.pieces[1]]
    for mean in np.asarray(MIXTURE.means):
        assert np.abs(late - LINEAR.path.schedule.alpha(0.9) * mean).max(axis=1).min() == 0
    assert np.linalg.norm(late, axis=1).min() < 0.01
    spread = np.sqrt(np.trace(MIXTURE.covariance()))
    assert np.linalg.norm(late, axis=1).max() > 3 * spread
    truth = LINEAR.velocity(where.x, where.t)
    double, single = (allowed(LINEAR, "velocity", where, truth, dtype) for dtype in ("float64", "float32"))
    assert np.all(single / double == 2**29)
    tight = ri.MarginalField(
        LINEAR.path, ri.GaussianMixture([0.5, 0.5], [[10.0, 0], [10.1, 0]], variances=np.full((2, 2), 1e-6))
    )
    near = places(tight, [0.5, 0.99], 0, "float64", 2)
    sizes = np.linalg.norm(tight.score(near.x, near.t), axis=1)
    share = allowed(tight, "score", near, tight.score(near.x, near.t), "float64") / np.maximum(sizes, 1e-300)
    assert np.median(share[near.pieces[1]]) > 30 * np.median(share[near.pieces[0]])

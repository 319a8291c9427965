"""How an error in one prediction is an error in another, and what preconditioning does, without our derivations."""

from functools import partial

import numpy as np
import pytest

import refimpl as ri
from refimpl.formulas import conversions
from tests.accuracy import agree, close, condition

DATA, NOISE = np.array([2.0, 1.0]), np.array([0.5, -1.0])
GM3 = ri.reference_mixture()
LINEAR = ri.schedules.Linear()
SCHEDULES = [
    LINEAR,
    ri.schedules.Linear(sigma_min=0.2),
    ri.schedules.Trigonometric(),
    ri.schedules.VariancePreserving(),
]


def of_squared(path, want, wrong, x, t):
    """The two predictions are computed and err by themselves before they are subtracted."""
    convert = partial(path.convert, given="noise", want=want)
    values = [convert(n, x, t) for n in (NOISE, wrong)]
    return condition(lambda a, b: (a - b) ** 2, *values, sizes=[condition(convert, n, x, t) for n in (NOISE, wrong)])


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_an_error_in_the_noise_becomes_this_error_elsewhere(schedule):
    path = ri.GaussianPath(schedule)
    for t in np.linspace(0.05, 0.95, 7):
        x, known = path.point(t, DATA, NOISE), schedule.at(t)
        wrong = NOISE + np.array([0.3, -0.7])
        known["squared_noise_error"] = (wrong - NOISE) ** 2
        for want in ("data", "velocity", "v_prediction", "score"):

            def squared(noise, wrong, x, t, want=want):
                true, said = (path.convert(n, x, t, given="noise", want=want) for n in (noise, wrong))
                return (said - true) ** 2

            formula = getattr(conversions, f"{want}_error")
            inputs = {k: v for k, v in known.items() if k in formula.__code__.co_varnames}
            of_formula = condition(
                lambda *given, f=formula, names=tuple(inputs): f(**dict(zip(names, given, strict=True))),
                *inputs.values(),
            )
            close(formula(**inputs), squared(NOISE, wrong, x, t), of_formula, of_squared(path, want, wrong, x, t))


def test_losses_of_noise_and_velocity_are_not_equal():
    """On the linear path the factor is 1/(1-s)² in s = 1 - t; losses of the exact denoiser of the reference mixture."""
    for s, noise_loss, velocity_loss in ((0.25, 1.1995, 2.1324), (0.5, 0.8913, 3.5652), (0.9, 0.0497, 4.9746)):
        found = conversions.velocity_error(
            squared_noise_error=noise_loss, alpha_t=1 - s, sigma_t=s, dalpha_t=1.0, dsigma_t=-1.0
        )
        assert found == pytest.approx(velocity_loss, rel=0.5e-4 / noise_loss)  # noise_loss is printed with 4 places


def test_the_losses_of_the_reference_mixture():
    """By 400 000 samples: the mean squared error of the exact noise prediction at t = 0.5 is 0.8913."""
    path = ri.GaussianPath(LINEAR)
    random = np.random.default_rng(3)
    data, noise = GM3.sample(400_000, 5), random.standard_normal((400_000, 2))
    x = path.point(0.5, data, noise)
    errors = np.sum((ri.MarginalField(path, GM3).noise_prediction(x, 0.5) - noise) ** 2, axis=1)
    assert abs(errors.mean() - 0.8913) < 5 * errors.std() / np.sqrt(len(errors))  # false alarm 6e-7


def test_preconditioning_is_a_regression():
    """Data ±0.5, noise ±1.3: the share passed on is the regression of data on input, c_out what is left."""
    from array_api_compat import numpy as xp

    def regression(sigma, spread):
        data, noise = spread * np.array([1.0, 1.0, -1.0, -1.0]), sigma * np.array([1.0, -1.0, 1.0, -1.0])
        (share,), (rest,), *_ = np.linalg.lstsq((data + noise)[:, None], data, rcond=None)
        return np.array([share, np.sqrt(rest / 4), 1 / np.std(data + noise)])

    def preconditioning(sigma, spread):
        found = conversions.edm_preconditioning(edm_sigma=np.float64(sigma), sigma_data=np.float64(spread), xp=xp)
        return np.array(found[:3])

    agree(preconditioning, regression, 1.3, 0.5)

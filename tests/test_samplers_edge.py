"""The public edge of the samplers: every library, where noise comes from, gradients, and wrong calls."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl as ri
from tests.accuracy import close, of_field, within
from tests.accuracy import slope as difference_quotient
from tests.run_accuracy import run_conditions

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

VP, LINEAR = ri.schedules.VariancePreserving(), ri.schedules.Linear()
FIELD = ri.MarginalField(ri.GaussianPath(VP), ri.reference_mixture())
X = np.random.default_rng(0).normal(size=(6, 2))
TIMES = np.linspace(0.1, 1.0, 5)
RUNS = {
    "ddim": {},
    "euler": {"method": "euler"},
    "fresh noise": {"eta": 0.6, "seed": 3},
    "ddpm": {"method": "ddpm", "seed": 3},
    "fixed large": {"method": "ddpm_fixed_large", "seed": 3},
    "reverse process": {"method": "euler_maruyama", "seed": 3},
    "diffusion sigma": {"method": "euler_maruyama", "diffusion": VP.sigma, "seed": 3},
}
every_run = pytest.mark.parametrize("run", RUNS)
step, sample = ri.samplers.step, ri.samplers.sample


def noise_of(x, t):
    return FIELD.noise_prediction(x, t)


def conditions(times=TIMES, seed=None, noise=None, **options):
    """The condition numbers of the points of a run."""
    if seed is not None:
        noise = np.random.default_rng(seed).standard_normal((len(times) - 1, *X.shape))

    def of_noise(x, t):
        return of_field(FIELD, "noise_prediction", x, t)

    return run_conditions(noise_of, VP, X, times, "noise", of_noise, noise, **options)


# ---- libraries -----------------------------------------------------------------------------------------------------


@every_run
def test_pytorch_gives_what_numpy_gives_and_keeps_the_dtype(run):
    want = sample(noise_of, VP, X, TIMES, trajectory=True, **RUNS[run])
    got = sample(noise_of, VP, torch.tensor(X), TIMES, trajectory=True, **RUNS[run])
    known = conditions(**RUNS[run])
    close(got.points, want.points, known, known, vectors=True)
    single = sample(noise_of, VP, torch.tensor(X, dtype=torch.float32), TIMES, **RUNS[run])
    assert single.dtype == torch.float32
    close(single, want.points[-1], known[-1], known[-1], vectors=True)


@every_run
def test_gradients_flow_through_a_step(run):
    x = torch.tensor(X, requires_grad=True)
    options = {name: value for name, value in RUNS[run].items() if name != "seed"}
    if "seed" in RUNS[run]:
        options["noise"] = torch.ones(6, 2, dtype=torch.float64)

    def go(x):
        return step(noise_of, VP, x, 0.3, 0.5, **options)

    (slope,) = torch.autograd.grad(go(x).sum(), x)
    moved, allowed = difference_quotient(lambda h: go(torch.tensor(X + h)).sum(), 0.0)
    within(slope.sum(), moved, allowed)


@every_run
def test_jax_compiles_a_step_with_traced_times(run):
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax runs the JAX checks")
    jax.config.update("jax_enable_x64", True)
    options = {name: value for name, value in RUNS[run].items() if name != "seed"}
    noisy = {"noise": np.ones((6, 2))} if "seed" in RUNS[run] else {}
    want = step(noise_of, VP, X, 0.3, 0.5, **options, **noisy)

    @jax.jit
    def go(x, t_from, t_to, noise):
        given = {"noise": noise} if noisy else {}
        return step(noise_of, VP, x, t_from, t_to, **options, **given)

    got = go(jax.numpy.asarray(X), jax.numpy.asarray(0.3), jax.numpy.asarray(0.5), jax.numpy.ones((6, 2)))
    known = conditions([0.3, 0.5], **options, **({"noise": noisy["noise"][None]} if noisy else {}))[-1]
    close(got, want, known, known, vectors=True)


# ---- noise ---------------------------------------------------------------------------------------------------------


def test_a_seed_is_the_noise_that_numpy_draws_from_it():
    noise = np.random.default_rng(3).standard_normal((4, *X.shape))
    for options in ({"eta": 0.6}, {"method": "ddpm"}):
        drawn = sample(noise_of, VP, X, TIMES, seed=3, **options)
        assert np.array_equal(drawn, sample(noise_of, VP, X, TIMES, noise=noise, **options))
        assert np.array_equal(drawn, sample(noise_of, VP, X, TIMES, seed=np.random.default_rng(3), **options))
        assert np.max(np.abs(drawn - sample(noise_of, VP, X, TIMES, seed=4, **options))) > 0.01


def test_eta_one_is_ancestral_sampling():
    ancestral = sample(noise_of, VP, X, TIMES, method="ddpm", seed=3)
    known = conditions(method="ddpm", seed=3)[-1], conditions(eta=1.0, seed=3)[-1]
    close(sample(noise_of, VP, X, TIMES, eta=1.0, seed=3), ancestral, *known, vectors=True)
    assert np.max(np.abs(sample(noise_of, VP, X, TIMES, eta=0.99, seed=3) - ancestral)) > 1e-3


def test_without_a_coefficient_the_process_is_the_noising_process_backwards():
    same = sample(noise_of, VP, X, TIMES, method="euler_maruyama", diffusion=VP.diffusion, seed=3)
    known = conditions(method="euler_maruyama", seed=3)[-1]
    close(sample(noise_of, VP, X, TIMES, method="euler_maruyama", seed=3), same, known, known, vectors=True)
    still = sample(noise_of, VP, X, TIMES, method="euler_maruyama", diffusion=0.0, seed=3)
    known = conditions(method="euler")[-1]
    close(still, sample(noise_of, VP, X, TIMES, method="euler"), known, known, vectors=True)


def test_a_sampler_asks_the_network_once_a_step_at_the_time_where_it_is():
    asked = []

    def network(x, t):
        asked.append(t)
        return noise_of(x, t)

    for options in ({}, {"method": "euler"}, {"method": "ddpm", "seed": 0}):
        asked.clear()
        run = sample(network, VP, X, TIMES, trajectory=True, **options)
        assert asked == list(TIMES[:-1]) and run.evaluations == 4
        assert np.array_equal(run.points[-1], sample(network, VP, X, TIMES, **options))


# ---- wrong calls -----------------------------------------------------------------------------------------------------

WRONG = {
    "`predict` must be callable; got NoneType.": lambda: step(None, VP, X, 0.1, 0.2),  # type: ignore
    "`schedule` must be a schedule of refimpl; got GaussianPath.": lambda: step(noise_of, FIELD.path, X, 0.1, 0.2),  # type: ignore
    "`predicts` must be one of data, noise, velocity, v_prediction, score; got 'v'.": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, predicts="v")
    ),
    "`method` must be one of ddim, euler, ddpm, ddpm_fixed_large, euler_maruyama; got 'heun'.": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, method="heun")
    ),
    "`t_from` must lie in [0, 1]; got -0.1.": lambda: step(noise_of, VP, X, -0.1, 0.2),
    "`t_to` must lie in [0, 1]; got 1000.": lambda: step(noise_of, VP, X, 0.1, 1000),
    "`t_to` must not lie before `t_from` for `ddpm`; got 0.2.": (
        lambda: step(noise_of, VP, X, 0.3, 0.2, method="ddpm", noise=X)
    ),
    "`x` must have a floating-point dtype; got int64.": lambda: step(noise_of, VP, X.astype(int), 0.1, 0.2),
    "`predict(x, t)` must have the shape of `x`, (6, 2); got (2,).": lambda: step(lambda x, t: x[0], VP, X, 0.1, 0.2),
    "`predict(x, t)` must have the dtype of `x`, float64; got float32.": (
        lambda: step(lambda x, t: x.astype(np.float32), VP, X, 0.1, 0.2)
    ),
    "`eta` must lie in [0, 1]; got 1.5.": lambda: step(noise_of, VP, X, 0.1, 0.2, eta=1.5, noise=X),
    "`eta` must be 0 for `ddpm`: it belongs to `ddim`; got 0.5.": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, method="ddpm", eta=0.5, noise=X)
    ),
    "`diffusion` must be None for `ddim`: it belongs to `euler_maruyama`; got one.": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, diffusion=1.0)
    ),
    "`diffusion` must be finite and not negative; got -1.": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, method="euler_maruyama", diffusion=-1.0, noise=X)
    ),
    "`diffusion` must be given where that of the noising process is infinite, at alpha_t = 0; got None.": (
        lambda: step(lambda x, t: x, LINEAR, X, 0.0, 0.2, predicts="data", method="euler_maruyama", noise=X)
    ),
    "`noise` must be given for `ddpm`; got None.": lambda: step(noise_of, VP, X, 0.1, 0.2, method="ddpm"),
    "`noise` must be None for `ddim with eta = 0`; got numpy.ndarray.": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, noise=X)
    ),
    "`noise` must have the shape of `x`, (6, 2); got (2,).": (
        lambda: step(noise_of, VP, X, 0.1, 0.2, eta=1.0, noise=X[0])
    ),
    "`noise` from `data` has no finite value at `t_from` = 1, where alpha_t = 1, sigma_t = 0.": (
        lambda: step(lambda x, t: x + 1, VP, X, 1.0, 0.5, predicts="data")
    ),
    "`size` must be positive; got 0.": lambda: ri.samplers.langevin(noise_of, VP, X, 0.5, 0.0, noise=X),
    "`times` must go one way, without a halt; got 0.5 after 0.5.": (
        lambda: sample(noise_of, VP, X, [0.1, 0.5, 0.5, 1.0])
    ),
    "`times` must be a row of at least two times; got the shape (1,).": lambda: sample(noise_of, VP, X, [1.0]),
    "`t_to` must lie in [0, 1]; got 999.": lambda: sample(noise_of, VP, X, [0.0, 999.0]),
    "`seed` or `noise` must be given for `ddpm`, which adds noise, not both; got neither.": (
        lambda: sample(noise_of, VP, X, TIMES, method="ddpm")
    ),
    "`seed` must be None for `ddim with eta = 0`, which adds no noise; got int.": (
        lambda: sample(noise_of, VP, X, TIMES, seed=1)
    ),
    "`noise` must be an array of the shape (4, 6, 2); got the shape (6, 2).": (
        lambda: sample(noise_of, VP, X, TIMES, method="ddpm", noise=X)
    ),
    "`trajectory` must be True or False; got int.": lambda: sample(noise_of, VP, X, TIMES, trajectory=1),  # type: ignore
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_call_ends_in_one_sentence(message):
    with pytest.raises((ValueError, TypeError)) as error:
        WRONG[message]()
    assert str(error.value) == message

"""Samplers: the same whatever a network predicts, ending where they say, and with the law of the path."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import levels_after
from tests.accuracy import agree, close, condition, of_field
from tests.run_accuracy import run_conditions

WORDS = ("data", "noise", "velocity", "v_prediction", "score")
SCHEDULES = {
    "linear": ri.schedules.Linear(),
    "with noise left": ri.schedules.Linear(0.1),
    "variance preserving": ri.schedules.VariancePreserving(),
    "cosine": ri.schedules.Cosine(),
    "variance exploding": ri.schedules.VarianceExploding(0.02, 20.0),
}
LINEAR, VP = SCHEDULES["linear"], SCHEDULES["variance preserving"]
RANDOM = np.random.default_rng(0)
EIGHT = ri.GaussianMixture([0.4, 0.6], RANDOM.normal(size=(2, 8)), variances=RANDOM.uniform(0.1, 1, (2, 8)))
MIXTURES = {"GM3": ri.reference_mixture(), "8-d": EIGHT}
METHODS = {
    "ddim": {},
    "ddim, half of the noise new": {"eta": 0.5},
    "ddim, eta 1": {"eta": 1.0},
    "euler": {"method": "euler"},
    "ddpm": {"method": "ddpm"},
    "ddpm, fixed large": {"method": "ddpm_fixed_large"},
    "reverse process": {"method": "euler_maruyama"},
    "diffusion sigma": {"method": "euler_maruyama", "diffusion": lambda t: 1.1 - t},
}
STOCHASTIC = [name for name in METHODS if name not in ("ddim", "euler")]
ON_THE_PATH = ["ddim", "ddim, half of the noise new", "ddim, eta 1", "ddpm"]  # exact for a known data point

every_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
every_method = pytest.mark.parametrize("method", METHODS)


def field(schedule, distribution=MIXTURES["GM3"]):
    return ri.MarginalField(ri.GaussianPath(schedule), distribution)


def predictor(schedule, word, distribution=MIXTURES["GM3"]):
    return lambda x, t: field(schedule, distribution).predict(x, t, word)


def drawn(method, steps, shape, seed=1):
    """The noise that a method wants."""
    return {"noise": np.random.default_rng(seed).standard_normal((steps, *shape))} if method in STOCHASTIC else {}


def of_word(word, schedule, distribution=MIXTURES["GM3"]):
    """How well the exact prediction is conditioned."""
    name = dict(zip(WORDS, ("denoiser", "noise_prediction", "velocity", "v_prediction", "score"), strict=True))[word]
    return lambda x, t: of_field(field(schedule, distribution), name, x, t)


# ---- whatever a network predicts ------------------------------------------------------------------------------------


@every_schedule
@every_method
@pytest.mark.parametrize("mixture", MIXTURES.values(), ids=MIXTURES)
def test_the_trajectory_is_the_same_whatever_the_network_predicts(schedule, method, mixture):
    times = np.linspace(0.02, 1.0, 5)
    x = field(schedule, mixture).sample(20, times[0], seed=0)
    noise = drawn(method, 4, x.shape)
    options = METHODS[method] | noise | {"trajectory": True}
    runs = [
        ri.samplers.sample(predictor(schedule, word, mixture), schedule, x, times, predicts=word, **options)
        for word in WORDS
    ]
    known = [
        run_conditions(
            predictor(schedule, word, mixture),
            schedule,
            x,
            times,
            word,
            of_word(word, schedule, mixture),
            **METHODS[method],
            **noise,
        )
        for word in WORDS
    ]
    for run, own in zip(runs, known, strict=True):
        close(run.points, runs[0].points, own, known[0], vectors=True)
    moved = ri.samplers.sample(
        lambda x, t: 1.001 * predictor(schedule, "data", mixture)(x, t), schedule, x, times, predicts="data", **options
    )
    assert np.max(np.abs(moved.points - runs[0].points)) > 1e-6  # an error of the network would be seen


@pytest.mark.parametrize("word", WORDS)
def test_langevin_is_the_same_whatever_the_network_predicts(word):
    x, noise = RANDOM.normal(size=(2, 40, 2))

    def written_out(x, size):
        return x + size * field(VP).score(x, 0.6) + np.sqrt(2 * size) * noise

    def stepped(x, size):
        return ri.samplers.langevin(predictor(VP, word), VP, x, 0.6, size, predicts=word, noise=noise)

    agree(stepped, written_out, x, 0.01, vectors=True)


@pytest.mark.parametrize("mixture", MIXTURES.values(), ids=MIXTURES)
def test_ddim_is_euler_on_the_linear_path_at_equal_signal_to_noise_ratio(mixture):
    """Variance preserving DDIM, and Euler in the linear path's time after rescaling; the ratio fixes the times."""
    times = np.linspace(0.1, 1.0, 21)
    linear_times = ri.conventions.time_on(ri.GaussianPath(VP), ri.GaussianPath(LINEAR), times)
    size = (VP.alpha(times) + VP.sigma(times))[:, None, None]
    x = field(VP, mixture).sample(100, times[0], seed=2)
    sample = ri.samplers.sample
    ddim = sample(predictor(VP, "noise", mixture), VP, x, times, trajectory=True)
    velocity = predictor(LINEAR, "velocity", mixture)
    straight = {"predicts": "velocity", "method": "euler", "trajectory": True}
    euler = sample(velocity, LINEAR, x / size[0], linear_times, **straight)
    of_ddim = run_conditions(predictor(VP, "noise", mixture), VP, x, times, "noise", of_word("noise", VP, mixture))
    of_velocity = of_word("velocity", LINEAR, mixture)
    of_euler = run_conditions(velocity, LINEAR, x / size[0], linear_times, "velocity", of_velocity, method="euler")
    close(ddim.points / size, euler.points, of_ddim / size, of_euler, vectors=True)
    plain = sample(predictor(VP, "velocity", mixture), VP, x, times, **straight)
    assert np.max(np.abs(plain.points - ddim.points)) > 0.01  # Euler on the path itself is another method


# ---- where a step ends ----------------------------------------------------------------------------------------------


def public(method):
    """A method as a step for `levels_after`."""

    def step(predict, x, t_from, t_to, fresh, schedule, word):
        noise = {"noise": fresh} if method in STOCHASTIC else {}
        return ri.samplers.step(predict, schedule, x, t_from, t_to, predicts=word, **METHODS[method], **noise)

    return step


def levels(step, schedule, t_from, t_to, word="noise"):
    return levels_after(lambda *given: step(*given, schedule, word), schedule, t_from, t_to, predicts=word)


def level_conditions(step, schedule, t_from, t_to, word="noise"):
    """The condition numbers of what arrives of data, noise and fresh noise, from a point and a prediction computed."""
    path, (data, noise, fresh) = ri.GaussianPath(schedule), np.eye(3)[:, :, None]

    def predict(x, t):
        return path.convert(data, x, t, given="data", want=word)

    def go(x, extra, t_from, t_to):
        return step(lambda x, t: predict(x, t) + extra, x, t_from, t_to, fresh, schedule, word)

    x = path.point(t_from, data, noise)
    of_x = condition(path.point, t_from, data, noise)
    of_prediction = condition(predict, x, t_from, sizes=(of_x, t_from))
    return condition(go, x, np.zeros((3, 1)), t_from, t_to, sizes=(of_x, of_prediction, t_from, t_to))[:, 0]


@every_schedule
@pytest.mark.parametrize("method", ON_THE_PATH)
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("ends", [(0.1, 0.3), (0.5, 0.55), (0.3, 1.0), (0.7, 0.7 + 1e-6)])
def test_from_exact_data_a_step_ends_at_the_noise_level_that_it_names(schedule, method, word, ends):
    got = levels(public(method), schedule, *ends, word)
    signal, *others = level_conditions(public(method), schedule, *ends, word)
    close(got.signal, schedule.alpha(ends[1]), signal, condition(schedule.alpha, ends[1]))
    close(got.scale, schedule.sigma(ends[1]), sum(others), condition(schedule.sigma, ends[1]))
    eta = METHODS[method].get("eta", float(method == "ddpm"))

    def fresh(*ends):
        """The square of what is new."""
        a, s = schedule.alpha(np.array(ends)), schedule.sigma(np.array(ends))
        return eta**2 * (s[1] ** 2 - (a[0] * s[1] / (a[1] * s[0])) ** 2 * s[1] ** 2)

    close(
        got.fresh**2,
        fresh(*ends),
        2 * abs(got.fresh) * others[1],
        condition(fresh, *ends) + schedule.sigma(ends[1]) ** 2,
    )


@pytest.mark.parametrize("method", ["euler", "reverse process", "diffusion sigma"])
def test_a_method_of_first_order_ends_at_its_level_up_to_the_square_of_the_step(method):
    """And no nearer: a fourth of the error with half of the step."""
    errors = []
    for h in (0.02, 0.01, 0.005):
        got = levels(public(method), VP, 0.5, 0.5 + h)
        errors.append([got.signal - VP.alpha(0.5 + h), got.scale**2 - VP.sigma(0.5 + h) ** 2])
    ratios = np.array(errors)[:-1] / np.array(errors)[1:]
    assert np.all(np.abs(ratios - 4) < 0.35), ratios


def test_the_larger_variance_is_that_of_the_forward_step_and_none_is_left_at_data():
    alpha, sigma = VP.alpha(np.array([0.4, 0.6])), VP.sigma(np.array([0.4, 0.6]))
    got = levels(public("ddpm, fixed large"), VP, 0.4, 0.6)
    known = level_conditions(public("ddpm, fixed large"), VP, 0.4, 0.6)[2]
    size = sigma[0] ** 2 + (alpha[0] / alpha[1]) ** 2 * sigma[1] ** 2
    close(got.fresh**2, sigma[0] ** 2 - (alpha[0] / alpha[1]) ** 2 * sigma[1] ** 2, 2 * got.fresh * known, 2 * size)
    last = levels(public("ddpm, fixed large"), VP, 0.4, 1.0)
    known = level_conditions(public("ddpm, fixed large"), VP, 0.4, 1.0)
    close([last.signal, last.noise], [1, 0], known[:2])
    assert last.fresh == 0


WRONG_LEVELS = {
    "asked at the time where it goes": lambda predict, x, t, s, fresh, go: go(lambda x, _: predict(x, s), x, t, s),
    "lands one step early": lambda predict, x, t, s, fresh, go: go(predict, x, t, s - 0.01),
    "lands one step late": lambda predict, x, t, s, fresh, go: go(predict, x, t, s + 0.01),
    "time reversed": lambda predict, x, t, s, fresh, go: go(lambda x, t: predict(x, 1 - t), x, t, s),
    "fresh noise, and none taken away": lambda predict, x, t, s, fresh, go: go(predict, x, t, s) + 0.1 * fresh,
    "sign of the prediction": lambda predict, x, t, s, fresh, go: go(lambda x, t: -predict(x, t), x, t, s),
}


@pytest.mark.parametrize("mistake", WRONG_LEVELS)
def test_a_wrong_noise_level_is_seen(mistake):
    def go(predict, x, t_from, t_to):
        return ri.samplers.step(predict, VP, x, t_from, t_to)

    def step(predict, x, t_from, t_to, fresh):
        return WRONG_LEVELS[mistake](predict, x, t_from, t_to, fresh, go)

    got = levels_after(step, VP, 0.4, 0.6)
    assert max(abs(got.signal - VP.alpha(0.6)), abs(got.scale - VP.sigma(0.6))) > 1e-3


def test_the_inverse_step_leads_back():
    x = field(VP).sample(50, 0.4, seed=4)
    data = field(VP).denoiser(x, 0.4)
    there = ri.samplers.step(lambda x, t: data, VP, x, 0.4, 0.9, predicts="data")
    known = run_conditions(lambda x, t: data, VP, x, [0.4, 0.9, 0.4], "data")
    close(ri.samplers.step(lambda x, t: data, VP, there, 0.9, 0.4, predicts="data"), x, known[-1])
    times = np.linspace(0.1, 0.99, 60)
    run = ri.samplers.sample(predictor(LINEAR, "velocity"), LINEAR, x, times, predicts="velocity")
    back = ri.samplers.sample(predictor(LINEAR, "velocity"), LINEAR, run, times[::-1], predicts="velocity")
    exact = field(LINEAR).flow(x, 0.1, 0.99)
    assert np.max(np.abs(back - x)) < 0.2 < 1 < np.max(np.abs(run - x)) and np.max(np.abs(run - exact)) < 0.2


@every_method
@every_schedule
def test_one_step_to_the_data_and_any_number_of_steps_end_there(method, schedule):
    x = RANDOM.normal(size=(30, 2))
    for times in ([0.3, 1.0], np.linspace(0.05, 1, 5)):
        noise = drawn(method, len(times) - 1, x.shape)
        run = ri.samplers.sample(
            predictor(schedule, "data"),
            schedule,
            x,
            times,
            predicts="data",
            trajectory=True,
            **METHODS[method],
            **noise,
        )
        assert np.array_equal(run.times, times) and run.evaluations == len(times) - 1
        assert run.points.shape == (len(times), 30, 2) and np.array_equal(run.points[0], x)
        if float(schedule.sigma(1.0)) == 0 and method not in ("euler", "reverse process", "diffusion sigma"):
            last = run.points[-2], float(times[-2])
            known = of_field(field(schedule), "denoiser", *last)
            close(run.points[-1], field(schedule).denoiser(*last), known, known, vectors=True)


def test_from_pure_noise_the_methods_run_where_the_prediction_tells_the_data():
    x = RANDOM.normal(size=(20, 2))
    for word in ("data", "velocity", "v_prediction"):
        got = ri.samplers.step(predictor(LINEAR, word), LINEAR, x, 0.0, 1.0, predicts=word)
        known = of_field(field(LINEAR), "denoiser", x, 0.0) + np.abs(x)  # the velocity is the data less the noise
        close(got, np.broadcast_to(MIXTURES["GM3"].mean(), x.shape), known, vectors=True)
    for word in ("noise", "score"):
        with pytest.raises(ValueError, match=f"`data` from `{word}` has no finite value at `t_from` = 0"):
            ri.samplers.step(predictor(LINEAR, word), LINEAR, x, 0.0, 1.0, predicts=word)


def test_a_table_runs_on_its_rows():
    """DDPM's own chain: the rates are those of a table, and no velocity exists."""
    table = ri.schedules.Discrete(np.linspace(1e-4, 0.02, 1000))
    times = ri.time_grids.at_steps(ri.time_grids.ddpm(20, 1000, "trailing"), 1000)
    x = RANDOM.normal(size=(10, 2))
    exact = field(table)
    for method in ("ddim", "ddpm"):
        noise = drawn(method, 20, x.shape)
        got = ri.samplers.sample(exact.noise_prediction, table, x, times, method=method, trajectory=True, **noise)
        last = got.points[-2], float(times[-2])
        alpha, sigma = table.alpha(last[1]), table.sigma(last[1])
        given = exact.noise_prediction(*last), last[0]
        known = condition(lambda n, x, alpha=alpha, sigma=sigma: (x - sigma * n) / alpha, *given)
        close(got.points[-1], exact.denoiser(*last), known, known, vectors=True)
    with pytest.raises(ValueError, match="a table has no rates"):
        ri.samplers.step(exact.noise_prediction, table, x, float(times[3]), float(times[4]), method="euler")


def test_times_align_with_the_leading_axis_and_points_have_any_shape():
    """Square on purpose: aligned with the last axis the times would give other numbers, and no error."""
    x, noise = RANDOM.normal(size=(2, 4, 4))
    starts, ends = np.array([0.1, 0.3, 0.5, 0.7]), np.array([0.2, 0.9, 0.5, 1.0])
    fresh = {"noise": noise}
    for options in ({}, {"method": "euler"}, {"eta": 0.7, **fresh}, {"method": "euler_maruyama", **fresh}):
        known: dict = {"predicts": "v_prediction", **options}
        got = ri.samplers.step(lambda x, t: np.sin(x), VP, x, starts, ends, **known)
        for row in range(4):
            mine = known | {"noise": noise[row]} if "noise" in known else known
            own = ri.samplers.step(lambda x, t: np.sin(x), VP, x[row], starts[row], ends[row], **mine)
            np.testing.assert_array_equal(got[row], own)

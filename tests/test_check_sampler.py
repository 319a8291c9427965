"""The checks of samplers, on the samplers of this library: none is found fault with, however it is called."""

import numpy as np
import pytest

import refimpl as ri
from refimpl.path import WORDS
from refimpl.testing import check_sampler, check_step

SCHEDULES = [ri.schedules.Linear(), ri.schedules.VariancePreserving(), ri.schedules.Trigonometric()]


def ddim(schedule, start):
    def run(predict, x, n, predicts="noise"):
        times = np.linspace(start, 1.0, n + 1)
        return ri.samplers.sample(predict, schedule, x, times, predicts=predicts, method="ddim")

    return run


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_ddim_of_the_library_conforms(schedule):
    words = WORDS if not isinstance(schedule, ri.schedules.VariancePreserving) else ("noise", "data")
    found = check_sampler(ddim(schedule, 0.02), schedule, predicts=words, accuracy=1e-8, order=1).require()
    assert found.samples == len(words) * (1 + 2 + 5 + 20 + 50)


@pytest.mark.parametrize("word", WORDS)
def test_a_step_of_the_library_conforms(word):
    for schedule in SCHEDULES:

        def step(prediction, x, t, s, schedule=schedule):
            return ri.samplers.step(lambda *_: prediction, schedule, x, t, s, predicts=word)

        check_step(step, schedule, predicts=word).require()


def test_euler_on_a_curved_path_is_judged_by_its_order():
    path = ri.schedules.Trigonometric()

    def euler(predict, x, n):
        return ri.samplers.sample(predict, path, x, np.linspace(0.02, 1.0, n + 1), predicts="velocity", method="euler")

    assert check_sampler(euler, path, predicts="velocity", exact=False)
    assert not check_sampler(euler, path, predicts="velocity")
    assert not check_sampler(euler, path, predicts="velocity", exact=False, order=2)


def test_a_loop_that_cannot_be_judged_says_why():
    linear = ri.schedules.Linear()
    cases = {
        "it raises ZeroDivisionError with n = 1": lambda predict, x, n: x / 0 if n == 1 and 1 // 0 else x,
        "with n = 1 it never calls the network": lambda predict, x, n: x,
        "outside of [0, 1]": lambda predict, x, n: predict(x, 1.5),
        "points of the shape": lambda predict, x, n: predict(x[:1], 0.5),
        "it returns the shape": lambda predict, x, n: predict(x, 0.5)[:1],
        "a time that is not a number": lambda predict, x, n: predict(x, np.nan),
    }
    for phrase, run in cases.items():
        found = check_sampler(run, linear)
        assert not found and phrase in found.words, found.words


def test_points_that_are_clipped_are_seen():
    def run(predict, x, n):
        for t in np.arange(n) / n:
            x = np.clip(x + predict(x, t) / n, -0.35, 0.35)
        return x

    assert "something is clipped" in check_sampler(run, ri.schedules.Linear(), predicts="velocity").words


@pytest.mark.parametrize(("factor", "words"), [(0.0, "No known mistake."), (1.1, "lands at a wrong noise level")])
def test_a_first_velocity_that_alone_is_wrong_is_measured_and_not_named(factor, words):
    def run(predict, x, n):
        for i in range(n):
            x = x + predict(x, i / n) * (1 if i else factor) / n
        return x

    found = check_sampler(run, SCHEDULES[0], predicts="velocity")
    assert not found and words in found.words and "#" not in found.words, found.words

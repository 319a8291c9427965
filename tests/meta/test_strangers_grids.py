"""Strangers' time grids and tables of noise levels, each with one mistake of the field, and its right counterpart."""

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import check_schedule, check_time_grid
from tests.meta import A_MISTAKE


class FlowMatchScheduler:
    """Noise levels from `sigma_max` to `sigma_min`, shifted for large images, and a last 0."""

    def __init__(self, shift=3.0, train_steps=1000, ends="before the shift"):
        sigmas = np.linspace(train_steps, 1, train_steps) / train_steps
        shifted = self.shifted(sigmas, shift)
        kept = shifted if ends == "after the shift" else sigmas
        self.shift, self.sigma_max, self.sigma_min = shift, kept[0], kept[-1]

    @staticmethod
    def shifted(sigmas, shift):
        return shift * sigmas / (1 + (shift - 1) * sigmas)

    def set_timesteps(self, n):
        return np.append(self.shifted(np.linspace(self.sigma_max, self.sigma_min, n), self.shift), 0.0)


def flow_grid(shift):
    """The right one, in our words."""

    def expected(n):
        times = 1 - np.append(np.linspace(1, 0.001, n), 0.0)
        return 1 - ri.formulas.schedules.time_shift(times, shift)[0]

    return expected


def twice(n):
    return FlowMatchScheduler.shifted(FlowMatchScheduler.shifted(np.append(np.linspace(1, 0.001, n), 0), 3.0), 3.0)


def stretched(guarded):
    """The grid is stretched so that its last level before 0 is `terminal`."""

    def grid(n, terminal=0.1):
        sigmas = np.linspace(1.0, 1 / n, n)
        left = 1 - sigmas
        if guarded and left[-1] == 0:
            return np.append(sigmas, 0.0)
        return np.append(1 - left / (left[-1] / (1 - terminal)), 0.0)

    return grid


def karras(n, guarded):
    ramp = np.array([i / (max(n - 1, 1) if guarded else n - 1) for i in range(n)])
    return np.append((80 ** (1 / 7) + ramp * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7, 0.0)


GRIDS = {
    "row 1: the ends are stored shifted": (
        FlowMatchScheduler(ends="after the shift").set_timesteps,
        FlowMatchScheduler().set_timesteps,
        flow_grid(3.0),
        ("The shift is applied twice: the ends of the range", "is 0.00892", "should be 0.00299", "#13243"),
    ),
    "row 1: the whole grid is shifted twice": (
        twice,
        FlowMatchScheduler().set_timesteps,
        flow_grid(3.0),
        ("The shift is applied twice: 3 is in the grid once too often", "#13243"),
    ),
    "row 4: one step, stretched": (
        stretched(guarded=False),
        stretched(guarded=True),
        None,
        ("not finite, [nan,", "one step only", "#14411", "mflux #494"),
    ),
    "row 4: one step, a division by n - 1": (
        lambda n: karras(n, guarded=False),
        lambda n: karras(n, guarded=True),
        None,
        ("raises ZeroDivisionError with n = 1", "one step only", "#14411"),
    ),
    "row 10: the last level is repeated": (
        lambda n: np.append(karras(n, guarded=True)[:-1], karras(n, guarded=True)[-2]),
        lambda n: karras(n, guarded=True),
        None,
        ("last number is repeated", "#5689"),
    ),
    "row 25: the wrong way": (
        lambda n: np.linspace(0, 1, n + 1),
        lambda n: np.linspace(1, 0, n + 1),
        lambda n: 1 - np.arange(n + 1) / n,
        ("The grid runs the wrong way",),
    ),
    "the end is left out": (
        lambda n: np.arange(n) / n,
        lambda n: np.arange(n + 1) / n,
        None,
        ("the end is missing",),
    ),
}


@pytest.mark.parametrize("case", GRIDS, ids=str)
def test_the_mistake_of_a_grid_is_named(case):
    wrong, right, expected, phrases = GRIDS[case]
    check_time_grid(right, expected).require()
    found = check_time_grid(wrong, expected)
    assert not found and found.statistic > A_MISTAKE
    assert all(phrase in found.words for phrase in phrases), found.words


# ---- tables --------------------------------------------------------------------------------------------------------


def cosine_table(first_row, steps=250):
    """`alphas_cumprod` of the cosine schedule: its first value is that of the data, unless it is cut off."""
    x = np.linspace(0, steps, steps + 1)
    bar = np.cos((x / steps + 0.008) / 1.008 * np.pi / 2) ** 2
    bar = bar / bar[0]
    return bar[:-1] if first_row else bar[1:]


def scales_of(table):
    def scales(t):
        bar = table[np.round((1 - t) * len(table)).astype(int) - 1]
        return np.sqrt(bar), np.sqrt(1 - bar)

    return scales


RIGHT_BARS = cosine_table(first_row=False)
COSINE = ri.schedules.Discrete(1 - RIGHT_BARS / np.append(1.0, RIGHT_BARS[:-1]))
VP, LINEAR = ri.schedules.VariancePreserving(), ri.schedules.Linear()


def flipped(schedule, change):
    return lambda t: change(schedule.alpha(t), schedule.sigma(t))


TABLES = {
    "row 26: alpha-bar of the first row is 1": (
        scales_of(cosine_table(first_row=True)),
        scales_of(cosine_table(first_row=False)),
        COSINE,
        ("the first row has alpha-bar = 1 and no noise", "not a number", "#489"),
    ),
    "row 1: a linear path shifted twice": (
        flipped(LINEAR.shifted(9.0), lambda a, s: (a, s)),
        flipped(LINEAR.shifted(3.0), lambda a, s: (a, s)),
        LINEAR.shifted(3.0),
        ("Noise to signal is 3 times too large", "#13243"),
    ),
    "row 25: time runs from data to noise": (
        lambda t: (VP.alpha(1 - t), VP.sigma(1 - t)),
        flipped(VP, lambda a, s: (a, s)),
        VP,
        ("time runs from data to noise",),
    ),
    "alpha-bar for its root": (
        flipped(VP, lambda a, s: (a**2, s)),
        flipped(VP, lambda a, s: (a, s)),
        VP,
        ("alpha is alpha-bar, not its root",),
    ),
}


@pytest.mark.parametrize("case", TABLES, ids=str)
def test_the_mistake_of_a_table_is_named(case):
    wrong, right, schedule, phrases = TABLES[case]
    check_schedule(right, schedule).require()
    found = check_schedule(wrong, schedule)
    assert not found and found.statistic > A_MISTAKE
    assert all(phrase in found.words for phrase in phrases), found.words

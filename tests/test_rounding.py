"""The running error analysis that sets every tolerance: its bounds hold, and they are not idle."""

import numpy as np
import pytest

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import marginals, schedules
from refimpl.testing import Tracked, TrackedNamespace
from refimpl.testing.points import batches
from refimpl.testing.truth import answers
from tests.accuracy import close

mpmath = pytest.importorskip("mpmath")

VELOCITY, SCHEDULE = "gaussian_path.conditional_velocity", "schedules.variance_preserving"


def high_precision(value):
    return np.vectorize(mpmath.mpf, otypes=[object])(value) if np.ndim(value) else mpmath.mpf(value)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "id", [SCHEDULE, VELOCITY, "marginals.velocity", "marginals.posterior_mean", "marginals.divergence"]
)
def test_the_error_bound_holds_and_is_not_idle(id, dtype):
    """Generated code in each precision, against 40 digits: inside the bound, and not by a factor of 1000."""
    equation = ri.equation(id)
    with mpmath.workdps(40):
        largest = 0.0
        for batch in batches(dict(equation.entry), 0, dtype)[:6]:
            exact = {name: Tracked.exact(high_precision(value)) for name, value in batch.values.items()}
            known = {n: v if isinstance(v, float) else v.astype(dtype) for n, v in batch.values.items()}
            truth = call(equation.function, xp=TrackedNamespace(mpmath.mp), **exact)
            found = call(equation.function, xp=np, **known)
            pairs = zip(truth, found, strict=True) if isinstance(truth, tuple) else [(truth, found)]
            for right, got in pairs:
                bound = np.asarray(right.error * float(np.finfo(dtype).eps), dtype=float)
                off = np.abs(np.asarray(high_precision(np.asarray(got, dtype=float)) - right.value, dtype=float))
                assert np.all(off <= bound)
                largest = max(largest, float(np.max(off / bound)))
    assert 0.001 < largest <= 1


def test_object_arrays_of_tracked_numbers_reduce_like_arrays():
    weight, density, velocity = ([0.2, 0.8], [1.5, 0.5], [3.0, -1.0])
    tracked = [np.array([Tracked.exact(v) for v in each], dtype=object) for each in (weight, density, velocity)]
    one = marginals.velocity(*tracked, xp=TrackedNamespace())
    arrays = [Tracked.exact(np.array(each)) for each in (weight, density, velocity)]
    other = marginals.velocity(*arrays, xp=TrackedNamespace())
    assert abs(one.value - 0.5 / 0.7) <= one.error * np.finfo(float).eps and one.value == other.value
    error = float(other.error)  # of a few terms, each of them positive
    close(one.error, error, error, error)
    assert one.error > 1


def test_sensitivity_is_the_conditioning():
    """Inputs moved by a relative 1e-7 move the value by at most that times the sensitivity, and by a part of it."""
    random = np.random.default_rng(0)
    t, low, high = random.uniform(0.02, 0.98, 200), 0.1, 20.0
    tracked = schedules.variance_preserving(*(Tracked.exact(v) for v in (t, low, high)), xp=TrackedNamespace())
    base = schedules.variance_preserving(t, low, high, xp=np)
    worst = np.zeros(6)
    for _ in range(20):
        signs = random.choice([-1e-7, 1e-7], 3)
        moved = schedules.variance_preserving(t * (1 + signs[0]), low * (1 + signs[1]), high * (1 + signs[2]), xp=np)
        for i, (one, two, bound) in enumerate(zip(moved, base, tracked, strict=True)):
            worst[i] = max(worst[i], np.max(np.abs(one - two) / (1e-7 * bound.sensitivity)))
    assert np.all(worst < 1.001) and np.all(worst > 0.1)


def test_a_near_miss_stands_far_outside_the_tolerance():
    """What is allowed in float32 is far from what a wrong formula does: tolerances cannot be stretched over it."""
    equation = ri.equation(VELOCITY)
    for batch in batches(dict(equation.entry), 0, "float32"):
        if not batch.edge:
            truth = answers(equation.function, batch, "float32")
            assert np.median(truth.tolerances[0] / np.abs(truth.values[0])) < 1e-4

"""The accuracy of the field over forms, sizes and geometries: at most 16 rounding errors times conditioning.

The exact values come from ball arithmetic; `refimpl.testing.conditioning` says how accurately each can be known, and
is itself held against the balls.
"""

import numpy as np
import pytest

import refimpl as ri
from refimpl import faint, odds
from refimpl.testing.conditioning import (
    FORMS,
    GEOMETRIES,
    QUANTITIES,
    ROUNDINGS,
    TIMES,
    condition_numbers,
    hard_mixture,
    hard_points,
)
from tests import ball_reference as balls
from tests.accuracy import within

PATH = ri.GaussianPath(ri.schedules.Linear())
NEIGHBOURS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


def worst_ratios(mixture, t, n, random, libraries=("numpy",)):
    """{(quantity, dtype, library): (error / (rounding unit · condition number), point)} at the worst of n points."""
    t = float(np.float32(t))
    field, reference = ri.MarginalField(PATH, mixture), balls.Fixed(mixture, t)
    points, worst = hard_points(mixture, t, n, random), {}
    computed = {}
    for name in QUANTITIES:
        for dtype in ("float64", "float32"):
            for library in libraries:
                x = points.astype(dtype)
                if library != "numpy":
                    x = pytest.importorskip("torch" if library == "torch" else "jax.numpy").asarray(x)
                computed[name, dtype, library] = np.asarray(getattr(field, name)(x, t))
    for i, x in enumerate(points.astype(np.float64)):
        exact, conditions = reference.values(x), condition_numbers(mixture, x, t)
        for (name, dtype, library), values in computed.items():
            error = balls.error(values[i], exact[name])
            ratio = error / (float(np.finfo(dtype).eps) * conditions[name]) if error else 0.0
            assert np.isfinite(ratio), (name, dtype, x)
            worst[name, dtype, library] = max((ratio, t, tuple(x)), worst.get((name, dtype, library), (-1.0,)))
    return worst


def check(mixture, times, n, seed, libraries=("numpy",)):
    random = np.random.default_rng(seed)
    for t in times:
        for key, (ratio, *where) in worst_ratios(mixture, t, n, random, libraries).items():
            assert ratio <= ROUNDINGS, f"{key}: {ratio:.3g} at {where}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_small_mixtures(form, geometry):
    for d in (1, 2, 8):
        check(hard_mixture(form, geometry, 3, d), (0.0, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-6, 1.0)[d % 2 :: 2], 3, seed=d)


@pytest.mark.parametrize("form", FORMS)
def test_many_components_in_many_dimensions(form):
    """K = 50, d = 64; the full form with fewer, which are as hard and not as long in ball arithmetic."""
    components = 3 if form == "full" else 50
    check(hard_mixture(form, "shifted by 10", components, 64), (1 - 1e-3,), 2, seed=1)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_quadratic_forms_in_pairs_of_coordinates(geometry, monkeypatch):
    """What is taken where there are many points, at a few."""
    monkeypatch.setattr(odds, "_is_worth_tables", lambda posterior: True)
    check(hard_mixture("full", geometry, 3, 3), (1e-3, 0.5, 0.9), 3, seed=7, libraries=("numpy", "torch"))


@pytest.mark.parametrize("part", [2, 4])  # half of the coordinates are looked at, one
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_components_too_faint_to_be_seen_are_left_out(geometry, part, monkeypatch):
    """What is done in many dimensions, in few."""
    monkeypatch.setattr(faint, "DIMENSION", 2)
    monkeypatch.setattr(faint, "PART", part)
    check(hard_mixture("full", geometry, 5, 4), (0.0, 0.5, 0.9, 1 - 1e-6, 1.0), 3, seed=8, libraries=("numpy", "torch"))


@pytest.fixture
def jax_in_64_bits():
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def test_pytorch_is_as_accurate():
    for form in FORMS:
        check(hard_mixture(form, "far apart", 3, 2), (1e-3, 1 - 1e-3), 3, seed=2, libraries=("torch",))


@pytest.mark.usefixtures("jax_in_64_bits")
def test_jax_is_as_accurate():
    for form in FORMS:
        for geometry in GEOMETRIES:
            check(hard_mixture(form, geometry, 3, 2), TIMES[1::2], 3, seed=2, libraries=("jax",))


@pytest.mark.slow
@pytest.mark.usefixtures("jax_in_64_bits")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize(("components", "dimension"), [(1, 1), (50, 2), (3, 8), (6, 64), (50, 64)])
def test_jax_is_as_accurate_at_all_sizes(form, geometry, components, dimension):
    if form == "full":
        components = min(components, 6)
    check(hard_mixture(form, geometry, components, dimension, seed=5), TIMES, 2, seed=3, libraries=("jax",))


@pytest.mark.slow
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize(("components", "dimension"), [(50, 2), (20, 8), (6, 64)])
def test_components_too_faint_to_be_seen_are_left_out_at_all_sizes(geometry, components, dimension, monkeypatch):
    monkeypatch.setattr(faint, "DIMENSION", 2)
    mixture = hard_mixture("full", geometry, components, dimension, seed=6)
    check(mixture, TIMES, 4, seed=4, libraries=("numpy", "torch"))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("components", [1, 3, 50])
@pytest.mark.parametrize("dimension", [1, 2, 8, 64])
def test_all_sizes(form, geometry, components, dimension):
    if form == "full" and dimension * components > 400:
        components = 400 // dimension  # more take hours in ball arithmetic
    check(hard_mixture(form, geometry, components, dimension, seed=5), TIMES, 4, seed=3, libraries=("numpy", "torch"))


@pytest.mark.parametrize("form", FORMS)
def test_condition_numbers_are_those_of_the_balls(form):
    """Autograd of a textbook formula in float64 against difference quotients in ball arithmetic."""
    mixture = hard_mixture(form, "ordinary", 2, 2)
    full = balls.Ball(lambda t: balls.linear(t, 0), mixture.weights, mixture.means, mixture.covariances)
    for x in hard_points(mixture, 0.25, 3, np.random.default_rng(4)).astype(np.float64):
        exact = balls.Fixed(mixture, 0.25).values(x)
        found = condition_numbers(mixture, x, 0.25)
        beside = [condition_numbers(mixture, np.nextafter(x, x + side), 0.25) for side in NEIGHBOURS]
        for name, (value, condition) in full.values_and_conditions(x, 0.25).items():
            rounded = max(abs(other[name] - found[name]) for other in beside)  # at the next points roundings differ
            within(found[name], condition, ROUNDINGS * (rounded + float(np.finfo(float).eps) * condition))
            assert all(a.overlaps(b) for a, b in zip(value, exact[name], strict=True)), name

"""The fast routes through a mixture give what the plain one gives, in all forms, and a route that loses digits is not
taken."""

from dataclasses import replace

import numpy as np
import pytest

import refimpl as ri
from refimpl import faint, odds, plain
from refimpl.field import _COMPONENT_FORMULAS
from refimpl.testing.conditioning import (
    FORMS,
    ROUNDINGS,
    condition_numbers,
    hard_mixture,
    hard_points,
    share_condition_numbers,
)
from tests import ball_reference as balls
from tests.accuracy import PARTIES, close, condition, measured, of_field, with_mixture

EPS = np.finfo(float).eps
SCHEDULE = ri.schedules.Linear()
TIMES = [0.25, 0.6, 0.999, np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])]


def posterior(mixture, x, t):
    scales = SCHEDULE.at(np.asarray(t))
    return mixture.posterior(x, {name: v[:, None] if v.ndim else v for name, v in scales.items()}, np)


def fast(posterior):
    """All of the field, by the routes that are taken: each (N, ...)."""
    return {
        "probabilities": posterior.probabilities().T,
        "log_density": posterior.log_density(),
        "divergence": posterior.divergence(),
        **{name: posterior.average(formula) for name, formula in _COMPONENT_FORMULAS.items()},
    }


def slow(posterior):
    """The same, by the plain route."""
    shares = plain.probabilities(posterior)
    return {
        "probabilities": shares.T,
        "log_density": plain.log_density(posterior),
        "divergence": plain.divergence(posterior, shares),
        **{name: plain.average(posterior, shares, formula) for name, formula in _COMPONENT_FORMULAS.items()},
    }


def routes_agree(mixture, x, t, parties=PARTIES):
    """Each of both routes errs by what the field is conditioned to at that point, and no more."""
    expected = measured(*with_mixture(mixture, lambda *given: slow(posterior(*given)), x, t), parties=parties)
    rows = zip(x, np.broadcast_to(t, len(x)), strict=True)
    shares = np.array([share_condition_numbers(mixture, *row) for row in rows])
    for name, found in fast(posterior(mixture, x, t)).items():
        value, known = expected[name]
        known = shares if name == "probabilities" else known
        close(found, value, known, known, vectors=name in _COMPONENT_FORMULAS)


@pytest.mark.parametrize("t", TIMES, ids=["product", "later", "end", "rows"])
@pytest.mark.parametrize("form", FORMS)
def test_every_route_gives_what_the_plain_one_gives(form, t):
    mixture = hard_mixture(form, "ordinary", 5, 3)
    routes_agree(mixture, 0.7 * mixture.sample(7, 1), t)


@pytest.mark.parametrize("d", [2, 17])  # one group of coordinates, and two of different size
@pytest.mark.parametrize("t", TIMES[:3])
def test_pairs_of_coordinates_give_what_the_plain_route_gives(d, t):
    mixture = hard_mixture("full", "ordinary", 4, d)
    x = 0.7 * mixture.sample(8 * d, 1)
    fast = posterior(mixture, x, t)
    assert odds.comparison(fast).__qualname__.startswith("_by_pairs_of_coordinates")
    assert odds.comparison(replace(fast, x=fast.x[1:])) is odds._by_differences
    routes_agree(mixture, x, t)


@pytest.mark.parametrize("t", TIMES[:3])
@pytest.mark.parametrize("geometry", ["ordinary", "far apart", "nearly equal", "shifted by 10"])
def test_components_too_faint_to_be_seen_are_left_out_and_no_others(geometry, t, monkeypatch):
    monkeypatch.setattr(faint, "DIMENSION", 32)
    mixture = hard_mixture("full", geometry, 6, 32)
    sampled = mixture.sample(6, 1)
    between = (mixture.means + np.roll(mixture.means, 1, axis=0)) / 2
    x = np.concatenate([t * sampled, t * between, 0.01 * sampled, 100 * sampled])
    fast = posterior(mixture, x, t)
    shares, seen = plain.probabilities(fast), odds.comparison(fast, faint=False)(fast)[0].T > -np.inf
    assert np.all(seen[shares > faint.least_share(fast)])
    if geometry == "far apart" and t > 0.5:
        assert seen[:, : len(sampled)].mean() < 0.5
    routes_agree(mixture, x, t, parties=4 * PARTIES)  # so many inputs cancel in larger ones


def test_roundings_make_no_component_faint(monkeypatch):
    """Two tight components side by side, far from the centre of all, and points between them."""
    monkeypatch.setattr(faint, "DIMENSION", 2)
    random, d = np.random.default_rng(4), 6
    bases = np.stack([np.linalg.qr(random.standard_normal((d, d)))[0] for _ in range(3)])
    covariances = 1e-10 * (bases * np.linspace(0.5, 1, d)) @ bases.mT
    means = 1e4 * np.stack([random.standard_normal(d)] * 3) * np.array([[1], [1], [-1]])
    means[1] += 1e-5 * random.standard_normal(d)
    mixture = ri.GaussianMixture([0.3, 0.3, 0.4], means, covariances=(covariances + covariances.mT) / 2)
    x = means[0] + random.uniform(size=(200, 1)) * (means[1] - means[0])
    fast = posterior(mixture, x, 1.0)
    visible = odds.comparison(fast, faint=False)(fast)[0].T > -np.inf
    assert np.all(visible[plain.probabilities(fast) > faint.least_share(fast)])


def test_components_too_faint_to_be_seen_have_no_part_in_derivatives():
    torch = pytest.importorskip("torch")
    mixture = hard_mixture("full", "ordinary", 4, faint.DIMENSION)
    field = ri.MarginalField(ri.GaussianPath(SCHEDULE), mixture)
    x = torch.tensor(0.7 * mixture.sample(3, 1), requires_grad=True)
    (gradient,) = torch.autograd.grad(field.log_density(x, 0.7).sum(), x)
    x = x.detach().clone()
    score, known = field.score(x, 0.7), of_field(field, "score", x, 0.7)
    close(gradient, score, known, known, vectors=True)
    close(torch.func.vmap(lambda point: field.score(point, 0.7))(x), score, known, known, vectors=True)
    x[1, 5] = torch.nan
    assert torch.equal(torch.isnan(field.score(x, 0.7)).all(-1), torch.tensor([False, True, False]))


def test_probabilities_that_are_nearly_zero_change_nothing():
    """Components so far off that their probabilities are among the smallest numbers there are, or zero."""
    means = np.zeros((4, 2))
    means[:, 0] = [0, 30, 30.5, 60]
    mixture = ri.GaussianMixture(np.full(4, 0.25), means, variances=[1.05, 1, 1.1, 1])
    x = np.array([[-8.9, 0.1], [-8.8, -0.3], [-9.1, 2.0]])
    shares = plain.probabilities(posterior(mixture, x, 0.999))
    assert np.any((shares > 0) & (shares < np.finfo(float).smallest_normal))
    routes_agree(mixture, x, 0.999)


@pytest.mark.parametrize("form", FORMS)
def test_blocks_and_improbable_components_change_nothing(form, monkeypatch):
    mixture = hard_mixture(form, "far apart", 4, 3)
    x = np.concatenate([0.9 * mixture.sample(50, 2), 0.9 * mixture.means, np.mean(mixture.means, 0)[None]])
    monkeypatch.setattr("refimpl.posterior.BLOCK", 32)
    monkeypatch.setattr("refimpl.probable.ENTRIES", 12)
    routes_agree(mixture, x, 0.9)


@pytest.mark.parametrize("form", FORMS)
def test_quadratic_forms_multiplied_out_would_lose_digits_and_are_not_used_there(form, monkeypatch):
    """Two tight components side by side, far from the centre of all: their log odds are a small difference."""
    monkeypatch.setattr(odds, "_is_worth_tables", lambda posterior: True)
    d = 4
    variances = np.full((3, d), 1e-6) * (1 if form == "isotropic" else np.linspace(1, 2, d))
    means = np.zeros((3, d))
    means[0, 0], means[1, 0], means[2, 0] = -30, 30, 30.001
    mixture = ri.GaussianMixture([0.4, 0.3, 0.3], means, variances=variances)
    if form == "full":
        covariances = variances[:, :, None] * np.eye(d)
        covariances[:, 0, 1] = covariances[:, 1, 0] = 5e-7
        mixture = ri.GaussianMixture([0.4, 0.3, 0.3], means, covariances=covariances)
    t = float(np.float32(0.9999))
    x = (t * means[1] + [0.0005, 0.0001, 0, 0]).astype(np.float32).astype(float)
    reference, condition = balls.Fixed(mixture, t).values(x), condition_numbers(mixture, x, t)
    route = posterior(mixture, x[None], t)
    assert not route.products_suffice
    for suffices, right in ((False, True), (True, False)):
        chosen = replace(route, products_suffice=suffices)
        for name, formula in (("score", _COMPONENT_FORMULAS["score"]), ("velocity", _COMPONENT_FORMULAS["velocity"])):
            ratio = balls.error(chosen.average(formula)[0], reference[name]) / (EPS * condition[name])
            assert (ratio <= ROUNDINGS) == right, (name, suffices, ratio)


def test_probabilities_add_up_and_points_that_are_no_numbers_stay_apart():
    mixture = hard_mixture("full", "ordinary", 5, 3)
    x = mixture.sample(6, 3)
    x[2, 1] = np.nan
    shares = posterior(mixture, x, 0.5).probabilities().T
    assert np.isnan(shares[2]).all()
    known = np.delete(x, 2, axis=0)
    close(np.delete(shares, 2, axis=0).sum(-1), 1, 1)
    field = ri.MarginalField(ri.GaussianPath(SCHEDULE), mixture)
    whole, part = field.velocity(x, 0.5), field.velocity(known, 0.5)
    assert np.isnan(whole[2]).all()
    conditions = of_field(field, "velocity", known, 0.5)
    close(np.delete(whole, 2, axis=0), part, conditions, conditions, vectors=True)
    assert field.velocity(np.zeros((0, 3)), 0.5).shape == (0, 3)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_differentiated_vectorised_and_compiled(form):
    torch = pytest.importorskip("torch")
    mixture = hard_mixture(form, "shifted by 10", 4, 3)
    field = ri.MarginalField(ri.GaussianPath(SCHEDULE), mixture)
    t = torch.tensor([0.1, 0.4, 0.7, 0.95], dtype=torch.float64)
    x = torch.asarray(hard_points(mixture, 0.5, 4, np.random.default_rng(1)).astype(float))

    def push(mixture, x, t):
        """How the velocity changes when all coordinates do."""
        x, velocity = torch.asarray(x), ri.MarginalField(ri.GaussianPath(SCHEDULE), mixture).velocity
        return torch.func.jvp(lambda x: velocity(x, torch.asarray(t)), (x,), (torch.ones_like(x),))[1]

    for time in (t, 0.6):
        column = t if time is t else torch.full_like(t, time)
        known = {name: of_field(field, name, x, time) for name in ("velocity", "score", "divergence")}
        for jacobian in (
            torch.func.vmap(torch.func.jacrev(field.velocity))(x, column),
            torch.func.vmap(torch.func.jacfwd(field.velocity))(x, column),
        ):
            trace = jacobian.diagonal(dim1=-2, dim2=-1).sum(-1)
            close(trace, field.divergence(x, time), known["divergence"], known["divergence"])
        pushed = condition(*with_mixture(mixture, push, x, time))
        _, motion = torch.func.jvp(lambda x, time=time: field.velocity(x, time), (x,), (torch.ones_like(x),))
        close(motion, jacobian.sum(-1), pushed, pushed, vectors=True)
        point = x.clone().requires_grad_()
        (score,) = torch.autograd.grad(field.log_density(point, time).sum(), point)
        close(score, field.score(x, time), known["score"], known["score"], vectors=True)
        compiled = torch.compile(lambda x, time=time: field.velocity(x, time), fullgraph=True, backend="eager")
        close(compiled(x), field.velocity(x, time), known["velocity"], known["velocity"], vectors=True)

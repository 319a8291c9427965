"""Derivatives, vectorisation and compilation by PyTorch, by value."""

import numpy as np
import pytest

import refimpl as ri

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

MIXTURE = ri.GaussianMixture([0.4, 0.6], [[1, 0], [-1, 0.5]], covariances=[[[0.3, 0.1], [0.1, 0.2]], np.eye(2)])
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), MIXTURE)


def close(computed, expected, units):
    """Equal up to some rounding errors, relative to the largest entry."""
    tolerance = units * np.finfo(np.float64).eps * float(expected.abs().max())
    np.testing.assert_allclose(computed.detach().numpy(), expected.numpy(), rtol=0, atol=tolerance)


def test_torch_differentiates_and_vectorises_the_field():
    x, t = torch.asarray(FIELD.sample(5, 0.5, seed=0)), torch.linspace(0, 1, 5, dtype=torch.float64)
    point = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(FIELD.log_density(point, t).sum(), point)
    close(gradient, FIELD.score(x, t), 64)
    jacobian = torch.func.vmap(torch.func.jacrev(FIELD.velocity))(x, t)
    close(jacobian.diagonal(dim1=-2, dim2=-1).sum(-1), FIELD.divergence(x, t), 64)
    close(torch.func.vmap(FIELD.velocity)(x, t), FIELD.velocity(x, t), 16)
    value, motion = torch.func.jvp(lambda x: FIELD.velocity(x, t), (x,), (torch.ones_like(x),))
    close(value, FIELD.velocity(x, t), 16)
    close(motion, jacobian.sum(-1), 64)
    later = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    (rate,) = torch.autograd.grad(FIELD.log_density(x, later).sum(), later)  # the continuity equation
    flux = FIELD.divergence(x, 0.5) + (FIELD.velocity(x, 0.5) * FIELD.score(x, 0.5)).sum(-1)
    close(rate, -flux.sum(), 256)


def test_torch_compiles_the_field_in_one_graph():
    """Captured whole, without a graph break, and run without code generation, which would need a C++ compiler."""
    x, t = torch.asarray(FIELD.sample(5, 0.5, seed=0)), torch.linspace(0, 1, 5, dtype=torch.float64)
    compiled = torch.compile(
        lambda x, t: (FIELD.velocity(x, t), FIELD.log_density(x, 0.5)), fullgraph=True, backend="eager"
    )
    velocity, log_density = compiled(x, t)
    close(velocity, FIELD.velocity(x, t), 16)
    close(log_density, FIELD.log_density(x, 0.5), 16)

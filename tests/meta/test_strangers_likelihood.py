"""Strangers' log likelihoods by an ODE, each with one mistake of the field, and the right counterparts."""

import math
from itertools import pairwise

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import check_likelihood

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def rk4(f, state, times):
    for t, s in pairwise(times):
        h = s - t
        k1 = f(state, t)
        k2 = f(state + h / 2 * k1, t + h / 2)
        k3 = f(state + h / 2 * k2, t + h / 2)
        k4 = f(state + h * k3, s)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state


def log_normal(z):
    return -0.5 * (z**2).sum(-1) - z.shape[-1] / 2 * math.log(2 * math.pi)


def by_an_ode(*, start=1.0, sign=1.0, prior=log_normal, scale=1.0):
    """In NumPy, the log density carried along as one more coordinate; data at t = 1."""

    def log_density(velocity, divergence, x):
        def motion(state, t):
            at = state[:, :-1]
            return np.concatenate([velocity(at, t), sign * divergence(at, t)[:, None]], axis=1)

        end = rk4(motion, np.concatenate([x, np.zeros((len(x), 1))], axis=1), np.linspace(start, 1 - start, 21))
        return scale * (prior(end[:, :-1]) + end[:, -1])

    return log_density


def bits_per_dimension(velocity, divergence, x):
    return -by_an_ode()(velocity, divergence, x) / x.shape[1] / math.log(2)


def skilling_hutchinson(noise_to_data, probes=2, divide=True):
    """In PyTorch, with data at t = 0: the trace by probes of signs and automatic differentiation."""

    def log_density(velocity, divergence, x):
        signs_of = [torch.tensor(signs, dtype=x.dtype) for signs in ([1.0, 1.0], [1.0, -1.0])] * (probes // 2)

        def drift(x, t):
            return -velocity(x, 1 - t)

        def motion(state, t):
            with torch.enable_grad():
                at = state[:, :-1].detach().requires_grad_(True)
                d = drift(at, t)
                trace = torch.zeros(len(at), dtype=at.dtype)
                for probe in signs_of:
                    (pulled,) = torch.autograd.grad((d * probe).sum(), at, retain_graph=True)
                    trace = trace + (pulled * probe).sum(-1)
            return torch.cat([d.detach(), (trace / (probes if divide else 1))[:, None]], dim=1)

        times = np.linspace(0.0, 1.0, 21)
        times = times[::-1] if noise_to_data else times
        end = rk4(motion, torch.cat([x, torch.zeros_like(x[:, :1])], dim=1), times)
        return log_normal(end[:, :-1]) + end[:, -1]

    return log_density


WRONG = {
    "row 21: integrated from noise to data": (
        by_an_ode(start=0.0),
        "numpy",
        ("integrated the wrong way, from noise to data", "consistency_models_cifar10 #12"),
    ),
    "row 21: in PyTorch, with data at t = 0": (
        skilling_hutchinson(noise_to_data=True),
        "torch",
        ("integrated the wrong way, from noise to data", "consistency_models_cifar10 #12"),
    ),
    "the divergence has the opposite sign": (by_an_ode(sign=-1.0), "numpy", ("divergence has the opposite sign",)),
    "the divergence is forgotten": (by_an_ode(sign=0.0), "numpy", ("The divergence is forgotten",)),
    "the normalisation is missing": (
        by_an_ode(prior=lambda z: -0.5 * (z**2).sum(-1)),
        "numpy",
        ("normalisation of the noise is missing",),
    ),
    "the negative": (by_an_ode(scale=-1.0), "numpy", ("negative log likelihood",)),
    "bits": (bits_per_dimension, "numpy", ("bits per dimension",)),
    "probes are not averaged": (
        skilling_hutchinson(noise_to_data=False, divide=False),
        "torch",
        ("The divergence is counted 2 times", "bayesflow #772"),
    ),
}
RIGHT = {
    "numpy": (by_an_ode(), "numpy"),
    "torch": (skilling_hutchinson(noise_to_data=False), "torch"),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_the_mistake_is_named(case):
    wrong, backend, phrases = WRONG[case]
    found = check_likelihood(wrong, backend=backend)
    assert not found and found.statistic > 0.1
    assert all(phrase in found.words for phrase in phrases), found.words


@pytest.mark.parametrize("case", RIGHT, ids=str)
@pytest.mark.parametrize("schedule", [None, ri.schedules.Trigonometric()], ids=str)
def test_the_right_one_passes(case, schedule):
    right, backend = RIGHT[case]
    check_likelihood(right, schedule, backend=backend).require()

"""k-diffusion without its samplers: noise levels, preconditioning, discrete schedules, solver steps, likelihood."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import numpy as np

from refimpl import conventions, time_grids
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.loading import submodule
from refimpl.distributions import GaussianMixture
from refimpl.field import MarginalField
from refimpl.formulas import conversions
from refimpl.path import GaussianPath
from refimpl.schedules import EDM, Discrete, Trigonometric, VariancePreserving
from refimpl.testing import check_likelihood, check_time_grid
from refimpl.testing.evidence import Evidence

_STEPS = (1, 2, 5, 20, 50)
_LEAST, _MOST = 0.02, 80.0
# Their grids are in float32. A power of 7, or the exponential of a number up to 5, makes ten roundings of one.
_SINGLE = 1e-6
_MIXTURE = GaussianMixture([0.6, 0.4], [[-1.0], [1.2]], variances=[0.2, 0.05])


def _karras() -> Evidence:
    theirs = submodule("k_diffusion", "sampling").get_sigmas_karras
    return check_time_grid(
        lambda n: theirs(n, _LEAST, _MOST),
        lambda n: time_grids.karras(n, _LEAST, _MOST),
        steps=_STEPS,
        accuracy=_SINGLE,
    )


def _exponential(name: str) -> Evidence:
    """Equal steps of log sigma, which are those of the log-SNR."""
    theirs = getattr(submodule("k_diffusion", "sampling"), f"get_sigmas_{name}")
    path = EDM(_MOST)
    ends = [float(path.log_snr(float(conventions.time_at_edm_sigma(path, sigma)))) for sigma in (_MOST, _LEAST)]

    def ours(n: int) -> Any:
        if n == 1:
            return np.array([_MOST, 0.0])
        times = time_grids.uniform_in_log_snr(path, n, ends[0], ends[1])
        return conventions.edm_sigma(path, times)

    return check_time_grid(lambda n: theirs(n, _LEAST, _MOST), ours, steps=_STEPS, accuracy=_SINGLE)


def _vp() -> Evidence:
    theirs = submodule("k_diffusion", "sampling").get_sigmas_vp
    n = 50
    right = conventions.edm_sigma(VariancePreserving(0.1, 20.0), 1 - np.linspace(1.0, 1e-3, n))
    statement = "sigma(t) = sqrt(exp(integral of beta) - 1), to the digits of float32."
    return agreement("get_sigmas_vp", statement, theirs(n)[:-1], right, accuracy=_SINGLE)


def _scalings(kind: str) -> Evidence:
    sigma, data = np.geomspace(0.002, 80.0, 20), 0.5
    import torch

    if kind == "denoiser":
        model = submodule("k_diffusion", "layers").Denoiser(None, sigma_data=data)
        sign = 1.0
    else:  # a network that predicts v, which has the opposite sign of what EDM lets its network predict
        model, data, sign = submodule("k_diffusion", "external").VDenoiser(None), 1.0, -1.0
    got = torch.stack(model.get_scalings(torch.tensor(sigma)))
    skip, out, into = conversions.edm_preconditioning(sigma, data, xp=np)
    statement = "c_skip, c_out and c_in are those of EDM."
    return agreement(f"{kind}.scalings", statement, got, np.stack([skip, sign * out, into]), accuracy=1e-14)


def _v_denoiser() -> Evidence:
    """A perfect v-prediction on alpha = cos, sigma = sin becomes E[data | x], with the times that they tell it."""
    import torch

    field = MarginalField(GaussianPath(Trigonometric()), _MIXTURE)

    def network(x: Any, t: Any) -> Any:
        return torch.tensor(field.v_prediction(x.numpy(), 1 - t.numpy()))

    model = submodule("k_diffusion", "external").VDenoiser(network)
    edm = MarginalField(GaussianPath(EDM()), _MIXTURE)
    sigma = np.repeat([0.01, 0.3, 1.0, 5.0, 79.0], 8)
    x = edm.sample(sigma.size, 1 - sigma / 80, 0)
    with torch.no_grad():
        got = model(torch.tensor(x), torch.tensor(sigma))
    statement = "A perfect v-prediction becomes E[data | x]."
    return agreement("v_denoiser", statement, got, edm.denoiser(x, 1 - sigma / 80), accuracy=1e-12, scale=1.0)


def _to_d() -> Evidence:
    import torch

    edm = MarginalField(GaussianPath(EDM()), _MIXTURE)
    sigma = np.repeat([0.01, 0.3, 1.0, 5.0, 79.0], 8)
    t = 1 - sigma / 80
    x = edm.sample(sigma.size, t, 1)
    got = submodule("k_diffusion", "sampling").to_d(
        torch.tensor(x), torch.tensor(sigma), torch.tensor(edm.denoiser(x, t))
    )
    statement = "to_d is dx/dsigma along the flow: minus the velocity per unit of sigma."
    return agreement("to_d", statement, got, -edm.velocity(x, t) / 80, accuracy=1e-12, scale=1.0)


def _table() -> tuple[Any, np.ndarray, Any]:
    """Their discrete schedule, its right sigmas, and the table that they come from, in float32 as people hold it."""
    import torch

    betas = np.linspace(1e-4, 0.02, 1000)
    ours = Discrete(betas)
    right = conventions.edm_sigma(ours, ours.times())[1:]
    right = right[::-1] if right[0] > right[-1] else right
    cumprod = torch.tensor(np.cumprod(1 - betas), dtype=torch.float64)
    theirs = submodule("k_diffusion", "external").DiscreteEpsDDPMDenoiser(lambda x, t: x, cumprod, quantize=False)
    return theirs, right, torch


def _discrete() -> Evidence:
    theirs, right, _ = _table()
    statement = "The sigmas of a table are sqrt((1 - alpha-bar) / alpha-bar)."
    return agreement("discrete.sigmas", statement, theirs.sigmas, right, accuracy=1e-12)


def _discrete_inverse() -> Evidence:
    """Through float32, in which `t_to_sigma` holds t: 6e-8 of 999, and as much of a step of log sigma."""
    theirs, _, torch = _table()
    t = torch.tensor([0.0, 0.25, 1.0, 17.5, 500.0, 998.0, 998.75, 999.0], dtype=torch.float64)
    got = theirs.sigma_to_t(theirs.t_to_sigma(t))
    statement = "sigma_to_t undoes t_to_sigma, between the rows too."
    return agreement("discrete.inverse", statement, got, t, accuracy=1e-4, scale=1.0)


def _weighting() -> Evidence:
    """Their class takes a name or a function."""
    import torch

    layers = submodule("k_diffusion", "layers")
    sigma = torch.tensor([0.5, 2.0], dtype=torch.float64)
    model = layers.Denoiser(lambda x, s: torch.zeros_like(x), sigma_data=0.5, weighting=lambda s: 3 * s)
    data = torch.tensor([[1.0], [2.0]], dtype=torch.float64)
    got = model.loss(data, torch.zeros_like(data), sigma)
    skip, out, _ = conversions.edm_preconditioning(sigma.numpy(), 0.5, xp=np)
    right = ((1 - skip) * data[:, 0].numpy() / out) ** 2 * 3 * sigma.numpy()
    statement = "A weighting that is a function weights the loss."
    return agreement("denoiser.weighting-function", statement, got, right, accuracy=1e-12)


def _likelihood(most: float) -> Evidence:
    """Both probes of a random sign in two dimensions, so that their average is the trace."""
    import torch

    sampling = submodule("k_diffusion", "sampling")
    path = EDM(4 * most)  # their solver steps beyond the last sigma and comes back

    def log_density(velocity: Callable[..., Any], divergence: Callable[..., Any], x: Any) -> Any:
        def model(points: Any, sigma: Any) -> Any:
            return points + sigma[:, None] * velocity(points, 1 - sigma / (4 * most)) / (4 * most)

        found = []
        for second in (0, 1):
            signs = torch.tensor([1, second], dtype=x.dtype)
            with patch("torch.randint_like", lambda like, high, signs=signs: signs.expand_as(like).clone()):
                found.append(sampling.log_likelihood(model, x, 1e-3, most, atol=1e-7, rtol=1e-7)[0])
        return (found[0] + found[1]) / 2

    return check_likelihood(log_density, path, accuracy=1e-3, backend="torch")


def _solver(order: int) -> Evidence:
    """Steps of their DPM-Solver in log sigma, on Gaussian data, against the exact flow."""
    import torch

    from refimpl.conform.solvers import fitted_order

    field = MarginalField(GaussianPath(EDM(80.0)), GaussianMixture([1.0], [[0.7]], variances=[0.25]))
    solver = submodule("k_diffusion", "sampling").DPMSolver(
        lambda x, sigma: torch.tensor(field.denoiser(x.numpy(), 1 - sigma.numpy() / 80))
    )
    start, end = np.array([[60.0], [-45.0]]), math.log(0.05)
    exact = field.flow(start, 1 - 40 / 80, 1 - 0.05 / 80)

    def integrate(n: int) -> np.ndarray:
        x = torch.tensor(start)
        times = torch.linspace(-math.log(40.0), -end, n + 1, dtype=torch.float64)
        for t, then in pairwise(times):
            x, _ = getattr(solver, f"dpm_solver_{order}_step")(x, t, then)
        return x.numpy()

    return fitted_order(f"dpm_solver_{order}", integrate, exact, order, (40, 80, 160))


def _weights() -> Evidence:
    """The order of a step of the third-order multistep method by itself, however the first steps are made.

    The model answers u^4, where u = -log(sigma) runs from 0 to 1: nothing, to begin with, so that first steps of lower
    order make no error. What comes out is the integral of u^4 e^u.
    """
    import torch

    from refimpl.conform.solvers import fitted_order

    sample = submodule("k_diffusion", "sampling").sample_dpmpp_3m_sde

    def integrate(n: int) -> np.ndarray:
        sigmas = torch.linspace(0, -1, n + 1, dtype=torch.float64).exp()
        zero = torch.zeros(1, 1, dtype=torch.float64)
        x = sample(lambda x, sigma: 0 * x + sigma.log() ** 4, zero, sigmas, eta=0.0, disable=True)
        return x[0, 0].numpy() * math.e

    return fitted_order("dpmpp_3m_sde", integrate, np.array(9 * math.e - 24), 3, (18, 36, 72))


def checks() -> list[Check]:
    listed = [
        Check("get_sigmas_karras", "The noise levels are those of EDM.", _karras),
        Check("get_sigmas_exponential", "Equal steps of log sigma.", partial(_exponential, "exponential")),
        Check("get_sigmas_polyexponential", "Equal steps of log sigma.", partial(_exponential, "polyexponential")),
        Check("get_sigmas_vp", "The noise levels are those of the variance-preserving path, to float32.", _vp),
        Check("to_d", "to_d is dx/dsigma along the flow.", _to_d),
        Check("denoiser.scalings", "c_skip, c_out and c_in are those of EDM.", partial(_scalings, "denoiser")),
        Check("denoiser.weighting-function", "A weighting that is a function weights the loss.", _weighting),
        Check("v_denoiser.scalings", "The scalings are those of EDM with unit data.", partial(_scalings, "v")),
        Check("v_denoiser", "A perfect v-prediction becomes E[data | x].", _v_denoiser),
        Check("discrete.sigmas", "The sigmas of a table are right.", _discrete),
        Check("discrete.inverse", "sigma_to_t undoes t_to_sigma.", _discrete_inverse),
        Check("log_likelihood.80", "It is the log density of the data.", partial(_likelihood, 80.0)),
        Check("log_likelihood.10000", "It is, with a prior as wide as 1e4.", partial(_likelihood, 1e4)),
    ]
    statement = "Without noise the steps of sample_dpmpp_3m_sde have order 3, however the first of them are made."
    listed.append(Check("dpmpp_3m_sde.weights", statement, _weights))
    for order in (1, 2, 3):
        statement = f"dpm_solver_{order}_step has order {order} in log sigma."
        listed.append(Check(f"dpm_solver_{order}_step", statement, partial(_solver, order)))
    return listed

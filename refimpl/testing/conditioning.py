"""How accurately the exact field of a Gaussian mixture can be known at a point: mixtures that are hard, and condition
numbers.

The condition number of an output at a point is the norm over its row of |output| plus the sum over all inputs of
|input · d(output)/d(input)|: a relative error of the size eps in the inputs, which rounding them brings, moves the
output by up to eps times as much. Inputs are the point, the time, the weights, the means and the covariances. The
derivatives come from PyTorch in float64, through a textbook formula that shares no code with the field: one digit of
them is enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.distributions import GaussianMixture

ROUNDINGS = 16  # the accuracy of the field: so many rounding errors times the condition number, at most
FORMS = ("isotropic", "diagonal", "full")
GEOMETRIES = ("ordinary", "far apart", "nearly equal", "nearly singular", "shifted by 10")
TIMES = (0.0, 1e-6, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-6, 1.0)
QUANTITIES = ("velocity", "score", "denoiser", "noise_prediction", "log_density", "divergence")


def hard_mixture(form: str, geometry: str, components: int, dimension: int, seed: int = 0) -> GaussianMixture:
    """A random mixture of one of FORMS and one of GEOMETRIES.

    Far apart: means at distances of 100, deviations of 0.1. Nearly equal: means and variances differ by 1e-6. Nearly
    singular: a variance of 1e-8, the only one of a round component, one of several otherwise.
    """
    random = np.random.default_rng(seed)
    weights = random.uniform(0.5, 2, components)
    means = random.standard_normal((components, dimension))
    variances = random.uniform(0.3, 1.5, (components, 1 if form == "isotropic" else dimension))
    if geometry == "far apart":
        means, variances = 100 * means, variances / 100
    elif geometry == "nearly equal":
        means = means[:1] + 1e-6 * means
        variances = variances[:1] * (1 + 1e-6 * random.standard_normal(variances.shape))
    elif geometry == "nearly singular":
        variances[np.arange(components), random.integers(variances.shape[1], size=components)] = 1e-8
    elif geometry == "shifted by 10":
        means = means + 10
    weights = weights / weights.sum()
    if form != "full":
        return GaussianMixture(weights, means, variances=np.broadcast_to(variances, means.shape))
    bases = np.stack([np.linalg.qr(random.standard_normal((dimension, dimension)))[0] for _ in range(components)])
    covariances = (bases * variances[:, None, :]) @ bases.mT
    return GaussianMixture(weights, means, covariances=(covariances + covariances.mT) / 2)


def hard_points(mixture: GaussianMixture, t: float, n: int, random: np.random.Generator) -> np.ndarray:
    """Points (n, d) of the linear path at time t, in float32: around one component at any distance, some on the way to
    another, some near the origin.
    """
    d = mixture.dimension
    covariances = mixture.covariances
    points = np.empty((n, d))
    for i in range(n):
        k, j = random.integers(len(mixture.weights), size=2)
        factor = np.linalg.cholesky(t**2 * covariances[k] + (1 - t) ** 2 * np.eye(d))
        x = t * mixture.means[k] + 10 ** random.uniform(-1, 0.9) * factor @ random.standard_normal(d)
        if random.random() < 0.4:
            x = x + random.random() * t * (mixture.means[j] - mixture.means[k])
        points[i] = x * 10 ** random.uniform(-4, 0) if random.random() < 0.1 else x
    return points.astype(np.float32)


def condition_numbers(mixture: GaussianMixture, x: np.ndarray, t: float) -> dict[str, float]:
    """The condition number of each of QUANTITIES on the linear path, at one point (d,)."""
    import torch

    d = mixture.dimension
    rows = torch.split(_sensitivity(_textbook, mixture, x, t), [d, d, d, d, 1, 1])
    return {name: float(torch.linalg.vector_norm(row)) for name, row in zip(QUANTITIES, rows, strict=True)}


def share_condition_numbers(mixture: GaussianMixture, x: np.ndarray, t: float) -> np.ndarray:
    """The condition number of the probability of each component on the linear path, at one point (d,): (K,)."""
    import torch

    return _sensitivity(lambda *inputs: torch.softmax(_components(*inputs)[0], -1), mixture, x, t).numpy()


def _sensitivity(function: Any, mixture: GaussianMixture, x: np.ndarray, t: float) -> Any:
    """|output| plus the sum over all inputs of |input · d(output)/d(input)|, for each of the outputs."""
    import torch

    spread = mixture.covariances if mixture.bases is not None else mixture.variances
    inputs = [torch.tensor(np.asarray(a, dtype=np.float64)) for a in (x, t, mixture.weights, mixture.means, spread)]
    argnums = tuple(range(len(inputs)))
    jacobians = torch.func.jacrev(function, argnums, chunk_size=64)(*inputs)
    total = function(*inputs).abs()
    for value, jacobian in zip(inputs, jacobians, strict=True):
        total = total + (jacobian * value).reshape(len(total), -1).abs().sum(-1)
    return total


def _textbook(x: Any, t: Any, weights: Any, means: Any, spread: Any) -> Any:
    """All of QUANTITIES on the linear path, one after the other: (4d + 2,)."""
    import torch

    sigma, half_rate = 1 - t, t - 1
    logs, white, data, trace = _components(x, t, weights, means, spread)
    shares = torch.softmax(logs, -1)
    velocities = data + half_rate * white
    velocity, score, denoiser = (shares @ each for each in (velocities, -white, data))
    divergence = shares @ (trace - (velocities * (white + score)).sum(-1))
    log_density = torch.logsumexp(logs, -1)
    return torch.cat([velocity, score, denoiser, -sigma * score, log_density[None], divergence[None]])


def _components(x: Any, t: Any, weights: Any, means: Any, spread: Any) -> Any:
    """Of each component log(weight · density), its inverse covariance times (x - mean), E[data | x] and the
    divergence of its velocity.
    """
    import torch

    alpha, sigma, half_rate, d = t, 1 - t, t - 1, x.shape[0]
    rest = x - alpha * means
    if spread.ndim == 3:
        spread = (spread + spread.mT) / 2  # an entry and its mirror image are one input
        factor = torch.linalg.cholesky(alpha**2 * spread + sigma**2 * torch.eye(d, dtype=x.dtype))
        precision = torch.cholesky_inverse(factor)
        log_determinant = 2 * factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        white = (precision @ rest[..., None])[..., 0]
        data = means + alpha * (spread @ white[..., None])[..., 0]
        trace = alpha * (spread * precision).sum((-2, -1)) + half_rate * precision.diagonal(dim1=-2, dim2=-1).sum(-1)
    else:
        own = alpha**2 * spread + sigma**2
        white, log_determinant = rest / own, own.log().sum(-1)
        data = means + alpha * spread * white
        trace = ((alpha * spread + half_rate) / own).sum(-1)
    logs = weights.log() - (rest * white).sum(-1) / 2 - log_determinant / 2 - d / 2 * np.log(2 * np.pi)
    return logs, white, data, trace

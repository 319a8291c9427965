"""Strangers' networks and integrators: exact predictions of a mixture, each written in the style of somebody else."""

import math

import numpy as np

import refimpl as ri
from refimpl.testing import check_field, check_order

WEIGHTS = np.array([0.5, 0.3, 0.2])
MEANS = np.array([[1.0, -0.5], [-1.2, 0.3], [0.2, 1.4]])
VARIANCES = np.array([0.2, 0.05, 0.4])
MIXTURE = ri.GaussianMixture(WEIGHTS, MEANS, variances=np.broadcast_to(VARIANCES[:, None], MEANS.shape))
LINEAR = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), MIXTURE)
EDM = ri.MarginalField(ri.GaussianPath(ri.schedules.EDM()), MIXTURE)
IMAGES = np.random.default_rng(5).normal(size=(2, 1, 4, 4))
OF_IMAGES = ri.MarginalField(
    ri.GaussianPath(ri.schedules.Trigonometric()),
    ri.GaussianMixture([0.6, 0.4], IMAGES.reshape(2, -1), variances=np.full((2, 16), 0.3)),
)


def ideal_denoiser(x, scale, std):
    """E[data | x] for x = scale data + std noise; (n, 2), with (n, 1) for the scales."""
    total = scale[:, :, None] ** 2 * VARIANCES[:, None] + std[:, :, None] ** 2  # (n, 3, 1)
    rest = x[:, None, :] - scale[:, :, None] * MEANS
    logits = np.log(WEIGHTS) - (rest**2).sum(-1) / (2 * total[..., 0]) - np.log(total[..., 0])
    share = np.exp(logits - logits.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    centres = MEANS + scale[:, :, None] * VARIANCES[:, None] / total * rest
    return (share[..., None] * centres).sum(1)


# ---- right ---------------------------------------------------------------------------------------------------------


def module_of_images():
    """A torch module with (B, C, H, W) in float32, data at t = 0, predicting v."""
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("centres", torch.tensor(IMAGES, dtype=torch.float32))
            self.register_buffer("log_weights", torch.tensor([0.6, 0.4]).log())

        def forward(self, x, t):
            a, s = (f(t * torch.pi / 2)[:, None, None, None] for f in (torch.cos, torch.sin))
            total = 0.3 * a**2 + s**2
            rest = x[:, None] - a[:, None] * self.centres
            share = torch.softmax(self.log_weights - (rest**2).sum((2, 3, 4)) / (2 * total[:, :, 0, 0]), dim=1)
            x0 = self.centres + (0.3 * a / total)[:, None] * rest
            x0 = (share[:, :, None, None, None] * x0).sum(1)
            eps = s / total * (rest * share[:, :, None, None, None]).sum(1)
            return a * eps - s * x0

    net = Net()
    return check_field(
        lambda x, t: net(x, 1 - t),
        OF_IMAGES,
        predicts="v_prediction",
        shape=(1, 4, 4),
        dtype=torch.float32,
        backend="torch",
    )


def log_snr_in_jax():
    """A jitted noise prediction that is told the logarithm of the signal-to-noise ratio."""
    import jax
    import jax.numpy as jnp

    def one(x, log_snr):
        a, s = jax.nn.sigmoid(log_snr / 2), jax.nn.sigmoid(-log_snr / 2)

        def log_density(x):
            total = a**2 * VARIANCES + s**2
            away = jnp.sum((x - a * MEANS) ** 2, axis=1)
            return jax.scipy.special.logsumexp(jnp.log(WEIGHTS) - away / (2 * total) - jnp.log(total))

        return -s * jax.grad(log_density)(x)

    eps = jax.jit(jax.vmap(one))
    return check_field(lambda x, t: eps(x, 2 * jnp.log(t / (1 - t))), LINEAR, predicts="noise", backend="jax")


class Preconditioned:
    """A denoiser D(x; sigma) = c_skip x + c_out F(c_in x; sigma) in the space of data + sigma noise."""

    sigma_data = 0.5

    def scalings(self, sigma):
        total = sigma**2 + self.sigma_data**2
        return self.sigma_data**2 / total, sigma * self.sigma_data / total**0.5, total**-0.5

    def network(self, scaled, sigma):
        skip, out, inner = self.scalings(sigma)
        x = scaled / inner
        return (ideal_denoiser(x, np.ones_like(sigma), sigma) - skip * x) / out

    def __call__(self, x, sigma):
        skip, out, inner = self.scalings(sigma)
        return skip * x + out * self.network(inner * x, sigma)


def denoiser_in_sigma():
    model = Preconditioned()
    return check_field(lambda x, t: model(x, EDM.path.schedule.sigma(t)[:, None]), EDM, predicts="data")


def rectified(x, t):
    """noise - data on the straight path from data at t = 0."""
    t = t[:, None]
    x0 = ideal_denoiser(x, 1 - t, t)
    return (x - x0) / t


def data_at_zero():
    return check_field(lambda x, t: -rectified(x, 1 - t), LINEAR)


def heun_towards_zero(sign=1.0, second_time="next"):
    """From noise at tau = 1 to data at tau = 0, as a step of ours."""

    def advance(model, x, tau, tau_next):
        dt = tau_next - tau
        d = model(x, tau)
        d_next = model(x + dt * d, tau_next if second_time == "next" else tau)
        return x + sign * 0.5 * dt * (d + d_next)

    return lambda predict, x, t, s: advance(lambda x, tau: -predict(x, 1 - tau), x, 1 - t, 1 - s)


def heun():
    return check_order(heun_towards_zero(), expected=2)


def dpm_solver_2(predict, x, t, s):
    """Exponential integrator in half the log-SNR, with the middle in that variable; predicts noise."""

    def lam(u):
        return math.log(u / (1 - u))

    h = lam(s) - lam(t)
    middle = 1 / (1 + math.exp(-(lam(t) + h / 2)))
    u = middle / t * x - (1 - middle) * math.expm1(h / 2) * predict(x, t)
    return s / t * x - (1 - s) * math.expm1(h) * predict(u, middle)


def exponential():
    return check_order(dpm_solver_2, expected=2, predicts="noise")


# ---- each with one mistake -----------------------------------------------------------------------------------------


def score_sign():
    def score(x, t):
        alpha, sigma = t[:, None], 1 - t[:, None]
        return (x - alpha * ideal_denoiser(x, alpha, sigma)) / sigma**2

    return check_field(score, LINEAR, predicts="score")


def score_of_flow_with_a_half():
    def score(x, t):
        a = t[:, None]
        u = (ideal_denoiser(x, a, 1 - a) - x) / (1 - a)
        return (a * u - x) / (1 - a) * (1 - a) ** 2 / 2

    return check_field(score, LINEAR, predicts="score")


def half_a_score_for_a_velocity():
    """g = 1 in the place of the root of 2 sigma in the space where sigma is the time."""
    schedule = EDM.path.schedule

    def velocity(x, t):
        sigma, rate = schedule.sigma(t)[:, None], schedule.dsigma(t)[:, None]
        score = (ideal_denoiser(x, np.ones_like(sigma), sigma) - x) / sigma**2
        return rate * (-0.5 * score)

    return check_field(velocity, EDM)


def conversion_with_a_row_of_times():
    def epsilon_to_velocity(eps, x_t, t):
        return (x_t - (1 - t) * eps) / t - eps

    def velocity(x, t):
        a = t[:, None]
        eps = (x - a * ideal_denoiser(x, a, 1 - a)) / (1 - a)
        return epsilon_to_velocity(eps, x, t)

    return check_field(velocity, LINEAR)


def second_stage_at_the_first_time():
    return check_order(heun_towards_zero(second_time="first"), expected=2)

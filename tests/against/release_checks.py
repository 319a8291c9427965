"""The checks that tell an old release from a fixed one. A check is the same for both, and never says which it has."""

from importlib import import_module
from itertools import pairwise

import numpy as np

import refimpl as ri
from refimpl.testing import check_sampler
from refimpl.testing.evidence import measured

BETAS = np.linspace(1e-4, 0.02, 1000)
TABLE = ri.schedules.Discrete(BETAS)
SCALED = ri.schedules.VariancePreserving()  # rates from 0.1 to 20, as in deepinv
LARGEST = float(SCALED.sigma(1e-7) / SCALED.alpha(1e-7))
LEVELS = ri.schedules.Trigonometric()  # any path that keeps the variance: only the noise level counts
FLOAT32 = 1e-4  # their tables are in float32: 6e-8 of alpha-bar, over a noise variance of 1e-4 in the last row
LOGARITHM = 2e-3  # 6e-8 over a variance of 1e-4 is 6e-4, in the numerator and in the denominator


def of_integers(k):
    return 1 - (k + 1) / 1000


def scheduler(module, name, **options):
    made = getattr(import_module(f"diffusers.schedulers.{module}"), name)
    return made(num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear", **options)


def ddim_data_prediction():
    def run(predict, x, n):
        ddim = scheduler("scheduling_ddim", "DDIMScheduler", clip_sample=False, prediction_type="sample")
        ddim.set_timesteps(n)
        for t in ddim.timesteps:
            x = ddim.step(predict(x, int(t)), int(t), x).prev_sample
        return x

    return check_sampler(
        run, TABLE, predicts="data", timestep=of_integers, accuracy=FLOAT32, backend="torch", steps=(1, 2, 5, 20, 50)
    )


def ddpm(steps=(1, 2, 5, 20, 50), **options):
    import torch

    def run(predict, x, n, normal):
        ddpm = scheduler("scheduling_ddpm", "DDPMScheduler", clip_sample=False, variance_type="fixed_small", **options)
        ddpm.set_timesteps(n)
        torch.randn = lambda *_, **__: normal(x)
        for t in ddpm.timesteps:
            x = ddpm.step(predict(x, int(t)), int(t), x).prev_sample
        return x

    return check_sampler(
        run, TABLE, timestep=of_integers, stochastic=True, accuracy=FLOAT32, backend="torch", steps=steps
    )


def ddpm_skipped_steps():
    return ddpm()


def ddpm_trailing():
    return ddpm((1, 2, 7, 13, 30), timestep_spacing="trailing")


def dpm_solver(module="multistep", name="DPMSolverMultistepScheduler", steps=(2, 5, 20, 50), **options):
    """Told the noise level that the solver itself keeps for its step, for it rounds the timesteps."""

    def run(predict, x, n):
        dpm = scheduler(f"scheduling_dpmsolver_{module}", name, **options)
        dpm.set_timesteps(n)
        for i, t in enumerate(dpm.timesteps):
            level = 2 / np.pi * np.arctan(1 / float(dpm.sigmas[i]))
            x = dpm.step(predict(x, level), t, x).prev_sample
        return x

    return check_sampler(run, LEVELS, accuracy=FLOAT32, backend="torch", steps=steps)


def dpm_solver_karras():
    return dpm_solver(use_karras_sigmas=True)


def dpm_solver_three():
    return dpm_solver("singlestep", "DPMSolverSinglestepScheduler", (4, 5, 6, 20), solver_order=3)


def learned_range(skip):
    """The interpolated variance of a reverse step, with and without rows of the table left out."""
    import torch

    ddpm = scheduler("scheduling_ddpm", "DDPMScheduler", clip_sample=False, variance_type="learned_range")
    ddpm.set_timesteps(1000 // skip)
    t = torch.arange(skip, 1000)

    def variance(share):
        """Of the step from each row: what `step` takes the root of, or half of which it gives to `exp`."""
        torch.randn = lambda shape, *_, **__: torch.ones(shape)
        rows = []
        for k in t.tolist():
            x, output = torch.zeros(1, 1, 1, 1), torch.zeros(1, 2, 1, 1)
            output[:, 1] = 2 * share - 1
            rows.append(float(ddpm.step(output, k, x).prev_sample) ** 2)
        return np.array(rows)

    before = (t - skip).numpy()
    bar = np.cumprod(1 - BETAS)
    at, to = bar[t.numpy()], bar[before]
    words = f"The learned variance of a step over {skip} rows of the table."
    off, worst = 0.0, ""
    for share in (0.0, 0.25, 0.5, 1.0):
        right = ri.formulas.ddpm.learned_range(share, np.sqrt(at), np.sqrt(1 - at), np.sqrt(to), np.sqrt(1 - to))
        came = variance(share)
        errors = np.where(np.isfinite(came), np.abs(came / right - 1), np.inf)
        k = int(errors.argmax())
        if errors[k] > off:
            off = float(errors[k])
            worst = f"With share {share:g} the step from t = {t[k]} has variance {came[k]:.4g}, not {right[k]:.4g}."
            linear = share * (1 - at / to) + (1 - share) * (1 - at / to) * (1 - to) / (1 - at)
            if np.allclose(came, linear, rtol=LOGARITHM):
                worst = f"The variances are interpolated, not their logarithms. {worst}"
            if share == 1 and np.allclose(came, BETAS[t.numpy()], rtol=LOGARITHM):
                worst = f"The largest variance is that of one row of the table, though steps are skipped. {worst}"
    failure = worst if off > LOGARITHM else ""
    return measured("learned range", words, failure, off, LOGARITHM, 4 * len(t), f"holds: right to {off:.1g}.")


def learned_range_all_steps():
    return learned_range(1)


def learned_range_skipped_steps():
    return learned_range(50)


def lucidrains_ddim():
    """Its loop makes its own first points and rescales the last: given ours, and rescaled back."""
    import torch

    class Network(torch.nn.Module):
        channels = out_dim = 1
        self_condition = learned_sinusoidal_cond = random_or_learned_sinusoidal_cond = False

        def forward(self, x, t, *_):
            return self.predict(x, int(t[0]))

    def run(predict, x, n):
        network = Network()
        network.predict = predict
        module = import_module("denoising_diffusion_pytorch.denoising_diffusion_pytorch")
        loop = module.GaussianDiffusion(
            network, image_size=1, timesteps=1000, sampling_timesteps=n, beta_schedule="linear", ddim_sampling_eta=0.0
        )
        torch.randn = lambda *_, **__: x
        return 2 * loop.ddim_sample(x.shape, clip_denoised=False) - 1

    return check_sampler(run, TABLE, timestep=of_integers, accuracy=FLOAT32, backend="torch", steps=(1, 2, 5, 20, 50))


def deepinv_vp():
    """Euler's method along the drift of the probability flow that `alpha=0` asks for; t runs from 1 to 0 there."""
    import torch

    module = import_module("deepinv.sampling.diffusion_sde")

    class Denoiser(torch.nn.Module):
        def forward(self, x, sigma, *_, **__):
            level = float(sigma.reshape(-1)[0])
            t = 0.0 if level > LARGEST else float(SCALED.time_at_log_snr(-2 * np.log(level)))
            return self.predict(x.double() / np.sqrt(1 + level**2), t).to(torch.float32)

    def run(predict, x, n):
        denoiser = Denoiser()
        denoiser.predict = predict
        sde = module.VariancePreservingDiffusion(alpha=0.0)
        sde.denoiser = denoiser  # without the wrapper for images
        times = np.linspace(1, 0.01, n + 1)
        for t, s in pairwise(times):
            drift = sde.discretize(x, torch.tensor(t), seed=None)[0]
            x = x + (t - s) * drift
        return x

    return check_sampler(
        run, SCALED, predicts="data", end=0.99, exact=False, steps=(100, 400), accuracy=1e-5, backend="torch"
    )


CHECKS = {
    "dpm_solver_three": ("diffusers", dpm_solver_three),
    "deepinv_vp": ("deepinv", deepinv_vp),
    "ddim_data_prediction": ("diffusers", ddim_data_prediction),
    "ddpm_skipped_steps": ("diffusers", ddpm_skipped_steps),
    "dpm_solver_karras": ("diffusers", dpm_solver_karras),
    "ddpm_trailing": ("diffusers", ddpm_trailing),
    "learned_range_all_steps": ("diffusers", learned_range_all_steps),
    "learned_range_skipped_steps": ("diffusers", learned_range_skipped_steps),
    "lucidrains_ddim": ("denoising_diffusion_pytorch", lucidrains_ddim),
}

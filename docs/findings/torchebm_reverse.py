import torch
from torchebm.samplers import FlowSampler


class Velocity(torch.nn.Module):
    def forward(self, x, t):  # exact for data N(0.7, 0.25) on the linear path
        t = t.reshape(-1, 1)
        return 0.7 + (0.25 * t - (1 - t)) / (0.25 * t**2 + (1 - t) ** 2) * (x - 0.7 * t)


sampler = FlowSampler(Velocity(), reverse=True, integrator="rk4", dtype=torch.float64, device="cpu")
came = sampler.sample(x=torch.full((1, 1), 1.2, dtype=torch.float64), n_steps=100)
print("comes", float(came), "right", (1.2 - 0.7) / 0.25**0.5)  # the noise that the flow leads to 1.2

import torch
from torchebm.samplers import FlowSampler


class Score(torch.nn.Module):
    def forward(self, x, t):  # exact for data N(0.7, 0.25) on the linear path, but for an error of 0.001
        t = t.reshape(-1, 1)
        return -(x - 0.7 * t) / (0.25 * t**2 + (1 - t) ** 2) + 0.001


x, end = torch.ones(1, 1, dtype=torch.float64), {}
for eps in (0.0, 0.001):  # 0 is the default
    sampler = FlowSampler(Score(), prediction="score", integrator="heun", sample_eps=eps, dtype=x.dtype, device="cpu")
    end[eps] = float(sampler.sample(x=x, n_steps=50))
print("comes", end[0.0], "right", 0.7 + 0.25**0.5 * 1.0, end)

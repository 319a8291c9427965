import torch
from torchebm.samplers import FlowSampler


class Velocity(torch.nn.Module):
    def forward(self, x, t):  # exact for data of mean 0 and variance 0.25 on the cosine path
        a, s = torch.sin(t * torch.pi / 2)[:, None], torch.cos(t * torch.pi / 2)[:, None]
        return torch.pi / 2 * (0.25 - 1) * a * s / (0.25 * a**2 + s**2) * x


torch.manual_seed(0)
x, options = torch.randn(100000, 1), {"mode": "sde", "interpolant": "cosine", "device": "cpu"}
ends = {last: FlowSampler(Velocity(), last_step=last, **options).sample(x=x) for last in ("Mean", "Euler")}
print("comes", float(ends["Mean"].var()), "right", 0.25, "with Euler:", float(ends["Euler"].var()))

import torch
from flow_matching.solver import ODESolver

solver = ODESolver(velocity_model=lambda x, t: 0.5 * x)
x = torch.zeros(3, 2, dtype=torch.float64)
options = {"method": "midpoint", "step_size": 0.05, "exact_divergence": False}
try:
    came = solver.compute_likelihood(x, lambda y: -(y**2).sum(1) / 2, **options)[1][0].item()
except RuntimeError as error:
    came = type(error).__name__
print("comes", came, "right", -1.0)  # at 0 the density changes by the divergence alone, 2 * 0.5

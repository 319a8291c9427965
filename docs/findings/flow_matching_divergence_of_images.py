import torch
from flow_matching.solver import ODESolver

solver = ODESolver(velocity_model=lambda x, t: 0.5 * x)
x = torch.zeros(3, 1, 2, 2)
options = {"method": "midpoint", "step_size": 0.05, "exact_divergence": True}
try:
    came = solver.compute_likelihood(x, lambda y: -(y**2).sum((1, 2, 3)) / 2, **options)[1]
    came = came.flatten()[0].item() if came.numel() == 3 else f"shape-{tuple(came.shape)}".replace(" ", "")
except Exception as error:
    came = type(error).__name__
print("comes", came, "right", -2.0)  # at 0 the density changes by the divergence alone, 4 * 0.5

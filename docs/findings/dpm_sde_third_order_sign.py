import diffusers.schedulers.scheduling_dpmsolver_singlestep as module
import torch

s = module.DPMSolverSinglestepScheduler(algorithm_type="sde-dpmsolver++", solver_order=3, solver_type="heun")
s.set_timesteps(192)
s.sigmas = torch.logspace(1.3, -1, 193, dtype=torch.float64)
law = (0.25 + s.sigmas**2) / (1 + s.sigmas**2)  # the exact variances, for data N(0, 1/4)
draws = iter(torch.eye(193, dtype=torch.float64))  # x holds how much of each draw is in the point
module.randn_tensor = lambda *_, **__: next(draws)
x = next(draws) * law[0] ** 0.5
for k, t in enumerate(s.timesteps):
    x = s.step(s.sigmas[k] / (1 + s.sigmas[k] ** 2) ** 0.5 / law[k] * x, t, x).prev_sample  # the exact noise
print("comes", float((x**2).sum()), "right", float(law[-1]))  # the variance at sigma = 0.1

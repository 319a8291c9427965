import diffusers.schedulers.scheduling_dpmsolver_singlestep as module
import torch

error = {}  # of the variance at sigma = 0.1
for order, n in ((1, 192), (2, 96), (2, 192)):
    s = module.DPMSolverSinglestepScheduler(algorithm_type="sde-dpmsolver++", solver_order=order)
    s.set_timesteps(n)
    s.sigmas = torch.logspace(1.3, -1, n + 1, dtype=torch.float64)
    law = (0.25 + s.sigmas**2) / (1 + s.sigmas**2)  # the exact variances, for data N(0, 1/4)
    draws = iter(torch.eye(n + 1, dtype=torch.float64))  # x holds how much of each draw is in the point
    module.randn_tensor, x = lambda *_, draws=draws, **__: next(draws), next(draws) * law[0] ** 0.5
    for k, t in enumerate(s.timesteps):
        x = s.step(s.sigmas[k] / (1 + s.sigmas[k] ** 2) ** 0.5 / law[k] * x, t, x).prev_sample  # the exact noise
    error[order, n] = abs((x**2).sum() / law[-1] - 1)
print("comes", float((error[2, 96] / error[2, 192]).log2()), "right", 2.0, error[1, 192], error[2, 192])

import torch
from diffusers import DPMSolverMultistepScheduler

more = {"use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}
s = DPMSolverMultistepScheduler(algorithm_type="dpmsolver", solver_order=3, **more)
s.set_timesteps(20)
x = torch.ones(1, 1)
for t in s.timesteps:
    x = s.step(torch.zeros(1, 1), t, x).prev_sample  # no noise in it: x / alpha does not change
first, last = s.sigmas[0], s.sigmas[-1]
print("comes", float(x), "right", float(((1 + first**2) / (1 + last**2)) ** 0.5))

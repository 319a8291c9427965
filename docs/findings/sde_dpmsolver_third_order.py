import torch
from diffusers import DPMSolverMultistepScheduler

s = DPMSolverMultistepScheduler(algorithm_type="sde-dpmsolver", solver_order=3, final_sigmas_type="sigma_min")
s.set_timesteps(20)
x, came = torch.ones(1, 1), "no-error"
try:
    for t in s.timesteps:
        x = s.step(torch.zeros(1, 1), t, x).prev_sample
except UnboundLocalError as error:
    came = type(error).__name__
print("comes", came, "right", "no-error")  # or a refusal by the constructor

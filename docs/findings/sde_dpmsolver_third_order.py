import torch
from diffusers import DPMSolverMultistepScheduler

s = DPMSolverMultistepScheduler(algorithm_type="sde-dpmsolver", solver_order=3, final_sigmas_type="sigma_min")
s.set_timesteps(20)
x = torch.ones(1, 1)
try:
    for t in s.timesteps:
        x = s.step(torch.zeros(1, 1), t, x).prev_sample
    print("comes", float(x), "right", "a-number-or-an-error-that-says-so")
except Exception as error:
    print("comes", type(error).__name__, "right", "a-number-or-a-refusal-at-the-constructor", error)

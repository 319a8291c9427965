import torch
from diffusers import KDPM2AncestralDiscreteScheduler

s = KDPM2AncestralDiscreteScheduler(beta_start=1e-4, beta_end=0.02)
s.set_timesteps(2)
first, last = s.sigmas[0], s.sigmas[1]  # 157 and 0.01
print("comes", float(s.sigmas_down[0]), "right", float(last**2 / first))  # what a step keeps of the old noise
x = first * torch.ones(1, 1)
for t in s.timesteps[:2]:
    x = s.step(s.scale_model_input(x, t), t, x).prev_sample
print("after the first step:", float(x))

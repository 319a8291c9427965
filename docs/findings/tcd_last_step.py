import torch
from diffusers import TCDScheduler

s = TCDScheduler(set_alpha_to_one=True)  # the default: the last step is to lead to the data
s.set_timesteps(4)
s.set_begin_index(3)
t = s.timesteps[3]
data, noise = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
x = s.alphas_cumprod[t] ** 0.5 * data + (1 - s.alphas_cumprod[t]) ** 0.5 * noise
came = s.step(noise, t, x).prev_sample
print("comes", float(came[1]), "right", float((1 - s.final_alpha_cumprod) ** 0.5))  # the noise that is left

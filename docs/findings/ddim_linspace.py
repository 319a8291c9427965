import torch
from diffusers import DDIMScheduler

s = DDIMScheduler(timestep_spacing="linspace", clip_sample=False)
s.set_timesteps(5)
t, following = s.timesteps[0], s.timesteps[1]  # 999, 749
data, noise = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
a, b = (s.alphas_cumprod[k] for k in (t, following))
came = s.step(noise, t, a**0.5 * data + (1 - a) ** 0.5 * noise).prev_sample
right = b**0.5 * data + (1 - b) ** 0.5 * noise
print("comes", float(came[0]), "right", float(right[0]))

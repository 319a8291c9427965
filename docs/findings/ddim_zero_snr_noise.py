import torch
from diffusers import DDIMScheduler

s = DDIMScheduler(rescale_betas_zero_snr=True, timestep_spacing="trailing", clip_sample=False)
s.set_timesteps(5)
noise = torch.ones(1)
came = s.step(noise, s.timesteps[0], noise).prev_sample
print("comes", float(came), "right", "an-error-that-says-so")

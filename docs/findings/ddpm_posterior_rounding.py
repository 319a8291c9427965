import numpy as np
import torch
from diffusers import DDPMScheduler

s, t = DDPMScheduler(beta_start=1e-4, beta_end=0.02, clip_sample=False), torch.arange(1, 1000)
came = np.array([float(s._get_variance(k)) for k in t])
betas = np.linspace(1e-4, 0.02, 1000)
bar = np.cumprod(1 - betas)
right = betas[1:] * (1 - bar[:-1]) / (1 - bar[1:])
print("comes", np.abs(came / right - 1).max(), "right", 0.0)

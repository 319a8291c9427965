import torch
from diffusers import DDPMScheduler

s = DDPMScheduler(variance_type="fixed_large_log", clip_sample=False)
torch.manual_seed(0)
zero = torch.zeros(1, 1, 1, 100000)
came = s.step(zero, 500, zero).prev_sample.std()
right = s.betas[500] ** 0.5  # the mean is 0, so the deviation of the sample is that of the step
print("comes", float(came), "right", float(right))

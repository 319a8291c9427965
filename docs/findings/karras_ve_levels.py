import numpy as np
from diffusers.schedulers.deprecated.scheduling_karras_ve import KarrasVeScheduler

s = KarrasVeScheduler(sigma_min=0.02, sigma_max=100)
s.set_timesteps(10)
levels = np.sort(s.schedule.numpy())[::-1]  # the pipeline uses them as sigma, on points of scale init_noise_sigma
print("comes", float(levels[0]), "right", float(s.init_noise_sigma))
print("the last is", float(levels[-1]), "and should be", 0.02)

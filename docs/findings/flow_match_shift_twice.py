import numpy as np
from diffusers import FlowMatchEulerDiscreteScheduler

scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0)
scheduler.set_timesteps(20)
s = np.linspace(1, 1 / 1000, 20)
right = 3 * s / (1 + 2 * s)
print("comes", float(scheduler.sigmas[-2]), "right", right[-1])

import numpy as np
from diffusers import LCMScheduler

s = LCMScheduler(timestep_scaling=1.0)
s.set_timesteps(4)
came = s.get_scalings_for_boundary_condition_discrete(1)[1]
print("comes", float(came), "right", 0.5 * 1 / np.sqrt(1 + 0.25))  # sigma_data 0.5: EDM's c_out

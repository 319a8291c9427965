import numpy as np
import torch
from azula.noise import CosineSchedule

t = torch.tensor([1 / 1000])
came = CosineSchedule()(t)[1]  # alpha_min and sigma_min are 1e-3
right = np.hypot(np.sin(np.arccos(1e-3) * t.double()), 1e-3)
print("comes", float(came), "right", float(right))

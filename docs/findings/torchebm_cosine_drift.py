import torch
from torchebm.interpolants import CosineInterpolant

x, t = torch.ones(1, 1), torch.ones(1)
came = CosineInterpolant().compute_drift(x, t)[0]  # -alpha' / alpha x
alpha, rate = CosineInterpolant().compute_alpha_t(t.double())
print("comes", float(came), "right", round(float(rate / alpha * x), 6))  # the rate of a sine at its top

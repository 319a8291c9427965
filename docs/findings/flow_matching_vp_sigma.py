import torch
from flow_matching.path.scheduler import VPScheduler

t = torch.tensor([1 - 1e-6])
came = VPScheduler()(t).sigma_t
s = 1 - t.double()
right = torch.sqrt(-torch.expm1(-(0.1 * s + 19.9 * s**2 / 2)))
print("comes", float(came), "right", float(right))

import torch
from flow_matching.path.scheduler import CosineScheduler

t = torch.tensor([1 - 2.0**-22])
came = CosineScheduler()(t).sigma_t
right = torch.sin(torch.pi / 2 * (1 - t.double()))
print("comes", float(came), "right", float(right))

import torch
from flow_matching.path import AffineProbPath
from flow_matching.path.scheduler import CondOTScheduler

torch.manual_seed(0)
x0, x1, t = torch.randn(4, 4), torch.randn(4, 4), torch.linspace(0.1, 0.7, 4)
path = AffineProbPath(CondOTScheduler())
sample = path.sample(x0, x1, t)  # one time for each row
came = path.target_to_velocity(x_1=x1, x_t=sample.x_t, t=t)  # the same times
right = x1 - x0
print("comes", float((came - right).norm() / right.norm()), "right", 0.0)

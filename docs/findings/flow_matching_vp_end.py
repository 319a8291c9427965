import torch
from flow_matching.path import AffineProbPath
from flow_matching.path.scheduler import VPScheduler

path, t, x = AffineProbPath(VPScheduler()), torch.ones(1, 1), torch.full((1, 1), 0.3)
given = torch.full((1, 1), 0.3)  # at t = 1 the point is the data
came = path.target_to_velocity(x_1=given, x_t=x, t=t)
print("comes", float(came), "right", "no-finite-value")  # the noise cannot be found where there is none

import torch
from torchebm.interpolants import LinearInterpolant

x, mean = torch.tensor([[0.4]], dtype=torch.float64), 0.7  # of the data
score = -x  # at t = 0 all points are noise, whatever the data
came = LinearInterpolant().score_to_velocity(score, x, torch.zeros(1, dtype=torch.float64))
print("comes", float(came), "right", float(mean - x))  # the mean of data - noise, given x

import torch
from torchcfm import SchrodingerBridgeConditionalFlowMatcher

fm = SchrodingerBridgeConditionalFlowMatcher(sigma=1.0)
t = torch.tensor([1e-5], dtype=torch.float64)
x0, x1 = torch.zeros(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
x = torch.ones(1, 1, dtype=torch.float64)
came = fm.compute_conditional_flow(x0, x1, t, x)
right = (1 - 2 * t) / (2 * t * (1 - t))  # times x, the mean is 0
print("comes", float(came), "right", float(right))

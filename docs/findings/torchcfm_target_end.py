import torch
from torchcfm import TargetConditionalFlowMatcher

fm = TargetConditionalFlowMatcher(sigma=0.0)
x0, x1, t = torch.tensor([[0.5]]), torch.tensor([[2.0]]), torch.ones(1)
came = fm.compute_conditional_flow(x0, x1, t, fm.compute_mu_t(x0, x1, t))
print("comes", float(came), "right", 2.0 - 0.5)  # 1.5 at every earlier time, along the same path

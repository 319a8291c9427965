import torch
from torchcfm import ConditionalFlowMatcher

sigma, t = 1e-5, torch.tensor([0.5])
came = ConditionalFlowMatcher(sigma=sigma).compute_lambda(t)
print("comes", float(came), "right", 2 / sigma)
print("with sigma = 0, the default:", float(ConditionalFlowMatcher().compute_lambda(t)))

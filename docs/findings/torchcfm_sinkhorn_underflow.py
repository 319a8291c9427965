import numpy as np
import torch
from torchcfm import SchrodingerBridgeConditionalFlowMatcher

sigma, x0, x1 = 0.1, torch.tensor([[0.0], [1.0]]), torch.tensor([[2.0], [3.0]])
matcher = SchrodingerBridgeConditionalFlowMatcher(sigma=sigma, ot_method="sinkhorn")
came = matcher.ot_sampler.get_map(x0, x1)[0, 0]
saved = (3**2 + 1**2 - 2**2 - 2**2) / (2 * sigma**2)  # by the straight pairs, against the crossed ones
print("comes", float(came), "right", 0.5 / (1 + np.exp(-saved / 2)))

import torch
from torchcfm.optimal_transport import OTPlanSampler

torch.manual_seed(0)
x0, x1 = 1000 + torch.randn(256, 2), 1001 + 0.5 * torch.randn(256, 2)  # float32
far, near = (OTPlanSampler("exact").get_map(x0 - k, x1 - k) for k in (0, 1000))  # the differences are exact
cost = ((x0[:, None] - x1[None]) ** 2).sum(-1).double().numpy()
print("comes", (far * cost).sum(), "right", (near * cost).sum())
print("with another partner:", int((far.argmax(1) != near.argmax(1)).sum()), "of 256")

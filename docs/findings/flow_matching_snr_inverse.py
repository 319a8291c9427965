import torch
from flow_matching.path.scheduler import CondOTScheduler, CosineScheduler

t = torch.ones(1, dtype=torch.float64)
at, scheduler = CosineScheduler()(t), CondOTScheduler()
own = scheduler(t)
came = scheduler.snr_inverse(own.alpha_t / own.sigma_t)
print("comes", float(came), "right", float(t), "cosine:", float(CosineScheduler().snr_inverse(at.alpha_t / at.sigma_t)))

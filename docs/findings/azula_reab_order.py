import numpy as np
import torch
from azula.denoise import GaussianDenoiser
from azula.linalg.covariance import IsotropicCovariance
from azula.noise import RectifiedSchedule
from azula.sample import REABSampler

mean, spread, x = (torch.tensor([k], dtype=torch.float64) for k in (0.7, 0.5, 1.0))
path = RectifiedSchedule()
denoiser = GaussianDenoiser(mean, IsotropicCovariance(spread[0] ** 2), path)
(a, s), (b, r) = (path(torch.tensor(t, dtype=torch.float64)) for t in (1.0, 0.0))
end = b * mean + torch.hypot(b * spread, r) / torch.hypot(a * spread, s) * (x - a * mean)  # the flow is affine
runs = {n: REABSampler(denoiser, order=2, steps=n, dtype=torch.float64, silent=True) for n in (128, 256)}
off = [float(run(x) - end) for run in runs.values()]
print("comes", np.log2(off[0] / off[1]), "right", float(runs[128].order), "the errors", off)

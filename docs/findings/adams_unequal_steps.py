import torch
from torchdiffeq import odeint

error = {}
for method in ("rk4", "implicit_adams", "explicit_adams"):
    for n in (256, 512):
        times = torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 2  # steps that grow smoothly
        end = odeint(lambda t, y: y, torch.ones(1, dtype=torch.float64), times, method=method)[-1]
        error[method, n] = abs(end - times[-1].exp())
order = (error["explicit_adams", 256] / error["explicit_adams", 512]).log2()
print("comes", float(order), "right", 4.0, error)

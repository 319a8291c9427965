import torch
from diffusers import PNDMScheduler

end = {}
for word in ("epsilon", "v_prediction"):
    s = PNDMScheduler(beta_start=1e-4, beta_end=0.02, prediction_type=word, set_alpha_to_one=True)
    s.set_timesteps(20)
    x, bar = torch.ones(1, 1, dtype=torch.float64), s.alphas_cumprod
    for t in s.timesteps:
        a, v = bar[t] ** 0.5, 1 - bar[t]
        noise = v**0.5 * (x - 0.7 * a) / (a**2 * 0.25 + v)  # the exact predictions for data N(0.7, 0.25)
        x = s.step(noise if word == "epsilon" else (noise - v**0.5 * x) / a, t, x).prev_sample
    end[word] = float(x)
a, v = bar[s.timesteps[0]] ** 0.5, 1 - bar[s.timesteps[0]]
print("comes", end["v_prediction"], "right", float(0.7 + 0.5 * (1 - 0.7 * a) / (a**2 * 0.25 + v) ** 0.5), end)

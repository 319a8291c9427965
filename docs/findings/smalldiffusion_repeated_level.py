import torch
from smalldiffusion import ModelMixin, ScheduleLDM, samples


class Noise(torch.nn.Module, ModelMixin):  # the exact prediction for data N(0.7, 0.25)
    input_dims = (1,)

    def predict_eps(self, x, sigma, cond=None):
        return sigma / (0.25 + sigma**2) * (x - 0.7)


sigmas = ScheduleLDM(1000).sample_sigmas(700)  # 701 falling levels, as its docstring has it
*_, end = samples(Noise(), sigmas, gam=1, mu=0.5)  # the setting for DDPM
print("comes", len(set(sigmas.tolist())), "right", len(sigmas), "different levels; DDPM ends at", float(end))

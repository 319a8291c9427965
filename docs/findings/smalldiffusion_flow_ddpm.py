import torch
from smalldiffusion import ModelMixin, samples


class Flow(torch.nn.Module, ModelMixin):  # exact for one data point, 1: points are (1 - sigma) 1 + sigma noise
    def predict_eps(self, x, sigma, cond=None):
        return (x - 1) / sigma  # noise - data

    def rand_input(self, count):
        return torch.zeros(count, 1)  # the mean of the noise, so that what is left is the signal


sigmas = torch.tensor([1.0, 0.5])
*_, x = samples(Flow(), sigmas, gam=1, mu=0.5)
print("comes", float(x), "right", float(1 - sigmas[-1]))

import torch
from k_diffusion import sampling

mean, variance, smallest = 0.9, 0.25, 1e-3
x = torch.tensor([[-0.5]], dtype=torch.float64)  # 2.8 deviations from the mean


def denoiser(x, sigma):  # exact for data N(0.9, 0.25)
    return mean + variance / (variance + sigma[:, None] ** 2) * (x - mean)


came = sampling.log_likelihood(denoiser, x, smallest, 80.0, atol=1e-8, rtol=1e-8)[0]
law = torch.distributions.Normal(mean, (variance + smallest**2) ** 0.5)
print("comes", float(came), "right", float(law.log_prob(x)))

import torch
from k_diffusion import sampling


def denoiser(x, sigma):  # exact for data N(0.7, 0.25)
    return 0.7 + 0.25 / (0.25 + sigma[:, None] ** 2) * (x - 0.7)


x, sigmas = torch.full((1, 1), 56.0), sampling.get_sigmas_karras(1, 0.02, 80.0)  # 80 and 0
try:
    came = float(sampling.sample_dpmpp_2m_sde(denoiser, x, sigmas, disable=True))
except UnboundLocalError as error:
    came = type(error).__name__
print("comes", came, "right", float(denoiser(x, sigmas[:1])))  # a step to 0 ends at the denoised point

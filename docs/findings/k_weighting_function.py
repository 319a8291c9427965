from k_diffusion.layers import Denoiser

try:
    came = Denoiser(None, weighting=lambda sigma: 3 * sigma).weighting(2.0)
except ValueError as error:
    came = type(error).__name__
print("comes", came, "right", 3 * 2.0)

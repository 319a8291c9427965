import numpy as np
from k_diffusion import sampling

came = float(sampling.get_sigmas_vp(50)[-2])  # at t = 1e-3; the last one is 0
right = np.sqrt(np.expm1(19.9 * 1e-3**2 / 2 + 0.1 * 1e-3))
print("comes", came, "right", right)

"""The noising chain of denoising diffusion models and its reversal, for any schedule and any two times.

The forward kernel goes from s to t, the sampler back from t to s: s is the less noisy time, nearer to the data.
"""

# in reading order
from derivations.ddpm.posterior import *

"""The noising chain of denoising diffusion models and its reversal, for any schedule and any two times.

The forward kernel goes from s to t, the sampler back from t to s: s is the less noisy time, nearer to the data.
"""

# ruff: noqa: I001, in reading order
from derivations.ddpm.posterior import *
from derivations.ddpm.variances import *
from derivations.ddpm.predictions import *
from derivations.ddpm.bound import *

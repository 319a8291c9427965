"""Denoising diffusion implicit models: one step from x_t to x_s, for whatever a network predicts."""

from derivations.ddim.deterministic import *  # isort: skip
from derivations.ddim.increments import *  # isort: skip
from derivations.ddim.invariance import *  # isort: skip
from derivations.ddim.stochastic import *  # isort: skip

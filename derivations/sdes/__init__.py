"""Stochastic differential equations whose law at each time is that of the path, and what their discretisations do.

The noising process runs in s = 1 - t, from data to noise: dx = f x ds + g dW. A sampler runs in t, from noise to data:
dx = b dt + sqrt(w) dW. All rates are derivatives in t, so a rate in s has the other sign.
"""

from derivations.sdes.forward import *  # isort: skip
from derivations.sdes.density import *  # isort: skip
from derivations.sdes.moments import *  # isort: skip
from derivations.sdes.ancestral import *  # isort: skip

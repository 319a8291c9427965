"""What is known once the data point is averaged out.

Marginal quantities are conditional expectations given x: averages over the data points that could have
led there, with their *posterior* weights. For a Gaussian mixture they are exact: those of one Gaussian, averaged over
the components.
"""

# ruff: noqa: I001, in reading order
from derivations.marginals.gaussian import *
from derivations.marginals.any_data import *
from derivations.marginals.mixtures import *
from derivations.marginals.covariances import *
from derivations.marginals.empirical import *
from derivations.marginals.speed import *
from derivations.marginals.energy import *
from derivations.marginals.two_points import *

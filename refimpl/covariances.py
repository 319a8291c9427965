"""How the data point of a Gaussian mixture is spread, given a point of the path."""

from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.edge import Array, converted
from refimpl.formulas import components
from refimpl.posterior import Posterior


def covariance(posterior: Posterior) -> Array:
    """Covariance of the data point given x, within and between the components: (..., d, d).

    The means are taken around the centre and then around their average before they are multiplied: where the mixture
    lies far from the origin, the difference of two products would have lost the digits.
    """
    shares = posterior.probabilities()[..., None]
    mean: Any = 0
    for k, (known, back) in enumerate(posterior.from_centre().components()):
        mean = mean + shares[k, ...] * back(call(components.posterior_mean, **known))
    identity, total = converted(np.eye(posterior.x.shape[-1]), posterior.x, posterior.xp), 0
    for k, (known, back) in enumerate(posterior.from_centre().components()):
        basis = identity if posterior.bases is None else posterior.bases[k, :, :]
        within = (basis * call(components.posterior_variance, **known)[..., None, :]) @ basis.T
        excess = back(call(components.posterior_mean, **known)) - mean
        total = total + shares[k, ...][..., None] * (within + excess[..., :, None] * excess[..., None, :])
    return total

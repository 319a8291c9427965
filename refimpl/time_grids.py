"""Times at which a sampler stops, from noise to data."""

import numpy as np

from refimpl.arguments import check_count


def uniform(n: int) -> np.ndarray:
    """n steps of equal time from 0 to 1; (n + 1,)."""
    return np.linspace(0.0, 1.0, check_count(n, least=1) + 1)

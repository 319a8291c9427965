"""WRONG on purpose: near misses of derivations/objectives.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def flow_matching_gradient(weight, density, component_velocity, *, xp):
    """As the identity says."""
    return xp.sum(weight * density * component_velocity, axis=0) / xp.sum(weight * density, axis=0)


def flow_matching_gradient__target_the_prior_average(weight, density, component_velocity, *, xp):
    """Near miss: target: the prior average."""
    return xp.sum(weight * component_velocity, axis=0)


def flow_matching_gradient__target_weights_lost(weight, density, component_velocity, *, xp):
    """Near miss: target: weights lost."""
    return xp.sum(density * component_velocity, axis=0) / xp.sum(density, axis=0)

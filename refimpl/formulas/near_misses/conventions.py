"""WRONG on purpose: near misses of derivations/conventions/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def rescaled_velocity__moving_ruler_forgotten(x, velocity, alpha_t, dalpha_t):
    """Near miss: moving ruler forgotten."""
    return velocity / alpha_t


def one_path__point_not_rescaled(x, sigma_t, other_sigma):
    """Near miss: point not rescaled."""
    return x


def one_path_velocity__change_of_size_forgotten(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, other_alpha, other_sigma, other_dalpha, other_dsigma):
    """Near miss: change of size forgotten."""
    scaling = other_sigma / sigma_t
    other_time_rate = (dalpha_t / alpha_t - dsigma_t / sigma_t) / (other_dalpha / other_alpha - other_dsigma / other_sigma)
    other_velocity = scaling * velocity / other_time_rate
    return other_time_rate, other_velocity


def data_at_zero__velocity_of_the_reversed_path(reversed_time, velocity):
    """Near miss: velocity of the reversed path."""
    t = 1 - reversed_time
    reversed_velocity = velocity
    return t, reversed_velocity


def data_at_zero__one_time_for_both_directions(reversed_time, velocity):
    """Near miss: one time for both directions."""
    t = reversed_time
    reversed_velocity = -velocity
    return t, reversed_velocity


def integer_steps__one_step_too_few(step_index, step_count, velocity):
    """Near miss: one step too few."""
    t = 1 - step_index / step_count
    step_velocity = -velocity / (step_count - 1)
    return t, step_velocity


def integer_steps__velocity_of_the_reversed_path(step_index, step_count, velocity):
    """Near miss: velocity of the reversed path."""
    t = 1 - step_index / step_count
    step_velocity = velocity / step_count
    return t, step_velocity


def edm_sigma__square_of_the_ratio_taken_for_the_ratio(log_snr, *, xp):
    """Near miss: square of the ratio taken for the ratio."""
    return xp.exp(-log_snr)

"""Named schedules: the two scales, their rates, and the signal-to-noise ratio.

Each schedule is defined by one sentence; the rates are differentiated, never typed twice. Where the
textbook form loses digits, a second form is typed for floating point, and proved equal.
"""

# ruff: noqa: F401, I001 (the records, in reading order)
from derivations.schedules.definitions import (
    cosine_signal,
    geometric_noise,
    integrated_noise_rate,
    linear_noise,
    linear_scales,
    log_snr_definition,
    noise_rate,
    polynomial_scales,
    preserved,
    sigmoid_signal,
    sub_preserved,
    trigonometric_scales,
)
from derivations.schedules.snr import log_snr_growth
from derivations.schedules.flow_paths import linear, polynomial, scales_and_rates, trigonometric
from derivations.schedules.diffusion_paths import cosine, sigmoid, sub_variance_preserving, variance_preserving
from derivations.schedules.exploding_paths import edm, variance_exploding
from derivations.schedules.times import (
    cosine_time,
    edm_time,
    linear_time,
    polynomial_time,
    sigmoid_time,
    sub_variance_preserving_time,
    trigonometric_time,
    variance_exploding_time,
    variance_preserving_time,
)
from derivations.schedules.table import (
    discrete_limit,
    discrete_step,
    time_shift,
    time_shift_twice,
    zero_terminal_snr,
)
from derivations.schedules.ends import END_EXPONENTS, exponent

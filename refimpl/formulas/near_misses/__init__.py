"""Generated: python -m derivations generate"""

from refimpl.formulas.near_misses import components as components
from refimpl.formulas.near_misses import continuity as continuity
from refimpl.formulas.near_misses import conventions as conventions
from refimpl.formulas.near_misses import conversions as conversions
from refimpl.formulas.near_misses import ddim as ddim
from refimpl.formulas.near_misses import ddpm as ddpm
from refimpl.formulas.near_misses import gaussian_path as gaussian_path
from refimpl.formulas.near_misses import marginals as marginals
from refimpl.formulas.near_misses import objectives as objectives
from refimpl.formulas.near_misses import schedules as schedules
from refimpl.formulas.near_misses import sdes as sdes

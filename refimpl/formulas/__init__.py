"""Generated: python -m derivations generate"""

from refimpl.formulas import components as components
from refimpl.formulas import continuity as continuity
from refimpl.formulas import conventions as conventions
from refimpl.formulas import conversions as conversions
from refimpl.formulas import ddim as ddim
from refimpl.formulas import ddpm as ddpm
from refimpl.formulas import gaussian_path as gaussian_path
from refimpl.formulas import marginals as marginals
from refimpl.formulas import schedules as schedules
from refimpl.formulas import sdes as sdes
from refimpl.formulas import time_grids as time_grids

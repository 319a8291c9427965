"""What the quantities *mean*, measured with numbers at 30 digits, without a claim and without SymPy's calculus.

A witness makes up a small world (random scales, end points, mixtures), measures the quantity there as it
is defined (a limit of difference quotients, a posterior expectation by quadrature, the solution of a
differential equation) and returns what it used and what it measured: two dictionaries by symbol.
mpmath does the numerics: `diff` takes difference quotients, `quad` sums, `odefun` integrates in time.
"""

from derivations.witnesses.ancestral import *
from derivations.witnesses.averages import *
from derivations.witnesses.chain_laws import *
from derivations.witnesses.chains import *
from derivations.witnesses.clock_readings import *
from derivations.witnesses.currents import *
from derivations.witnesses.energies import *
from derivations.witnesses.evidence import *
from derivations.witnesses.flows import *
from derivations.witnesses.fresh_noise import *
from derivations.witnesses.gaussian_paths import *
from derivations.witnesses.grids import *
from derivations.witnesses.mass import *
from derivations.witnesses.noising import *
from derivations.witnesses.origins import *
from derivations.witnesses.path_laws import *
from derivations.witnesses.paths import *
from derivations.witnesses.posteriors import *
from derivations.witnesses.processes import *
from derivations.witnesses.scales import *
from derivations.witnesses.schedules import *
from derivations.witnesses.special_cases import *
from derivations.witnesses.steps import *

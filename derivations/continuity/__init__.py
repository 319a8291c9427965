"""Mass is neither made nor lost: not along the path, not by a map, not on average over random probes."""

from derivations.continuity.mass import *  # isort: skip
from derivations.continuity.maps import *  # isort: skip
from derivations.continuity.trace import *  # isort: skip

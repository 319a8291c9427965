"""Mass is neither made nor lost: not along the path, not by a map, not on average over random probes."""

from derivations.continuity.mass import *
from derivations.continuity.maps import *
from derivations.continuity.trace import *

"""THE symbol table: how each quantity is written, typeset, named in code, what it means and how it moves.

Time runs from noise at t = 0 to data at t = 1; a point of the path is x = alpha data + sigma noise.
The names of this module are the vocabulary of every chapter (`from derivations.notation import *`).
"""

from derivations.notation.families import FAMILIES as FAMILIES
from derivations.notation.symbols import *
from derivations.notation.table import *

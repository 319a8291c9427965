"""Real libraries held against the truth: `refimpl conform PACKAGE`.

Each library has an adapter, which lists checks; a check returns evidence; `known_differences.toml` says which failures
are understood. Loaded only when it is asked for, and an adapter loads its library only when a check runs.
"""

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.known import Difference, known_differences, verdict

__all__ = ["Check", "Difference", "agreement", "known_differences", "verdict"]

"""Other people's conventions, and how to get from ours to theirs.

Our time runs from noise at t = 0 to data at t = 1 and a point is alpha data + sigma noise. Others let time run the
other way, count steps, divide by alpha, or let the noise level be the clock. Each habit is an equation here: a place, a
velocity or a time in their convention, written in ours. All of them are one path, seen with another clock and ruler.
"""

from derivations.conventions import clocks, rulers

__all__ = ["clocks", "rulers"]

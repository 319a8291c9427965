"""Samplers: from a point at one time to a point at another, with what a network predicts.

Time runs from noise at t = 0 to data at t = 1, so sampling runs *up*. `predict(x, t)` is any function of the points and
a time, and `predicts` says which of the five words it returns. Each method is written in the words that it needs, and
the prediction is converted to them: no method knows what the network was trained for.

==================  =============================================================================================
`ddim`              to where the path between the predicted end points is at the other time; with `eta` in (0, 1]
                    part of the noise is drawn anew, with 1 as much as in `ddpm`
`euler`             along the probability-flow velocity, by Euler's method in t
`ddpm`              ancestral: a draw from the posterior of the point before, its variance "fixed-small"
`ddpm_fixed_large`  the same mean with the larger variance, and without noise where the step ends at data
`euler_maruyama`    any stochastic process with the law of the path, by the Euler-Maruyama method in t: velocity and
                    score, and `diffusion`, the coefficient of its noise
==================  =============================================================================================

`ddim` and `euler` are deterministic and go in either direction of time; the others add noise, and go towards the data.

Points have any shape. A time is a number, or an array that aligns with the *leading* axes of the points. Results keep
library, dtype and device. ValueError for a wrong shape, a time out of range, and where a quantity has no finite value:
the data point from a prediction of noise or score where alpha_t = 0, since they do not tell it there; TypeError for a
wrong dtype.
"""

from refimpl.samplers.methods import METHODS
from refimpl.samplers.runs import Trajectory, sample
from refimpl.samplers.steps import langevin, step

__all__ = ["METHODS", "Trajectory", "langevin", "sample", "step"]

"""How far the points of a sampler's run may differ from the exact ones: the conditioning, carried from step to step."""

from itertools import pairwise

import numpy as np

import refimpl as ri
from tests.accuracy import condition


def run_conditions(predict, schedule, x, times, word="noise", of_prediction=None, noise=None, **options):
    """The condition numbers of the points of a run: each step errs by itself, by what the prediction errs, and carries
    on what came before. `of_prediction(x, t)` is the condition number of what the network says.
    """
    known = [np.abs(x)]
    for i, ends in enumerate(pairwise(map(float, times))):
        fresh = {} if noise is None else {"noise": noise[i]}

        def step(x, extra, t_from, t_to, fresh=fresh):
            def moved(x, t):
                return predict(x, t) + extra

            return ri.samplers.step(moved, schedule, x, t_from, t_to, predicts=word, **options, **fresh)

        of_extra = 0 * x if of_prediction is None else of_prediction(x, ends[0])
        known.append(condition(step, x, 0 * x, *ends, sizes=(known[-1], of_extra, *ends)))
        x = step(x, 0 * x, *ends)
    return np.stack(known)

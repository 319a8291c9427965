"""What is known of the path x_t = alpha_t · data + sigma_t · noise once the data point is given.

Everything here is *conditional*; averages over the data points that could have led to x are `MarginalField`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._call import call, names_of
from refimpl._pytrees import announce
from refimpl.arguments import as_float, check_word, is_number
from refimpl.edge import Array, Namespace, as_column, beside, check_finite, namespace_of, quiet
from refimpl.formulas import conversions, gaussian_path
from refimpl.schedules import Schedule

WORDS = ("data", "noise", "velocity", "v_prediction", "score")


@dataclass(frozen=True)
class GaussianPath:
    """The Gaussian path of a schedule.

    All methods are elementwise in the points, whatever their shape (images too). `t` is a number, or an array
    that aligns with the *leading* axes of the points: `t.shape == x.shape[:t.ndim]`. Points must agree in shape,
    dtype and library; the result has theirs. ValueError for a wrong shape, for a time outside [0, 1], and where
    a quantity has no finite value (the score at t = 1, where no noise is left); TypeError for a wrong dtype.
    """

    schedule: Schedule

    def __post_init__(self) -> None:
        if not isinstance(self.schedule, Schedule):
            raise TypeError(f"`schedule` must be a schedule of refimpl; got {type(self.schedule).__qualname__}.")
        announce(GaussianPath, ("schedule",))

    def point(self, t: Array | float, data: Array, noise: Array) -> Array:
        """x_t = alpha_t · data + sigma_t · noise."""
        return self._evaluate(gaussian_path.point, "`point`", t, data=data, noise=noise)

    def velocity(
        self, t: Array | float, *, x: Array | None = None, data: Array | None = None, noise: Array | None = None
    ) -> Array:
        """dx_t/dt with data and noise held fixed, from any two of x, data, noise.

        data - noise is the velocity on the linear path only.
        """
        return self._from_two("velocity", gaussian_path.velocity, t, x, data, noise)

    def score(
        self, t: Array | float, *, x: Array | None = None, data: Array | None = None, noise: Array | None = None
    ) -> Array:
        """The gradient in x of log p_t(x | data), from any two of x, data, noise.

        The conditional score; its posterior average is the marginal score, `MarginalField.score`.
        """
        return self._from_two("score", conversions.score_from_noise, t, x, data, noise)

    def v_prediction(
        self, t: Array | float, *, x: Array | None = None, data: Array | None = None, noise: Array | None = None
    ) -> Array:
        """alpha_t · noise - sigma_t · data, from any two of x, data, noise. Not to be confused with the velocity."""
        return self._from_two("v_prediction", conversions.v_prediction, t, x, data, noise)

    def flow(self, t_from: Array | float, t_to: Array | float, *, x: Array, data: Array) -> Array:
        """Where the point that is at x at time t_from and bound for `data` is at time t_to, in either direction.

        The conditional flow map. Not to be confused with the flow of the marginal velocity, `MarginalField.flow`.
        """

        def later(like: Array, xp: Namespace) -> dict[str, Array]:
            there = self.schedule.trusted_at(beside(t_to, like, xp, name="t_to"), xp)
            return {"alpha_s": there["alpha_t"], "sigma_s": there["sigma_t"]}

        points = {"x": x, "data": data}
        return evaluate(self.schedule, gaussian_path.conditional_flow, "`flow`", t_from, points, later, name="t_from")

    def convert(self, value: Array, x: Array, t: Array | float, *, given: str, want: str) -> Array:
        """The prediction `want` from the prediction `given` at the point x.

        `given` and `want` are words of data, noise, velocity, v_prediction, score. All 20 conversions are affine
        in the prediction, so they hold for conditional and for marginal quantities alike.
        """
        check_word(given, "given", WORDS)
        check_word(want, "want", WORDS)
        if given == want:
            return self._evaluate(lambda value: value, "", t, x=x, value=value)
        formula = getattr(conversions, f"{want}_from_{given}")
        return self._evaluate(formula, f"`{want}` from `{given}`", t, **{"x": x, given: value})

    def _from_two(
        self, want: str, from_ends: Callable[..., Any], t: Array | float, x: Any, data: Any, noise: Any
    ) -> Array:
        points = {n: p for n, p in {"x": x, "data": data, "noise": noise}.items() if p is not None}
        if len(points) != 2:
            came = " and ".join(f"`{n}`" for n in points) if len(points) == 1 else "all three" if points else "none"
            raise TypeError(f"`{want}` must be given exactly two of `x`, `data`, `noise`; got {came}.")
        formula = getattr(conversions, f"{want}_from_{'data' if data is not None else 'noise'}")
        return self._evaluate(
            from_ends if x is None else formula, f"`{want}` from " + " and ".join(f"`{n}`" for n in points), t, **points
        )

    def _evaluate(self, formula: Callable[..., Any], what: str, t: Array | float, **points: Any) -> Array:
        return evaluate(self.schedule, formula, what, t, points)


def evaluate(
    schedule: Schedule,
    formula: Callable[..., Any],
    what: str,
    t: Array | float,
    points: dict[str, Any],
    more: Callable[[Array, Namespace], dict[str, Array]] | None = None,
    *,
    name: str = "t",
) -> Array:
    """A formula at points on the path of a schedule, through the public edge; `what` and `name` are for its errors.

    `more` gives further quantities by argument name, each aligned with the leading axes of the points it is handed.
    """
    points = {n: np.asarray(as_float(p)) if is_number(p) else p for n, p in points.items()}
    xp, (like, *_) = namespace_of(**points), points.values()
    t = beside(t, like, xp, name=name)
    scales = schedule.trusted_at(t, xp)
    known = scales | (more(like, xp) if more else {})
    with quiet(like):
        result = call(formula, xp=xp, **points, **{n: as_column(q, like, xp) for n, q in known.items()})
    used = {n: q for n, q in scales.items() if n in names_of(formula)}
    check_finite(result, xp, what, t, used, *points.values(), name=name)
    return result

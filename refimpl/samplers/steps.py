"""One step of a sampler."""

from collections.abc import Callable
from typing import Any

from refimpl._call import call
from refimpl.arguments import check_callable, check_number, check_word, kind_of, shown
from refimpl.edge import Array, as_column, beside, check_finite, fails, namespace_of, quiet
from refimpl.formulas import conversions
from refimpl.path import WORDS
from refimpl.samplers.methods import CORRECTOR, Diffusion, Method, name_of, rule_of, squared
from refimpl.schedules import Schedule
from refimpl.schedules.schedule import check_schedule

Predict = Callable[[Array, Any], Array]


def step(
    predict: Predict,
    schedule: Schedule,
    x: Array,
    t_from: Array | float,
    t_to: Array | float,
    *,
    predicts: str = "noise",
    method: str = "ddim",
    eta: float = 0.0,
    diffusion: Diffusion | None = None,
    noise: Array | None = None,
) -> Array:
    """The points x at time t_from, carried to time t_to by one call of `predict`.

    Args:
        predict: a function of points and time, called with x and t_from.
        schedule: that of the path.
        x: points of any shape.
        t_from: where the points are.
        t_to: where they go; for a method that adds noise not before t_from.
        predicts: what `predict` returns: data, noise, velocity, v_prediction or score.
        method: see above.
        eta: for `ddim`, how much of the noise is drawn anew, in [0, 1].
        diffusion: for `euler_maruyama`, the coefficient of the noise that it adds: a number, or a function of t such
            as `schedule.sigma`. None is that of the noising process, and makes the process its time reversal; it is
            infinite where alpha_t = 0.
        noise: standard normal numbers in the shape of x, for a method that adds noise.
    """
    rule = rule_of(method, eta, diffusion)
    xp, ends = namespace_of(x=x), {"t_from": t_from, "t_to": t_to}
    t, s = (as_column(beside(time, x, xp, name=name), x, xp) for name, time in ends.items())
    if rule.stochastic and fails(xp.all(s >= t)):
        raise ValueError(f"`t_to` must not lie before `t_from` for `{name_of(method, eta)}`; got {shown(t_to)}.")

    def more(here: dict[str, Array]) -> dict[str, Any]:
        there = schedule.trusted_at(beside(t_to, x, xp), xp)
        later = {f"{name}_s": as_column(there[f"{name}_t"], x, xp) for name in ("alpha", "sigma")} | {"t": t, "s": s}
        if method == "euler_maruyama":
            later["squared"] = squared(diffusion, here, beside(t_from, x, xp), x, xp)
        return later | {"eta": eta}

    return _apply(rule, predict, schedule, x, t_from, predicts, noise, name_of(method, eta), more)


def langevin(
    predict: Predict,
    schedule: Schedule,
    x: Array,
    t: Array | float,
    size: float,
    *,
    predicts: str = "noise",
    noise: Array,
) -> Array:
    """A step of Langevin dynamics at fixed time, x + size · score + sqrt(2 size) · noise: a corrector.

    Points with the law of the path at time t keep it, up to an error that shrinks with the size.
    """
    if not check_number(size, "size") > 0:
        raise ValueError(f"`size` must be positive; got {size:g}.")
    return _apply(CORRECTOR, predict, schedule, x, t, predicts, noise, "langevin", lambda _: {"size": size}, "t")


def _apply(
    rule: Method,
    predict: Predict,
    schedule: Schedule,
    x: Array,
    time: Array | float,
    predicts: str,
    noise: Array | None,
    what: str,
    more: Callable[[dict[str, Array]], dict[str, Any]],
    name: str = "t_from",
) -> Array:
    """The prediction, in the words of the method, and its formula; `what` and `name` are for errors."""
    check_callable(predict, "predict")
    check_schedule(schedule)
    check_word(predicts, "predicts", WORDS)
    xp = namespace_of(x=x)
    t = beside(time, x, xp, name=name)
    if rule.stochastic != (noise is not None):
        given = "None" if noise is None else kind_of(noise)
        raise ValueError(f"`noise` must be {'given' if rule.stochastic else 'None'} for `{what}`; got {given}.")
    inputs = [x] if noise is None else [x, noise]
    namespace_of(**dict(zip(("x", "noise"), inputs, strict=False)))
    here = schedule.trusted_at(t, xp)
    known: dict[str, Any] = {n: as_column(value, x, xp) for n, value in here.items()}
    known |= more(here) | {"x": x, "xp": xp, "fresh_noise": noise, predicts: predict(x, time)}
    namespace_of(**{"x": x, "predict(x, t)": known[predicts]})

    def evaluate(formula: Callable[..., Array], result: str, *used: Array) -> Array:
        with quiet(x):
            value = call(formula, **known)
        check_finite(value, xp, result, t, {n: here[n] for n in ("alpha_t", "sigma_t")}, *used, name=name)
        return value

    for word in rule.words:
        if word != predicts:
            formula = getattr(conversions, f"{word}_from_{predicts}")
            known[word] = evaluate(formula, f"`{word}` from `{predicts}`", x, known[predicts])
    return evaluate(rule.formula, f"a step of `{what}`", *inputs, *(known[word] for word in rule.words))

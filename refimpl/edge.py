"""The public edge: which array library, which dtype, which shape, and how times align with points.

Everything that a user hands over passes here once; behind it all arrays agree in library, dtype and device.
Shapes are always checked. Values are checked only where they can be read without breaking a trace
(`torch.compile`, `torch.func.vmap`, `jax.jit`).
"""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import array_api_compat
import numpy as np

from refimpl.arguments import as_float, is_number, kind_of

Array = Any  # a NumPy array, PyTorch tensor, JAX array, or another that follows the array API standard
Namespace = Any
NUMPY = (np.ndarray, np.generic)  # a tuple: inside a compiled function PyTorch cannot read `a | b`
NUMBER = (int, float)
_PLAIN = (np.ndarray, np.memmap)  # products of matrices and masks mean something else: they are not met here


def namespace_of(**arrays: Array) -> Namespace:
    """The array API namespace of these arrays, which must agree in library, floating dtype and shape."""
    (first, reference), *others = arrays.items()
    xp = library_of(reference)
    if xp is None:
        raise TypeError(f"`{first}` must be an array of NumPy, PyTorch or JAX; got {kind_of(reference)}.")
    _check_floating(reference, xp, first)
    for name, array in others:
        if library_of(array) is not xp:
            raise TypeError(f"`{name}` must be an array of the library of `{first}`; got {kind_of(array)}.")
        if array.dtype != reference.dtype:
            raise TypeError(f"`{name}` must have the dtype of `{first}`, {reference.dtype}; got {array.dtype}.")
        if array.shape != reference.shape:
            raise ValueError(
                f"`{name}` must have the shape of `{first}`, {tuple(reference.shape)}; got {tuple(array.shape)}."
            )
        if _is_torch(xp):
            _check_dense(array, name)
            if array.device != reference.device:
                raise ValueError(
                    f"`{name}` must be on the device of `{first}`, {reference.device}; got {array.device}."
                )
    return xp


def _check_floating(array: Array, xp: Namespace, name: str) -> None:
    if not xp.isdtype(array.dtype, "real floating"):
        raise TypeError(f"`{name}` must have a floating-point dtype; got {array.dtype}.")
    if array.dtype.itemsize < 2:  # made to be stored: PyTorch does not calculate in them
        raise TypeError(f"`{name}` must have a floating-point dtype of at least 16 bits; got {array.dtype}.")
    if _is_torch(xp):
        _check_dense(array, name)


def _check_dense(array: Array, name: str) -> None:
    if array.layout is not sys.modules["torch"].strided:
        raise TypeError(f"`{name}` must be a dense tensor; got one in the layout {array.layout}.")


def library_of(array: Any) -> Namespace | None:
    """The array API namespace of an array, None of anything else.

    `array_api_compat.array_namespace` is asked last: `torch.compile` warns of the caches inside it.
    """
    if isinstance(array, NUMPY):  # since version 2 an array API namespace itself
        return np if type(array) in _PLAIN or isinstance(array, np.generic) else None
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(array, torch.Tensor):
        import array_api_compat.torch as namespace

        return namespace
    if isinstance(array, NUMBER) or not array_api_compat.is_array_api_obj(array):
        return None
    return array_api_compat.array_namespace(array)


def converted(array: Any, like: Array, xp: Namespace, *, shared: bool = False) -> Array:
    """A number or an array in the dtype and on the device of `like`, whose library is xp.

    Where possible the memory is `shared`, if that is wanted: of a writable array that nobody will write to.
    """
    if xp is np:
        return np.asarray(array, dtype=like.dtype)
    if library_of(array) is xp:
        array = xp.astype(array, like.dtype, copy=False)  # unlike `asarray`, this lets gradients through
        return array_api_compat.to_device(array, like.device) if _is_elsewhere(array, like, xp) else array
    if isinstance(array, np.ndarray) and not shared:
        # PyTorch warns of arrays that it may not write to, and knows one byte order
        array = array.astype(np.float64)
    # JAX places its arrays by itself, and a traced one does not know its device.
    return xp.asarray(array, dtype=like.dtype, device=None if is_jax(xp) else like.device)


def _is_elsewhere(array: Array, like: Array, xp: Namespace) -> bool:
    return not is_jax(xp) and array.device != like.device


def is_jax(xp: Namespace) -> bool:
    return xp.__name__.startswith("jax")


def _is_torch(xp: Namespace) -> bool:
    return xp.__name__ == "array_api_compat.torch"


def on_its_own(t: Any, name: str = "t") -> Array:
    """A time that no point accompanies: an array as it is, a number as a float64 NumPy array."""
    if is_number(t):
        return np.asarray(as_float(t), dtype=np.float64)
    if library_of(t) is None:
        raise TypeError(f"`{name}` must be a number or an array of NumPy, PyTorch or JAX; got {kind_of(t)}.")
    namespace_of(**{name: t})
    return t


def beside(t: Any, x: Array, xp: Namespace, *, name: str = "t", columns: int = 0) -> Array:
    """The time as an array of x's dtype and device.

    A time aligns with the *leading* axes of x, all but the last `columns` of them: its shape must be
    `x.shape[:t.ndim]`. A number serves all points. It is never broadcast against trailing axes.
    """
    if is_number(t):
        if not 0 <= t <= 1:
            raise ValueError(f"`{name}` must lie in [0, 1]; got {as_float(t):g}.")
        return converted(float(t), x, xp)
    own = library_of(t)
    if own is None or own not in (xp, np):
        raise TypeError(f"`{name}` must be a number or an array of the library of `x`, or of NumPy; got {kind_of(t)}.")
    _check_floating(t, own, name)
    if t.ndim > x.ndim - columns or tuple(t.shape) != tuple(x.shape[: t.ndim]):
        axes = tuple(x.shape[: x.ndim - columns])
        raise ValueError(
            f"`{name}` must be a number or have the shape of leading axes of {axes}; got {tuple(t.shape)}."
        )
    check_unit_interval(t, own, name)
    return converted(t, x, xp)


def as_column(t: Array, x: Array, xp: Namespace) -> Array:
    """Something that aligns with the leading axes of x, with axes of length 1 for the others."""
    return xp.reshape(t, tuple(t.shape) + (1,) * (x.ndim - t.ndim)) if t.ndim else t


def check_unit_interval(t: Array, xp: Namespace, name: str) -> None:
    if fails(xp.all((t >= 0) & (t <= 1))):  # a NaN fails too
        low, high = float(xp.min(t)), float(xp.max(t))
        came = f"a minimum of {low:g}" if low < 0 else f"a maximum of {high:g}"
        raise ValueError(f"`{name}` must lie in [0, 1]; got {came}.")


def fails(condition: Array) -> bool:
    """Whether a condition is known to be false; while a function is traced nothing is known."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.compiler.is_compiling():
        return False
    try:
        return not bool(condition)
    except (RuntimeError, TypeError):  # torch.func.vmap and JAX's tracers refuse to say
        return False


def values_of(array: Array) -> np.ndarray | None:
    """The values as float64 NumPy; None where they cannot be read: while a function is traced, or on a meta device."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.compiler.is_compiling():
        return None
    try:
        return to_numpy(array)
    except (RuntimeError, TypeError):
        return None


def quiet(array: Array) -> AbstractContextManager[Any]:
    """No NumPy warnings where a value that is not finite is either a documented limit or an error of ours."""
    return np.errstate(divide="ignore", invalid="ignore", over="ignore") if isinstance(array, NUMPY) else nullcontext()


def check_finite(
    result: Array, xp: Namespace, what: str, t: Array, scales: dict[str, Array], *inputs: Array, name: str = "t"
) -> None:
    """Raise where finite inputs led to an infinite or undefined result, and say at which time."""
    with quiet(result):
        if not fails(xp.isfinite(xp.sum(result))):  # then all terms are finite, and no array was made to find it out
            return
    if not fails(xp.all(xp.isfinite(result))) or any(fails(xp.all(xp.isfinite(array))) for array in inputs):
        return
    bad = ~np.isfinite(to_numpy(result))
    where = np.argwhere(bad.reshape((*bad.shape[: t.ndim], -1)).any(axis=-1))[0]
    values = {key: float(to_numpy(value)[tuple(where)]) for key, value in {name: t, **scales}.items()}
    known = ", ".join(f"{key} = {value:g}" for key, value in values.items() if key != name)
    raise ValueError(f"{what} has no finite value at `{name}` = {values[name]:g}, where {known}.")


def to_numpy(array: Any) -> np.ndarray:
    """A float64 NumPy copy; gradients do not flow through it."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(array, torch.Tensor):
        array = array.detach().cpu().double().numpy()
    return np.array(array, dtype=np.float64)


def read(array: Array, name: str, use: str) -> np.ndarray:
    """`to_numpy` where no gradient may be lost and there may be no values to read: they are of use to `use`."""
    if getattr(array, "requires_grad", False):
        raise ValueError(f"`{name}` must not require gradients, which {use} cannot carry; got one.")
    try:
        return to_numpy(array)
    except (TypeError, RuntimeError) as error:  # a tracer of JAX, a transform of PyTorch, a meta tensor
        raise TypeError(f"`{name}` must have values, which {use} reads; got a traced or an empty shell.") from error


def table(values: Any, name: str) -> np.ndarray:
    """A float64 NumPy copy of finite real numbers, from an array of any library, nested lists, or a number."""
    own = library_of(values)
    if isinstance(values, np.ndarray) and own is None and not isinstance(values, np.matrix):
        raise TypeError(f"`{name}` must be a plain array; got {kind_of(values)}.")
    if own is not None and _is_torch(own):
        _check_dense(values, name)
    try:
        array = np.asarray(values) if own in (None, np) else to_numpy(values) if _is_real(values, own) else None
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"`{name}` must be an array of real numbers; got {kind_of(values)} that is none.") from error
    if array is None or array.dtype.kind not in "iuf":
        came = f"the dtype {values.dtype}" if own is not None else kind_of(values)
        raise TypeError(f"`{name}` must be an array of real numbers; got {came}.")
    array = np.array(array, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"`{name}` must be finite; got {array[~np.isfinite(array)].flat[0]}.")
    return array


def _is_real(array: Array, xp: Namespace) -> bool:
    return xp.isdtype(array.dtype, ("real floating", "integral"))


def follow(array: np.ndarray, like: Array | None) -> Array:
    """A NumPy array in the library, dtype and device of `like` (itself where `like` is None)."""
    return array if like is None else converted(array, like, namespace_of(like=like))

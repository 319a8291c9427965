"""Other people's callables, called with the arrays they expect: NumPy on our side, NumPy, PyTorch or JAX on theirs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any, Literal

import numpy as np

from refimpl.arguments import check_callable, kind_of, shown

Backend = Literal["numpy", "torch", "jax"]
BACKENDS = ("numpy", "torch", "jax")


def numpy_callable(
    function: Callable[..., Any], backend: Backend = "numpy", dtype: str = "float64", name: str = "function"
) -> Callable[..., Any]:
    """The function, made to take NumPy arrays and numbers and to return float64 NumPy arrays (or a tuple of them).

    Args:
        function: the callable.
        backend: "numpy", "jax" and "torch" (without gradients) say whose arrays of `dtype` are passed on.
        dtype: "float64" or "float32": what the callable is given. Python numbers are passed on as they are.
        name: what errors call it.

    Returns:
        The wrapped callable.

    Raises:
        TypeError: when `function` cannot be called.
        ValueError: for an unknown backend or dtype.
    """
    check_callable(function, name)
    check_backend(backend)
    dtype = check_dtype(dtype)

    def called(*args: Any, **kwargs: Any) -> Any:
        with computing_in(backend, dtype), _without_gradients(backend):
            args = tuple(given(arg, backend, dtype) for arg in args)
            kwargs = {key: given(arg, backend, dtype) for key, arg in kwargs.items()}
            return returned(function(*args, **kwargs), name)

    return called


def check_backend(backend: Any, *, auto: bool = False) -> None:
    """The name of a library; "auto" where the caller finds out."""
    names = ("auto",) * auto + BACKENDS
    if not isinstance(backend, str) or backend not in names:
        listed = ", ".join(f'"{name}"' for name in names[:-1])
        raise ValueError(f'`backend` must be {listed} or "{names[-1]}"; got {shown(backend)}.')


def check_dtype(dtype: Any) -> str:
    """The name of a precision, of NumPy's, PyTorch's or JAX's dtype; None is float64."""
    name = "float64" if dtype is None else str(getattr(dtype, "__name__", dtype)).rpartition(".")[2]
    if name not in ("float64", "float32"):
        raise ValueError(f"`dtype` must be float64 or float32; got {shown(dtype)}.")
    return name


def given(value: Any, backend: Backend, dtype: str = "float64") -> Any:
    """A NumPy array as theirs, a copy; anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    value = value.astype(dtype)
    if backend == "numpy":
        return value
    if backend == "jax":
        import jax.numpy

        return jax.numpy.asarray(value)
    import torch

    return torch.from_numpy(value)


def computing_in(backend: Backend, dtype: str = "float64") -> AbstractContextManager[Any]:
    """Where the arrays of a library have this dtype: JAX has no float64 unless it is asked for."""
    if backend != "jax" or dtype != "float64":
        return nullcontext()
    import jax

    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return import_module("jax.experimental").enable_x64()  # the older name


def _without_gradients(backend: Backend) -> AbstractContextManager[Any]:
    if backend != "torch":
        return nullcontext()
    import torch

    return torch.no_grad()


def returned(value: Any, name: str = "function") -> Any:
    """A result as float64 NumPy; tuples and lists of results keep their structure, as tuples."""
    if isinstance(value, tuple | list):
        return tuple(returned(item, name) for item in value)
    if str(getattr(value, "dtype", "")).rpartition(".")[2].startswith("complex"):
        raise TypeError(f"`{name}` must return real numbers; got {value.dtype}.")
    if hasattr(value, "detach"):  # a tensor: NumPy must not be handed one that lives on a device or in bfloat16
        value = value.detach().cpu().double().numpy()
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must return an array of real numbers; got {kind_of(value)}.")
    return array.astype(np.float64)

"""Other people's callables, called with the arrays they expect: NumPy on our side, NumPy or PyTorch on theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from refimpl.arguments import check_callable, kind_of, shown

Backend = Literal["numpy", "torch"]


def numpy_callable(
    function: Callable[..., Any], backend: Backend = "numpy", dtype: str = "float64", name: str = "function"
) -> Callable[..., Any]:
    """The function, made to take NumPy arrays and numbers and to return float64 NumPy arrays (or a tuple of them).

    Args:
        function: the callable.
        backend: "numpy" passes arrays of `dtype` on; "torch" passes tensors, without gradients.
        dtype: "float64" or "float32": what the callable is given. Python numbers are passed on as they are.
        name: what errors call it.

    Returns:
        The wrapped callable.

    Raises:
        TypeError: when `function` cannot be called.
        ValueError: for an unknown backend or dtype.
    """
    check_callable(function, name)
    if not isinstance(backend, str) or backend not in ("numpy", "torch"):
        raise ValueError(f'`backend` must be "numpy" or "torch"; got {shown(backend)}.')
    if dtype not in ("float64", "float32"):
        raise ValueError(f'`dtype` must be "float64" or "float32"; got {dtype!r}.')

    def called(*args: Any, **kwargs: Any) -> Any:
        args = tuple(_given(arg, backend, dtype) for arg in args)
        kwargs = {key: _given(arg, backend, dtype) for key, arg in kwargs.items()}
        if backend == "numpy":
            return returned(function(*args, **kwargs), name)
        import torch

        with torch.no_grad():
            return returned(function(*args, **kwargs), name)

    return called


def _given(value: Any, backend: Backend, dtype: str) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    value = value.astype(dtype)
    if backend == "numpy":
        return value
    import torch

    return torch.from_numpy(value)


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

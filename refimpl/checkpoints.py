"""Checkpoints that are written whole or not at all, and interrupts that wait for the end of a step."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

_FORMAT = "refimpl training, version 1"


def save_checkpoint(file: Path, state: dict[str, Any], settings: dict[str, Any], done: int, seconds: float) -> None:
    """Writes a checkpoint beside `file` and puts it in its place, so that a reader finds the old one or the new one."""
    import torch

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            states = {name: part.state_dict() for name, part in state.items()}
            torch.save({"format": _FORMAT, "settings": settings, "done": done, "seconds": seconds, **states}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_checkpoint(file: Path, state: dict[str, Any], settings: dict[str, Any], device: Any) -> tuple[int, float]:
    """Restores a run; returns the steps done and the seconds they took.

    Raises:
        ValueError: when the file is no checkpoint, or one of a run with other settings.
    """
    import torch

    try:
        kept = torch.load(file, map_location=device, weights_only=True)
    except Exception as error:  # whatever a damaged file makes the unpickler raise
        raise ValueError(
            f"`checkpoint` must be a file that `train` wrote; got {file}, which cannot be read."
        ) from error
    if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
        raise ValueError(f"`checkpoint` must be a file that `train` wrote; got {file}, which is something else.")
    for name, value in settings.items():
        if kept["settings"].get(name) != value:
            raise ValueError(
                f"`checkpoint` must come from a run with the same settings; {file} has {name} ="
                f" {kept['settings'].get(name)}, asked for was {value}."
            )
    for name, part in state.items():
        part.load_state_dict(kept[name])
    return kept["done"], kept["seconds"]


class Interruption:
    """Turns the first Ctrl-C into a request, `asked`, so that a step is never cut in half; a second one interrupts."""

    def __init__(self) -> None:
        self.asked = False
        self._previous: Any = None
        self._installed = False

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():  # elsewhere Ctrl-C does not arrive
            self._previous = signal.signal(signal.SIGINT, self._ask)
            self._installed = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._previous)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

"""Progress at the terminal: a bar for each stage, or a line for each where nobody watches (a file, a log of CI)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Advance = Callable[[int, int], None]

_WIDTH = 34
_MARKS = {"passed": "[green]✓[/]", "failed": "[red]✗[/]", "interrupted": "[yellow]■[/]", "skipped": "[dim]–[/]"}


class Display:
    """What the run shows while it goes on.

    Args:
        console: where to; by default standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console if console is not None else Console(highlight=False)

    def say(self, text: str, style: str = "") -> None:
        """A line of plain text; it is never taken for markup."""
        self.console.print(escape(text), style=style, soft_wrap=True)

    @contextmanager
    def stage(self, title: str) -> Iterator[Advance]:
        """A bar while the stage runs; `advance(done, total)` moves it."""
        if not self.console.is_terminal:
            self.console.print(f"  {title} …", end="\n", soft_wrap=True)
            self.console.file.flush()
            yield lambda done, total: None
            return
        columns = (
            TextColumn(f"  {escape(title):<{_WIDTH}}"),
            BarColumn(30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def ended(self, title: str, status: str, seconds: float, words: str) -> None:
        """The line that stays: how the stage ended, how long it took, what it found."""
        self.console.print(
            f"{_MARKS[status]} {escape(title):<{_WIDTH}}{seconds:6.1f} s  {escape(words)}", soft_wrap=True
        )
        self.console.file.flush()

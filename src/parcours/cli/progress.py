"""The progress bar of an import: rows, rate and time left, on standard error and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.cli.words import say, written

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from parcours.events.report import Progress


@contextmanager
def progress_bar(language: str, *, wanted: bool = True) -> Iterator[Callable[[Progress], None] | None]:
    """What to call with each step; None when nobody is looking."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Steps(bar, language)


class _Steps:
    """Turns the steps of an import into one bar a phase and file."""

    def __init__(self, bar: Bar, language: str) -> None:
        self._bar, self._language = bar, language
        self._task = bar.add_task("", total=None, rate="", visible=False)
        self._now: tuple[str, str] | None = None

    def __call__(self, step: Progress) -> None:
        if self._now != (step.phase, step.file):
            self._now = (step.phase, step.file)
            parts = (say(self._language, step.phase), Path(step.file).name)
            label = " ".join(part for part in parts if part)
            self._bar.reset(self._task, description=label, visible=True, rate="")
        speed = self._bar.tasks[0].finished_speed or self._bar.tasks[0].speed
        rate = (
            say(self._language, "{count} rows/s", count=written(round(speed), self._language))
            if speed
            else ""
        )
        self._bar.update(self._task, completed=step.done, total=step.total or None, rate=rate)

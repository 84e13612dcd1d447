from __future__ import annotations

import io
import re

import pytest

from parcours.cli.progress import progress_bar
from parcours.events.report import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_drawn_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress_bar("en") as step:
        assert step is None
    monkeypatch.setattr("sys.stderr", Terminal())
    with progress_bar("en", wanted=False) as step:
        assert step is None


@pytest.mark.parametrize(
    ("language", "phase", "unit"), [("en", "reading", "rows/s"), ("fr", "lecture", "lignes/s")]
)
def test_the_bar_tells_phase_file_rate_and_time_left(
    language: str, phase: str, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar(language) as step:
        assert step is not None
        for done in range(0, 10_000, 1000):
            step(Progress("reading", done, 10_000, "far/away/orders.csv"))
    told = terminal.getvalue()
    assert f"{phase} orders.csv" in told
    assert "far/away" not in told
    assert unit in told
    assert re.search(r"0\d:\d\d", told)

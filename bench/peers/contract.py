"""What a peer is: a way to load the log in its own best form, and a method for each question it can answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from bench.questions import Answer


class Peer(ABC):
    """One product, used as its own users would who care for speed.

    ``load`` writes into ``folder`` whatever it needs; ``open`` makes it ready in a fresh process. Every other method
    answers one question from events up to an instant. A question in ``cannot`` is not asked; one in ``differs`` is
    asked, and compared in what both definitions share."""

    title: ClassVar[str]
    threads: ClassVar[int] = 2
    keeps_answers: ClassVar[bool] = False
    cannot: ClassVar[Mapping[str, str]] = {}
    differs: ClassVar[Mapping[str, str]] = {}

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    @abstractmethod
    def settings() -> str:
        """Its version, and how it was set up, in one line."""

    @abstractmethod
    def load(self, file: Path) -> None:
        """From one file of events, Parquet or CSV, to the form that questions are asked of."""

    @abstractmethod
    def open(self) -> None:
        """Make ready what was loaded."""

    def forget(self) -> None:
        """Throw away answers and parts of answers that are kept, and be open again."""
        raise NotImplementedError

    def append(self, file: Path) -> None:
        """Add the events of a Parquet file to what is open."""
        raise NotImplementedError

    def funnel(self, until: int) -> Answer:
        """``{"reached": [units that reached each step]}``."""
        raise NotImplementedError

    def breakdown(self, until: int) -> Answer:
        """``{value: [units that reached each step]}``."""
        raise NotImplementedError

    def retention(self, until: int) -> Answer:
        """``{week of the first event, as its number: {weeks after: units}}``; column 0 is the size of the row."""
        raise NotImplementedError

    def transitions(self, until: int) -> Answer:
        """``{"from > to": [times, customers]}``."""
        raise NotImplementedError

    def growth(self, until: int) -> Answer:
        """``{day, as its number: [new, returning, resurrected, dormant]}``."""
        raise NotImplementedError

    def stages(self, until: int) -> Answer:
        """``{"month": {"from > to": customers}}``: from (new), a stage or (lapsed) to a stage or (lapsed); the sizes
        after the last flow under ``"sizes"``."""
        raise NotImplementedError

    def timeline(self, until: int, customer: str) -> Answer:
        """``{"events": [[instant, event], …]}`` in order."""
        raise NotImplementedError

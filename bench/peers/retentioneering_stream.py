"""Retentioneering: an event stream, split into sessions, and its transition matrix."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from bench.answers import by_link
from bench.peers.contract import Peer
from bench.questions import EXIT, START, STEPS, Answer

if TYPE_CHECKING:
    import pandas as pd

TIME = "has no measure over calendar periods and customers"


class Retentioneering(Peer):
    """Retentioneering."""

    title: ClassVar[str] = "Retentioneering"
    cannot: ClassVar[Mapping[str, str]] = {
        "load_csv": "reads CSV through pandas, which is measured there",
        "breakdown": "its funnel has no exclusion",
        "retention": TIME,
        "growth": TIME,
        "stages": "has no stages that silence ends",
        "timeline": "its filter of one path is pandas, which is measured there",
        "refresh": "reads a stream as a whole",
    }
    differs: ClassVar[Mapping[str, str]] = {
        "funnel": "has no window, so only the first step is compared",
        "transitions": "counts customers or times, one at a time; times are compared",
    }

    @staticmethod
    def settings() -> str:
        return f"{_package().__version__}, one thread, its tracker off, categories for texts"

    def load(self, file: Path) -> None:
        import pandas as pd

        events = pd.read_parquet(file, columns=["customer", "at", "event"])
        events["at"] = events["at"].dt.tz_localize(None)
        events.astype({"event": "category"}).to_parquet(self.folder / "events.parquet")

    def open(self) -> None:
        import pandas as pd

        self.package = _package()
        self.events: pd.DataFrame = pd.read_parquet(self.folder / "events.parquet")

    def _stream(self, until: int) -> Any:
        import pandas as pd

        seen = self.events[self.events["at"] <= pd.Timestamp(until, unit="us")]
        schema = {"path_cols": ["customer"], "event_col": "event", "timestamp_col": "at"}
        return self.package.Eventstream(seen, schema)

    def funnel(self, until: int) -> Answer:
        steps = self._stream(until).funnel_data(steps=list(STEPS))["steps"]
        return {"reached": [int(steps[0]["unique_paths"])]}

    def transitions(self, until: int) -> Answer:
        sessions = (
            self._stream(until)
            .split_sessions(timeout="30m")
            .collapse_events(loops=True, path_col="session_id")
        )
        sessions = sessions.add_start_end_events(path_col="session_id")
        matrix = sessions.transition_graph_data(edge_weight="count", path_col="session_id")
        names = {"path_start": START, "path_end": EXIT}
        return by_link(
            (names.get(source, source), names.get(target, target), int(count))
            for source, row in matrix.iterrows()
            for target, count in row.items()
            if count > 0 and source != target
        )


def _package() -> Any:
    """The package without its tracker: nothing may leave the machine."""
    os.environ["RETENTIONEERING_NO_TRACK"] = "1"
    sys.modules["posthog"] = cast("Any", None)
    import retentioneering

    return retentioneering


PEER = Retentioneering

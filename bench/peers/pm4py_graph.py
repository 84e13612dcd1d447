"""pm4py, the process miner: each session a case, and its directly-follows graph."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from bench.answers import by_link
from bench.peers.contract import Peer
from bench.questions import EXIT, IDLE_US, START, Answer

if TYPE_CHECKING:
    import pandas as pd

FUNNEL = "filters cases by what they hold, but has no window that begins at a step"
TIME = "has no calendar of customers: it knows cases and activities"


class Pm4py(Peer):
    """pm4py."""

    title: ClassVar[str] = "pm4py"
    cannot: ClassVar[Mapping[str, str]] = {
        "load_csv": "reads CSV through pandas, which is measured there",
        "funnel": FUNNEL,
        "breakdown": FUNNEL,
        "retention": TIME,
        "growth": TIME,
        "stages": "has no stages that silence ends",
        "timeline": "its filter of one case is pandas, which is measured there",
        "refresh": "reads a log as a whole",
    }
    differs: ClassVar[Mapping[str, str]] = {
        "transitions": "counts how often, not how many customers; runs of one event are taken off its loops"
    }

    @staticmethod
    def settings() -> str:
        import pm4py

        return f"{pm4py.__version__}, one thread, sessions as cases (split by pandas while loading)"

    def load(self, file: Path) -> None:
        import pandas as pd

        events = pd.read_parquet(file, columns=["customer", "at", "event"])
        events = events.sort_values(["customer", "at"])
        silence = events.groupby("customer")["at"].diff()
        events["case"] = (silence.isna() | (silence > pd.Timedelta(IDLE_US, "us"))).cumsum()
        events.drop(columns="customer").astype({"case": "str"}).to_parquet(self.folder / "cases.parquet")

    def open(self) -> None:
        import pandas as pd

        self.cases: pd.DataFrame = pd.read_parquet(self.folder / "cases.parquet")

    def transitions(self, until: int) -> Answer:
        import pandas as pd
        import pm4py

        seen = self.cases[self.cases["at"] <= pd.Timestamp(until, unit="us", tz="UTC")]
        graph, starts, ends = pm4py.discover_dfg(
            seen, activity_key="event", timestamp_key="at", case_id_key="case"
        )
        links = [(source, target, count) for (source, target), count in graph.items() if source != target]
        links += [(START, target, count) for target, count in starts.items()]
        links += [(source, EXIT, count) for source, count in ends.items()]
        return by_link(links)


PEER = Pm4py

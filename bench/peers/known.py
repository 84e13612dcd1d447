"""The list of peers: where each lives, which Python runs it, and the environment that it is run in."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.contract import Peer

ROOT: Final = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Known:
    """A peer by name. ``apart``: in a virtual environment of its own, ``.venv-peers``, made by ``make bench``."""

    name: str
    module: str
    needs: str  # the module whose absence means that the peer is not installed
    apart: bool = False

    def peer(self) -> type[Peer]:
        """The peer's class; imports nothing heavy."""
        found: type[Peer] = importlib.import_module(f"bench.peers.{self.module}").PEER
        return found

    def python(self) -> Path:
        """The interpreter that has it installed."""
        return ROOT / ".venv-peers" / "bin" / "python" if self.apart else Path(sys.executable)

    def installed(self) -> bool:
        """Whether it can be run here, found without importing it."""
        if not self.apart:
            return importlib.util.find_spec(self.needs) is not None
        return any((ROOT / ".venv-peers" / "lib").glob(f"python*/site-packages/{self.needs}"))

    def environment(self) -> dict[str, str]:
        """Two threads for everybody; Parcours keeps its compiled kernels where it always does."""
        threads = str(Peer.threads)
        return os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "POLARS_MAX_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "NUMBA_NUM_THREADS": threads,
        }


KNOWN: Final = {
    known.name: known
    for known in (
        Known("parcours", "ours", "parcours"),
        Known("clickhouse", "clickhouse", "chdb"),
        Known("duckdb", "duckdb_sql", "duckdb"),
        Known("polars", "polars_lazy", "polars"),
        Known("pandas", "pandas_usual", "pandas"),
        Known("retentioneering", "retentioneering_stream", "retentioneering", apart=True),
        Known("pm4py", "pm4py_graph", "pm4py", apart=True),
    )
}

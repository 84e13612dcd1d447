"""DuckDB: one table sorted by customer and time, and SQL with window functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bench.answers import by_key, by_link, cells, month_of, stage_name, with_sizes
from bench.peers import duckdb_queries as queries
from bench.peers.contract import Peer
from bench.questions import Answer
from bench.world import CHANNELS, DEVICES, NAMES

if TYPE_CHECKING:
    import duckdb


class DuckDB(Peer):
    """DuckDB."""

    title: ClassVar[str] = "DuckDB"

    @staticmethod
    def settings() -> str:
        import duckdb

        return f"{duckdb.__version__}, 2 threads, table sorted by customer (hashed to 64 bits) and time, enum columns"

    def open(self) -> None:
        import duckdb

        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(str(self.folder / "events.duckdb"))
        self.connection.execute(f"SET threads = {self.threads}; SET memory_limit = '8GB'")
        self.connection.execute(
            f"SET temp_directory = '{self.folder}/spill'; SET preserve_insertion_order = true"
        )

    def load(self, file: Path) -> None:
        self.open()
        enums = {"event": NAMES, "channel": CHANNELS, "device": DEVICES}
        for name, values in enums.items():
            self.connection.execute(f"CREATE TYPE {name}_name AS ENUM ({', '.join(map(repr, values))})")
        self.connection.execute(f"CREATE TABLE events AS {self._selected(file)} ORDER BY key, us")
        self.connection.execute("CHECKPOINT")

    def append(self, file: Path) -> None:
        self.connection.execute(f"INSERT INTO events {self._selected(file)}")

    def _selected(self, file: Path) -> str:
        columns = "{'at': 'TIMESTAMPTZ', 'amount': 'DECIMAL(12,2)'}"
        source = (
            f"read_csv('{file}', types = {columns})" if file.suffix == ".csv" else f"read_parquet('{file}')"
        )
        return f"""
            SELECT hash(customer) AS key, epoch_us("at") AS us, event::event_name AS event,
                   channel::channel_name AS channel, device::device_name AS device, country, page, amount,
                   event_id, customer
            FROM {source}"""

    def _rows(self, text: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(text).fetchall()

    def funnel(self, until: int) -> Answer:
        return {"reached": list(self._rows(queries.funnel(until))[0])}

    def breakdown(self, until: int) -> Answer:
        return by_key(self._rows(queries.breakdown(until)))

    def retention(self, until: int) -> Answer:
        return cells(self._rows(queries.retention(until)))

    def transitions(self, until: int) -> Answer:
        return by_link(self._rows(queries.transitions(until)))

    def growth(self, until: int) -> Answer:
        return by_key(self._rows(queries.growth(until)))

    def stages(self, until: int) -> Answer:
        moves = self._rows(queries.stages(until))
        return with_sizes(
            (month_of(us), stage_name(one), stage_name(two), count) for us, one, two, count in moves
        )

    def timeline(self, until: int, customer: str) -> Answer:
        rows = self._rows(
            f"SELECT us, event::VARCHAR FROM events WHERE key = hash('{customer}') AND us <= {until} ORDER BY us"
        )
        return {"events": [list(row) for row in rows]}


PEER = DuckDB

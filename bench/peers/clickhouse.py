"""ClickHouse, inside the process through chdb: a MergeTree ordered by customer and time."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, ClassVar

from bench.answers import by_key, by_link, cells, month_of, stage_name, with_sizes
from bench.peers import clickhouse_queries as queries
from bench.peers.contract import Peer
from bench.questions import Answer
from bench.world import NAMES

COLUMNS = """
    key UInt64, us Int64, event Enum8({events}), channel LowCardinality(String), device LowCardinality(String),
    country LowCardinality(String), page String, amount Nullable(Decimal(12, 2)), event_id String, customer String"""
FROM_PARQUET = """
    SELECT cityHash64(customer), toUnixTimestamp64Micro(at), event, channel, device, country, page, amount, event_id,
           customer FROM file('{file}', Parquet)"""
FROM_CSV = """
    SELECT cityHash64(customer), toUnixTimestamp64Micro(at), event, channel, device, country, page, amount, event_id,
           customer FROM file('{file}', CSVWithNames, 'event_id String, customer String, at DateTime64(6, \\'UTC\\'),
           event String, channel String, device String, country String, page String, amount Nullable(Decimal(12, 2))')
    SETTINGS date_time_input_format = 'best_effort'"""


class ClickHouse(Peer):
    """ClickHouse."""

    title: ClassVar[str] = "ClickHouse"
    session: Any  # chdb has no types

    @staticmethod
    def settings() -> str:
        from importlib.metadata import version

        return (
            f"{version('chdb-core')} (chdb {version('chdb')}), 2 threads, MergeTree ordered by customer (hashed to 64 "
            "bits) and time, merged into one part after loading, enum and low-cardinality columns"
        )

    def open(self) -> None:
        self.session = importlib.import_module("chdb.session").Session(str(self.folder / "clickhouse"))
        self.session.query(f"SET max_threads = {self.threads}")

    def load(self, file: Path) -> None:
        self.open()
        events = ", ".join(f"'{name}' = {number}" for number, name in enumerate(NAMES, 1))
        self.session.query("CREATE DATABASE bench ENGINE = Atomic")
        columns = COLUMNS.format(events=events)
        self.session.query(f"CREATE TABLE bench.events ({columns}) ENGINE = MergeTree ORDER BY (key, us)")
        self.append(file)
        self.session.query("OPTIMIZE TABLE bench.events FINAL")

    def append(self, file: Path) -> None:
        source = FROM_CSV if file.suffix == ".csv" else FROM_PARQUET
        self.session.query(f"INSERT INTO bench.events {source.format(file=file)}")

    def _rows(self, text: str) -> list[list[Any]]:
        answer = str(
            self.session.query(f"{text} SETTINGS output_format_json_quote_64bit_integers = 0", _LINES)
        )
        return [json.loads(line) for line in answer.splitlines()]

    def funnel(self, until: int) -> Answer:
        return {"reached": self._rows(queries.funnel(until))[0]}

    def breakdown(self, until: int) -> Answer:
        return by_key(tuple(row) for row in self._rows(queries.breakdown(until)))

    def retention(self, until: int) -> Answer:
        return cells((row, column, count) for row, column, count in self._rows(queries.retention(until)))

    def transitions(self, until: int) -> Answer:
        def name(code: int) -> str:
            return NAMES[code - 1] if code > 0 else queries.link_name(code)

        rows = self._rows(queries.transitions(until))
        return by_link((name(source), name(target), *counts) for source, target, *counts in rows)

    def growth(self, until: int) -> Answer:
        return by_key(tuple(row) for row in self._rows(queries.growth(until)))

    def stages(self, until: int) -> Answer:
        prepare, step, count = queries.stages(until)
        for statement in prepare:
            self.session.query(statement)
        number, before, rows = 0, 0, self._walked()
        while rows > before:
            self.session.query(step.format(round=number))
            number, before, rows = number + 1, rows, self._walked()
        moves = self._rows(count)
        for table in ("kept", "stays", "walk"):
            self.session.query(f"DROP TABLE bench.{table} SYNC")
        return with_sizes(
            (month_of(us), stage_name(one), stage_name(two), count) for us, one, two, count in moves
        )

    def _walked(self) -> int:
        return int(self._rows("SELECT count() FROM bench.walk")[0][0])

    def timeline(self, until: int, customer: str) -> Answer:
        rows = self._rows(
            f"SELECT us, event FROM bench.events WHERE key = cityHash64('{customer}') AND us <= {until} ORDER BY us"
        )
        return {"events": rows}


_LINES = "JSONCompactEachRow"
PEER = ClickHouse

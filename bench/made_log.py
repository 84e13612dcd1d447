"""A seeded log of a realistic shape, made day by day in time order, so that any size needs little memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow import csv

from bench.world import (
    BOT,
    CHANNEL_SHARES,
    CHANNELS,
    COUNTRIES,
    DAYS,
    DEVICE_SHARES,
    DEVICES,
    MOST_STEPS,
    NAMES,
    OPENINGS,
    PAGES,
    World,
    chain,
    world_of,
)

DAY_US: Final = 86_400_000_000
BEGIN_US: Final = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
END_US: Final = BEGIN_US + DAYS * DAY_US
ROWS_A_WRITE: Final = 250_000
SEED: Final = 20_250_101
SCHEMA: Final = pa.schema(
    [
        ("event_id", pa.string()),
        ("customer", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("event", pa.string()),
        ("channel", pa.string()),
        ("device", pa.string()),
        ("country", pa.string()),
        ("page", pa.string()),
        ("amount", pa.decimal128(12, 2)),
    ]
)
MAPPING: Final = """\
name: bench
customer_id: customer
time: at
events:
  - name: all
    event: {column: event}
    event_id: event_id
    value: amount
    currency: EUR
    channel: {column: channel}
    properties: {device: device, country: country, page: page}
"""


@dataclass(frozen=True)
class MadeLog:
    """The files of one made log: a year, and events that come later."""

    folder: Path

    @property
    def parquet(self) -> Path:
        return self.folder / "events.parquet"

    @property
    def csv(self) -> Path:
        return self.folder / "events.csv"

    @property
    def mapping(self) -> Path:
        return self.folder / "mapping.yaml"

    def later(self, events: int) -> Path:
        """The next so many events after the year."""
        return self.folder / f"later-{events}.parquet"

    def last_us(self, events: int) -> int:
        """The last instant of the events that come later."""
        last = pc.max(pq.read_table(self.later(events), columns=["at"])["at"])
        return int(last.cast(pa.int64()).as_py())

    def facts(self) -> dict[str, object]:
        """What was made: events, customers, the customer whose timeline is asked for."""
        found: dict[str, object] = json.loads((self.folder / "facts.json").read_text(encoding="utf-8"))
        return found


def make(folder: Path, events: int, *, with_csv: bool, later: tuple[int, ...], seed: int = SEED) -> MadeLog:
    """The log of about so many events; files that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    log = MadeLog(folder)
    log.mapping.write_text(MAPPING, encoding="utf-8")
    world: World | None = None
    for path in (log.parquet, *([log.csv] if with_csv else []), *(log.later(number) for number in later)):
        if path.exists():
            continue
        world = world or world_of(events, seed)
        draft = path.with_name(f".draft-{path.name}")
        if path.suffix == ".csv":
            _write_csv(log.parquet, draft)
        elif path == log.parquet:
            _write_facts(folder, world, _write(draft, _year(world)))
        else:
            _write(draft, _first(_days(world, DAYS, 3_000), int(path.stem.removeprefix("later-"))))
        draft.replace(path)
    return log


def _write(path: Path, tables: Iterator[pa.Table]) -> int:
    """Write whole row groups as they come; gives the number of rows."""
    rows, waiting = 0, []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", use_dictionary=True) as writer:
        for table in tables:
            waiting.append(table)
            rows += len(table)
            if sum(map(len, waiting)) >= ROWS_A_WRITE:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    return rows


def _write_csv(source: Path, path: Path) -> None:
    with csv.CSVWriter(path, SCHEMA) as writer:
        for batch in pq.ParquetFile(source).iter_batches(ROWS_A_WRITE):
            writer.write_batch(batch)


def _write_facts(folder: Path, world: World, rows: int) -> None:
    busy = np.argsort(world.rate * (np.clip(world.left, 0, DAYS) - np.clip(world.joined, 0, DAYS)))
    facts = {"events": rows, "customers": len(world.rate) + 1, "bot_events": world.bot_events,
             "somebody": world.name(int(busy[int(len(busy) * 0.95)]))}  # fmt: skip
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _year(world: World) -> Iterator[pa.Table]:
    for table in _days(world, 0, DAYS):
        yield table.filter(pc.less(table["at"], pa.scalar(END_US).cast(SCHEMA.field("at").type)))


def _first(tables: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    for table in tables:
        yield table.slice(0, rows)
        rows -= len(table)
        if rows <= 0:
            return


def _days(world: World, first: int, after: int) -> Iterator[pa.Table]:
    for day in range(first, after):
        yield _day(world, day)


def _day(world: World, day: int) -> pa.Table:
    """One day's events in time order."""
    draw = np.random.default_rng([world.seed, 1, day])
    there = np.flatnonzero((world.joined <= day) & (day < world.left)) if day < DAYS else _later(world)
    counts = draw.poisson(world.rate[there])
    owner = np.repeat(there, counts)
    session, event, at = _sessions(draw, len(owner))
    customer = owner[session]
    stray = draw.random(len(owner)) < 0.15  # now and then another device
    device = np.where(stray, draw.choice(len(DEVICES), len(owner), p=DEVICE_SHARES), world.device[owner])
    channel = draw.choice(len(CHANNELS), len(owner), p=CHANNEL_SHARES)
    bot_at, bot_event = _bot(draw, world, day)
    codes = np.concatenate([customer, np.full(len(bot_at), -1)])
    at = np.concatenate([BEGIN_US + day * DAY_US + at, bot_at])
    order = np.argsort(at, kind="stable")

    def with_bot(values: NDArray[np.integer], bot: int) -> NDArray[np.integer]:
        return np.concatenate([values, np.full(len(bot_at), bot)])[order]

    return _table(
        draw,
        day,
        at[order],
        codes[order],
        np.concatenate([event, bot_event])[order],
        with_bot(channel[session], 1),
        with_bot(device[session], 1),
        with_bot(world.country[customer], 0),
    )


def _later(world: World) -> NDArray[np.int64]:
    """Who is there after the year: those who were there at its end."""
    return np.flatnonzero((world.joined <= DAYS) & (world.left > DAYS))


def _sessions(
    draw: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """So many sessions as flat arrays: number of the session, event, microseconds since midnight."""
    table = chain()
    openings = [NAMES.index(name) for name in OPENINGS]
    event = draw.choice(openings, count, p=list(OPENINGS.values()))
    hour = (
        draw.normal(15.5, 4.5, count) % 24
    )  # one continuous draw: no two events of a customer at one instant
    at = (hour * 3_600e6).astype(np.int64)
    session = np.arange(count)
    sessions, events, times = [session], [event], [at]
    for _ in range(MOST_STEPS - 1):
        follows = (table[event] < draw.random(len(event))[:, None]).sum(axis=1)
        goes_on = follows < len(NAMES)
        if not goes_on.any():
            break
        session, event = session[goes_on], follows[goes_on]
        at = at[goes_on] + 1 + (draw.exponential(75.0, len(event)) * 1e6).astype(np.int64)
        sessions.append(session)
        events.append(event)
        times.append(at)
    return np.concatenate(sessions), np.concatenate(events), np.concatenate(times)


def _bot(draw: np.random.Generator, world: World, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A bot's day: even through day and night, so that it has one session that never ends, and every kind of event."""
    count = world.bot_events * (day + 1) // DAYS - world.bot_events * day // DAYS
    gap = DAY_US // max(count, 1)
    at = BEGIN_US + day * DAY_US + np.arange(count) * gap + draw.integers(0, max(gap // 2, 1), count)
    chances = np.where(np.isin(NAMES, ("page_viewed", "product_viewed", "search_performed")), 0.3, 0.1 / 17)
    return at, draw.choice(len(NAMES), count, p=chances / chances.sum())


def _table(
    draw: np.random.Generator,
    day: int,
    at: NDArray[np.int64],
    customer: NDArray[np.int64],
    event: NDArray[np.int64],
    channel: NDArray[np.integer],
    device: NDArray[np.integer],
    country: NDArray[np.integer],
) -> pa.Table:
    count = len(at)
    page = np.minimum(draw.zipf(1.3, count), PAGES)
    bought = event == NAMES.index("order_completed")
    cents = pa.array(draw.integers(500, 25_000, count), mask=~bought).cast(pa.decimal128(19, 0))
    amount = pc.multiply(cents, pa.scalar(1, pa.decimal128(1, 0))).cast(pa.decimal128(22, 2))
    amount = pc.divide(amount, pa.scalar(100, pa.decimal128(3, 0))).cast(pa.decimal128(12, 2), safe=False)
    numbers = pc.utf8_lpad(pa.array(customer).cast(pa.string()), 8, "0")
    ids = pc.binary_join_element_wise("customer", numbers, "-")
    return pa.table(
        {
            "event_id": pc.binary_join_element_wise(
                str(day), pa.array(np.arange(count)).cast(pa.string()), "-"
            ),
            "customer": pc.if_else(pa.array(customer < 0), BOT, ids),
            "at": pa.array(at).cast(SCHEMA.field("at").type),
            "event": _texts(NAMES, event),
            "channel": _texts(CHANNELS, channel),
            "device": _texts(DEVICES, device),
            "country": _texts(COUNTRIES, country),
            "page": pc.binary_join_element_wise("/p", pa.array(page).cast(pa.string()), "/"),
            "amount": amount,
        },
        schema=SCHEMA,
    )


def _texts(values: tuple[str, ...], codes: NDArray[np.integer]) -> pa.Array:
    return pa.array(values).take(pa.array(codes))

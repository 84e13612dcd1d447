"""One small shop for the tests of the command: made once, only read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import parcours
from parcours.cli import main
from parcours.events.log import Batch
from parcours.events.schema import EVENTS, bucket_of

BUCKETS = 4
BEGIN = datetime(2024, 1, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Ran:
    """What one command line printed, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run a command line in this process."""
    monkeypatch.delenv("PARCOURS_WORKSPACE", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def one(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return one


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty customers: all sign up, every second one orders, every fourth one orders again and again."""
    folder = tmp_path_factory.mktemp("cli") / "shop"
    workspace = parcours.init(folder, settings=parcours.Settings(title="Corner shop", buckets=BUCKETS))
    workspace.log.append(Batch("first", events_table()))
    return folder


@pytest.fixture(scope="session")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose second half of customers was received a month after the first."""
    folder = tmp_path_factory.mktemp("late") / "shop"
    workspace = parcours.init(folder, settings=parcours.Settings(buckets=BUCKETS))
    for name, numbers, month in (("first", range(20), 3), ("second", range(20, 40), 4)):
        rows = [row | {"import_id": name} for number in numbers for row in customer_rows(number)]
        received = datetime(2024, month, 1, 12, tzinfo=UTC)
        workspace.log.append(Batch(name, pa.Table.from_pylist(rows, schema=EVENTS), received_at=received))
    return folder


def events_table() -> pa.Table:
    rows = [row for number in range(40) for row in customer_rows(number)]
    return pa.Table.from_pylist(rows, schema=EVENTS)


def customer_rows(number: int) -> list[dict[str, object]]:
    """The events of one customer."""
    begin = BEGIN + timedelta(days=number)
    events = [("page_viewed", 0), ("signed_up", 1)]
    if number % 2 == 0:
        events.append(("order_completed", 10))
    if number % 4 == 0:
        events += [("order_completed", 10 + 30 * again) for again in range(1, 4)]
    return [
        {
            "event_id": f"{number}-{place}", "customer": f"c{number:02}", "customer_id": f"c{number:02}",
            "anonymous_id": None, "event": name, "timestamp": begin + timedelta(days=days, minutes=place),
            "received_at": begin, "channel": ("email", "search")[number % 2], "campaign": None,
            "source": "test", "value_minor": 1250 if name == "order_completed" else None,
            "currency": "EUR" if name == "order_completed" else None,
            "properties": json.dumps({"n": number}) if name == "page_viewed" else None,
            "import_id": "first", "bucket": bucket_of(f"c{number:02}", BUCKETS),
        }
        for place, (name, days) in enumerate(events)
    ]  # fmt: skip

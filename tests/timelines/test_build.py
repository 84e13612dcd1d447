"""Building a bucket's arrays: one order of rows whatever the files, each event once, folders whole or absent."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.events import schema
from parcours.timelines import build

Event = tuple[str, int, str, str]  # customer, instant, event, event id
COLUMNS = pa.schema([schema.EVENTS.field(name) for name in ("customer", "timestamp", "event", "event_id")])
CUSTOMERS = ("a", "b", "B", "é", "z", "😀", "ｚ", "anonymous:a")  # in UTF-8 the last but one stands before 😀
NAMES = ("buy", "Buy", "écrit", "🛒")


def files_of(folder: Path, *parts: list[Event]) -> list[str]:
    """One Parquet file for each part, in that order."""
    paths = []
    for number, part in enumerate(parts):
        columns = [list(column) for column in zip(*part, strict=True)] or [[], [], [], []]
        arrays = [pa.array(values, field.type) for values, field in zip(columns, COLUMNS, strict=True)]
        path = folder / f"{number:03d}.parquet"
        pq.write_table(pa.Table.from_arrays(arrays, schema=COLUMNS), path)
        paths.append(str(path))
    return paths


def rows_of(files: list[str], arrays: build.Arrays) -> list[Event]:
    """The timelines of a bucket, read back row by row."""
    ids = build.read_column(files, "event_id").take(pa.array(arrays.order)).to_pylist()
    owners = np.repeat(np.arange(len(arrays.customers)), np.diff(arrays.offsets))
    return [
        (arrays.customers[int(owner)].as_py(), int(at), arrays.names[code], event_id)
        for owner, at, code, event_id in zip(owners, arrays.timestamps, arrays.events, ids, strict=True)
    ]


def in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (one[0].encode(), one[1], one[3].encode()))


@st.composite
def buckets(draw: st.DrawFn) -> list[Event]:
    """Events of a few customers at a few instants; ids are unique, in no relation to the order."""
    ids = draw(st.lists(st.text("01aé😀", max_size=4), unique=True, max_size=24))
    return [
        (
            draw(st.sampled_from(CUSTOMERS)),
            draw(st.sampled_from([-5_000_000, 0, 1, 2, 1_774_681_200_000_000])),
            draw(st.sampled_from(NAMES)),
            event_id,
        )
        for event_id in ids
    ]


@settings(deadline=None)
@given(buckets(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_rows_stand_in_one_order_whatever_the_files_and_repeats(
    events: list[Event], random: object, parts: int
) -> None:
    arrived = [*events, *events[: len(events) // 3]]
    random.shuffle(arrived)  # type: ignore[attr-defined]  # a random.Random
    with TemporaryDirectory() as folder:
        files = files_of(Path(folder), *(arrived[part::parts] for part in range(parts)))
        arrays = build.build(files)
        assert rows_of(files, arrays) == in_order(events)
        assert arrays.customers.to_pylist() == sorted({one[0] for one in events}, key=str.encode)
        assert list(arrays.names) == sorted({one[2] for one in events}, key=str.encode)
        assert arrays.offsets[0] == 0
        assert arrays.offsets[-1] == len(events)


def test_an_id_repeated_at_another_time_or_for_another_customer_is_another_event(tmp_path: Path) -> None:
    events: list[Event] = [
        ("a", 1, "buy", "x"), ("a", 1, "buy", "y"), ("a", 2, "buy", "y"), ("a", 2, "buy", "z"),
        ("b", 2, "buy", "z"), ("b", 2, "buy", "zz"), ("c", 9, "buy", "zz"),
    ]  # fmt: skip
    files = files_of(tmp_path, events[::-1])
    assert rows_of(files, build.build(files)) == events


@pytest.mark.parametrize("files", [0, 1, 2])
def test_a_bucket_without_events_has_no_customer(files: int, tmp_path: Path) -> None:
    arrays = build.build(files_of(tmp_path, *([] for _ in range(files))))
    assert (len(arrays.customers), arrays.names, arrays.offsets.tolist()) == (0, (), [0])
    assert len(arrays.timestamps) == len(arrays.events) == len(arrays.order) == 0


def same(one: build.Arrays, other: build.Arrays) -> bool:
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(build.Arrays)]
    return all(
        np.array_equal(first, second) if isinstance(first, np.ndarray) else first == second
        for first, second in pairs
    )


@pytest.mark.parametrize("events", [[], [('é\n"', 1, "buy, \\ 🛒", "1"), ("z", -1, "buy", "2")]])
def test_a_folder_gives_back_what_was_written(events: list[Event], tmp_path: Path) -> None:
    arrays = build.build(files_of(tmp_path, events))
    build.write(arrays, tmp_path / "cache" / "one")
    assert same(build.read(tmp_path / "cache" / "one"), arrays)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["one"], "no draft is left behind"


def test_the_folder_of_a_faster_process_is_kept(tmp_path: Path) -> None:
    arrays = build.build(files_of(tmp_path, [("a", 1, "buy", "1")]))
    build.write(arrays, tmp_path / "cache" / "one")
    (tmp_path / "cache" / "one" / "theirs").touch()
    build.write(arrays, tmp_path / "cache" / "one")
    assert (tmp_path / "cache" / "one" / "theirs").exists()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["one"]


def test_a_folder_that_cannot_be_written_is_an_operating_system_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cache"):
        build.write(build.build([]), tmp_path / "cache" / "one")

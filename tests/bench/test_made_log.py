from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from bench.made_log import BEGIN_US, END_US, MadeLog, make
from bench.world import BOT, CHAIN, NAMES, chain, mean_session_events, world_of


def instants(path: Path) -> np.ndarray:
    return pq.read_table(path)["at"].cast(pa.int64()).to_numpy()


def test_the_same_seed_makes_the_same_events_and_another_seed_others(log: MadeLog, tmp_path: Path) -> None:
    again = make(tmp_path / "again", 20_000, with_csv=False, later=())
    other = make(tmp_path / "other", 20_000, with_csv=False, later=(), seed=1)
    table = pq.read_table(log.parquet)
    assert pq.read_table(again.parquet).equals(table)
    assert not pq.read_table(other.parquet).equals(table)


def test_files_that_are_there_are_kept(log: MadeLog) -> None:
    before = log.parquet.stat().st_mtime_ns
    make(log.folder, 20_000, with_csv=True, later=(200,))
    assert log.parquet.stat().st_mtime_ns == before


def test_about_as_many_events_as_asked_for_with_a_bot_of_a_tenth(log: MadeLog) -> None:
    facts, table = log.facts(), pq.read_table(log.parquet)
    assert facts["events"] == len(table)
    assert 18_000 < len(table) < 22_000
    bot = pc.sum(pc.equal(table["customer"], BOT)).as_py()
    assert bot == facts["bot_events"] == 2_000


def test_the_bot_of_a_large_log_makes_a_million_events() -> None:
    assert world_of(100_000_000, 1).bot_events == 1_000_000


def test_every_event_has_an_id_of_its_own_and_lies_in_the_year(log: MadeLog) -> None:
    table = pq.read_table(log.parquet)
    assert pc.count_distinct(table["event_id"]).as_py() == len(table)
    at = instants(log.parquet)
    assert at.min() >= BEGIN_US
    assert at.max() < END_US


def test_no_customer_has_two_events_at_one_instant(log: MadeLog) -> None:
    """So that no peer is free to order them as it likes."""
    pairs = pq.read_table(log.parquet).group_by(["customer", "at"]).aggregate([([], "count_all")])
    assert pc.max(pairs["count_all"]).as_py() == 1


def test_all_twenty_events_occur_and_only_orders_have_amounts(log: MadeLog) -> None:
    table = pq.read_table(log.parquet)
    assert set(table["event"].unique().to_pylist()) == set(NAMES) == set(CHAIN)
    bought = pc.equal(table["event"], "order_completed")
    assert pc.all(pc.equal(bought, pc.is_valid(table["amount"]))).as_py()


def test_a_few_customers_make_most_of_the_events(log: MadeLog) -> None:
    table = pq.read_table(log.parquet)
    people = table.filter(pc.not_equal(table["customer"], BOT))["customer"].value_counts()
    counts = np.sort(pc.struct_field(people, "counts").to_numpy())[::-1]
    tenth = counts[: len(counts) // 10].sum() / counts.sum()
    assert 0.4 < tenth < 0.8


def test_the_csv_holds_the_same_rows(log: MadeLog) -> None:
    rows = pyarrow.csv.read_csv(log.csv)
    assert rows["event_id"].to_pylist() == pq.read_table(log.parquet)["event_id"].to_pylist()


def test_later_events_come_after_the_year_and_are_exactly_so_many(log: MadeLog) -> None:
    at = instants(log.later(200))
    assert len(at) == 200
    assert at.min() >= END_US
    assert log.last_us(200) == at.max()


def test_the_chances_of_a_session_make_sense() -> None:
    assert np.allclose(chain()[:, -1], 1)
    assert (np.diff(chain(), axis=1) > -1e-12).all()
    assert 3 < mean_session_events() < 6

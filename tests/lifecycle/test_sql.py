"""SQL over a workspace reads its tables exactly, and nothing else in the world."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from made_logs import Row, append, made_log, row, timelines_over
from parcours.errors import QueryError
from parcours.events import schema
from parcours.events.log import Batch
from parcours.lifecycle import sql
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.timelines import Timelines
from parcours.values import DAY_US
from twins.fast import fast_intervals

RULES = LifecycleRules.model_validate(
    {
        "stages": [
            {"id": "aware", "enter": "visit", "lapse": {"after": "30d"}},
            {"id": "buyer", "enter": "order", "lapse": {"after": "60d"}},
        ]
    }
)
AS_OF = 200 * DAY_US
EURO: dict[str, Any] = {"currency": "EUR"}
ROWS: list[Row] = [
    *(row("ann", place * DAY_US, "order", value_minor=10, **EURO) for place in range(30)),
    row("bob", 0, "visit", channel="e-mail"),
    row("bob", DAY_US, "order", value_minor=1_234, currency="JPY"),
    row("bob", 2 * DAY_US, "order", value_minor=1_001, currency="KWD"),
    row("Zoë 🛒", 3 * DAY_US, "visit", properties={"clé": "été 🛒"}),
    row("Zoë 🛒", 3 * DAY_US, "order", value_minor=505),
    row("anonymous:x", 150 * DAY_US, "visit"),
    row("dan", 190 * DAY_US, "visit"),
    row("cat", 150 * DAY_US, "refund", value_minor=-(2**63) + 1, currency="KWD"),
    row("cat", 151 * DAY_US, "note"),
]


@pytest.fixture(scope="module")
def timelines(tmp_path_factory: pytest.TempPathFactory) -> Timelines:
    folder = tmp_path_factory.mktemp("sql")
    log = made_log(folder, ROWS, buckets=3, profiles={"ann": {"country": "FR"}})
    observation = {
        "observation_id": "o", "metric": "ad_spend", "timestamp": 0, "value": Decimal("12.5"),
        "currency": "EUR", "import_id": "spend",
    }  # fmt: skip
    observations = pa.Table.from_pylist([observation], schema=schema.OBSERVATIONS)
    log.append(Batch("spend", schema.EVENTS.empty_table(), observations=observations))
    return timelines_over(log, folder)


def ask(text: str, timelines: Timelines) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sql.run(text, timelines, RULES, AS_OF, memory_mb=512).to_pylist()
    return rows


def test_the_tables_are_there(timelines: Timelines) -> None:
    counts = {name: ask(f"select count(*) as n from {name}", timelines)[0]["n"] for name in sql.TABLES}
    assert counts == {
        "events": len(ROWS),
        "profiles": 1,
        "observations": 1,
        "identities": 0,
        "quarantine": 0,
        "stage_intervals": 7,
    }
    assert ask("select trait, value from profiles", timelines) == [{"trait": "country", "value": "FR"}]
    assert ask("select value from observations", timelines) == [{"value": Decimal("12.500000000")}]


@pytest.mark.parametrize(
    "text",
    [
        "select 1 as one;", "  select 1 as one -- and no more", "/* first */ select 1 as one",
        "from (values (1)) t(one)", "with t as (select 1 as one) select * from t", "(select 1 as one)",
        "select 1 as one union select 1",
        "values (1)", "select min(1) as one from events having true",
    ],
)  # fmt: skip
def test_every_way_to_read_is_taken(text: str, timelines: Timelines) -> None:
    assert [list(line.values()) for line in ask(text, timelines)] == [[1]]


def test_tables_can_be_looked_up(timelines: Timelines) -> None:
    columns = [line["column_name"] for line in ask("describe events", timelines)]
    assert columns[:3] == ["event_id", "customer", "customer_id"]
    assert {"value", "currency", "properties", "timestamp"} <= set(columns)
    assert {line["name"] for line in ask("show tables", timelines)} >= set(sql.TABLES)


def test_amounts_are_exact_decimals_of_major_units(timelines: Timelines) -> None:
    found = ask(
        "select currency, sum(value) as total, typeof(any_value(value)) as kind from events "
        "where value is not null group by currency order by currency nulls last",
        timelines,
    )
    assert [(line["currency"], line["total"]) for line in found] == [
        ("EUR", Decimal("3.00")), ("JPY", Decimal(1234)),
        ("KWD", Decimal("1.001") - Decimal("9223372036854775.807")), (None, Decimal("5.05")),
    ]  # fmt: skip
    assert all(line["kind"].startswith("DECIMAL") for line in found)
    assert (
        str(ask("select sum(value) as total from events where currency = 'EUR'", timelines)[0]["total"])
        == "3.000"
    )


@pytest.mark.parametrize(
    ("currency", "minor", "expected"),
    [("JPY", 7, "7"), ("EUR", 7, "0.07"), ("CLF", 7, "0.0007"), ("K'D", 7, "0.07")],
)
def test_one_currency_alone_is_exact_too(currency: str, minor: int, expected: str, tmp_path: Path) -> None:
    log = made_log(tmp_path, [row("ann", 1, "order", value_minor=minor, currency=currency)], buckets=1)
    found = ask("select value from events", timelines_over(log, tmp_path))
    assert found == [{"value": Decimal(expected)}]


def test_stage_intervals_are_the_stays(timelines: Timelines) -> None:
    stays = [one for part in timelines.partitions() for one in fast_intervals(part, RULES, AS_OF)]
    expected = [
        (
            stay.customer, RULES.ids[stay.stage_index], stay.entered_at_us, stay.left_at_us,
            stay.how_entered, stay.how_left,
        )
        for stay in sorted(stays, key=lambda one: (one.customer.encode(), one.entered_at_us, one.stage_index))
    ]  # fmt: skip
    found = ask(
        "select customer, stage, epoch_us(entered_at) as entered, epoch_us(left_at) as l, how_entered, how_left "
        "from stage_intervals order by customer, entered_at, stage_order",
        timelines,
    )
    assert [tuple(line.values()) for line in found] == expected
    assert {line[5] for line in expected} == {None, "advanced", "lapsed"}


def test_text_may_be_any_language(timelines: Timelines) -> None:
    found = ask(
        "select customer, properties->>'clé' as \"valeur é\" from events where properties like '%🛒%'",
        timelines,
    )
    assert found == [{"customer": "Zoë 🛒", "valeur é": "été 🛒"}]


def test_answers_are_the_same_each_time(timelines: Timelines) -> None:
    text = "select event_id, value from events"
    assert len({str(ask(text, timelines)) for _ in range(5)}) == 1


def test_a_big_answer_comes_whole(timelines: Timelines) -> None:
    found = sql.run("select range as n from range(1_500_000)", timelines, RULES, AS_OF, memory_mb=512)
    assert found.num_rows == 1_500_000
    assert found["n"][-1].as_py() == 1_499_999


def test_an_empty_log_has_empty_tables(tmp_path: Path) -> None:
    empty = timelines_over(made_log(tmp_path, []), tmp_path)
    for name in sql.TABLES:
        assert ask(f"select * from {name}", empty) == []
    assert ask("select sum(value) as total from events", empty) == [{"total": None}]


SECRET = ["a Python variable"]
TABLE = pa.table({"secret": [1]})


@pytest.mark.parametrize(
    "text",
    [
        "insert into events select * from events", "update events set event = 'x'", "delete from events",
        "drop view events", "create table t as select 1", "create view events as select 1",
        "alter table events rename to x",
        "with gone as (delete from events_minor returning *) select * from gone",
        "with new as (insert into profiles select * from profiles returning *) select * from new",
        "copy events to 'FILE'", "copy (select 1) to 'FILE' (format parquet)", "export database 'FILE'",
        "attach 'FILE' as other", "attach ':memory:' as other", "use other", "install httpfs", "load json",
        "set memory_limit = '9GB'", "reset memory_limit", "set enable_external_access = true", "pragma version",
        "pragma enable_profiling", "call enable_logging()", "checkpoint", "vacuum", "begin", "explain select 1",
        "prepare p as select 1", "execute p", "import database 'FILE'",
        "merge into events using events on true when matched then delete", "create macro f(x) as x",
        "comment on view events is 'x'",
        "create secret (type s3)", "select 1; drop view events", "select 1; select 2", "drop view events; select 1",
    ],
)  # fmt: skip
def test_nothing_but_one_select_is_taken(text: str, timelines: Timelines, tmp_path: Path) -> None:
    with pytest.raises(QueryError):
        ask(text.replace("FILE", str(tmp_path / "file")), timelines)
    assert not list(tmp_path.iterdir())
    assert ask("select count(*) as n from events", timelines) == [{"n": len(ROWS)}]


@pytest.mark.parametrize(
    "text",
    [
        "select * from 'FILE'", "select * from \"FILE\"", "from read_csv('FILE')", "from read_text('FILE')",
        "from read_blob('FILE')", "from read_json('FILE')", "from read_parquet('FILE')", "from parquet_schema('FILE')",
        "from sniff_csv('FILE')", "from glob('FOLDER/*')", "from read_duckdb('FILE')", "from query_table('FILE')",
        "from query('from read_text(''FILE'')')", "select (select content from read_text('FILE'))",
        "select 1 where exists (from read_text('FILE'))", "from events, read_text('FILE')",
        "from read_csv('https://example.org/x.csv')", "from 'https://example.org/x.parquet'", "from 's3://bucket/x'",
        "select getenv('HOME')", "from SECRET", "from TABLE_", "from sys", "select * from duckdb_secrets()",
        "from python_map_function((from events), 1)", "from arrow_scan(1, 2, 3)", "from pandas_scan(1)",
        "from enable_profiling(save_location = 'FILE')", "from enable_logging()", "from create_external_resource('x')",
    ],
)  # fmt: skip
def test_nothing_outside_the_tables_is_seen(text: str, timelines: Timelines, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("secret\n1\n")
    TABLE_ = TABLE  # noqa: F841, N806  (what a replacement scan would find)
    with pytest.raises(QueryError):
        ask(text.replace("FILE", str(file)).replace("FOLDER", str(tmp_path)), timelines)
    assert file.read_text() == "secret\n1\n"


def test_the_temporary_folder_of_the_engine_is_closed_too(
    timelines: Timelines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / ".tmp" / "secret.csv"
    secret.parent.mkdir()
    secret.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(QueryError):
        ask(f"select * from read_csv('{secret}')", timelines)


def test_settings_cannot_be_unlocked_and_name_no_place(timelines: Timelines) -> None:
    found = ask(
        "select name, value from duckdb_settings() where name in "
        "('enable_external_access', 'lock_configuration', 'python_enable_replacements')",
        timelines,
    )
    assert {line["name"]: line["value"] for line in found} == {
        "enable_external_access": "false", "lock_configuration": "true", "python_enable_replacements": "false",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selec 1", "syntax error at or near"),
        ("select * from event", "Table with name event does not exist"),
        ("select custmer from events", "custmer"),
        ("", "There are 0 statements"),
        ("  -- nothing", "There are 0 statements"),
        ("select 1; select 2", "There are 2 statements"),
        ("drop view events", "DROP is not allowed"),
        ("select error('my own')", "my own"),
        ("select 'a'::int", "Could not convert"),
        ("select ?", "parameter"),
        ("select '\udcff", "syntax error|unterminated"),
    ],
)
def test_mistakes_are_said_with_what_to_do(text: str, said: str, timelines: Timelines) -> None:
    with pytest.raises(QueryError, match=said) as error:
        ask(text, timelines)
    assert error.value.hint is not None


def test_text_that_a_terminal_garbled_is_read(timelines: Timelines) -> None:
    assert ask("select '\udcff' as garbled", timelines) == [{"garbled": "?"}]


def test_too_big_an_answer_is_an_error_not_a_crash(timelines: Timelines) -> None:
    with pytest.raises(QueryError, match=r"(?i)memory"):
        sql.run("select list(range) as l from range(50_000_000)", timelines, RULES, AS_OF, memory_mb=64)


def test_the_time_zone_is_utc_wherever_it_runs(timelines: Timelines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    found = ask(
        "select current_setting('TimeZone') as zone, min(timestamp)::varchar as first from events", timelines
    )
    assert found == [{"zone": "UTC", "first": "1970-01-01 00:00:00+00"}]
    assert os.environ["TZ"] == "Asia/Tokyo"


def test_the_log_at_its_newest_version_is_read(tmp_path: Path) -> None:
    log = made_log(tmp_path, [row("ann", 1, "visit")], buckets=2)
    timelines = timelines_over(log, tmp_path)
    assert ask("select count(*) as n from events", timelines) == [{"n": 1}]
    append(log, [row("bob", 2, "visit")], "second")
    timelines.refresh()
    assert ask("select count(*) as n from stage_intervals", timelines) == [{"n": 2}]

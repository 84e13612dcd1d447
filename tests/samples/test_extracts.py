"""The extracts of real data: small, whole customers, with source and licence beside them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from parcours.events.mapping import read_mapping
from parcours.journeys.lifecycle import read_lifecycle
from parcours.samples.demo import DATA, DEMOS, DemoName

ROWS = {
    "complete-journey/baskets": 183_930,
    "complete-journey/campaigns": 3_101,
    "complete-journey/coupon_redemptions": 1_044,
    "complete-journey/demographics": 379,
    "online-retail/lines_2009_2010": 144_529,
    "online-retail/lines_2010_2011": 133_248,
}
REAL = ("complete-journey", "online-retail")


def one(query: str) -> object:
    with duckdb.connect() as connection:
        (row,) = connection.execute(query).fetchall()
    return row[0] if len(row) == 1 else row


def table(name: str) -> str:
    return f"read_parquet('{DATA / name}.parquet')"


def test_every_file_is_known_and_all_are_small() -> None:
    files = sorted(DATA.rglob("*.parquet"))
    assert [path.relative_to(DATA).with_suffix("").as_posix() for path in files] == sorted(ROWS)
    assert sum(path.stat().st_size for path in files) < 5_000_000


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_as_many_as_the_readme_says(name: str) -> None:
    path = DATA / f"{name}.parquet"
    assert pq.read_metadata(path).num_rows == ROWS[name]
    assert f"| `{path.name}` | {ROWS[name]:,} |" in (path.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", REAL)
def test_source_licence_and_limits_stand_beside_the_data(folder: str) -> None:
    licence = (DATA / folder / "LICENSE.md").read_text(encoding="utf-8")
    readme = (DATA / folder / "README.md").read_text(encoding="utf-8")
    wanted = {
        "complete-journey": ("CC0-1.0", "84.51°", "creativecommons.org/publicdomain/zero/1.0"),
        "online-retail": ("CC-BY-4.0", "Chen, D.", "archive.ics.uci.edu/dataset/502", "licenses/by/4.0"),
    }
    assert all(words in licence for words in wanted[folder])
    assert "are not those of the whole" in readme
    assert "one row is" in readme


@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_names_its_source_and_reads_its_documents(name: DemoName) -> None:
    demo = DEMOS[name]
    english, french = (
        read_lifecycle(DATA / demo.folder / f"lifecycle.{language}.yaml") for language in ("en", "fr")
    )
    assert english.rules == french.rules
    assert (english.id, english.activity) == (french.id, french.activity)
    for ours, theirs in zip(english.stages, french.stages, strict=True):
        assert ours.title != theirs.title
        assert len(ours.channels) == len(theirs.channels)
        assert [one.verdict for one in ours.strategies] == [one.verdict for one in theirs.strategies]
    for language in ("en", "fr"):
        settings = demo.settings(language)
        assert settings.language == language
        assert settings.simulated == (name == "shop")
        assert ("CC" in settings.source) != settings.simulated
    assert {read_mapping(DATA / demo.folder / f"{mapping}.yaml").name for _, mapping in demo.tables}


def test_every_mapping_is_used_by_a_demo() -> None:
    used = {DATA / demo.folder / f"{mapping}.yaml" for demo in DEMOS.values() for _, mapping in demo.tables}
    documents = ("lifecycle", "documents")
    written: set[Path] = {path for path in DATA.rglob("*.yaml") if not path.name.startswith(documents)}
    assert used == written


def test_households_are_drawn_by_the_stated_hash() -> None:
    inside = "md5_number_lower('parcours extract ' || household_id) % 2 = 0"
    for name in ("baskets", "campaigns", "coupon_redemptions", "demographics"):
        assert one(f"select bool_and({inside}) from {table(f'complete-journey/{name}')}") is True
    assert one(f"select count(distinct household_id) from {table('complete-journey/baskets')}") == 1_224


def test_gift_customers_are_drawn_by_the_stated_hash_and_bad_rows_are_kept() -> None:
    both = f"(from {table('online-retail/lines_2009_2010')} union all from {table('online-retail/lines_2010_2011')})"
    inside = "md5_number_lower('parcours extract ' || \"Customer ID\") % 3 = 0"
    assert one(f'select bool_and({inside}) from {both} where "Customer ID" is not null') is True
    assert one(f"""select count(*) from {both} where "Customer ID" is null and "Invoice" like 'A%'""") == 6
    share = one(f'select avg(("Customer ID" is null)::integer) from {both}')
    assert isinstance(share, float)
    assert 0.01 < share < 0.05

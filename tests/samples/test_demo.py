"""The demos: what comes out of importing the extracts is what is known to be in them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from parcours.errors import QueryError, WorkspaceExistsError
from parcours.samples.demo import DEMOS, build_demo, demo_named
from parcours.workspace import Workspace

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def counts(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """Events and customers by event name."""
    rows = workspace.sql(
        "select event, count(*) as events, count(distinct customer) as customers from events group by 1"
    )
    return {row["event"]: (row["events"], row["customers"]) for row in rows.to_pylist()}


def total(workspace: Workspace, event: str) -> Decimal:
    (row,) = workspace.sql(f"select sum(value) as total from events where event = '{event}'").to_pylist()
    found: Decimal = row["total"]
    return found


def test_grocery_has_the_baskets_mailings_and_redemptions_of_its_households(grocery: Workspace) -> None:
    assert counts(grocery) == {
        "order_completed": (72_924, 1_224),
        "campaign_received": (3_101, 745),
        "coupon_redeemed": (569, 196),
    }
    assert total(grocery, "order_completed") == Decimal("2173203.98")
    assert grocery.log.side("quarantine").num_rows == 0
    traits = grocery.sql("select trait, count(*) as customers from profiles group by 1").to_pylist()
    assert {row["trait"] for row in traits} >= {"age", "income", "household_size"}
    assert max(row["customers"] for row in traits) == 379


def test_giftshop_has_its_orders_once_its_cancellations_and_its_bad_rows(giftshop: Workspace) -> None:
    assert counts(giftshop) == {"order_completed": (12_073, 1_997), "order_cancelled": (2_594, 884)}
    quarantine = giftshop.log.side("quarantine")
    assert quarantine.num_rows == 4_182  # 2,114 and 3,314, of which 1,246 rows are in both files
    assert set(quarantine["reason"].to_pylist()) == {"missing-customer"}
    assert total(giftshop, "order_cancelled") < 0


@pytest.mark.parametrize("name", DEMOS)
def test_every_stage_of_a_demo_is_filled_and_left(name: str, request: pytest.FixtureRequest) -> None:
    workspace: Workspace = request.getfixturevalue({"shop": "shop_workspace"}.get(name, name))
    measured = workspace.map()
    assert [stage.id for stage in measured.stages] == list(workspace.document.rules.ids)
    assert all(stage.size > 30 for stage in measured.stages)
    assert all(stage.advance is not None and stage.advance.n > 30 for stage in measured.stages[:-1])
    assert measured.lapsed > 0
    assert measured.source == workspace.settings.source != ""
    assert {finding.severity for finding in workspace.check()} <= {"note"}


def test_a_demo_speaks_french(tmp_path: Path) -> None:
    workspace = build_demo(tmp_path / "boutique", "shop", language="fr", now=NOW)
    assert workspace.settings.language == "fr"
    assert workspace.settings.title == "Boutique simulée"
    assert workspace.document.stages[0].title == "Notoriété"


def test_an_unknown_demo_names_those_that_exist() -> None:
    with pytest.raises(QueryError, match="grocery"):
        demo_named("grocry")


def test_a_demo_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkspaceExistsError):
        build_demo(tmp_path, "giftshop", now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

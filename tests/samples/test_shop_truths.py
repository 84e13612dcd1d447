"""What the product measures of the simulated shop is what is true of it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pyarrow.compute as pc
import pytest

from parcours.lifecycle.sql import stage_intervals
from parcours.samples.shop.parameters import STAGES
from parcours.samples.simulated_shop import SimulatedShop, Truths, simulate
from parcours.values import instant_us
from parcours.workspace import Workspace

END = datetime(2026, 3, 1, tzinfo=UTC)
SIGMAS = 4.0
Stay = tuple[str, str, datetime, datetime | None, str, str | None]


@pytest.fixture(scope="module")
def shop() -> SimulatedShop:
    return simulate(end=END.date())


def planned(truths: Truths, until: datetime = END) -> list[Stay]:
    """The true stays as they are known at an instant."""
    found = []
    for row in truths.stays.to_pylist():
        over = row["left_at"] is not None and row["left_at"] <= until
        if row["entered_at"] <= until:
            left, exit_ = (row["left_at"], row["exit"]) if over else (None, None)
            found.append((row["customer_id"], row["stage"], row["entered_at"], left, row["entry"], exit_))
    return found


@pytest.mark.parametrize("until", [END, END - timedelta(days=100, hours=7), END - timedelta(days=600)])
def test_every_stay_is_measured_as_planned(
    shop_workspace: Workspace, shop: SimulatedShop, until: datetime
) -> None:
    rules = shop_workspace.document.rules
    columns = ("customer", "stage", "entered_at", "left_at", "how_entered", "how_left")
    table = stage_intervals(shop_workspace.timelines, rules, instant_us(until)).select(columns)
    measured = [tuple(row[name] for name in columns) for row in table.to_pylist()]
    true = planned(shop.truths, until)
    assert len(true) > 100
    assert sorted(measured, key=str) == sorted(true, key=str)


def test_sizes_are_the_true_ones_at_the_end_of_every_month(
    shop_workspace: Workspace, shop: SimulatedShop
) -> None:
    result = shop_workspace.stages("month", start=date(2024, 4, 1), end=date(2026, 2, 28), as_of=END)
    zone = shop_workspace.settings.tz
    sizes = result.total.sizes
    assert len(result.periods) == 23
    for period, month in enumerate(range(4, 27)):
        first_after = datetime(2024 + month // 12, month % 12 + 1, 1, tzinfo=zone)
        true = shop.truths.sizes_at(min(first_after, END))
        assert dict(zip(STAGES, sizes[period].tolist(), strict=True)) == true
    assert min(sizes[-1]) > 30


def test_flows_of_a_month_are_the_true_ones(shop_workspace: Workspace, shop: SimulatedShop) -> None:
    zone = shop_workspace.settings.tz
    first, after = datetime(2025, 11, 1, tzinfo=zone), datetime(2025, 12, 1, tzinfo=zone)
    result = shop_workspace.stages("month", start=date(2025, 11, 1), end=date(2025, 11, 30), as_of=END)
    sources = (*STAGES, "new", "reactivated")
    measured = {
        (source, target): int(count)
        for source, row in zip(sources, result.total.entries[0], strict=True)
        for target, count in zip(STAGES, row, strict=True)
        if count
    }
    true: Counter[tuple[str, str]] = Counter()
    stays = planned(shop.truths)
    for before, (_, stage, entered, _, entry, _) in pairwise([stays[0], *stays]):
        if first <= entered < after:
            true[before[1] if entry == "advanced" else entry, stage] += 1
    assert measured == true
    lapsed = Counter(
        stage for _, stage, _, left, _, how in stays if left and how == "lapsed" and first <= left < after
    )
    assert dict(zip(STAGES, result.total.exits[0][:, len(STAGES)].tolist(), strict=True)) == {
        stage: lapsed[stage] for stage in STAGES
    }


@pytest.mark.parametrize("days", [30, 90, 180])
def test_incidences_are_the_true_ones_within_their_error(
    shop_workspace: Workspace, shop: SimulatedShop, days: int
) -> None:
    result = shop_workspace.lifecycle(f"{days}d", as_of=END)
    for stage in STAGES:
        outcome = result.of(stage)
        for found, true in (
            (outcome.advance.estimate, shop.truths.chance_of_advancing(stage, days)),
            (outcome.lapse.estimate, shop.truths.chance_of_lapsing(stage, days)),
        ):
            assert found is not None
            error = (found.high - found.low) / (2 * 1.96)
            assert abs(found.value - true) <= SIGMAS * error + 1e-12, (stage, found, true)


def test_customers_from_referrals_advance_most_and_the_measure_sees_it(
    shop_workspace: Workspace, shop: SimulatedShop
) -> None:
    result = shop_workspace.lifecycle("180d", by="channel", as_of=END)
    for channel in shop.truths.channels:
        found = result.of("awareness", channel.id).advance.estimate
        assert found is not None
        error = (found.high - found.low) / (2 * 1.96)
        assert abs(found.value - channel.advance) <= SIGMAS * error


def test_sums_of_money_are_exact(shop_workspace: Workspace, shop: SimulatedShop) -> None:
    table = shop_workspace.sql(
        "select event, sum(value) as total, count(*) as count from events where value is not null group by event"
    )
    measured = {row["event"]: (Decimal(row["total"]), row["count"]) for row in table.to_pylist()}
    for event in ("order_completed", "order_refunded"):
        rows = shop.events.filter(pc.equal(shop.events["event"], event))
        assert measured[event] == (pc.sum(rows["value"]).as_py(), rows.num_rows)


def test_ad_spend_is_exact(shop_workspace: Workspace, shop: SimulatedShop) -> None:
    table = shop_workspace.sql(
        "select json_extract_string(dimensions, '$.channel') as channel, sum(value) * 100 as cents "
        "from observations where metric = 'ad_spend' and currency = 'EUR' group by 1"
    )
    measured = {row["channel"]: int(row["cents"]) for row in table.to_pylist()}
    assert measured == shop.truths.ad_spend_minor


def test_it_is_labelled_as_simulated(shop_workspace: Workspace) -> None:
    measured = shop_workspace.map(as_of=END)
    assert measured.simulated
    assert "imulated" in measured.workspace + measured.title
    assert "made up" in measured.source

"""The simulated shop keeps to its own plan, and its plan to its truths."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from parcours.journeys.lifecycle import read_lifecycle
from parcours.journeys.templates import template
from parcours.samples.demo import DATA
from parcours.samples.shop.parameters import STAGES, TRUTHS
from parcours.samples.simulated_shop import SimulatedShop, simulate
from parcours.values import DAY_US

END = date(2026, 3, 1)
SIGMAS = 4.0


@pytest.fixture(scope="module")
def shop() -> SimulatedShop:
    return simulate(end=END)


def days_between(earlier: pa.ChunkedArray, later: pa.ChunkedArray) -> np.ndarray:
    days: np.ndarray = (later.to_numpy() - earlier.to_numpy()) / np.timedelta64(1, "D")
    return days


def assert_share(hits: int, trials: int, share: float) -> None:
    """The share lies within four standard errors of the truth, and there is enough to say so."""
    assert trials > 100
    assert abs(hits / trials - share) < SIGMAS * math.sqrt(share * (1 - share) / trials)


def test_same_arguments_make_the_same_shop_and_another_seed_another() -> None:
    first, again, other = (simulate(customers=300, seed=seed, end=END) for seed in (7, 7, 8))
    assert first.events.equals(again.events)
    assert first.observations.equals(again.observations)
    assert first.profiles.equals(again.profiles)
    assert first.truths.stays.equals(again.truths.stays)
    assert not first.truths.stays.equals(other.truths.stays)
    assert not first.events.equals(other.events)


def test_a_shop_of_no_customers_and_one_of_a_single_day_are_shops_too() -> None:
    empty = simulate(customers=0, end=END)
    assert (empty.events.num_rows, empty.profiles.num_rows, empty.truths.stays.num_rows) == (0, 0, 0)
    assert empty.truths.sizes_at(datetime(2026, 1, 1, tzinfo=UTC)) == dict.fromkeys(STAGES, 0)
    short = simulate(customers=50, days=1, end=END)
    assert short.truths.stays.num_rows >= 50
    assert pc.min(short.events["timestamp"]).as_py() >= datetime(2026, 2, 28, tzinfo=UTC)


def test_its_stages_are_those_of_the_documents_and_of_the_template() -> None:
    english, french = (
        read_lifecycle(DATA / "shop" / f"lifecycle.{language}.yaml") for language in ("en", "fr")
    )
    assert english.rules == french.rules == template("ecommerce", "en").rules
    assert english.rules.ids == STAGES == tuple(truth.id for truth in TRUTHS)
    lapses = [stage.lapse.after.us / DAY_US for stage in english.rules.stages if stage.lapse]
    assert lapses == [truth.lapse_after for truth in TRUTHS]


def test_events_are_in_order_inside_the_time_and_each_has_its_own_id(shop: SimulatedShop) -> None:
    time = shop.events["timestamp"].to_numpy()
    assert np.all(time[1:] >= time[:-1])
    assert time[0] >= np.datetime64("2024-03-01")
    assert time[-1] < np.datetime64("2026-03-01")
    assert pc.count_distinct(shop.events["event_id"]).as_py() == shop.events.num_rows
    assert pc.count_distinct(shop.events["customer_id"]).as_py() == 4_000


def test_all_five_stages_have_their_events(shop: SimulatedShop) -> None:
    names = set(pc.unique(shop.events["event"]).to_pylist())
    assert names == {
        "ad_seen", "ad_clicked", "page_viewed", "product_viewed", "signed_up", "email_sent", "email_opened",
        "email_clicked", "product_added", "checkout_started", "order_completed", "order_refunded",
        "support_contacted", "review_submitted", "nps_answered", "referral_sent",
    }  # fmt: skip


def test_stays_follow_each_other(shop: SimulatedShop) -> None:
    stays = shop.truths.stays
    same = stays["customer_id"].to_numpy(zero_copy_only=False)
    same = same[1:] == same[:-1]
    entered, left = stays["entered_at"].to_numpy()[1:], stays["left_at"].to_numpy()[:-1]
    entry, exit_ = (stays[name].to_numpy(zero_copy_only=False) for name in ("entry", "exit"))
    assert np.all(entered[same & (entry[1:] == "advanced")] == left[same & (entry[1:] == "advanced")])
    back = same & (entry[1:] == "reactivated")
    assert np.all(entered[back] - left[back] >= np.timedelta64(1, "D"))
    assert set(exit_[:-1][back]) == {"lapsed"}
    assert set(exit_[:-1][same & (entry[1:] == "advanced")]) == {"advanced"}
    assert np.all((entry[1:] == "new") == ~same)
    stage = np.array([STAGES.index(name) for name in stays["stage"].to_pylist()])
    assert np.all((np.diff(stage) > 0)[same & (entry[1:] == "advanced")])


@pytest.mark.parametrize("stage", STAGES[:-1])
@pytest.mark.parametrize("within", [14, 60, 180])
def test_as_many_advance_as_the_truth_says(shop: SimulatedShop, stage: str, within: int) -> None:
    stays = shop.truths.stays
    early = pc.less(stays["entered_at"], datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=within))
    whole = stays.filter(pc.and_(early, pc.equal(stays["stage"], stage)))
    advanced = whole.filter(pc.equal(whole["exit"], "advanced"))
    hits = int(np.count_nonzero(days_between(advanced["entered_at"], advanced["left_at"]) <= within))
    assert_share(hits, whole.num_rows, shop.truths.chance_of_advancing(stage, within))


@pytest.mark.parametrize("stage", STAGES)
def test_as_many_lapse_as_the_truth_says(shop: SimulatedShop, stage: str) -> None:
    stays, within = shop.truths.stays, 400 if stage == "advocacy" else 200
    early = pc.less(stays["entered_at"], datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=within))
    whole = stays.filter(pc.and_(early, pc.equal(stays["stage"], stage)))
    lapsed = whole.filter(pc.equal(whole["exit"], "lapsed"))
    hits = int(np.count_nonzero(days_between(lapsed["entered_at"], lapsed["left_at"]) <= within))
    expected = shop.truths.chance_of_lapsing(stage, within)
    assert abs(hits - whole.num_rows * expected) < SIGMAS * math.sqrt(
        whole.num_rows * expected * (1 - expected)
    )


def test_channels_have_their_shares_and_their_chances(shop: SimulatedShop) -> None:
    stays = shop.truths.stays
    first = stays.filter(pc.equal(stays["stage"], "awareness"))
    early = first.filter(pc.less(first["entered_at"], datetime(2025, 11, 1, tzinfo=UTC)))
    for channel in shop.truths.channels:
        assert_share(pc.sum(pc.equal(first["channel"], channel.id)).as_py(), first.num_rows, channel.share)
        by_it = early.filter(pc.equal(early["channel"], channel.id))
        advanced = pc.sum(pc.equal(by_it["exit"], "advanced")).as_py()
        assert_share(advanced, by_it.num_rows, channel.advance)


def test_a_few_customers_are_far_more_active_than_most(shop: SimulatedShop) -> None:
    visits = shop.events.filter(pc.equal(shop.events["event"], "page_viewed"))
    counts = np.array([row["counts"] for row in visits["customer_id"].value_counts().to_pylist()])
    assert counts.max() > 20 * np.median(counts)


def test_autumn_brings_more_first_contacts_than_summer(shop: SimulatedShop) -> None:
    first = shop.truths.stays.filter(pc.equal(shop.truths.stays["entry"], "new"))
    month = pc.month(first["entered_at"])
    assert (
        pc.sum(pc.is_in(month, pa.array([11, 12]))).as_py()
        > 1.5 * pc.sum(pc.is_in(month, pa.array([7, 8]))).as_py()
    )


def test_amounts_are_exact_cents_around_the_true_mean(shop: SimulatedShop) -> None:
    orders = shop.events.filter(pc.equal(shop.events["event"], "order_completed"))
    assert orders["value"].type == pa.decimal128(12, 2)
    values = np.array([float(value) for value in orders["value"].to_pylist()])
    error = values.std() / math.sqrt(len(values))
    assert abs(values.mean() - shop.truths.mean_order_value) < SIGMAS * error
    assert set(orders["currency"].to_pylist()) == {"EUR"}
    others = shop.events.filter(
        pc.invert(pc.is_in(shop.events["event"], pa.array(["order_completed", "order_refunded"])))
    )
    assert others["value"].null_count == others["currency"].null_count == others.num_rows


def test_refunds_give_back_an_order_of_the_same_customer(shop: SimulatedShop) -> None:
    paid: dict[str, list[tuple[datetime, Decimal]]] = {}
    refunded = 0
    for row in shop.events.select(["customer_id", "event", "timestamp", "value"]).to_pylist():
        if row["event"] == "order_completed":
            paid.setdefault(row["customer_id"], []).append((row["timestamp"], row["value"]))
        elif row["event"] == "order_refunded":
            matching = [at for at, value in paid[row["customer_id"]] if value == -row["value"]]
            assert any(row["timestamp"] - at >= timedelta(days=3) for at in matching)
            refunded += 1
    orders = sum(len(found) for found in paid.values())
    settled = sum(at < datetime(2026, 1, 1, tzinfo=UTC) for found in paid.values() for at, _ in found)
    assert settled * shop.truths.refund_rate * 0.6 < refunded < orders * shop.truths.refund_rate * 1.4


def test_ad_spend_adds_up_to_the_truth(shop: SimulatedShop) -> None:
    spend = shop.observations.filter(pc.equal(shop.observations["metric"], "ad_spend"))
    found: dict[str, Decimal] = {}
    for row in spend.to_pylist():
        found[row["channel"]] = found.get(row["channel"], Decimal(0)) + row["value"]
        assert row["currency"] == "EUR"
    assert {channel: int(total.scaleb(2)) for channel, total in found.items()} == shop.truths.ad_spend_minor
    assert spend.num_rows == 730 * 2
    assert set(pc.unique(shop.observations["metric"]).to_pylist()) == {
        "ad_spend",
        "search_ranking",
        "followers",
    }


def test_properties_say_what_their_event_needs(shop: SimulatedShop) -> None:
    wanted = {
        "review_submitted": "stars",
        "nps_answered": "score",
        "product_viewed": "product",
        "order_completed": "items",
    }
    for event, name in wanted.items():
        rows = shop.events.filter(pc.equal(shop.events["event"], event))
        assert all(name in json.loads(text) for text in pc.unique(rows["properties"]).to_pylist())


def test_nobody_in_it_can_be_written_to(shop: SimulatedShop) -> None:
    assert pc.all(pc.ends_with(shop.profiles["email"], "@example.com")).as_py()
    assert pc.all(pc.match_substring_regex(shop.profiles["email"], r"^[a-z]+\.[a-z]+\.\d+@")).as_py()
    assert pc.count_distinct(shop.profiles["email"]).as_py() == shop.profiles.num_rows
    signed = shop.events.filter(pc.equal(shop.events["event"], "signed_up"))
    assert sorted(signed["customer_id"].to_pylist()) == sorted(shop.profiles["customer_id"].to_pylist())


def test_only_those_on_the_list_get_e_mails(shop: SimulatedShop) -> None:
    since = dict(
        zip(shop.profiles["customer_id"].to_pylist(), shop.profiles["timestamp"].to_pylist(), strict=True)
    )
    sent = shop.events.filter(pc.equal(shop.events["event"], "email_sent"))
    for customer, at in zip(sent["customer_id"].to_pylist(), sent["timestamp"].to_pylist(), strict=True):
        assert at > since[customer]


def test_visits_carry_the_browser_and_other_events_do_not(shop: SimulatedShop) -> None:
    rows = (
        shop.events.group_by("event")
        .aggregate([("anonymous_id", "count"), ("event_id", "count")])
        .to_pylist()
    )
    known = {row["event"]: row["anonymous_id_count"] / row["event_id_count"] for row in rows}
    assert {name for name, share in known.items() if share == 1.0} == {
        "ad_clicked", "page_viewed", "product_viewed", "signed_up", "product_added", "checkout_started",
    }  # fmt: skip
    assert set(known.values()) == {0.0, 1.0}

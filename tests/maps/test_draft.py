"""The draft of a journey against the simulated shop, whose truth is known, and against noise."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from made_logs import at, made_engine, row
from parcours.errors import QueryError
from parcours.journeys.journey import JourneyDocument
from parcours.maps.draft import Draft, draft_journey
from parcours.maps.draft_text import draft_yaml
from parcours.maps.journey_frame import JourneyFrame, frame_of
from parcours.measures.engine import LocalEngine
from parcours.samples.simulated_shop import simulate
from parcours.timelines.calendar import Calendar
from parcours.values import Duration
from parcours.yaml_files import load_model

# What the simulation lets happen first in which stage (``samples/shop``): events of an earlier group come first.
TRUTH = (
    ("ad_seen", "ad_clicked", "page_viewed"),
    ("signed_up", "product_viewed", "product_added", "email_sent", "email_opened", "email_clicked"),
    ("checkout_started", "order_completed"),
    ("nps_answered", "review_submitted", "support_contacted", "order_refunded", "referral_sent"),
)
# And within a group by construction: a click follows an ad, an opening a sending, an order a checkout.
CHAINS = (
    ("ad_seen", "ad_clicked"), ("email_sent", "email_opened"), ("email_opened", "email_clicked"),
    ("signed_up", "email_sent"), ("checkout_started", "order_completed"),
)  # fmt: skip
# Every first order comes after a visit, a look or a basket, and a checkout.
ON_THE_WAY = {"page_viewed", "product_viewed", "product_added", "checkout_started", "order_completed"}
NOISE = ("app_heartbeat", "debug_ping", "cookie_refused")


def frame(engine: LocalEngine) -> JourneyFrame:
    span = engine.timelines.span_us()
    return frame_of(
        Calendar(), span, unit="month", period=None, compare=None, window=Duration(0), as_of_us=None
    )


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    """Of 700 simulated customers, with events that mean nothing sprinkled over one in a hundred of them."""
    shop = simulate(customers=700, days=500, seed=11, end=date(2026, 7, 1))
    random = np.random.default_rng(3)
    rows = [
        row(
            event["customer_id"] or f"anonymous:{event['anonymous_id']}",
            int(event["timestamp"].timestamp() * 1_000_000),
            event["event"],
            event["event_id"],
            channel=event["channel"],
            value_minor=None if event["value"] is None else int(event["value"] * 100),
            currency=event["currency"],
        )
        for event in shop.events.to_pylist()
    ]
    customers = sorted({one["customer"] for one in rows})
    for number, name in enumerate(NOISE):
        some = random.choice(customers, len(customers) // 100, replace=False)
        rows += [row(str(customer), at("2026-01-01") + number, name) for customer in some]
    engine = made_engine(tmp_path_factory.mktemp("draft"), rows)
    return draft_journey(engine, frame(engine))


def test_its_touchpoints_are_those_of_the_shop(draft: Draft) -> None:
    """Precision 1 and recall 1: everything that customers do, and nothing of the noise."""
    found = {point.event for point in draft.touchpoints}
    true = {name for group in TRUTH for name in group}
    assert len(found & true) / len(found) == 1.0
    assert len(found & true) / len(true) >= 0.9
    assert {name for name, _ in draft.left_out} >= set(NOISE)


def test_the_way_to_the_order_is_found(draft: Draft) -> None:
    """Of what it calls required, five in six at least are on the true way, and nothing of that is missing."""
    required = {point.event for point in draft.touchpoints if not point.optional}
    assert len(required & ON_THE_WAY) / len(required) >= 5 / 6
    assert len(required & ON_THE_WAY) / len(ON_THE_WAY) == 1.0
    assert draft.value_event == "order_completed"


def test_its_order_agrees_with_the_truth(draft: Draft) -> None:
    """At least nine in ten of the pairs whose true order is known stand in that order."""
    group = {name: number for number, names in enumerate(TRUTH) for name in names}
    place = {point.event: number for number, point in enumerate(draft.touchpoints)}
    pairs = [(one, other) for one, other in combinations(place, 2) if group[one] != group[other]]
    true = [(one, other) if group[one] < group[other] else (other, one) for one, other in pairs]
    true += [chain for chain in CHAINS if set(chain) <= place.keys()]
    agreed = sum(place[one] < place[other] for one, other in true)
    assert agreed / len(true) >= 0.9, f"{agreed} of {len(true)}"


def test_it_reads_as_a_journey(draft: Draft) -> None:
    for language in ("en", "fr"):
        text = draft_yaml(draft, journey_id="mine", language=language)
        journey = load_model(text, JourneyDocument, file="drafted.yaml")
        assert [one.id for one in journey.touchpoints] == [
            point.event.replace("_", "-") for point in draft.touchpoints
        ]
        assert 2 <= len(journey.phases) <= 4
        assert journey.window == draft.window
        assert journey.value is not None
    assert "customers" in draft_yaml(draft)
    assert "clients" in draft_yaml(draft, language="fr")


def test_odd_names_become_ids_and_stay_events(tmp_path: Path) -> None:
    rows = [
        row(f"c{n}", at("2026-03-01") + n, name)
        for n in range(3)
        for name in ("Ça: va?", "yes", "Order Placed")
    ]
    engine = made_engine(tmp_path, rows)
    journey = load_model(draft_yaml(draft_journey(engine, frame(engine))), JourneyDocument, file="x")
    named = {one.events[0].event[0] for one in journey.touchpoints}
    assert named == {"Ça: va?", "yes", "Order Placed"}


def test_an_empty_log_has_no_draft(tmp_path: Path) -> None:
    engine = made_engine(tmp_path, [])
    with pytest.raises(QueryError, match="no events"):
        draft_journey(engine, frame(engine))

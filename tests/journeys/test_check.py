"""Does a lifecycle fit the log? Every finding, when it is made, when not, and in both languages."""

from __future__ import annotations

import re
import string

import pytest

from parcours.journeys.check import check_against, closest
from parcours.journeys.findings import _MESSAGES, Finding
from parcours.journeys.lifecycle import LifecycleDocument, load_lifecycle
from parcours.journeys.templates import template

HEAD = "kind: lifecycle\nid: shop\ntitle: Shop\n"


def document(*stages: str, activity: str = "") -> LifecycleDocument:
    lines = [f"  - {{id: s{number}, title: S{number}, {stage}}}" for number, stage in enumerate(stages)]
    extra = f"activity: {activity}\n" if activity else ""
    return load_lifecycle(HEAD + extra + "stages:\n" + "\n".join(lines), file="shop.yaml")


def found(document: LifecycleDocument, counts: dict[str, int]) -> list[tuple[str, str, str | None]]:
    return [(item.severity, item.key, item.stage) for item in check_against(document, counts)]


def test_a_lifecycle_that_fits_has_no_findings() -> None:
    fitting = document(
        "enter: visit, lapse: {after: 30d}", "enter: order, lapse: {after: 90d}", activity="order"
    )
    assert check_against(fitting, {"visit": 10, "order": 3}) == ()


def test_an_empty_log_is_one_finding_and_not_many() -> None:
    empty = document("enter: visit", "enter: order")
    for counts in ({}, {"visit": 0}):
        assert found(empty, counts) == [("warning", "no-events", None)]


def test_an_event_that_never_occurs_closes_its_stage() -> None:
    broken = document("enter: visit, lapse: {after: 1d}", "enter: ordr, lapse: {after: 1d}")
    assert found(broken, {"visit": 9, "order": 1}) == [
        ("problem", "stage-unreachable", "s1"),
        ("warning", "event-misspelt", "s1"),
        ("note", "event-in-no-stage", None),
    ]
    never = check_against(broken, {"visit": 9, "order": 1})[1]
    assert never.message() == "The stage “S1” names the event ordr, which never occurs. Did you mean order?"
    assert (
        never.message("fr")
        == "L’étape «\u00a0S1\u00a0» cite l’événement ordr, qui n’apparaît jamais. Vouliez-vous dire order\u202f?"
    )


def test_a_sequence_needs_both_its_events() -> None:
    sequence = document("enter: {event: order, then: delivered}, lapse: {after: 1d}")
    assert found(sequence, {"order": 1}) == [
        ("problem", "stage-unreachable", "s0"),
        ("warning", "event-never-seen", "s0"),
    ]
    assert found(sequence, {"order": 1, "delivered": 1}) == []


def test_one_of_several_rules_is_enough_but_the_other_is_told() -> None:
    either = document("enter: [order, renewal], lapse: {after: 1d}")
    assert found(either, {"order": 1}) == [("warning", "event-never-seen", "s0")]


def test_one_of_several_names_of_a_rule_may_well_be_absent() -> None:
    names = document("enter: {event: [order, renewal]}, keep: [order, opened], lapse: {after: 1d}")
    assert found(names, {"order": 1}) == [("note", "event-never-seen", "s0")]


def test_any_event_is_never_absent_and_leaves_none_over() -> None:
    assert found(document('enter: "*", lapse: {after: 1d}'), {"visit": 1, "order": 2}) == []


def test_a_stage_without_lapse_is_told() -> None:
    (finding,) = check_against(document("enter: visit"), {"visit": 1})
    assert (finding.severity, finding.key, finding.stage) == ("note", "stage-never-lapses", "s0")
    assert finding.message() == "The stage “S0” has no lapse rule: a silent customer stays in it for ever."


def test_activity_that_never_occurs_is_told() -> None:
    lifecycle = document("enter: visit, lapse: {after: 1d}", activity="[order]")
    assert found(lifecycle, {"visit": 1}) == [("warning", "activity-never-seen", None)]
    lifecycle = document("enter: visit, lapse: {after: 1d}", activity="[visit, order]")
    assert found(lifecycle, {"visit": 1}) == [("note", "activity-never-seen", None)]
    assert found(lifecycle, {"visit": 1, "Order": 1})[0] == ("note", "activity-misspelt", None)


def test_what_a_stage_tells_already_is_not_told_again_of_activity() -> None:
    lifecycle = document("enter: visit, lapse: {after: 1d}", activity="visit")
    assert [item[1] for item in found(lifecycle, {"order": 1})] == [
        "stage-unreachable",
        "event-never-seen",
        "event-in-no-stage",
    ]


def test_names_without_a_likely_meaning_are_told_together() -> None:
    lifecycle = document("enter: [one, two, {event: [visit, three]}], lapse: {after: 1d}")
    warning, note = check_against(lifecycle, {"visit": 1})
    assert (warning.severity, warning.parameters["events"]) == ("warning", "one, two")
    assert (note.severity, note.parameters["events"]) == ("note", "three")


def test_events_in_no_stage_come_most_frequent_first_with_their_share() -> None:
    findings = check_against(
        document("enter: visit, lapse: {after: 1d}"), {"visit": 8_000, "sent": 12_345, "bounced": 1, "a": 1}
    )
    assert [finding.parameters["event"] for finding in findings] == ["sent", "a", "bounced"]
    sent, tiny, _ = findings
    assert sent.parameters == {"event": "sent", "count": 12_345, "share": 12_345 / 20_347}
    assert sent.message() == "No stage names the event sent (12,345, 60.7% of all events)."
    assert (
        sent.message("fr")
        == "Aucune étape ne cite l’événement sent (12\u202f345, soit 60,7\u202f% des événements)."
    )
    assert "(1, <0.1% of all events)" in tiny.message()


@pytest.mark.parametrize(
    ("name", "present", "meant"),
    [
        ("order_completed", ["Order Completed", "visit"], "Order Completed"),
        ("order_completed", ["orderCompleted"], "orderCompleted"),
        ("order_completed", ["purchase", "view_item"], "purchase"),
        ("purchase", ["order_completed"], "order_completed"),
        ("product_added", ["add_to_cart"], "add_to_cart"),
        ("order_completed", ["order_complete"], "order_complete"),
        ("order_completed", ["newsletter"], None),
        ("order_completed", [], None),
    ],
)
def test_what_was_probably_meant(name: str, present: list[str], meant: str | None) -> None:
    assert closest(name, present) == meant


def test_an_event_that_a_stage_names_already_was_not_meant() -> None:
    lifecycle = document("enter: {event: [session_started, page_viewed]}, lapse: {after: 1d}")
    (finding,) = check_against(lifecycle, {"page_viewed": 1})
    assert finding.key == "event-never-seen"
    assert finding.message() == "The stage “S0” names what never occurs: session_started."
    assert (
        finding.message("fr")
        == "L’étape «\u00a0S0\u00a0» cite ce qui n’apparaît jamais\u00a0: session_started."
    )


def test_both_languages_say_the_same_things() -> None:
    for texts in _MESSAGES.values():
        english, french = (
            {name for _, name, _, _ in string.Formatter().parse(texts[language])} for language in ("en", "fr")
        )
        assert english == french


def test_every_message_can_be_said() -> None:
    parameters = {"stage": "S", "event": "e", "events": "e, f", "meant": "m", "count": 1, "share": 0.5}
    parameters |= {"title": "T", "touchpoint": "P", "id": "i"}
    for key in _MESSAGES:
        for language in ("en", "fr"):
            assert "{" not in Finding("note", key, parameters).message(language)


def test_the_template_fits_a_shop_that_collects_what_shops_collect() -> None:
    """The names that the simulated shop sends: nothing but notes, and every stage can be entered."""
    names = """
        ad_seen ad_clicked page_viewed product_viewed signed_up email_sent email_opened email_clicked
        product_added checkout_started order_completed order_refunded support_contacted review_submitted
        nps_answered referral_sent
    """
    counts = dict.fromkeys(re.findall(r"\w+", names), 10)
    findings = check_against(template("ecommerce"), counts)
    assert {finding.severity for finding in findings} == {"note"}
    unnamed = [finding.parameters["event"] for finding in findings if finding.key == "event-in-no-stage"]
    assert unnamed == ["ad_seen", "email_sent", "order_refunded", "support_contacted"]

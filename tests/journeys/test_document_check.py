"""Do documents fit the events: everything that waits for an event that is not there, with its line."""

from __future__ import annotations

from made_documents import SHOP, changed, full
from parcours.journeys.document_check import check_documents, event_uses
from parcours.journeys.documents import KINDS
from parcours.journeys.findings import Finding
from parcours.journeys.reading import gathered, read_texts

ALL = {"order": 9, "seen": 50, "added": 20, "reviewed": 3}


def found(counts: dict[str, int], texts: dict[str, str] = SHOP) -> tuple[Finding, ...]:
    return check_documents(read_texts(texts).documents, counts)


def test_documents_that_fit_have_no_findings() -> None:
    assert found(ALL) == ()


def test_a_renamed_event_flags_all_that_relied_on_it() -> None:
    counts = {name: count for name, count in ALL.items() if name != "order"} | {"orders": 9}
    texts = changed("journeys/one.yaml", "stage: purchase", "stage: purchase\nvalue: order")
    texts["journeys/one.yaml"] = texts["journeys/one.yaml"].replace("events: added", "events: [order, added]")
    told = found(counts, texts)
    assert [(one.severity, one.key, one.document) for one in told] == [
        ("note", "touchpoint-event-misspelt", "journey/one"),
        ("warning", "journey-event-misspelt", "journey/one"),
        ("warning", "metric-event-misspelt", "metric/rate"),
    ]
    assert told[0].message() == (
        "The touchpoint “Fill the basket” of the journey “I buy” waits for the event order, which never occurs. "
        "Did you mean orders?"
    )
    assert told[2].message("fr").replace("\u00a0", " ").replace("\u202f", " ") == (
        "L’indicateur « Rate of orders » attend l’événement order, qui n’apparaît jamais. "
        "Vouliez-vous dire orders ?"
    )


def test_a_finding_has_its_file_and_line() -> None:
    written = read_texts(SHOP)
    (one,) = check_documents(written.documents, {**ALL, "seen": 0})
    assert (one.key, one.severity) == ("touchpoint-event-never-seen", "warning")
    located = written.located(one)
    assert (located.file, located.line) == ("journeys/one.yaml", 10)
    assert located.parameters == one.parameters


def test_a_name_that_is_used_elsewhere_was_not_meant() -> None:
    (one,) = found({"order": 9, "seen": 50, "reviewed": 3, "add": 20}, SHOP)
    assert one.parameters["meant"] == "add"
    again = changed("metrics/rate.yaml", "events: order", "events: add")
    assert [one.key for one in found({"order": 9, "seen": 50, "reviewed": 3, "add": 20}, again)] == [
        "touchpoint-event-never-seen"
    ]


def test_an_empty_log_says_nothing_of_events() -> None:
    assert found({}) == ()


def test_what_nothing_names_is_a_note() -> None:
    loose = changed("journeys/one.yaml", "personas: claire\n", "")
    (one,) = found(ALL, loose)
    assert (one.severity, one.message()) == ("note", "No other document names the persona “Claire” (claire).")


def test_every_event_of_the_full_examples_is_seen() -> None:
    uses = list(event_uses(gathered(full(kind) for kind in KINDS)))
    named = {name for use in uses for name in use.names}
    assert named == {"order", "seen", "viewed", "reviewed", "asked", "left"}
    assert {use.document.kind for use in uses} == {
        "lifecycle", "journey", "metric", "feedback", "pain-point", "segment",
    }  # fmt: skip

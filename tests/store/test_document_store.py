"""Kept versions, on SQLite and on PostgreSQL: what is put in comes out, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from made_documents import SHOP, full, small
from parcours.errors import ConflictError, DocumentError, QueryError
from parcours.journeys.diff import diff
from parcours.journeys.documents import KINDS, Document
from parcours.journeys.reading import gathered, read_texts
from parcours.journeys.writing import text_of
from parcours.store.document_store import DocumentStore, Draft, canonical, draft_of, model_of
from parcours.yaml_files import load_model

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
METRIC = "metrics/rate.yaml"


@pytest.fixture
def store(url: sa.URL) -> Iterator[DocumentStore]:
    with DocumentStore(url) as opened:
        yield opened


def drafts(texts: dict[str, str]) -> list[Draft]:
    return [draft_of(one) for one in read_texts(texts).written.values()]


def keep(store: DocumentStore, texts: dict[str, str], *, days: int = 0, onto: int | None = None) -> int:
    """Keep documents a number of days after the first ones."""
    return store.record(
        drafts(texts), onto=store.newest() if onto is None else onto, receipt=uuid4().hex, who="nora",
        why="because", now=NOON + timedelta(days=days),
    )  # fmt: skip


def test_a_new_store_holds_nothing(store: DocumentStore) -> None:
    assert (store.newest(), store.applies(), store.state()) == (0, (), {})
    with pytest.raises(QueryError, match="Nothing was applied yet"):
        store.state(1)


def test_what_is_kept_comes_out_as_it_was_written(store: DocumentStore) -> None:
    assert keep(store, SHOP) == 1
    assert {one.path: one.text for one in store.state().values()} == SHOP
    assert store.documents().documents == read_texts(SHOP).documents
    (apply,) = store.applies()
    assert (apply.number, apply.at, apply.who, apply.why) == (1, NOON, "nora", "because")
    assert [kind for kind, _ in apply.changed] == list(KINDS)
    assert all(model_of(one) == read_texts(SHOP).written[key].document for key, one in store.state().items())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    comment=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff"))
)
def test_any_text_comes_out_to_the_byte(store: DocumentStore, comment: str) -> None:
    text = f"kind: channel\r\nid: web\ntitle: Web  # {comment}\n"
    number = keep(store, {"channels/wéb 💡.yaml": text})
    kept = store.state(number)["channel", "web"]
    assert (kept.text, kept.path) == (text, "channels/wéb 💡.yaml")


def test_every_version_stays_readable(store: DocumentStore) -> None:
    first = SHOP[METRIC]
    keep(store, SHOP)
    keep(store, {METRIC: first.replace("Rate of orders", "Orders again")}, days=1)
    gone = Draft(("metric", "rate"), METRIC, "", "null", deleted=True)
    store.record([gone], onto=2, receipt="gone", who="tom", why="", now=NOON + timedelta(days=2))
    assert store.state(1)["metric", "rate"].text == first
    assert store.state(2)["metric", "rate"].number == 2
    assert ("metric", "rate") not in store.state(3)
    assert ("persona", "claire") in store.state(3)
    history = store.history("metric", "rate")
    assert [(one.number, one.base, one.version, one.deleted, one.who) for one in history] == [
        (3, 2, 3, True, "tom"), (2, 1, 2, False, "nora"), (1, None, 1, False, "nora"),
    ]  # fmt: skip
    assert store.changed_by("gone") == (3, (history[0],))
    assert store.changed_by("never") is None


def test_who_comes_second_is_told_and_nothing_is_kept(store: DocumentStore) -> None:
    keep(store, SHOP)
    keep(store, {METRIC: SHOP[METRIC] + "# one\n"}, onto=1)
    with pytest.raises(ConflictError, match=r"version 2 by nora, 2026-03-01 12:00 UTC \(because\)"):
        keep(store, {METRIC: SHOP[METRIC] + "# two\n"}, onto=1)
    assert store.newest() == 2
    assert store.state()["metric", "rate"].text.endswith("# one\n")


def test_an_error_in_the_middle_keeps_nothing(store: DocumentStore) -> None:
    keep(store, SHOP)
    twice = drafts({METRIC: SHOP[METRIC] + "# one\n"})
    wrong = Draft(("metric", "m" * 10), METRIC, cast("str", None), "null")  # the database refuses it
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.record([*twice, wrong], onto=1, receipt="t", who="n", why="", now=NOON)
    assert store.newest() == 1
    assert store.state()["metric", "rate"].text == SHOP[METRIC]


def test_a_document_that_was_never_kept_is_told(store: DocumentStore) -> None:
    keep(store, SHOP)
    with pytest.raises(QueryError, match="Did you mean 'metric/rate'"):
        store.history("metric", "rat")
    with pytest.raises(QueryError, match="Versions go from 1 to 1"):
        store.state(7)


def test_a_metric_is_redefined_when_its_computation_changes(store: DocumentStore) -> None:
    paris = ZoneInfo("Europe/Paris")
    text = SHOP[METRIC]
    assert store.redefined_on("rate", paris) is None
    keep(store, SHOP)
    keep(store, {METRIC: text.replace("Rate of", "Share of")}, days=1)
    assert store.redefined_on("rate", paris) is None
    late = text.replace("{events: order}", "{events: order, within: 30d}")
    store.record(drafts({METRIC: late}), onto=2, receipt="x", who="n", why="",
                 now=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))  # fmt: skip
    assert store.redefined_on("rate", paris) == date(2026, 3, 4)
    assert store.redefined_on("rate", ZoneInfo("UTC")) == date(2026, 3, 3)


def test_a_metric_is_redefined_with_the_source_that_it_reads(store: DocumentStore) -> None:
    utc = ZoneInfo("UTC")
    score = "kind: metric\nid: rate\ntitle: R\nunit: score\nscore: {feedback: stars, take: mean}\n"
    keep(store, SHOP | {METRIC: score})
    source = SHOP["feedback/stars.yaml"]
    keep(store, {"feedback/stars.yaml": source.replace("title: Stars", "title: Reviews")}, days=1)
    assert store.redefined_on("rate", utc) is None
    keep(store, {"feedback/stars.yaml": source.replace("scale: stars", "scale: csat")}, days=2)
    assert store.redefined_on("rate", utc) == date(2026, 3, 3)


def mixed(kind: str, fields: set[str]) -> Any:
    """The small document of a kind, with some fields of the full one."""
    return small(kind).model_copy(update={field: getattr(full(kind), field) for field in fields})


@given(data=st.data(), kind=st.sampled_from(list(KINDS)))
def test_text_model_and_canonical_form_are_one_document(data: st.DataObject, kind: str) -> None:
    fields = set(KINDS[kind].model_fields) - {"kind", "id"}
    drawn: Document = mixed(kind, data.draw(st.sets(st.sampled_from(sorted(fields)))))
    try:
        document = load_model(text_of(drawn), KINDS[kind], file="x.yaml")
    except DocumentError:
        assume(False)  # a mixture that no team could write
    assert KINDS[kind].model_validate_json(canonical(document)) == document
    assert diff(gathered([document]), gathered([KINDS[kind].model_validate_json(canonical(document))])) == ()

"""The documents of a workspace through its own methods, as notebooks and scripts use them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import parcours
from made_documents import SHOP, changed
from parcours.errors import DocumentError, DocumentsError
from parcours.store import APPLYING
from parcours.store.document_store import draft_of
from parcours.workspace import Workspace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    texts = dict(SHOP)
    return parcours.init(
        tmp_path / "shop",
        settings=parcours.Settings(title="Shop", buckets=1),
        lifecycle=texts.pop("lifecycle.yaml"),
        documents=texts,
    )


def write(shop: Workspace, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        shop.storage.write(path, text.encode())


def test_a_workspace_that_never_applies_works_as_before(shop: Workspace) -> None:
    write(shop, changed("lifecycle.yaml", "title: Purchase", "title: Buying"))
    assert parcours.open(shop.folder).document.stages[0].title == "Buying"
    assert parcours.open(shop.folder).documents().lifecycle == parcours.open(shop.folder).document
    assert not (shop.folder / "history").exists()
    assert shop.journey_maps().version == ""


def test_apply_diff_and_older_documents(shop: Workspace) -> None:
    assert shop.apply(who="nora", why="first", now=NOON) == 1
    assert shop.journey_maps().version == "1"
    assert shop.document.stages[0].lapse is not None
    write(shop, changed("lifecycle.yaml", "30d", "45d"))
    (change,) = shop.diff()
    assert (change.before, change.after) == ("30d", "45d")
    assert shop.journey_maps().version == "1+"
    assert shop.apply(who="nora", now=NOON) == 2
    assert str(shop.document.stages[0].lapse.after) == "45d"
    before, after = shop.documents(1).lifecycle, shop.documents(2).lifecycle
    assert before is not None
    assert before.stages[0].lapse != after.stages[0].lapse
    assert shop.diff(1, 2) == shop.diff(1)


def test_a_redefined_metric_breaks_its_trend_on_the_map(shop: Workspace) -> None:
    shop.apply(who="nora", now=NOON)
    write(shop, changed("metrics/rate.yaml", "{events: order}", "{events: order, within: 9d}"))
    shop.apply(who="nora", now=datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert shop.journey_maps().redefined_on == {"rate": date(2026, 3, 5)}


def test_opening_completes_an_apply_that_was_stopped_after_its_commit(shop: Workspace) -> None:
    shop.apply(who="nora", now=NOON)
    new = changed("personas/claire.yaml", "Claire", "Clara")
    from parcours.journeys.reading import read_texts

    draft = draft_of(read_texts(new).written["persona", "claire"])
    with shop.desk.store() as store:
        store.record([draft], onto=1, receipt="r1", who="tom", why="", now=NOON)
    shop.storage.write(APPLYING, json.dumps({"receipt": "r1", "files": True}).encode())
    assert parcours.open(shop.folder).documents().personas["claire"].name == "Clara"
    assert shop.storage.read(APPLYING) is None
    shop.storage.write(APPLYING, json.dumps({"receipt": "never", "files": True}).encode())
    assert parcours.open(shop.folder).desk.version() == 2
    assert shop.storage.read(APPLYING) is None


def test_documents_that_do_not_fit_are_told_with_every_mistake(shop: Workspace) -> None:
    write(
        shop,
        {"journeys/one.yaml": SHOP["journeys/one.yaml"].replace("claire", "clare").replace("[web]", "[wep]")},
    )
    with pytest.raises(DocumentsError) as caught:
        shop.documents()
    assert [error.line for error in caught.value.errors] == [5, 10]
    with pytest.raises(DocumentError):
        shop.check()

"""The documents of a workspace applied, compared, exported and restored; all or nothing, whoever is killed when."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from made_documents import SHOP, changed
from parcours.errors import ConflictError, DocumentError, InputError, QueryError
from parcours.events.storage import Folder
from parcours.journeys.change_words import said
from parcours.journeys.reading import read_folder
from parcours.settings import Settings
from parcours.store import VERSION_FILE
from parcours.store.desk import FOUND, Desk

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def desk(tmp_path: Path, url: sa.URL) -> Desk:
    """A workspace whose documents are written and not kept yet."""
    write(tmp_path / "shop", SHOP)
    return desk_of(tmp_path / "shop", url)


def desk_of(folder: Path, url: sa.URL) -> Desk:
    return Desk(Folder(folder), Settings(store=url.render_as_string(hide_password=False)))


def write(folder: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


def keep(
    desk: Desk, folder: Path | None = None, *, who: str = "nora", remove_missing: bool = False
) -> int | None:
    return desk.apply(desk.plan(folder, remove_missing=remove_missing), who=who, why="", now=NOON)


def kept(desk: Desk, version: int | None = None) -> dict[str, str]:
    with desk.store() as store:
        return {one.path: one.text for one in store.state(version).values()}


def test_the_own_files_are_kept_as_they_are(desk: Desk) -> None:
    assert keep(desk) == 1
    assert kept(desk) == SHOP
    assert desk.version() == 1
    assert keep(desk) is None  # nothing changed
    (desk.storage.folder / "segments/french.yaml").unlink()
    write(desk.storage.folder, changed("lifecycle.yaml", "30d", "45d") | {"segments/french.yaml": ""})
    (desk.storage.folder / "segments/french.yaml").unlink()
    plan = desk.plan()
    assert [said(change) for change in plan.changes] == [
        "stage “Purchase”: lapse after: 30d → 45d", "segment removed: “French”",
    ]  # fmt: skip
    assert desk.apply(plan, who="tom", why="slower", now=NOON) == 2
    assert "segments/french.yaml" not in kept(desk)
    assert kept(desk, 1) == SHOP


def test_planning_writes_nothing(desk: Desk) -> None:
    before = sorted(desk.storage.folder.rglob("*"))
    assert len(desk.plan().drafts) == len(SHOP)
    assert sorted(desk.storage.folder.rglob("*")) == before


def test_nothing_is_kept_of_documents_that_are_wrong(desk: Desk) -> None:
    write(desk.storage.folder, changed("journeys/one.yaml", "claire", "clare"))
    with pytest.raises(DocumentError, match=r"one\.yaml:5, field personas: there is no persona 'clare'"):
        desk.plan()
    assert not desk.storage.read(VERSION_FILE)


def test_a_comment_is_a_change_of_the_text_alone(desk: Desk) -> None:
    keep(desk)
    write(desk.storage.folder, {"personas/claire.yaml": SHOP["personas/claire.yaml"] + "# met in March\n"})
    plan = desk.plan()
    assert (plan.changes, plan.quiet) == ((), (("persona", "claire"),))
    assert desk.apply(plan, who="n", why="", now=NOON) == 2
    assert kept(desk)["personas/claire.yaml"].endswith("# met in March\n")


def test_another_folder_is_brought_into_the_files(desk: Desk, tmp_path: Path) -> None:
    tom = "kind: persona\nid: tom\nname: Tom  # new\n"
    rate = SHOP["metrics/rate.yaml"].replace("Rate", "Share")
    given = write(tmp_path / "given", {"tom.yaml": tom, "metrics/other-name.yaml": rate})
    assert keep(desk, given) == 2  # what the workspace held was never kept: it is version 1
    assert kept(desk, 1) == SHOP
    assert kept(desk) == SHOP | {"tom.yaml": tom, "metrics/rate.yaml": rate}
    assert read_folder(desk.storage.folder).texts == kept(desk)
    with desk.store() as store:
        assert [(one.number, one.why) for one in store.applies()] == [(2, ""), (1, FOUND)]
    assert keep(desk, given) is None


def test_what_another_folder_lacks_is_removed_when_asked(desk: Desk, tmp_path: Path) -> None:
    keep(desk)
    given = write(
        tmp_path / "given", {"lifecycle.yaml": SHOP["lifecycle.yaml"].replace(", journeys: [one]", "")}
    )
    assert keep(desk, given, remove_missing=True) == 2
    assert list(kept(desk)) == ["lifecycle.yaml"]
    assert list(read_folder(desk.storage.folder).texts) == ["lifecycle.yaml"]


def test_documents_must_fit_those_of_the_workspace(desk: Desk, tmp_path: Path) -> None:
    given = write(tmp_path / "given", {"segments/late.yaml": (
        "kind: segment\nid: late\ntitle: L\ncondition: {stage: loyal}\n")})  # fmt: skip
    with pytest.raises(DocumentError, match=r"given/segments/late\.yaml:4, .* there is no stage 'loyal'"):
        keep(desk, given)


def test_changes_that_are_not_kept_are_not_written_over(desk: Desk, tmp_path: Path) -> None:
    keep(desk)
    write(desk.storage.folder, {"personas/claire.yaml": SHOP["personas/claire.yaml"] + "role: Aunt\n"})
    given = write(
        tmp_path / "given", {"personas/claire.yaml": SHOP["personas/claire.yaml"] + "role: Sister\n"}
    )
    with pytest.raises(ConflictError, match=r"changes that are not kept yet: personas/claire\.yaml"):
        desk.plan(given)


def test_a_file_that_is_edited_between_plan_and_apply_stays(desk: Desk, tmp_path: Path) -> None:
    keep(desk)
    given = write(
        tmp_path / "given", {"personas/claire.yaml": SHOP["personas/claire.yaml"] + "role: Sister\n"}
    )
    plan = desk.plan(given)
    write(desk.storage.folder, {"personas/claire.yaml": "edited"})
    with pytest.raises(ConflictError, match="was changed in the meantime"):
        desk.apply(plan, who="n", why="", now=NOON)
    assert (desk.storage.folder / "personas/claire.yaml").read_text() == "edited"


def test_of_two_applies_at_once_the_second_is_told(desk: Desk, tmp_path: Path) -> None:
    keep(desk)
    role = "personas/claire.yaml"
    plans = [
        desk.plan(write(tmp_path / name, {role: SHOP[role] + f"role: {name}\n"}))
        for name in ("Aunt", "Sister")
    ]
    assert desk.apply(plans[0], who="tom", why="", now=NOON) == 2
    with pytest.raises(ConflictError):
        desk.apply(plans[1], who="nora", why="", now=NOON)
    assert kept(desk)[role].endswith("role: Aunt\n")
    assert read_folder(desk.storage.folder).texts == kept(desk)


def test_many_at_once_lose_nothing(desk: Desk, tmp_path: Path) -> None:
    keep(desk)

    def bring(number: int) -> None:
        text = f"kind: channel\nid: c{number}\ntitle: C\n"
        folder = write(tmp_path / f"given{number}", {f"channels/c{number}.yaml": text})
        while True:
            try:
                assert keep(Desk(Folder(desk.storage.folder), desk.settings), folder)
            except ConflictError:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bring, range(6)))
    assert len(kept(desk)) == len(SHOP) + 6
    assert read_folder(desk.storage.folder).texts == kept(desk)
    assert desk.version() == 7


def test_two_workspaces_of_one_store_are_told_of_each_other(desk: Desk, tmp_path: Path, url: sa.URL) -> None:
    keep(desk)
    other = desk_of(tmp_path / "other", url)
    other.storage.folder.mkdir()
    desk.export(other.storage.folder)
    write(desk.storage.folder, changed("lifecycle.yaml", "30d", "45d"))
    assert keep(desk, who="tom") == 2
    with pytest.raises(ConflictError, match=r"lifecycle/shop \(changed by tom, 2026-03-01 12:00 UTC\)"):
        other.plan()
    with pytest.raises(ConflictError, match="other texts of the same files"):
        other.export(other.storage.folder)
    other.export(other.storage.folder, replace=True)
    assert (other.version(), keep(other)) == (2, None)


def test_onto_says_what_was_known(desk: Desk, tmp_path: Path) -> None:
    keep(desk)
    write(desk.storage.folder, changed("lifecycle.yaml", "30d", "45d"))
    keep(desk)
    (desk.storage.folder / VERSION_FILE).write_text("1\n")
    write(desk.storage.folder, changed("lifecycle.yaml", "30d", "60d"))
    with pytest.raises(ConflictError, match="--onto"):
        desk.plan()
    with pytest.raises(QueryError, match="There is no version 9"):
        desk.plan(onto=9)
    (change,) = desk.plan(onto=2).changes
    assert (change.before, change.after) == ("45d", "60d")


def test_an_export_is_what_was_applied_to_the_byte(desk: Desk, tmp_path: Path) -> None:
    odd = {"channels/sub/odd.yml": "\ufeffkind: channel\r\nid: odd\r\ntitle: Ödd 💡   # kept\r\n\r\n"}
    write(desk.storage.folder, odd)
    keep(desk)
    write(desk.storage.folder, changed("lifecycle.yaml", "30d", "45d"))
    keep(desk)
    for version, texts in ((1, SHOP | odd), (2, changed("lifecycle.yaml", "30d", "45d") | odd)):
        folder = tmp_path / f"export{version}"
        folder.mkdir()
        assert desk.export(folder, version) == tuple(sorted(texts))
        assert {path: (folder / path).read_bytes() for path in texts} == {
            path: text.encode() for path, text in texts.items()
        }


def test_an_older_version_of_a_document_comes_back(desk: Desk) -> None:
    keep(desk)
    write(desk.storage.folder, changed("metrics/rate.yaml", "Rate", "Share"))
    keep(desk)
    plan = desk.plan_restore("metric", "rate", 1)
    assert desk.apply(plan, who="n", why="", now=NOON) == 3
    assert kept(desk) == SHOP
    assert read_folder(desk.storage.folder).texts == SHOP
    assert [one.number for one in desk.history("metric", "rate")] == [3, 2, 1]
    assert [one.number for one in desk.applies()] == [3, 2, 1]
    with pytest.raises(QueryError, match="It has: 1, 2, 3"):
        desk.plan_restore("metric", "rate", 9)


def test_differences_between_versions_files_folders_and_journeys(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="Nothing was applied yet"):
        desk.diff(1)
    keep(desk)
    assert desk.diff() == ()
    write(desk.storage.folder, changed("lifecycle.yaml", "30d", "45d"))
    assert [change.what for change in desk.diff()] == ["after"]
    keep(desk)
    assert (desk.diff(), len(desk.diff(1, 2))) == ((), 1)
    given = write(tmp_path / "given", {"personas/tom.yaml": "kind: persona\nid: tom\nname: Tom\n"})
    assert [change.document for change in desk.diff(None, given)] == [("persona", "tom")]
    assert desk.between_journeys("one", "one") == ()
    with pytest.raises(QueryError, match="Did you mean 'one'"):
        desk.between_journeys("one", "on")


def test_the_day_of_another_definition(desk: Desk) -> None:
    assert desk.redefined() == {}
    keep(desk)
    assert desk.redefined() == {}
    write(desk.storage.folder, changed("metrics/rate.yaml", "{events: order}", "{events: seen}"))
    keep(desk)
    assert desk.redefined() == {"rate": NOON.date()}


def test_a_folder_without_documents_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no documents in this folder"):
        desk.plan(tmp_path)


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_nothing_half_written(tmp_path: Path, url: sa.URL) -> None:
    done = subprocess.run(
        [sys.executable, TESTS / "store/killed_apply.py", tmp_path, url.render_as_string(hide_password=False)],
        env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15

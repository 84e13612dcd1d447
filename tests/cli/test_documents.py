"""``parcours apply``, ``diff``, ``documents`` and ``schema``: what people see, and what scripts get."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import parcours
from made_documents import SHOP, changed
from parcours.cli.document_words import DOCUMENTS
from parcours.journeys.documents import KINDS

Run = Callable[..., Any]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A workspace whose documents are written and not kept yet."""
    folder = tmp_path / "shop"
    parcours.init(
        folder, settings=parcours.Settings(title="Shop", buckets=1), lifecycle=SHOP["lifecycle.yaml"]
    )
    write(folder, SHOP)
    return folder


def write(folder: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_a_dry_run_shows_and_writes_nothing(run: Run, given: Path) -> None:
    done = run("apply", "--dry-run", "-w", given)
    assert done.code == 0
    assert "+ journey added: “I buy”  [one]" in done.out
    assert not (given / "history").exists()


def test_apply_diff_and_history(run: Run, given: Path) -> None:
    assert "Kept as version 1." in run("apply", "-y", "--who", "Nora", "--why", "First", "-w", given).out
    assert run("diff", "-w", given).out == "Nothing changes.\n"
    write(given, changed("lifecycle.yaml", "30d", "45d"))
    told = run("diff", "-w", given).out
    assert told == "~ Lifecycle “Shop” (shop)\n    ~ stage “Purchase”: lapse after: 30d → 45d\n"
    french = run("apply", "-y", "--lang", "fr", "-w", given).out
    assert "étape «\u00a0Purchase\u00a0»\u00a0: décrochage après\u00a0: 30d → 45d" in french
    assert "Conservé comme version 2." in french
    rows = json.loads(run("documents", "history", "--json", "-w", given).out)["history"]
    assert [(row["version"], row["who"], row["why"]) for row in rows][1] == ("1", "Nora", "First")
    own = json.loads(run("documents", "history", "lifecycle/shop", "--json", "-w", given).out)["history"]
    assert [(row["of document"], row["what"]) for row in own] == [("2", "changed"), ("1", "made")]
    changes = json.loads(run("diff", "1", "2", "--json", "-w", given).out)["changes"]
    assert changes[0]["place"] == ["stages", "purchase", "lapse", "after"]


def test_json_of_an_apply(run: Run, given: Path) -> None:
    run("apply", "-y", "-w", given)
    write(given, {"personas/claire.yaml": SHOP["personas/claire.yaml"] + "# met\n"})
    done = json.loads(run("apply", "-y", "--json", "-w", given).out)
    assert done == {"version": 2, "changes": [], "text_only": ["persona/claire"]}
    assert "Only the text" not in run("apply", "-y", "-w", given).out


def test_nobody_to_ask_is_told(run: Run, given: Path) -> None:
    done = run("apply", "-w", given)
    assert (done.code, "Add --yes" in done.err) == (2, True)


def test_a_mistake_names_file_and_line(run: Run, given: Path) -> None:
    write(given, changed("journeys/one.yaml", "claire", "clare"))
    done = run("apply", "-y", "-w", given)
    assert done.code == 2
    assert "one.yaml:5, field personas: there is no persona 'clare'" in done.err


def test_list_show_restore_and_export(run: Run, given: Path, tmp_path: Path) -> None:
    run("apply", "-y", "-w", given)
    rows = json.loads(run("documents", "list", "--json", "-w", given).out)["documents"]
    assert [row["kind"] for row in rows] == list(KINDS)
    assert "indicateur" in run("documents", "list", "--lang", "fr", "-w", given).out
    write(given, changed("metrics/rate.yaml", "Rate", "Share"))
    run("apply", "-y", "-w", given)
    assert (
        run("documents", "show", "metric/rate", "--version", "1", "-w", given).out
        == SHOP["metrics/rate.yaml"]
    )
    assert "“Rate of orders”" in run("documents", "restore", "metric/rate", "1", "-y", "-w", given).out
    assert (given / "metrics/rate.yaml").read_text(encoding="utf-8") == SHOP["metrics/rate.yaml"]
    target = tmp_path / "export"
    assert "Wrote 10 documents" in run("documents", "export", target, "--version", "1", "-w", given).out
    assert (target / "journeys/one.yaml").read_text(encoding="utf-8") == SHOP["journeys/one.yaml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["documents", "show", "journey/on"], "Did you mean 'journey/one'"),
        (["documents", "show", "one"], "names no document"),
        (["documents", "history"], "Nothing was applied yet"),
        (["diff", "3"], "Nothing was applied yet"),
        (["diff", "nowhere"], "does not exist"),
        (["diff", "nowhere", "3"], "compared with the files only"),
        (["diff", "--journeys", "one", "two"], "There is no journey 'two'"),
        (["apply", "nowhere"], "does not exist"),
    ],
)
def test_mistakes_are_told(run: Run, given: Path, arguments: list[str], told: str) -> None:
    done = run(*arguments, "-w", given)
    assert done.code == 2
    assert told in done.err
    assert not (given / "history").exists()


def test_check_flags_what_waits_for_a_renamed_event(run: Run, given: Path) -> None:
    (given / "orders.csv").write_text("client,when,what\na,2024-01-01,order\na,2024-01-02,seen_page\n")
    mapping = "name: orders\ncustomer_id: client\ntime: when\nevents: [{name: all, event: {column: what}}]\n"
    (given / "orders.yaml").write_text(mapping)
    done = run("import", given / "orders.csv", "-m", given / "orders.yaml", "-w", given)
    assert done.code == 0, done.err
    told = run("check", "-w", given).out
    assert "The touchpoint “Visit” of the journey “I buy” waits for" in told
    assert "[journeys/one.yaml:10]" in told
    found = json.loads(run("check", "--json", "-w", given).out)["findings"]
    assert {one["document"] for one in found} >= {"journey/one", "feedback/stars"}
    assert "point de contact" in run("check", "--lang", "fr", "-w", given).out


def test_schemas_for_editors(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("schema", "persona").out)["title"] == "Persona"
    run("schema", "--all", tmp_path / "schemas")
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == {
        f"{kind}.schema.json" for kind in KINDS
    }
    assert "Did you mean 'persona'" in run("schema", "person").err
    assert "--all FOLDER" in run("schema").err


def test_every_sentence_has_its_french() -> None:
    assert all(DOCUMENTS.values())

"""Folders of documents: what is read, what is left alone, and every mistake told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from made_documents import FULL, SHOP, changed, full, small
from parcours.errors import DocumentError, DocumentsError
from parcours.journeys.documents import KINDS
from parcours.journeys.reading import FOLDERS, each, gathered, path_of, read_folder, read_texts


def write(folder: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


def test_every_kind_has_its_folder_and_its_field() -> None:
    assert {"lifecycle", *FOLDERS} == set(KINDS)
    everything = gathered(full(kind) for kind in KINDS)
    assert [one.kind for one in each(everything)] == list(KINDS)
    assert everything.pain_points["late"].severity == 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_full_example_sets_every_field(kind: str) -> None:
    given = full(kind).model_fields_set
    others = {"metric": {"figure", "ratio", "repeat", "churn", "retention", "score"}, "segment": {"cell"}}
    assert set(KINDS[kind].model_fields) - given == others.get(kind, set())
    assert small(kind).id == full(kind).id
    assert FULL[kind]


def test_a_folder_is_read_in_the_order_of_kinds(tmp_path: Path) -> None:
    found = read_folder(write(tmp_path, SHOP))
    assert [one.key[0] for one in found.written.values()] == list(KINDS)
    assert found.texts == SHOP
    assert found.documents.journeys["one"].title == "I buy"


def test_texts_are_kept_to_the_byte(tmp_path: Path) -> None:
    text = "\ufeffkind: channel\r\nid: web\r\ntitle: Wéb 💡\r\n# end"
    found = read_folder(write(tmp_path, {"channels/web.yml": text}))
    assert found.texts == {"channels/web.yml": text}


def test_what_is_no_document_is_left_alone(tmp_path: Path) -> None:
    texts = {
        "mapping.yaml": "file: orders.csv\n",
        "journeys/notes.txt": "none of ours",
        "journeys/.draft.yaml": "kind: nothing",
        "log/x.yaml": "kind: persona\n",
        "visits.yaml": "kind: csv\n",
    }
    assert read_folder(write(tmp_path, texts)).written == {}


def test_a_document_may_stand_beside_the_lifecycle_or_deeper(tmp_path: Path) -> None:
    texts = {"claire.yaml": SHOP["personas/claire.yaml"], "channels/ours/web.yaml": SHOP["channels/web.yaml"]}
    assert set(read_folder(write(tmp_path, texts)).written) == {("persona", "claire"), ("channel", "web")}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"personas/web.yaml": SHOP["channels/web.yaml"]}, "'channel' does not belong here. Move it to channels/"),
        ({"personas/l.yaml": SHOP["lifecycle.yaml"]}, "Move it to the file lifecycle.yaml"),
        ({"x.yaml": "# c\nkind: persna\n"}, "x.yaml:2, field kind: there is no kind 'persna'; did you mean 'persona'"),
        ({"personas/x.yaml": "id: x\nname: X\n"}, "the key 'kind' is missing"),
        ({"personas/x.yaml": "kind: persona\nid: x\nnam: X\n"}, "did you mean 'name'"),
        ({"persona/x.yaml": SHOP["personas/claire.yaml"]}, "Did you mean 'personas'?"),
        (
            {"personas/a.yaml": SHOP["personas/claire.yaml"], "personas/b.yaml": SHOP["personas/claire.yaml"]},
            "b.yaml:2, field id: the persona 'claire' is already in",
        ),
        ({"lifecycle.yaml": SHOP["lifecycle.yaml"], "b.yaml": SHOP["lifecycle.yaml"].replace("id: shop", "id: s")},
         "there is already a lifecycle in"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(tmp_path: Path, texts: dict[str, str], told: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_folder(write(tmp_path, texts))
    assert told in str(caught.value)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    texts = changed("journeys/one.yaml", "emotion: 1", "emotion: 7") | {
        "personas/claire.yaml": "kind: persona\nid: Claire\n",
        "metrics/rate.yaml": "kind: [\n",
    }
    with pytest.raises(DocumentsError) as caught:
        read_folder(write(tmp_path, texts))
    assert len(caught.value.errors) == 3
    told = str(caught.value)
    assert "must be at most 2" in told
    assert "the key 'name' is missing" in told
    assert "metrics/rate.yaml:" in told
    assert caught.value.code == "documents"


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="does not exist"):
        read_folder(tmp_path / "nothing")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DocumentError, match="is not a folder"):
        read_folder(tmp_path / "file")


def test_lines_are_those_of_the_text() -> None:
    one = read_texts(SHOP).written["journey", "one"]
    assert one.line(("phases", 1, "touchpoints", 0, "events")) == 15
    assert one.line(("personas", 0)) == 5
    assert str(one.mistake(("personas", 0), "wrong.")) == "journeys/one.yaml:5, field personas: wrong."


def test_the_default_path_of_a_document() -> None:
    assert path_of("lifecycle", "shop") == "lifecycle.yaml"
    assert path_of("pain-point", "late") == "pain-points/late.yaml"

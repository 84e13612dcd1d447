"""Documents into models: every kind of mistake is told with its line, its field and what was probably meant."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag

from parcours.errors import DocumentError
from parcours.lifecycle.rules import LifecycleRules
from parcours.yaml_files import load_model, read_model

ALLOWED = (
    "Allowed keys: name, source, either, rule, share, above, flag, level, tags, sizes, rates, since, in."
)
STAGE = "stages:\n  - id: purchase\n    enter: order_completed\n"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Csv(Strict):
    kind: Literal["csv"]
    separator: str = Field(",", min_length=1, max_length=1)


class Parquet(Strict):
    kind: Literal["parquet"]
    threads: int = Field(1, ge=1, lt=64, multiple_of=1)


class Single(Strict):
    event: str


class Chain(RootModel[tuple[Single, ...]]):
    """A list with a name."""


class Several(Strict):
    several: Chain


def single_or_several(given: object) -> str:
    return "several" if isinstance(given, dict) and "several" in given else "single"


class Everything(Strict):
    """A model with every kind of field that documents use."""

    name: str = Field("", pattern="^[a-z]+$", description="Lower-case letters only.")
    source: Annotated[Csv | Parquet, Field(discriminator="kind")] | None = None
    either: Csv | str | None = None
    rule: Annotated[
        Annotated[Single, Tag("single")] | Annotated[Several, Tag("several")],
        Discriminator(single_or_several),
    ] = Single(event="any")
    share: float = Field(0.5, ge=0, le=1)
    above: Decimal = Field(Decimal(1), gt=0)
    flag: bool = False
    level: Literal["low", "high"] = "low"
    tags: tuple[str, ...] = Field((), max_length=2)
    sizes: list[int] = []
    rates: dict[str, float] = {}
    since: AwareDatetime | None = None
    aliased: int = Field(0, alias="in")


def told(text: str, model: type[BaseModel] = Everything) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        load_model(text, model, file="shop.yaml")
    return caught.value


def sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def test_a_right_document_is_a_model() -> None:
    document = load_model("name: shop\ntags: [a, b]\nin: 3\nabove: 0.1\n", Everything, file="shop.yaml")
    assert document.tags == ("a", "b")
    assert document.aliased == 3
    assert document.above == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("flag: true\nlvl: low", 2, "lvl", "unknown key 'lvl'; did you mean 'level'?"),
        ("zzz: 1", 1, "zzz", "unknown key 'zzz'"),
        ("name: 5", 1, "name", "expected text, but this is the number 5"),
        ("name:\n", 1, "name", "expected text, but this is empty"),
        ("name: 'A b'", 1, "name", "the text 'A b' does not have the right form"),
        ("flag: maybe", 1, "flag", "expected true or false, but this is the text 'maybe'"),
        ("share: 2024-05-01", 1, "share", "expected a number, but this is the text '2024-05-01'"),
        ("share: 1.5", 1, "share", "must be at most 1, but is the number 1.5"),
        ("share: -1", 1, "share", "must be at least 0, but is the number -1"),
        ("above: 0", 1, "above", "must be more than 0, but is the number 0"),
        ("above: lots", 1, "above", "expected a number, but this is the text 'lots'"),
        ("level: hihg", 1, "level", "the text 'hihg' is not allowed here; did you mean 'high'?"),
        ("tags: a", 1, "tags", "expected a list, but this is the text 'a'"),
        ("tags: {a: b}", 1, "tags", "expected a list, but this is a mapping (keys with values)"),
        ("tags:\n- a\n- 1", 3, "tags[1]", "expected text, but this is the number 1"),
        ("tags: [a, b, c]", 1, "tags", "has 3 items; at most 2 are allowed"),
        ("sizes: [1, two]", 1, "sizes[1]", "expected a whole number, but this is the text 'two'"),
        ("sizes: [1.5]", 1, "sizes[0]", "expected a whole number, but this is the number 1.5"),
        ("sizes:\n  -\n", 2, "sizes[0]", "expected a whole number, but this is empty"),
        ("rates: [1]", 1, "rates", "expected keys with values, but this is a list"),
        ("rates:\n  a b: x", 2, "rates.a b", "expected a number, but this is the text 'x'"),
        ("in: [1]", 1, "in", "expected a whole number, but this is a list"),
        ("source: {kind: xls}", 1, "source", "the text 'xls' is not allowed here"),
        ("source: {separator: x}", 1, "source", "the key 'kind' is missing"),
        (
            "source:\n  kind: csv\n  seperator: x",
            3,
            "source.seperator",
            "unknown key 'seperator'; did you mean 'separator'?",
        ),
        (
            "source: {kind: csv, separator: ''}",
            1,
            "source.separator",
            "needs 1 or more characters, but has 0",
        ),
        (
            "source: {kind: csv, separator: ab}",
            1,
            "source.separator",
            "has 2 characters; at most 1 are allowed",
        ),
        (
            "source: {kind: parquet, threads: 64}",
            1,
            "source.threads",
            "must be less than 64, but is the number 64",
        ),
        ("either: 5", 1, "either", "expected keys with values or text, but this is the number 5"),
        ("either: {kind: csv, x: 1}", 1, "either.x", "unknown key 'x'"),
        # The branch 'several' has the name of a key in it, and a list that is a model of its own.
        ("rule: {}", 1, "rule.event", "the key 'event' is missing"),
        ("rule: {several: [], twice: 1}", 1, "rule.twice", "unknown key 'twice'"),
        (
            "rule:\n  several:\n    - {event: a}\n    - {event: 5}",
            4,
            "rule.several[1].event",
            "expected text, but this is the number 5",
        ),
        (
            "rule: {several: [{event: a, evt: b}]}",
            1,
            "rule.several[0].evt",
            "unknown key 'evt'; did you mean 'event'?",
        ),
        (
            "since: 2024-05-01T10:00:00",
            1,
            "since",
            "the text '2024-05-01T10:00:00' lacks a time zone; add one, for example +00:00",
        ),
    ],
)
def test_each_kind_of_mistake(text: str, line: int, field: str, message: str) -> None:
    error = told(text)
    assert error.line == line
    assert error.field == field
    assert error.message == f"shop.yaml:{line}, field {field}: {sentence(message)}"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("lvl: low", ALLOWED),
        ("name: true", 'Put it in quotes: "true".'),
        ("name: A", "Lower-case letters only."),
        ("level: medium", "Allowed: low, high."),
        ("source: {kind: xls}", "Allowed: csv, parquet."),
        ("source: {kind: csv, x: 1}", "Allowed keys: kind, separator."),
        ("rule: {several: [], twice: 1}", "Allowed keys: several."),
        ("rule: {several: [{event: a, evt: b}]}", "Allowed keys: event."),
        ("flag: maybe", None),
    ],
)
def test_the_hint_says_what_is_allowed(text: str, hint: str | None) -> None:
    assert told(text).hint == hint


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        (
            STAGE + "    laspe: {after: 30d}",
            4,
            "stages[0].laspe",
            "unknown key 'laspe'; did you mean 'lapse'?",
        ),
        (
            STAGE + "    lapse: {afer: 30d, after: 30d}",
            4,
            "stages[0].lapse.afer",
            "unknown key 'afer'; did you mean 'after'?",
        ),
        (
            STAGE + "    lapse: 30d",
            4,
            "stages[0].lapse",
            "expected keys with values, but this is the text '30d'",
        ),
        ("stages: []", 1, "stages", "needs 1 or more items, but has 0"),
        ("stages:\n  - id: a\n", 2, "stages[0].enter", "the key 'enter' is missing"),
        # A single rule stands for a list of one: no [0] that nobody wrote.
        (
            "stages:\n  - id: a\n    enter:\n      event: x\n      count: two\n",
            5,
            "stages[0].enter.count",
            "expected keys with values, but this is the text 'two'",
        ),
        (
            "stages:\n  - id: a\n    enter: {event: x, count: 0}\n",
            3,
            "stages[0].enter.count",
            "must be at least 1, but is the number 0",
        ),
        (
            "stages:\n  - id: a\n    enter:\n      - x\n      - {event: [y, 3]}\n",
            5,
            "stages[0].enter[1].event[1]",
            "expected text, but this is the number 3",
        ),
        # Keys under where are properties: no 'properties' that nobody wrote.
        (
            "stages:\n  - id: a\n    enter:\n      event: x\n      where:\n        value: {gtee: 3}\n",
            6,
            "stages[0].enter.where.value.gtee",
            "unknown key 'gtee'; did you mean 'gte'?",
        ),
        (
            "stages:\n  - id: a\n    enter: {event: x, where: {not: {any: [{value: {gt: a}}]}}}\n",
            3,
            "stages[0].enter.where.not.any[0].value.gt",
            "expected a number, but this is the text 'a'",
        ),
        # A bare list stands for {in: list}: no 'in' that nobody wrote.
        (
            "stages:\n  - id: a\n    enter: {event: x, where: {channel: [email, [ads]]}}\n",
            3,
            "stages[0].enter.where.channel[1]",
            "expected text, a number, or true or false, but this is a list",
        ),
        (
            "stages:\n  - id: a\n    enter: {event: x, within: 3d}\n",
            3,
            "stages[0].enter",
            "'within' needs 'count'; to limit a following event, put 'within' under 'then'",
        ),
    ],
)
def test_fields_of_rules_are_named_as_written(text: str, line: int, field: str, message: str) -> None:
    error = told(text, LifecycleRules)
    assert error.message == f"shop.yaml:{line}, field {field}: {sentence(message)}"
    assert (error.line, error.field) == (line, field)


def test_a_duration_without_a_unit_is_told_the_units() -> None:
    error = told(STAGE + "    lapse:\n      after: 30\n", LifecycleRules)
    assert (error.line, error.field) == (5, "stages[0].lapse.after")
    assert "30" in error.message
    assert "for example 30d" in error.message


def test_a_value_in_place_of_its_only_key_is_shown_how() -> None:
    assert told(STAGE + "    lapse: 30d", LifecycleRules).hint == "Write lapse: {after: 30d}."


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    error = told("zzz: 1\nname: 5\nlevel: hgih\nflag: maybe\n")
    assert (error.line, error.field) == (1, "zzz")
    assert str(error).splitlines() == [
        f"shop.yaml:1, field zzz: unknown key 'zzz'. {ALLOWED}",
        "3 more problems in this file:",
        '  line 2, field name: expected text, but this is the number 5. Put it in quotes: "5".',
        "  line 3, field level: the text 'hgih' is not allowed here; did you mean 'high'? Allowed: low, high.",
        "  line 4, field flag: expected true or false, but this is the text 'maybe'.",
    ]


def test_very_many_problems_are_counted() -> None:
    error = told("sizes:\n" + "  - x\n" * 30)
    lines = str(error).splitlines()
    assert lines[1] == "29 more problems in this file:"
    assert lines[-1] == "  … and 10 more."
    assert len(lines) == 22


@pytest.mark.parametrize(
    ("text", "kind"), [("- a\n- b", "a list"), ("hello", "a single value"), ("5", "a single value")]
)
def test_a_document_is_a_mapping(text: str, kind: str) -> None:
    error = told(text)
    assert error.line == 1
    assert error.message == (
        f"shop.yaml:1: expected keys with values, such as 'title: …', but the document is {kind}."
    )


def test_long_texts_are_cut_in_messages() -> None:
    assert len(told(f"share: {'x' * 5000}").message) < 200


# Files.


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    for content in ("name: é".encode(), "\ufeffname: é".encode()):
        path.write_bytes(content.replace("é".encode(), b"shop"))
        assert read_model(path, Everything).name == "shop"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (
            "a: 1\nname: café".encode("latin-1"),
            2,
            "the byte 0xe9 is not UTF-8; the file is probably in another encoding",
        ),
        ("name: a".encode("utf-16"), 1, "the file is in UTF-16; save it as UTF-8"),
        (b"\x00\x01\x02", 1, "the character U+0000 cannot stand in a YAML file; remove it"),
        (b"", 1, "the file is empty"),
    ],
)
def test_a_file_in_another_encoding(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        read_model(path, Everything)
    assert caught.value.file == str(path)
    assert caught.value.message == f"{path}:{line}: {message}."


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file"):
        read_model(tmp_path / "none.yaml", Everything)
    (tmp_path / "file").touch()
    with pytest.raises(DocumentError, match="the file cannot be read: Not a directory"):
        read_model(tmp_path / "file" / "shop.yaml", Everything)
    with pytest.raises(DocumentError, match="this is a folder, not a file"):
        read_model(tmp_path, Everything)


# Nothing of the machinery shows.

LEAKS = re.compile(
    r"Input should|Value error|Assertion|[Tt]uple|dictionary|NoneType|extra_forbidden|ctx|pydantic|instance of|"
    r"Everything|Csv|Parquet|Single|Several|Chain|discriminator|union|tagged|Traceback|<class"
)
letters = st.text("abcxyz 0123456789:-#'\"é", max_size=8)
scalars = st.none() | st.booleans() | st.integers(-10, 100) | st.floats(-10, 10) | letters
keys = st.sampled_from(
    [*Everything.model_fields, "in", "kind", "separator", "threads", "zzz", "several", "event"]
)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def error_of(text: str) -> DocumentError | None:
    try:
        load_model(text, Everything, file="shop.yaml")
    except DocumentError as error:
        return error
    return None


@settings(deadline=None)
@given(st.dictionaries(keys, junk, min_size=1, max_size=6))
def test_messages_never_show_the_machinery(data: dict[str, object]) -> None:
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
    error = error_of("\n".join(lines))
    if error is None:
        return
    assert not LEAKS.search(str(error))
    assert error.line is not None
    assert error.field is not None
    # The first problem stands in the line it names, under the key it names.
    assert lines[error.line - 1].startswith(re.split(r"[.\[]", error.field)[0] + ":")

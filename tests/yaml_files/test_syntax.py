"""YAML text to plain values: what is read, what is refused and in which line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.errors import DocumentError
from parcours.yaml_files.syntax import MAX_CHARACTERS, MAX_DEPTH, parse


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("0x1F", 31),
        ("007", 7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e+16", 1e16),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("! 12", "12"),
        ("!!str 12", "12"),
        ("=", "="),
        ("Crème brûlée 🍮", "Crème brûlée 🍮"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("[a, [b, {c: d}]]", ["a", ["b", {"c": "d"}]]),
    ],
)
def test_values_follow_yaml_1_2(written: str, value: object) -> None:
    read = parse(f"key: {written}", file="a.yaml").value["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_texts_as_written() -> None:
    assert parse("5: a\ntrue: b\n2024-05-01: c\n", file="a.yaml").value == {
        "5": "a",
        "true": "b",
        "2024-05-01": "c",
    }


def test_aliases_stand_for_what_they_name() -> None:
    root = parse("one: &rule {event: a}\ntwo: *rule\nthree: [*rule]\n", file="a.yaml")
    assert root.value == {"one": {"event": "a"}, "two": {"event": "a"}, "three": [{"event": "a"}]}


def test_a_key_may_be_anchored() -> None:
    assert parse("&k key: *k\n", file="a.yaml").value == {"key": "key"}


def test_every_value_knows_its_line() -> None:
    root = parse("# comment\na: 1\nb:\n  - x\n  -\n    c: 2\n", file="a.yaml")
    assert root.line == 2
    assert root.key_lines == {"a": 2, "b": 3}
    assert [item.line for item in root.entries["b"].items] == [4, 6]


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    root = parse("\ufeffa: 1\r\nb: 2\r\n", file="a.yaml")
    assert root.value == {"a": 1, "b": 2}
    assert root.key_lines["b"] == 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("---\n...\n", 1, "the file is empty"),
        ("a: 1\n\tb: 2", 2, "a tab is used for indentation; use spaces"),
        ("a:\n  b: 1\n\t c: 2", 3, "a tab is used for indentation; use spaces"),
        ("  a: 1\n b: 2", 2, "the indentation does not fit the lines above; keys that belong together align"),
        (
            "a:\n  - b\n c: 1",
            3,
            "the indentation does not fit the lines above; keys that belong together align",
        ),
        ("a: b: c", 1, "a ': ' is not expected here; check the indentation or quote the text"),
        ("a: b\n  c: d", 2, "a ': ' is not expected here; check the indentation or quote the text"),
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' is written twice; it is already in line 1"),
        ("x:\n  - {b: 1, c: 2, b: 3}", 2, "the key 'b' is written twice; it is already in line 2"),
        ("a: [1, 2\nb: 3", 2, "the list opened with '[' in line 1 lacks a comma or its ']'"),
        ("a: {b: 1\nc: 2", 2, "the mapping opened with '{' in line 1 lacks a comma or its '}'"),
        ("a: 'open\nb: 1\n", 3, "a quote that is opened in line 1 is never closed"),
        ('a: "\\q"', 1, "unknown escape in double quotes; use single quotes or double the backslash"),
        ('a: "\\U0001F36E"\nb: "\\U00110000"', 2, "an escape such as \\U00110000 stands for no character"),
        ('a: "\\UFFFFFFFF"', 1, "an escape such as \\U00110000 stands for no character"),
        ("a: - b", 1, "a '- ' is not expected here; check the indentation or quote the text"),
        ("a: ? b", 1, "a '? ' is not expected here; put the text in quotes"),
        ("a: ]", 1, "a value cannot start here; put it in quotes if it is a text"),
        ("a: @b", 1, "a text cannot start with this character; put it in quotes"),
        ("a: 1\nb: \x01", 2, "the character U+0001 cannot stand in a YAML file; remove it"),
        ("a: 1\n---\nb: 2", 2, "a second document starts here ('---'); a file holds one document"),
        ("a: *b", 1, "the alias *b has no anchor &b before it"),
        ("a: &b\n  - *b", 2, "the alias *b stands inside its own anchor"),
        ("a: 1\n*a : b", 2, "the alias *a has no anchor &a before it"),
        ("b: &a 1\n*a : b", 2, "a key must be a text, not an alias"),
        ("? [a]\n: b", 1, "a key must be a text, not a list or a mapping; put it in quotes"),
        ("base: &b {x: 1}\na:\n  <<: *b", 3, "merging with '<<' is not part of YAML 1.2; write the keys out"),
        (
            "a: !!python/object:os.system x",
            1,
            "the tag !!python/object:os.system is not allowed here; leave it out",
        ),
        ("a: !secret {b: 1}", 1, "the tag !secret is not allowed here; leave it out"),
        ("a: .nan", 1, ".nan cannot be compared with numbers; put it in quotes if it is a text"),
        ("a: -.inf", 1, "-.inf cannot be compared with numbers; put it in quotes if it is a text"),
        ("a: 1e999", 1, "the number 1e999 is too large"),
        ("a: " + "9" * 41, 1, "a number has more than 40 digits; put it in quotes if it is a text"),
        (
            "%YAML 3.0\n---\na: 1",
            1,
            "this is not YAML: found incompatible YAML document (version 1.* is required)",
        ),
    ],
)
def test_what_is_not_a_document_is_refused_in_plain_words(text: str, line: int, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text, file="shop.yaml")
    assert caught.value.line == line
    assert caught.value.message == f"shop.yaml:{line}: {message}."


def test_aliases_cannot_blow_a_document_up() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    with pytest.raises(DocumentError, match="more than 100,000 values, aliases written out") as caught:
        parse("\n".join(lines), file="bomb.yaml")
    assert caught.value.line == 5


def test_nesting_is_limited() -> None:
    allowed = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse(f"a: {allowed}", file="deep.yaml").value["a"] is not None
    with pytest.raises(DocumentError, match=f"nested more than {MAX_DEPTH} deep"):
        parse("[" * 100_000, file="deep.yaml")


def test_size_is_limited() -> None:
    with pytest.raises(DocumentError, match="longer than 500,000 characters"):
        parse("#" * (MAX_CHARACTERS + 1), file="long.yaml")


def test_json_is_read_with_its_escapes() -> None:
    assert parse('{"a": "\\ud83c\\udf6e", "\\u00e9": [1, 2.5, null, true]}', file="a.json").value == {
        "a": "🍮",
        "é": [1, 2.5, None, True],
    }
    with pytest.raises(DocumentError, match="an escape stands for half a character") as caught:
        parse('a: 1\nb: "\\ud83c"', file="a.yaml")
    assert caught.value.line == 2


SIGNS = r"""a b : - -- --- ... [ ] { } , & * ! !! !< % %TAG | > ' " \ \x \u00 ? # 0 1. ~ << @ ` = |2 >- &a *a !t"""
BLANKS = [" ", "  ", "\n", "\n  ", "\t", "\r", "\x85", "\u2028"]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from([*SIGNS, " ", "  ", "\n", "\n  ", "\t", "\r", "\x85", "\u2028"]), max_size=20)
)
def test_no_text_whatever_makes_it_stumble(signs: list[str]) -> None:
    """Either a value comes out, or the error that is meant for people."""
    text = "".join(signs)
    try:
        place = parse(text, file="any.yaml").line
    except DocumentError as error:
        place = error.line or 0
    assert 1 <= place <= len(text.splitlines()) + 1

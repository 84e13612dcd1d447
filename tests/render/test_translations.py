"""Every message of the pages has its French, and the catalogue holds nothing else."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from babel.messages.catalog import Message

CALLS = {"say": None, "say_html": None, "say_many": (1, 2), "say_many_html": (1, 2)}
READERS = [("**.py", "python"), ("**.jinja", "jinja2.ext:babel_extract")]


@pytest.fixture(scope="module")
def used() -> set[str | tuple[str, ...]]:
    folder = resources.files("parcours.render")
    options = {"**.jinja": {"trim_blocks": "true", "silent": "false"}}
    found = extract_from_dir(str(folder), READERS, options, keywords=CALLS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def french() -> Catalog:
    whole = Catalog("fr")
    for place in (resources.files("parcours.render") / "locale" / "fr" / "LC_MESSAGES").iterdir():
        with place.open("rb") as file:
            for message in read_po(file, locale="fr", abort_invalid=True):
                if message.id:
                    whole[message.id] = message
    return whole


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_message_is_translated_and_none_is_left_over(
    used: set[str | tuple[str, ...]], french: Catalog
) -> None:
    assert len(used) > 100
    known = {tuple(m.id) if isinstance(m.id, (list, tuple)) else m.id for m in messages(french)}
    assert used - known == set()
    assert known - used == set()


def test_no_translation_is_missing_or_fuzzy(french: Catalog) -> None:
    assert [m.id for m in messages(french) if m.fuzzy] == []
    forms = [m.string if isinstance(m.string, tuple) else (m.string,) for m in messages(french)]
    assert all(all(form for form in each) for each in forms)
    assert not french.obsolete


def test_no_message_is_both_plain_and_counted(used: set[str | tuple[str, ...]]) -> None:
    counted = {message[0] for message in used if isinstance(message, tuple)}
    assert counted & {message for message in used if isinstance(message, str)} == set()


def test_translations_fill_the_same_names(french: Catalog) -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    for message in messages(french):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set().union(*(names(str(text)) for text in ids))
        for text in strings:
            assert names(str(text)) == wanted, message.id
            assert str(text).count("<b>") == str(text).count("</b>") == ids[0].count("<b>"), message.id


def test_french_spaces_and_apostrophes_are_typographic(french: Catalog) -> None:
    for message in messages(french):
        for text in message.string if isinstance(message.string, tuple) else (str(message.string),):
            assert not re.search(r" [:;!?%»]|« ", text), text
            assert "'" not in text, text

"""Settings: what is written is read, the environment overrides, and every mistake is placed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from parcours.errors import DocumentError
from parcours.settings import FILE_NAME, Settings, read_settings, write_settings

TEXTS = (
    "", "Boutique d'Été", 'a "quoted" name', "back\\slash\\n", "two\nlines\r\nand\ta tab", "🛒 名前",
    "\x00\x1b\x7f\x85",
    "# not a comment", "'''", '"""', "true", "\u2028\ufeff",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_settings(tmp_path, Settings())
    return tmp_path


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back(text: str, tmp_path: Path) -> None:
    given = Settings(title=text, source=text)
    write_settings(tmp_path, given)
    assert read_settings(tmp_path, {}) == given


@given(
    st.builds(
        Settings,
        title=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        zone=st.sampled_from(["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]),
        week_start=st.sampled_from(["monday", "sunday", "saturday"]),
        currency=st.sampled_from(["EUR", "JPY"]),
        language=st.sampled_from(["en", "fr"]),
        buckets=st.integers(1, 4096),
        simulated=st.booleans(),
        max_bad_share=st.floats(0, 1),
        memory_mb=st.integers(256, 10**6),
        threads=st.integers(0, 512),
    )
)
def test_all_settings_come_back(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    folder = tmp_path_factory.mktemp("settings")
    write_settings(folder, settings)
    assert read_settings(folder, {}) == settings


def test_each_setting_is_explained_in_the_file(folder: Path) -> None:
    text = (folder / FILE_NAME).read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"# {field.description}\n{name} = " in text


def test_an_empty_file_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"")
    assert read_settings(folder, {}) == Settings()
    (folder / FILE_NAME).write_bytes(b"\xef\xbb\xbftitle = 'Shop'\r\n")
    assert read_settings(folder, {}).title == "Shop"


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ('zone = "Europe/Pariss"', "zone", "unknown time zone 'Europe/Pariss'. Did you mean 'Europe/Paris'?"),
        ('zone = ""', "zone", "unknown time zone"),
        ("zone = 1", "zone", "string"),
        ('week_start = "tuesday"', "week_start", "'monday', 'sunday' or 'saturday'"),
        ('currency = "euro"', "currency", "pattern"),
        ('language = "de"', "language", "'en' or 'fr'"),
        ("buckets = 0", "buckets", "greater than or equal to 1"),
        ("buckets = 5000", "buckets", "less than or equal to 4096"),
        ("buckets = 1.5", "buckets", "integer"),
        ('simulated = "perhaps"', "simulated", "boolean"),
        ("max_bad_share = 1.01", "max_bad_share", "less than or equal to 1"),
        ("max_bad_share = nan", "max_bad_share", "less than or equal to 1"),
        ("memory_mb = 1", "memory_mb", "greater than or equal to 256"),
        ("threads = -1", "threads", "greater than or equal to 0"),
        ("title = ['a']", "title", "string"),
        ("tittle = 'a'", "tittle", "Did you mean 'title'?"),
        ("[zone]\nname = 'UTC'", "zone", "string"),
    ],
)
def test_a_wrong_setting_is_placed(line: str, field: str, said: str, folder: Path) -> None:
    (folder / FILE_NAME).write_text(line, encoding="utf-8")
    with pytest.raises(DocumentError) as error:
        read_settings(folder, {})
    assert error.value.file == str(folder / FILE_NAME)
    assert error.value.field == field
    assert said in str(error.value)
    assert "Value error" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title = ", "end of document"), (b"title = 'a'\ntitle = 'b'\n", "line 2"), (b"just words", "line 1"),
        (b"title = '\xe9t\xe9'", "utf-8"), (b"\xff\xfet\0", "utf-8"), (b"\0", "line 1"),
    ],
)  # fmt: skip
def test_what_is_not_toml_says_where(content: bytes, said: str, folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(content)
    with pytest.raises(DocumentError, match="this is not TOML") as error:
        read_settings(folder, {})
    assert said in str(error.value)
    assert error.value.file == str(folder / FILE_NAME)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("title", "From outside", "From outside"), ("zone", "Asia/Tokyo", "Asia/Tokyo"), ("threads", "3", 3),
        ("simulated", "true", True), ("simulated", "0", False), ("max_bad_share", "0.5", 0.5), ("title", "", ""),
    ],
)  # fmt: skip
def test_the_environment_overrides(name: str, text: str, value: Any, folder: Path) -> None:
    write_settings(folder, Settings(title="From the file", zone="Europe/Paris", simulated=False))
    assert getattr(read_settings(folder, {f"PARCOURS_{name.upper()}": text}), name) == value
    assert read_settings(folder, {"PARCOURS_OTHER": "x", name.upper(): text}).title == "From the file"


def test_the_process_environment_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCOURS_ZONE", "Asia/Tokyo")
    assert read_settings(folder).zone == "Asia/Tokyo"
    assert str(read_settings(folder).tz) == "Asia/Tokyo"


def test_a_wrong_variable_is_named_not_the_file(folder: Path) -> None:
    with pytest.raises(DocumentError, match="unknown time zone 'Mars'") as error:
        read_settings(folder, {"PARCOURS_ZONE": "Mars"})
    assert (error.value.file, error.value.field) == ("environment", "PARCOURS_ZONE")


def test_settings_are_frozen() -> None:
    for name in Settings.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(Settings(), name, "other")

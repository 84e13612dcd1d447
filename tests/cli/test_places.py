from __future__ import annotations

from pathlib import Path

import pytest

from parcours.cli.places import SETTINGS_FILE, find_workspace, write_file
from parcours.errors import InputError, WorkspaceNotFoundError
from parcours.settings import FILE_NAME


def test_the_settings_file_is_the_one_that_settings_write() -> None:
    assert SETTINGS_FILE == FILE_NAME


def test_the_nearest_workspace_above_is_found(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_workspace(None, inner) == tmp_path
    (tmp_path / "a" / FILE_NAME).touch()
    assert find_workspace(None, inner) == tmp_path / "a"
    assert find_workspace(tmp_path, inner) == tmp_path


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceNotFoundError, match="or above it") as caught:
        find_workspace(None, tmp_path)
    assert "parcours init FOLDER" in (caught.value.hint or "")
    with pytest.raises(WorkspaceNotFoundError, match="is not a workspace"):
        find_workspace(tmp_path, tmp_path)
    with pytest.raises(WorkspaceNotFoundError, match="does not exist"):
        find_workspace(tmp_path / "nowhere", tmp_path)


def test_a_file_is_written_or_the_reason_is_told(tmp_path: Path) -> None:
    write_file(tmp_path / "a.txt", "é")
    assert (tmp_path / "a.txt").read_bytes() == "é".encode()
    with pytest.raises(InputError, match="does not exist") as caught:
        write_file(tmp_path / "nowhere" / "a.txt", b"")
    assert "mkdir -p" in (caught.value.hint or "")
    with pytest.raises(InputError, match="is a folder, not a file"):
        write_file(tmp_path, b"")

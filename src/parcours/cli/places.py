"""Where things are: the workspace that a command means, and the file that it writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.errors import InputError, WorkspaceNotFoundError

if TYPE_CHECKING:
    from parcours.workspace import Workspace

SETTINGS_FILE = "parcours.toml"  # settings.FILE_NAME; that module is too heavy for `--help`


def find_workspace(given: Path | None, current: Path) -> Path:
    """The place of the workspace: the one given, else the nearest folder at or above the current one."""
    from parcours.events.storage import store_address

    if given is not None:
        if store_address(given):
            return given
        if (given / SETTINGS_FILE).is_file():
            return given
        what = "is not a workspace" if given.is_dir() else "does not exist"
        raise WorkspaceNotFoundError(
            f"The folder {given} {what}.", hint=f"Make a workspace there with: parcours init {given}"
        )
    for folder in (current, *current.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise WorkspaceNotFoundError(
        f"There is no workspace in {current} or above it.",
        hint="Name one with --workspace FOLDER, or make one with: parcours init FOLDER",
    )


def check_place(path: Path) -> None:
    """Raise InputError when a file cannot be written there, before the work that would fill it is done."""
    if not path.parent.is_dir():
        raise InputError(
            f"The folder {path.parent} does not exist.", hint=f"Make it first: mkdir -p {path.parent}"
        )
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file.", hint="Give the name of a file.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(f"{path} cannot be written: permission denied.", hint="Choose another place.")


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file that the user asked for; raises InputError where it cannot be written."""
    check_place(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from None


def open_workspace(given: Path | None, engine: str | None = None) -> Workspace:
    """The workspace that a command means, opened; its questions are answered by ``engine``."""
    import parcours

    return parcours.open(find_workspace(given, Path.cwd()), engine=engine)

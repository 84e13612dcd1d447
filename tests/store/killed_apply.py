"""Applies documents in a child process that kills itself, at each of its steps in turn; run by a test as a program.

A step is a statement sent to the database, or a file opened, renamed or removed. After each death the workspace is
opened again, and must be wholly as before or wholly as after. Prints how many steps were tried.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from made_documents import SHOP
from parcours.events.storage import Folder
from parcours.journeys.reading import read_folder
from parcours.settings import Settings
from parcours.store.desk import Desk

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEW = {
    "metrics/rate.yaml": SHOP["metrics/rate.yaml"].replace("Rate", "Share"),
    "personas/tom.yaml": "kind: persona\nid: tom\nname: Tom\n",
    "lifecycle.yaml": SHOP["lifecycle.yaml"].replace("id: shop", "id: store").replace("30d", "45d"),
}


class Killer:
    """Kills this process at a step."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name in ("open", "os.rename", "os.remove") and ".yaml" in f"{arguments[0]}":
            self.step()


def texts_of(folder: Path) -> dict[str, str]:
    return read_folder(folder).texts


def apply(folder: Path, source: Path, url: str) -> None:
    desk = Desk(Folder(folder), Settings(store=url))
    desk.apply(desk.plan(source), who="nora", why="", now=NOW)


def killed(folder: Path, source: Path, url: str, at: int) -> bool:
    """Whether a child that applies was killed at that step; False when it had come to its end before."""
    child = os.fork()
    if child == 0:
        killer = Killer(at)
        sys.addaudithook(killer.audit)
        event.listen(sa.Engine, "before_cursor_execute", killer.step)
        event.listen(sa.Engine, "commit", killer.step)
        apply(folder, source, url)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def state(folder: Path, url: str) -> tuple[dict[str, str], dict[str, str]]:
    """The texts in the files, and those of the newest version, after the workspace was opened again."""
    desk = Desk(Folder(folder), Settings(store=url))
    desk.finish_interrupted()
    with desk.store() as store:
        kept = {one.path: one.text for one in store.state().values()}
    return texts_of(folder), kept


def write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def main(folder: Path, url: str) -> int:
    old, new = folder / "old", folder / "new"
    shop = folder / "shop"
    before, after = SHOP, SHOP | NEW
    write(old, before)
    write(new, NEW)
    write(shop, before)
    desk = Desk(Folder(shop), Settings(store=url))
    desk.apply(desk.plan(), who="nora", why="", now=NOW)
    at, seen = 1, set()
    while killed(shop, new, url, at):
        files, kept = state(shop, url)
        assert files == kept, f"files and store differ after a kill at step {at}"
        assert kept in (before, after), f"half an apply after a kill at step {at}"
        seen.add(kept == after)
        if kept == after:
            desk = Desk(Folder(shop), Settings(store=url))
            desk.apply(desk.plan(old, remove_missing=True), who="nora", why="", now=NOW)
        at += 1
    assert seen == {True, False}, "no kill came before the commit, or none after it"
    assert state(shop, url) == (after, after)
    print(at - 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))

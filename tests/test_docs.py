"""Every command and every piece of Python in the documentation is run, in order, in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("docs/tutorial", "docs/how-to", "docs/why", "docs/reference")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
LANGUAGES = {"sh", "python", "text", "yaml", "json", "toml", "csv", "sql", "make"}
RUN = {"sh", "python"}


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    code: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    inside: Block | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if inside is None and (fence := re.match(r"```(\S*)", line)):
            inside = Block(page, number, fence[1], "")
        elif inside is not None and line.startswith("```"):
            found.append(inside)
            inside = None
        elif inside is not None:
            inside = Block(page, inside.line, inside.language, f"{inside.code}{line}\n")
    assert inside is None, f"{page}:{inside.line if inside else 0} is never closed"
    return found


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


RUNNING = [page for page in PAGES if any(block.language in RUN for block in blocks(page))]


@pytest.mark.parametrize("page", RUNNING, ids=named)
def test_what_the_page_says_works(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARCOURS_WORKSPACE", raising=False)
    names: dict[str, object] = {}
    for block in blocks(page):
        if block.language == "sh":
            run_shell(block, tmp_path)
        elif block.language == "python":
            # blank lines in front keep the line numbers of a traceback those of the page
            exec(compile("\n" * block.line + block.code, str(page), "exec"), names)  # noqa: S102


def run_shell(block: Block, folder: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.code],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{named(block.page)}:{block.line}\n{block.code}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= LANGUAGES


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [
        target for target in targets if target and "://" not in target and not (page.parent / target).exists()
    ]
    assert not missing


def test_every_command_is_shown_in_use() -> None:
    from parcours.cli.app import COMMANDS

    shown = "\n".join(block.code for page in PAGES for block in blocks(page) if block.language == "sh")
    assert [name for name, *_ in COMMANDS if f"parcours {name}" not in shown] == []


def test_the_changelog_has_its_headings_and_whole_sentences() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {"Added", "Changed", "Fixed"}
    entries = re.findall(r"^- (.+)$", text, re.MULTILINE)
    assert entries
    assert [entry for entry in entries if not re.fullmatch(r"[A-Z`].*\.", entry)] == []

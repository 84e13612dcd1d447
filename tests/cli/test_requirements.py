"""The command needs what the package requires and nothing else, whatever else is installed for the tests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

FONTS = ("fontpkg_", "noto_")
BLOCK = """
import json, sys
from importlib.abc import MetaPathFinder

class NotInstalled(MetaPathFinder):
    names = frozenset(json.loads(sys.argv[1]))
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
from parcours.cli import main
for command in json.loads(sys.argv[2]):
    code = main(command)
    if code:
        sys.exit(code)
"""


def required() -> set[str]:
    """Every distribution that Parcours requires, and those that they require."""
    found: set[str] = set()
    waiting = ["parcours"]
    while waiting:
        name = plain(waiting.pop())
        if name in found:
            continue
        found.add(name)
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another platform
            continue
        wanted = [Requirement(need) for need in needs]
        waiting += [need.name for need in wanted if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def others() -> list[str]:
    """The modules of all other distributions that are installed, but for fonts, which are looked for and taken
    wherever they are.
    """
    wanted = required()
    return sorted(
        module
        for module, distributions in metadata.packages_distributions().items()
        if not wanted & {plain(name) for name in distributions} and not module.startswith(FONTS)
    )


def test_a_demo_needs_only_what_is_required(tmp_path: Path) -> None:
    blocked = others()
    assert {"pytest", "pandas", "hypothesis"} <= set(blocked)
    shop, chart = str(tmp_path / "shop"), str(tmp_path / "growth.svg")
    commands = [
        ["demo", shop, "--data", "grocery"],
        ["events", "-w", shop],
        ["stages", "-w", shop],
        ["lifecycle", "-w", shop],
        ["growth", "-w", shop, "--chart", chart],
        ["sql", "select * from events limit 3", "-w", shop],
        ["sql", "select * from stage_intervals limit 3", "-w", shop, "--json"],
        ["customer", "1", "-w", shop],
        ["import", str(tmp_path / "a.csv"), "--suggest", "-w", shop],
    ]
    (tmp_path / "a.csv").write_text("client,when\nada,2024-03-01 10:12\nbob,2024-03-02 11:00\n")
    done = subprocess.run(
        [sys.executable, "-c", BLOCK, json.dumps(blocked), json.dumps(commands)],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

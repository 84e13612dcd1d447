"""The command as a user starts it: a process of its own."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("parcours")
HEAVY = {"altair", "babel", "deltalake", "duckdb", "jinja2", "numba", "numpy", "pandas", "pyarrow"}


def parcours(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env=os.environ | more,
    )  # fmt: skip


def imported(code: str) -> set[str]:
    """The packages that a piece of Python imports."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json\nprint(json.dumps(list(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {name.partition(".")[0] for name in json.loads(told.stdout.splitlines()[-1])}


@pytest.mark.parametrize(
    "code",
    [
        "import parcours",
        "from parcours.cli import main; main(['--help'])",
        "from parcours.cli import main; main(['stages', '--help'])",
        "from parcours.cli import main; main(['stagse'])",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str) -> None:
    assert imported(code) & HEAVY == set()


def test_help_answers_in_a_blink() -> None:
    """In processor time, the fastest of several, for the build server is a busy machine."""
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert parcours("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3


def test_a_mistake_leaves_standard_output_empty(tmp_path: Path) -> None:
    ran = parcours("events", "-w", tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: ")
    assert "\x1b" not in ran.stderr


def test_a_broken_pipe_is_quiet(shop: Path) -> None:
    ran = subprocess.run(
        ["bash", "-c", f"'{COMMAND}' sql 'select * from range(200000)' --csv -w '{shop}' | head -n 1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == ("range\n", "")


def test_a_table_in_a_pipe_has_no_colours(shop: Path) -> None:
    ran = parcours("events", "-w", shop, COLUMNS="60")
    assert ran.returncode == 0, ran.stderr
    assert "\x1b" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 60
    assert ran.stderr == ""


def test_ctrl_c_in_an_import_is_clean_and_the_next_one_completes_it(tmp_path: Path) -> None:
    rows = (f"{n},c{n % 997},2024-03-01T00:00:00Z,visited\n" for n in range(300_000))
    (tmp_path / "many.csv").write_text("id,who,at,what\n" + "".join(rows))
    (tmp_path / "many.yaml").write_text(
        "name: many\ncustomer_id: who\ntime: at\nevents: [{name: all, event: {column: what}, event_id: id}]\n"
    )
    shop = tmp_path / "ws"
    assert parcours("init", shop).returncode == 0
    command: list[str | Path] = [
        COMMAND,
        "import",
        tmp_path / "many.csv",
        "-m",
        tmp_path / "many.yaml",
        "-w",
        shop,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (shop / "log" / "staging").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Run the same import again" in err
    assert "Traceback" not in err
    assert json.loads(parcours("events", "-w", shop, "--json").stdout) == {"events": []}
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (visited,) = json.loads(parcours("events", "-w", shop, "--json").stdout)["events"]
    assert visited["events"] == 300_000

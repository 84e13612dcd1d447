"""Every mistake gets one clear message on standard error, exit code 2, and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parcours.cli import main
from parcours.cli.mistakes import EXIT_CODE, Mistake, show_mistake

# What is typed, and what the message must say. SHOP stands for the workspace, TMP for an empty folder.
MISTAKES = {
    "unknown command": ("stagse", "No such command 'stagse'", "Did you mean"),
    "unknown option": ("stages -w SHOP --unti week", "No such option: --unti", "--unit"),
    "missing argument": ("customer -w SHOP", "Missing argument 'ID'", "parcours customer --help"),
    "unknown unit": ("stages -w SHOP --unit fortnight", "fortnight", "'day', 'week', 'month'"),
    "no workspace there": ("stages -w TMP/nowhere", "does not exist", "parcours init"),
    "a folder that is no workspace": ("stages -w TMP", "is not a workspace", "parcours init"),
    "a workspace that exists": ("init SHOP", "is not an empty folder", "Choose another name"),
    "unknown time zone": ("init TMP/new --zone Europe/Pari", "--zone 'Europe/Pari'", "Europe/Paris"),
    "unknown currency": ("init TMP/new --currency euro", "--currency 'euro'", ""),
    "unknown template": ("init TMP/new --template ecomerce", "no template 'ecomerce'", "ecommerce"),
    "wrong date": ("stages -w SHOP --from yesterday", "--from 'yesterday' is not a date", "2024-03-15"),
    "impossible date": ("growth -w SHOP --to 2024-02-30", "--to '2024-02-30' is not a date", "2024-03"),
    "end before start": ("stages -w SHOP --from 2024 --to 2023", "--to 2023 lies before --from 2024", "Swap"),
    "wrong horizon": ("lifecycle -w SHOP --horizon soon", "'soon' is not a duration", "30d"),
    "unknown customer": ("customer c999 -w SHOP", "no customer 'c999'", "parcours sql"),
    "no cell": ("stages -w SHOP --open loyalty", "names no cell", "--open stage="),
    "half a cell": ("stages -w SHOP --open period_start=2024-01-01", "names no stage", "awareness"),
    "a cell that is not there": ("stages -w SHOP --open stage=loyal", "no stage 'loyal'", "Known: "),
    "a column twice": ("stages -w SHOP --open stage=a --open stage=b", "names 'stage' twice", "once"),
    "unknown table": ("stages -w SHOP --table size", "no table 'size'", "'sizes'"),
    "unknown picture": ("growth -w SHOP --chart TMP/growth.pdf", "no format", ".svg, .png, .html"),
    "picture into nowhere": ("growth -w SHOP --chart TMP/no/growth.svg", "does not exist", "mkdir -p"),
    "map into nowhere": ("map -w SHOP -o TMP/no/map.html", "does not exist", "mkdir -p"),
    "map as a picture": ("map -w SHOP -o TMP/map.pdf", "no format", ".html"),
    "negative rows": ("events -w SHOP --rows -1", "'--rows'", "--help"),
}
SQL = {
    "COPY events TO 'stolen.csv'": "",
    "ATTACH 'other.db'": "",
    "INSERT INTO events SELECT * FROM events": "",
    "CREATE TABLE mine AS SELECT 1": "",
    "SELECT * FROM read_csv('parcours.toml')": "",
    "SELECT * FROM 'parcours.toml'": "",
    "INSTALL httpfs": "",
    "LOAD httpfs": "",
    "PRAGMA database_list": "",
    "SET enable_external_access = true": "",
    "SELECT 1; SELECT 2": "",
    "SELECT nothing FROM events": "nothing",
    "SELEKT 1": "SELEKT",
    "": "",
}


def told(text: str) -> list[str]:
    """The lines of a message, joined: one `error:` and at most one `hint:`."""
    assert text.count("error:") == 1, text
    assert text.count(" hint:") <= 1, text
    assert "Traceback" not in text
    return text.splitlines()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once(name: str, run: Callable[..., Any], shop: Path, tmp_path: Path) -> None:
    command, message, hint = MISTAKES[name]
    arguments = [part.replace("SHOP", str(shop)).replace("TMP", str(tmp_path)) for part in command.split()]
    ran = run(*arguments)
    assert ran.code == 2, ran
    assert ran.out == ""
    whole = " ".join(told(ran.err))
    assert message in whole
    assert hint in whole
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("question", SQL)
def test_sql_neither_writes_nor_reads_anything_else(
    question: str, run: Callable[..., Any], shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parcours.toml").write_text("secret = 1")
    ran = run("sql", question, "-w", shop)
    assert ran.code == 2, ran
    assert SQL[question] in " ".join(told(ran.err))
    assert "secret" not in ran.out + ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["parcours.toml"]


def test_a_script_gets_its_mistakes_as_json(run: Callable[..., Any], shop: Path) -> None:
    ran = run("customer", "c999", "-w", shop, "--json")
    assert ran.code == 2
    mistake = json.loads(ran.err)
    assert set(mistake) == {"code", "message", "hint"}
    assert mistake["code"] == "unknown-customer"
    assert json.loads(run("stages", "-w", shop, "--json", "--csv").err)["code"] == "query"
    usage = json.loads(run("stages", "--json", "--unti").err)
    assert usage["code"] == "usage"


def test_a_wrong_option_value_is_said_in_our_own_words(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stages", "-w", str(shop), "--unit", "fortnight"]) == EXIT_CODE
    told = capsys.readouterr().err
    assert "'--unit': 'fortnight' is not one of 'day', 'week', 'month', 'quarter', 'year'." in told


def test_control_characters_do_not_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_mistake(Mistake("input", "\x1b[31mred\x07 é", None), as_json=False)
    assert capsys.readouterr().err.splitlines()[-1].endswith(r"\x1b[31mred\x07 é")
    assert Mistake("input", "", None).exit_code == EXIT_CODE


def test_a_fault_of_ours_keeps_its_traceback(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("parcours.workspace.Workspace.ask", broken)
    with pytest.raises(RuntimeError, match="ours"):
        main(["stages", "-w", str(shop)])


def test_ctrl_c_ends_quietly(run: Callable[..., Any], shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("parcours.workspace.Workspace.ask", stopped)
    ran = run("stages", "-w", shop)
    assert ran.code == 130
    assert "Traceback" not in ran.err

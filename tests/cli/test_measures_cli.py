"""The commands that ask a measure: what they print is what the library answers, however the question is written."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import parcours
from parcours.cli.analyses import ANALYSES, COMPARABLE, FIELDS_FILE, descriptions
from parcours.cli.chart_words import in_language
from parcours.cli.output import plain_rows
from parcours.cli.words import FRENCH
from parcours.measures.contract import measures

if TYPE_CHECKING:
    from parcours.workspace import Workspace

STEPS = ("page_viewed", "signed_up", "order_completed")
SIGNED_THEN_ORDERED = "signed_up -> order_completed within 20d"
# a command line, the same in Python, and the same as the fields of a question file
ASKED: dict[str, tuple[list[str], Callable[[Workspace], Any], dict[str, Any]]] = {
    "funnel": (
        ["funnel", *STEPS, "--window", "20d", "--unit", "month"],
        lambda ws: ws.funnel(*STEPS, window="20d", unit="month"),
        {"steps": list(STEPS), "window": "20d", "unit": "month"},
    ),
    "funnel with all its flags": (
        [
            "funnel", *STEPS, "--window", "30d", "--by", "channel", "--order", "ordered", "--exclude", "order_refunded",
            "--entry", "first", "--count", "totals", "--attribution", "last_touch", "--top", "1",
            "--start", "2024-01-05", "--end", "2024-02", "--where", "channel=email,search",
        ],
        lambda ws: ws.funnel(
            *STEPS, window="30d", by="channel", order="ordered", exclude=["order_refunded"], entry="first",
            count="totals", attribution="last_touch", top=1, start=date(2024, 1, 5), end=date(2024, 2, 29),
            where={"channel": ["email", "search"]},
        ),
        {
            "steps": list(STEPS), "window": "30d", "by": "channel", "exclude": ["order_refunded"], "entry": "first",
            "count": "totals", "attribution": "last_touch", "top": 1, "start": "2024-01-05", "end": "2024-02-29",
            "where": {"channel": ["email", "search"]},
        },
    ),
    "funnel with conditions": (
        ["funnel", "page_viewed", "{event: order_completed, where: {value: {gte: 10}}}", "--window", "12d"],
        lambda ws: ws.funnel(
            "page_viewed", {"event": "order_completed", "where": {"value": {"gte": 10}}}, window="12d"
        ),
        {
            "steps": ["page_viewed", {"event": "order_completed", "where": {"value": {"gte": 10}}}],
            "window": "12d",
        },
    ),
    "correlation": (
        ["correlation", "page_viewed", "order_completed", "--window", "12d", "--property", "channel"],
        lambda ws: ws.correlation("page_viewed", "order_completed", window="12d", properties=["channel"]),
        {"steps": ["page_viewed", "order_completed"], "window": "12d", "properties": ["channel"]},
    ),
    "retention": (
        ["retention", "--from", "signed_up", "--return", "order_completed", "--unit", "week", "--mode", "first_time"],
        lambda ws: ws.retention("signed_up", "order_completed", "week", mode="first_time"),
        {"start_event": "signed_up", "return_event": "order_completed", "unit": "week", "mode": "first_time"},
    ),
    "retention by channel in brackets": (
        ["retention", "--by", "channel", "--unit", "day", "--alignment", "elapsed", "--bracket", "1-9", "--bracket",
         "10-40", "--times", "1", "--set", "rows=month"],
        lambda ws: ws.retention(
            unit="day", by="channel", alignment="elapsed", brackets=["1-9", "10-40"], rows="month"
        ),
        {"unit": "day", "by": "channel", "alignment": "elapsed", "brackets": ["1-9", "10-40"], "rows": "month"},
    ),
    "stickiness": (
        ["stickiness", "--unit", "month", "--event", "order_completed"],
        lambda ws: ws.stickiness("month", event="order_completed"),
        {"unit": "month", "event": "order_completed"},
    ),
    "paths": (
        ["paths", "--from", "page_viewed", "--split", "timeline", "--top", "2", "--steps", "4", "--no-collapse"],
        lambda ws: ws.paths(start_at="page_viewed", split="timeline", top=2, steps=4, collapse=False),
        {"start_at": "page_viewed", "split": "timeline", "top": 2, "steps": 4, "collapse": False},
    ),
    "transitions": (
        ["transitions", "--split", "timeline", "--exclude", "page_*"],
        lambda ws: ws.transitions(split="timeline", exclude=["page_*"]),
        {"split": "timeline", "exclude": ["page_*"]},
    ),
    "sequences": (
        ["sequences", SIGNED_THEN_ORDERED],
        lambda ws: ws.sequences(SIGNED_THEN_ORDERED),
        {"pattern": SIGNED_THEN_ORDERED},
    ),
    "sessions": (
        ["sessions", "--idle", "30m", "--by", "channel"],
        lambda ws: ws.sessions(idle="30m", by="channel"),
        {"idle": "30m", "by": "channel"},
    ),
    "sessions of the whole range": (
        ["sessions", "--set", "unit=null"],
        lambda ws: ws.sessions(unit=None),
        {"unit": None},
    ),
    "per property": (
        ["stickiness", "--per", "channel", "--as-of", "2024-02"],
        lambda ws: ws.stickiness(per="channel", as_of=parcours_moment("2024-02-29T23:59:59.999999+00:00")),
        {"per": "channel", "as_of": "2024-02"},
    ),
}  # fmt: skip


def parcours_moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def workspace(shop: Path) -> Workspace:
    return parcours.open(shop)


@pytest.mark.parametrize("name", ASKED)
def test_flags_and_files_ask_what_the_library_answers(
    name: str, run: Callable[..., Any], shop: Path, workspace: Workspace, tmp_path: Path
) -> None:
    command, ask, fields = ASKED[name]
    answer = {table: plain_rows(rows) for table, rows in ask(workspace).tables().items()}
    assert any(answer.values())
    ran = run(*command, "-w", shop, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == answer
    file = tmp_path / "question.yaml"
    file.write_text(json.dumps({"measure": command[0], **fields}), encoding="utf-8")
    for asked in (
        [command[0], "--query", file],
        ["ask", "--query", file],
        ["ask", command[0], "--query", file],
    ):
        ran = run(*asked, "-w", shop, "--json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out) == answer


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_people_get_tables_that_fit(name: str, language: str, run: Callable[..., Any], shop: Path) -> None:
    ran = run(*ASKED[name][0], "-w", shop, "--lang", language)
    assert ran.code == 0, ran.err
    assert max(len(line) for line in ran.out.splitlines()) <= 100
    assert ("95 %" in ran.out or "," in ran.out or "période" in ran.out) or language == "en"


@pytest.mark.parametrize("name", ASKED)
def test_csv_has_every_row_of_the_main_table(
    name: str, run: Callable[..., Any], shop: Path, workspace: Workspace
) -> None:
    command, ask, _ = ASKED[name]
    main = ask(workspace).to_arrow()
    rows = list(csv.DictReader(io.StringIO(run(*command, "-w", shop, "--csv").out)))
    assert len(rows) == main.num_rows


def test_flags_override_set_and_set_overrides_the_file(
    run: Callable[..., Any], shop: Path, tmp_path: Path
) -> None:
    file = tmp_path / "q.yaml"
    file.write_text("steps: [page_viewed, order_completed]\nwindow: 1d\ntop: 3\n", encoding="utf-8")

    def reached(*more: str) -> int:
        ran = run("funnel", "--query", file, "-w", shop, "--json", *more)
        return int(json.loads(ran.out)["steps"][1]["reached"])

    assert (reached(), reached("--set", "window=11d"), reached("--set", "window=11d", "--window", "2d")) == (
        0,
        20,
        0,
    )
    assert reached("signed_up", "page_viewed") == 0  # the steps of the command line, not those of the file


def test_any_measure_can_be_asked(run: Callable[..., Any], shop: Path, workspace: Workspace) -> None:
    ran = run(
        "ask", "growth", "--set", "events=[order_completed]", "--set", "unit=week", "-w", shop, "--json"
    )
    expected = workspace.growth("week", events=["order_completed"]).tables()
    assert json.loads(ran.out) == {name: plain_rows(table) for name, table in expected.items()}
    for name in set(measures()) - {"funnel", "correlation", "sequences", "last_steps", "touchpoints"}:
        assert run("ask", name, "-w", shop).code == 0, name


def test_a_funnel_for_people_tells_who_got_where(run: Callable[..., Any], shop: Path) -> None:
    ran = run("funnel", *STEPS, "--window", "20d", "-w", shop)
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["1", "page_viewed", "40", "100.0%", "(91.2–100.0)", "–", "0", "0", "–"] in lines
    assert [
        "2",
        "signed_up",
        "40",
        "100.0%",
        "(91.2–100.0)",
        "100.0%",
        "(91.2–100.0)",
        "20",
        "0",
        "1",
        "d",
    ] in lines
    (third,) = [line for line in lines if line[:2] == ["3", "order_completed"]]
    assert third[2:5] == ["20", "50.0%", "(35.2–64.8)"]


def test_a_retention_triangle_marks_what_is_not_over(run: Callable[..., Any], shop: Path) -> None:
    ran = run("retention", "--from", "signed_up", "--return", "order_completed", "-w", shop)
    lines = [line.split() for line in ran.out.splitlines()]
    assert "retention (* period not over)" in ran.out
    (january,) = [line for line in lines if line[:1] == ["2024-01-01"]]
    (whole,) = [line for line in lines if line[:1] == ["complete"]]
    assert january[1] == "30"
    assert january[-1].endswith("*")
    assert whole[1] == "40"
    assert not any(cell.endswith("*") for cell in whole)


def test_times_and_odds_are_written_as_people_say_them(run: Callable[..., Any], shop: Path) -> None:
    ran = run("transitions", "--split", "timeline", "-w", shop, "--lang", "fr")
    assert "1 j" in ran.out
    assert "9 j" in ran.out
    ran = run("correlation", "page_viewed", "order_completed", "-w", shop)
    assert "odds ratio" in ran.out
    assert "%)" in ran.out
    assert "may be chance" in ran.out or "clear" in ran.out


@pytest.mark.parametrize("name", ASKED)
def test_every_heading_has_its_french(name: str, workspace: Workspace) -> None:
    for table, rows in ASKED[name][1](workspace).tables().items():
        for column in {table, *rows.column_names}:
            words = column.replace("_", " ").removesuffix(" seconds")
            known = words in FRENCH or words.endswith((" low", " high")) or words.startswith("→")
            assert known, (name, table, words)


def test_every_answer_can_be_drawn(run: Callable[..., Any], shop: Path, tmp_path: Path) -> None:
    for name in (
        "funnel",
        "correlation",
        "retention",
        "stickiness",
        "paths",
        "transitions",
        "sequences",
        "sessions",
    ):
        picture = tmp_path / f"{name}.svg"
        ran = run(*ASKED[name][0], "-w", shop, "--chart", picture)
        assert ran.code == 0, ran.err
        assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_flags_are_told_in_the_words_of_the_question(run: Callable[..., Any]) -> None:
    assert json.loads(FIELDS_FILE.read_text(encoding="utf-8")) == descriptions()
    for analysis in (*ANALYSES, *COMPARABLE):
        fields = measures()[analysis.measure].question.model_fields
        for flag in analysis.flags:
            assert descriptions()[analysis.measure][flag.field] == fields[flag.field].description
    assert "Which attempt counts" in " ".join(run("funnel", "--help").out.split())


@pytest.mark.parametrize("command", ["funnel", "ask", "segment", "compare retention"])
def test_help_loads_nothing_heavy(command: str) -> None:
    code = f"from parcours.cli import main; main({[*command.split(), '--help']})\nimport sys; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.partition(".")[0] for name in told.splitlines()[-1].split()}
    assert loaded & {"altair", "duckdb", "numba", "numpy", "pandas", "pyarrow"} == set()


def test_an_empty_workspace_answers_with_nothing(run: Callable[..., Any], tmp_path: Path) -> None:
    run("init", tmp_path / "empty")
    for name in (
        "funnel",
        "correlation",
        "retention",
        "stickiness",
        "paths",
        "transitions",
        "sequences",
        "sessions",
    ):
        ran = run(*ASKED[name][0], "-w", tmp_path / "empty")
        assert ran.code == 0, ran.err


ENGLISH_WARNING = "warning: the log holds no event 'order_complete'. Did you mean 'order_completed'?\n"
FRENCH_WARNING = (
    "attention\u00a0: le journal ne contient aucun événement 'order_complete'. "
    "Vouliez-vous dire 'order_completed'\u00a0?\n"
)


@pytest.mark.parametrize(("language", "told"), [("en", ENGLISH_WARNING), ("fr", FRENCH_WARNING)])
def test_a_misspelt_event_does_not_pass_as_a_zero(language: str, told: str, run: Any, shop: Path) -> None:
    ran = run("funnel", "signed_up", "order_complete", "--lang", language, "-w", shop)
    assert (ran.code, ran.err) == (0, told)
    assert run("funnel", "signed_up", "order_completed", "-w", shop).err == ""


PROPERTY_WARNING = "warning: no event has a property 'chanel'. Did you mean 'channel'?\n"
FRENCH_PROPERTY_WARNING = (
    "attention\u00a0: aucun événement n’a de propriété 'chanel'. Vouliez-vous dire 'channel'\u00a0?\n"
)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("stages", "--by", "chanel"), PROPERTY_WARNING),
        (("stages", "--by", "chanel", "--lang", "fr"), FRENCH_PROPERTY_WARNING),
        (("funnel", "signed_up", "--hold", "chanel"), PROPERTY_WARNING),
        (("paths", "--item", "chanel"), PROPERTY_WARNING),
        (("retention", "--where", "chanel=email"), PROPERTY_WARNING),
        (("growth", "--per", "nothing_like_it"), "warning: no event has a property 'nothing_like_it'.\n"),
        (("stages", "--by", "profile.country"), "warning: no customer has a trait 'country'.\n"),
        (("stages", "--by", "channel"), ""),
        (("sessions", "--by", "n"), ""),
        (("stickiness", "--where", "value>10"), ""),
        (("paths",), ""),
    ],
)
def test_a_misspelt_property_does_not_pass_as_one_group(
    asked: tuple[str, ...], told: str, run: Any, shop: Path
) -> None:
    ran = run(*asked, "-w", shop)
    assert (ran.code, ran.err) == (0, told)


@pytest.mark.parametrize("command", ["stages", "growth", "lifecycle", "events", "retention"])
def test_an_empty_log_says_so_and_shows_no_january_1970(command: str, run: Any, tmp_path: Path) -> None:
    run("init", tmp_path / "empty")
    ran = run(command, "-w", tmp_path / "empty")
    assert (ran.code, ran.out, ran.err) == (0, "The log holds no events yet.\n", "")
    french = run(command, "-w", tmp_path / "empty", "--lang", "fr")
    assert french.out == "Le journal ne contient encore aucun événement.\n"
    scripted = run(command, "-w", tmp_path / "empty", "--json")
    assert scripted.err == "The log holds no events yet.\n"
    assert json.loads(scripted.out)


def test_what_was_known_on_a_day(run: Any, late: Path) -> None:
    question = ("funnel", "signed_up", "order_completed", "-w", late, "--json")
    then, now = (json.loads(run(*question, *more).out) for more in (("--as-known", "2024-03"), ()))
    workspace = parcours.open(late)
    known = workspace.as_known(datetime(2024, 3, 31, 23, tzinfo=UTC)).funnel("signed_up", "order_completed")
    assert then["steps"] == plain_rows(known.to_arrow("steps"))
    assert (then["steps"][0]["reached"], now["steps"][0]["reached"]) == (20, 40)
    day = json.loads(run(*question, "--as-known", "2024-04-01").out)
    assert day == now


def test_what_was_known_before_anything_was_is_refused(run: Any, late: Path) -> None:
    ran = run("stages", "-w", late, "--as-known", "2024-02-29")
    assert ran.code == 2
    assert "Nothing was known on 2024-02-29" in ran.err
    assert "first batch came at 2024-03-01" in ran.err
    saving = ("--open", "stage=awareness", "--save-segment", "them", "--as-known", "2024-03")
    assert "asked anew each time" in run("stages", "-w", late, *saving).err
    assert "is not a date" in run("stages", "-w", late, "--as-known", "yesterday").err


@pytest.mark.parametrize(
    ("measure", "kinds"), [("paths", ("ribbons", "step-matrix")), ("transitions", ("matrix", "graph"))]
)
def test_a_second_picture_can_be_drawn(
    measure: str, kinds: tuple[str, str], run: Any, shop: Path, tmp_path: Path
) -> None:
    drawn = {}
    for kind in kinds:
        file = tmp_path / f"{kind}.svg"
        assert run(measure, "-w", shop, "--split", "timeline", "--chart", file, "--as", kind).code == 0
        drawn[kind] = file.read_text(encoding="utf-8")
    circles = {kind: drawn[kind].count("mark-symbol") for kind in kinds}
    assert drawn[kinds[0]] != drawn[kinds[1]]
    assert (circles[kinds[1]] > 0) == (kinds[1] == "graph")
    assert "no file is named" in run(measure, "-w", shop, "--as", kinds[1]).err
    assert "is not one of" in run(measure, "-w", shop, "--as", "pie").err


@pytest.mark.parametrize("name", sorted(ASKED))
def test_charts_speak_french(name: str, workspace: Workspace) -> None:
    line, asked, _ = ASKED[name]
    english = asked(workspace).chart().to_dict()
    french = in_language(english, "fr")
    assert in_language(english, "en") == english
    left = {text for text in titles(french) if text in titles(english) and text not in SAME_IN_BOTH}
    assert not {text for text in left if not any(sign in text for sign in STEPS)}, line


def test_the_words_inside_a_picture_are_french(run: Any, shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.svg"
    run(
        "transitions",
        "-w",
        shop,
        "--split",
        "timeline",
        "--top",
        "1",
        "--chart",
        file,
        "--as",
        "graph",
        "--lang",
        "fr",
    )
    drawn = file.read_text(encoding="utf-8")
    assert "(autres)" in drawn
    assert "\u00a0% s’arrêtent là" in drawn
    assert "end here" not in drawn


SAME_IN_BOTH = {"source", "sessions", "date", "transitions", "-", "maximum"}


def titles(part: Any) -> set[str]:
    """Every title anywhere in a specification, as it would be shown."""
    if isinstance(part, list):
        return {text for one in part for text in titles(one)}
    if not isinstance(part, dict):
        return set()
    own = {part[key] for key in ("title", "subtitle") if isinstance(part.get(key), str)}
    return own | {
        text for key, one in part.items() if key not in ("data", "datasets") for text in titles(one)
    }

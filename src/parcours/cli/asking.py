"""``parcours funnel``, ``retention``, ``paths`` and the others: one way to ask them all.

A command is made from its row in ``analyses``: its own flags, and those that every question takes. Settings come from
``--query``, then ``--set``, then the flags; what comes later wins.
"""

from __future__ import annotations

from dataclasses import replace
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from parcours.cli.analyses import ANALYSES, Analysis, Flag, descriptions
from parcours.cli.cells import cell_of, show_customers
from parcours.cli.options import (
    AsCsv,
    AsJson,
    AsKnown,
    AsOf,
    Cell,
    ChartFile,
    End,
    EngineAddress,
    Rows,
    Start,
    TableName,
    WordsIn,
    WorkspaceFolder,
)
from parcours.cli.output import Form, show
from parcours.cli.periods import day_range, last_instant
from parcours.cli.places import open_workspace
from parcours.cli.question_files import question_of, read_question
from parcours.cli.question_texts import event_of, setting_of, where_of, yaml_value
from parcours.cli.words import say
from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from parcours.measures.contract import Query
    from parcours.workspace import Workspace

DAYS = ("--start", "--end")
NO_EVENTS = "The log holds no events yet."
QueryFile = Annotated[
    Path | None,
    typer.Option("--query", metavar="FILE", help="Fields of the question from a YAML file; flags override."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="Any other field of the question; the value is YAML."),
]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="CONDITION", help="Only such events: channel=email, value>=100, or YAML."),
]
SegmentName = Annotated[
    str | None, typer.Option("--segment", metavar="NAME", help="Only customers in this saved segment.")
]
Per = Annotated[
    str | None,
    typer.Option("--per", metavar="UNIT", help="Count the values of this property, not customers."),
]
SaveSegment = Annotated[
    str | None,
    typer.Option("--save-segment", metavar="ID", help="With --open: keep these customers as a segment."),
]
FirstDay = Annotated[
    str | None, typer.Option("--start", metavar="DATE", help="First day: 2024-03-15, 2024-03 or 2024.")
]
LastDay = Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last day, inside.")]
# name, annotation, default; in the order of the help
RANGE = (("start", FirstDay, None), ("end", LastDay, None))
ONE_SEGMENT = (("segment", SegmentName, None),)
MORE = (
    ("as_of", AsOf, None), ("as_known", AsKnown, None),
    ("per", Per, None), ("where", Where, None), ("query", QueryFile, None), ("set_", Set, None),
)  # fmt: skip
OPENING = (("open_cell", Cell, None), ("save_segment", SaveSegment, None))
SHOWING = (
    ("as_json", AsJson, False), ("as_csv", AsCsv, False), ("table", TableName, None), ("chart", ChartFile, None),
    ("rows", Rows, 50), ("lang", WordsIn, None), ("workspace", WorkspaceFolder, None),
    ("engine", EngineAddress, None),
)  # fmt: skip
MEASURE_NAME = Annotated[
    str | None, typer.Argument(metavar="MEASURE", help="Which measure; or the question file says it.")
]


def commands() -> list[tuple[str, Callable[..., None], str]]:
    """Every analysis as a command: name, function and purpose."""
    made = [(one.measure, _asker(one), one.purpose) for one in ANALYSES]
    return [*made, ("ask", _any_asker(), "ask any measure, with any of its settings")]


def _asker(analysis: Analysis) -> Callable[..., None]:
    def asked(**given: Any) -> None:
        given["picture"] = analysis.pictures.get(given.pop("as_", None) or "")
        ask(analysis.measure, analysis.flags, given, analysis.days)

    options = [
        *flag_options(analysis), *days_of(analysis), *ONE_SEGMENT, *MORE, *OPENING, *SHOWING, *_pictures(analysis),
    ]  # fmt: skip
    return as_command(asked, analysis.text, options)


def _any_asker() -> Callable[..., None]:
    def asked(**given: Any) -> None:
        ask(given["measure"], (), given, DAYS)

    text = (
        "Ask any measure, with any of its settings.\n\nThe reference of measures lists the fields; also for a measure "
        "that has no command of its own."
    )
    return as_command(
        asked, text, [("measure", MEASURE_NAME, None), *RANGE, *ONE_SEGMENT, *MORE, *OPENING, *SHOWING]
    )


def _pictures(analysis: Analysis) -> list[tuple[str, Any, Any]]:
    """The option that says which picture to draw, where there are several."""
    if not analysis.pictures:
        return []
    kind: Any = Literal[tuple(analysis.pictures)]
    told = "Which picture --chart draws; by default the first."
    return [("as_", Annotated[kind | None, typer.Option("--as", help=told)], None)]


def days_of(analysis: Analysis) -> tuple[tuple[str, Any, Any], ...]:
    """The options that say from when to when."""
    return (("start", Start, None), ("end", End, None)) if analysis.from_to else RANGE


def as_command(
    function: Callable[..., None], text: str, options: Iterable[tuple[str, Any, Any]]
) -> Callable[..., None]:
    """A function that takes anything, with the signature and the help of a command."""
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, annotation, default in options
    ]
    function.__doc__ = text
    function.__annotations__ = {one.name: one.annotation for one in parameters}
    vars(function)["__signature__"] = Signature(parameters)
    return function


def flag_options(analysis: Analysis) -> list[tuple[str, Any, Any]]:
    """The flags of one analysis as options, told in the words of the question's fields."""
    told = descriptions()[analysis.measure]
    return [(f"{flag.field}_", _annotation(flag, told[flag.field]), None) for flag in analysis.flags]


def _annotation(flag: Flag, told: str) -> Any:
    several = flag.kind in ("list", "events", "segments")
    kind: Any = {"number": int, "switch": bool}.get(flag.kind, list[str] if several else str)
    if "|" in flag.metavar:
        kind = Literal[tuple(flag.metavar.split("|"))]
    if flag.argument:
        return Annotated[kind | None, typer.Argument(metavar=flag.metavar, help=told)]
    metavar = None if flag.kind == "switch" or "|" in flag.metavar else flag.metavar
    more = " Repeat it for several." if several else ""
    return Annotated[kind | None, typer.Option(flag.option, metavar=metavar, help=f"{told}{more}")]


def ask(measure: str | None, flags: Iterable[Flag], given: dict[str, Any], days: tuple[str, str]) -> None:
    """Ask one question, and show its answer or the customers behind one cell of it."""
    form, shop = opened(given)
    name, asked = settings_of(shop, measure, flags, given, days)
    query = shop.question(name, **asked)
    _check_saving(given)
    if shop.is_empty:
        typer.echo(say(form.language, NO_EVENTS), err=not form.for_people)
        if form.for_people and form.chart is None:
            return
    else:
        _warn_of_absent(shop, query, form.language)
    if not given["open_cell"]:
        from parcours.cli.layouts import laid_out

        result = shop.ask(query)
        show(laid_out(name, result, query, form.language) if _for_reading(form) else result, form)
        return
    cell = cell_of(given["open_cell"])
    customers = shop.customers(query, cell)
    if given["save_segment"]:
        from parcours.cli.saved_cells import save_cell, tell_saved

        tell_saved(save_cell(shop, given["save_segment"], query, asked, cell), customers, form)
    else:
        show_customers(customers, form)


def _check_saving(given: dict[str, Any]) -> None:
    if not given["save_segment"]:
        return
    if not given["open_cell"]:
        raise QueryError(
            "--save-segment keeps the customers behind one cell, but no cell is open.",
            hint="Name the cell too, for example --open step=2 --open state=dropped.",
        )
    if given["as_known"]:
        raise QueryError(
            "--save-segment keeps a question that is asked anew each time, of all that is known by then.",
            hint="Leave out --as-known.",
        )


def _warn_of_absent(shop: Workspace, query: Query, language: str) -> None:
    """On standard error: a zero, or a single group, because of a misspelt name must not go unseen."""
    _warn(shop.absent_events(query), "warning: the log holds no event {name!r}.", language)
    _warn(shop.absent_properties(query), "warning: no event has a property {name!r}.", language)
    _warn(shop.absent_traits(query), "warning: no customer has a trait {name!r}.", language)


def _warn(absent: Mapping[str, str | None], text: str, language: str) -> None:
    for name, meant in absent.items():
        told = say(language, text, name=name)
        if meant is not None:
            told += " " + say(language, "Did you mean {meant!r}?", meant=meant)
        typer.echo(told, err=True)


def _for_reading(form: Form) -> bool:
    return form.for_people and form.table is None


def opened(given: dict[str, Any]) -> tuple[Form, Workspace]:
    """The form of the answer and the workspace that a command means."""
    form = Form(given["as_json"], given["as_csv"], given["table"], given["rows"], given["chart"])
    shop = open_workspace(given["workspace"], given["engine"])
    form = replace(form.within(shop, given["lang"]), picture=given.get("picture"))
    if form.picture is not None and form.chart is None:
        raise QueryError(
            "--as says which picture to draw, but no file is named.", hint="Name one: --chart paths.svg."
        )
    known = last_instant(given.get("as_known"), shop.settings.tz, "--as-known")
    return form, shop if known is None else shop.as_known(known)


def settings_of(
    shop: Workspace, measure: str | None, flags: Iterable[Flag], given: dict[str, Any], days: tuple[str, str]
) -> tuple[str, dict[str, Any]]:
    """The measure, and the settings of its question from the file, ``--set`` and the flags."""
    asked: dict[str, Any] = {}
    name = measure
    if given["query"] is not None:
        name, asked = read_question(given["query"], measure)
    if name is None:
        raise QueryError("No measure is named.", hint="For example: parcours ask funnel --query q.yaml")
    question_of(name)  # raises for a name that is none
    asked |= dict(setting_of(text) for text in given["set_"] or ())
    asked |= {
        flag.field: value
        for flag in flags
        if (value := flag_value(flag, given[f"{flag.field}_"], shop)) is not None
    }
    first, last = day_range(given.get("start"), given.get("end"), days)
    shared = {"start": first, "end": last, "segment": _segment(given.get("segment")), "per": given["per"]}
    asked |= {field: value for field, value in shared.items() if value is not None}
    if given["where"]:
        asked["where"] = where_of(given["where"])
    as_of = given["as_of"] or asked.pop("as_of", None)
    if as_of is not None:
        asked["as_of"] = last_instant(str(as_of), shop.settings.tz)
    return name, asked


def flag_value(flag: Flag, value: Any, shop: Workspace) -> Any:
    """What a flag says, as the question takes it; None when it is not given."""
    if value is None or value == []:
        return None
    match flag.kind:
        case "event":
            return event_of(value, flag.option)
        case "events":
            return [event_of(one, flag.metavar if flag.argument else flag.option) for one in value]
        case "segments":
            return {name: shop.segment(name) for name in value}
        case _:
            return value


def _segment(text: str | None) -> Any:
    """The name of a saved segment, or a condition in YAML."""
    if text is None or not text.lstrip().startswith("{"):
        return text
    return yaml_value(text, "--segment")

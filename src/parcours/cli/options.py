"""The options that several commands share, written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Unit = Literal["day", "week", "month"]
Language = Literal["en", "fr"]

WorkspaceFolder = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="FOLDER",
        envvar="PARCOURS_WORKSPACE",
        help="The workspace, a folder or s3://BUCKET/FOLDER; by default the one that the current folder lies in.",
    ),
]
EngineAddress = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ADDRESS",
        envvar="PARCOURS_ENGINE",
        help="Who counts: this machine, or a Spark cluster: spark://HOST:7077, sc://HOST.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print one table as CSV.")]
TableName = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="Which of the tables to print; by default all.")
]
ChartFile = Annotated[
    Path | None,
    typer.Option("--chart", metavar="FILE", help="Draw it into a file: .svg, .png or .html."),
]
Rows = Annotated[
    int, typer.Option("--rows", min=0, metavar="N", help="How many rows to show at most; 0 shows all.")
]
PeriodUnit = Annotated[Unit, typer.Option("--unit", help="The length of a period.")]
Start = Annotated[
    str | None,
    typer.Option("--start", "--from", metavar="DATE", help="First day: 2024-03-15, 2024-03 or 2024."),
]
End = Annotated[str | None, typer.Option("--end", "--to", metavar="DATE", help="Last day, inside.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Read no event after this day; by default all."),
]
AsKnown = Annotated[
    str | None,
    typer.Option(
        "--as-known", metavar="DATE", help="Answer from what had been received by the end of this day alone."
    ),
]
Cell = Annotated[
    list[str] | None,
    typer.Option(
        "--open",
        metavar="COLUMN=VALUE",
        help="List the customers behind one cell, named by its columns; repeat it for each column.",
    ),
]
WordsIn = Annotated[
    Language | None, typer.Option("--lang", help="Language; by default the one of the workspace.")
]

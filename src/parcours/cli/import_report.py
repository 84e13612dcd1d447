"""What an import tells people: what was read, what came of it, what was refused and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from parcours.cli.output import plain
from parcours.cli.words import heading, say, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.events.report import ImportReport

SEE_REFUSED = 'parcours sql "select * from quarantine"'


def report_for_programs(report: ImportReport) -> dict[str, Any]:
    """The report as JSON's own types."""
    told: dict[str, Any] = plain(asdict(report))
    return told


def print_report(report: ImportReport, language: str) -> None:
    """Print the report for people: figures, events by name, and the first rows that were refused."""
    import pyarrow as pa

    from parcours.cli.tables import print_table

    labels, values = zip(*report_rows(report, language), strict=True)
    print_table("import", pa.table({"what": labels, "how_many": values}), rows=0, language=language)
    if report.events_by_name:
        names = sorted(report.events_by_name, key=lambda name: (-report.events_by_name[name], name))
        counts = [report.events_by_name[name] for name in names]
        print_table("new_events", pa.table({"event": names, "events": counts}), rows=20, language=language)
    if report.examples:
        refused = pa.Table.from_pylist([asdict(example) for example in report.examples])
        print_table("refused_first", refused, rows=0, language=language)
        typer.echo()
        typer.echo(say(language, "See all refused rows: {command}", command=SEE_REFUSED))


def report_rows(report: ImportReport, language: str) -> list[tuple[str, str]]:
    """What was counted, in words, and how many; a count of nothing is left out, but for rows and new events."""
    counted = [
        ("events already there", report.duplicates),
        ("new observations", report.observations),
        ("new traits", report.traits),
        ("amounts rounded", report.rounded),
        ("mended rows", report.resolved),
        ("of erased customers, left out", report.erased),
        *_by_reason("left out", report.left_out, language),
        *_by_reason("refused", report.quarantined, language),
    ]
    always = [("rows read", report.rows), ("new events", report.events)]
    if report.events:
        always.append(("customers", report.customers))
    rows = [
        (heading(label, language), written(count, language))
        for label, count in [*always, *(one for one in counted if one[1])]
    ]
    for label, moment in (("first event", report.first), ("last event", report.last)):
        if moment is not None:
            rows.append((heading(label, language), moment.strftime("%Y-%m-%d %H:%M:%S")))
    return rows


def _by_reason(label: str, counts: Mapping[str, int], language: str) -> list[tuple[str, int]]:
    """``refused: the time is not written …``, most frequent first."""
    from parcours.events.problems import REASONS

    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [
        (
            say(
                language,
                "{label}: {message}",
                label=heading(label, language),
                message=say(language, REASONS.get(reason, reason).replace("{", "{{").replace("}", "}}")),
            ),
            count,
        )
        for reason, count in ordered
    ]

"""Keeping the customers behind a cell: a saved cell is a segment that follows the data."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import typer

from parcours.cli.output import Form, as_json
from parcours.cli.words import say, written
from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.journeys.segments import SegmentDocument
    from parcours.measures.contract import Query
    from parcours.workspace import Workspace


def save_cell(
    shop: Workspace, segment: str, query: Query, asked: Mapping[str, Any], cell: Mapping[str, str]
) -> SegmentDocument:
    """Keep a cell of the answer to ``query`` as a segment. What ``asked`` left open stays open."""
    from parcours.measures.contract import measures

    if query.per != "customer":
        raise QueryError(
            f"A segment is made of customers, but the question counts {query.per}.",
            hint="Ask it without --per.",
        )
    measure = next(name for name, one in measures().items() if one.question is type(query))
    document = {
        "kind": "segment",
        "id": segment,
        "title": f"{measure}: {', '.join(f'{column} {value}' for column, value in cell.items())}",
        "cell": {"measure": measure, "question": settings_kept(query, asked), "at": dict(cell)},
    }
    return shop.save_segment(as_yaml(document))


def settings_kept(query: Query, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, in plain values that ask the same question again."""
    given = {"as_of_us" if name == "as_of" else name for name in asked} - {"rules"}
    kept = query.model_dump(mode="json", by_alias=True, include=given, exclude_defaults=True)
    if isinstance(asked.get("segment"), str):
        kept["segment"] = asked["segment"]
    return kept


def as_yaml(value: Mapping[str, Any]) -> str:
    """Plain values as YAML, in the order given."""
    from ruamel.yaml import YAML

    writer: Any = YAML(typ="safe", pure=True)
    out = io.StringIO()
    writer.default_flow_style, writer.sort_base_mapping_type_on_output = False, False
    writer.allow_unicode, writer.width = True, 120
    writer.dump(dict(value), out)
    return out.getvalue()


def tell_saved(document: SegmentDocument, customers: Sequence[str], form: Form) -> None:
    """Say what was kept, and how many customers are in it now."""
    if form.for_people:
        count = written(len(customers), form.language)
        typer.echo(
            say(
                form.language,
                "Saved the segment {name}: {count} customers now.",
                name=document.id,
                count=count,
            )
        )
        return
    typer.echo(as_json({"segment": document.id, "customers": len(customers)}))

"""The open journey format (``.ojf``): JSON with stages, swimlanes and nodes that stand in both.

A node becomes an item of its lane; a lane of touchpoints, or else of actions, gives the columns, and a stage without
such nodes becomes one column. Scores of −5…5 become −2…+2. Files that say ``metadata`` and ``stage`` instead of
``stages`` are read too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from parcours.errors import DocumentError
from parcours.journeys.imports.drafts import (
    Draft,
    Felt,
    Hurt,
    Imported,
    Part,
    Point,
    Role,
    Said,
    documents_of,
    title_of,
)
from parcours.journeys.imports.lanes import lane_of
from parcours.journeys.losses import not_read

ENDINGS: tuple[str, ...] = (".ojf", ".json")

MAX_NODES = 5_000
_SEVERITY = {"low": 2, "medium": 3, "high": 5}
_KEPT = frozenset(
    {
        "stageId",
        "stage",
        "swimlaneId",
        "swimlane",
        "title",
        "description",
        "severity",
        "score",
        "isMomentOfTruth",
        "id",
    }
)


@dataclass(frozen=True)
class _Node:
    stage: str
    lane: str
    text: str
    detail: str
    score: float | None
    severity: int
    moment: bool


def recognises(text: str) -> bool:
    """Whether a text is JSON with nodes in stages."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("nodes"), list)


def read(text: str, *, file: str) -> Imported:
    """The documents of an OJF file; raises DocumentError when it is no such file."""
    whole = _parsed(text, file)
    stages = _named(whole.get("stages", whole.get("stage")))
    lanes = _named(whole.get("swimlanes", whole.get("swimlane")))
    nodes, unplaced = _nodes(whole.get("nodes"), stages, lanes, file)
    parts = tuple(
        Part(title, _points(title, [one for one in nodes if one.stage == key]))
        for key, title in stages.items()
    )
    metadata = whole.get("metadata")
    about: dict[str, Any] = metadata if isinstance(metadata, dict) else whole
    losses = not_read(unplaced) + not_read(_extra(whole["nodes"]))
    title = _word(about, "title") or _word(about, "name") or _word(whole, "pointOfView") or title_of(file)
    draft = Draft(title, parts, _roles(whole.get("persona", about.get("persona"))), losses=losses)
    return documents_of(draft, file=file)


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        whole = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise DocumentError(f"it is no JSON: {error.msg}.", file=file, line=error.lineno) from None
    except (ValueError, RecursionError):
        raise DocumentError("it is nested too deeply, or holds endless numbers.", file=file) from None
    if not isinstance(whole, dict) or not isinstance(whole.get("nodes"), list):
        raise DocumentError("an OJF file is an object with 'stages', 'swimlanes' and 'nodes'.", file=file)
    if len(whole["nodes"]) > MAX_NODES:
        raise DocumentError(f"{len(whole['nodes']):,} nodes are more than a journey map has.", file=file)
    return whole


def _named(listed: Any) -> dict[str, str]:
    """Titles by id, of ``[{id, name}]`` or of bare names."""
    found: dict[str, str] = {}
    for place, one in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(one, str):
            found[one] = one
        elif isinstance(one, dict):
            title = _word(one, "name") or _word(one, "title") or f"{place + 1}"
            found[str(one.get("id", title))] = title
    return found


def _nodes(
    listed: Any, stages: Mapping[str, str], lanes: Mapping[str, str], file: str
) -> tuple[list[_Node], list[str]]:
    """The nodes that stand in a stage, and the titles of those that do not."""
    placed: list[_Node] = []
    unplaced: list[str] = []
    for one in listed:
        if not isinstance(one, dict):
            raise DocumentError("every node is an object.", file=file)
        stage = str(one.get("stageId", one.get("stage", "")))
        lane = str(one.get("swimlaneId", one.get("swimlane", "")))
        text = _word(one, "title") or _word(one, "description")
        if stage in stages and text:
            detail = _word(one, "description") if _word(one, "title") else ""
            severity = _SEVERITY.get(str(one.get("severity")).lower(), 3)
            moment = one.get("isMomentOfTruth") is True
            placed.append(
                _Node(stage, lanes.get(lane, lane), text, detail, _score(one.get("score")), severity, moment)
            )
        else:
            unplaced.append(text or "…")
    return placed, unplaced


def _points(stage: str, nodes: Sequence[_Node]) -> tuple[Point, ...]:
    """The columns of one stage: its touchpoints, else its actions, else the stage itself."""
    for kind in ("touchpoints", "touchpoint", "doing"):
        heads = [node for node in nodes if lane_of(node.lane) == kind]
        if heads:
            break
    points = [_headed(Point(node.text), node) for node in heads] or [Point(stage)]
    for node in nodes:
        if not heads or lane_of(node.lane) != kind:
            points[0] = _added(points[0], node)
    return tuple(points)


def _headed(point: Point, node: _Node) -> Point:
    said = [Said(node.detail)] if node.detail else []
    return _felt(replace(point, moment_of_truth=node.moment), node).with_items("doing", "", said)


def _added(point: Point, node: _Node) -> Point:
    kind = lane_of(node.lane)
    text = f"{node.text}: {node.detail}" if node.detail else node.text
    if kind == "emotion" and node.score is not None:
        return replace(point, felt=(*point.felt, Felt(node.score, text)))
    point = _felt(point, node) if not point.felt else point
    if kind == "pains":
        return replace(point, pains=(*point.pains, Hurt(text, node.severity)))
    return point.with_items(kind, node.lane, [Said(text)])


def _felt(point: Point, node: _Node) -> Point:
    return point if node.score is None else replace(point, felt=(*point.felt, Felt(node.score)))


def _score(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return None
    if isinstance(given, float) and isnan(given):
        return None
    return round(max(-5, min(5, given)) * 0.4, 3)


def _roles(given: Any) -> tuple[Role, ...]:
    if isinstance(given, str) and given.strip():
        return (Role(given.strip()),)
    if isinstance(given, dict) and _word(given, "name"):
        return (Role(_word(given, "name"), _word(given, "description") or _word(given, "role")),)
    return ()


def _extra(nodes: Sequence[Any]) -> list[str]:
    """The keys of nodes that have no place here."""
    return sorted({key for node in nodes if isinstance(node, dict) for key in node if key not in _KEPT})


def _word(part: Mapping[str, Any], key: str) -> str:
    value = part.get(key)
    return value.strip() if isinstance(value, str) else ""

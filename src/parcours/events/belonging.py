"""Whose a refused row is: told by the columns that its mapping names as ids, or guessed where it could not be read."""

from __future__ import annotations

import json
import re
from typing import Any

from parcours.events import sql_text as sql
from parcours.events.file_run import FileRun
from parcours.events.schema import ANONYMOUS

_BETWEEN_FIELDS = re.compile(r"[,;|\t\x1f]")


def people_sql(run: FileRun) -> str:
    """SQL of the customer keys that a mapping reads from a row, as a JSON list of texts."""
    mapping, table = run.mapping, run.table
    parts = [*(mapping.with_defaults(part) for part in mapping.events), *mapping.traits]
    pairs = {(part.customer_id, part.anonymous_id) for part in parts}
    own = {(mapping.customer_id, mapping.anonymous_id)} if (None, None) in pairs else set()
    keys = []
    for known, anonymous in sorted(pairs | own, key=str):
        texts = [table.text(known)] if known else []
        texts += [f"{sql.literal(ANONYMOUS)} || {table.text(anonymous)}"] if anonymous else []
        keys += [f"coalesce({', '.join(texts)})"] if texts else []
    if not keys:
        return "'[]'"
    return f"CAST(to_json(list_sort(list_distinct([{', '.join(keys)}]))) AS VARCHAR)"


def keys_of(people: str | None, row: str | None, value: str | None) -> set[str]:
    """The customer keys that a row of the quarantine may belong to.

    A row that could not be read has no columns to go by: each of its fields, as known and as anonymous id, may be.
    """
    if people is not None:
        return {key for key in json.loads(people) if key}
    texts = [value or "", *_texts(json.loads(row) if row else None)]
    fields = {part.strip().strip("\"'").strip() for text in texts for part in _BETWEEN_FIELDS.split(text)}
    whole = {text.strip() for text in texts}
    ids = {one for one in fields | whole if one}
    return ids | {f"{ANONYMOUS}{one}" for one in ids}


def _texts(given: Any) -> list[str]:
    if isinstance(given, dict):
        return [text for part in given.values() for text in _texts(part)]
    if isinstance(given, list):
        return [text for part in given for text in _texts(part)]
    return [] if given is None else [given if isinstance(given, str) else json.dumps(given)]

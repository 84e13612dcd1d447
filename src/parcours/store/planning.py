"""What an apply would do, worked out before anything is written: the documents to keep, and the changes in words.

Everything is checked here: each document, what documents say of each other, and whether somebody else has changed
the same document since the folder was made from a kept version. Pure: it reads values, and touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from parcours.errors import ConflictError, DocumentError
from parcours.journeys.diff import Change, diff
from parcours.journeys.reading import Key, Written, WrittenDocuments, gathered, path_of
from parcours.journeys.references import check_references
from parcours.store.document_store import Draft, Version, draft_of, model_of

State = Mapping[Key, Version]


@dataclass(frozen=True)
class Plan:
    """An apply that has not been done. ``onto`` is the version that it was worked out on.

    ``quiet`` are documents whose text changes and whose meaning does not (comments, order, place of the file).
    ``found`` is what the workspace held before anything was ever kept; ``writes`` are the files of the workspace to
    replace, None when they are the source themselves."""

    onto: int
    drafts: tuple[Draft, ...]
    changes: tuple[Change, ...]
    quiet: tuple[Key, ...]
    found: tuple[Draft, ...] = ()
    writes: Mapping[str, str | None] | None = None  # path -> the text that is there now


def plan_own(own: WrittenDocuments, kept: State, *, onto: int) -> Plan:
    """To keep the files of the workspace as they are: what is no longer there is deleted."""
    check_references(own)
    return _plan(own.written, kept, onto)


def plan_other(
    given: WrittenDocuments, own: WrittenDocuments, kept: State, *, onto: int, remove_missing: bool
) -> Plan:
    """To bring other documents into the workspace; those that are not given stay, unless they are to be removed.

    Raises ConflictError when the workspace's own files hold changes that were never kept."""
    found = () if onto else tuple(draft_of(one) for one in own.written.values())
    if onto:
        _check_all_kept(own, kept)
    merged = _merged(given, own, remove_missing=remove_missing)
    check_references(WrittenDocuments(merged))
    before = {one.key: one for one in _as_versions(found)} if found else kept
    plan = _plan(merged, before, onto + bool(found))
    paths = [draft.path for draft in plan.drafts]
    texts = own.texts
    return replace(plan, onto=onto, found=found, writes={path: texts.get(path) for path in paths})


def check_not_changed(given: Iterable[Key], mine: Mapping[Key, Written], then: State, kept: State) -> None:
    """Raise ConflictError when a given document was changed by somebody else since ``then``, and is not as kept now."""
    told = []
    for key in given:
        before, now = then.get(key), kept.get(key)
        if (before and before.text) == (now and now.text):
            continue
        my_text = mine[key].text if key in mine else None
        if my_text != (now.text if now else None):
            who = f" by {now.who}, {now.at:%Y-%m-%d %H:%M} UTC" if now else ""
            told.append(f"{'/'.join(key)} ({'changed' if now else 'deleted'}{who})")
    if told:
        raise ConflictError(
            f"Somebody else has changed the same documents since yours were taken: {'; '.join(told)}.",
            hint="Write the newest ones into another folder (parcours documents export FOLDER), bring the two "
            "together, and apply with --onto and the newest version. Nothing was written.",
        )


def _plan(merged: Mapping[Key, Written], kept: State, onto: int) -> Plan:
    drafts = [draft_of(one) for key, one in merged.items() if not _same(one, kept.get(key))]
    gone = [Draft(key, one.path, "", "null", deleted=True) for key, one in kept.items() if key not in merged]
    before = gathered(
        merged[key].document if key in merged and merged[key].text == one.text else model_of(one)
        for key, one in kept.items()
    )
    changes = diff(before, gathered(one.document for one in merged.values()))
    told = {change.document for change in changes}
    quiet = tuple(draft.key for draft in drafts if draft.key not in told)
    return Plan(onto, (*drafts, *gone), changes, quiet)


def _same(one: Written, kept: Version | None) -> bool:
    return kept is not None and (one.text, one.path) == (kept.text, kept.path)


def _check_all_kept(own: WrittenDocuments, kept: State) -> None:
    changed = [one.path for key, one in own.written.items() if not _same(one, kept.get(key))]
    changed += [one.path for key, one in kept.items() if key not in own.written]
    if changed:
        shown = ", ".join(sorted(changed)[:5]) + (", …" if len(changed) > 5 else "")
        raise ConflictError(
            f"The workspace's own files hold changes that are not kept yet: {shown}.",
            hint="Keep them first: parcours apply",
        )


def _merged(given: WrittenDocuments, own: WrittenDocuments, *, remove_missing: bool) -> dict[Key, Written]:
    """All documents together; a given one takes the file of the one that it replaces."""
    replaced = {key for key in own.written if key[0] == "lifecycle" and given.documents.lifecycle is not None}
    stay = {} if remove_missing else {k: one for k, one in own.written.items() if k not in replaced}
    merged = {key: one for key, one in stay.items() if key not in given.written}
    taken = {one.path: one for one in merged.values()}
    for key, one in given.written.items():
        path = own.written[key].path if key in own.written else one.path
        if key[0] == "lifecycle" or path in taken:
            path = path_of(*key)
        if path in taken:
            other = taken[path]
            raise DocumentError(
                f"its file {path} in the workspace is taken by {'/'.join(other.key)}.",
                file=one.shown,
                hint="Give it another id, or move the other one.",
            )
        merged[key] = taken[path] = replace(one, path=path, file=one.shown)
    return merged


def _as_versions(found: Iterable[Draft]) -> Iterable[Version]:
    """Drafts as if they were kept already, for working out what comes after."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(0, UTC)
    for one in found:
        yield Version(one.key, 1, None, 1, moment, "", "", False, one.path, one.text, one.canonical)

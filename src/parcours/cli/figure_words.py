"""What a change does to the figures, in words: "reached: 1,203 → 980"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.cli.output import plain
from parcours.cli.words import say, written

if TYPE_CHECKING:
    from parcours.maps.figure_changes import FigureChange

_SENTENCES = {
    "customers": "customers at “{title}”: {before} → {after}",
    "reached": "on the way, “{title}” is reached by {before} → {after}",
    "moving_on": "on the way, {before} → {after} go on from “{title}”",
    "completion": "{before} → {after} of “{title}” come to the end",
    "metric": "“{title}” measured: {before} → {after}",
    "emotion": "emotion measured at “{title}”: {before} → {after}",
    "size": "customers in “{title}”: {before} → {after}",
    "lapse": "{before} → {after} of stays in “{title}” lapse",
}
_STATUS = {
    "on_target": "on target",
    "watch": "watch",
    "off_target": "off target",
    "no_target": "no target",
    "no_data": "no data",
    "too_few": "too few",
}


def figure_said(change: FigureChange, language: str) -> str:
    """One figure before and after, with what it rests on and, for a metric, its status."""
    text = say(
        language,
        _SENTENCES[change.what],
        title=change.title,
        before=_value(change.before, change.unit, language),
        after=_value(change.after, change.unit, language),
    )
    notes = []
    if change.n_after is not None:
        notes.append(f"n {written(change.n_before or 0, language)} → {written(change.n_after, language)}")
    if change.status_before != change.status_after:
        statuses = (say(language, _STATUS[one]) for one in (change.status_before, change.status_after))
        notes.append(" → ".join(statuses))
    return f"{text} ({'; '.join(notes)})" if notes else text


def plain_figure(change: FigureChange) -> dict[str, Any]:
    """A figure before and after as JSON has it."""
    fields = (
        "what",
        "title",
        "unit",
        "before",
        "after",
        "n_before",
        "n_after",
        "status_before",
        "status_after",
    )
    return {name: plain(getattr(change, name)) for name in fields}


def _value(value: float | None, unit: str, language: str) -> str:
    if value is None:
        return say(language, "nothing known")
    if unit == "share":
        text = f"{100 * value:.1f}%"
        return text.replace(".", ",").replace("%", "\u202f%") if language == "fr" else text
    if value == int(value):
        return written(int(value), language)
    text = f"{value:,.2f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text

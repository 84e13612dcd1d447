"""What a check found, as plain values that can be said in English and in French."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "fr"]
Severity = Literal["problem", "warning", "note"]
Parameter = str | int | float | None  # a float is a share

_MESSAGES: dict[str, dict[Language, str]] = {
    "no-events": {
        "en": "The log holds no events yet, so no stage can be measured.",
        "fr": "Le journal ne contient encore aucun événement : aucune étape ne peut être mesurée.",
    },
    "stage-unreachable": {
        "en": "Nobody can enter the stage “{stage}”: the events it waits for never occur.",
        "fr": "Personne ne peut entrer dans l’étape « {stage} » : aucun des événements attendus n’apparaît.",
    },
    "event-misspelt": {
        "en": "The stage “{stage}” names the event {event}, which never occurs. Did you mean {meant}?",
        "fr": "L’étape « {stage} » cite l’événement {event}, qui n’apparaît jamais. Vouliez-vous dire {meant} ?",
    },
    "event-never-seen": {
        "en": "The stage “{stage}” names what never occurs: {events}.",
        "fr": "L’étape « {stage} » cite ce qui n’apparaît jamais : {events}.",
    },
    "activity-misspelt": {
        "en": "The event {event} should count as activity, but never occurs. Did you mean {meant}?",
        "fr": "L’événement {event} devrait compter comme activité, mais n’apparaît jamais. Vouliez-vous dire {meant} ?",
    },
    "activity-never-seen": {
        "en": "What should count as activity never occurs: {events}.",
        "fr": "Ce qui devrait compter comme activité n’apparaît jamais : {events}.",
    },
    "stage-never-lapses": {
        "en": "The stage “{stage}” has no lapse rule: a silent customer stays in it for ever.",
        "fr": "L’étape « {stage} » n’a pas de délai d’inactivité : un client silencieux y reste toujours.",
    },
    "event-in-no-stage": {
        "en": "No stage names the event {event} ({count}, {share} of all events).",
        "fr": "Aucune étape ne cite l’événement {event} ({count}, soit {share} des événements).",
    },
}


@dataclass(frozen=True)
class Finding:
    """One finding: ``key`` and ``parameters`` for machines, ``message`` for people.

    A *problem* leaves a stage without figures, a *warning* makes figures smaller than the truth, a *note* is
    worth knowing. ``stage`` is the id of the stage it is about, None when it is about the whole.
    """

    severity: Severity
    key: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    stage: str | None = None

    def message(self, language: Language = "en") -> str:
        """The finding in a sentence or two."""
        words = {name: _written(value, language) for name, value in self.parameters.items()}
        said = _MESSAGES[self.key][language].format(**words)
        return _french_spaces(said) if language == "fr" else said


def _french_spaces(text: str) -> str:
    """No line breaks before the signs that French sets apart."""
    for plain, kept in (
        ("« ", "«\u00a0"),
        (" »", "\u00a0»"),
        (" :", "\u00a0:"),
        (" ?", "\u202f?"),
        (" %", "\u202f%"),
    ):
        text = text.replace(plain, kept)
    return text


def _written(value: Parameter, language: Language) -> str:
    """A parameter as people read it: 12,345 and 12.3% in English, 12 345 and 12,3 % in French."""
    if isinstance(value, float):
        text = "<0.1" if 0 < value < 0.0005 else f"{100 * value:.1f}"
        return f"{text}%" if language == "en" else f"{text.replace('.', ',')} %"
    if isinstance(value, int):
        return f"{value:,}" if language == "en" else f"{value:,}".replace(",", "\u202f")
    return str(value)

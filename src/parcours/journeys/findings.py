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

# Who waits for an event, in the sentences below.
_WHOSE: dict[str, dict[Language, str]] = {
    "touchpoint": {
        "en": "The touchpoint “{touchpoint}” of the journey “{title}”",
        "fr": "Le point de contact « {touchpoint} » du parcours « {title} »",
    },
    "journey": {"en": "The value of the journey “{title}”", "fr": "La valeur du parcours « {title} »"},
    "lifecycle": {
        "en": "The funnel or the retention of the lifecycle “{title}”",
        "fr": "L’entonnoir ou la rétention du cycle de vie « {title} »",
    },
    "metric": {"en": "The metric “{title}”", "fr": "L’indicateur « {title} »"},
    "feedback": {"en": "The feedback source “{title}”", "fr": "La source d’avis « {title} »"},
    "pain-point": {"en": "The pain point “{title}”", "fr": "Le point de douleur « {title} »"},
    "persona": {"en": "The segment of the persona “{title}”", "fr": "Le segment du persona « {title} »"},
    "segment": {"en": "The segment “{title}”", "fr": "Le segment « {title} »"},
}
_MESSAGES |= {
    f"{kind}-event-misspelt": {
        "en": f"{whose['en']} waits for the event {{event}}, which never occurs. Did you mean {{meant}}?",
        "fr": f"{whose['fr']} attend l’événement {{event}}, qui n’apparaît jamais. Vouliez-vous dire {{meant}} ?",
    }
    for kind, whose in _WHOSE.items()
}
_MESSAGES |= {
    f"{kind}-event-never-seen": {
        "en": f"{whose['en']} waits for what never occurs: {{events}}.",
        "fr": f"{whose['fr']} attend ce qui n’apparaît jamais : {{events}}.",
    }
    for kind, whose in _WHOSE.items()
}
_MESSAGES |= {
    f"{kind}-unused": {
        "en": f"No other document names the {english} “{{title}}” ({{id}}).",
        "fr": f"Aucun autre document ne cite {french} « {{title}} » ({{id}}).",
    }
    for kind, english, french in (
        ("persona", "persona", "le persona"),
        ("channel", "channel", "le canal"),
        ("metric", "metric", "l’indicateur"),
        ("feedback", "feedback source", "la source d’avis"),
    )
}


@dataclass(frozen=True)
class Finding:
    """One finding: ``key`` and ``parameters`` for machines, ``message`` for people.

    A *problem* leaves a stage without figures, a *warning* makes figures smaller than the truth, a *note* is
    worth knowing. ``stage`` is the id of the stage it is about, None when it is about the whole. ``document`` is the
    other document (kind/id) it is about, and ``place`` where in it; ``file`` and ``line`` where that is written.
    """

    severity: Severity
    key: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    stage: str | None = None
    document: str | None = None
    place: tuple[str | int, ...] = ()
    file: str | None = None
    line: int | None = None

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

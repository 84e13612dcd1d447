"""A drafted journey as the YAML that a team goes on with: comments say what each line rests on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from parcours.maps.draft import NARROWS, Draft, DraftTouchpoint
from parcours.maps.narrative_words import percent, whole
from parcours.settings import Language

_WORDS: dict[str, dict[Language, str]] = {
    "head": {
        "en": "Drafted from the log alone, from {n} newcomers. Rename, move, delete: it shows what is frequent, not "
        "what matters.",
        "fr": "Brouillon tiré du seul journal, sur {n} nouveaux venus. À renommer, déplacer, supprimer : il montre ce "
        "qui est fréquent, pas ce qui compte.",
    },
    "title": {"en": "I …", "fr": "Je …"},
    "phase": {"en": "Phase {number}", "fr": "Phase {number}"},
    "narrow": {
        "en": "the way narrows here: {share} of those before come this far",
        "fr": "le chemin se resserre ici : {share} des précédents arrivent jusqu’ici",
    },
    "customers": {"en": "{n} customers", "fr": "{n} clients"},
    "going_on": {"en": "{share} of them get to the next", "fr": "{share} d’entre eux arrivent au suivant"},
    "channels": {"en": "channels seen: {list}", "fr": "canaux vus : {list}"},
    "optional": {
        "en": "most of those who reach the goal do so without it",
        "fr": "la plupart de ceux qui atteignent le but s’en passent",
    },
    "left_out": {"en": "Too rare to be shown: {list}.", "fr": "Trop rares pour figurer ici : {list}."},
    "window": {
        "en": "nine in ten of those who get through take so long or less",
        "fr": "neuf sur dix de ceux qui arrivent au bout mettent ce temps ou moins",
    },
}


def draft_yaml(draft: Draft, *, journey_id: str = "drafted", language: Language = "en") -> str:
    """The journey document as text, comments included."""
    return "\n".join(_Writer(draft, language).lines(journey_id)) + "\n"


@dataclass(frozen=True)
class _Writer:
    draft: Draft
    language: Language

    def say(self, key: str, **given: str) -> str:
        return _WORDS[key][self.language].format(**given)

    def lines(self, journey_id: str) -> list[str]:
        draft = self.draft
        found = [
            f"# {self.say('head', n=whole(draft.newcomers, self.language))}",
            "kind: journey",
            f"id: {journey_id}",
            f'title: "{self.say("title")}"',
            "status: unmapped",
            f"window: {draft.window}  # {self.say('window')}",
        ]
        if draft.value_event is not None:
            found.append(f"value: {_quoted(draft.value_event)}")
        found.append("phases:")
        before: DraftTouchpoint | None = None
        for number, phase in enumerate(draft.phases, 1):
            head = next((point for point in phase if not point.optional), phase[0])
            found.append(f"  - id: phase-{number}")
            narrow = ""
            if before is not None and head.customers < NARROWS * before.customers:
                share = percent(head.customers / before.customers, self.language)
                narrow = f"  # {self.say('narrow', share=share)}"
            found += [f"    title: {self.say('phase', number=str(number))}{narrow}", "    touchpoints:"]
            for point in phase:
                found += self.touchpoint(point)
            before = next((point for point in reversed(phase) if not point.optional), before)
        if draft.left_out:
            listed = ", ".join(f"{name} ({whole(count, self.language)})" for name, count in draft.left_out)
            found.append(f"# {self.say('left_out', list=listed)}")
        return found

    def touchpoint(self, point: DraftTouchpoint) -> list[str]:
        told = [self.say("customers", n=whole(point.customers, self.language))]
        if point.going_on is not None:
            told.append(self.say("going_on", share=percent(point.going_on, self.language)))
        total = sum(count for _, count in point.channels)
        named = [
            f"{value} {percent(count / total, self.language)}" for value, count in point.channels[:3] if value
        ]
        lines = [
            f"      # {', '.join(told)}",
            f"      - id: {_id(point.event)}",
            f"        title: {_quoted(_title(point.event))}",
            f"        events: {_quoted(point.event)}",
        ]
        if named:
            lines.insert(1, f"      # {self.say('channels', list=', '.join(named))}")
        if point.optional:
            lines.append(f"        optional: true  # {self.say('optional')}")
        if point.company:
            lines.append("        initiator: company")
        return lines


def _id(event: str) -> str:
    """An id made from an event's name, as ids are written."""
    plain = re.sub(r"[^a-z0-9]+", "-", event.lower()).strip("-")
    return plain[:64] or "event"


def _title(event: str) -> str:
    words = re.sub(r"[_\-.]+", " ", event).strip()
    return words[:1].upper() + words[1:] if words else event


def _quoted(text: str) -> str:
    """Text that YAML would read as something else, in quotes."""
    plain = re.fullmatch(r"[A-Za-z][\w ./-]*", text) and text.lower() not in {
        "true",
        "false",
        "null",
        "yes",
        "no",
    }
    return text if plain else json.dumps(text, ensure_ascii=False)

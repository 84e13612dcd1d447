"""The lanes of other people's maps, by the names they give them."""

from __future__ import annotations

import unicodedata

_NAMES = {
    "touchpoint": "touchpoint|touch point|point de contact|title|titre",
    "touchpoints": "touchpoints|touch points|points de contact|interactions|steps|etapes du parcours",
    "doing": "doing|actions|action|activities|activity|customer actions|user actions|what they do|behaviour|behavior"
    "|actions du client|ce qu'il fait|fait|activites",
    "thinking": "thinking|thoughts|thought|quotes|quote|questions|mindset|what they think|pensees|pense|verbatims",
    "emotion": "emotion|emotions|feeling|feelings|score|sentiment|experience|satisfaction|emotional state|ressenti",
    "channels": "channel|channels|canal|canaux|medium|media",
    "pains": "pain points|pain point|pains|pain|problems|issues|frustrations|obstacles|barriers|irritants"
    "|points de douleur|freins|problemes",
    "opportunities": "opportunities|opportunity|ideas|insights|how might we|opportunites|idees|pistes",
    "solutions": "solutions|solution|improvements|ameliorations|reponses",
    "figures": "customers|clients|left here|partis ici|emotion measured",
    "moment": "moment of truth|moments of truth|moment de verite|moments de verite",
}
_BY_NAME = {name: lane for lane, names in _NAMES.items() for name in names.split("|")}
LANES = frozenset(_NAMES)


def lane_of(title: str) -> str:
    """The known lane that a title means; the title itself when none does."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().strip(" :.*")
    return _BY_NAME.get(" ".join(plain.split()), title)

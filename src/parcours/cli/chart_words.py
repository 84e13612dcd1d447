"""Charts in the words of the reader's language: titles, axes, legends, tooltips, and the values that are our own words.

Measures draw in English; what is drawn is a plain specification, so its words are changed there. Names of events,
stages and groups stay as people wrote them.
"""

from __future__ import annotations

import re
from typing import Any

from parcours.cli.words import FRENCH, heading

TITLES = {
    "difference of shares": "écart entre les parts",
    "days since entering": "jours depuis l’entrée",
    "share of stays": "part des passages",
    "share of the first step, with its 95 % interval": "part de la première étape, avec son intervalle à 95\u00a0%",
    "odds ratio, with its 95 % interval": "rapport des cotes, avec son intervalle à 95\u00a0%",
    "share of paths": "part des parcours",
    "next": "ensuite",
    "share of the ways out": "part des sorties de l’élément",
    "Under each item: share of its visits that end there; the largest end is red.": (
        "Sous chaque élément\u00a0: part des passages qui s’arrêtent là\u00a0; la plus forte est en rouge."
    ),
    "started": "au départ",
    "back": "de retour",
    "of": "sur",
    "95 % interval": "intervalle à 95\u00a0%",
    "interval": "intervalle",
}
# values of our own in the rows of charts
VALUES = {
    "advanced": "passés à la suite",
    "lapsed": "décrochés",
    "new": "nouveaux",
    "returning": "fidèles",
    "resurrected": "réactivés",
    "dormant": "endormis",
    "(other)": "(autres)",
    "(exit)": "(sortie)",
    "(start)": "(début)",
    "(none)": "(aucun)",
    "(new)": "(nouveaux)",
    "(lapsed)": "(décrochés)",
    "(all)": "(tous)",
    "all, complete": "tous, complets",
}
ENDS_HERE = re.compile(r"([\d.<]+)% end here")
ALL_ROWS = "all, complete"
MONTHS = {
    "Jan": "janv.", "Feb": "févr.", "Mar": "mars", "Apr": "avr.", "May": "mai", "Jun": "juin", "Jul": "juil.",
    "Aug": "août", "Sep": "sept.", "Oct": "oct.", "Nov": "nov.", "Dec": "déc.",
}  # fmt: skip
MONTH = re.compile(f"({'|'.join(MONTHS)}) (\\d{{4}})")
# sentences with names or numbers in them
SENTENCES = tuple(
    (re.compile(english), french)
    for english, french in (
        (r"(.+) minus (.+)", r"\1 moins \2"),
        (r"days active, of (\d+)", r"jours d’activité, sur \1"),
        (r"weeks active, of (\d+)", r"semaines d’activité, sur \1"),
        (r"months active, of (\d+)", r"mois d’activité, sur \1"),
        (r"quarters active, of (\d+)", r"trimestres d’activité, sur \1"),
        (r"years active, of (\d+)", r"années d’activité, sur \1"),
        (r"calendar days after the start", "jours après le départ"),
        (r"calendar weeks after the start", "semaines calendaires après le départ"),
        (r"calendar months after the start", "mois calendaires après le départ"),
        (r"calendar quarters after the start", "trimestres calendaires après le départ"),
        (r"calendar years after the start", "années calendaires après le départ"),
        (r"days after the start, 24 hours each", "jours de 24 heures après le départ"),
        (r"weeks after the start, 168 hours each", "semaines de 168 heures après le départ"),
        (r"([\d,]+) transitions", r"\1 enchaînements"),
        (
            r"([\d,]+) transitions; ([\d,]+) on rarer links are not drawn",
            "\\1 enchaînements\u00a0; \\2 autres, sur des liens plus rares, ne sont pas dessinés",
        ),
        (
            r"([\d,]+) paths; thickness is paths on one scale; grey: where they end\.",
            "\\1 parcours\u00a0; une seule échelle d’épaisseur\u00a0; en gris, là où ils s’arrêtent.",
        ),
        (
            r"([\d,]+) paths; thickness is paths on one scale; grey: where they begin\.",
            "\\1 parcours\u00a0; une seule échelle d’épaisseur\u00a0; en gris, là où ils commencent.",
        ),
        (
            r"All ([\d,]+) paths go on beyond the steps shown\.",
            r"Les \1 parcours se poursuivent tous au-delà.",
        ),
        (
            r"Most begin with (.+): (.+) of all paths, in red\.",
            "La plupart commencent par \\1\u00a0: \\2 des parcours, en rouge.",
        ),
        (
            r"Most end after (.+) at step (\d+): (.+) of all paths, in red\.",
            "La plupart s’arrêtent après \\1, à l’étape \\2\u00a0: \\3 des parcours, en rouge.",
        ),
    )
)


def in_language(specification: dict[str, Any], language: str) -> dict[str, Any]:
    """The same picture in another language."""
    return _part(specification) if language == "fr" else specification


def _part(part: dict[str, Any]) -> dict[str, Any]:
    found = {key: _value(key, value) for key, value in part.items()}
    if isinstance(part.get("field"), str) and "type" in part and "title" not in part:
        found["title"] = worded(part["field"])
    return found


def _value(key: str, value: Any) -> Any:
    if key in ("title", "text", "subtitle") and isinstance(value, str):
        return worded(value)
    if key == "test" and isinstance(value, str):  # a condition on a value that has been put into French
        return value.replace(f"'{ALL_ROWS}'", f"'{VALUES[ALL_ROWS]}'")
    if key == "datasets" and isinstance(value, dict):
        return {name: [_row(row) for row in rows] for name, rows in value.items()}
    if isinstance(value, dict):
        return _part(value)
    return [_element(key, one) for one in value] if isinstance(value, list) else value


def _element(key: str, value: Any) -> Any:
    """One of a list: rows and the values that they hold are data, mappings are parts of the picture."""
    if key == "values":
        return _row(value)
    if key in ("domain", "sort"):
        return _own(value)
    return _part(value) if isinstance(value, dict) else value


def _row(row: Any) -> Any:
    return {name: _own(one) for name, one in row.items()} if isinstance(row, dict) else _own(row)


def _own(value: Any) -> Any:
    if isinstance(value, list):
        return [_own(one) for one in value]
    if not isinstance(value, str):
        return value
    if ends := ENDS_HERE.fullmatch(value):
        return f"{ends[1]}\u00a0% s’arrêtent là"
    if month := MONTH.fullmatch(value):
        return f"{MONTHS[month[1]]} {month[2]}"
    return VALUES.get(value, value)


def worded(text: str) -> str:
    """A title in French: as it stands in the list of words, else one of the sentences, else what it names."""
    for known in (TITLES.get(text), FRENCH.get(text), FRENCH.get(text.replace("_", " "))):
        if known is not None:
            return known
    for sentence, french in SENTENCES:
        if sentence.fullmatch(text):
            return sentence.sub(french, text)
    return heading(text, "fr") if text.isidentifier() else text

"""What the command says in English and in French: table headings and a few sentences.

The English text is the key. A column without an entry is shown by its name, so that a new measure shows at
once; a test asks for a French heading for every column the commands print.
"""

from __future__ import annotations

FRENCH = {
    # sentences
    "nothing": "rien",
    "yes": "oui",
    "no": "non",
    "… and {count} more rows; --rows 0 shows all": "… et {count} lignes de plus\u00a0; --rows 0 les montre toutes",
    "Made the workspace {folder}.": "L’espace de travail {folder} est prêt.",
    "Next: {command}": "Ensuite\u00a0: {command}",
    "The map is in {file}.": "La carte est dans {file}.",
    "Everything fits.": "Tout concorde.",
    "{label}: {message}": "{label}\u00a0: {message}",
    "problem": "problème",
    "warning": "attention",
    "note": "à noter",
    # tables
    "sizes": "effectifs",
    "flows": "flux",
    "customers in stage at period end": "clients dans chaque étape en fin de période",
    "flows in the last period": "flux de la dernière période",
    "outcomes": "issues",
    "advanced to": "étapes suivantes",
    "next after lapse": "ce qu’ils font après un départ",
    "growth": "croissance",
    "timeline": "histoire",
    "stays": "séjours",
    "result": "résultat",
    # columns
    "period start": "début de période",
    "period end": "fin de période",
    "group": "groupe",
    "stage": "étape",
    "source": "de",
    "target": "vers",
    "customer": "client",
    "customers": "clients",
    "entered": "entrés",
    "left": "sortis",
    "new": "nouveaux",
    "returning": "fidèles",
    "resurrected": "revenus",
    "dormant": "endormis",
    "active": "actifs",
    "complete": "complète",
    "unfinished": "en cours",
    "advance share": "part qui avance",
    "advanced within horizon": "avancés dans le délai",
    "lapse share": "part qui part",
    "lapsed within horizon": "partis dans le délai",
    "median days to advance": "jours médians avant d’avancer",
    "median days in stage": "jours médians dans l’étape",
    "event": "événement",
    "events": "événements",
    "first": "premier",
    "last": "dernier",
    "timestamp": "moment",
    "channel": "canal",
    "campaign": "campagne",
    "value": "valeur",
    "currency": "devise",
    "properties": "propriétés",
    "entered at": "entrée",
    "left at": "sortie",
    "how entered": "comment entré",
    "how left": "comment sorti",
}


def say(language: str, text: str, /, **values: object) -> str:
    """A sentence in the language asked for."""
    chosen = FRENCH.get(text, text) if language == "fr" else text
    return chosen.format(**values)


def heading(column: str, language: str) -> str:
    """The heading of a column or a table: its name in words."""
    words = column.replace("_", " ")
    return FRENCH.get(words, words) if language == "fr" else words

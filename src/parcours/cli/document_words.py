"""What the commands on documents say in French."""

from __future__ import annotations

DOCUMENTS = {
    "Nothing changes.": "Rien ne change.",
    "Figures are of the same days, before and after all these changes together.": (
        "Chiffres des mêmes jours, avant et après l’ensemble de ces changements."
    ),
    "Kept as version {number}.": "Conservé comme version {number}.",
    "Only the text changes, not the meaning: {names}": "Seul le texte change, pas le sens\u00a0: {names}",
    "Apply this?": "Appliquer ces changements\u00a0?",
    "Nothing was applied.": "Rien n’a été appliqué.",
    "Version {number} of {name} again": "Retour à la version {number} de {name}",
    "Wrote {count} documents to {folder}.": "{count} documents écrits dans {folder}.",
    "Wrote {count} schemas to {folder}.": "{count} schémas écrits dans {folder}.",
    # what a change does to the figures
    "customers at “{title}”: {before} → {after}": "clients à «\u00a0{title}\u00a0»\u00a0: {before} → {after}",
    "on the way, “{title}” is reached by {before} → {after}": (
        "sur le parcours, atteignent «\u00a0{title}\u00a0»\u00a0: {before} → {after}"
    ),
    "on the way, {before} → {after} go on from “{title}”": (
        "sur le parcours, continuent après «\u00a0{title}\u00a0»\u00a0: {before} → {after}"
    ),
    "{before} → {after} of “{title}” come to the end": (
        "vont au bout de «\u00a0{title}\u00a0»\u00a0: {before} → {after}"
    ),
    "“{title}” measured: {before} → {after}": "«\u00a0{title}\u00a0» mesuré\u00a0: {before} → {after}",
    "emotion measured at “{title}”: {before} → {after}": (
        "émotion mesurée à «\u00a0{title}\u00a0»\u00a0: {before} → {after}"
    ),
    "customers in “{title}”: {before} → {after}": "clients dans «\u00a0{title}\u00a0»\u00a0: {before} → {after}",
    "{before} → {after} of stays in “{title}” lapse": (
        "passages dans «\u00a0{title}\u00a0» qui décrochent\u00a0: {before} → {after}"
    ),
    "on target": "cible atteinte",
    "watch": "à surveiller",
    "off target": "cible manquée",
    "no target": "sans cible",
    "no data": "pas de données",
    "too few": "trop peu",
    "nothing known": "inconnu",
    "documents": "documents",
    "history": "historique",
    "kind": "type",
    "title": "titre",
    "version": "version",
    "of document": "du document",
    "at": "le",
    "who": "qui",
    "why": "pourquoi",
    "what": "quoi",
    "changed": "modifié",
    "made": "créé",
    "deleted": "supprimé",
}

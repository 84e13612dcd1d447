"""What the commands on documents say in French."""

from __future__ import annotations

DOCUMENTS = {
    "Nothing changes.": "Rien ne change.",
    "Kept as version {number}.": "Conservé comme version {number}.",
    "Only the text changes, not the meaning: {names}": "Seul le texte change, pas le sens\u00a0: {names}",
    "Apply this?": "Appliquer ces changements\u00a0?",
    "Nothing was applied.": "Rien n’a été appliqué.",
    "Version {number} of {name} again": "Retour à la version {number} de {name}",
    "Wrote {count} documents to {folder}.": "{count} documents écrits dans {folder}.",
    "Wrote {count} schemas to {folder}.": "{count} schémas écrits dans {folder}.",
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

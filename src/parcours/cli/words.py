"""What the command says in English and in French: table headings and a few sentences.

The English text is the key. A column without an entry is shown by its name, so that a new measure shows at
once; a test asks for a French heading for every column the commands print.
"""

from __future__ import annotations

from parcours.cli.answer_words import ANSWERS
from parcours.cli.document_words import DOCUMENTS
from parcours.cli.journey_words import JOURNEYS

FRENCH = {
    **JOURNEYS,
    **ANSWERS,
    # sentences
    "nothing": "rien",
    "The log holds no events yet.": "Le journal ne contient encore aucun événement.",
    "warning: the log holds no event {name!r}.": "attention\u00a0: le journal ne contient aucun événement {name!r}.",
    "warning: no event has a property {name!r}.": "attention\u00a0: aucun événement n’a de propriété {name!r}.",
    "warning: no customer has a trait {name!r}.": "attention\u00a0: aucun client n’a de trait {name!r}.",
    "Did you mean {meant!r}?": "Vouliez-vous dire {meant!r}\u00a0?",
    "Simulated data.": "Données simulées.",
    "yes": "oui",
    "no": "non",
    "… and {count} more rows; --rows 0 shows all": "… et {count} lignes de plus\u00a0; --rows 0 les montre toutes",
    "Made the workspace {folder}.": "L’espace de travail {folder} est prêt.",
    "Next: {command}": "Ensuite\u00a0: {command}",
    "Made up {count} sample events.": "{count} événements d’exemple inventés.",
    "Simulated events, made up for the template.": "Événements simulés, inventés pour le modèle.",
    "The map is in {file}.": "La carte est dans {file}.",
    "The page is in {file}.": "La page est dans {file}.",
    "The poster is in {file}.": "L’affiche est dans {file}.",
    "No font here draws: {signs}. Install one that does.": (
        "Aucune police ici ne dessine\u00a0: {signs}. Installez-en une qui le fait."
    ),
    "The journey is in {file}.": "Le parcours est dans {file}.",
    "The workspace is in {folder}.": "L’espace de travail est dans {folder}.",
    "See all refused rows: {command}": "Toutes les lignes refusées\u00a0: {command}",
    "Stopped. Run the same import again to complete it.": (
        "Arrêté. Relancez le même import pour le terminer."
    ),
    "{count} rows/s": "{count} lignes/s",
    "reading": "lecture",
    "mapping": "mise en forme",
    "checking": "contrôle",
    "writing": "écriture",
    # the report of an import
    "import": "import",
    "what": "quoi",
    "how many": "combien",
    "rows read": "lignes lues",
    "new events": "nouveaux événements",
    "events already there": "événements déjà là",
    "new observations": "nouveaux relevés",
    "new traits": "nouveaux traits de profil",
    "amounts rounded": "montants arrondis",
    "mended rows": "lignes réparées",
    "of erased customers, left out": "de clients effacés, laissées de côté",
    "first event": "premier événement",
    "last event": "dernier événement",
    "left out": "laissées de côté",
    "refused": "refusées",
    "refused first": "premières lignes refusées",
    "no part takes them": "aucune règle ne les prend",
    "the first events it would give": "les premiers événements qu’il donnerait",
    "file": "fichier",
    "line": "ligne",
    "field": "champ",
    "reason": "motif",
    "the line has another number of fields than the header": "la ligne n’a pas autant de champs que l’en-tête",
    "a quoted field is not closed as it should be": "des guillemets ne sont pas bien fermés",
    "the line is not in the encoding of the file": "la ligne n’a pas l’encodage du fichier",
    "the line is not a JSON object": "la ligne n’est pas un objet JSON",
    "the row holds a NUL character": "la ligne contient un caractère NUL",
    "the line cannot be read": "la ligne est illisible",
    "there is neither a customer id nor an anonymous id": "ni identifiant de client, ni identifiant anonyme",
    "a customer id may not start with 'anonymous:'": "un identifiant de client ne peut commencer par « anonymous: »",
    "there is no event name": "pas de nom d’événement",
    "there is no time": "pas de date",
    "the time is not written in the mapping's format": "la date n’est pas au format prévu",
    "the time is before 1970 or after 2099": "la date est avant 1970 ou après 2099",
    "the value is no number, or is too large": "la valeur n’est pas un nombre, ou est trop grande",
    "the currency is no ISO 4217 code": "la devise n’est pas un code ISO 4217",
    "a property is not of the kind that the mapping says": "une propriété n’est pas du type prévu",
    "the event's own id is empty": "l’identifiant de l’événement est vide",
    "there is no metric name": "pas de nom d’indicateur",
    "the observation has no value": "le relevé n’a pas de valeur",
    "a column that groups the rows is empty": "une colonne de regroupement est vide",
    "the rows of one group disagree in customer, event or currency": (
        "les lignes d’un même groupe diffèrent par le client, l’événement ou la devise"
    ),
    "another row of the same group was refused": "une autre ligne du même groupe a été refusée",
    "the log holds this id with another time, value or event": (
        "le journal a déjà cet identifiant avec une autre date, valeur ou un autre événement"
    ),
    "a name or an id is too long, or the row is larger than 20 MB": (
        "un nom ou un identifiant est trop long, ou la ligne dépasse 20 Mo"
    ),
    "Wrote {count} refused rows to {file}.": "{count} lignes refusées écrites dans {file}.",
    "Mend them there, then: {command}": "Réparez-les dans ce fichier, puis\u00a0: {command}",
    "Not sure: {doubt}": "À vérifier\u00a0: {doubt}",
    "Wrote the mapping {file}; read it through, then:": "Mapping écrit dans {file}\u00a0; relisez-le, puis\u00a0:",
    "Everything fits.": "Tout concorde.",
    "{label}: {message}": "{label}\u00a0: {message}",
    "problem": "problème",
    "warning": "attention",
    "note": "à noter",
    # people
    "Wrote all that is held on {customer} to {file}.": "Tout ce qui est détenu sur {customer} est dans {file}.",
    "{customer} may be imported again.": "{customer} peut de nouveau être importé.",
    "{ids} ids ({names}), {events} events, {traits} traits, {refused} refused rows.": (
        "{ids} identifiants ({names}), {events} événements, {traits} traits, {refused} lignes refusées."
    ),
    "Erase this person for good?": "Effacer définitivement cette personne ?",
    "Nothing was erased.": "Rien n’a été effacé.",
    "profile values": "valeurs de profil",
    "refused rows": "lignes refusées",
    "files of older versions": "fichiers d’anciennes versions",
    "files of caches": "fichiers de cache",
    "files": "fichiers",
    "bytes": "octets",
    "ids": "identifiants",
    "removed": "effacé",
    "searched": "parcouru",
    "mentions": "mentions",
    "place": "endroit",
    "count": "nombre",
    "These are rows of others or files of yours; decide on them yourself.": (
        "Ce sont des lignes d’autres personnes ou vos propres fichiers : à vous d’en décider."
    ),
    "None of the ids stands anywhere in the workspace.": (
        "Aucun de ces identifiants ne figure plus dans l’espace de travail."
    ),
    "Packed files, not searched: {files}": "Fichiers compressés, non parcourus : {files}",
    "Imports under way: {count}; they will leave the person out.": (
        "Imports en cours : {count} ; ils laisseront cette personne de côté."
    ),
    "joins": "rapprochements",
    "shared": "identifiants partagés",
    "shared id": "identifiant partagé",
    "known ids": "clients connus",
    "examples": "exemples",
    "event id": "identifiant de l’événement",
    "joined id": "identifiant rapproché",
    "person": "personne",
    "id": "identifiant",
    # tables
    "sizes": "effectifs",
    "flows": "flux",
    "customers in stage at period end": "clients dans chaque étape en fin de période",
    "flows in the last period": "flux de la dernière période",
    "outcomes": "issues",
    "advanced to": "étapes suivantes",
    "next after lapse": "ce qu’ils font après avoir décroché",
    "last before lapse": "ce qu’ils ont fait juste avant de décrocher",
    "growth": "croissance",
    "timeline": "histoire",
    "stays": "passages",
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
    "entered": "entrées",
    "left": "sorties",
    "new": "nouveaux",
    "returning": "fidèles",
    "resurrected": "réactivés",
    "dormant": "endormis",
    "active": "actifs",
    "complete": "complète",
    "unfinished": "en cours",
    "advance share": "part qui progresse",
    "advanced within horizon": "progressent dans le délai",
    "lapse share": "part qui décroche",
    "lapsed within horizon": "décrochent dans le délai",
    "median days to advance": "jours médians pour progresser",
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
    "how entered": "type d’entrée",
    "how left": "type de sortie",
}
FRENCH |= DOCUMENTS


def say(language: str, text: str, /, **values: object) -> str:
    """A sentence in the language asked for."""
    chosen = FRENCH.get(text, text) if language == "fr" else text
    return chosen.format(**values)


def heading(column: str, language: str) -> str:
    """The heading of a column or a table: its name in words; elapsed time is shown with its own units."""
    words = column.replace("_", " ").removesuffix(" seconds")
    return FRENCH.get(words, words) if language == "fr" else words


def written(count: int, language: str) -> str:
    """A count as people read it: 12,345 in English, 12 345 with narrow spaces in French."""
    return f"{count:,}".replace(",", "\u202f") if language == "fr" else f"{count:,}"

"""What a team writes and must never lose, in SQL: every version of every document."""

HISTORY = "history"  # the folder of a workspace that holds the store, and what an apply needs meanwhile
STORE_FILE = "documents.sqlite"  # in it, unless the settings name another database
APPLYING = (
    f"{HISTORY}/applying.json"  # there while documents are applied, and after an apply that was stopped
)
VERSION_FILE = ".parcours-version"  # in a folder of documents: the kept version that they came from

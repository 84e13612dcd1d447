"""Text whose columns stand apart by any run of blanks, as statisticians write it (CDNOW)."""

from __future__ import annotations

from pathlib import Path

from parcours.errors import SourceError
from parcours.events.mapping import FileFormat
from parcours.events.sources.content import head_of, text_content
from parcours.events.sources.lines import load_lines, loaded_lines
from parcours.events.sources.loaded import ORDINAL, Loaded, Reading, check_names
from parcours.events.sql_text import literal, name


def read(path: Path, file_format: FileFormat, reading: Reading) -> Loaded:
    """Read lines of blank-separated fields; a line with another number of fields is refused as ragged."""
    content = text_content(path, reading.folder, file_format.encoding)
    has_header = file_format.header if file_format.header is not None else not file_format.columns
    columns = list(file_format.columns)
    if not columns:
        first = head_of(content.path).decode("utf-8", errors="replace").splitlines()
        columns = first[0].split() if first else []
    if not columns:
        raise SourceError(f"{path} has no line that names its columns.")
    columns = check_names(columns, str(path))
    load_lines(content, reading, str(path), skip=int(has_header))
    lines, raw, refused = (name(reading.table(suffix)) for suffix in ("lines", "raw", "refused"))
    split = f"(SELECT line, text, string_split_regex(trim(text), '\\s+') AS fields FROM {lines} WHERE trim(text) <> '')"
    picked = ", ".join(
        f"fields[{number}] AS {name(column)}" for number, column in enumerate(columns, start=1)
    )
    reading.engine.run(
        f"CREATE TABLE {raw} AS SELECT line AS {name(ORDINAL)}, {picked} "
        f"FROM {split} WHERE len(fields) = {len(columns)}"
    )
    message = f"'{len(columns)} fields expected, ' || len(fields) || ' found'"
    by_column = ", ".join(
        f"{literal(column)}, fields[{number}]" for number, column in enumerate(columns, start=1)
    )
    reading.engine.run(
        f"INSERT INTO {refused} SELECT line + 1, NULL, {message}, 'ragged-row', json_object({by_column})::VARCHAR "
        f"FROM {split} WHERE len(fields) <> {len(columns)}"
    )
    return loaded_lines(content, reading, str(path), columns)

"""Where a command writes its data and in which format: the name of the file says it (INTERFACE.md, "Commands")."""

from __future__ import annotations

import sys
from pathlib import Path

from candledesk.domain.errors import EnvironmentFaultError, InputError

FORMATS = ("csv", "json", "parquet")
_SUFFIXES = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".pq": "parquet"}
_OTHERS = {".arrow", ".feather", ".ods", ".orc", ".tsv", ".xls", ".xlsx", ".yaml"}


def format_of(form: str | None, output: str | None) -> str:
    """Return the format to write: as the name of the file says, unless ``--format`` does; CSV otherwise.

    Raises ``InputError`` where they contradict each other, for a name of a format that is not written, and for Parquet
    without a file.
    """
    suffix = "" if output is None else Path(output).suffix.lower()
    named = _SUFFIXES.get(suffix)
    if form is not None and named is not None and form != named:
        raise InputError("format", f"--format {form} contradicts the name {output}: leave one of them out")
    if suffix in _OTHERS:
        raise InputError("output", f"No {suffix} files are written: name it .csv, .json or .parquet")
    found = form or named or "csv"
    if found == "parquet" and output is None:
        raise InputError("format", "Parquet is binary: name a file with -o FILE")
    return found


def write_output(content: str | bytes, output: str | None) -> None:
    """Write to a file, or a text to the standard output; ``EnvironmentFaultError`` where that is not possible."""
    try:
        if output is None:
            sys.stdout.write(content if isinstance(content, str) else content.decode())
        elif isinstance(content, str):
            Path(output).write_text(content, encoding="utf-8")
        else:
            Path(output).write_bytes(content)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot write {output or 'stdout'}: {error.strerror}") from error

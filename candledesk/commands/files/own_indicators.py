"""``candledesk indicators files``, ``allow FILE`` and ``forbid FILE``: which own indicators may run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import print_table
from candledesk.domain.errors import EnvironmentFaultError, InputError

if TYPE_CHECKING:
    from candledesk.cache.own.own_indicators import OwnIndicators

OWN_VERBS = frozenset({"files", "allow", "forbid"})


def run_own_verb(own: OwnIndicators, verb: str, file: str | None, as_json: bool) -> int:  # noqa: FBT001 - an option
    """List the files, or allow or forbid one; a file from elsewhere is copied into the folder first.

    A running instance reads what is allowed when it next lists its indicators.
    """
    if verb == "files":
        rows = [
            {"file": one.name, "id": one.id, "state": one.state.value, "title": one.title} for one in own.list_files()
        ]
        print_table(rows, as_json=as_json)
        return EXIT_DONE
    if file is None:
        raise InputError("file", f"Name a file: candledesk indicators {verb} FILE.py")
    if verb == "forbid":
        own.forbid(Path(file).name)
        print(f"{Path(file).name} is no longer allowed")
        return EXIT_DONE
    try:
        name = own.add_file(Path(file))
    except OSError as error:
        raise EnvironmentFaultError(f"{file} cannot be copied: {error.strerror}") from error
    shown = next((one for one in own.list_files() if one.name == name), None)
    if shown is None:
        raise InputError("file", f"There is no file {name} in {own.folder}")
    allowed = own.allow(shown.name, shown.sha256)
    print(f"{allowed.id}: {allowed.title} ({allowed.path}, SHA-256 {allowed.sha256})")
    return EXIT_DONE

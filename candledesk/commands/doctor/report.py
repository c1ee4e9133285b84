"""The results of the doctor: one line for each check, with details below it; and the exit code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from candledesk.commands.exit_codes import EXIT_DONE, EXIT_ENVIRONMENT, EXIT_GAPS
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, whether it passed, and what was found or what to do.

    ``details``: lines about each damage; ``has_lost``: whether something was lost in a repair that succeeded.
    """

    name: str
    is_ok: bool
    text: str
    details: tuple[str, ...] = ()
    has_lost: bool = False

    def print(self) -> None:
        """Print the check for people."""
        mark = "LOST" if self.has_lost else "ok  " if self.is_ok else "FAIL"
        print(printable(f"{mark}  {self.name}: {self.text}"))
        for line in self.details:
            print(printable(f"        {line}"))


def print_checks(checks: Sequence[Check], *, as_json: bool) -> None:
    """Print all checks, for people or as a JSON array."""
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
        return
    for check in checks:
        check.print()


def exit_code(checks: Sequence[Check]) -> int:
    """Return 5 when a check has failed, 3 when something was lost in a repair, else 0."""
    if not all(check.is_ok for check in checks):
        return EXIT_ENVIRONMENT
    return EXIT_GAPS if any(check.has_lost for check in checks) else EXIT_DONE

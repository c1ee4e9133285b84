"""The results of the doctor: one line for each check, with details below it; and the exit code."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from candledesk.commands.exit_codes import EXIT_DONE, EXIT_ENVIRONMENT, EXIT_GAPS
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.maintenance.damage_texts import CheckLine


def print_checks(checks: Sequence[CheckLine], *, as_json: bool) -> None:
    """Print all checks, for people or as a JSON array."""
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
        return
    for check in checks:
        for line in check.to_lines():
            print(printable(line))


def exit_code(checks: Sequence[CheckLine]) -> int:
    """Return 5 when a check has failed, 3 when something was lost in a repair, else 0."""
    if not all(check.is_ok for check in checks):
        return EXIT_ENVIRONMENT
    return EXIT_GAPS if any(check.has_lost for check in checks) else EXIT_DONE

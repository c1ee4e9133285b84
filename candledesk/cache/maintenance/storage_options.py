"""What a person chose on the Storage page: automatic backups, and how long backups and finished jobs are kept.

The choice is a file in the home, so that it holds for the window and for a server alike. Until there is one, the
options of the run hold (``settings``).
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from candledesk.cache.maintenance_messages import StorageOptions
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.paths import write_private
from candledesk.settings import PREFIX, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.settings import Settings

log = logging.getLogger(__name__)


class StorageOptionsFile:
    """The present choice in ``value``, which any thread may read."""

    def __init__(self, path: Path, settings: Settings) -> None:
        """Read ``path``; a file that cannot be used is reported in the log, and ``settings`` hold."""
        self._path = path
        self.value = _options_of(settings)
        try:
            self.value = _parse(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, InputError) as error:
            log.warning("%s cannot be used: %s", path, error)

    def change(self, options: StorageOptions) -> StorageOptions:
        """Use ``options`` from now on, also after a restart.

        Raises ``InputError`` for a number out of range and ``EnvironmentFaultError`` when the file cannot be written;
        then nothing has changed.
        """
        options = _parse(asdict(options))
        try:
            write_private(self._path, json.dumps(asdict(options), indent=1), is_kept=True)
        except OSError as error:
            raise EnvironmentFaultError(f"Cannot write {self._path}: {error.strerror}") from error
        self.value = options
        return options


def _options_of(settings: Settings) -> StorageOptions:
    return StorageOptions(settings.backup, settings.backups_kept, settings.jobs_kept_days)


def _parse(document: object) -> StorageOptions:
    """Return the options of a document; ``InputError`` or ``ValueError`` when it is none."""
    if not isinstance(document, dict) or set(document) != {"backup", "backups_kept", "jobs_kept_days"}:
        raise ValueError("it does not hold exactly these options")
    return _options_of(load_settings({f"{PREFIX}{name.upper()}": str(value) for name, value in document.items()}))

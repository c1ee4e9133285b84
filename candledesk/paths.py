"""The locations of data, logs and resources."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.private_files import make_private

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one home directory; ``scratch``: the temporary directory of a read-only home, for the log."""

    home: Path
    scratch: Path | None = None

    @property
    def database(self) -> Path:
        """The candle database."""
        return self.home / "candles.db"

    @property
    def user_database(self) -> Path:
        """The database of user data: layouts, drawings, watchlists."""
        return self.home / "user.db"

    @property
    def log(self) -> Path:
        """The rotating log file."""
        return self._writable / "candledesk.log"

    @property
    def endpoint(self) -> Path:
        """URL, token and pid of the running instance (0600)."""
        return self._writable / "endpoint.json"

    @property
    def datafeed_secret(self) -> Path:
        """The secret part of the UDF datafeed's address (0600)."""
        return self._writable / "datafeed.secret"

    @property
    def storage_options(self) -> Path:
        """What was chosen on the Storage page."""
        return self.home / "storage.json"

    @property
    def own_indicators(self) -> Path:
        """The folder of a person's own indicators, one Python file each."""
        return self.home / "indicators"

    @property
    def allowed_indicators(self) -> Path:
        """Which of them may run, by the SHA-256 of the file."""
        return self.home / "allowed-indicators.json"

    @property
    def imports(self) -> Path:
        """The folder in which other processes hand bars to the running instance."""
        return self.home / "imports"

    @property
    def lock(self) -> Path:
        """The lock file of the process that may write."""
        return self.home / "instance.lock"

    @property
    def yfinance_cache(self) -> Path:
        """The directory of yfinance's own cache."""
        return self._writable / "yfinance"

    @property
    def opener(self) -> Path:
        """The page that redirects the browser to the chart (0600)."""
        return self._writable / "open-chart.html"

    @property
    def _writable(self) -> Path:
        return self.scratch or self.home

    def with_scratch(self) -> Paths:
        """Return paths with a scratch directory when the home is read-only and has a database; else these paths."""
        if not self.database.exists() or all(os.access(path, os.W_OK) for path in (self.home, self.database)):
            return self
        return replace(self, scratch=Path(tempfile.mkdtemp(prefix="candledesk-")))


def find_home(home: str, *, demo: bool = False) -> Paths:
    """Return the paths of a home directory, whether it exists or not; arguments as of ``open_home``."""
    if home:
        path = Path(home).expanduser().absolute()
    else:
        import platformdirs

        path = Path(platformdirs.user_data_dir("candledesk", appauthor=False))
    return Paths(path / "demo" if demo else path)


def open_home(home: str, *, demo: bool = False) -> Paths:
    """Create the home directory (0700) and return its paths; with ``demo`` those of the demo market's own home.

    A home that others could read is tightened (``make_private``).

    Raises ``EnvironmentFaultError`` when it cannot be created; an existing read-only home is accepted.
    """
    paths = find_home(home, demo=demo)
    path = paths.home.parent if demo else paths.home
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if demo:
            path /= "demo"
            path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        msg = f"Cannot create the home directory {path}: {error.strerror}. Choose another with --home"
        raise EnvironmentFaultError(msg) from error
    make_private(path)
    return paths


def resources_dir() -> Path:
    """Return the directory of icons and the web page: inside the wheel, or beside the package in a checkout."""
    packaged = _PACKAGE / "_resources"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "resources"


def write_private(path: Path, text: str, *, is_kept: bool = False) -> None:
    """Write ``text`` to ``path`` readable by its owner only (0600), replacing it in one step.

    ``is_kept``: wait until it is on the disk, so that a power cut leaves the former text or this one.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            if is_kept:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise

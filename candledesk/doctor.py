"""``candledesk doctor``: one line per check of what CandleDesk stands on."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from candledesk import __version__
from candledesk.cache.child import Child, ChildConfig
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.paths import open_home
from candledesk.provider.answers import BarsAnswer, FetchRequest
from candledesk.store.database import connect_reader, create_or_open, quick_check

if TYPE_CHECKING:
    from candledesk.cache.messages import LimiterState
    from candledesk.paths import Paths
    from candledesk.settings import Settings

EXIT_DONE, EXIT_ENVIRONMENT = 0, 5
LIBRARIES = ("PySide6-Essentials", "pyqtgraph", "yfinance", "pandas", "numpy", "sqlite-utils")
PROBE_SYMBOL = "AAPL"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, whether it is in order, and what was seen or what to do."""

    name: str
    is_ok: bool
    text: str


def examine(settings: Settings, yahoo_url: str, limiter: LimiterState | None, *, demo: bool, as_json: bool) -> int:
    """Print every check; 5 when one fails. Sends one small request to Yahoo; stores nothing."""
    paths = open_home(settings.home, demo=demo)
    checks = [_versions(), _home(paths), _database(paths), _limiter(settings, limiter)]
    checks += [_yahoo(settings, yahoo_url, paths), _display()]
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        for check in checks:
            print(f"{'ok  ' if check.is_ok else 'FAIL'}  {check.name}: {check.text}")
    return EXIT_DONE if all(check.is_ok for check in checks) else EXIT_ENVIRONMENT


def _versions() -> Check:
    found = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return Check("versions", is_ok=True, text=f"CandleDesk {__version__}, Python {platform.python_version()}, {found}")


def _home(paths: Paths) -> Check:
    is_ok = os.access(paths.home, os.W_OK)
    return Check("home", is_ok, f"{paths.home}" + ("" if is_ok else ": not writable; choose another with --home"))


def _database(paths: Paths) -> Check:
    try:
        create_or_open(paths.database)
        connection = connect_reader(paths.database)
        try:
            faults = quick_check(connection)
        finally:
            connection.close()
    except EnvironmentFaultError as error:
        return Check("database", is_ok=False, text=str(error))
    size = paths.database.stat().st_size
    return Check("database", not faults, "; ".join(faults) or f"{paths.database.name}, {size:,} bytes, integrity ok")


def _limiter(settings: Settings, limiter: LimiterState | None) -> Check:
    text = f"{settings.requests_per_minute:g} requests a minute, burst {settings.request_burst}"
    if limiter is None:
        return Check("limiter", is_ok=True, text=f"{text}; not running")
    return Check("limiter", is_ok=True, text=f"{text}; breaker {limiter.breaker.value}, {limiter.tokens:.0f} tokens")


def _yahoo(settings: Settings, yahoo_url: str, paths: Paths) -> Check:
    today = int(time.time()) // DAY_S * DAY_S
    child = Child(ChildConfig(yahoo_url, str(paths.yfinance_cache), 1))
    span = Span(today - 7 * DAY_S, today + DAY_S)
    started = time.monotonic()
    try:
        answer = child.fetch(
            FetchRequest(
                PROBE_SYMBOL, INTERVALS["1d"], span, None, extended=False, deadline_s=settings.request_timeout_s
            )
        )
    finally:
        child.close()
    where = yahoo_url or "Yahoo"
    if isinstance(answer, BarsAnswer):
        seconds = time.monotonic() - started
        return Check("yahoo", is_ok=True, text=f"{where} answers ({len(answer.bars)} daily bars, {seconds:.1f} s)")
    return Check("yahoo", is_ok=False, text=f"{where}: {answer.reason}; charts show what is cached")


def _display() -> Check:
    name = next((key for key in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(key)), None)
    text = f"{name}={os.environ[name]}" if name else "none here: use `candledesk serve` for the browser chart"
    return Check("display", is_ok=True, text=text)

"""``candledesk doctor``: checks the installation, the database and the connection, one line per check."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING

import click

from candledesk import __version__
from candledesk.cache.runtime.fetch_process import Child, ChildConfig
from candledesk.cache.service import provider_options
from candledesk.commands.context import JSON_OPTION, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_ENVIRONMENT
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.symbols import spell_symbol
from candledesk.domain.texts import printable
from candledesk.paths import open_home
from candledesk.providers.answers import BarsAnswer, FetchRequest, RefusalKind, RefusedAnswer
from candledesk.providers.registry import make_providers
from candledesk.store.lock import HomeLock
from candledesk.store.market.chunks.repair import repair_series, verify_chunks
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open, quick_check, transaction
from candledesk.store.market.instruments import list_series
from candledesk.store.user.database import find_damage

if TYPE_CHECKING:
    from candledesk.cache.messages import LimiterState
    from candledesk.paths import Paths
    from candledesk.providers.base import Capabilities
    from candledesk.settings import Settings
    from candledesk.store import Connection

LIBRARIES = ("PySide6-Essentials", "pyqtgraph", "yfinance", "pandas", "numpy", "sqlite-utils")
PROBE_SYMBOL = "AAPL"
MAX_FINDINGS = 3  # printed of one series


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, whether it passed, and what was found or what to do."""

    name: str
    is_ok: bool
    text: str


@click.command()
@JSON_OPTION
@click.option("--repair", "is_repairing", is_flag=True, help="derive damaged chunks from the stored rows again")
@common_options
def doctor(context: CommandContext, *, as_json: bool, is_repairing: bool) -> int:
    """Check versions, database, limiter, reachability of the providers and display."""
    settings = context.settings()
    repairs = repair(settings, demo=context.demo) if is_repairing else []  # before the application takes the home
    application = context.application() if context.demo else None
    if application is not None:
        settings = replace(settings, yahoo_url=application.settings.yahoo_url)
    limiter = None if application is None else application.cache.limiter_state()
    return examine(settings, limiter, repairs, demo=context.demo, as_json=as_json)


def examine(
    settings: Settings,
    limiter: LimiterState | None,
    repairs: list[Check],
    *,
    demo: bool,
    as_json: bool,
) -> int:
    """Print every check after ``repairs``; 5 when one fails.

    Sends one small request to each remote provider, at the URLs of the settings; stores nothing.
    """
    paths = open_home(settings.home, demo=demo)
    checks = [
        *repairs,
        _versions(),
        _home(paths),
        *_database(paths),
        *_user_database(paths),
        _limiter(settings, limiter),
    ]
    checks += [*_providers(settings, paths), _display()]
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        for check in checks:
            print(printable(f"{'ok  ' if check.is_ok else 'FAIL'}  {check.name}: {check.text}"))
    return EXIT_DONE if all(check.is_ok for check in checks) else EXIT_ENVIRONMENT


def _versions() -> Check:
    found = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return Check("versions", is_ok=True, text=f"CandleDesk {__version__}, Python {platform.python_version()}, {found}")


def _home(paths: Paths) -> Check:
    is_ok = os.access(paths.home, os.W_OK)
    return Check("home", is_ok, f"{paths.home}" + ("" if is_ok else ": not writable; choose another with --home"))


def repair(settings: Settings, *, demo: bool) -> list[Check]:
    """Derive the damaged chunks of every series from its rows again; one check per series.

    Raises ``HomeLockedError`` while another process holds the home, ``EnvironmentFaultError`` when the file itself is
    damaged or cannot be written.
    """
    paths = open_home(settings.home, demo=demo)
    lock = HomeLock(paths.lock)
    try:
        create_or_open(paths.database)
        with closing(connect_writer(paths.database)) as writer:
            return [
                _repair_series(writer, number, f"chunks of {symbol} {interval}")
                for number, symbol, interval in list_series(writer)
            ]
    finally:
        lock.release()


def _repair_series(writer: Connection, series_id: int, name: str) -> Check:
    found = verify_chunks(writer, series_id)
    if not found:
        return Check(name, is_ok=True, text="equal to the rows")
    with transaction(writer):
        repair_series(writer, series_id)
    left = verify_chunks(writer, series_id)
    return Check(name, not left, _summary(left) if left else f"rebuilt from the rows, for {_summary(found)}")


def _database(paths: Paths) -> list[Check]:
    """Check the file, then the chunks of every series; one line if all are in order, else one per damaged series."""
    try:
        create_or_open(paths.database)
        with closing(connect_reader(paths.database)) as connection:
            faults = quick_check(connection)
            if faults:
                return [Check("database", is_ok=False, text="; ".join(faults))]
            series = list_series(connection)
            damaged = [check for row in series if (check := _verify_series(connection, *row)) is not None]
    except EnvironmentFaultError as error:
        return [Check("database", is_ok=False, text=str(error))]
    size = paths.database.stat().st_size
    exact = f"{len(series) - len(damaged)} of {len(series)} series exact"
    text = f"{paths.database.name}, {size:,} bytes, integrity ok, {exact}"
    return [Check("database", is_ok=True, text=text), *damaged]


def _user_database(paths: Paths) -> list[Check]:
    """Check the file of what a person made, where there is one."""
    path = paths.user_database
    if not path.exists():
        return []
    try:
        found = find_damage(path)
    except EnvironmentFaultError as error:
        found = [str(error)]
    text = "; ".join(found) or f"{path.name}, {path.stat().st_size:,} bytes, integrity ok"
    return [Check("user data", not found, text)]


def _verify_series(connection: Connection, series_id: int, symbol: str, interval: str) -> Check | None:
    found = verify_chunks(connection, series_id)
    if not found:
        return None
    text = f"{_summary(found)}; `candledesk doctor --repair` derives them from the rows again"
    return Check(f"chunks of {symbol} {interval}", is_ok=False, text=text)


def _summary(findings: list[str]) -> str:
    return "; ".join(findings[:MAX_FINDINGS]) + (" …" if len(findings) > MAX_FINDINGS else "")


def _limiter(settings: Settings, limiter: LimiterState | None) -> Check:
    text = f"{settings.requests_per_minute:g} requests a minute, burst {settings.request_burst}"
    if limiter is None:
        return Check("limiter", is_ok=True, text=f"{text}; not running")
    return Check("limiter", is_ok=True, text=f"{text}; breaker {limiter.breaker.value}, {limiter.tokens:.0f} tokens")


def _providers(settings: Settings, paths: Paths) -> list[Check]:
    """Ask every remote provider for a few daily bars."""
    options = provider_options(settings, paths.yfinance_cache)
    child = Child(ChildConfig(options, 1))
    remote = [one.capabilities for one in make_providers(options).values() if one.capabilities.is_remote]
    try:
        return [_reach(child, one, options.urls.get(one.id) or one.title, settings.request_timeout_s) for one in remote]
    finally:
        child.close()


def _reach(child: Child, provider: Capabilities, where: str, deadline_s: float) -> Check:
    today = int(time.time()) // DAY_S * DAY_S
    span = Span(today - 7 * DAY_S, today + DAY_S)
    symbol = spell_symbol(provider.id, PROBE_SYMBOL)
    started = time.monotonic()
    answer = child.fetch(FetchRequest(symbol, INTERVALS["1d"], span, None, extended=False, deadline_s=deadline_s))
    if isinstance(answer, BarsAnswer):
        seconds = time.monotonic() - started
        text = f"{where} answers ({len(answer.bars)} daily bars, {seconds:.1f} s)"
        return Check(provider.id, is_ok=True, text=text)
    if isinstance(answer, RefusedAnswer) and answer.kind is RefusalKind.UNKNOWN_SYMBOL:  # as mirrors may
        return Check(provider.id, is_ok=True, text=f"{where} answers (it knows no {PROBE_SYMBOL})")
    return Check(provider.id, is_ok=False, text=f"{where}: {answer.reason}; charts show what is cached")


def _display() -> Check:
    name = next((key for key in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(key)), None)
    text = f"{name}={os.environ[name]}" if name else "none here: use `candledesk serve` for the browser chart"
    return Check("display", is_ok=True, text=text)

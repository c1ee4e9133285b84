"""Checks what the program needs beside its databases: versions, home, limiter, providers and display."""

from __future__ import annotations

import os
import platform
import time
from importlib import metadata
from typing import TYPE_CHECKING

from candledesk import __version__
from candledesk.cache.maintenance.damage_texts import CheckLine
from candledesk.cache.runtime.fetch_process import Child, ChildConfig
from candledesk.cache.service import provider_options
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.symbols import spell_symbol
from candledesk.endpoint_file import read_endpoint
from candledesk.providers.answers import BarsAnswer, FetchRequest, RefusalKind, RefusedAnswer
from candledesk.providers.registry import make_providers
from candledesk.settings import DEMO_SOURCE
from candledesk.store.lock import HomeLockedError, check_home

if TYPE_CHECKING:
    from candledesk.cache.messages import LimiterState
    from candledesk.endpoint_file import InstanceEndpoint
    from candledesk.paths import Paths
    from candledesk.providers.base import Capabilities
    from candledesk.settings import Settings

LIBRARIES = ("PySide6-Essentials", "pyqtgraph", "yfinance", "pandas", "numpy", "sqlite-utils")
PROBE_SYMBOL = "AAPL"


def check_versions() -> CheckLine:
    """Return the versions of the program, Python and the main libraries."""
    found = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return CheckLine(
        "versions", is_ok=True, text=f"CandleDesk {__version__}, Python {platform.python_version()}, {found}"
    )


def check_writing(paths: Paths) -> CheckLine:
    """Check that the home can be written."""
    is_ok = os.access(paths.home, os.W_OK)
    return CheckLine("home", is_ok, f"{paths.home}" + ("" if is_ok else ": not writable; choose another with --home"))


def check_limiter(settings: Settings, limiter: LimiterState | None) -> CheckLine:
    """Return the pace of requests, and the state of the limiter that runs, if one does."""
    text = f"{settings.requests_per_minute:g} requests a minute, burst {settings.request_burst}"
    if limiter is None:
        return CheckLine("limiter", is_ok=True, text=f"{text}; not running")
    return CheckLine(
        "limiter", is_ok=True, text=f"{text}; breaker {limiter.breaker.value}, {limiter.tokens:.0f} tokens"
    )


def check_demo() -> CheckLine:
    """Return the line about a demo market that belongs to the running instance."""
    return CheckLine("provider", is_ok=True, text=f"{DEMO_SOURCE} of the running instance")


def check_instance(paths: Paths, *, is_answering: bool) -> CheckLine:
    """Return whether an instance runs; its file is left behind when it was killed."""
    written = read_endpoint(paths.endpoint)
    if written is not None and is_answering:
        return CheckLine("instance", is_ok=True, text=f"process {written.pid} answers at {written.url}")
    try:
        check_home(paths.lock)
    except HomeLockedError as error:
        text = f"process {error.pid or 'unknown'} uses this home and does not answer"
        return CheckLine("instance", is_ok=False, text=f"{text}: try again in a moment, or end it")
    text = "none runs"
    if written is not None:
        text += f"; process {written.pid} was killed and left {paths.endpoint.name} behind: the next start replaces it"
    return CheckLine("instance", is_ok=True, text=text)


def check_datafeed(settings: Settings, running: InstanceEndpoint | None) -> CheckLine:
    """Return whether the UDF datafeed is on in the running instance, or would be; never its secret."""
    if running is not None:
        text = f"on at {running.url}; `candledesk udf` prints the address" if running.udf_url else "off"
    else:
        text = f"{settings.udf}, not running"
    return CheckLine("udf datafeed", is_ok=True, text=text)


def check_providers(settings: Settings, paths: Paths) -> list[CheckLine]:
    """Ask every remote provider for a few daily bars; nothing is stored."""
    options = provider_options(settings, paths.yfinance_cache)
    child = Child(ChildConfig(options, 1))
    remote = [one.capabilities for one in make_providers(options).values() if one.capabilities.is_remote]
    try:
        return [_reach(child, one, options.urls.get(one.id) or one.title, settings.request_timeout_s) for one in remote]
    finally:
        child.close()


def _reach(child: Child, provider: Capabilities, where: str, deadline_s: float) -> CheckLine:
    today = int(time.time()) // DAY_S * DAY_S
    span = Span(today - 7 * DAY_S, today + DAY_S)
    symbol = spell_symbol(provider.id, PROBE_SYMBOL)
    started = time.monotonic()
    answer = child.fetch(FetchRequest(symbol, INTERVALS["1d"], span, None, extended=False, deadline_s=deadline_s))
    if isinstance(answer, BarsAnswer):
        seconds = time.monotonic() - started
        text = f"{where} answers ({len(answer.bars)} daily bars, {seconds:.1f} s)"
        return CheckLine(provider.id, is_ok=True, text=text)
    if isinstance(answer, RefusedAnswer) and answer.kind is RefusalKind.UNKNOWN_SYMBOL:  # as mirrors may
        return CheckLine(provider.id, is_ok=True, text=f"{where} answers (it knows no {PROBE_SYMBOL})")
    return CheckLine(provider.id, is_ok=False, text=f"{where}: {answer.reason}; charts show what is cached")


def check_display() -> CheckLine:
    """Return which display a window would use."""
    name = next((key for key in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(key)), None)
    text = f"{name}={os.environ[name]}" if name else "none here: use `candledesk serve` for the browser chart"
    return CheckLine("display", is_ok=True, text=text)

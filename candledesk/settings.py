"""The table of all options: key, type, default and text; the environment variables are ``CANDLEDESK_<KEY>``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from candledesk.domain.errors import InputError
from candledesk.domain.symbols import DEFAULT_PROVIDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "CANDLEDESK_"
DEMO_SOURCE = "demo market (synthetic)"  # the source of the data in a demo, for people
_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def parse_origins(name: str, text: str) -> frozenset[str]:
    """Return the origins in a list with commas or blanks, as a browser's ``Origin`` header spells them.

    Raises ``InputError`` for what is no origin (RFC 6454): a path is none, and ``*`` and ``null`` stand for sites that
    nobody has named.
    """
    found = set()
    for part in text.replace(",", " ").split():
        origin = part.lower()
        if not _ORIGIN.fullmatch(origin):
            msg = f"{PREFIX}{name.upper()}: {part[:80]!r} is no origin: write https://host or http://host:port, no path"
            raise InputError(name, msg)
        found.add(origin.removesuffix(_DEFAULT_PORTS[origin.partition(":")[0]]))
    return frozenset(found)


def _option(  # typed as the result of dataclasses.field
    default: Any,  # noqa: ANN401
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    check: Callable[[str, str], object] | None = None,
) -> Any:  # noqa: ANN401
    metadata = {"text": text, "low": low, "high": high, "choices": choices, "check": check}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one run (INTERFACE.md, "Environment and options")."""

    home: str = _option("", "directory of the database, settings, logs and endpoint.json")
    yahoo_url: str = _option("", "send every Yahoo request to this base URL (a proxy, a mirror, a stand-in)")
    stream_url: str = _option("", "WebSocket for live prices")
    requests_per_minute: float = _option(24.0, "sustained rate of requests to the first provider", low=0.1, high=6000)
    request_burst: int = _option(6, "requests that may be sent at once after a pause", low=1, high=600)
    breaker_pause_s: float = _option(60.0, "first pause after a 429, doubling to 15 minutes", low=0.01, high=900)
    request_timeout_s: float = _option(20.0, "deadline of one provider request", low=0.1, high=600)
    fetch_threads: int = _option(4, "fetch threads of the worker pool", low=1, high=16)
    update: str = _option("on", "update open charts and archived series automatically", choices=("on", "off"))
    update_floor_s: float = _option(60.0, "shortest pause between two updates of a series", low=5, high=86400)
    backup: str = _option("off", "make a backup by itself: never or every week", choices=("off", "weekly"))
    backups_kept: int = _option(4, "automatic backups that are kept of each kind", low=1, high=1000)
    jobs_kept_days: int = _option(90, "days for which the list keeps jobs that succeeded", low=1, high=36500)
    theme: str = _option("", "colours of the window; not given: the last choice", choices=("system", "dark", "light"))
    udf: str = _option("off", "serve the UDF datafeed for charting libraries", choices=("on", "off"))
    udf_origins: str = _option("", "sites whose pages may use the UDF datafeed, with commas", check=parse_origins)
    log_level: str = _option("INFO", "what is logged at least", choices=("DEBUG", "INFO", "WARNING", "ERROR"))

    def allowed_origins(self) -> frozenset[str]:
        """Return the sites whose pages may use the UDF datafeed."""
        return parse_origins("udf_origins", self.udf_origins)

    def provider_urls(self) -> dict[str, str]:
        """Return the base URLs by provider id; empty: the provider's own URL is used."""
        return {DEFAULT_PROVIDER: self.yahoo_url}


def _parse(name: str, kind: type, text: str, limits: Mapping[str, Any]) -> object:
    if kind is str:
        if limits["check"] is not None:
            limits["check"](name, text)
        return _choose(name, text, limits["choices"])
    try:
        value = kind(text)
    except ValueError:
        msg = f"{PREFIX}{name.upper()}={text!r} is not a number"
        raise InputError(name, msg) from None
    low, high = limits["low"], limits["high"]
    if not low <= value <= high:
        msg = f"{PREFIX}{name.upper()}={text} is out of range: use {low:g} to {high:g}"
        raise InputError(name, msg)
    return value


def _choose(name: str, text: str, choices: tuple[str, ...]) -> str:
    """Return the choice that equals ``text`` in any case; ``text`` itself when there are no choices."""
    if not choices:
        return text
    found = [choice for choice in choices if choice.lower() == text.lower()]
    if not found:
        msg = f"{PREFIX}{name.upper()} cannot be {text!r}: use one of {' '.join(choices)}"
        raise InputError(name, msg)
    return found[0]


# Variables that other parts of the project and its tests read; they are not reported as unknown.
_NOT_OPTIONS = frozenset({"RESOURCES"})


def load_settings(environ: Mapping[str, str] | None = None, **overrides: str | None) -> Settings:
    """Build the settings from the environment and the command line's overrides (``None``: not given).

    Raises ``InputError`` for an unknown ``CANDLEDESK_`` variable and for a value that is invalid or out of range.
    """
    environ = os.environ if environ is None else environ
    texts = {key[len(PREFIX) :].lower(): text for key, text in environ.items() if key.startswith(PREFIX)}
    texts = {key: text for key, text in texts.items() if key.upper() not in _NOT_OPTIONS}
    texts |= {key: text for key, text in overrides.items() if text is not None}
    known = {row.name: row for row in fields(Settings)}
    unknown = sorted(set(texts) - set(known))
    if unknown:
        names = ", ".join(PREFIX + name.upper() for name in unknown)
        msg = f"Unknown option {names}: known are {', '.join(PREFIX + name.upper() for name in known)}"
        raise InputError(unknown[0], msg)
    return Settings(
        **{key: _parse(key, type(known[key].default), text, known[key].metadata) for key, text in texts.items() if text}  # type: ignore[arg-type]
    )

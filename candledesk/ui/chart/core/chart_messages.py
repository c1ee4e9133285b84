"""Sentences in the chart and in the status bar. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from candledesk.cache.messages import BreakerState, EdgeState
from candledesk.cache.rules.planner import LISTING_REASON
from candledesk.ui.chart.core.scene import Notice

if TYPE_CHECKING:
    from datetime import tzinfo

    from candledesk.cache.messages import LimiterState
    from candledesk.ui.chart.core.scene import Series

NO_SYMBOL = Notice("Type a symbol", "For example AAPL, ^GSPC, BTC-USD, EURUSD=X or 7203.T")


def loading_notice(symbol: str, interval: str) -> Notice:
    """Return the notice while a symbol is looked up for the first time."""
    return Notice(f"Loading {symbol}", f"Asking for {interval} bars. They are kept here once they arrive.")


def error_notice(symbol: str, text: str, *, is_offline: bool = False) -> Notice:
    """Return the notice when a chart cannot be opened."""
    text = f"{text} It is tried again when the network is back." if is_offline else text
    return Notice(f"{symbol} cannot be opened now" if symbol else "Cannot open the chart", text)


def offline_text(symbol: str) -> str:
    """Return why a symbol cannot be opened without a network, as sentences."""
    return f"{symbol} is not stored, and the provider cannot be reached now. Symbols that are stored can be opened."


_IN_MINUTES_S = 120
_EDGE_TITLES = {
    EdgeState.MORE: "Loading older bars…",
    EdgeState.LOADING: "Loading older bars…",
    EdgeState.FAILED: "Older bars could not be loaded",
    EdgeState.START: "Start of history",
}


def edge_title(edge: EdgeState, *, is_offline: bool, pause: str = "") -> str:
    """Return the title left of the oldest bar; without a network or in a ``pause`` it does not say that bars load."""
    is_waiting = is_offline and edge is not EdgeState.START
    if pause and edge is EdgeState.LOADING and not is_waiting:
        return "Older bars wait for the provider"
    return "Older bars wait for the network" if is_waiting else _EDGE_TITLES[edge]


def edge_text(series: Series, pause: str = "") -> str:
    """Return why there are no older bars, as a sentence, with the date of the listing where that is the reason."""
    if pause and series.edge is EdgeState.LOADING:
        return pause
    text, instrument = series.edge_reason, series.instrument
    if text == LISTING_REASON and instrument is not None and instrument.first_open_time is not None:
        listed = datetime.fromtimestamp(instrument.first_open_time, UTC).astimezone(ZoneInfo(instrument.tz))
        text = f"{text}, {listed.day} {listed:%b %Y}"
    return text[:1].upper() + text[1:]


def pause_text(state: LimiterState, now: float, zone: tzinfo | None = None) -> str:
    """Return a sentence about a pause that the provider asked for; empty when there is none at ``now``."""
    is_paused = state.breaker is BreakerState.OPEN and not state.is_offline
    words = limiter_text(state, zone, now=now) if is_paused else ""
    return f"{words}." if words else ""


def series_notice(series: Series, *, is_offline: bool, pause: str = "") -> Notice | None:
    """Return the notice for a series without bars; ``None`` when it has bars."""
    if len(series.bars):
        return None
    return _empty_notice(series, is_offline=is_offline, pause=pause) if series.symbol else NO_SYMBOL


def _empty_notice(series: Series, *, is_offline: bool, pause: str) -> Notice:
    name, interval, edge = series.symbol, series.interval.name, series.edge
    if is_offline and edge is not EdgeState.START:
        return Notice(
            f"{name} is not stored yet" if series.instrument is None else f"No {interval} bars of {name} are stored",
            f"The provider cannot be reached now. The {interval} bars load by themselves when the network is back.",
        )
    if pause and edge is EdgeState.LOADING:
        return Notice(f"{name} waits for the provider", f"{pause} The {interval} bars load by themselves after that.")
    if edge is EdgeState.FAILED:
        return Notice(f"{name} could not be loaded", edge_text(series) or "There was no answer. It is tried again.")
    if edge is EdgeState.START:
        return Notice(f"No {interval} bars of {name}", edge_text(series) or "The provider has none for this interval.")
    return loading_notice(name, interval)


def date_text(instant: int) -> str:
    """Return ``3 Nov 2026``."""
    when = datetime.fromtimestamp(instant, UTC)
    return f"{when.day} {when:%b %Y}"


def clock_time(instant: int, zone: tzinfo | None = None) -> str:
    """Return ``15:42`` in the user's zone."""
    return f"{datetime.fromtimestamp(instant, UTC).astimezone(zone):%H:%M}"


def limiter_text(state: LimiterState, zone: tzinfo | None = None, *, now: float = 0.0) -> str:
    """Return the state of the limiter as text; empty when requests are sent, and for a pause that ends by ``now``."""
    if state.is_offline:
        return "Offline: showing stored bars"
    if state.breaker is BreakerState.OPEN:
        if state.retry_at is not None and state.retry_at <= now:
            return ""
        until = f" until {clock_time(state.retry_at, zone)}" if state.retry_at is not None else " for a while"
        return f"{state.provider} asked us to pause{until}"
    if state.breaker is BreakerState.HALF_OPEN:
        return f"Trying {state.provider} again"
    return "" if state.unanswered_since is None else f"No answer from {state.provider} yet"


def connection_text(state: LimiterState, *, now: float) -> str:
    """Return in a word or two whether the provider answers."""
    if state.is_offline:
        return "Offline"
    if is_held(state, now=now):
        return "Paused"
    return "Online" if state.unanswered_since is None else "No answer yet"


def is_held(state: LimiterState, *, now: float) -> bool:
    """Return whether no request is sent at ``now``: offline, or in a pause."""
    return bool(limiter_text(replace(state, unanswered_since=None), now=now))


def lag_text(lag_s: int) -> str:
    """Return how late updates are, rounded to 10 s or, from two minutes on, to minutes; empty while they are not."""
    if lag_s <= 0:
        return ""
    late = f"{round(lag_s, -1)} s" if lag_s < _IN_MINUTES_S else f"{lag_s // 60} min"
    return f"Updates {late} late"


def work_text(n_jobs: int, *, is_held: bool) -> str:
    """Return how many jobs load; while requests are held (offline, in a pause) it says that they wait."""
    if n_jobs == 0:
        return "" if is_held else "Ready"
    if n_jobs == 1:
        return "1 job waits" if is_held else "1 job is loading"
    return f"{n_jobs:,} jobs wait" if is_held else f"{n_jobs:,} jobs are loading"

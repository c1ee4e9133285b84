"""What the chart and the status bar say, in words. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.cache.messages import BreakerState, EdgeState
from candledesk.ui.chart.scene import Notice

if TYPE_CHECKING:
    from datetime import tzinfo

    from candledesk.cache.messages import LimiterState
    from candledesk.ui.chart.scene import Series

NO_SYMBOL = Notice("No symbol open", "Type a symbol, for example AAPL, and press Enter.")


def loading_notice(symbol: str, interval: str) -> Notice:
    """Return the words while a symbol is looked up for the first time."""
    return Notice(f"Loading {symbol}", f"Asking Yahoo for {interval} bars. They are kept here once they arrive.")


def error_notice(text: str) -> Notice:
    """Return the words when a chart cannot be opened at all."""
    return Notice("Cannot open the chart", text)


def series_notice(series: Series, *, is_offline: bool) -> Notice | None:
    """Return the words for a series without bars; ``None`` when there is something to draw."""
    if len(series.bars):
        return None
    name, interval = series.symbol, series.interval.name
    if not name:
        return NO_SYMBOL
    if is_offline and series.edge is not EdgeState.START:
        return Notice(
            f"{name} is not stored yet",
            f"Yahoo cannot be reached now. The {interval} bars load by themselves when the network is back.",
        )
    if series.edge is EdgeState.FAILED:
        return Notice(f"{name} could not be loaded", series.edge_reason or "Yahoo did not answer. It is tried again.")
    if series.edge is EdgeState.START:
        return Notice(f"No {interval} bars of {name}", series.edge_reason or "Yahoo has none for this interval.")
    return loading_notice(name, interval)


def clock_time(instant: int, zone: tzinfo | None = None) -> str:
    """Return ``15:42`` in the user's zone."""
    return f"{datetime.fromtimestamp(instant, UTC).astimezone(zone):%H:%M}"


def limiter_words(state: LimiterState, zone: tzinfo | None = None) -> str:
    """Return what the limiter does to the user, or nothing."""
    if state.is_offline:
        return "Offline: showing stored bars"
    if state.breaker is BreakerState.OPEN:
        until = f" until {clock_time(state.retry_at, zone)}" if state.retry_at is not None else " for a while"
        return f"Yahoo asked us to pause{until}"
    if state.breaker is BreakerState.HALF_OPEN:
        return "Trying Yahoo again"
    return ""


def loading_words(n_windows: int) -> str:
    """Return how much is being loaded."""
    if n_windows == 0:
        return "Ready"
    return "Loading 1 window" if n_windows == 1 else f"Loading {n_windows} windows"

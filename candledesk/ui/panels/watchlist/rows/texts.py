"""The words and figures of a row: its price, change, age and state, and the tooltip. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from candledesk.domain.calendar.countdown import seconds_to_close
from candledesk.domain.instrument import decimals_for
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.ui.chart.core.scales import format_price, format_volume

if TYPE_CHECKING:
    from candledesk.cache.quote_messages import Quote

NOT_STORED = "not stored"
FRESH_S = 15 * MINUTE_S  # a row of a list of 200 is asked for each 17 minutes; beyond it a trading symbol is stale
_WEEK_S = 6 * DAY_S  # within it a weekday is clear
_MINUS = "\N{MINUS SIGN}"


class Column(StrEnum):
    """The columns in their order; the value is the title."""

    SYMBOL = "Symbol"
    CLOSES = "Trend"
    LAST = "Last"
    CHANGE = "Chg"
    PERCENT = "Chg %"
    VOLUME = "Vol"
    STATE = "State"
    AGE = "Age"


COLUMNS = tuple(Column)
USUAL_COLUMNS = (Column.SYMBOL, Column.CLOSES, Column.LAST, Column.PERCENT)


class QuoteState(StrEnum):
    """How a price stands: of a trading venue, of its last close, or older than it should be."""

    UNKNOWN = ""
    MISSING = NOT_STORED
    OPEN = "open"
    DELAYED = "delayed"
    CLOSED = "closed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class QuoteTexts:
    """A row's cells as texts; ``state``: how the price stands; ``sign`` of the change: 1, 0 or -1."""

    last: str
    change: str
    percent: str
    volume: str
    state_text: str
    age: str
    state: QuoteState
    sign: int

    @property
    def age_line(self) -> str:
        """How old the price is, and whether it is late: ``2 min``, ``14:05 · delayed``, ``Thu close · stale``."""
        return f"{self.age} · {self.state}" if self.state in {QuoteState.DELAYED, QuoteState.STALE} else self.age

    def cell(self, column: Column) -> str:
        """Return the text of a column that shows one."""
        texts = {
            Column.LAST: self.last,
            Column.CHANGE: self.change,
            Column.PERCENT: self.percent,
            Column.VOLUME: self.volume,
            Column.STATE: self.state_text,
            Column.AGE: self.age,
        }
        return texts.get(column, "")


def change_of(quote: Quote | None) -> float | None:
    """Return the change from the previous close, ``None`` where either is not stored."""
    if quote is None or quote.price is None or quote.previous_close is None:
        return None
    return quote.price - quote.previous_close


def percent_of(quote: Quote | None) -> float | None:
    """Return the change in percent; ``None`` also where the previous close was not positive."""
    change = change_of(quote)
    if change is None or quote is None or not quote.previous_close or quote.previous_close <= 0:
        return None
    return change / quote.previous_close * 100


def quote_state(quote: Quote, now: float) -> QuoteState:
    """Return how a price stands at ``now`` (UTC seconds)."""
    if quote.price is None or quote.as_of is None:
        return QuoteState.MISSING
    if quote.hours is not None and seconds_to_close(quote.hours, int(now)) is not None:
        if now - quote.as_of > quote.delay_s + FRESH_S:
            return QuoteState.STALE
        return QuoteState.DELAYED if quote.delay_s >= MINUTE_S else QuoteState.OPEN
    if quote.closed_at is None:
        return QuoteState.UNKNOWN
    return QuoteState.CLOSED if quote.as_of >= quote.closed_at else QuoteState.STALE


def age_text(quote: Quote, now: float) -> str:
    """Return how old a price is: ``now``, ``12 min``, ``14:05``, ``Fri close``, ``24 Oct``; of the exchange's zone."""
    if quote.as_of is None:
        return ""
    gone_s = max(0.0, now - quote.as_of)
    zone = ZoneInfo(quote.instrument.tz) if quote.instrument is not None else UTC
    at, today = datetime.fromtimestamp(quote.as_of, zone), datetime.fromtimestamp(now, zone).date()
    is_close = quote.as_of == quote.closed_at
    if gone_s < MINUTE_S:
        return "now"
    if gone_s < HOUR_S and not is_close:
        return f"{int(gone_s // MINUTE_S)} min"
    if at.date() == today:
        return "close" if is_close else f"{at:%H:%M}"
    if gone_s < _WEEK_S:
        return f"{at:%a} close" if is_close else f"{at:%a} {at:%H:%M}"
    return f"{at.day} {at:%b}" if at.year == today.year else f"{at.day} {at:%b %Y}"


def quote_texts(quote: Quote | None, now: float) -> QuoteTexts:
    """Return the cells of a row; ``quote`` ``None``: not read yet, which shows nothing."""
    if quote is None:
        return QuoteTexts("", "", "", "", "", "", QuoteState.UNKNOWN, 0)
    if quote.price is None:
        return QuoteTexts(NOT_STORED, "", "", "", NOT_STORED, "", QuoteState.MISSING, 0)
    state, age, decimals = quote_state(quote, now), age_text(quote, now), _decimals(quote)
    change, percent = change_of(quote), percent_of(quote)
    words = {
        QuoteState.DELAYED: f"delayed {quote.delay_s // MINUTE_S} min",
        QuoteState.STALE: f"stale since {age}",
    }
    return QuoteTexts(
        format_price(quote.price, decimals),
        "" if change is None else _signed(change, decimals),
        "" if percent is None else f"{_signed(percent, 2)}%",
        format_volume(quote.volume) if quote.volume else "",
        words.get(state, state.value),
        age,
        state,
        0 if not change else (1 if change > 0 else -1),
    )


def quote_tip(symbol: str, quote: Quote | None, note: str, now: float) -> str:
    """Return what the tooltip of a row says: name, price with its age, change, volume, state and note."""
    lines = [symbol]
    if quote is not None and quote.instrument is not None:
        one = quote.instrument
        venue = " · ".join(filter(None, (one.exchange_name or one.exchange, one.currency)))
        lines = [f"{symbol}  {one.name}".rstrip(), venue]
    texts = quote_texts(quote, now)
    if texts.state is QuoteState.MISSING:
        lines.append("No price is stored: Backfill fetches its history")
    elif quote is not None:
        lines.append(f"{texts.last}  {_age_sentence(texts.age)}")
        if texts.change:
            lines.append(f"{texts.change}  {texts.percent} from the previous close".replace("  from", " from"))
        lines += [f"Volume {texts.volume}"] if texts.volume else []
        lines += [texts.state_text[:1].upper() + texts.state_text[1:]] if texts.state_text else []
    return "\n".join([*lines, *([note] if note else [])])


def _age_sentence(age: str) -> str:
    return f"{age} ago" if age.endswith("min") else f"at {age}" if age == "close" else age


def _decimals(quote: Quote) -> int:
    return decimals_for(2 if quote.instrument is None else quote.instrument.price_decimals, quote.price)


def _signed(value: float, decimals: int) -> str:
    return f"{value:+,.{decimals}f}".replace("-", _MINUS)

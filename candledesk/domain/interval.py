"""The one table of intervals: names, steps, what the provider allows, what is fetched and what is derived."""

from __future__ import annotations

from dataclasses import dataclass

from candledesk.domain.errors import InputError

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
YEAR_S = 31_557_600


_SHORTEST_MONTH_S = 28 * DAY_S


@dataclass(frozen=True, slots=True)
class Interval:
    """One bar length.

    ``step_s``: nominal seconds (months and quarters: the shortest); ``lookback_s``: how far back the provider answers
    (``None``: to the listing date), a margin inside Yahoo's own caps of 30, 60 and 730 days (yahoo.md §1: the check
    runs against Yahoo's clock); ``window_s``: the widest span of one request, its overlap included: Yahoo's caps are
    8 days for 1m and 100 years for 1d, and for all else the look-back alone; ``base``: the interval it is derived
    from (``None``: fetched itself; DESIGN.md rule 4).
    """

    name: str
    step_s: int
    lookback_s: int | None
    window_s: int
    base_name: str | None = None

    @property
    def is_daily(self) -> bool:
        """Whether bars are keyed by the session's own date at 00:00 UTC (1d and longer)."""
        return self.step_s >= DAY_S

    @property
    def is_monthly(self) -> bool:
        """Whether bars are months or quarters."""
        return self.step_s >= _SHORTEST_MONTH_S

    @property
    def base(self) -> Interval:
        """The interval that is fetched and stored to answer for this one."""
        return self if self.base_name is None else INTERVALS[self.base_name]


_LOOKBACK_1M = 29 * DAY_S + 23 * HOUR_S
_LOOKBACK_60D = 59 * DAY_S + 23 * HOUR_S
_LOOKBACK_1H = 729 * DAY_S + 23 * HOUR_S

INTERVALS: dict[str, Interval] = {
    row.name: row
    for row in (
        Interval("1m", MINUTE_S, _LOOKBACK_1M, 8 * DAY_S - HOUR_S),
        Interval("2m", 2 * MINUTE_S, _LOOKBACK_60D, _LOOKBACK_60D),
        Interval("5m", 5 * MINUTE_S, _LOOKBACK_60D, _LOOKBACK_60D),
        Interval("15m", 15 * MINUTE_S, _LOOKBACK_60D, _LOOKBACK_60D),
        Interval("30m", 30 * MINUTE_S, _LOOKBACK_60D, _LOOKBACK_60D, base_name="15m"),
        Interval("1h", HOUR_S, _LOOKBACK_1H, _LOOKBACK_1H),
        Interval("90m", 90 * MINUTE_S, _LOOKBACK_60D, _LOOKBACK_60D),
        Interval("4h", 4 * HOUR_S, _LOOKBACK_1H, _LOOKBACK_1H, base_name="1h"),
        Interval("1d", DAY_S, None, 99 * YEAR_S),
        Interval("1wk", 7 * DAY_S, None, 99 * YEAR_S, base_name="1d"),
        Interval("1mo", 28 * DAY_S, None, 99 * YEAR_S, base_name="1d"),
        Interval("3mo", 90 * DAY_S, None, 99 * YEAR_S, base_name="1d"),
    )
}
ALIASES: dict[str, str] = {"60m": "1h"}


def parse_interval(text: str) -> Interval:
    """Return the interval of a canonical name or alias; raise ``InputError`` that lists the names."""
    name = text.strip()
    found = INTERVALS.get(ALIASES.get(name, name))
    if found is None:
        msg = f"Unknown interval {text!r}: use one of {' '.join(INTERVALS)}"
        raise InputError("interval", msg)
    return found

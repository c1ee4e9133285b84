"""The market of the damage campaign: a provider in this process with instruments of several venues.

Every value follows from the symbol and the time, so that a home can be made again byte for byte.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import bar_close_times, expected_open_times
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import (
    DIVIDEND,
    SPLIT,
    BarsAnswer,
    CorporateAction,
    FaultAnswer,
    MatchesAnswer,
    RefusalKind,
    RefusedAnswer,
)

NOW = 1_795_631_490  # Wednesday 2026-11-25 18:31:30 UTC: New York trades, London and Tokyo have closed
TODAY = NOW // DAY_S * DAY_S
CALENDAR_DAYS = 2_500
ODD_EVERY = 97  # bars; such a bar opens outside its range


@dataclass(frozen=True)
class Hours:
    """A venue's sessions in UTC seconds from 00:00 of the date; ``pause``: the lunch break."""

    opens: int
    closes: int
    pause: tuple[int, int] = (0, 0)
    is_24h: bool = False


HOURS = {
    "XNYS": Hours(52_200, 75_600),
    "XLON": Hours(28_800, 59_400),
    "XTKS": Hours(0, 23_400, (9_000, 12_600)),
    "24/7": Hours(0, DAY_S, is_24h=True),
}


@dataclass(frozen=True)
class Listing:
    """An instrument and its events; ``listed``: days before today; ``splits``, ``dividends``: days back and value."""

    symbol: str
    exchange: str
    mic: str
    tz: str
    currency: str
    decimals: int
    price: float
    listed: int
    kind: str = "EQUITY"
    splits: tuple[tuple[int, float], ...] = ()
    dividends: tuple[tuple[int, float], ...] = ()
    is_odd: bool = False

    @property
    def instrument(self):
        opened = TODAY - self.listed * DAY_S + HOURS[self.mic].opens
        name = f"{self.symbol} Incorporated"
        return Instrument(self.symbol, self.exchange, self.kind, self.tz, self.currency, self.decimals, opened, name)


def _shares(n):
    return [Listing(f"SH{i:02}", "NMS", "XNYS", "America/New_York", "USD", 2, 20.0 + i, 300 + i) for i in range(n)]


LISTINGS = {
    row.symbol: row
    for row in (
        Listing("ACME", "NYQ", "XNYS", "America/New_York", "USD", 2, 180.0, 2_300,
                splits=((700, 4.0), (31, 2.0)), dividends=((400, 0.5), (60, 0.25)), is_odd=True),
        Listing("VOD.L", "LSE", "XLON", "Europe/London", "GBp", 1, 75.0, 1_500, dividends=((200, 4.5),), is_odd=True),
        Listing("7203.T", "JPX", "XTKS", "Asia/Tokyo", "JPY", 0, 2_500.0, 1_400),
        Listing("BTC-USD", "CCC", "24/7", "UTC", "USD", 2, 60_000.0, 900, kind="CRYPTOCURRENCY"),
        *_shares(8),
    )
}  # fmt: skip


def make_calendar(mic, tz, first=TODAY - CALENDAR_DAYS * DAY_S, last=TODAY + 200 * DAY_S):
    hours = HOURS[mic]
    days = np.arange(first // DAY_S, last // DAY_S, dtype=np.int64)
    days = (days if hours.is_24h else days[(days + 3) % 7 < 5]) * DAY_S
    pause = [days + at if at else np.zeros(len(days), np.int64) for at in hours.pause]
    return SessionCalendar(mic, tz, days, days + hours.opens, days + hours.closes, *pause, 0, hours.is_24h)


def make_bars(listing, times):
    """Make bars of the open ``times``: a slow wave with noise, on the listing's grid of prices, whole volumes."""
    seed = zlib.crc32(listing.symbol.encode())
    noise = ((times // 60 * 2_654_435_761 + seed) % 1_000_003) / 1_000_003.0
    wave = 1.0 + 0.2 * np.sin(times / 9e6 + seed % 7)
    tick = 10.0**-listing.decimals
    close = np.round(listing.price * wave * (1 + 0.004 * (noise - 0.5)) / tick) * tick
    step = np.ceil(listing.price * 0.002 / tick) * tick
    opened, high, low = close - step * np.where(noise < 0.5, 1, -1), close + 2 * step, close - 2 * step
    if listing.is_odd:
        opened = np.where(np.arange(len(times)) % ODD_EVERY == ODD_EVERY - 1, high + step, opened)
    prices = [np.round(column, listing.decimals) for column in (opened, high, low, close)]
    return Bars(times.copy(), *prices, np.floor(noise * 90_000) + 100.0)


class Market:
    """Stands in for the fetch process; while it is not ``is_open`` it cannot be reached."""

    def __init__(self, *, is_open=True):
        self.is_open = is_open
        self.now = NOW

    def truth(self, listing, interval, span):
        """Return the bars of ``span`` whose sessions have begun."""
        calendar = make_calendar(listing.mic, listing.tz)
        times = expected_open_times(calendar, interval, span)
        begins = times + HOURS[listing.mic].opens if interval.is_daily else times
        first = TODAY - listing.listed * DAY_S
        return make_bars(listing, times[(begins <= self.now) & (times >= first)])

    def fetch(self, request):
        if not self.is_open:
            return FaultAnswer("The network is down", is_offline=True)
        listing = LISTINGS.get(request.symbol)
        if listing is None:
            return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, "No data found, symbol may be delisted")
        actions = [(days, SPLIT, value) for days, value in listing.splits]
        actions += [(days, DIVIDEND, value) for days, value in listing.dividends]
        dated = [CorporateAction(TODAY - days * DAY_S, kind, value) for days, kind, value in actions]
        inside = tuple(one for one in dated if request.span.start <= one.date < request.span.end)
        return BarsAnswer(
            self.truth(listing, request.interval, request.span), listing.instrument, inside, market=(NOW, listing.price)
        )

    def load_calendar(self, venue, _start):
        return make_calendar(venue.mic if venue.mic in HOURS else venue.calendar or "24/7", venue.tz)

    def search(self, _provider, _query, _deadline_s):
        return MatchesAnswer(())

    def warm_up(self):
        pass

    def close(self):
        pass


def days_back(first, last=0):
    return Span(TODAY - first * DAY_S, TODAY - last * DAY_S if last else NOW + 1)


def last_close(listing, name):
    """Return the close time of the newest bar that has closed."""
    interval, calendar = INTERVALS[name], make_calendar(listing.mic, listing.tz)
    times = expected_open_times(calendar, interval, days_back(10))
    ends = bar_close_times(calendar, interval, times)
    return int(ends[ends <= NOW][-1])

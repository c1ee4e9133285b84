"""All listings of one demo market, and their changes while it runs: splits and new owners of symbols."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.instruments.profiles import profiles_at
from candledesk.demo.instruments.splits import SplitEvent, next_session_date
from candledesk.demo.prices.days import day_number
from candledesk.demo.prices.listing import DemoListing
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.demo.instruments.profile import Profile

_GREATEST_FACTOR = 1_000_000


class Prices:
    """All listings of one demo market, each made at its first use; safe for use from any thread."""

    def __init__(self, now: int) -> None:
        self.profiles = profiles_at(now)
        self._born_as = dict(self.profiles)
        self._until = now
        self._listings: dict[str, DemoListing] = {}
        self._lock = threading.Lock()

    def listing(self, symbol: str, now: int) -> DemoListing | None:
        """Return the listing of a symbol, ``None`` when there is none."""
        with self._lock:
            profile = self.profiles.get(symbol)
            return None if profile is None else self._listing(profile, now)

    def _listing(self, profile: Profile, now: int) -> DemoListing:
        if datetime.fromtimestamp(now, UTC).year > datetime.fromtimestamp(self._until, UTC).year:
            self._until = now
            self._listings.clear()  # their hours end in the January after the year of _until
        found = self._listings.get(profile.symbol)
        if found is None:
            found = self._listings[profile.symbol] = DemoListing(profile, self._until)
        return found

    def split(self, symbol: str, parts: tuple[int, int], day: date | None, forgotten: int, now: int) -> SplitEvent:
        """Add a split (``DemoMarket.split``); raise ``KeyError`` for an unknown symbol."""
        with self._lock:
            profile = self.profiles[symbol]
            hours = self._listing(profile, now).hours
            split = SplitEvent(day or next_session_date(hours, now), *parts, forgotten=forgotten)
            if split.row(hours) == len(hours):
                raise ValueError(f"{split.date} lies beyond the sessions that the demo market plans")
            if day is None or int(hours.open[split.row(hours)]) <= now:
                split = replace(split, since=now)
            self._replace(replace(profile, splits=(*profile.splits, split)))
        return split

    def reuse(self, symbol: str, name: str, factor: float, day: date | None, now: int) -> Profile:
        """Give a symbol to another company (``DemoMarket.reuse``); raise ``KeyError`` for an unknown symbol."""
        with self._lock:
            old = self.profiles[symbol]
            listing = self._listing(old, now)
            first = day or next_session_date(listing.hours, now)
            if not 0 < factor < _GREATEST_FACTOR:
                raise ValueError(f"the price is multiplied by a number above 0 and below {_GREATEST_FACTOR:,}")
            row = min(max(int(np.searchsorted(listing.hours.date, day_number(first) * DAY_S)), 1), len(listing.hours))
            last = listing.days.close[[row - 1]] / listing.split_ratio(np.array([row - 1]), now)
            new = replace(
                old,
                name=f"{name} (synthetic)",
                company=f"{old.company}/{name}",
                listed=first,
                anchor=first,
                price=float(abs(last[0])) * factor,
                splits=(),
                dividend=0.0,
                gain=0.0,
                oddities=(),
                has_real_days=False,
                has_negative_days=False,
            )
            self._replace(new)
        return new

    def _replace(self, profile: Profile) -> None:
        self.profiles = {**self.profiles, profile.symbol: profile}
        self._listings.pop(profile.symbol, None)

    def reset(self) -> None:
        """Remove all added splits and new owners."""
        with self._lock:
            changed = [symbol for symbol, profile in self.profiles.items() if profile is not self._born_as[symbol]]
            self.profiles = dict(self._born_as)
            for symbol in changed:
                self._listings.pop(symbol, None)

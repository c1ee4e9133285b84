"""Splits, dividends and capital gains, read from Yahoo's own document: yfinance moves and drops them. Pure.

yfinance 1.7.0 moves an action to the session before when its date has no row, drops the currency of a dividend, and
reads gains of funds only (yahoo.md §4.4).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from candledesk.domain.prices.currency import units_of
from candledesk.domain.texts import plain_text
from candledesk.providers.answers import CAPITAL_GAIN, DIVIDEND, SPLIT, CorporateAction
from candledesk.providers.yahoo.values import instant, local_date, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_RATIO = 1e6  # the largest real splits are some thousands to one
_MAX_AMOUNT = 1e12
_CASH = (("dividends", DIVIDEND), ("capitalGains", CAPITAL_GAIN))


def read_actions(body: bytes, tz: str) -> tuple[CorporateAction, ...]:
    """Return the corporate actions of a chart answer, each on its exchange-local date, in order.

    ``body``: the answer as it came; ``tz``: the exchange's IANA zone. Several of a kind on one date are one action:
    amounts are added up, in the first one's currency; one in a currency that is no unit of that is left out. Events
    without a usable date or value are left out.
    """
    if b'"events"' not in body:
        return ()
    events = json.loads(body)["chart"]["result"][0].get("events")
    if not isinstance(events, dict):
        return ()
    zone = ZoneInfo(tz)
    found: dict[tuple[int, str], CorporateAction] = {}
    for name, kind in _CASH:
        for date, event in _dated(events.get(name), zone):
            amount = number(event.get("amount"))
            if amount is not None and 0 < amount < _MAX_AMOUNT:
                currency = plain_text(event.get("currency")) or None
                _add(found, CorporateAction(date, kind, amount, currency))
    for date, event in _dated(events.get("splits"), zone):
        ratio = _ratio(event)
        if ratio is not None:
            previous = found.get((date, SPLIT))
            found[date, SPLIT] = CorporateAction(date, SPLIT, ratio * (previous.value if previous else 1.0))
    return tuple(found[key] for key in sorted(found))


def _dated(events: object, zone: ZoneInfo) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the events that have a date, with it."""
    for event in events.values() if isinstance(events, dict) else ():
        when = instant(event.get("date")) if isinstance(event, dict) else None
        if when is not None:
            yield local_date(when, zone), event


def _ratio(event: Mapping[str, Any]) -> float | None:
    new, old = number(event.get("numerator")), number(event.get("denominator"))
    if new is None or old is None or new <= 0 or old <= 0:
        return None
    ratio = new / old
    return ratio if 1 / _MAX_RATIO <= ratio <= _MAX_RATIO else None


def _add(found: dict[tuple[int, str], CorporateAction], action: CorporateAction) -> None:
    key = action.date, action.kind
    previous = found.setdefault(key, action)
    if previous is action:
        return
    (first, n_first), (second, n_second) = units_of(previous.currency or ""), units_of(action.currency or "")
    if first == second:
        value = previous.value + action.value * n_first / n_second
        found[key] = CorporateAction(action.date, action.kind, value, previous.currency)

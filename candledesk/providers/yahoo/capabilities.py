"""What Yahoo answers: its intervals with their look-backs and widest requests (yahoo.md §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S, HOUR_S, YEAR_S
from candledesk.domain.symbols import DEFAULT_PROVIDER
from candledesk.domain.windows import FetchLimits
from candledesk.providers.base import Capabilities

if TYPE_CHECKING:
    from candledesk.providers.base import Quota

# A margin inside Yahoo's own caps of 30, 60 and 730 days, since the check runs against Yahoo's clock.
_LOOKBACK_1M_S = 29 * DAY_S + 23 * HOUR_S
_LOOKBACK_60D_S = 59 * DAY_S + 23 * HOUR_S
_LOOKBACK_1H_S = 729 * DAY_S + 23 * HOUR_S
_60_DAYS = FetchLimits(_LOOKBACK_60D_S, _LOOKBACK_60D_S)

LIMITS = {
    "1m": FetchLimits(_LOOKBACK_1M_S, 8 * DAY_S - HOUR_S),  # one request may span 8 days
    "2m": _60_DAYS,
    "5m": _60_DAYS,
    "15m": _60_DAYS,
    "1h": FetchLimits(_LOOKBACK_1H_S, _LOOKBACK_1H_S),
    "90m": _60_DAYS,
    "1d": FetchLimits(None, 99 * YEAR_S),  # to the listing date; one request may span 100 years
}

_TERMS = (
    "Yahoo Finance, through yfinance, for personal use under Yahoo's terms. CandleDesk is not affiliated with Yahoo."
)


def make_capabilities(quota: Quota) -> Capabilities:
    """Return what Yahoo can do at the rate that the settings allow."""
    return Capabilities(
        id=DEFAULT_PROVIDER,
        title="Yahoo",
        source="Yahoo Finance",
        intervals=LIMITS,
        quota=quota,
        is_remote=True,
        can_search=True,
        unknown_hint="check the spelling on finance.yahoo.com",
        terms=_TERMS,
    )

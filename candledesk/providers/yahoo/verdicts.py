"""What Yahoo's own words mean: error descriptions and statuses to typed answers (yahoo.md §1, §2.4)."""

from __future__ import annotations

import re

from candledesk.domain.interval import DAY_S, YEAR_S
from candledesk.providers.answers import FaultAnswer, RateLimitedAnswer, RefusalKind, RefusedAnswer

RATE_LIMITED_STATUSES = frozenset({429, 999})  # 999: Yahoo's older "request denied"
NOT_FOUND = 404
_CLIENT_ERRORS = range(400, 500)
_UNITS_S = {"day": DAY_S, "year": YEAR_S}

# The first pattern that is found decides; group 1 and 2, where present, are the cap and its unit.
_REFUSALS: tuple[tuple[re.Pattern[str], RefusalKind], ...] = (
    (re.compile(r"Only ([1-9]\d{0,5}) (day|year)s? worth", re.IGNORECASE), RefusalKind.SPAN_TOO_WIDE),
    (re.compile(r"within the last ([1-9]\d{0,5}) (day|year)s?", re.IGNORECASE), RefusalKind.BEYOND_LOOKBACK),
    (re.compile(r"Data doesn.t exist for startDate", re.IGNORECASE), RefusalKind.BEFORE_LISTING),
    (re.compile(r"No data found|symbol may be delisted", re.IGNORECASE), RefusalKind.UNKNOWN_SYMBOL),
    (re.compile(r"is not supported|Invalid input", re.IGNORECASE), RefusalKind.BAD_REQUEST),
)


def judge_reason(reason: str, n_requests: int) -> RefusedAnswer | None:
    """Return the refusal that Yahoo's description states, ``None`` when it is none of the known ones."""
    for pattern, kind in _REFUSALS:
        found = pattern.search(reason)
        if found:
            limit_s = int(found[1]) * _UNITS_S[found[2].lower()] if found.groups() else None
            return RefusedAnswer(kind, reason, limit_s, n_requests)
    return None


def judge_status(
    status: int, reason: str, n_requests: int, *, is_chart_error: bool
) -> RefusedAnswer | RateLimitedAnswer | FaultAnswer:
    """Return what an error status (400 and up) with Yahoo's description means.

    ``is_chart_error``: the body was the chart endpoint's own document, so a 404 speaks of the symbol, not of a proxy.
    """
    if status in RATE_LIMITED_STATUSES:
        return RateLimitedAnswer(f"Yahoo limits the rate of requests (HTTP {status})", n_requests)
    if status in _CLIENT_ERRORS and is_chart_error:
        refusal = judge_reason(reason, n_requests)
        if refusal is not None:
            return refusal
        if status == NOT_FOUND:
            return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, reason, None, n_requests)
    detail = f": {reason}" if reason else ""
    return FaultAnswer(f"Yahoo answered HTTP {status}{detail}", n_requests=n_requests)

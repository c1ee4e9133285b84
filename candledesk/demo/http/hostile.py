"""Faults of an answer outside its rows: hostile texts, an impossible date, the wrong granularity.

The rows of a ``hostile_…`` answer are true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from candledesk.demo.http.chart import RULES, answer_chart
from candledesk.demo.http.pages import JSON, Reply
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.demo.http.chart import Payload
    from candledesk.demo.prices.listings import Prices

_LENGTH = 100_000
_PIECE = "Corp\x00\x1b[31m\x07\u202eevil<b>&amp;</b><img src=file:///dev/random>\r\n"
HOSTILE_TEXT = (_PIECE * (_LENGTH // len(_PIECE) + 1))[:_LENGTH]
HOSTILE_ERROR = "No data\r\nX-Injected: yes\r\n<img src=file:///dev/random><script>alert(1)</script>\x1b[2J\u202e"
HOSTILE_DATE = -(10**18)
_NAMES = frozenset({"longName", "shortName", "longname", "shortname", "fullExchangeName", "exchDisp"})


def answer_hostile_error() -> Reply:
    """Return an error of the provider's server whose text holds line breaks, markup and control characters."""
    error = {"code": "Internal Server Error", "description": HOSTILE_ERROR}
    return Reply.of_json({"chart": {"result": None, "error": error}}, 500)


def make_hostile(kind: str, value: Any) -> None:  # noqa: ANN401 - any part of a JSON document
    """Put hostile names (``hostile_text``) or a first trade date of -10^18 (``hostile_date``) into it in place."""
    if isinstance(value, list):
        for part in value:
            make_hostile(kind, part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if kind == "hostile_text" and name in _NAMES:
                value[name] = HOSTILE_TEXT
            elif kind == "hostile_date" and name == "firstTradeDate":
                value[name] = HOSTILE_DATE
            elif name != "indicators":
                make_hostile(kind, part)


def make_page_hostile(kind: str, reply: Reply) -> Reply:
    """Return the answer of a page other than the chart, with hostile names if it is JSON."""
    if reply.content_type != JSON:
        return reply
    payload = orjson.loads(reply.body)
    make_hostile(kind, payload)
    return Reply.of_json(payload, reply.status)


def answer_wrong_granularity(prices: Prices, symbol: str, query: Mapping[str, str], now: int) -> Payload:
    """Return months in place of days, and days in place of minutes or hours, with a matching ``dataGranularity``.

    Raises ``ChartRefusedError`` when the provider refuses the request.
    """
    asked = query.get("interval", "1d")
    true_meta = answer_chart(prices, symbol, query, now)["chart"]["result"][0]["meta"]
    coarser = "1d" if RULES[asked].step < DAY_S else "3mo" if asked == "1mo" else "1mo"
    payload = answer_chart(prices, symbol, {**query, "interval": coarser}, now)
    if "tradingPeriods" in true_meta:
        payload["chart"]["result"][0]["meta"]["tradingPeriods"] = true_meta["tradingPeriods"]
    return payload

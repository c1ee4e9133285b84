"""The pages besides charts that the client requests: cookie, consent, crumb, search, look-up, quotes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from candledesk.demo.http.meta import make_meta

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.demo.instruments.profile import Profile
    from candledesk.demo.prices.listing import DemoListing
    from candledesk.demo.prices.listings import Prices

JSON, HTML, TEXT = "application/json;charset=utf-8", "text/html;charset=utf-8", "text/plain;charset=utf-8"
CRUMB = "demo.crumb"
_COOKIE = "A3=d=demo&S=demo; Max-Age=31557600; Path=/"
_CONSENT = (
    '<html><form><input name="csrfToken" value="demo"><input name="sessionId" value="demo">'
    "<input name=originalDoneUrl value=demo><input name=namespace value=yahoo></form></html>"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, payload: object, status: int = 200) -> Reply:
        """Encode a JSON answer."""
        return cls(status, orjson.dumps(payload))

    @classmethod
    def of_html(cls, text: str, status: int = 200) -> Reply:
        """Encode a page."""
        return cls(status, text.encode(), HTML)


_CONSENTED = Reply(200, _CONSENT.encode(), HTML, {"Set-Cookie": _COOKIE})
_FIXED = {
    "/v1/test/getcrumb": Reply(200, CRUMB.encode(), TEXT),
    "/": Reply(404, b"", HTML, {"Set-Cookie": _COOKIE}),
    "/consent": _CONSENTED,
    "/v2/collectConsent": _CONSENTED,
    "/copyConsent": _CONSENTED,
}


def answer_page(prices: Prices, host: str, path: str, query: Mapping[str, str], now: int) -> Reply:
    """Return the answer to any request that is not a chart."""
    fixed = _FIXED.get(path)
    if fixed is not None and (path != "/" or host == "fc.yahoo.com"):
        return fixed
    if path == "/v1/finance/search":
        return _search(prices, query)
    if path == "/v1/finance/lookup":
        return _look_up(prices, query, now)
    if path == "/v7/finance/quote":
        return _quotes(prices, query.get("symbols", "").split(","), now)
    if path.startswith("/v10/finance/quoteSummary/"):
        return _summary(prices, path.rpartition("/")[2], now)
    error = {"code": "Not Found", "description": "No such page"}
    return Reply.of_json({"finance": {"result": None, "error": error}}, 404)


def _matches(prices: Prices, text: str) -> list[Profile]:
    wanted = text.strip().casefold()
    rows = [row for row in prices.profiles.values() if wanted and wanted in f"{row.symbol} {row.name}".casefold()]
    return sorted(rows, key=lambda row: (not row.symbol.casefold().startswith(wanted), row.symbol))


def _search(prices: Prices, query: Mapping[str, str]) -> Reply:
    limit = int(query.get("quotesCount", "8"))
    quotes = [
        {
            "symbol": row.symbol,
            "shortname": row.name,
            "longname": row.name,
            "quoteType": row.quote_type,
            "typeDisp": row.quote_type.capitalize(),
            "exchange": row.exchange,
            "exchDisp": row.exchange_name,
            "score": 20_000.0 - rank,
            "isYahooFinance": True,
        }
        for rank, row in enumerate(_matches(prices, query.get("q", ""))[:limit])
    ]
    return Reply.of_json({"count": len(quotes), "quotes": quotes, "news": [], "nav": [], "lists": []})


def _look_up(prices: Prices, query: Mapping[str, str], now: int) -> Reply:
    wanted = query.get("type", "all").upper()
    rows = [row for row in _matches(prices, query.get("query", "")) if wanted in {"ALL", row.quote_type}]
    documents = [
        {
            "symbol": row.symbol,
            "shortName": row.name,
            "exchange": row.exchange,
            "quoteType": row.quote_type.lower(),
            "rank": 20_000 - rank,
            "regularMarketPrice": _facts(prices, row.symbol, now)["regularMarketPrice"],
        }
        for rank, row in enumerate(rows[: int(query.get("count", "25"))])
    ]
    result = {"start": 0, "count": len(documents), "total": len(documents), "documents": documents}
    return Reply.of_json({"finance": {"result": [result], "error": None}})


def _quotes(prices: Prices, symbols: list[str], now: int) -> Reply:
    rows = [_facts(prices, symbol, now) for symbol in symbols if symbol in prices.profiles]
    return Reply.of_json({"quoteResponse": {"result": rows, "error": None}})


def _summary(prices: Prices, symbol: str, now: int) -> Reply:
    if symbol not in prices.profiles:
        error = {"code": "Not Found", "description": f"Quote not found for symbol: {symbol}"}
        return Reply.of_json({"quoteSummary": {"result": None, "error": error}}, 404)
    facts = _facts(prices, symbol, now)
    return Reply.of_json({"quoteSummary": {"result": [{"quoteType": facts, "price": facts}], "error": None}})


def _facts(prices: Prices, symbol: str, now: int) -> dict[str, Any]:
    listing: DemoListing | None = prices.listing(symbol, now)
    if listing is None:
        raise KeyError(symbol)
    meta = make_meta(listing, listing.quote(now), now)
    names = ("symbol", "currency", "shortName", "longName", "exchangeTimezoneName", "regularMarketPrice")
    return {
        **{name: meta[name] for name in names},
        "quoteType": meta["instrumentType"],
        "exchange": meta["exchangeName"],
        "timeZoneFullName": meta["exchangeTimezoneName"],
    }

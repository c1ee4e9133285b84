"""A stand-in for Yahoo on loopback that serves the tables of ``row_market.Share`` as chart documents."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

from candledesk.domain.interval import INTERVALS

_COLUMNS = ("open", "high", "low", "close", "volume")
_EVENTS = {"dividend": "dividends", "capital_gain": "capitalGains"}


class RowServer(ThreadingHTTPServer):
    """Serves ``shares``; by symbol ``meta`` changes fields of the answer and ``errors`` replaces it (status, text)."""

    daemon_threads = True

    def __init__(self, *shares):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shares = {share.symbol: share for share in shares}
        self.meta = {}
        self.errors = {}
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Ignore errors of clients that close their connection."""


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        """Log nothing."""

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        symbol = unquote(parts.path.rsplit("/", 1)[-1])
        self.server.requests.append((symbol, query))
        if symbol in self.server.errors:
            status, text = self.server.errors[symbol]
            self._send(status, {"chart": {"result": None, "error": {"code": "Bad Request", "description": text}}})
        elif symbol not in self.server.shares:
            error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            self._send(404, {"chart": {"result": None, "error": error}})
        else:
            share, meta = self.server.shares[symbol], self.server.meta.get(symbol, {})
            self._send(200, chart_of(share, query["interval"], int(query["period1"]), int(query["period2"]), meta))

    def _send(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def chart_of(share, name, start, end, reported):
    """Return the chart document of the rows that are stamped in ``[start, end)``; ``stated`` overrules its meta."""
    now = int(time.time())
    rows = [(_stamp(share, name, time), *row) for time, row in sorted(share.rows.get(name, {}).items())]
    rows = [row for row in rows if start <= row[0] < min(end, now)]
    stamps = [_stamp(share, one, time) for one, table in share.rows.items() for time in table]
    meta = {
        "currency": share.currency,
        "symbol": share.symbol,
        "exchangeName": share.exchange,
        "instrumentType": share.quote_type,
        "exchangeTimezoneName": share.calendar.tz,
        "priceHint": 2,
        "firstTradeDate": min(stamps),
        "regularMarketTime": max(stamps),
        "longName": share.name or share.symbol,
        "dataGranularity": name,
        "validRanges": ["1d", "max"],
        **({} if INTERVALS[name].is_daily else {"tradingPeriods": []}),
        **reported,
    }
    result = {"meta": meta, "indicators": {"quote": [{}]}}
    if rows:
        times, *columns = zip(*rows, strict=True)
        quote = {
            key: [None if np.isnan(v) else v for v in column] for key, column in zip(_COLUMNS, columns, strict=True)
        }
        result |= {"timestamp": list(times), "indicators": {"quote": [quote]}}
    events = {}
    for one in share.cash:
        stamp = _stamp(share, "1d", one.date)
        if start <= stamp < end:
            currency = {"currency": one.currency} if one.currency else {}
            events.setdefault(_EVENTS[one.kind], {})[str(stamp)] = {"amount": one.value, "date": stamp, **currency}
    return {"chart": {"result": [result | ({"events": events} if events else {})], "error": None}}


def _stamp(share, name, time):
    """Return Yahoo's stamp of a bar; that of a daily bar is its session's open."""
    return share.begin(name, time) if INTERVALS[name].is_daily else time


@contextmanager
def serve(*shares):
    """Serve until the block ends."""
    server = RowServer(*shares)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Bars of a running instance over HTTP: a span page by page, or the last ones by their number."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.cache.messages import BarsReply
from candledesk.domain.bars import Bars
from candledesk.domain.errors import CandleDeskError, InputError
from candledesk.domain.instrument import Instrument
from candledesk.domain.prices.oddity import parse_tokens
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.times import iso_time
from candledesk.web.api.candles import Candles
from candledesk.web.api.contract.params import STORED
from candledesk.web.codec import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.messages import BarsRequest
    from candledesk.domain.interval import Interval
    from candledesk.web.api_client import ApiClient

    Fill = Callable[[str, Interval, Span], None]

PATH = "/api/v1/candles"
PAGE = 5_000
WAIT_S = 30  # the longest that the endpoint waits for a fill
N_REREADS = 3
_WAITING = {"fill": "wait", "timeout": WAIT_S}


def load_bars(api: ApiClient, request: BarsRequest, fill: Fill) -> BarsReply:
    """Return the answer to a request; ``fill`` fills a span with a job of the running instance and waits for it.

    Raises ``InputError`` for a request with neither a span nor ``countback``.
    """
    if request.countback is not None:
        return _load_last(api, request, fill)
    span = request.span
    if span is None:
        raise InputError("from", "Name a span")
    if request.as_of is not None:
        span = Span(span.start, max(span.start + 1, min(span.end, request.as_of)))
    start = max(span.start, HISTORY_START)
    ends = {"from": iso_time(start), "to": iso_time(max(span.end, start + 1))}
    query = _query(request) | ends | {"limit": PAGE}
    can_fill = request.fill == "wait" and span.end > HISTORY_START and span.start < time.time()
    if can_fill and not _is_complete(api, query):
        fill(request.symbol, request.interval, span)
    # What the job leaves: a symbol that is not in the cache when nothing was to be filled; splits and dividends.
    pages = _pages(api, query | _WAITING if request.fill == "wait" else query, query)
    for _ in range(N_REREADS):
        if _has_one_revision(pages):
            break
        pages = _pages(api, query, query)  # the series has changed between two pages: perhaps its basis
    reply = _reply(request, span, pages)
    return replace(reply, gaps=tuple(gap for gap in reply.gaps if gap.span.overlaps(span)))  # from HISTORY_START on


def _load_last(api: ApiClient, request: BarsRequest, fill: Fill) -> BarsReply:
    """Read the last bars; what fills between two pages have changed is read again, without filling."""
    pages = _read_last(api, request, fill if request.fill == "wait" else None)
    for _ in range(N_REREADS):
        if _has_one_revision(pages):
            break
        pages = _read_last(api, request, None)
    spans = [_span_of(page) for page in pages]
    reply = _reply(request, Span(spans[0].start, spans[-1].end), pages)
    return replace(reply, gaps=tuple(gap for page in pages for gap in decode(Candles, page).gaps))


def _read_last(api: ApiClient, request: BarsRequest, fill: Fill | None) -> list[dict[str, Any]]:
    """Return the pages of the last bars, read the newest first; ``fill`` fills what one lacks before it is read again.

    They are in the order of time.
    """
    pages: list[dict[str, Any]] = []
    n_left, end = request.countback or 1, None if request.span is None else request.span.end
    while n_left > 0:
        query = _query(request) | {"countback": min(n_left, PAGE), "to": None if end is None else iso_time(end)}
        page = api.get(PATH, query if fill is None else query | _WAITING)
        if fill is not None and page["gaps"]:
            fill(request.symbol, request.interval, _span_of(page))
            page = api.get(PATH, query)
        pages.insert(0, page)
        n_read = len(page["candles"]["time"])
        n_left -= n_read
        if n_read < min(n_left + n_read, PAGE):
            break
        end = page["candles"]["time"][0]
    return pages


def _is_complete(api: ApiClient, query: dict[str, Any]) -> bool:
    """Return whether nothing of a span is to be filled; ``False`` for what cannot be read yet."""
    try:
        return bool(api.get(PATH, query | {"limit": 1})["complete"])
    except CandleDeskError:
        return False


def _has_one_revision(pages: list[dict[str, Any]]) -> bool:
    return len({page["rev"] for page in pages}) == 1


def _span_of(page: dict[str, Any]) -> Span:
    return decode(Candles, page).span


def _query(request: BarsRequest) -> dict[str, Any]:
    return {
        "symbol": request.symbol,
        "interval": request.interval.name,
        "adjust": request.adjust,
        "fill": "none",
        "format": "columns",
        "raw": "true" if request.raw else None,
        "as_of": None if request.as_of is None else iso_time(request.as_of),
        "digits": STORED,
    }


def _pages(api: ApiClient, first: dict[str, Any], others: dict[str, Any]) -> list[dict[str, Any]]:
    pages = [api.get(PATH, first)]
    while pages[-1]["next"] is not None:
        pages.append(api.get(PATH, others | {"cursor": pages[-1]["next"]}))
    return pages


def _reply(request: BarsRequest, span: Span, pages: list[dict[str, Any]]) -> BarsReply:
    """Return the answer that pages of one span make, with the gaps of the first."""

    def column(name: str, kind: type) -> np.ndarray[Any, Any]:
        return np.concatenate([np.array(page["candles"][name], kind) for page in pages])

    prices = [column(name, np.float64) for name in ("open", "high", "low", "close", "volume")]
    bars = Bars(column("time", np.int64), *prices)
    finals = [final for page in pages for final in page["candles"]["final"]]
    texts = [text for page in pages for text in page["candles"]["odd"]]
    flags = {time: parse_tokens(text) for time, text in zip(bars.open_time.tolist(), texts, strict=True) if text}
    heads = [decode(Candles, page) for page in pages]
    head = heads[0]
    listed = head.start.time if head.start is not None and head.start.kind == "listing" else None
    return BarsReply(
        request,
        span,
        bars,
        tuple(finals),
        Instrument(
            symbol=head.symbol,
            exchange=head.exchange,
            quote_type="",
            tz=head.timezone,
            currency=head.currency,
            price_decimals=head.price_decimals,
            first_open_time=listed,
            name=head.name,
            exchange_name=head.exchange_name,
        ),
        head.gaps,
        None,
        head.rev,
        odd=flags,
        notes=tuple(dict.fromkeys(note for page in heads for note in page.notes)),
        derived=tuple((part.span, part.interval.name) for part in head.derived),
        lookback_s=None if head.start is None or listed is not None else int(time.time()) - head.start.time,
    )

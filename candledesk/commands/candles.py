"""``candledesk candles``: candles of a series as CSV, JSON or Parquet."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.messages import BarsRequest
from candledesk.cache.queries.counted_bars import cut_to_last
from candledesk.candle_files import csv_text, json_text, parquet_bytes, without_provisional
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.files.output import FORMATS, format_of, write_output
from candledesk.commands.printing import iso, parse_span, report_gaps
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import NotCachedError, OfflineError
from candledesk.domain.instrument import start_of_history
from candledesk.domain.interval import parse_interval
from candledesk.domain.texts import printable
from candledesk.domain.times import parse_time

if TYPE_CHECKING:
    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Adjust, BarsReply

MAX_DECIMALS = 10


@click.command()
@click.argument("symbol")
@click.argument("interval")
@click.option("--from", "start", metavar="T", help="first instant, inclusive: 2026-11-02 or 2026-11-02T14:30:00Z")
@click.option("--to", "end", metavar="T", help="end of the span, exclusive")
@click.option("--adjust", type=click.Choice(["none", "splits", "all"]), default="splits", show_default=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="csv unless the name of the file says otherwise")
@click.option("-o", "output", metavar="FILE", help="write to a file instead of stdout: x.csv, x.json or x.parquet")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="only the last N candles before --to")
@click.option("--final-only", is_flag=True, help="without candles that may still change")
@click.option("--decimals", type=click.IntRange(0, MAX_DECIMALS), metavar="N", help="digits after the point of prices")
@click.option("--offline", is_flag=True, help="print what is cached, ask nothing")
@click.option(
    "--as-of", metavar="T", help="as the series was known at an instant: candles closed then, splits until then"
)
@click.option("--raw", is_flag=True, help="prices as the provider sent them, in their own unit and basis")
@common_options
def candles(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Print candles, filling gaps first unless --offline."""
    return print_candles(context.cache(), **options)


def print_candles(  # noqa: PLR0913 - the command's options
    cache: CommandApi,
    *,
    symbol: str,
    interval: str,
    start: str | None,
    end: str | None,
    adjust: Adjust,
    form: str | None = None,
    output: str | None,
    offline: bool,
    raw: bool = False,
    limit: int | None = None,
    final_only: bool = False,
    decimals: int | None = None,
    as_of: str | None = None,
) -> int:
    """Print candles of a span, filling its gaps first unless ``offline``; ``raw``: with the prices as sent.

    ``limit``: the last ones only, where ``start`` does not leave fewer; ``final_only`` and ``decimals``: the options.
    """
    written = format_of(form, output)
    is_counted = limit is not None and start is None
    request = BarsRequest(
        parse_charted(symbol),
        parse_interval(interval),
        None if is_counted and end is None else parse_span(start, end),
        fill="none" if offline else "wait",
        timeout_s=None,
        adjust=adjust,
        raw=raw,
        countback=limit if is_counted else None,
        as_of=None if as_of is None else parse_time(as_of, "as_of"),
    )
    try:
        with saying_what_is_awaited(cache):
            reply = _load(cache, request, final_only=final_only)
    except NotCachedError as error:
        raise OfflineError(f"Nothing of {error.symbol} is cached: run it once without --offline") from None
    if limit is not None:
        reply = cut_to_last(reply, limit)
    write_output(_content(reply, written, decimals), output)
    for note in reply.notes:
        print(printable(f"{reply.request.symbol} {reply.request.interval.name}: {note}"), file=sys.stderr)
    _report_derived(reply)
    if start is not None:
        _report_start(reply)
    if reply.complete:
        return EXIT_DONE
    return report_gaps(reply)


def _load(cache: CommandApi, request: BarsRequest, *, final_only: bool) -> BarsReply:
    """Return the answer to a request; ``final_only``: without candles that may still change.

    More candles are requested until as many as wanted are final, or there are no more: the newest may change for a
    while after their close (``update_times.settle_s``), of 1-minute candles about twenty.
    """
    reply = cache.load_bars(request).result()
    while final_only:
        final = without_provisional(reply)
        n_short = 0 if request.countback is None else request.countback - len(final.bars)
        asked = reply.request.countback or 0
        if n_short <= 0 or len(reply.bars) < asked:
            return final
        reply = cache.load_bars(replace(request, countback=asked + n_short)).result()
    return reply


def _report_derived(reply: BarsReply) -> None:
    """Print which candles were derived from finer stored ones."""
    name = f"{reply.request.symbol} {reply.request.interval.name}"
    for interval in dict.fromkeys(interval for _, interval in reply.derived):
        spans = [span for span, source in reply.derived if source == interval]
        where = f"{iso(spans[0].start)} to {iso(spans[-1].end)}"
        parts = f", in {len(spans)} parts" if len(spans) > 1 else ""
        print(f"{name}: made from stored {interval} candles: {where}{parts}", file=sys.stderr)


def _report_start(reply: BarsReply) -> None:
    """Print that the span begins before the listing date or beyond the look-back, if it does."""
    interval = reply.request.interval
    begin = start_of_history(reply.instrument, interval, reply.lookback_s, int(time.time()))
    if begin is not None and reply.span.start < begin.time and not reply.derived:
        name = f"{reply.request.symbol} {interval.name}"
        print(f"{name}: nothing is available before {iso(begin.time)}: {begin.reason}", file=sys.stderr)


def _content(reply: BarsReply, form: str, decimals: int | None) -> str | bytes:
    if form == "parquet":
        return parquet_bytes(reply)
    return csv_text(reply, decimals) if form == "csv" else json_text(reply, decimals)

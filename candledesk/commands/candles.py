"""``candledesk candles``: candles of a series as CSV, JSON or Parquet."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.messages import BarsRequest
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import iso, parse_span, report_gaps
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import EnvironmentFaultError, InputError, NotCachedError, OfflineError
from candledesk.domain.instrument import start_of_history
from candledesk.domain.interval import parse_interval
from candledesk.domain.prices.oddity import odd_tokens
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Adjust, BarsReply

CANDLE_COLUMNS = ("timestamp", "open", "high", "low", "close", "volume", "final", "odd")


@click.command()
@click.argument("symbol")
@click.argument("interval")
@click.option("--from", "start", metavar="T", help="first instant, inclusive: 2026-11-02 or 2026-11-02T14:30:00Z")
@click.option("--to", "end", metavar="T", help="end of the span, exclusive")
@click.option("--adjust", type=click.Choice(["none", "splits", "all"]), default="splits", show_default=True)
@click.option("--format", "form", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True)
@click.option("-o", "output", metavar="FILE", help="write to a file instead of stdout")
@click.option("--offline", is_flag=True, help="print what is cached, ask nothing")
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
    form: str,
    output: str | None,
    offline: bool,
    raw: bool = False,
) -> int:
    """Print candles of a span, filling its gaps first unless ``offline``; ``raw``: with the prices as sent."""
    if form == "parquet" and output is None:
        raise InputError("format", "Parquet is binary: name a file with -o FILE")
    request = BarsRequest(
        parse_charted(symbol),
        parse_interval(interval),
        parse_span(start, end),
        fill="none" if offline else "wait",
        timeout_s=None,
        adjust=adjust,
        raw=raw,
    )
    try:
        with saying_what_is_awaited(cache):
            reply = cache.load_bars(request).result()
    except NotCachedError as error:
        raise OfflineError(f"Nothing of {error.symbol} is cached: run it once without --offline") from None
    _write(reply, form, output)
    for note in reply.notes:
        print(printable(f"{reply.request.symbol} {reply.request.interval.name}: {note}"), file=sys.stderr)
    _report_derived(reply)
    if start is not None:
        _report_start(reply)
    if reply.complete:
        return EXIT_DONE
    return report_gaps(reply)


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


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _price(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def _finals(reply: BarsReply) -> Sequence[bool]:
    return (True,) * len(reply.bars) if reply.is_final is None else reply.is_final


def _odd(reply: BarsReply) -> list[str]:
    """Return why each bar is flagged, empty for an ordinary one."""
    return [odd_tokens(reply.odd.get(time_s, 0)) for time_s in reply.bars.open_time.tolist()]


def _rows(reply: BarsReply) -> Iterator[tuple[str, list[float], float, bool, str]]:
    """Yield time, prices (NaN: not sent), volume, whether it is final, and why it is flagged."""
    bars = reply.bars
    columns = (bars.open, bars.high, bars.low, bars.close)
    prices = zip(*(column.tolist() for column in columns), strict=True)
    shown = zip(bars.open_time.tolist(), prices, bars.volume.tolist(), _finals(reply), _odd(reply), strict=True)
    for open_time, values, volume, is_final, odd in shown:
        yield iso(open_time), list(values), volume, is_final, odd


def _write(reply: BarsReply, form: str, output: str | None) -> None:
    try:
        if form == "parquet" and output is not None:
            _write_parquet(reply, output)
            return
        text = _csv(reply) if form == "csv" else _json(reply)
        if output is None:
            sys.stdout.write(text)
        else:
            Path(output).write_text(text, encoding="utf-8")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise EnvironmentFaultError(f"Cannot write {output or 'stdout'}: {error.strerror}") from error


def _csv(reply: BarsReply) -> str:
    lines = [",".join(CANDLE_COLUMNS)]
    lines += [
        ",".join((time, *map(_price, prices), _number(volume), str(is_final).lower(), odd))
        for time, prices, volume, is_final, odd in _rows(reply)
    ]
    return "\n".join(lines) + "\n"


def _json(reply: BarsReply) -> str:
    rows = [
        (time, *(None if math.isnan(price) else price for price in prices), volume, is_final, odd)
        for time, prices, volume, is_final, odd in _rows(reply)
    ]
    return json.dumps([dict(zip(CANDLE_COLUMNS, row, strict=True)) for row in rows], indent=1) + "\n"


def _write_parquet(reply: BarsReply, output: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    bars = reply.bars
    columns = [pa.array(bars.open_time, pa.timestamp("s", tz="UTC"))]
    columns += [pa.array(column, from_pandas=True) for column in (bars.open, bars.high, bars.low, bars.close)]
    columns += [pa.array(bars.volume), pa.array(_finals(reply), pa.bool_()), pa.array(_odd(reply), pa.string())]
    with Path(output).open("wb") as file:  # given a name, pyarrow deletes what stands there when it cannot write
        pq.write_table(pa.Table.from_arrays(columns, names=list(CANDLE_COLUMNS)), file)

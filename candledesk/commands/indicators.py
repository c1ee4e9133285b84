"""``candledesk indicators``: the catalogue of indicators, and their values at stored candles as CSV or JSON."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_GAPS
from candledesk.commands.files.output import FORMATS, format_of, write_output
from candledesk.commands.files.own_indicators import OWN_VERBS, run_own_verb
from candledesk.commands.printing import gap_line, iso, parse_span, print_table
from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import printable
from candledesk.domain.times import parse_time
from candledesk.indicators.registry import all_indicators, find_indicator
from candledesk.indicators.studies import make_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from candledesk.cache.api import CommandApi
    from candledesk.cache.indicator_messages import IndicatorReply
    from candledesk.indicators.declaration import Indicator, Parameter


@click.command()
@click.argument("indicator", metavar="[ID]", required=False)
@click.argument("symbol", required=False)
@click.argument("interval", required=False)
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="a parameter; can be repeated")
@click.option("--from", "start", metavar="T", help="first instant, inclusive: 2026-11-02 or 2026-11-02T14:30:00Z")
@click.option("--to", "end", metavar="T", help="end of the span, exclusive")
@click.option("--as-of", metavar="T", help="as the series was known at an instant")
@click.option("-o", "output", metavar="FILE", help="write values to a file: x.csv, x.json or x.parquet")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="of values: csv unless the file's name says otherwise"
)
@click.option("--json", "as_json", is_flag=True, help="for programs: JSON instead of a table or CSV")
@common_options
def indicators(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """List the indicators, describe one, or print its values at the stored candles of a series.

    Own indicators: `indicators files` lists the Python files in the folder `indicators` of the home, `indicators allow
    FILE` lets one run, `indicators forbid FILE` no longer.
    """
    if options["indicator"] in OWN_VERBS:
        return run_own_verb(context.own_indicators(), options["indicator"], options["symbol"], options["as_json"])
    if options["symbol"] is None:
        _refuse_files(options)
        context.own_indicators()
        return print_catalogue(options["indicator"], as_json=options["as_json"])
    return print_values(context.cache(), **options)


def print_catalogue(indicator: str | None, *, as_json: bool) -> int:
    """Print all indicators, or the parameters of one."""
    if as_json:
        from candledesk.web.api.indicators import describe_indicator
        from candledesk.web.codec import encode

        rows = [encode(describe_indicator(row)) for row in all_indicators() if indicator in {None, row.id}]
        if indicator is not None:
            find_indicator(indicator)
        print(json.dumps(rows, indent=1))
        return EXIT_DONE
    if indicator is None:
        print_table([_row(row) for row in all_indicators()], as_json=False)
        return EXIT_DONE
    found = find_indicator(indicator)
    print(f"{found.id}: {found.title}; outputs: {' '.join(found.output_names)}")
    print_table([_parameter_row(row) for row in found.params], as_json=False)
    return EXIT_DONE


def _row(indicator: Indicator) -> dict[str, Any]:
    texts = [f"{row.name}={row.default}" for row in indicator.params]
    outputs = " ".join(indicator.output_names)
    return {
        "id": indicator.id,
        "title": indicator.title,
        "pane": indicator.pane.value,
        "parameters": " ".join(texts),
        "outputs": outputs,
    }


def _parameter_row(row: Parameter) -> dict[str, Any]:
    limits = " ".join(row.choices) if row.choices else ""
    if row.minimum is not None and row.maximum is not None:
        limits = f"{row.minimum:g} to {row.maximum:g}"
    return {"parameter": row.name, "type": row.type.value, "default": row.default, "values": limits}


def print_values(  # noqa: PLR0913 - the command's options
    cache: CommandApi,
    *,
    indicator: str,
    symbol: str,
    interval: str | None,
    given: tuple[str, ...] = (),
    start: str | None = None,
    end: str | None = None,
    as_of: str | None = None,
    output: str | None = None,
    form: str | None = None,
    as_json: bool = False,
) -> int:
    """Print the values of an indicator at the stored candles of a span; without one, at the latest 500."""
    if interval is None:
        raise InputError("interval", f"Name an interval: candledesk indicators {indicator} {symbol} 1d")
    written = format_of(form or ("json" if as_json else None), output)
    request = IndicatorRequest(
        parse_symbol(symbol),
        parse_interval(interval),
        make_study(indicator, _read_given(given)),
        None if start is None and end is None else parse_span(start, end),
        as_of=None if as_of is None else parse_time(as_of, "as_of"),
    )
    reply = cache.load_indicator(request).result()
    write_output(_WRITERS[written](reply), output)
    for note in reply.notes:
        print(printable(f"{request.symbol} {request.interval.name}: {note}"), file=sys.stderr)
    if not reply.gaps:
        return EXIT_DONE
    print(f"{request.symbol} {request.interval.name}: {len(reply.gaps)} gaps remain", file=sys.stderr)
    for gap in reply.gaps:
        print(gap_line(gap), file=sys.stderr)
    return EXIT_GAPS


def _refuse_files(options: dict[str, Any]) -> None:
    for name, option in (("output", "-o"), ("form", "--format")):
        if options[name] is not None:
            raise InputError(name, f"{option} is for values: name an indicator, a symbol and an interval")


def _read_given(texts: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters of ``name=value`` texts by their names."""
    values: dict[str, str] = {}
    for text in texts:
        name, is_given, value = text.partition("=")
        if not is_given:
            raise InputError("param", f"Write --param name=value, not {text!r}")
        if name in values:
            raise InputError(name, f"--param {name} is given twice")
        values[name] = value
    return values


def _rows(reply: IndicatorReply) -> Iterator[tuple[str, list[float], bool, bool]]:
    """Yield time, values (NaN: none), whether the candle is final, and whether the value is settled."""
    lines = [line.tolist() for line in reply.lines.values()]
    columns = (reply.open_time.tolist(), reply.is_final.tolist(), reply.settled.tolist())
    for index, (time, is_final, is_settled) in enumerate(zip(*columns, strict=True)):
        yield iso(time), [line[index] for line in lines], is_final, is_settled


def _csv(reply: IndicatorReply) -> str:
    rows = [",".join(("timestamp", *reply.lines, "final", "settled"))]
    for time, values, is_final, is_settled in _rows(reply):
        texts = ["" if math.isnan(value) else repr(value) for value in values]
        rows.append(",".join((time, *texts, str(is_final).lower(), str(is_settled).lower())))
    return "\n".join(rows) + "\n"


def _json(reply: IndicatorReply) -> str:
    found = []
    for time, values, is_final, is_settled in _rows(reply):
        known = [None if math.isnan(value) else value for value in values]
        found.append(
            {"timestamp": time, **dict(zip(reply.lines, known, strict=True)), "final": is_final, "settled": is_settled}
        )
    return json.dumps(found, indent=1) + "\n"


def _parquet(reply: IndicatorReply) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    columns = {"timestamp": pa.array(reply.open_time, pa.timestamp("s", tz="UTC"))}
    columns |= {name: pa.array(line, from_pandas=True) for name, line in reply.lines.items()}
    pq.write_table(pa.table({**columns, "final": reply.is_final, "settled": reply.settled}), sink)
    return bytes(sink.getvalue())


_WRITERS: dict[str, Callable[[IndicatorReply], str | bytes]] = {"csv": _csv, "json": _json, "parquet": _parquet}

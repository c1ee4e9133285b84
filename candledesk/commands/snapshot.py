"""``candledesk snapshot``: the chart of a series as a file, without a window."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.compare_messages import CompareRequest
from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.messages import BarsRequest
from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import parse_span, print_notice, report_gaps
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.commands.workspace.layout_snapshot import LayoutPicture, name_of_layout, take_layout_snapshot
from candledesk.domain.compare.alignment import MAX_CARRIED_S
from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import EnvironmentFaultError, InputError, NotCachedError, OfflineError
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.texts import printable
from candledesk.indicators.studies import parse_study
from candledesk.ui.chart.core.options import ChartType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import BarsReply
    from candledesk.indicators.studies import Study
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.studies.study_values import StudyValues
    from candledesk.workspace.api import WorkspaceApi

_SIZE = re.compile(r"(\d{1,5})[x×](\d{1,5})")
_BAR_PX = 8  # the window's own spacing of bars


@dataclass(frozen=True, slots=True)
class Picture:
    """The options of the command that describe the file.

    ``scale``: device pixels of a PNG per pixel of ``size``; ``source``: where the data are from.
    """

    output: str
    size: str
    theme: str
    chart_type: str
    is_log: bool
    scale: float
    source: str


@click.command()
@click.argument("symbol", required=False)
@click.argument("interval", required=False)
@click.option("--layout", "layout_name", metavar="NAME", help="draw all charts of a named layout as they were saved")
@click.option("-o", "output", metavar="FILE", required=True, help="a .png, .svg or .pdf")
@click.option("--from", "start", metavar="T", help="default: the latest bars that fit")
@click.option("--to", "end", metavar="T", help="end of the span, exclusive")
@click.option("--size", metavar="WxH", default="1600x900", show_default=True)
@click.option(
    "--scale", type=click.FloatRange(0.5, 4), default=1.0, show_default=True, help="pixels of a PNG per pixel"
)
@click.option("--theme", type=click.Choice(["dark", "light"]), default="dark", show_default=True)
@click.option(
    "--type",
    "chart_type",
    type=click.Choice([member.value for member in ChartType]),
    default=ChartType.CANDLES.value,
    show_default=True,
)
@click.option("--log", "is_log", is_flag=True, help="a logarithmic price axis")
@click.option(
    "--indicator", "indicators", multiple=True, metavar="ID[:NAME=VALUE,…]", help="draw an indicator; repeatable"
)
@click.option(
    "--compare", "compared", multiple=True, metavar="SYMBOL", help="draw another symbol or ratio in percent; repeatable"
)
@click.option("--offline", is_flag=True, help="draw what is cached, ask nothing")
@common_options
def snapshot(
    context: CommandContext,
    *,
    output: str,
    size: str,
    theme: str,
    chart_type: str,
    is_log: bool,
    scale: float,
    layout_name: str | None,
    **options: Any,  # noqa: ANN401 - click hands options over by name
) -> int:
    """Draw a series, or all charts of a layout, into a file, filling gaps first unless --offline.

    SYMBOL INTERVAL names a series; --layout NAME, or NAME alone, a named layout. No display is needed.
    """
    if layout_name is not None or options["interval"] is None:
        name = name_of_layout(layout_name, options["symbol"], options["interval"])
        given = [word for word, value in _own_options(options, chart_type, is_log=is_log) if value]
        if given:
            raise InputError(given[0], f"{given[0]} is for a series: a layout is drawn as it was saved")
        look = LayoutPicture(Path(output), parse_size(size), theme, scale)
        return take_layout_snapshot(context, name, look, offline=options["offline"])
    picture = Picture(output, size, theme, chart_type, is_log, scale, context.source_of(options["symbol"]))
    return take_snapshot(context.cache(), picture, workspace=_workspace(context), **options)


def _workspace(context: CommandContext) -> WorkspaceApi | None:
    """Return where the drawings are, ``None`` when that cannot be opened: the bars are drawn all the same."""
    try:
        return context.workspace()
    except EnvironmentFaultError as error:
        print_notice(f"Without drawings: {error}")
        return None


def _own_options(options: dict[str, Any], chart_type: str, *, is_log: bool) -> list[tuple[str, object]]:
    """Return the options that say how a series is drawn, and whether they were given."""
    names = {"start": "--from", "end": "--to", "indicators": "--indicator", "compared": "--compare"}
    look = [("--type", chart_type != ChartType.CANDLES.value), ("--log", is_log)]
    return [*((word, options[name]) for name, word in names.items()), *look]


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height of ``1600x900``; raise ``InputError`` for anything else."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InputError("size", f"{text!r} is no size: write it like 1600x900")
    return int(match[1]), int(match[2])


def take_snapshot(  # noqa: PLR0913 - the command's options
    cache: CommandApi,
    picture: Picture,
    *,
    symbol: str,
    interval: str,
    start: str | None,
    end: str | None,
    offline: bool,
    indicators: Sequence[str] = (),
    compared: Sequence[str] = (),
    workspace: WorkspaceApi | None = None,
) -> int:
    """Draw a span, or the latest screen of bars when none is named, into a file; 3 when gaps remain.

    Raises ``InputError`` for a size, format or indicator that is not supported, ``OfflineError`` when nothing is known.
    """
    width, height = parse_size(picture.size)
    studies = [parse_study(text) for text in indicators]
    others = list(dict.fromkeys(parse_charted(text) for text in compared))
    has_span = start is not None or end is not None
    request = BarsRequest(
        parse_charted(symbol),
        parse_interval(interval),
        parse_span(start, end) if has_span else None,
        fill="none" if offline else "wait",
        timeout_s=None,
        countback=None if has_span else width // _BAR_PX,
    )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # needs no display
    from candledesk.ui.pictures import FileContents, FileLook, draw_file

    try:
        with saying_what_is_awaited(cache):
            reply = cache.load_bars(request).result()
            beside = _load_compares(cache, reply, others)
            drawings = workspace.list_drawings(request.symbol).result() if workspace is not None else []
    except NotCachedError as error:
        raise OfflineError(f"Nothing of {error.symbol} is cached: run it once without --offline") from None
    look = FileLook(picture.theme, picture.chart_type, picture.is_log, picture.scale)
    contents = FileContents(
        _load_studies(cache, reply, studies),
        [one for one, _ in beside],
        cache.read_corporate_events(request.symbol, request.interval).result(),
        drawings,
        cache.drawing_bars,
    )
    draw_file(Path(picture.output), reply, (width, height), look, source=picture.source, contents=contents)
    words = f"{picture.output}: {request.symbol} {request.interval.name}, {len(reply.bars)} bars, {width}x{height}"
    print(printable(words))
    replies = [reply, *(filled for _, filled in beside)]
    return max([EXIT_DONE, *(report_gaps(one) for one in replies if not one.complete)])


def _load_compares(cache: CommandApi, reply: BarsReply, others: Sequence[str]) -> list[tuple[CompareValues, BarsReply]]:
    """Return the closes of other series beside the bars of a reply; they are filled as its own were.

    With each comes the reply that says what is missing of it.
    """
    from candledesk.ui.chart.core.compares.compare_values import CompareValues

    if not len(reply.bars):
        return []
    request, times = reply.request, reply.bars.open_time
    span = Span(int(times[0]), int(times[-1]) + request.interval.step_s)
    found = []
    for other in others:
        before = Span(max(span.start - MAX_CARRIED_S, HISTORY_START), span.end)
        filled = cache.load_bars(replace(request, symbol=other, span=before, countback=None)).result()
        asked = CompareRequest(request.symbol, request.interval, other, span, may_fetch=False)
        found.append((CompareValues.from_rows(cache.load_compare(asked).result()), filled))
    return found


def _load_studies(cache: CommandApi, reply: BarsReply, studies: Sequence[Study]) -> list[StudyValues]:
    """Return the values of indicators at the bars of a reply."""
    from candledesk.ui.chart.core.studies.study_values import StudyValues

    if not len(reply.bars):
        return []
    times, interval = reply.bars.open_time, reply.request.interval
    span = Span(int(times[0]), int(times[-1]) + 1)
    requests = [IndicatorRequest(reply.request.symbol, interval, study, span) for study in studies]
    return [StudyValues.from_reply(cache.load_indicator(request).result()) for request in requests]

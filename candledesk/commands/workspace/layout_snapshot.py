"""Named layouts of ``candledesk snapshot``: every cell with its bars, indicators, compared series and marks."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.commands.exit_codes import EXIT_DONE, EXIT_GAPS
from candledesk.commands.printing import report_gaps
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.domain.compare.alignment import MAX_CARRIED_S
from candledesk.domain.errors import (
    InputError,
    NotCachedError,
    OfflineError,
    UnknownNameError,
    UnknownSymbolError,
)
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.texts import count_text, printable
from candledesk.workspace.layout import parse_layout
from candledesk.workspace.names import check_name

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import BarsReply, BarsRequest
    from candledesk.commands.context import CommandContext
    from candledesk.ui.layout_pictures import CellOfFile
    from candledesk.workspace.api import WorkspaceApi
    from candledesk.workspace.layout import Layout


@dataclass(frozen=True, slots=True)
class LayoutPicture:
    """The file; ``size`` in pixels, ``scale``: pixels of a PNG for each of them."""

    path: Path
    size: tuple[int, int]
    theme: str
    scale: float


def name_of_layout(option: str | None, first: str | None, second: str | None) -> str:
    """Return the name of a layout that is given as an option, or alone as the first argument.

    Raises ``InputError`` when it is given twice, together with a series, or not at all.
    """
    if option is not None and first is None:
        return check_name(option)
    if option is None and first is not None and second is None:
        return check_name(first)
    raise InputError("SYMBOL", "Write a series as SYMBOL INTERVAL, or a layout as --layout NAME")


def take_layout_snapshot(context: CommandContext, name: str, picture: LayoutPicture, *, offline: bool) -> int:
    """Draw a named layout into a file; 3 when gaps remain or a cell could not be filled.

    Raises ``UnknownNameError`` when there is no such layout, ``InputError`` for a format that is not supported.
    """
    workspace, cache = context.workspace(), context.cache()
    layout = _read_layout(workspace, name)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # needs no display
    from candledesk.ui.layout_pictures import LayoutLook, LayoutOfFile, source_note

    sources = [context.source_of(series[0]) for series in layout.charts if series is not None and "/" not in series[0]]
    look = LayoutLook(picture.size, picture.theme, picture.scale, source_note(name, sources))
    drawn = LayoutOfFile(layout, look)
    with saying_what_is_awaited(cache):
        code = max([EXIT_DONE, *_fill_cells(cache, workspace, drawn.cells, offline=offline)])
    drawn.write(picture.path)
    width, height = picture.size
    print(printable(f"{picture.path}: {name}, {count_text(len(drawn.cells), 'chart')}, {width}x{height}"))
    return code


def _read_layout(workspace: WorkspaceApi, name: str) -> Layout:
    try:
        return replace(parse_layout(workspace.read_layout(name).result().document), name=name)
    except UnknownNameError as error:
        raise UnknownNameError(f"{error} For a chart name its interval too: candledesk snapshot {name} 1d") from None


def _fill_cells(cache: CommandApi, workspace: WorkspaceApi, cells: list[CellOfFile], *, offline: bool) -> list[int]:
    """Bring every cell what it needs; return the exit code of each."""
    requests = [cell.bars_request("none" if offline else "wait") for cell in cells]
    replies = [None if request is None else cache.load_bars(request) for request in requests]  # all at once
    return [
        _fill_cell(cache, workspace, cell, request, reply)
        for cell, request, reply in zip(cells, requests, replies, strict=True)
        if request is not None and reply is not None
    ]


def _fill_cell(
    cache: CommandApi, workspace: WorkspaceApi, cell: CellOfFile, request: BarsRequest, loading: Future[BarsReply]
) -> int:
    try:
        reply = loading.result()
    except (UnknownSymbolError, NotCachedError, OfflineError) as error:
        cell.say(f"{request.symbol} {request.interval.name}", str(error))
        print(printable(f"{request.symbol} {request.interval.name}: {error}"), file=sys.stderr)
        return EXIT_GAPS
    cell.show(reply)
    codes = [EXIT_DONE if reply.complete else report_gaps(reply)]
    for key, study in cell.study_requests().items():
        cell.show_study(key, cache.load_indicator(study).result())
    codes += _fill_compares(cache, cell, request)
    cell.show_events(cache.read_corporate_events(request.symbol, request.interval).result())
    cell.show_drawings(workspace.list_drawings(request.symbol).result(), cache.drawing_bars)
    return max(codes)


def _fill_compares(cache: CommandApi, cell: CellOfFile, request: BarsRequest) -> list[int]:
    """Bring a cell the series that are compared with it, filled as its own bars were."""
    from candledesk.ui.chart.core.compares.compare_values import CompareValues

    codes = []
    for key, asked in cell.compare_requests().items():
        span = Span(max(asked.span.start - MAX_CARRIED_S, HISTORY_START), asked.span.end)
        try:
            reply = cache.load_bars(replace(request, symbol=asked.other, span=span, countback=None)).result()
            values = CompareValues.from_rows(cache.load_compare(asked).result())
        except (UnknownSymbolError, NotCachedError, OfflineError) as error:
            values = CompareValues.failed(asked, str(error))
            codes.append(EXIT_GAPS)
        else:
            codes.append(EXIT_DONE if reply.complete else report_gaps(reply))
        cell.show_compare(key, values)
    return codes

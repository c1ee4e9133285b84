"""``candledesk snapshot``: the chart of a series as a file, without a window."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.cache.messages import BarsRequest
from candledesk.commands.candles import EXIT_DONE, parse_span, report_gaps
from candledesk.domain.errors import InputError, NotCachedError, OfflineError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import parse_interval
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from candledesk.cache.api import CommandApi

_SIZE = re.compile(r"(\d{1,5})[x×](\d{1,5})")
_BAR_PX = 8  # the window's own spacing of bars


@dataclass(frozen=True, slots=True)
class Picture:
    """What the command's options say of the file.

    ``scale``: device pixels of a PNG per pixel of ``size``; ``source``: where the data are from.
    """

    output: str
    size: str = "1600x900"
    theme: str = "dark"
    chart_type: str = "candles"
    is_log: bool = False
    scale: float = 1.0
    source: str = "Yahoo Finance"


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height of ``1600x900``; raise ``InputError`` for anything else."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InputError("size", f"{text!r} is no size: write it like 1600x900")
    return int(match[1]), int(match[2])


def take_snapshot(
    cache: CommandApi,
    picture: Picture,
    *,
    symbol: str,
    interval: str,
    start: str | None,
    end: str | None,
    offline: bool,
) -> int:
    """Draw a span, or the latest screen of bars when none is named, into a file; 3 when gaps remain.

    Raises ``InputError`` for a size or a format that is not supported, ``OfflineError`` when nothing is known.
    """
    width, height = parse_size(picture.size)
    has_span = start is not None or end is not None
    request = BarsRequest(
        parse_symbol(symbol),
        parse_interval(interval),
        parse_span(start, end) if has_span else None,
        fill="none" if offline else "wait",
        timeout_s=None,
        limit=None if has_span else width // _BAR_PX,
    )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no display is needed, and none is touched
    from candledesk.ui.pictures import draw_file

    try:
        reply = cache.load_bars(request).result()
    except NotCachedError as error:
        raise OfflineError(f"Nothing of {error.symbol} is cached: run it once without --offline") from None
    draw_file(
        Path(picture.output), reply, (width, height),
        theme=picture.theme, chart_type=picture.chart_type, is_log=picture.is_log,
        scale=picture.scale, source=picture.source,
    )  # fmt: skip
    words = f"{picture.output}: {request.symbol} {request.interval.name}, {len(reply.bars)} bars, {width}x{height}"
    print(printable(words))
    return EXIT_DONE if reply.complete else report_gaps(reply)

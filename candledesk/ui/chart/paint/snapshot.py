"""Charts as a file: PNG, SVG or PDF of any size, painted by the window's own paint function (CHART.md, drawing)."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from candledesk.cache.messages import EdgeState
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.compares.compare import new_compare
from candledesk.ui.chart.core.frame import plot_width
from candledesk.ui.chart.core.geometry.odd_bars import find_oddities, usual_of
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scene import ChartScene, Notice, Series
from candledesk.ui.chart.core.studies.chart_study import new_study, pane_of
from candledesk.ui.chart.core.time_ticks import build_calendar
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import lay_out, paint_layers
from candledesk.ui.chart.paint.pixels import device_pixels, fill
from candledesk.ui.chart.paint.text_painter import Align, Pen, draw_line, figures_width, shortened, text_metrics
from candledesk.ui.theme.themes import Theme, coloured

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from candledesk.cache.messages import BarsReply
    from candledesk.ui.chart.core.compares.compare_values import CompareValues
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.studies.study_values import StudyValues

FORMATS = {".png": "PNG image", ".svg": "SVG drawing", ".pdf": "PDF page"}
MAX_SIDE = 16_384  # logical pixels; four times a wide screen, and 1 GB of a PNG's memory
FOOTER = 26  # logical pixels
_FOOTER_PX = 11
_PAD = 12.0
_CSS_DPI = 96  # a logical pixel is a ninety-sixth of an inch on paper
_PDF_SCALE = 4
_POINTS = 72 / _CSS_DPI


@dataclass(frozen=True, slots=True)
class CellShot:
    """One chart of a picture and its place in logical pixels."""

    scene: ChartScene
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of one chart to be made: a scene in a theme on ``width`` × ``height`` logical pixels.

    ``scale``: device pixels per logical pixel of a PNG; ``note``: where the data are from, on the left of the footer.
    """

    scene: ChartScene
    theme: Theme
    width: int
    height: int
    scale: float = 1.0
    note: str = ""

    @property
    def cells(self) -> tuple[CellShot, ...]:
        """The chart, which has all of the picture but the footer."""
        return (CellShot(self.scene, 0, 0, self.width, max(1, self.height - FOOTER)),)

    @property
    def title(self) -> str:
        """What the file says that it shows."""
        return f"{self.scene.series.symbol} {self.scene.series.interval.name}"


@dataclass(frozen=True, slots=True)
class LayoutShot:
    """A picture of several charts to be made; what lies between them has the colour of borders. Else as ``Shot``."""

    cells: tuple[CellShot, ...]
    theme: Theme
    width: int
    height: int
    scale: float = 1.0
    note: str = ""
    title: str = ""


AnyShot = Shot | LayoutShot


def write_shot(path: Path, shot: AnyShot) -> None:
    """Write charts into ``path``, in the format of its suffix.

    Raises ``InputError`` for a suffix or a size that is not supported, ``EnvironmentFaultError`` when the file cannot
    be written; then a former file is as it was.
    """
    data = render_shot(shot, path.suffix.lower())
    try:
        path.write_bytes(data)
    except OSError as error:
        msg = f"Cannot write {path}: {error.strerror}. Choose another file"
        raise EnvironmentFaultError(msg) from error


def render_shot(shot: AnyShot, suffix: str) -> bytes:
    """Return the file's bytes; ``suffix``: one of ``FORMATS``. Errors as of ``write_shot``."""
    if suffix not in FORMATS:
        raise InputError("FILE", f"{suffix or 'No suffix'} is no picture format: use {', '.join(FORMATS)}")
    if not (0 < shot.width <= MAX_SIDE and 0 < shot.height <= MAX_SIDE):
        raise InputError("size", f"A side must be from 1 to {MAX_SIDE} pixels, not {shot.width}x{shot.height}")
    return {".png": _png, ".svg": _svg, ".pdf": _pdf}[suffix](shot)


def _png(shot: AnyShot) -> bytes:
    image = QImage(round(shot.width * shot.scale), round(shot.height * shot.scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(shot.scale)
    painter = QPainter(image)
    _paint(painter, shot)
    painter.end()
    image.setText("Title", shot.title)
    image.setText("Software", "CandleDesk")
    out = _open_buffer()
    if not image.save(out, "PNG"):  # type: ignore[call-overload]
        raise EnvironmentFaultError("The picture could not be encoded: is there memory left?")
    return bytes(out.data().data())


def _svg(shot: AnyShot) -> bytes:
    out = _open_buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(out)
    generator.setSize(QSize(shot.width, shot.height))
    generator.setViewBox(QRect(0, 0, shot.width, shot.height))
    generator.setResolution(_CSS_DPI)
    generator.setTitle(shot.title)
    generator.setDescription(shot.note)
    painter = QPainter(generator)
    _paint(painter, shot)
    painter.end()
    return bytes(out.data().data())


def _pdf(shot: AnyShot) -> bytes:
    out = _open_buffer()
    writer = QPdfWriter(out)
    writer.setTitle(shot.title)
    writer.setCreator("CandleDesk")
    size = QPageSize(QSizeF(shot.width * _POINTS, shot.height * _POINTS), QPageSize.Unit.Point)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setResolution(_CSS_DPI * _PDF_SCALE)
    painter = QPainter(writer)
    painter.scale(_PDF_SCALE, _PDF_SCALE)
    _paint(painter, shot)
    painter.end()
    return bytes(out.data().data())


def _open_buffer() -> QBuffer:
    out = QBuffer()  # it owns its bytes: a buffer around another byte array would not keep that alive
    out.open(QIODevice.OpenModeFlag.ReadWrite)
    return out


def _paint(painter: QPainter, shot: AnyShot) -> None:
    dpr = painter.deviceTransform().m11()
    if len(shot.cells) > 1:
        with device_pixels(painter):
            fill(painter, 0, 0, round(shot.width * dpr), round(shot.height * dpr), shot.theme.border)
    for cell in shot.cells:
        theme = coloured(shot.theme, cell.scene.options)
        frame = lay_out(cell.scene, round(cell.width * dpr), round(cell.height * dpr), dpr)
        painter.save()
        painter.translate(cell.left, cell.top)
        painter.setClipRect(0, 0, cell.width, cell.height)
        paint_layers(painter, Picture(frame, replace(cell.scene, selected_drawings=frozenset()), theme))
        painter.restore()
    _paint_footer(painter, shot, dpr, shot.theme)


def _paint_footer(painter: QPainter, shot: AnyShot, dpr: float, theme: Theme) -> None:
    width, height, footer = round(shot.width * dpr), round(shot.height * dpr), round(FOOTER * dpr)
    pen = Pen(round(_FOOTER_PX * dpr), theme.text_muted)
    left, right = round(_PAD * dpr), round((shot.width - _PAD) * dpr)
    note = shot.note if figures_width(shot.note, pen) <= right - left else shortened(shot.note, pen, right - left)
    made = time.strftime("CandleDesk · %Y-%m-%d %H:%M UTC", time.gmtime())
    with device_pixels(painter):
        fill(painter, 0, height - footer, width, footer, theme.background)
        fill(painter, 0, height - footer, width, max(1, round(dpr)), theme.separator)
        middle = height - footer // 2
        used = draw_line(painter, left, middle, note, pen)
        room = right - left - used - round(2 * _PAD * dpr)
        if figures_width(made, pen) <= room:  # the source of the data has priority
            draw_line(painter, right, middle, made, pen, Align.AlignRight)


def shot_of(scene: ChartScene, theme: Theme, size: QSize, scale: float, source: str = "") -> Shot:
    """Return the shot of a chart as it is on screen, ``size`` logical pixels, with room for the footer below.

    ``source``: where the data are from; empty: as the instrument says.
    """
    instrument = scene.series.instrument
    source = source or (instrument.source if instrument else "")
    height = size.height() + FOOTER
    return Shot(replace(scene, notice=None), theme, size.width(), height, scale, f"Data: {source}" if source else "")


def cell_shots(scenes: Sequence[ChartScene], boxes: Sequence[tuple[int, int, int, int]]) -> tuple[CellShot, ...]:
    """Return the charts of a layout in their boxes (left, top, width, height): right edges and bar spacings stay."""
    return tuple(CellShot(resized(scene, box[2]), *box) for scene, box in zip(scenes, boxes, strict=True))


def resized(scene: ChartScene, width: int) -> ChartScene:
    """Return a scene on another width in logical pixels."""
    plot = plot_width(scene.series, width, text_metrics(1.0))
    return replace(scene, viewport=scene.viewport.resized(plot))


def series_of(reply: BarsReply) -> Series:
    """Return the loaded window of a reply."""
    bars, instrument, interval = reply.bars, reply.instrument, reply.request.interval
    axis = BarAxis(bars.open_time, step_s=interval.step_s)
    calendar = build_calendar(bars.open_time, instrument.tz, is_daily=interval.is_daily)
    odd = find_oddities(bars, reply.odd, usual_of(bars, reply.odd), is_single=interval.base is interval)
    return Series(
        reply.request.symbol, interval, bars, axis, calendar, instrument=instrument, edge=EdgeState.MORE,
        at_latest=reply.request.span is None, flags=reply.odd, oddities=odd,
    )  # fmt: skip


def scene_of(reply: BarsReply, width: int, options: ChartOptions, *, is_log: bool = False) -> ChartScene:
    """Return the scene of a reply on ``width`` logical pixels: the whole requested span, else the latest bars."""
    series = series_of(reply)
    view = Viewport(width=plot_width(series, width, text_metrics(1.0)))
    if reply.request.span is not None:
        view = view.place(series.axis).fit()
    mode = PriceMode.LOG if is_log else PriceMode.NORMAL
    notice = None if len(reply.bars) else Notice("No bars in this span", "Nothing was traded, or nothing is known yet.")
    return ChartScene(series, view, price_mode=mode, options=options, notice=notice)


def with_compares(scene: ChartScene, values: Iterable[CompareValues]) -> ChartScene:
    """Return a scene with compared series, in percent from the first bar that all have."""
    for one_values in values:
        one = new_compare(one_values.request.other, scene.compares)
        shown = {**scene.compare_values, one.key: one_values}
        mode = scene.price_mode if scene.is_log else PriceMode.PERCENT
        scene = replace(scene, compares=(*scene.compares, one), compare_values=shown, price_mode=mode)
    return scene


def with_studies(scene: ChartScene, values: Iterable[StudyValues]) -> ChartScene:
    """Return a scene with indicators, each on the prices or in a pane of its own below the others."""
    for one_values in values:
        one = new_study(one_values.study, scene.studies)
        panes = scene.panes if one.pane == PRICE else (*scene.panes, pane_of(one))
        shown = {**scene.study_values, one.key: one_values}
        scene = replace(scene, studies=(*scene.studies, one), panes=panes, study_values=shown)
    return scene

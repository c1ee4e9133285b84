"""Pictures of a chart: the window's own paint, in every format, with legend and attribution."""

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from candledesk.cache.messages import BarsReply, BarsRequest
from candledesk.domain.bars import Bars
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.ui.chart.core.options import ChartOptions, ChartType
from candledesk.ui.chart.paint.snapshot import Shot, render_shot, scene_of, shot_of, write_shot
from candledesk.ui.features.pictures.dialog import PictureDialog, copy_picture, file_name
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars, make_instrument

pytestmark = pytest.mark.usefixtures("qapp")
SIZE = (900, 500)


def reply(n=120, *, has_span=True, symbol="AAPL"):
    bars = make_bars(n) if n else Bars.empty()
    span = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 1) if n else Span(0, 1)
    request = BarsRequest(symbol, INTERVALS["1d"], span if has_span else None)
    return BarsReply(request, span, bars, None, make_instrument(symbol))


def shot(theme=DARK, chart_type=ChartType.CANDLES, scale=1.0, **kind):
    scene = scene_of(reply(**kind), SIZE[0], ChartOptions(chart_type=chart_type))
    return Shot(scene, theme, *SIZE, scale, "Data: Some market")


def image_of(data, suffix):
    if suffix == ".svg":
        image = QImage(QSize(*SIZE), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        QSvgRenderer(QByteArray(data)).render(painter)
        painter.end()
        return image
    return QImage.fromData(data).convertToFormat(QImage.Format.Format_RGB32)


def pixels(image):
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_png_and_svg_show_the_same_chart(theme):
    png, svg = (pixels(image_of(render_shot(shot(theme), suffix), suffix)) for suffix in (".png", ".svg"))
    assert png.shape == svg.shape == (*SIZE[::-1], 3)
    differs = np.abs(png - svg).max(axis=2) > 40
    assert differs[60:440, :780].mean() < 0.002, "the bars are the same pixels; letters may differ a little"


def test_a_png_has_as_many_device_pixels_as_its_scale_says():
    image = QImage.fromData(render_shot(shot(scale=2.0), ".png"))
    assert (image.width(), image.height()) == (1800, 1000)
    assert image.text("Title") == "AAPL 1d"


def test_a_pdf_is_one_page_of_the_size():
    data = render_shot(shot(), ".pdf")
    assert data.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 675" in data, "900 px of 1/96 inch"
    assert data.count(b"/Type /Page\n") == 1


def test_a_svg_names_its_chart_and_where_the_data_are_from():
    text = render_shot(shot(), ".svg").decode()
    assert "<title>AAPL 1d</title>" in text
    assert "Data: Some market" in text
    assert 'viewBox="0 0 900 500"' in text


def test_a_named_span_is_shown_whole_and_the_latest_screen_at_the_windows_spacing():
    whole = scene_of(reply(400), 900, ChartOptions())
    lo, hi = whole.viewport.place(whole.series.axis).visible()
    assert (lo, hi) == (0, 400)
    latest = scene_of(reply(400, has_span=False), 900, ChartOptions())
    lo, hi = latest.viewport.place(latest.series.axis).visible()
    assert hi == 400
    assert lo > 250


@pytest.mark.parametrize("chart_type", ChartType)
def test_every_chart_type_can_be_drawn(chart_type):
    plain, drawn = (pixels(image_of(render_shot(shot(**kind), ".png"), ".png")) for kind in (
        {"n": 0}, {"chart_type": chart_type}
    ))  # fmt: skip
    assert (plain != drawn).any(axis=2)[60:400, :780].mean() > 0.002


@pytest.mark.parametrize(("suffix", "size"), [(".gif", SIZE), ("", SIZE), (".png", (0, 5)), (".png", (5, 99_999))])
def test_what_cannot_be_drawn_is_refused_in_words(suffix, size):
    with pytest.raises(InputError, match=r"use|from 1 to"):
        render_shot(Shot(shot().scene, DARK, *size), suffix)


def test_a_file_that_cannot_be_written_is_reported(tmp_path):
    with pytest.raises(EnvironmentFaultError, match="another file"):
        write_shot(tmp_path / "missing" / "a.png", shot())


def test_the_windows_picture_is_its_chart_with_a_footer(tmp_path):
    seen = shot_of(shot().scene, LIGHT, QSize(*SIZE), 1.25, "a test")
    assert (seen.width, seen.height, seen.scale, seen.note) == (900, 526, 1.25, "Data: a test")
    scene = shot().scene
    instrument = replace(scene.series.instrument, source="Some market")
    scene = replace(scene, series=replace(scene.series, instrument=instrument))
    assert shot_of(scene, LIGHT, QSize(*SIZE), 1.0).note == "Data: Some market"


def test_the_dialog_writes_the_file_in_the_chosen_format_and_says_so(tmp_path, qtbot):
    dialog = PictureDialog(shot())
    qtbot.addWidget(dialog)
    dialog.selectNameFilter("SVG drawing (*.svg)")
    dialog.filterSelected.emit("SVG drawing (*.svg)")
    assert dialog.defaultSuffix() == "svg"
    saved, failed = [], []
    dialog.saved.connect(saved.append)
    dialog.failed.connect(failed.append)
    dialog.fileSelected.emit(str(tmp_path / "a.svg"))
    dialog.fileSelected.emit(str(tmp_path / "none" / "a.svg"))
    assert saved == [str(tmp_path / "a.svg")]
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    assert "another file" in failed[0]


def test_the_name_that_is_offered_is_a_file_name_everywhere():
    scene = scene_of(reply(symbol="^GSPC"), 900, ChartOptions())
    date = str(scene.series.bars.open_time[-1].astype("datetime64[s]"))[:10]
    assert file_name(scene) == f"_GSPC-1d-{date}.png"
    assert file_name(scene_of(reply(0), 900, ChartOptions())) == "AAPL-1d.png"


def test_a_chart_that_was_scrolled_back_is_offered_under_the_date_of_its_last_bar():
    scene = scene_of(reply(400, has_span=False), 900, ChartOptions())
    back = scene.viewport.place(scene.series.axis).pan(100 * scene.viewport.spacing)
    last = back.place(scene.series.axis).visible()[1] - 1
    assert 290 < last < 310
    date = str(scene.series.bars.open_time[last].astype("datetime64[s]"))[:10]
    assert file_name(replace(scene, viewport=back)) == f"AAPL-1d-{date}.png"


def test_an_intraday_picture_bears_the_exchanges_date():
    bars = make_bars(3, INTERVALS["5m"], end=1_763_942_400)
    bars = replace(bars, open_time=bars.open_time // 86_400 * 86_400 + np.array([82_800, 83_100, 83_400]))  # 23:00 UTC
    sydney = replace(make_instrument("BHP.AX"), tz="Australia/Sydney")
    request = BarsRequest("BHP.AX", INTERVALS["5m"], None)
    scene = scene_of(BarsReply(request, Span(0, 1), bars, None, sydney), 900, ChartOptions())
    day_after = np.datetime64(int(bars.open_time[-1]), "s").astype("datetime64[D]") + np.timedelta64(1, "D")
    assert file_name(scene) == f"BHP.AX-5m-{day_after}.png"


@pytest.mark.parametrize(
    ("width", "note", "left", "has_time"),
    [
        (900, "a source", "a source", True),
        (250, "a source", "a source", False),
        (320, "a source " * 9, "a s.*…", False),
    ],
)
def test_nothing_in_the_footer_is_cut_or_covered(width, note, left, has_time):
    text = render_shot(Shot(shot().scene, DARK, width, 200, note=note), ".svg").decode()
    assert re.search(rf">{left}</text>", text)
    assert (" UTC</text>" in text) is has_time


def test_a_picture_can_be_copied():
    copy_picture(shot())
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == SIZE

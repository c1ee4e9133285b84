"""Pictures of named layouts, directly and through a running instance."""

import json

import pytest

from candledesk.commands.workspace.layout_snapshot import LayoutPicture, name_of_layout, take_layout_snapshot
from candledesk.domain.errors import DocumentError, InputError, UnknownNameError
from candledesk.ui.layout_pictures import LayoutLook, LayoutOfFile
from candledesk.workspace.layout import parse_layout
from candledesk.workspace.named_layouts import NamedLayout
from tests.web.market import NOW as MARKET_NOW

pytestmark = pytest.mark.usefixtures("qapp")
RIGHT = "2026-02-02T00:00:00Z"
CHARTS = [
    {
        "symbol": "AAPL", "interval": "1d", "view": {"spacing": 5.0, "right_time": RIGHT, "right_bars": 0.25},
        "indicators": [{"key": "rsi-1", "id": "rsi"}], "scale": {"mode": "log"},
    },
    {"symbol": "AAPL", "interval": "1h", "type": "area"},
]  # fmt: skip


@pytest.fixture
def draw(context, tmp_path):
    """Return a function that stores a layout and draws it."""
    context.source_of = lambda _symbol: "a market"

    def take(charts=CHARTS, suffix=".svg", size=(900, 600), scale=1.0, offline=False, **more):
        document = {"format": "candledesk.layout/1", "charts": charts, "front": 0, "options": {}, **more}
        context.workspace().put_layout("Day", NamedLayout("Day", document)).result()
        file = tmp_path / f"day{suffix}"
        return take_layout_snapshot(context, "Day", LayoutPicture(file, size, "dark", scale), offline=offline), file

    return take


def test_every_cell_is_drawn_with_its_indicators_and_the_name_of_the_layout(draw, capsys):
    code, file = draw(grid="2v")
    text = file.read_text("utf-8")
    assert (code, capsys.readouterr().err) == (0, "")
    assert (text.count("Apple"), text.count("AAPL")) == (2, 2)
    assert "RSI 14" in text
    assert "Day · Data: a market" in text


def test_a_png_has_the_size_times_the_scale(draw):
    from PySide6.QtGui import QImage

    _, file = draw(suffix=".png", scale=2.0)
    image = QImage(str(file))
    assert (image.width(), image.height()) == (1800, 1200)


def test_a_symbol_that_is_unknown_is_named_in_its_cell_and_ends_with_3(draw, capsys):
    code, file = draw([*CHARTS, {"symbol": "NOSUCH", "interval": "1d"}, {}], grid="4")
    assert code == 3
    assert "NOSUCH 1d" in capsys.readouterr().err
    text = file.read_text("utf-8")
    assert "NOSUCH 1d" in text
    assert "RSI 14" in text


def test_an_unknown_layout_is_refused_with_the_way_to_draw_a_series(context, tmp_path):
    context.source_of = lambda _symbol: ""
    with pytest.raises(UnknownNameError, match="snapshot AAPL 1d"):
        take_layout_snapshot(context, "AAPL", LayoutPicture(tmp_path / "a.png", (900, 600), "dark", 1.0), offline=True)


@pytest.mark.parametrize(
    ("given", "name"), [(("Day", None, None), "Day"), ((None, "Day", None), "Day"), ((None, "My day", None), "My day")]
)
def test_a_layout_is_named_by_the_option_or_alone(given, name):
    assert name_of_layout(*given) == name


@pytest.mark.parametrize("given", [("Day", "AAPL", None), ("Day", "AAPL", "1d"), (None, None, None)])
def test_a_layout_and_a_series_are_not_named_together(given):
    with pytest.raises(InputError):
        name_of_layout(*given)


def test_a_name_that_cannot_be_one_is_refused():
    with pytest.raises(DocumentError):
        name_of_layout("a/b", None, None)


def test_the_right_edge_is_at_the_time_of_the_layout(context):
    document = {"format": "candledesk.layout/1", "charts": CHARTS, "grid": "2h", "options": {}}
    drawn = LayoutOfFile(parse_layout(json.loads(json.dumps(document))), LayoutLook((900, 600), "dark"))
    cell, latest = drawn.cells
    for one in drawn.cells:
        one.show(context.cache().load_bars(one.bars_request("wait")).result())
    placed = cell.scene.viewport.place(cell.scene.series.axis)
    row = placed.axis.row_at(placed.right_edge)
    times = placed.axis.open_time
    assert int(times[row]) <= _seconds(RIGHT) < int(times[row]) + 4 * 86_400
    assert cell.scene.is_log
    placed = latest.scene.viewport.place(latest.scene.series.axis)
    assert placed.right_edge > placed.n_bars - 1
    assert MARKET_NOW - int(placed.axis.open_time[-1]) < 5 * 86_400


def _seconds(text):
    from candledesk.domain.times import parse_time

    return parse_time(text, "right_time")

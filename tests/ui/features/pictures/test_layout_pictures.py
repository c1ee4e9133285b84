"""Pictures of the whole layout: what is asked, what is drawn, and that it is what the window shows."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.paint.snapshot import FOOTER, render_shot
from candledesk.ui.features.pictures.dialog import PictureDialog
from candledesk.ui.features.pictures.form import PictureForm
from candledesk.ui.features.pictures.layout_shot import layout_shot
from candledesk.ui.shell.cells.splitters import HANDLE_PX
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def two(qapp, cache, tmp_path):
    """Two charts side by side."""
    made = WindowHarness(qapp, cache, tmp_path).open("AAPL")
    made.run("grid_2h")
    made.charts.show_page(made.charts.pages()[1])
    made.open("MSFT")
    yield made
    made.close()


def form_of(window):
    window.charts.focus()
    QTest.keyClick(window.charts.page.view, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    settle(window.qapp)
    (form,) = window.window.findChildren(PictureForm)
    return form


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


def shot_of_window(window, theme=DARK, scale=1.0):
    return layout_shot(window.charts.grid, theme, scale, "a test")


def test_alt_s_offers_the_chart_or_the_layout_and_copies_it(two):
    form = form_of(two)
    assert (form.chart.text(), form.layout_choice.text()) == ("This chart: MSFT 1d", "The whole layout: 2 cells")
    assert not form.is_layout
    form.layout_choice.click()
    form.scale.setCurrentIndex(1)
    grid = two.charts.grid
    width, height = grid.width() * 2, (grid.height() + FOOTER) * 2
    assert form.size_label.text() == f"{width} × {height} pixels"
    form.copy_button.click()
    settle(two.qapp)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (width, height)
    assert two.page.toast == "The picture is on the clipboard"


def test_the_layout_is_saved_under_a_name_of_its_own(two, tmp_path):
    two.charts.grid.rename("Morning")
    form = form_of(two)
    form.layout_choice.click()
    QTest.keyClick(form, Qt.Key.Key_Return)
    settle(two.qapp)
    (dialog,) = two.window.findChildren(PictureDialog)
    assert dialog.selectedFiles()[0].rsplit("/", 1)[-1].startswith("Morning-")
    dialog.fileSelected.emit(str(tmp_path / "m.svg"))
    text = (tmp_path / "m.svg").read_text("utf-8")
    assert "AAPL" in text
    assert "MSFT" in text
    assert "Morning" in text
    dialog.reject()


def test_one_chart_is_all_there_is_to_choose_in_a_layout_of_one(qapp, cache, tmp_path):
    window = WindowHarness(qapp, cache, tmp_path).open("AAPL")
    form = form_of(window)
    assert form.layout_choice.isHidden()
    form.copy_button.click()
    settle(qapp)
    view = window.page.view
    assert QGuiApplication.clipboard().image().height() == view.height() + FOOTER
    window.close()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_cell_is_drawn_in_its_place_with_a_gap_in_the_colour_of_borders(two, theme):
    shot = shot_of_window(two, theme)
    left, right = shot.cells
    assert (left.left, right.left) == (0, left.width + HANDLE_PX)
    assert right.left + right.width == shot.width
    image = QImage.fromData(render_shot(shot, ".png"))
    gap = {image.pixelColor(left.width + x, y).name() for x in range(HANDLE_PX) for y in (5, left.height // 2)}
    assert gap == {theme.border}
    shown = pixels(image)
    for cell in shot.cells:
        part = shown[: cell.height, cell.left : cell.left + cell.width]
        assert len(np.unique(part.reshape(-1, 3), axis=0)) > 20, "bars, a grid and words"


def test_png_and_larger_png_show_the_same_layout(two):
    small, large = (QImage.fromData(render_shot(shot_of_window(two, scale=scale), ".png")) for scale in (1.0, 3.0))
    assert (large.width(), large.height()) == (3 * small.width(), 3 * small.height())
    again = large.scaled(small.size(), mode=Qt.TransformationMode.SmoothTransformation)
    assert np.abs(pixels(small) - pixels(again)).mean() < 6


def test_the_right_edge_of_each_chart_is_that_of_the_window(two):
    for page in two.charts.pages():
        page.model.step(-40)
    edges = [page.model.placed.right_edge for page in two.charts.pages()]
    shown = [cell.scene.viewport.place(cell.scene.series.axis).right_edge for cell in shot_of_window(two).cells]
    assert shown == pytest.approx(edges)


def test_a_maximised_cell_is_the_whole_picture(two):
    two.run("maximise_cell")
    (cell,) = shot_of_window(two).cells
    assert (cell.scene.series.symbol, cell.width) == ("MSFT", two.charts.grid.width())
    assert form_of(two).layout_choice.isHidden()


def test_an_empty_cell_says_nothing_and_an_unknown_symbol_its_name(two):
    two.run("grid_4")
    two.charts.show_page(two.charts.pages()[2])
    two.charts.open_chart("NOSUCH", INTERVALS["1d"])
    settle(two.qapp)
    notices = [cell.scene.notice for cell in shot_of_window(two).cells]
    assert [notice is not None and "NOSUCH" in notice.title for notice in notices] == [False, False, True, False]
    assert notices[3] is None

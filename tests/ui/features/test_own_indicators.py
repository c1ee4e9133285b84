"""Own indicators in the real window on a real cache, by keys and clicks: read, allowed, drawn, changed, failing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from candledesk.demo import DemoMarket
from candledesk.ui.chart.core.studies.legend_rows import legend_note
from candledesk.ui.features.indicators.add_dialog import AddDialog
from candledesk.ui.features.indicators.own_files import AllowDialog
from tests.live_window import NOW, LiveWindow

SLOW_MS = 20_000
LEFT = Qt.MouseButton.LeftButton
TEXT = """TITLE = "<b>Twice</b>"
PANE = "price"
PARAMS = {"by": 2.0}
OUTPUTS = ("value",)


def compute(bars, params):
    return {"value": bars.close * params["by"]}
"""


@pytest.fixture
def live(qtbot, tmp_path):
    with DemoMarket(now=NOW) as market:
        made = LiveWindow(qtbot, tmp_path / "home", market.url)
        folder = tmp_path / "home" / "indicators"
        folder.mkdir()
        (folder / "twice.py").write_text(TEXT)
        made.file = folder / "twice.py"
        made.open("MSFT", "1d")
        yield made
        made.close()


def dialog(live, kind):
    found = [one for one in live.window.findChildren(QDialog) if isinstance(one, kind) and one.isVisible()]
    return found[0] if found else None


def open_list(live):
    live.qtbot.waitUntil(lambda: dialog(live, QDialog) is None, timeout=SLOW_MS)
    live.window.activateWindow()
    live.qtbot.waitUntil(live.window.isActiveWindow, timeout=SLOW_MS)
    QTest.keyClick(live.window.charts.page.view, Qt.Key.Key_Slash)
    live.qtbot.waitUntil(lambda: dialog(live, AddDialog) is not None, timeout=SLOW_MS)
    return dialog(live, AddDialog)


def read_file(live, listed):
    live.qtbot.waitUntil(lambda: "twice.py" in listed.own.buttons, timeout=SLOW_MS)
    QTest.mouseClick(listed.own.buttons["twice.py"], LEFT)
    live.qtbot.waitUntil(lambda: dialog(live, AllowDialog) is not None, timeout=SLOW_MS)
    return dialog(live, AllowDialog)


def allow(live):
    listed = open_list(live)
    shown = read_file(live, listed)
    QTest.mouseClick(shown.allow_button, LEFT)
    live.qtbot.waitUntil(lambda: dialog(live, AllowDialog) is None, timeout=SLOW_MS)
    live.qtbot.waitUntil(lambda: not listed.own.buttons, timeout=SLOW_MS)
    return listed


def add(live):
    listed = allow(live)
    QTest.keyClicks(listed.line, "twice")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    QTest.keyClick(listed, Qt.Key.Key_Escape)
    live.qtbot.waitUntil(lambda: values(live) is not None, timeout=SLOW_MS)


def values(live):
    found = shown(live).values if live.model.scene.studies else None
    return None if found is None or not len(found.open_time) else found


def shown(live):
    return live.model.frame().studies[0]


def note(live):
    return legend_note(shown(live), "days", is_settled=True)


def test_a_file_is_read_before_it_is_allowed_and_then_drawn(live):
    listed = open_list(live)
    texts = [listed.list.item(at).text() for at in range(listed.list.count())]
    assert not any("Twice" in text for text in texts)
    page = read_file(live, listed)
    assert page.text.toPlainText() == TEXT
    assert page.text.isReadOnly()
    assert not live.model.scene.studies
    QTest.keyClick(page, Qt.Key.Key_Escape)
    QTest.keyClick(listed, Qt.Key.Key_Escape)
    add(live)
    bars = live.model.series.bars
    found = values(live)
    assert found.latest("value") == bars.close[-1] * 2
    assert shown(live).study.title == "<b>Twice</b> 2"
    assert shown(live).study.pane == "price"


def test_a_changed_file_says_so_in_the_legend_and_is_used_anew_once_it_is_allowed(live):
    add(live)
    live.file.write_text(TEXT.replace('("value",)', '("other",)').replace('"value"', '"other"'))
    live.window.charts.page.study_feed._request_all()
    live.qtbot.waitUntil(lambda: "has changed since it was allowed" in note(live), timeout=SLOW_MS)
    QTest.keyClick(allow(live), Qt.Key.Key_Escape)
    live.qtbot.waitUntil(lambda: values(live) is not None and "other" in values(live).last, timeout=SLOW_MS)
    assert note(live) == ""
    assert values(live).latest("other") == live.model.series.bars.close[-1] * 2


def test_a_line_that_fails_is_shown_in_the_legend_and_in_the_dialog(live):
    live.file.write_text(TEXT.replace("bars.close *", "bars.price *"))
    listed = allow(live)
    QTest.keyClicks(listed.line, "twice")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    live.qtbot.waitUntil(lambda: live.model.scene.studies and "line 8: AttributeError" in note(live), timeout=SLOW_MS)
    live.file.write_text(TEXT.replace("PANE =", "PANE ="[:-1] + "+="))
    QTest.keyClick(listed, Qt.Key.Key_Escape)
    page = read_file(live, open_list(live))
    QTest.mouseClick(page.allow_button, LEFT)
    live.qtbot.waitUntil(page.note.isVisible, timeout=SLOW_MS)
    assert page.note.text().startswith("twice.py, line 2: NameError")
    assert page.allow_button.isEnabled()


def test_an_own_indicator_is_kept_with_the_chart(live):
    add(live)
    document = live.window.charts.page.studies.document()
    assert document["indicators"][0]["id"] == "own:twice"
    live.window.charts.page.studies.remove_all()
    live.window.charts.page.studies.restore(document)
    assert [one.study.id for one in live.model.scene.studies] == ["own:twice"]


def test_an_own_indicator_can_be_a_favourite_used_last_and_in_a_template(live):
    add(live)
    listed = open_list(live)
    QTest.keyClicks(listed.line, "twice")
    QTest.keyClick(listed.line, Qt.Key.Key_Return)
    listed.line.clear()
    assert [title for title, names in groups(listed) if "own:twice" in names] == ["USED LAST"]
    QTest.keyClicks(listed.line, "twice")
    QTest.keyClick(listed.line, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    listed.line.clear()
    assert groups(listed)[0] == ("FAVOURITES", ["own:twice"])
    listed.templates.name.setText("Mine")
    QTest.mouseClick(listed.templates.save, LEFT)
    assert listed.templates.list.item(0).text() == "Mine   ·   own:twice, own:twice"
    live.window.charts.page.studies.remove_all()
    QTest.mouseClick(listed.templates.replace, LEFT)
    assert [one.study.id for one in live.model.scene.studies] == ["own:twice", "own:twice"]


def groups(listed):
    found = []
    for at in range(listed.list.count()):
        name = listed._id(at)
        if name:
            found[-1][1].append(name)
        else:
            found.append((listed.list.item(at).text(), []))
    return found


def test_what_was_typed_before_a_file_is_allowed_selects_it_then(live):
    listed = open_list(live)
    QTest.keyClicks(listed.line, "twice")
    assert listed._id(listed.list.currentRow()) == ""
    QTest.mouseClick(read_file(live, listed).allow_button, LEFT)
    live.qtbot.waitUntil(lambda: listed._id(listed.list.currentRow()) == "own:twice", timeout=SLOW_MS)

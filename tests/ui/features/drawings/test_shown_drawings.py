"""Stored drawings in a real window: on every chart of their symbol, and again after they changed elsewhere."""

from candledesk.drawings.drawing import Anchor, Drawing


def level(drawing_id, symbol="MSFT", price=5.0):
    return Drawing(drawing_id, "horizontal_line", symbol, (Anchor(1_700_000_000, price, "1d"),))


def ids(page):
    return [one.id for one in page.model.scene.drawings.drawings]


def test_stored_drawings_are_on_every_chart_of_their_symbol(harness, workspace, qtbot):
    workspace.put_drawings([level("a"), level("b"), level("c", "TSLA")]).result(5)
    harness.open("MSFT", "1d")
    harness.charts.add_chart()
    harness.charts.open_chart("MSFT", harness.page.model.series.interval)
    qtbot.waitUntil(lambda: [ids(page) for page in harness.charts.pages()] == [["a", "b"]] * 2)
    first, second = harness.charts.pages()
    assert first.model.scene.drawings.drawings == second.model.scene.drawings.drawings


def test_a_change_over_http_or_by_a_script_is_shown_at_once(harness, workspace, qtbot):
    harness.open("MSFT", "1d")
    workspace.put_drawings([level("a"), level("c", "TSLA")]).result(5)
    qtbot.waitUntil(lambda: ids(harness.page) == ["a"])
    workspace.change_drawing("a", {"text": "x"}).result(5)
    qtbot.waitUntil(lambda: harness.page.model.scene.drawings.drawings[0].text == "x")
    workspace.delete_drawing("a").result(5)
    qtbot.waitUntil(lambda: ids(harness.page) == [])


def test_another_symbol_has_its_own_drawings_and_none_of_the_former(harness, workspace, qtbot):
    workspace.put_drawings([level("a"), level("c", "AAPL")]).result(5)
    harness.open("MSFT", "1d")
    qtbot.waitUntil(lambda: ids(harness.page) == ["a"])
    harness.open("AAPL", "1d")
    qtbot.waitUntil(lambda: ids(harness.page) == ["c"])
    assert harness.page.model.series.symbol == "AAPL"

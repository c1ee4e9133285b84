"""Two writers of one layout: the window says so, waits for a choice, and does not echo its own saves."""

from concurrent.futures import Future
from dataclasses import replace

import pytest

from candledesk.ui.features.layouts.named.layout_saver import LayoutSaver
from candledesk.workspace.named_layouts import NamedLayout
from tests.ui.conftest import settle


@pytest.fixture
def morning(layouts):
    layouts.open("AAPL").name("Morning")
    settle(layouts.qapp)
    return layouts


def until_bar(layouts):
    layouts.qtbot.waitUntil(lambda: layouts.bar() is not None)
    return layouts.bar()


def test_own_saves_are_no_news_and_are_not_read_again(morning, monkeypatch):
    reads = []
    saver = morning.window.findChild(LayoutSaver)
    read = saver.workspace.read_layout
    monkeypatch.setattr(saver.workspace, "read_layout", lambda name: reads.append(name) or read(name))
    for symbol in ("MSFT", "IBM"):
        morning.open(symbol)
        morning.qtbot.waitUntil(lambda symbol=symbol: morning.symbols("Morning") == [symbol])
    morning.run("save_layout")
    settle(morning.qapp)
    assert (morning.bar(), reads) == (None, [])


def test_a_change_elsewhere_is_said_and_nothing_is_overwritten_meanwhile(morning):
    morning.store("Morning", "TSLA")
    until_bar(morning)
    morning.open("MSFT")
    morning.qtbot.wait(80)  # longer than the pause before a save
    assert morning.symbols("Morning") == ["TSLA"]
    assert morning.charts.target[0] == "MSFT"


def test_load_it_shows_what_was_stored_elsewhere(morning):
    morning.store("Morning", "TSLA", "NVDA", grid="2h")
    until_bar(morning).load_button.click()
    morning.qtbot.waitUntil(lambda: len(morning.grid.pages()) == 2)
    settle(morning.qapp)
    assert [page.title() for page in morning.grid.pages()] == ["TSLA 1d", "NVDA 1d"]
    morning.qtbot.waitUntil(lambda: morning.bar() is None)
    assert morning.names == ["Morning"]
    morning.open("IBM")
    morning.qtbot.waitUntil(lambda: morning.symbols("Morning") == ["IBM", "NVDA"])


def test_what_was_read_before_the_first_save_of_a_loaded_layout_is_no_conflict(morning, monkeypatch):
    morning.store("Morning", "TSLA", "NVDA", grid="2h")
    stored = morning.workspace.read_layout("Morning").result(5)
    workspace, late, asked = morning.window.findChild(LayoutSaver).workspace, Future(), []
    read = workspace.read_layout
    monkeypatch.setattr(
        workspace, "read_layout", lambda name: asked.append(name) or (late if asked[1:] else read(name))
    )
    until_bar(morning).load_button.click()
    morning.qtbot.waitUntil(lambda: len(asked) == 2)
    morning.open("IBM")
    morning.qtbot.waitUntil(lambda: morning.symbols("Morning") == ["IBM", "NVDA"])
    late.set_result(replace(stored, updated_at=stored.updated_at - 1))
    settle(morning.qapp)
    assert morning.bar() is None


def test_keep_mine_stores_what_is_shown_and_the_other_becomes_a_version(morning):
    morning.store("Morning", "TSLA")
    until_bar(morning).keep_button.click()
    morning.qtbot.waitUntil(lambda: morning.symbols("Morning") == ["AAPL"])
    assert morning.workspace.list_layout_versions("Morning").result(5)[0].charts == ("TSLA 1d",)
    morning.qtbot.waitUntil(lambda: morning.bar() is None)


def test_saving_by_hand_is_a_choice_too(morning):
    morning.store("Morning", "TSLA")
    until_bar(morning)
    morning.run("save_layout")
    morning.qtbot.waitUntil(lambda: morning.bar() is None)
    assert morning.symbols("Morning") == ["AAPL"]


def test_the_same_document_from_elsewhere_is_no_conflict(morning):
    same = morning.stored("Morning")
    morning.workspace.put_layout("Morning", NamedLayout("Morning", {**same, "options": {"zone": "utc"}})).result(5)
    settle(morning.qapp)
    morning.workspace.read_layout("Morning").result(5)
    settle(morning.qapp)
    assert morning.bar() is None


def test_a_layout_renamed_elsewhere_is_renamed_here(morning):
    morning.workspace.put_layout("Morning", NamedLayout("Dawn", morning.stored("Morning"))).result(5)
    morning.until_named("Dawn")
    morning.open("MSFT")
    morning.qtbot.waitUntil(lambda: morning.symbols("Dawn") == ["MSFT"])
    assert morning.bar() is None


def test_an_own_save_that_is_read_before_its_answer_comes_is_no_conflict(morning, monkeypatch):
    saver, sent, read = morning.window.findChild(LayoutSaver), [], Future()
    monkeypatch.setattr(saver.workspace, "read_layout", lambda _name: read)
    monkeypatch.setattr(saver.workspace, "save_layout", lambda layout, _before: sent.append(layout) or Future())
    morning.workspace.put_layout("Morning", NamedLayout("Dawn", morning.stored("Morning"))).result(5)
    morning.until_named("Dawn")
    morning.open("MSFT")
    morning.qtbot.waitUntil(lambda: len(sent) == 1)
    morning.open("IBM")
    read.set_result(sent[0])
    settle(morning.qapp)
    assert morning.bar() is None


def test_an_own_save_that_overtakes_a_read_is_no_conflict(morning, monkeypatch):
    saver, asked, read = morning.window.findChild(LayoutSaver), [], Future()
    stored = morning.workspace.read_layout("Morning").result(5)
    monkeypatch.setattr(saver.workspace, "read_layout", lambda name: asked.append(name) or read)
    morning.workspace.put_layout("Morning", replace(stored, name="Dawn")).result(5)
    morning.qtbot.waitUntil(lambda: asked == ["Dawn"])
    for symbol in ("MSFT", "IBM"):
        morning.open(symbol)
        morning.qtbot.waitUntil(lambda symbol=symbol: morning.symbols("Dawn") == [symbol] and not saver._saving)
        if not read.done():
            read.set_result(stored)
            settle(morning.qapp)
        assert morning.bar() is None


def test_a_layout_deleted_elsewhere_leaves_its_charts_without_a_name(morning):
    morning.workspace.delete_layout("Morning").result(5)
    morning.until_named("")
    assert "deleted elsewhere" in morning.message
    morning.open("MSFT")
    morning.qtbot.wait(80)
    assert morning.workspace.list_layouts().result(5) == []


def test_what_was_changed_while_the_window_was_closed_is_said_at_the_next_start(morning):
    morning.harness.close()
    morning.harness = None
    stored = morning.workspace.read_layout("Morning").result(5)
    morning.user_data.now = lambda: stored.updated_at + 60
    morning.store("Morning", "TSLA")
    morning.start()
    until_bar(morning)
    assert (morning.charts.target[0], morning.symbols("Morning")) == ("AAPL", ["TSLA"])


def test_a_choice_that_was_not_made_is_due_after_the_next_start_too(morning):
    stored = morning.workspace.read_layout("Morning").result(5)
    morning.user_data.now = lambda: stored.updated_at + 60
    morning.store("Morning", "TSLA")
    until_bar(morning)
    morning.open("MSFT")
    morning.start()
    until_bar(morning)
    morning.qtbot.wait(80)
    assert (morning.charts.target[0], morning.symbols("Morning")) == ("MSFT", ["TSLA"])


def test_what_was_not_stored_before_a_kill_is_stored_after_the_next_start(morning, monkeypatch):
    from candledesk.ui.features.layouts.named import layout_saver

    monkeypatch.setattr(layout_saver.LayoutSaver, "_may_save", lambda _saver, _grid: False)
    morning.open("MSFT")
    morning.harness.close()
    morning.harness = None
    monkeypatch.undo()
    assert morning.symbols("Morning") == ["AAPL"]
    morning.start()
    morning.qtbot.waitUntil(lambda: morning.symbols("Morning") == ["MSFT"])
    assert morning.bar() is None
    assert morning.workspace.list_layout_versions("Morning").result(5)[0].charts == ("AAPL 1d",)


def test_a_layout_deleted_while_the_window_was_closed_leaves_its_charts(morning):
    morning.harness.close()
    morning.harness = None
    morning.workspace.delete_layout("Morning").result(5)
    morning.start()
    morning.until_named("")
    assert morning.charts.target[0] == "AAPL"

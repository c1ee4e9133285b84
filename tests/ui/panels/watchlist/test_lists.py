"""Lists from the menus and from elsewhere: made, renamed, deleted, and changed while the panel shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.watchlist.dialogs.archive_dialog import ArchiveDialog
from candledesk.ui.panels.watchlist.dialogs.text_dialog import TextDialog
from candledesk.ui.theme.key_menu import KeyMenu
from candledesk.workspace.watchlists import edits
from tests.fake_jobs import resolved
from tests.ui.panels.watchlist.conftest import make_list


def enter(panel, text):
    dialog = panel.dialog(TextDialog)
    dialog.line.selectAll()
    panel.qtbot.keyClicks(dialog.line, text)
    dialog.verb_button.click()
    panel.settle()


def rows(menu):
    return {action.text().split("\t")[0]: action for action in menu.actions() if action.text()}


def menu(panel):
    panel.panel._fill_menu()
    return rows(panel.panel.menu_button.menu())


def test_lists_are_made_chosen_renamed_copied_and_deleted(panel):
    panel.panel._fill_lists()
    rows(panel.panel.list_button.menu())["New list…"].trigger()
    enter(panel, "Mine")
    assert (panel.book.shown_name, panel.shown()) == ("Mine", [])
    panel.panel._fill_lists()
    rows(panel.panel.list_button.menu())["Tech"].trigger()
    assert panel.shown()[0] == "AAPL"
    menu(panel)["Rename list…"].trigger()
    enter(panel, "Tech 2")
    menu(panel)["Duplicate list"].trigger()
    panel.settle()
    assert panel.book.names == ["Tech 2", "Mine", "Tech 2 copy"]
    assert panel.shown()[0] == "AAPL"
    menu(panel)["Delete list…"].trigger()
    panel.dialog(ConfirmDialog).verb_button.click()
    panel.settle()
    assert panel.book.names == ["Tech 2", "Mine"]
    panel.stored()
    assert [one.name for one in panel.workspace.list_watchlists().result(5)] == ["Tech 2", "Mine"]


def test_a_name_that_is_taken_is_refused(panel):
    assert not panel.book.add("Tech")
    assert "already" in panel.message
    assert not panel.book.rename("a/b")


def test_a_note_is_edited_and_shown_in_the_tooltip(panel):
    panel.panel._commands.edit_note("MSFT")
    enter(panel, "watch the gap")
    assert panel.stored().notes == {"MSFT": "watch the gap"}
    tip = panel.model.index(panel.model.row_of("MSFT"), 0).data(3)
    assert tip.endswith("watch the gap")


def test_a_section_is_made_of_the_selected_rows_and_renamed(panel):
    panel.view.select(["MSFT", "GOOG"])
    menu(panel)["New section…"].trigger()
    enter(panel, "Big")
    assert panel.shown()[-3:] == ["[Big]", "MSFT", "GOOG"]
    panel.panel._commands.rename_section(3)
    enter(panel, "Bigger")
    assert [part.title for part in panel.stored().sections] == ["", "Chips", "More", "Bigger"]


def test_a_section_is_removed_with_or_without_its_symbols(panel):
    panel.panel._commands.remove_section(1, has_symbols=False)
    assert panel.shown() == ["AAPL", "MSFT", "NVDA", "IBM", "[More]", "GOOG", "AMZN"]
    panel.book.undo()
    panel.panel._commands.remove_section(1, has_symbols=True)
    assert panel.shown() == ["AAPL", "MSFT", "[More]", "GOOG", "AMZN"]


def test_a_list_is_shown_at_the_request_of_another_feature(panel):
    panel.book.add("Other")
    panel.panel.hide()
    panel.panel._context.requests.list_requested.emit("Tech")
    assert panel.panel.isVisible()
    assert panel.shown()[0] == "AAPL"


# -- changes from elsewhere


def test_a_change_over_http_or_by_a_command_appears_at_once(panel):
    panel.workspace.put_watchlist("Tech", make_list("Tech", ("", "IBM"))).result(5)
    panel.qtbot.waitUntil(lambda: panel.shown() == ["IBM"])
    panel.workspace.add_watchlist(make_list("New", ("", "GOOG"))).result(5)
    panel.qtbot.waitUntil(lambda: panel.book.names == ["Tech", "New"])
    panel.workspace.put_watchlist("Tech", make_list("Renamed", ("", "IBM"))).result(5)
    panel.qtbot.waitUntil(lambda: panel.book.shown_name == "Renamed")
    panel.workspace.delete_watchlist("Renamed").result(5)
    panel.qtbot.waitUntil(lambda: panel.shown() == ["GOOG"])


def test_own_changes_do_not_come_back_as_changes_of_others(panel):
    seen = []
    for symbol in ("A", "B", "C"):
        panel.panel._commands.add([symbol])
    panel.book.changed.connect(lambda: seen.append(panel.shown()))
    panel.stored()
    panel.settle()
    assert seen == []
    assert panel.book.undo_title == "add C"


def test_the_last_of_two_writers_wins_and_nothing_of_it_is_taken_back(panel):
    other = edits.add_symbols(panel.stored(), ["OTHER"])
    panel.workspace.put_watchlist("Tech", other)
    panel.panel._commands.add(["OWN"])
    panel.qtbot.waitUntil(lambda: panel.book._n_saving == 0)
    panel.settle()
    assert panel.stored().symbols[-1] == "OWN" == panel.shown()[-1]
    assert "OTHER" not in panel.shown()
    panel.workspace.put_watchlist("Tech", replace(other, updated_at=0)).result(5)
    panel.qtbot.waitUntil(lambda: panel.shown()[-1] == "OTHER")
    assert panel.book.undo_title == ""


def test_what_cannot_be_stored_is_said_and_taken_back(panel, monkeypatch):
    def refuse(_name, _watchlist):
        def fail():
            raise EnvironmentFaultError("The home is read-only.")

        return resolved(fail)

    monkeypatch.setattr(panel.workspace, "put_watchlist", refuse)
    panel.panel._commands.add(["TSLA"])
    panel.qtbot.waitUntil(lambda: "TSLA" not in panel.shown())
    assert panel.message == "The home is read-only."


# -- all symbols of a list


def test_backfill_all_opens_the_form_with_every_symbol(panel):
    menu(panel)["Backfill all…"].trigger()
    form = panel.dialog(BackfillForm)
    assert form.order().symbols == ("AAPL", "MSFT", "NVDA", "IBM", "GOOG", "AMZN")
    form.reject()


def test_archive_all_says_the_count_and_the_cost_before_it_archives(panel, cache):
    menu(panel)["Archive all…"].trigger()
    dialog = panel.dialog(ArchiveDialog)
    assert dialog.cost.text().startswith("6 series. About 18 requests")
    dialog.interval_buttons["1h"].click()
    assert not cache.archive
    dialog.verb_button.click()
    panel.settle()
    assert set(cache.archive) == {(symbol, "1h") for symbol in ("AAPL", "MSFT", "NVDA", "IBM", "GOOG", "AMZN")}
    assert panel.message == "6 series archived in 1h."


def test_what_cannot_be_archived_is_named(panel, cache):
    panel.panel._commands.add(["ZZZ"])
    panel.panel._commands.archive_all()
    panel.dialog(ArchiveDialog).verb_button.click()
    panel.settle()
    assert panel.message == "6 series archived in 1d. Not archived: ZZZ."


@pytest.mark.parametrize("title", ["Compare with the chart", "Backfill…"])
def test_the_menu_of_a_row_asks_other_features(panel, title):
    seen = []
    requests = panel.panel._context.requests
    requests.compare_requested.connect(seen.append)
    requests.backfill_requested.connect(seen.extend)
    made = panel.panel._symbol_menu("MSFT", ["MSFT"])
    rows(made)[title].trigger()
    assert seen == ["MSFT"]
    for form in panel.window.findChildren(BackfillForm):
        form.reject()
    made.close()


def test_a_symbol_opens_in_a_tab_of_its_own(panel):
    panel.panel.open_in_tab("GOOG")
    panel.settle()
    assert [page.target[0] for page in panel.harness.charts.pages()] == ["AAPL", "GOOG"]


def test_the_menu_of_the_list_shows_its_keys_in_caps(panel):
    """They were plain words, unlike those of every other menu."""
    menu = panel.panel.menu_button.menu()
    panel.panel._fill_menu()
    assert isinstance(menu, KeyMenu)
    assert {action.text(): keys for action, keys in menu._caps()}["Paste…"] == "Ctrl+V"

"""The form that starts backfills."""

from concurrent.futures import Future

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDialogButtonBox

from candledesk.cache.messages import BackfillEstimate
from candledesk.domain.errors import EnvironmentFaultError, UnknownSymbolError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import Span
from tests.fake_jobs import resolved
from tests.ui.conftest import settle
from tests.ui.panels.jobs.conftest import LEFT, Form


def test_the_form_begins_with_the_series_on_screen_and_says_what_it_costs(form):
    assert form.form.order().series == [("AAPL", INTERVALS["1d"])]
    form.wait_for("About 3 requests and 1,000 new bars, in about 8 s")
    assert form.cache.calls == []


def test_of_a_multiple_the_form_begins_with_what_it_is_derived_from(qapp, qtbot, cache):
    made = Form(qapp, qtbot, cache, ("AAPL", parse_interval("45m")))
    assert made.form.order().series == [("AAPL", INTERVALS["15m"])]
    made.close()


def test_many_symbols_and_intervals_start_together(form, qtbot):
    form.type("aapl, msft;7203.T MSFT")
    qtbot.mouseClick(form.form.interval_buttons["5m"], LEFT)
    form.wait_for("About 18 requests")
    assert "New symbols, will be looked up: 7203.T." in form.form.cost.text()
    assert form.form.start_button.text() == "&Start 6 backfills"
    qtbot.mouseClick(form.form.start_button, LEFT)
    settle(form.qapp)
    series = [(symbol, name) for symbol in ("AAPL", "MSFT", "7203.T") for name in ("5m", "1d")]
    assert form.cache.calls == [("start_backfills", (series, None))]
    assert form.started == [6]


def test_what_is_no_symbol_is_named_and_left_out(form):
    form.type("AAPL b(d MSFT")
    assert form.form.refused.text() == "Ignored (not valid symbols): b(d"
    assert form.form.order().symbols == ("AAPL", "MSFT")


def test_a_span_of_days_includes_the_last_one(form, qtbot):
    form.form.first.setDate(QDate(2025, 11, 3))
    form.form.last.setDate(QDate(2025, 11, 7))
    assert form.form.from_to.isChecked()
    assert form.form.order().span == Span(1_762_128_000, 1_762_128_000 + 5 * 86_400)
    form.form.last.setDate(QDate(2025, 11, 1))
    assert form.form.cost.text() == "The last day is before the first one."
    assert not form.form.start_button.isEnabled()


@pytest.mark.parametrize(
    ("text", "interval_is_chosen", "words"),
    [("", True, "at least one symbol"), ("AAPL", False, "at least one interval"), ("?!", True, "at least one symbol")],
)
def test_nothing_starts_before_all_is_said(form, qtbot, text, interval_is_chosen, words):
    if not interval_is_chosen:
        qtbot.mouseClick(form.form.interval_buttons["1d"], LEFT)
    form.form.symbols.setPlainText(text)
    assert words in form.form.cost.text()
    assert not form.form.start_button.isEnabled()


def test_an_estimate_of_before_is_not_shown(form, qtbot):
    asked = []
    form.cache.estimate_backfill = lambda *_: asked.append(Future()) or asked[-1]
    form.type("MSFT")
    qtbot.waitUntil(lambda: len(asked) == 1)
    form.type("AAPL, MSFT")
    asked[0].set_result(BackfillEstimate(1, 7, 1.0, 7))
    settle(form.qapp)
    assert form.form.cost.text() == "Estimating…"
    qtbot.waitUntil(lambda: len(asked) == 2)
    asked[1].set_result(BackfillEstimate(2, 9, 1.0, 9))
    form.wait_for("About 9 requests")


def test_an_estimate_that_fails_says_why(form, qtbot):
    failed = Future()
    failed.set_exception(EnvironmentFaultError("The disk is full."))
    form.cache.estimate_backfill = lambda *_: failed
    form.type("MSFT")
    form.wait_for("The disk is full.")
    assert form.form.cost.property("tone") == "warning"
    assert form.form.start_button.isEnabled()


def test_an_estimate_that_comes_after_the_start_does_not_hide_it(form, qtbot):
    asked = []
    form.cache.estimate_backfill = lambda *_: asked.append(Future()) or asked[-1]
    form.cache.start_backfills = lambda *_: Future()
    form.type("MSFT")
    qtbot.waitUntil(lambda: len(asked) == 1)
    qtbot.mouseClick(form.form.start_button, LEFT)
    asked[0].set_result(BackfillEstimate(1, 7, 1.0, 7))
    settle(form.qapp)
    assert form.form.cost.text().startswith("Starting.")


def test_a_failed_start_keeps_the_form_with_the_reason(form, qtbot):
    refused = Future()
    refused.set_exception(EnvironmentFaultError("The disk is full."))
    form.cache.start_backfills = lambda *_: refused
    form.wait_for("About 3 requests")
    qtbot.keyClick(form.form.symbols, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(form.qapp)
    assert form.form.cost.text() == "The disk is full."
    assert form.form.isVisible()
    assert form.form.start_button.isEnabled()


def test_an_unknown_symbol_is_named_though_the_form_is_closed(form, qtbot):
    refused = Future()
    form.cache.start_backfills = lambda *_: refused
    form.form.starting.connect(form.panel.follow_start)
    form.wait_for("About 3 requests")
    qtbot.mouseClick(form.form.start_button, LEFT)
    form.form.close()
    with qtbot.waitSignal(form.panel.failed) as reported:
        refused.set_exception(UnknownSymbolError("NOSUCH"))
    assert "'NOSUCH'" in reported.args[0]
    assert form.panel.isVisible()


def test_what_is_stored_already_cannot_be_started(form, monkeypatch):
    nothing = BackfillEstimate(1, 0, 0.0, 0)
    monkeypatch.setattr(form.cache, "estimate_backfill", lambda *_: resolved(lambda: nothing))
    form.type("MSFT")
    form.wait_for("Everything is stored already")
    assert not form.form.start_button.isEnabled()
    form.qtbot.keyClick(form.form, Qt.Key.Key_Return)
    form.qtbot.keyClick(form.form, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not [call for call in form.cache.calls if call[0] == "start_backfills"]
    form.form.everything.setFocus()
    form.qtbot.mouseClick(form.form.interval_buttons["5m"], Qt.MouseButton.LeftButton)
    assert form.form.start_button.isEnabled()  # until it is known what that costs


def test_symbols_that_are_not_known_stay_to_be_corrected_while_the_rest_is_started(form, qtbot):
    """The form kept all twenty symbols and offered to start them again."""
    refused = Future()
    refused.set_exception(UnknownSymbolError("NOSUCH"))
    form.cache.start_backfills = lambda *_: refused
    form.type("AAPL, NOSUCH, MSFT, NEVER")
    form.wait_for("New symbols, will be looked up: NEVER, NOSUCH.")
    qtbot.mouseClick(form.form.start_button, LEFT)
    qtbot.waitUntil(lambda: "The others are started." in form.form.cost.text())
    assert form.form.symbols.toPlainText().split() == ["NEVER", "NOSUCH"]
    assert "'NOSUCH'" in form.form.cost.text()
    assert "Not known either: NEVER." in form.form.cost.text()
    assert form.form.buttons.button(QDialogButtonBox.StandardButton.Cancel).text() == "Close"

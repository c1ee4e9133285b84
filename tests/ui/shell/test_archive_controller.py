"""Keeping a chart's series complete: the action, its words, and the state in the status bar."""

from concurrent.futures import Future

import pytest

from candledesk.cache.messages import ArchiveEntry, JobChanged, JobState
from candledesk.domain.errors import OfflineError
from candledesk.domain.interval import INTERVALS
from candledesk.ui.shell.archive_controller import archive_text
from tests.ui.conftest import settle
from tests.ui.fakes import make_bars, make_job
from tests.ui.shell.test_main_window import Opened

MINUTE = INTERVALS["1m"]


@pytest.fixture
def opened(qapp, cache, tmp_path):
    for symbol, name in (("AAPL", "15m"), ("AAPL", "30m"), ("MSFT", "1wk")):
        cache.add(symbol, name, make_bars(300, INTERVALS[name]))
    found = Opened(qapp, cache, tmp_path)
    yield found
    found.close()


def test_the_action_keeps_the_chart_and_says_which(opened, cache):
    action = opened.window.table.actions["keep"]
    assert not action.isEnabled()
    opened.open("AAPL", "30m")
    opened.window.table.refresh()
    assert (action.isEnabled(), action.isChecked(), action.text()) == (True, False, "Keep AAPL 15m complete")
    opened.run("keep")
    assert ("set_harvest", ("AAPL", "30m", True)) in cache.calls
    assert action.isChecked()
    assert opened.window.status.archive.text().startswith("Kept complete · unbroken since ")
    opened.open("MSFT", "1d")
    settle(opened.qapp)
    assert not opened.window.status.archive.isVisible()
    opened.open("AAPL", "15m")
    opened.run("keep")
    assert ("set_harvest", ("AAPL", "15m", False)) in cache.calls
    assert not action.isChecked()
    assert opened.window.status.archive.text() == ""


def test_the_state_follows_the_archive_runs_that_end(opened, cache):
    opened.open("AAPL", "15m")
    interval = INTERVALS["15m"]
    cache.archive["AAPL", "15m"] = ArchiveEntry("AAPL", interval, None, None, None, "not run yet")
    cache.emit(JobChanged(make_job(kind="update", state=JobState.SUCCEEDED)))
    settle(opened.qapp)
    assert opened.window.status.archive.text() == ""
    cache.emit(JobChanged(make_job(kind="harvest", state=JobState.SUCCEEDED)))
    settle(opened.qapp)
    assert opened.window.status.archive.text() == "Kept complete · waits for its first run"


def test_a_refusal_is_shown(opened, cache, monkeypatch):
    opened.open("AAPL", "15m")
    failed = Future()
    failed.set_exception(OfflineError("Yahoo cannot be reached."))
    monkeypatch.setattr(cache, "set_archived", lambda *_args, **_options: failed)
    opened.run("keep")
    assert opened.page.toast == "Yahoo cannot be reached."


def test_words():
    entry = ArchiveEntry("AAPL", MINUTE, 1_792_850_400, 1_795_000_000, None, "")
    assert archive_text(entry) == "Kept complete · unbroken since 24 Oct 2026"
    assert archive_text(ArchiveEntry("AAPL", MINUTE, None, 5, None, "nothing since 2026-01-02")) == (
        "Kept · nothing since 2026-01-02"
    )


def test_a_chart_follows_what_it_shows_and_leaves_it(opened, cache):
    opened.open("MSFT", "1d")
    assert cache.followed == [("MSFT", "1d")]
    opened.open("MSFT", "1wk")
    assert cache.followed == [("MSFT", "1wk")]
    opened.open("NOPE", "1d")  # refused: the former chart stays, and stays followed
    assert cache.followed == [("MSFT", "1wk")]
    opened.window.close()
    assert cache.followed == []

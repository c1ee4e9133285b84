"""Archiving a chart's series: the action, its text, and the state in the status bar."""

from concurrent.futures import Future

import pytest

from candledesk.cache.events import JobChanged
from candledesk.cache.messages import ArchiveEntry, JobState
from candledesk.domain.errors import OfflineError
from candledesk.domain.interval import INTERVALS
from candledesk.ui.features.archive import archive_text
from tests.fake_data import make_bars, make_job
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

MINUTE = INTERVALS["1m"]


@pytest.fixture
def opened(qapp, cache, tmp_path):
    for symbol, name in (("AAPL", "15m"), ("AAPL", "30m"), ("MSFT", "1wk")):
        cache.add(symbol, name, make_bars(300, INTERVALS[name]))
    found = WindowHarness(qapp, cache, tmp_path)
    yield found
    found.close()


def test_the_action_archives_the_chart_and_names_it(opened, cache):
    action = opened.actions["archive"]
    assert not action.isEnabled()
    opened.open("AAPL", "30m")
    opened.window.table.refresh()
    assert (action.isEnabled(), action.isChecked(), action.text()) == (True, False, "Archive AAPL 15m automatically")
    opened.run("archive")
    assert ("set_archived", ("AAPL", "30m", True)) in cache.calls
    assert action.isChecked()
    assert opened.archive_label.text().startswith("Archived · complete since ")
    opened.open("MSFT", "1d")
    settle(opened.qapp)
    assert not opened.archive_label.isVisible()
    opened.open("AAPL", "15m")
    opened.run("archive")
    assert ("set_archived", ("AAPL", "15m", False)) in cache.calls
    assert not action.isChecked()
    assert opened.archive_label.text() == ""


def test_the_state_follows_the_archive_runs_that_end(opened, cache):
    opened.open("AAPL", "15m")
    interval = INTERVALS["15m"]
    cache.archive["AAPL", "15m"] = ArchiveEntry("AAPL", interval, None, None, None, "not run yet")
    cache.emit(JobChanged(make_job(kind="update", state=JobState.SUCCEEDED)))
    settle(opened.qapp)
    assert opened.archive_label.text() == ""
    cache.emit(JobChanged(make_job(kind="harvest", state=JobState.SUCCEEDED)))
    settle(opened.qapp)
    assert opened.archive_label.text() == "Archived · first run pending"


def test_a_refusal_is_shown(opened, cache, monkeypatch):
    opened.open("AAPL", "15m")
    failed = Future()
    failed.set_exception(OfflineError("Yahoo cannot be reached."))
    monkeypatch.setattr(cache, "set_archived", lambda *_args, **_options: failed)
    opened.run("archive")
    assert opened.page.toast == "Yahoo cannot be reached."


def test_the_text_says_since_when_the_series_is_complete():
    entry = ArchiveEntry("AAPL", MINUTE, 1_792_850_400, 1_795_000_000, None, "")
    assert archive_text(entry) == "Archived · complete since 24 Oct 2026"
    assert archive_text(ArchiveEntry("AAPL", MINUTE, None, 5, None, "nothing since 2026-01-02")) == (
        "Archived · nothing since 2026-01-02"
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

"""When the layout is stored: not before it was read, soon after a change, one at a time, again after a refusal."""

from concurrent.futures import Future

import pytest
from PySide6.QtCore import QSettings

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.ui.shell import layout_autosave
from candledesk.ui.shell.layout_autosave import LayoutAutosave
from candledesk.workspace.layout import Layout
from candledesk.workspace.window_layout import LoadedLayout, WindowLayout, tabs_of
from tests.ui.conftest import settle


def _layout(symbol, **options):
    return tabs_of(Layout(((symbol, INTERVALS["1d"]),), 0, options))


class Stored:
    """Stands for the layout in the user database; saves end when the test says so."""

    def __init__(self, loaded=None, *, is_read_only=False):
        self.is_read_only = is_read_only
        self.loaded = Future()
        if isinstance(loaded, BaseException):
            self.loaded.set_exception(loaded)
        else:
            self.loaded.set_result(loaded or LoadedLayout(None))
        self.saves = []

    def save(self, layout):
        self.saves.append((layout, Future()))
        return self.saves[-1][1]

    @property
    def layouts(self):
        return [layout for layout, _ in self.saves]


class Window:
    """What a window has of this: the autosave, and the layout that it shows."""

    def __init__(self, qapp, cache, stored, settings):
        self.qapp, self.stored, self.shown, self.notices = qapp, stored, WindowLayout(), []
        self.autosave = LayoutAutosave(stored, settings)
        self.autosave.failed.connect(self.notices.append)
        self.shown = self.autosave.layout

    def start(self):
        self.autosave.start(lambda: self.shown)
        return self

    def show(self, symbol):
        self.shown = _layout(symbol)
        self.autosave.save_soon()

    def end_save(self, error=None):
        future = self.stored.saves[-1][1]
        if error is None:
            future.set_result(True)
        else:
            future.set_exception(error)
        settle(self.qapp)


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def make(qapp, cache, settings, monkeypatch):
    monkeypatch.setattr(layout_autosave, "SAVE_MS", 20)
    monkeypatch.setattr(layout_autosave, "RETRY_MS", 40)
    made = []

    def begin(stored):
        made.append(Window(qapp, cache, stored, settings))
        return made[-1]

    yield begin
    for window in made:
        window.autosave.finish()


@pytest.fixture
def window(make):
    return make(Stored(LoadedLayout(_layout("AAPL"))))


def _wait(qtbot, window, *symbols):
    expected = [_layout(symbol) for symbol in symbols]
    qtbot.waitUntil(lambda: window.stored.layouts == expected, timeout=5_000)


def test_what_was_stored_is_shown_and_not_stored_again(window, qtbot):
    assert window.autosave.layout == _layout("AAPL")
    window.start()
    qtbot.wait(60)
    assert window.stored.saves == []


def test_nothing_is_stored_before_the_window_shows_the_former_layout(window, qtbot):
    window.show("MSFT")
    qtbot.wait(60)
    assert window.stored.saves == []
    window.start()
    _wait(qtbot, window, "MSFT")


def test_changes_that_come_together_are_stored_once(window, qtbot):
    window.start()
    for symbol in ("MSFT", "TSLA", "NVDA"):
        window.show(symbol)
    _wait(qtbot, window, "NVDA")


def test_changes_that_never_rest_are_stored_all_the_same(window, qtbot):
    window.start()
    for at in range(30):
        window.show(f"S{at}")
        qtbot.wait(2)
    assert window.stored.saves


def test_one_save_is_under_way_at_a_time_and_the_last_state_follows_it(window, qtbot):
    window.start()
    window.show("MSFT")
    _wait(qtbot, window, "MSFT")
    window.show("TSLA")
    qtbot.wait(60)
    window.show("NVDA")
    qtbot.wait(60)
    assert window.stored.layouts == [_layout("MSFT")]
    window.end_save()
    _wait(qtbot, window, "MSFT", "NVDA")


def test_a_refusal_is_reported_once_and_tried_again_until_it_is_over(window, qtbot, caplog):
    window.start()
    window.show("MSFT")
    _wait(qtbot, window, "MSFT")
    for n_saves in (2, 3):
        window.end_save(EnvironmentFaultError("The disk is full"))
        _wait(qtbot, window, *["MSFT"] * n_saves)
    assert window.notices == ["The disk is full"]
    window.end_save()
    qtbot.wait(100)
    assert len(window.stored.saves) == 3
    window.show("TSLA")
    _wait(qtbot, window, "MSFT", "MSFT", "MSFT", "TSLA")
    window.end_save(EnvironmentFaultError("The disk is full"))
    assert window.notices == ["The disk is full"] * 2


def test_the_last_state_is_handed_over_at_the_end_though_another_save_is_under_way(window, qtbot):
    window.start()
    window.show("MSFT")
    _wait(qtbot, window, "MSFT")
    window.show("TSLA")
    window.autosave.finish()
    assert window.stored.layouts == [_layout("MSFT"), _layout("TSLA")]
    window.show("what a closing window shows")
    window.end_save()
    qtbot.wait(60)
    assert window.stored.layouts == [_layout("MSFT"), _layout("TSLA")]


def test_a_save_that_ends_after_the_window_is_nobody_s_news(window, qtbot):
    window.start()
    window.show("MSFT")
    _wait(qtbot, window, "MSFT")
    first = window.stored.saves[0][1]
    window.autosave.finish()
    first.set_exception(EnvironmentFaultError("The disk is full"))
    settle(window.qapp)
    assert (window.notices, window.autosave._timer.isActive()) == ([], False)


@pytest.mark.parametrize("error", [EnvironmentFaultError("Made by a newer CandleDesk"), RuntimeError("our bug")])
def test_a_layout_that_cannot_be_read_is_reported_and_never_overwritten(make, qtbot, caplog, error):
    window = make(Stored(error)).start()
    window.show("MSFT")
    qtbot.wait(60)
    window.autosave.finish()
    assert window.autosave.layout == WindowLayout()
    assert window.notices == [
        f"The charts of the last time cannot be read, and changes are not stored in this session: {error}"
    ]
    assert window.stored.saves == []


def test_a_disk_that_does_not_answer_keeps_no_window_from_opening(make, qtbot, caplog, monkeypatch):
    monkeypatch.setattr(layout_autosave, "_LOAD_S", 0.01)
    stored = Stored()
    stored.loaded = Future()
    window = make(stored).start()
    window.show("MSFT")
    qtbot.wait(60)
    assert "the disk does not answer" in window.notices[0]
    assert stored.saves == []


def test_in_a_read_only_home_the_charts_are_shown_and_nothing_is_stored_or_reported(make, qtbot):
    window = make(Stored(LoadedLayout(_layout("AAPL")), is_read_only=True)).start()
    window.show("MSFT")
    qtbot.wait(60)
    assert (window.autosave.layout, window.notices, window.stored.saves) == (_layout("AAPL"), [], [])


def test_that_a_damaged_file_was_kept_is_reported_and_new_layouts_are_stored(make, qtbot):
    window = make(Stored(LoadedLayout(None, "user.db is kept as another name"))).start()
    assert window.notices == ["user.db is kept as another name"]
    window.show("MSFT")
    _wait(qtbot, window, "MSFT")


def test_a_window_whose_charts_are_not_kept_begins_empty(make, qtbot):
    window = make(None).start()
    window.show("MSFT")
    window.autosave.finish()
    assert (window.autosave.layout, window.notices) == (WindowLayout(), [])


# -- what former versions kept in window.ini


@pytest.fixture
def former(settings):
    settings.setValue("charts/series", '[["AAPL", "1d"], ["MSFT", "1d"]]')
    settings.setValue("charts/front", 1)
    settings.setValue("chart/has_grid", "false")
    settings.setValue("theme", "light")
    return tabs_of(Layout((("AAPL", INTERVALS["1d"]), ("MSFT", INTERVALS["1d"])), 1, {"has_grid": "false"}))


def _keys(settings):
    return sorted(settings.allKeys())


def test_charts_of_the_settings_file_are_taken_over_and_stored(make, qtbot, settings, former):
    window = make(Stored())
    assert window.autosave.layout == former
    window.start()
    qtbot.waitUntil(lambda: window.stored.layouts == [former])
    window.end_save()
    assert "charts/series" in _keys(settings), "until they were read back from their new place"


def test_a_take_over_that_was_interrupted_is_done_again(make, qtbot, former):
    window = make(Stored()).start()
    qtbot.waitUntil(lambda: window.stored.layouts == [former])
    again = make(Stored())  # the process was killed before anything was stored
    assert again.autosave.layout == former


def test_once_they_were_stored_the_settings_file_has_no_charts_and_is_not_asked(make, settings, former):
    window = make(Stored(LoadedLayout(_layout("TSLA"))))
    assert window.autosave.layout == _layout("TSLA")
    assert _keys(settings) == ["theme"]


def test_the_settings_file_stays_as_it_is_where_nothing_can_be_stored(make, settings, former, caplog):
    before = _keys(settings)
    for stored in (
        Stored(EnvironmentFaultError("locked")),
        Stored(EnvironmentFaultError("read-only"), is_read_only=True),
    ):
        assert make(stored).autosave.layout == former
    make(Stored(LoadedLayout(_layout("TSLA")), is_read_only=True))
    assert _keys(settings) == before

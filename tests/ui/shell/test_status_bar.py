import pytest

from candledesk.cache.messages import BreakerState, LimiterState
from candledesk.ui.shell.status_bar import StatusBar


@pytest.fixture
def bar(qtbot):
    made = StatusBar(LimiterState(6.0, 0.0, BreakerState.CLOSED))
    qtbot.addWidget(made)
    return made


def test_notices_do_not_pile_up_the_newest_is_shown_with_the_number_of_the_others(bar):
    for text in ("One.", "Two.", "Two.", "Three."):
        bar.show_notice(text)
    assert bar.state.text() == "Three.   (and 2 more)"
    assert bar.state.toolTip() == "One.\nTwo.\nThree."
    bar._notice_end.timeout.emit()
    assert (bar.state.text(), bar.state.toolTip()) == ("Ready", "")


def test_thousands_of_notices_are_a_short_list(bar):
    for number in range(5_000):
        bar.show_notice(f"Notice {number}.")
    assert bar.state.text() == "Notice 4999.   (and 19 more)"


def test_a_fault_stands_before_notices_and_leaves_them(bar):
    bar.show_fault("The disk is full.")
    bar.show_notice("A notice.")
    assert bar.state.text() == "The disk is full."
    bar.show_fault("The database is locked.")
    assert bar.state.text() == "The database is locked."
    bar.show_fault("")
    assert bar.state.text() == "A notice."

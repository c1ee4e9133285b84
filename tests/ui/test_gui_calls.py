"""What other threads report is handled on the GUI thread, and nothing is once its owner is destroyed."""

import threading

import pytest
import shiboken6
from PySide6.QtCore import QObject

from candledesk.ui.gui_calls import on_gui_thread


@pytest.fixture
def owner(qapp):
    return QObject()


def run_in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_calls_of_another_thread_come_on_the_gui_thread_in_their_order(qtbot, owner):
    calls = []
    report = on_gui_thread(owner, lambda number, *, word: calls.append((number, word, threading.current_thread())))
    run_in_thread(lambda: [report(number, word="a") for number in range(3)])
    assert calls == []
    qtbot.waitUntil(lambda: len(calls) == 3)
    assert calls == [(number, "a", threading.main_thread()) for number in range(3)]


def test_nothing_is_called_for_an_owner_that_was_destroyed_meanwhile(qtbot, owner):
    calls = []
    report, other = on_gui_thread(owner, calls.append), QObject()
    run_in_thread(lambda: report("late"))
    shiboken6.delete(owner)
    run_in_thread(lambda: report("later"))
    on_gui_thread(other, calls.append)("after both")
    qtbot.waitUntil(lambda: bool(calls))
    assert calls == ["after both"]

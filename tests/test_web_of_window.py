"""The web server of a window starts on a thread of its own: not after the end, and a failure is shown."""

import threading
from types import SimpleNamespace

import pytest

from candledesk.app import Application
from candledesk.cache.events import FaultRaised
from candledesk.domain.errors import EnvironmentFaultError


@pytest.fixture
def application():
    """What of an ``Application`` the start of its server uses, with a record of the calls."""
    calls = []
    return SimpleNamespace(
        calls=calls,
        make_web=lambda **options: calls.append(("make", options)),
        start_web=lambda: calls.append("start"),
        service=SimpleNamespace(emit=calls.append),
        _web_lock=threading.Lock(),
        _is_closing=False,
    )


def test_the_server_is_made_for_a_window_and_started(application):
    Application._start_web_of_window(application)
    assert application.calls == [("make", {"has_window": True}), "start"]


def test_nothing_is_started_after_the_end_has_begun(application):
    application._is_closing = True
    Application._start_web_of_window(application)
    assert application.calls == []


@pytest.mark.allow_logs
def test_a_server_that_cannot_start_is_reported_and_the_window_stays(application):
    def refuse(**_options):
        raise EnvironmentFaultError("Port 0 cannot be used")

    application.make_web = refuse
    Application._start_web_of_window(application)
    assert application.calls == [FaultRaised("The browser chart is not served: Port 0 cannot be used")]

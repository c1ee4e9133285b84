"""Options: what is given wins, and mistakes are named."""

from types import SimpleNamespace

import pytest

from candledesk.app import Application
from candledesk.domain.errors import InputError
from candledesk.settings import load_settings


def test_an_option_that_is_not_given_differs_from_one_that_is():
    assert load_settings({}).theme == ""
    assert load_settings({"CANDLEDESK_THEME": "Light"}).theme == "light"
    assert load_settings({"CANDLEDESK_LOG_LEVEL": "debug"}).log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("THEME", "pink", "use one of system dark light"),
        ("LOG_LEVEL", "LOUD", "use one of DEBUG INFO"),
        ("FETCH_THREADS", "99", "use 1 to 16"),
        ("FETCH_THREADS", "many", "not a number"),
        ("COLOUR", "red", "Unknown option CANDLEDESK_COLOUR"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_can(name, text, words):
    with pytest.raises(InputError, match=words):
        load_settings({f"CANDLEDESK_{name}": text})


@pytest.mark.parametrize(("text", "n_started"), [("on", 1), ("OFF", 0)])
def test_updates_can_be_switched_off(text, n_started):
    started = []
    settings = load_settings({"CANDLEDESK_UPDATE": text, "CANDLEDESK_UPDATE_FLOOR_S": "90"})
    updater = SimpleNamespace(start=lambda: started.append(1))
    Application.start_updates(
        SimpleNamespace(
            settings=settings,
            refusal=None,
            service=SimpleNamespace(updater=updater, housekeeping=SimpleNamespace(start=lambda: None)),
        )
    )
    assert (len(started), settings.update_floor_s) == (n_started, 90.0)

"""A disk that refuses: one banner, one try at a time, and all is well after the next commit."""

from candledesk.cache.events import FaultRaised
from candledesk.cache.runtime.storage_health import StorageHealth
from candledesk.domain.errors import EnvironmentFaultError

FULL = EnvironmentFaultError("The disk is full.")


def make():
    now, reported = [0.0], []
    return StorageHealth(8.0, reported.append, lambda: now[0]), now, reported


def test_a_fault_is_reported_once_until_something_is_stored():
    storage_health, now, reported = make()
    for _ in range(3):
        storage_health.note(FULL)
        now[0] += 9.0
    assert reported == [FaultRaised("The disk is full.")]
    storage_health.note(EnvironmentFaultError("The database is read-only."))
    assert len(reported) == 2
    storage_health.note_success()  # a straggler that fitted into the last room
    assert storage_health.error is not None
    now[0] += 8.0
    storage_health.note_success()
    assert storage_health.error is None
    storage_health.note_success()
    storage_health.note(FULL)
    texts = [event.text for event in reported]
    assert texts == ["The disk is full.", "The database is read-only.", "", "The disk is full."]  # "": it is over


def test_what_is_forbidden_is_known_without_a_try():
    storage_health, now, reported = make()
    storage_health.mark_read_only(FULL)
    storage_health.note(EnvironmentFaultError("other"))
    now[0] = 1e9
    assert storage_health.refusal() is storage_health.fault() is storage_health.error is FULL
    assert reported == []


def test_after_the_pause_one_tries_and_the_others_wait_on():
    storage_health, now, _events = make()
    assert storage_health.refusal() is None
    storage_health.note(FULL)
    assert storage_health.refusal() is storage_health.fault() is FULL
    now[0] = 8.5
    assert storage_health.fault() is None
    assert storage_health.refusal() is None
    assert [storage_health.refusal() for _ in range(3)] == [FULL] * 3
    now[0] = 17.0
    assert storage_health.refusal() is None
    storage_health.note_success()
    assert storage_health.refusal() is storage_health.fault() is None


def test_a_lost_file_stops_everything_until_it_is_back():
    storage_health, now, reported = make()
    lost = EnvironmentFaultError("The file was removed.")
    storage_health.note(FULL)
    storage_health.set_lost(lost)
    storage_health.set_lost(lost)
    storage_health.note(EnvironmentFaultError("other"))
    now[0] = 100.0
    storage_health.note_success()
    assert storage_health.refusal() is storage_health.fault() is storage_health.error is lost
    storage_health.set_lost(None)
    assert [event.text for event in reported] == ["The disk is full.", "The file was removed.", ""]
    storage_health.note(lost)
    storage_health.set_lost(lost)  # both find it: one message
    assert len(reported) == 4
    assert storage_health.error is lost

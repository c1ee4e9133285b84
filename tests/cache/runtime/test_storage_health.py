"""A disk that refuses: one banner, one try at a time, and all is well after the next commit."""

from candledesk.cache.messages import FaultRaised
from candledesk.cache.runtime.storage_health import Machine
from candledesk.domain.errors import EnvironmentFaultError

FULL = EnvironmentFaultError("The disk is full.")


def make():
    now, told = [0.0], []
    return Machine(8.0, told.append, lambda: now[0]), now, told


def test_a_fault_is_told_once_until_something_is_stored():
    machine, now, told = make()
    for _ in range(3):
        machine.note(FULL)
        now[0] += 9.0
    assert told == [FaultRaised("The disk is full.")]
    machine.note(EnvironmentFaultError("The database is read-only."))
    assert len(told) == 2
    machine.note_success()  # a straggler that fitted into the last room
    assert machine.error is not None
    now[0] += 8.0
    machine.note_success()
    assert machine.error is None
    machine.note_success()
    machine.note(FULL)
    texts = [event.text for event in told]
    assert texts == ["The disk is full.", "The database is read-only.", "", "The disk is full."]  # "": it is over


def test_what_is_forbidden_is_known_without_a_try():
    machine, now, told = make()
    machine.forbid(FULL)
    machine.note(EnvironmentFaultError("other"))
    now[0] = 1e9
    assert machine.refusal() is machine.fault() is machine.error is FULL
    assert told == []


def test_after_the_pause_one_tries_and_the_others_wait_on():
    machine, now, _told = make()
    assert machine.refusal() is None
    machine.note(FULL)
    assert machine.refusal() is machine.fault() is FULL
    now[0] = 8.5
    assert machine.fault() is None
    assert machine.refusal() is None
    assert [machine.refusal() for _ in range(3)] == [FULL] * 3
    now[0] = 17.0
    assert machine.refusal() is None
    machine.note_success()
    assert machine.refusal() is machine.fault() is None

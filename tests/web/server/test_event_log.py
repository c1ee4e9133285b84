"""The log of events: numbers, what is kept, and what a reader missed."""

import threading

from candledesk.web.server.event_log import EventLog


def numbers(missed):
    return None if missed is None else [(logged.number, logged.event) for logged in missed]


def follow(log, last_id):
    number, missed, leave = log.follow(lambda _logged: None, last_id)
    leave()
    return number, numbers(missed)


def test_what_came_after_an_id_is_replayed_and_nothing_before_it():
    log = EventLog()
    for event in "abc":
        log.record(event)
    assert follow(log, log.id_of(0)) == (3, [(1, "a"), (2, "b"), (3, "c")])
    assert follow(log, log.id_of(2)) == (3, [(3, "c")])
    assert follow(log, log.id_of(3)) == (3, [])
    assert follow(log, None) == (3, [])


def test_what_is_not_kept_any_more_cannot_be_replayed():
    log = EventLog(max_events=2)
    for event in "abc":
        log.record(event)
    assert follow(log, log.id_of(1)) == (3, [(2, "b"), (3, "c")])
    assert follow(log, log.id_of(0)) == (3, None)


def test_ids_of_another_run_and_of_the_future_are_not_known():
    log, other = EventLog(), EventLog()
    log.record("a")
    for last_id in (other.id_of(1), log.id_of(2), "", "1", "-1", log.id_of(1) + "0" * 20):
        assert follow(log, last_id) == (1, None)


def test_an_event_is_either_replayed_or_handed_over_never_both_and_never_lost():
    log, handed, starts = EventLog(max_events=10_000), [], []
    begun = threading.Event()

    def record():
        for event in range(5_000):
            log.record(event)
            begun.set()

    writer = threading.Thread(target=record)
    writer.start()
    begun.wait(5)
    _number, missed, leave = log.follow(lambda logged: handed.append(logged.number), log.id_of(0))
    starts.extend(logged.number for logged in missed)
    writer.join()
    leave()
    assert starts + handed == list(range(1, 5_001))


def test_sources_are_subscribed_once_and_left_at_the_end():
    log, callbacks = EventLog(), []

    def source(callback):
        callbacks.append(callback)
        return lambda: callbacks.remove(callback)

    log.open([source])
    log.open([source])
    assert len(callbacks) == 1
    callbacks[0]("a")
    assert follow(log, log.id_of(0)) == (1, [(1, "a")])
    log.close()
    log.close()
    assert callbacks == []

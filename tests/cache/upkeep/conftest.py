"""Rounds of the updater by hand."""

from tests.cache.conftest import WAIT_S, wait_until


def run_one_round(harness):
    found = harness.service.updater.run_round().result(WAIT_S)
    wait_until(lambda: not any(row.is_running for row in harness.service.updater._scheduler.histories.values()))
    return found


def advance(harness, seconds):
    harness.yahoo.now += seconds
    harness.elapsed_s += seconds


def run(harness, seconds, step=10):
    for _ in range(seconds // step):
        advance(harness, step)
        run_one_round(harness)

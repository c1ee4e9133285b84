"""kill -9 while a window draws; the campaign is in tests/faults."""

from candledesk.drawings.pending_saves import SAVE_MS
from tests.faults.killed_drawing import lost_seconds


def test_at_most_the_last_half_second_is_lost(tmp_path):
    assert lost_seconds(tmp_path, 1.2) <= SAVE_MS / 1000

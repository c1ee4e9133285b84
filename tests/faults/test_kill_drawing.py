"""kill -9 at random moments while a window draws."""

import pytest

from candledesk.drawings.pending_saves import SAVE_MS
from tests.faults.killed_drawing import lost_seconds


@pytest.mark.timeout(600)
def test_at_most_the_last_half_second_is_lost(tmp_path, count, dice, figures):
    lost = []
    for number in range(count(6, 60)):
        home = tmp_path / str(number)
        home.mkdir()
        lost.append(lost_seconds(home, dice.uniform(0.1, 2.0)))
    figures(f"{len(lost)} kills, at most {max(lost):.2f} s of drawing lost")
    assert max(lost) <= SAVE_MS / 1000

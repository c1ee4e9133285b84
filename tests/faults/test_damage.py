"""Damaged files: what is then read is true, a gap or an error, and ``doctor --repair`` brings the bars back.

Each failure is printed with the options that repeat its trial: ``python -m tests.faults.damage.campaign --kind …``.
"""

import pytest

from tests.faults.conftest import SEED
from tests.faults.damage.campaign import READABLE_SHARE, failures, prepare, readable_share, run_trials, table
from tests.faults.damage.kinds import make_trials


@pytest.mark.timeout(7_200)
def test_nothing_wrong_is_read_from_a_damaged_file(tmp_path, figures, count):
    prepare(tmp_path)
    results = run_trials(make_trials(count(300, 1_000), SEED), tmp_path)
    figures("\n" + "\n".join(table(results)))
    assert failures(results) == []
    assert readable_share(results) >= READABLE_SHARE

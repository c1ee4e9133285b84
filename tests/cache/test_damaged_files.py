"""A sample of the damage campaign (``make faults``), the same trials each time, of every kind (S1, S3)."""

import pytest

from tests.faults.damage.campaign import READABLE_SHARE, failures, prepare, readable_share, run_trials
from tests.faults.damage.kinds import SHARES, Trial

N_EACH = 2

pytestmark = pytest.mark.timeout(900)  # half a minute on a machine that does nothing else


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    prepare(folder)
    return run_trials([Trial(kind, seed) for kind in SHARES for seed in range(N_EACH)], folder)


def test_nothing_wrong_is_read_from_a_damaged_file(results):
    assert failures(results) == []


def test_a_damaged_page_or_bit_costs_no_bar_once_the_file_is_repaired(results):
    assert readable_share(results) >= READABLE_SHARE

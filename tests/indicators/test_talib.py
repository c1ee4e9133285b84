"""Where TA-Lib 0.8 agrees with each of the thirty, and where it does not (WORKBENCH.md §1.3, column TL).

CandleDesk does not use TA-Lib: its kernels are numpy alone. The table shows those who compare with it what to expect;
it is printed (``pytest -s``) and checked where the library has a wheel: the lock file installs it on 64-bit Linux.
"""

import numpy as np
import pytest

from candledesk.indicators.computing import compute
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study
from tests.indicators.markets import bars_of, market_of

talib = pytest.importorskip("talib", reason="TA-Lib is not installed, so its agreement is not checked")

from tests.indicators.talib_table import DIFFERS, LATER, NOT_IN_TALIB, OFFSET, SAME, TABLE  # noqa: E402 - needs TA-Lib

N_BARS = 3_000


def agreement(ours, theirs):
    """Return how two lines agree where both have values, and the last bar at which they do not."""
    both = np.isfinite(ours) & np.isfinite(theirs)
    assert both.sum() > N_BARS / 2
    scale = np.abs(ours[both]).max()
    gap = np.where(both, ours - theirs, 0.0)
    wrong = np.flatnonzero(np.abs(gap) > 1e-9 * scale)
    if not len(wrong):
        return SAME, 0
    if np.ptp(gap[both]) < 1e-9 * scale:
        return OFFSET, 0
    return (LATER, int(wrong[-1]) + 1) if wrong[-1] < N_BARS // 2 else (DIFFERS, int(wrong[-1]))


def measure(indicator_id):
    bars, row = bars_of("24/7", N_BARS), TABLE[indicator_id]
    ours = compute(make_study(indicator_id, row.params), bars, market_of("24/7")).lines
    found = [agreement(ours[name], np.asarray(line)) for name, line in row.compute(bars).items()]
    order = [SAME, OFFSET, LATER, DIFFERS]
    return max((kind for kind, _ in found), key=order.index), max(at for _, at in found)


@pytest.mark.parametrize("indicator_id", TABLE)
def test_the_agreement_is_as_the_table_says(indicator_id):
    row = TABLE[indicator_id]
    kind, at = measure(indicator_id)
    assert kind == row.agreement, at
    assert kind != LATER or at <= row.until


def test_every_indicator_has_a_row_and_the_table_is_printed(capsys):
    assert {row.id for row in INDICATORS} == set(TABLE) | NOT_IN_TALIB
    lines = [f"TA-Lib {talib.__version__} on {N_BARS:,} bars"]
    for indicator in INDICATORS:
        if indicator.id in NOT_IN_TALIB:
            lines.append(f"{indicator.id:16}-")
            continue
        kind, at = measure(indicator.id)
        shown = f"equal from bar {at} on" if kind == LATER else kind
        lines.append(f"{indicator.id:16}{shown:26}{TABLE[indicator.id].why}".rstrip())
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - the table is what the test is for

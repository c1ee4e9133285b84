"""Own indicators at stored bars: through the same reads as the others, beside them, and never in their way."""

import time

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRequest, IndicatorRowsRequest
from candledesk.domain.errors import OwnIndicatorError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.studies import parse_study
from tests.cache.conftest import CLOSING_LIMIT_S, DAY_S, FIRST_DAY, NOW, WAIT_S, wait_until

ALL = Span(FIRST_DAY, NOW)
HEAD = 'TITLE = "t"\nOUTPUTS = ("value",)\n'
TOTAL = HEAD + 'import numpy as np\ndef compute(bars, params):\n    return {"value": np.cumsum(bars.close)}\n'
CHANGE = HEAD + (
    "LOOKBACK = 1\nimport numpy as np\ndef compute(bars, params):\n"
    '    return {"value": np.append(np.nan, np.diff(bars.close))}\n'
)
HANGING = HEAD + "def compute(bars, params):\n    while True: pass\n"


@pytest.fixture
def allow(harness):
    def allow(text, name="mine.py"):
        folder = harness.folder / "indicators"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        (one,) = [one for one in harness.cache.own_indicators.list_files().result(WAIT_S) if one.name == name]
        return harness.cache.own_indicators.allow(name, one.sha256).result(WAIT_S)

    return allow


def ask(harness, text, **options):
    request = IndicatorRequest("AAA", INTERVALS["1d"], parse_study(text), **options)
    return harness.cache.load_indicator(request).result(WAIT_S)


def test_without_a_lookback_values_are_those_of_the_whole_history(harness, allow):
    allow(TOTAL)
    bars = harness.bars("1d", ALL).bars
    whole = np.cumsum(bars.close)
    for start in (0, 1, 57, len(bars) - 2):
        reply = ask(harness, "own:mine", span=Span(int(bars.open_time[start]), NOW))
        np.testing.assert_array_equal(reply.open_time, bars.open_time[start:])
        np.testing.assert_allclose(reply.lines["value"], whole[start:], rtol=1e-12)
        assert reply.settled.all()


def test_with_a_lookback_no_more_bars_are_read_than_it_says(harness, allow):
    allow(CHANGE)
    bars = harness.bars("1d", ALL).bars
    reply = ask(harness, "own:mine", n_bars=5)
    np.testing.assert_allclose(reply.lines["value"], np.diff(bars.close)[-5:], rtol=1e-12)


def test_another_indicator_can_stand_on_its_line(harness, allow):
    allow(TOTAL)
    bars = harness.bars("1d", ALL).bars
    line = ask(harness, "sma:length=3,source=(own:mine)", span=ALL).lines["value"]
    whole = np.cumsum(bars.close)
    assert line[10] == pytest.approx((whole[8] + whole[9] + whole[10]) / 3, rel=1e-12)


def test_rows_of_many_bars_hold_the_extremes_of_its_values(harness, allow):
    allow(TOTAL)
    bars = harness.bars("1d", ALL).bars
    request = IndicatorRowsRequest("AAA", INTERVALS["1d"], parse_study("own:mine"), ALL, 8)
    rows = harness.cache.load_indicator_rows(request).result(WAIT_S)
    whole, at = np.cumsum(bars.close), 0
    for n, least, greatest, last in zip(
        rows.n_bars, rows.least["value"], rows.greatest["value"], rows.last["value"], strict=True
    ):
        held = whole[at : at + n]
        assert (least, greatest, last) == pytest.approx((held.min(), held.max(), held[-1]), rel=1e-12)
        at += n
    assert at == len(bars)


def test_as_of_an_instant_it_is_given_the_bars_that_were_closed_then(harness, allow):
    allow(HEAD + 'def compute(bars, params):\n    return {"value": [len(bars)] * len(bars)}\n')
    bars = harness.bars("1d", ALL).bars
    then = int(bars.open_time[30]) + DAY_S
    reply = ask(harness, "own:mine", span=ALL, as_of=then)
    assert set(reply.lines["value"].tolist()) == {float(len(reply.open_time))}
    assert len(reply.open_time) == 31


def test_a_failing_line_ends_the_request_with_its_sentence(harness, allow):
    allow(HEAD + "def compute(bars, params):\n    return bars.price\n")
    harness.bars("1d", ALL)
    with pytest.raises(OwnIndicatorError, match=r"mine\.py, line 4: AttributeError"):
        ask(harness, "own:mine")


def test_while_one_hangs_the_others_answer(harness, allow):
    allow(HANGING)
    harness.bars("1d", ALL)
    request = IndicatorRequest("AAA", INTERVALS["1d"], parse_study("own:mine"))
    hung = harness.cache.load_indicator(request)
    for _ in range(3):
        assert len(ask(harness, "rsi").open_time)
        assert len(harness.bars("1d", ALL, fill="none").bars)
    assert not hung.done()
    with pytest.raises(OwnIndicatorError, match=r"line 4: stopped after 5 s"):
        hung.result(WAIT_S)


def test_the_cache_closes_in_time_while_one_hangs(harness, allow):
    allow(HANGING)
    harness.bars("1d", ALL)
    hung = harness.cache.load_indicator(IndicatorRequest("AAA", INTERVALS["1d"], parse_study("own:mine")))
    own = harness.service.own_indicators
    wait_until(lambda: own._processes)
    began = time.monotonic()
    harness.service.close()
    assert time.monotonic() - began < CLOSING_LIMIT_S
    assert isinstance(hung.exception(WAIT_S), OwnIndicatorError)
    assert not own._processes
    harness.open()

"""Values of indicators at stored bars: exact from any start, as known at any time, and never at the provider's cost."""

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRequest
from candledesk.cache.queries.studies import computation, loader
from candledesk.cache.queries.studies.bars_reader import StudyBarsReader
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import next_open_times
from candledesk.domain.errors import InputError, NotCachedError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import Span
from candledesk.indicators.computing import compute
from candledesk.indicators.declaration import Market
from candledesk.indicators.studies import make_study, parse_study
from candledesk.providers.answers import BarsAnswer
from candledesk.store.market import corporate_actions
from candledesk.store.market.corporate_actions import StoredAction
from candledesk.store.market.database import transaction
from tests.cache.conftest import DAY_S, FIRST_DAY, NOW, WAIT_S, days_back, instrument
from tests.indicators.markets import walk

ALL = Span(FIRST_DAY, NOW)
MIDNIGHT = NOW // DAY_S * DAY_S


def ask(harness, text, name="1d", symbol="AAA", **options):
    request = IndicatorRequest(symbol, parse_interval(name), parse_study(text), **options)
    return harness.cache.load_indicator(request).result(WAIT_S)


def truth_of(harness, yahoo, text, name="1d", symbol="AAA"):
    bars = harness.bars(name, ALL, symbol=symbol).bars
    return bars, compute(parse_study(text), bars, Market(yahoo.calendar(symbol), INTERVALS[name]))


def random_bars(yahoo, seed=1):
    """Let the provider answer random walks instead of the regular pattern."""

    def script(request):
        wanted = yahoo.truth(request.symbol, request.interval.name, Span(FIRST_DAY, NOW))
        bars = walk(wanted.open_time, seed).within(request.span)
        return BarsAnswer(bars, instrument(request.symbol, yahoo.listed_at))

    yahoo.script = script


@pytest.mark.parametrize("name", ["1d", "1h"])
@pytest.mark.parametrize("text", ["rsi", "macd", "supertrend", "sar", "obv", "vwap:anchor=month", "zigzag", "keltner"])
def test_a_value_is_that_of_the_whole_history_wherever_the_answer_begins(harness, yahoo, text, name):
    random_bars(yahoo)
    bars, whole = truth_of(harness, yahoo, text, name)
    n = len(yahoo.requests)
    for start in np.random.default_rng(3).integers(0, len(bars) - 1, 50).tolist():
        reply = ask(harness, text, name, span=Span(int(bars.open_time[start]), NOW))
        np.testing.assert_array_equal(reply.open_time, bars.open_time[start:])
        assert reply.settled.all() or name == "1h"  # of which the provider no longer has the beginning
        for output, line in whole.lines.items():
            np.testing.assert_allclose(reply.lines[output], line[start:], rtol=1e-9, atol=1e-9, err_msg=output)
    assert len(yahoo.requests) == n


@pytest.mark.parametrize("text", ["rsi", "stoch_rsi", "adx", "ema:source=stochastic.d"])
def test_an_answer_that_begins_while_nothing_is_traded_is_read_from_further_back(harness, yahoo, text):
    def script(request):
        wanted = yahoo.truth(request.symbol, request.interval.name, Span(FIRST_DAY, NOW))
        bars, still = walk(wanted.open_time, 1), slice(len(wanted) - 700, len(wanted) - 150)
        columns = [getattr(bars, name).copy() for name in NAMES]
        for column in columns[1:]:
            column[still] = bars.close[still.start - 1]
        return BarsAnswer(Bars(*columns, bars.volume).within(request.span), instrument("AAA", yahoo.listed_at))

    yahoo.script = script
    bars, whole = truth_of(harness, yahoo, text)
    for n in (250, 160, 100, 20):
        reply = ask(harness, text, span=Span(int(bars.open_time[-n]), NOW))
        assert reply.settled.all()
        for output, line in whole.lines.items():
            np.testing.assert_allclose(reply.lines[output], line[-n:], rtol=1e-7, err_msg=output)


def test_the_last_bars_are_counted_back_from_the_end(harness):
    bars = harness.bars("1d", ALL).bars
    end = int(bars.open_time[300])
    reply = ask(harness, "sma", n_bars=40, span=Span(end - DAY_S, end))
    np.testing.assert_array_equal(reply.open_time, bars.open_time[260:300])
    assert len(ask(harness, "sma").open_time) == 500
    assert len(ask(harness, "sma", n_bars=5_000).open_time) == len(bars)


@pytest.mark.parametrize("name", ["3mo", "1y", "10y"])
def test_more_bars_than_the_calendar_has_periods_for_are_all_of_them(harness, name):
    harness.bars("1d", ALL)
    found = ask(harness, "sma", name, n_bars=500).open_time
    later = ask(harness, "sma", name, span=ALL).open_time  # those that open in the span: not the first, cut one
    np.testing.assert_array_equal(found[1:], later)
    assert found[0] < ALL.start


def test_only_the_bar_that_forms_is_not_final(harness):
    harness.bars("1d", ALL)
    reply = ask(harness, "sma", n_bars=3)
    assert reply.is_final.tolist() == [True, True, False]


def test_nothing_is_asked_for_an_indicator_alone(harness, yahoo):
    bars = harness.bars("1h", days_back(30)).bars
    n = len(yahoo.requests)
    reply = ask(harness, "rsi", "1h", n_bars=1_000)
    harness.settle()
    assert (len(yahoo.requests), len(reply.open_time), reply.settled.any()) == (n, len(bars), False)


def test_a_symbol_that_is_not_stored_is_refused(harness):
    with pytest.raises(NotCachedError):
        ask(harness, "sma", symbol="ZZZ")


def test_values_of_a_young_history_are_flagged_until_it_is_proven_to_begin_there(harness):
    n = len(harness.bars("1h", days_back(85)).bars)
    assert 400 < n < 500
    assert not ask(harness, "ema:length=200", "1h", n_bars=5_000).settled.any()
    short = ask(harness, "rsi", "1h", n_bars=5_000)
    assert int((~short.settled).sum()) == 304
    harness.bars("1h", ALL)
    whole = ask(harness, "rsi", "1h", n_bars=n)
    assert whole.settled.all()
    np.testing.assert_allclose(whole.lines["value"][304:], short.lines["value"][304:], rtol=1e-9)
    assert not ask(harness, "rsi", "1h", n_bars=50_000).settled[:304].any()
    harness.bars("1d", ALL)
    assert ask(harness, "ema:length=200", "1d", n_bars=5_000).settled.all()


def test_values_behind_missing_bars_are_flagged(harness):
    bars = harness.bars("1h", Span(MIDNIGHT - 60 * DAY_S, MIDNIGHT - 40 * DAY_S)).bars
    newer = harness.bars("1h", Span(MIDNIGHT - 30 * DAY_S, NOW)).bars
    reply = ask(harness, "sma:length=5", "1h", span=ALL)
    n = len(bars)
    assert not reply.settled[:4].any()
    assert reply.settled[4:n].all()
    assert not reply.settled[n : n + 4].any()
    assert reply.settled[n + 4 :].all()
    assert len(reply.open_time) == n + len(newer)
    assert any(gap.span.overlaps(Span(MIDNIGHT - 39 * DAY_S, MIDNIGHT - 31 * DAY_S)) for gap in reply.gaps)


@pytest.mark.parametrize("text", ["rsi", "ichimoku", "supertrend", "vwap", "zigzag:deviation=1,legs=4", "pivot_points"])
def test_as_of_shows_what_a_shorter_history_shows(harness, yahoo, text):
    random_bars(yahoo)
    harness.bars("1d", ALL)
    bars = harness.bars("1h", ALL).bars
    for cut in (1_000, 2_345, 3_003):
        at = int(bars.open_time[cut]) + 60  # one bar forms
        known = bars.within(Span(FIRST_DAY, int(bars.open_time[cut])))
        reply = ask(harness, text, "1h", n_bars=50, as_of=at)
        np.testing.assert_array_equal(reply.open_time, known.open_time[-50:])
        daily = harness.bars("1d", Span(FIRST_DAY, at // DAY_S * DAY_S)).bars
        whole = compute(parse_study(text), known, Market(yahoo.calendar(), INTERVALS["1h"], daily))
        for name, line in whole.lines.items():
            np.testing.assert_allclose(reply.lines[name], line[-50:], rtol=1e-9, atol=1e-9, err_msg=name)


def test_as_of_knows_no_later_split(harness):
    bars = harness.bars("1d", ALL).bars
    date = int(bars.open_time[300])

    def write(connection):
        with transaction(connection):
            corporate_actions.write_actions(connection, "AAA", [StoredAction(date, "split", 4.0)], NOW)

    harness.service._context.writer.submit(write).result(WAIT_S)
    before, after = (ask(harness, "sma:length=1", n_bars=1, as_of=date + hours * 3_600) for hours in (1, 24))
    assert before.lines["value"][0] == 4 * bars.close[299]
    assert after.lines["value"][0] == bars.close[300]
    volume = ask(harness, "volume", n_bars=1, as_of=date).lines["value"][0]
    assert volume == bars.volume[299] / 4


def test_the_cloud_reaches_25_expected_bars_into_the_future(harness, yahoo):
    harness.bars("1h", ALL)
    reply = ask(harness, "ichimoku", "1h", n_bars=10)
    wanted = next_open_times(yahoo.calendar(), INTERVALS["1h"], int(reply.open_time[-1]), 25)
    assert reply.upcoming == tuple(wanted.tolist())
    assert reply.shifts == {"span_a": 25, "span_b": 25, "lagging": -25}
    friday = MIDNIGHT - 4 * DAY_S - 3 * 3_600
    shown = ask(harness, "ichimoku", "1h", n_bars=1, as_of=friday).upcoming
    assert {time // DAY_S - friday // DAY_S for time in shown} >= {3, 4}  # Monday and Tuesday
    assert ask(harness, "sma", "1h", n_bars=1).upcoming == ()


def test_the_vwap_of_a_session_is_its_sum(harness):
    bars = harness.bars("1h", days_back(20)).bars
    reply = ask(harness, "vwap", "1h", span=days_back(10))
    price, dates = (bars.high + bars.low + bars.close) / 3, bars.open_time // DAY_S
    for time_s, value in zip(reply.open_time.tolist(), reply.lines["vwap"].tolist(), strict=True):
        chosen = (dates == time_s // DAY_S) & (bars.open_time <= time_s)
        wanted = (price * bars.volume)[chosen].sum() / bars.volume[chosen].sum()
        assert value == pytest.approx(wanted, rel=1e-12)
    assert reply.settled.all()


def test_levels_say_when_daily_bars_are_missing(harness):
    harness.bars("1h", days_back(60))
    reply = ask(harness, "pivot_points", "1h", n_bars=20)
    assert "backfill 1d" in reply.notes[0]
    assert np.isnan(reply.lines["p"]).all()
    assert not reply.settled.any()
    harness.bars("1d", days_back(100))
    known = ask(harness, "pivot_points", "1h", n_bars=20)
    assert known.settled.all()
    assert np.isfinite(known.lines["p"]).all()


def test_levels_name_the_last_missing_day_and_count_the_others():
    days = np.array([MIDNIGHT - 3 * DAY_S, MIDNIGHT - 2 * DAY_S])
    named = str(np.datetime64(MIDNIGHT - 2 * DAY_S, "s").astype("datetime64[D]"))
    assert loader._missing_note(days[1:], "AAA") == f"made without {named}: backfill 1d of AAA"
    assert loader._missing_note(days, "AAA") == f"made without {named} and 1 more day: backfill 1d of AAA"
    assert loader._missing_note(np.arange(1_002) * DAY_S, "AAA").endswith(" and 1,001 more days: backfill 1d of AAA")


def test_a_profile_is_made_of_the_finest_bars_that_are_complete(harness):
    span = Span(MIDNIGHT - 6 * DAY_S, MIDNIGHT - DAY_S)
    hours = harness.bars("1h", span).bars
    coarse = ask(harness, "volume_profile", "1h", span=span)
    minutes = harness.bars("5m", span).bars
    fine = ask(harness, "volume_profile", "1h", span=span)
    assert (coarse.notes, fine.notes) == (("from 1h bars",), ("from 5m bars",))
    for reply, bars in ((coarse, hours), (fine, minutes)):
        assert sum(row.up + row.down for row in reply.profile) == pytest.approx(bars.volume.sum(), rel=1e-9)
        inside = sum(row.up + row.down for row in reply.profile if row.in_value_area)
        assert inside >= 0.7 * bars.volume.sum() * (1 - 1e-9)
        assert len(reply.profile) == 24


def test_the_time_before_the_listing_is_no_gap_of_a_profile(harness):
    harness.bars("1d", ALL)
    harness.bars("1wk", Span(FIRST_DAY - 7 * DAY_S, NOW))
    before = Span(FIRST_DAY - 7 * DAY_S, NOW)
    assert ask(harness, "volume_profile", "1wk", span=before).notes == ("from 1d bars",)


def test_a_series_without_volume_says_so(harness, yahoo):
    def silent(request):
        return yahoo.bars_answer(request, lambda bars: Bars(*(getattr(bars, name) for name in NAMES), bars.volume * 0))

    yahoo.script = silent
    harness.bars("1d", days_back(60))
    for text in ("volume", "obv", "vwap", "mfi", "cmf", "vwma", "volume_profile", "sma:source=obv"):
        reply = ask(harness, text, n_bars=10)
        assert reply.notes[-1] == "AAA 1d has no volume"
        assert all(np.isnan(line).all() for line in reply.lines.values())


def test_days_without_volume_are_those_of_a_series_that_has_some(harness, yahoo):
    def paused(request):
        def pause(bars):
            is_active = bars.open_time < MIDNIGHT - 30 * DAY_S
            return Bars(*(getattr(bars, name) for name in NAMES), np.where(is_active, bars.volume, 0.0))

        return yahoo.bars_answer(request, pause)

    yahoo.script = paused
    harness.bars("1d", days_back(90))
    for text in ("volume:length=3", "obv", "mfi:length=3", "sma:length=2,source=volume", "vwap:anchor=year"):
        whole, part = ask(harness, text, n_bars=80), ask(harness, text, n_bars=5)
        assert not any("no volume" in note for note in part.notes)
        for name, line in part.lines.items():
            np.testing.assert_array_equal(line, whole.lines[name][-5:], err_msg=f"{text} {name}")
    assert ask(harness, "volume", n_bars=5).lines["value"].tolist() == [0.0] * 5


NAMES = ("open_time", "open", "high", "low", "close")


def test_a_derived_interval_has_the_values_of_its_own_bars(harness, yahoo):
    random_bars(yahoo)
    harness.bars("1d", ALL)
    weeks = harness.bars("1wk", Span(FIRST_DAY - 7 * DAY_S, NOW)).bars
    reply = ask(harness, "rsi", "1wk", n_bars=30)
    whole = compute(make_study("rsi"), weeks, Market(yahoo.calendar(), INTERVALS["1wk"]))
    np.testing.assert_allclose(reply.lines["value"], whole.lines["value"][-30:], rtol=1e-9)


def test_a_source_can_be_a_line_of_another_indicator(harness, yahoo):
    random_bars(yahoo)
    text = "ema:length=5,source=macd.signal:fast=5"
    bars, whole = truth_of(harness, yahoo, text)
    reply = ask(harness, text, n_bars=20)
    np.testing.assert_allclose(reply.lines["value"], whole.lines["value"][-20:], rtol=1e-9)
    assert len(bars) > 500
    assert reply.settled.all()


def test_too_many_bars_are_refused_before_they_are_read(harness, monkeypatch):
    harness.bars("1d", ALL)
    monkeypatch.setattr(loader, "MAX_BARS", 100)
    with pytest.raises(InputError, match="shorter"):
        ask(harness, "sma", span=ALL)


def test_a_changed_bar_changes_values_from_itself_on(harness, yahoo):
    random_bars(yahoo)
    bars = harness.bars("1d", ALL).bars
    before = ask(harness, "rsi", span=ALL)
    yahoo.now += 4 * DAY_S
    longer = harness.bars("1d", Span(FIRST_DAY, yahoo.now)).bars
    after = ask(harness, "rsi", span=Span(FIRST_DAY, yahoo.now))
    n = len(bars) - 1  # the last one was forming
    np.testing.assert_array_equal(after.lines["value"][:n], before.lines["value"][:n])
    whole = compute(make_study("rsi"), longer, Market(yahoo.calendar(), INTERVALS["1d"]))
    np.testing.assert_allclose(after.lines["value"], whole.lines["value"], rtol=1e-9)


@pytest.mark.parametrize("text", ["obv", "vwma", "cmf", "vwap:anchor=month"])
def test_volume_that_appears_is_summed_behind_bars_without_any(harness, yahoo, text):
    first_traded = [NOW + DAY_S]

    def script(request):
        bars = yahoo.truth(request.symbol, request.interval.name, request.span)
        columns = (getattr(bars, name) for name in ("open_time", "open", "high", "low", "close"))
        volume = np.where(bars.open_time >= first_traded[0], bars.volume, 0.0)
        return BarsAnswer(Bars(*columns, volume), instrument(request.symbol, yahoo.listed_at))

    yahoo.script = script
    shown = Span(NOW - 60 * DAY_S, NOW + 9 * DAY_S)
    harness.bars("1d", ALL)
    assert np.isnan(ask(harness, text, span=shown).lines[parse_study(text).indicator.output_names[0]]).all()
    for day in range(1, 8):
        yahoo.now = NOW + day * DAY_S
        bars = harness.bars("1d", Span(FIRST_DAY, yahoo.now)).bars
        whole = compute(parse_study(text), bars, Market(yahoo.calendar(), INTERVALS["1d"]))
        reply = ask(harness, text, span=shown)
        for output, line in whole.lines.items():
            shown_line = line[len(line) - len(reply.open_time) :]
            np.testing.assert_allclose(reply.lines[output], shown_line, rtol=1e-9, atol=1e-9, err_msg=output)
    assert bars.volume.any()
    earlier = ask(harness, text, span=shown, as_of=NOW)
    assert np.isnan(earlier.lines[parse_study(text).indicator.output_names[0]]).all()
    assert earlier.notes == ("AAA 1d has no volume",)


@pytest.mark.parametrize("text", ["sar", "supertrend", "zigzag:deviation=90", "adx", "ema:source=(adx)"])
def test_behind_a_hole_no_request_reads_more_than_the_one_before(harness, yahoo, monkeypatch, text):
    random_bars(yahoo)
    harness.bars("5m", Span(NOW - 50 * DAY_S, NOW - 20 * DAY_S), symbol="BTC-USD")
    left = int(harness.bars("5m", Span(NOW - 18 * DAY_S, NOW), symbol="BTC-USD").bars.open_time[3])
    monkeypatch.setattr(computation, "N_DOUBLINGS", 2)
    read, reads = StudyBarsReader.read, []

    def count(self, start, end, as_of):
        found = read(self, start, end, as_of)
        reads.append(len(found.bars))
        return found

    monkeypatch.setattr(StudyBarsReader, "read", count)
    most = []
    for second in range(4):
        reads.clear()
        yahoo.now = NOW + second
        ask(harness, text, "5m", "BTC-USD", span=Span(left, NOW))
        most.append(max(reads))
    assert most == most[:1] * 4

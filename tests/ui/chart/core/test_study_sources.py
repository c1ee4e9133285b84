"""Studies that read a line of another study of their chart: they follow it, never in a circle."""

from dataclasses import replace

import pytest

from candledesk.domain.interval import INTERVAL_KINDS, parse_interval
from candledesk.indicators.studies import make_study
from candledesk.ui.chart.core.studies.chart_study import ChartStudy, new_study, parse_study_document, study_document
from candledesk.ui.chart.core.studies.sources import circle_text, lines_of, with_sources


def _chart(*ids):
    studies = []
    for name in ids:
        studies.append(new_study(make_study(name), studies))
    return studies


def test_a_study_reads_the_line_that_it_follows_as_it_is_now():
    rsi, sma = _chart("rsi", "sma")
    sma = replace(sma, follows="rsi-1.value")
    assert with_sources((rsi, sma))[1].study.source.study == rsi.study
    changed = replace(rsi, study=make_study("rsi", {"length": 7}))
    assert with_sources((sma, changed))[0].study.source.study == changed.study, "also of a study that comes later"


def test_a_chain_of_studies_follows_the_first():
    rsi, sma, ema = _chart("rsi", "sma", "ema")
    rsi = replace(rsi, study=make_study("rsi", {"length": 5}))
    chart = with_sources((replace(ema, follows="sma-1.value"), replace(sma, follows="rsi-1.value"), rsi))
    assert [one.id for one in chart[0].study.chain] == ["rsi", "sma", "ema"]
    assert chart[0].study.chain[0].params.integer("length") == 5


def test_a_study_whose_line_is_gone_keeps_its_source():
    rsi, sma = _chart("rsi", "sma")
    sma = with_sources((rsi, replace(sma, follows="rsi-1.value")))[1]
    (alone,) = with_sources((sma,))
    assert (alone.follows, alone.study) == ("", sma.study)
    (wrong,) = with_sources((replace(sma, follows="rsi-1.signal"),))
    assert wrong.follows == ""


def test_a_circle_of_an_edited_document_ends():
    rsi, sma = _chart("rsi", "sma")
    chart = with_sources((replace(rsi, follows="sma-1.value"), replace(sma, follows="rsi-1.value")))
    assert len({one.follows for one in chart} & {""}) == 1, "one of the two follows nothing"
    own = with_sources((replace(rsi, follows="rsi-1.value"),))
    assert own[0].follows == ""


def test_a_circle_is_refused_in_words():
    rsi, sma, ema = _chart("rsi", "sma", "ema")
    sma, ema = replace(sma, follows="rsi-1.value"), replace(ema, follows="sma-1.value")
    assert circle_text((rsi, sma, ema), "rsi-1", "ema-1.value") == (
        "An indicator cannot be its own source: RSI 14 close → SMA 9 close → EMA 9 close → RSI 14 close"
    )
    assert circle_text((rsi, sma, ema), "ema-1", "rsi-1.value") == ""


def test_lines_are_offered_of_all_other_studies_with_their_names():
    rsi, macd = _chart("rsi", "macd")
    offered = lines_of((rsi, macd), "rsi-1")
    assert [line.follows for line in offered] == ["macd-1.macd", "macd-1.signal", "macd-1.histogram"]
    assert offered[1].words == "MACD 12 26 9 close EMA EMA: signal"
    assert [line.words for line in lines_of((rsi, macd), "macd-1")] == ["RSI 14 close"]


def test_the_document_keeps_what_is_followed_and_where_it_is_hidden():
    one = ChartStudy("sma-1", make_study("sma"), hidden_on=("minutes", "weeks"), follows="rsi-1.value")
    assert parse_study_document(study_document(one)) == one
    assert not {"hidden_on", "follows"} & set(study_document(replace(one, hidden_on=(), follows="")))
    edited = {**study_document(one), "hidden_on": ["weeks", "1d", "minutes"], "follows": 7}
    assert parse_study_document(edited) == replace(one, follows="")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("1m", 0), ("45m", 0), ("90m", 1), ("1h", 1), ("23h", 1), ("1d", 2), ("9d", 2), ("1wk", 3), ("1mo", 4), ("1y", 4)],
)
def test_a_study_is_hidden_on_the_kinds_of_intervals_that_were_chosen(name, kind):
    interval, hidden = parse_interval(name), INTERVAL_KINDS[kind]
    one = ChartStudy("sma-1", make_study("sma"), hidden_on=(hidden,))
    assert not one.is_shown_on(interval)
    assert replace(one, hidden_on=tuple(set(INTERVAL_KINDS) - {hidden})).is_shown_on(interval)
    assert not replace(one, is_shown=False, hidden_on=()).is_shown_on(interval)

"""The table of intervals and the multiples that are derived from it."""

import re
import threading

import pytest

from candledesk.domain.errors import InputError
from candledesk.domain.interval import (
    ALIASES,
    DAY_S,
    HOUR_S,
    INTERVAL_PATTERN,
    INTERVALS,
    MINUTE_S,
    parse_interval,
    typed_interval,
)


def test_intervals_are_derived_from_fetched_ones_that_divide_them():
    fetched = [name for name, interval in INTERVALS.items() if interval.base is interval]
    assert fetched == ["1m", "2m", "5m", "15m", "1h", "90m", "1d"]
    for interval in INTERVALS.values():
        assert interval.base.base is interval.base
        assert interval.step_s % interval.base.step_s == 0
        assert interval.is_daily == interval.base.is_daily


def test_names_of_the_table():
    assert parse_interval(" 60m ") is INTERVALS["1h"]
    assert [parse_interval(name).name for name in INTERVALS] == list(INTERVALS)
    assert set(ALIASES.values()) <= set(INTERVALS)


@pytest.mark.parametrize("text", ["", "1H", "7x", "1w", "0m", "25h", "13mo", "367d", "05m", "1.5h", "-1d", "\u0663m"])
def test_other_names_are_refused_with_the_list(text):
    with pytest.raises(InputError, match="use one of 1m 2m") as caught:
        parse_interval(text)
    assert caught.value.field == "interval"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            ("60m", "1h"),
            ("61m", "61m"),
            ("90m", "90m"),
            ("120m", "2h"),
            ("180m", "3h"),
            ("240m", "4h"),
            ("1439m", "1439m"),
            ("1440m", "1d"),
        ),
        *(("2h", "2h"), ("23h", "23h"), ("24h", "1d"), ("7d", "7d"), ("366d", "366d"), ("53wk", "53wk")),
        *(("11mo", "11mo"), ("12mo", "1y"), ("24mo", "2y"), ("120mo", "10y"), ("10y", "10y")),
    ],
)
def test_one_length_has_one_name(text, name):
    assert parse_interval(text).name == name
    assert parse_interval(text) is parse_interval(name)


def test_the_pattern_is_what_is_taken():
    for unit in ("m", "h", "d", "wk", "mo", "y", "w", "s"):
        for n in range(2_000):
            matches = re.search(INTERVAL_PATTERN, f"{n}{unit}") is not None
            try:
                name = parse_interval(f"{n}{unit}").name
            except InputError:
                name = ""
            assert bool(name) is matches
            assert not name or re.search(INTERVAL_PATTERN, name)


def test_every_thread_gets_the_same_object():
    found, barrier = [], threading.Barrier(8)

    def ask():
        barrier.wait()
        found.extend(parse_interval(f"{n}m") for n in range(601, 660))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(interval) for interval in found}) == 59


@pytest.mark.parametrize(
    ("name", "unit", "n_units", "step_s", "base"),
    [
        *(("4m", "m", 4, 4 * MINUTE_S, "2m"), ("7m", "m", 7, 7 * MINUTE_S, "1m"), ("10m", "m", 10, 600, "5m")),
        *(
            ("45m", "m", 45, 2_700, "15m"),
            ("270m", "m", 270, 16_200, "90m"),
            ("3h", "h", 3, 3 * HOUR_S, "1h"),
            ("23h", "h", 23, 23 * HOUR_S, "1h"),
        ),
        *(("2d", "d", 2, 2 * DAY_S, "1d"), ("366d", "d", 366, 366 * DAY_S, "1d"), ("2wk", "wk", 2, 14 * DAY_S, "1d")),
        # Months are as short as the first ones of a year can be: 28, 31, 30 … days.
        *(
            ("2mo", "mo", 2, 59 * DAY_S, "1d"),
            ("6mo", "mo", 6, 181 * DAY_S, "1d"),
            ("11mo", "mo", 11, 334 * DAY_S, "1d"),
        ),
        *(("1y", "y", 1, 365 * DAY_S, "1d"), ("3y", "y", 3, 1_095 * DAY_S, "1d")),
    ],
)
def test_a_multiple_is_made_of_the_coarsest_fetched_interval_that_reaches_farthest(name, unit, n_units, step_s, base):
    interval = parse_interval(name)
    assert (interval.unit, interval.n_units, interval.step_s, interval.base.name) == (unit, n_units, step_s, base)


@pytest.mark.parametrize(
    ("name", "is_daily", "is_monthly", "longest_days"),
    [
        *(("1m", False, False, 1 / 1440), ("23h", False, False, 23 / 24), ("1d", True, False, 1)),
        *(("2d", True, False, 18), ("1wk", True, False, 14), ("2wk", True, False, 21), ("1mo", True, True, 31)),
        *(("3mo", True, True, 93), ("1y", True, True, 366), ("2y", True, True, 732)),
    ],
)
def test_how_much_calendar_time_a_bar_can_take(name, is_daily, is_monthly, longest_days):
    interval = parse_interval(name)
    assert (interval.is_daily, interval.is_monthly) == (is_daily, is_monthly)
    assert interval.longest_s == longest_days * DAY_S


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            ("45", "45m"),
            ("240", "4h"),
            ("1440", "1d"),
            ("5M", "5mo"),
            (" 60 ", "1h"),
            ("5m", "5m"),
            ("3h", "3h"),
            ("H", "1h"),
            ("2H", "2h"),
            ("D", "1d"),
        ),
        *(("3D", "3d"), ("W", "1wk"), ("2w", "2wk"), ("2WK", "2wk"), ("M", "1mo"), ("6M", "6mo"), ("12M", "1y")),
        *(("2MO", "2mo"), ("Y", "1y"), ("1y", "1y"), ("1mo", "1mo")),
    ],
)
def test_what_traders_type_is_understood(text, name):
    assert typed_interval(text) is parse_interval(name)


@pytest.mark.parametrize(
    "text", ["", "m", "h", "q", "HD", "w", "0", "1441", "1.5h", "5 m", "M5", "2x", "7203.T", "\u0663", "-5"]
)
def test_what_no_interval_can_be_is_refused_as_it_was_typed(text):
    with pytest.raises(InputError, match=r"use one of 1m 2m .* multiple such as 10m"):
        typed_interval(text)

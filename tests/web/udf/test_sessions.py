"""Sessions, holidays and short days of a symbol are those of its venue, in weeks with a clock change and a half day.

The expected hours are the exchanges' own, written down by hand in UTC.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.udf.session_week import join, sessions_of_day, trading_of_week, week_of

WEEKS = [
    # New York's clock goes back on Sunday 1 November 2026, and the day after Thanksgiving is short.
    ("AAPL", "2026-10-26", [f"{day} 13:30-{day} 20:00" for day in (26, 27, 28, 29, 30)]),
    ("AAPL", "2026-11-01", [f"{day:02} 14:30-{day:02} 21:00" for day in (2, 3, 4, 5, 6)]),
    ("AAPL", "2026-11-22", [*(f"{day} 14:30-{day} 21:00" for day in (23, 24, 25)), "27 14:30-27 18:00"]),
    # London's goes back on 25 October; Christmas Eve is short, Christmas Day and Boxing Day's substitute are closed.
    ("VOD.L", "2026-10-19", [f"{day} 07:00-{day} 15:30" for day in (19, 20, 21, 22, 23)]),
    ("VOD.L", "2026-10-25", [f"{day} 08:00-{day} 16:30" for day in (26, 27, 28, 29, 30)]),
    ("VOD.L", "2026-12-21", [*(f"{day} 08:00-{day} 16:30" for day in (21, 22, 23)), "24 08:00-24 12:30"]),
    # Tokyo has no clock change; Culture Day is 3 November. Until 1 November 2024 it closed at 15:00.
    (
        "7203.T",
        "2026-11-01",
        [part for day in ("02", "04", "05", "06") for part in (f"{day} 00:00-{day} 02:30", f"{day} 03:30-{day} 06:30")],
    ),
    (
        "7203.T",
        "2024-10-28",
        [
            *(part for day in (28, 29, 30, 31) for part in (f"{day} 00:00-{day} 02:30", f"{day} 03:30-{day} 06:00")),
            *("01 00:00-01 02:30", "01 03:30-01 06:00"),
        ],
    ),
    # Hong Kong trades the morning of 24 December only, and not on the 25th.
    (
        "0700.HK",
        "2026-12-21",
        [
            *(part for day in (21, 22, 23) for part in (f"{day} 01:30-{day} 04:00", f"{day} 05:00-{day} 08:00")),
            "24 01:30-24 04:00",
        ],
    ),
    # CME: from Sunday 18:00 New York with a pause of an hour each day; the clock goes back on Sunday morning.
    (
        "ES=F",
        "2026-11-01",
        ["01 23:00-02 22:00", "02 23:00-03 22:00", "03 23:00-04 22:00", "04 23:00-05 22:00", "05 23:00-06 22:00"],
    ),
    (
        "ES=F",
        "2026-10-25",
        ["25 22:00-26 21:00", "26 22:00-27 21:00", "27 22:00-28 21:00", "28 22:00-29 21:00", "29 22:00-30 21:00"],
    ),
    # Currencies: the week begins at 17:00 New York, which is 21:00 London while only London's clock has changed.
    ("EURUSD=X", "2026-10-25", ["25 21:00-30 22:00"]),
    ("EURUSD=X", "2026-11-08", ["08 22:00-13 22:00"]),
    ("BTC-USD", "2026-10-25", ["25 00:00-01 00:00"]),
    ("2222.SR", "2026-11-01", [f"{day:02} 07:00-{day:02} 12:00" for day in (1, 2, 3, 4, 5)]),
]

TEXTS = {
    "AAPL": "0930-1600:23456",
    "7203.T": "0900-1130,1230-1530:23456",
    "ES=F": "1800-1700:23456",
    "EURUSD=X": "2200-2200:23456",
    "BTC-USD": "24x7",
    "2222.SR": "1;1000-1500:12345",
}


@pytest.fixture(scope="module")
def symbols(stack):
    known = {}

    def resolve(name):
        if name not in known:
            known[name] = stack.library().resolve(name)
        return known[name]

    return resolve


@pytest.mark.parametrize(("name", "first", "expected"), WEEKS)
def test_a_week_is_that_of_the_exchange(symbols, name, first, expected):
    assert trading_of_week(symbols(name), week_of(first)) == expected


def test_the_short_thanksgiving_week_of_futures(symbols):
    """CME halts at 13:00 New York on the holiday and at 13:15 on the Friday, and opens in the evening between."""
    found = trading_of_week(symbols("ES=F"), week_of("2026-11-22"))
    assert found[:3] == ["22 23:00-23 22:00", "23 23:00-24 22:00", "24 23:00-25 22:00"]
    assert found[3:] == ["25 23:00-26 18:00", "26 23:00-27 18:15"]


def test_the_texts_of_an_ordinary_week(symbols):
    found = {name: symbols(name) for name in TEXTS}
    assert {name: row["session"] for name, row in found.items()} == TEXTS
    assert "20261121" not in found["AAPL"]["session_holidays"]
    assert {part[:9] for part in found["EURUSD=X"]["corrections"].split(";")} == {"2100-2200"}
    assert found["BTC-USD"]["timezone"] == "Etc/UTC"
    assert "20261225" in found["AAPL"]["session_holidays"].split(",")
    assert "20261127" in found["AAPL"]["corrections"].partition("0930-1300:")[2].partition(";")[0].split(",")
    assert found["BTC-USD"]["session_holidays"] == found["BTC-USD"]["corrections"] == ""


@pytest.mark.parametrize("name", ["AAPL", "VOD.L", "7203.T", "0700.HK", "ES=F", "EURUSD=X", "RELIANCE.NS"])
def test_the_texts_say_what_the_calendar_of_the_cache_says(symbols, stack, name):
    symbol, calendar = symbols(name), stack.cache.read_calendar(name).result(5)
    first = datetime.fromtimestamp(stack.now, UTC).date() - timedelta(days=4 * 365)
    said = [part for n in range(5 * 365 - 30) for part in sessions_of_day(symbol, first + timedelta(days=n))]
    said = join(said)[5:-5]
    has_break = calendar.break_start > 0
    starts = sorted([*calendar.open.tolist(), *calendar.break_end[has_break].tolist()])
    ends = sorted([*calendar.close.tolist(), *calendar.break_start[has_break].tolist()])
    expected = [span for span in join(zip(starts, ends, strict=True)) if said[0][0] <= span[0] <= said[-1][0]]
    assert said == expected

"""Fourteen shapes of files that programs write: each is read right, or refused with the line and the reason."""

import re

import numpy as np
import pytest

from candledesk.bar_files.messages import ReadOptions
from candledesk.bar_files.reading import read_bar_file
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.times import parse_time

YFINANCE = """\
Price,Close,High,Low,Open,Volume
Ticker,AAPL,AAPL,AAPL,AAPL,AAPL
Date,,,,,
2026-03-05,101.5,102.25,99.75,100.5,12000
2026-03-06,102.5,103,101,101.5,13000
2026-03-09,103.5,104,102,102.5,14000
"""
HISTORY = """\
Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits
2026-03-06 15:30:00-05:00,100.5,102.25,99.75,101.5,12000,0.0,0.0
2026-03-09 09:30:00-04:00,101.5,103,101,102.5,13000,0.0,0.0
2026-03-09 10:30:00-04:00,102.5,104,102,103.5,14000,0.0,0.0
2026-03-09 11:30:00-04:00,103.5,105,103,104.5,15000,0.0,0.0
"""
YAHOO = """\
Date,Open,High,Low,Close,Adj Close,Volume
2026-03-05,100.5,102.25,99.75,101.5,55.5,12000
2026-03-06,null,null,null,null,null,null
2026-03-09,102.5,104,102,103.5,57.5,14000
2026-03-10,103.5,105,103,104.5,57.9,15000
"""
STOOQ = """\
<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>
AAPL.US,5,20260305,153000,100.5,102.25,99.75,101.5,12000,0
AAPL.US,5,20260305,153500,101.5,103,101,102.5,13000,0
AAPL.US,5,20260305,154000,102.5,104,102,103.5,14000,0
"""
STOOQ_DAILY = STOOQ.replace(",5,", ",D,").replace("153000", "000000").replace("20260305,153500", "20260306,000000")
STOOQ_DAILY = STOOQ_DAILY.replace("20260305,154000", "20260309,0")
KLINES = """\
1772722800000,100.5,102.25,99.75,101.5,12.5,1772726399999,1260.2,40,6.2,630.1,0
1772726400000,101.5,103,101,102.5,13.5,1772729999999,1360.2,41,6.3,640.1,0
1772730000000,102.5,104,102,103.5,14.5,1772733599999,1460.2,42,6.4,650.1,0
"""
TRADINGVIEW = """\
time,open,high,low,close,Volume,RSI
1772722800,100.5,102.25,99.75,101.5,12000,51
1772726400,101.5,103,101,102.5,13000,52
1772730000,102.5,104,102,103.5,14000,53
"""
METATRADER4 = """\
2026.03.05,15:00,100.5,102.25,99.75,101.5,120
2026.03.05,16:00,101.5,103,101,102.5,130
2026.03.05,17:00,102.5,104,102,103.5,140
"""
METATRADER5 = """\
<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>
2026.03.05\t15:00:00\t100.5\t102.25\t99.75\t101.5\t120\t0\t2
2026.03.05\t16:00:00\t101.5\t103\t101\t102.5\t130\t0\t2
2026.03.05\t17:00:00\t102.5\t104\t102\t103.5\t140\t0\t2
"""
INVESTING = """\
"Date","Price","Open","High","Low","Vol.","Change %"
"03/13/2026","1,103.50","1,102.50","1,104.00","1,102.00","1.40M","0.98%"
"03/12/2026","1,102.50","1,101.50","1,103.00","1,101.00","1.30M","0.09%"
"03/11/2026","1,101.50","1,100.50","1,102.25","1,099.75","985.2K","-0.10%"
"""
GERMAN = """\
"Datum";"Zuletzt";"Eröffn.";"Hoch";"Tief";"Vol.";"+/- %"
"13.03.2026";"1.103,50";"1.102,50";"1.104,00";"1.102,00";"1,40M";"0,98%"
"12.03.2026";"1.102,50";"1.101,50";"1.103,00";"1.101,00";"1,30M";"0,09%"
"11.03.2026";"1.101,50";"1.100,50";"1.102,25";"1.099,75";"985,20K";"-0,10%"
"""
NASDAQ = """\
Date,Close/Last,Volume,Open,High,Low
03/13/2026,$103.50,14000,$102.50,$104.00,$102.00
03/12/2026,$102.50,13000,$101.50,$103.00,$101.00
03/11/2026,$101.50,12000,$100.50,$102.25,$99.75
"""
POLYGON = """\
ticker,volume,open,close,high,low,window_start,transactions
AAPL,12000,100.5,101.5,102.25,99.75,1772722800000000000,40
MSFT,99,400,401,402,399,1772722800000000000,4
AAPL,13000,101.5,102.5,103,101,1772722860000000000,41
AAPL,14000,102.5,103.5,104,102,1772722920000000000,42
"""
DUKASCOPY = """\
Gmt time,Open,High,Low,Close,Volume
13.03.2026 15:00:00.000,100.5,102.25,99.75,101.5,12000.5
13.03.2026 16:00:00.000,101.5,103,101,102.5,13000.25
13.03.2026 17:00:00.000,102.5,104,102,103.5,14000
"""
SIERRA = """\
Date, Time, Open, High, Low, Last, Volume, NumberOfTrades, BidVolume, AskVolume
2026/3/5, 15:00:00.0, 100.5, 102.25, 99.75, 101.5, 12000, 4, 2, 2
2026/3/5, 15:01:00.0, 101.5, 103, 101, 102.5, 13000, 4, 2, 2
2026/3/5, 15:02:00.0, 102.5, 104, 102, 103.5, 14000, 4, 2, 2
"""
NINJA = """\
20260305 150100;100.5;102.25;99.75;101.5;12000
20260305 150200;101.5;103;101;102.5;13000
20260305 150300;102.5;104;102;103.5;14000
"""
COINS = """\
https://www.CryptoDataDownload.com
unix,date,symbol,open,high,low,close,Volume BTC,Volume USD
1772730000,2026-03-05 17:00:00,BTC/USD,102.5,104,102,103.5,1.5,155
1772726400,2026-03-05 16:00:00,BTC/USD,101.5,103,101,102.5,1.25,128
1772722800,2026-03-05 15:00:00,BTC/USD,100.5,102.25,99.75,101.5,1.125,114
"""
ALPHA = """\
timestamp,open,high,low,close,volume
2026-03-09 10:05:00,102.5,104,102,103.5,14000
2026-03-09 10:00:00,101.5,103,101,102.5,13000
2026-03-06 15:55:00,100.5,102.25,99.75,101.5,12000
2026-03-06 15:50:00,100.5,102.25,99.75,101.5,11000
"""

MARCH5 = ["2026-03-05T15:00:00Z", "2026-03-05T16:00:00Z", "2026-03-05T17:00:00Z"]
MARCH5_MINUTES = ["2026-03-05T15:00:00Z", "2026-03-05T15:01:00Z", "2026-03-05T15:02:00Z"]
MARCH = ["2026-03-11", "2026-03-12", "2026-03-13"]
READ = {
    "yfinance": (YFINANCE, {}, "yfinance", "1d", ["2026-03-05", "2026-03-06", "2026-03-09"]),
    "yfinance, hours over a clock change": (
        HISTORY, {}, "yfinance", "1h",
        ["2026-03-06T20:30:00Z", "2026-03-09T13:30:00Z", "2026-03-09T14:30:00Z", "2026-03-09T15:30:00Z"],
    ),
    "Stooq, 5 minutes": (
        STOOQ, {"zone": "Europe/Warsaw"}, "Stooq", "5m",
        ["2026-03-05T14:30:00Z", "2026-03-05T14:35:00Z", "2026-03-05T14:40:00Z"],
    ),
    "Stooq, days": (STOOQ_DAILY, {}, "Stooq", "1d", ["2026-03-05", "2026-03-06", "2026-03-09"]),
    "Binance": (KLINES, {}, "Binance", "1h", MARCH5),
    "Binance, microseconds": (
        re.sub(r"^(\d{13})", r"\g<1>000", KLINES, flags=re.MULTILINE), {}, "Binance", "1h", MARCH5,
    ),
    "TradingView": (TRADINGVIEW, {}, "TradingView", "1h", MARCH5),
    "MetaTrader 4": (METATRADER4, {"zone": "UTC"}, "MetaTrader 4", "1h", MARCH5),
    "MetaTrader 5": (METATRADER5, {"zone": "Etc/GMT-2"}, "MetaTrader 5", "1h", [
        "2026-03-05T13:00:00Z", "2026-03-05T14:00:00Z", "2026-03-05T15:00:00Z"]),
    "Investing.com": (INVESTING, {}, "Investing.com", "1d", MARCH[::-1]),
    "Investing.com in German": (GERMAN, {}, "Investing.com", "1d", MARCH[::-1]),
    "Nasdaq": (NASDAQ, {}, "Nasdaq", "1d", MARCH[::-1]),
    "Polygon": (POLYGON, {"symbol": "AAPL"}, "Polygon", "1m", MARCH5_MINUTES),
    "Dukascopy": (DUKASCOPY, {}, "Dukascopy", "1h", [t.replace("-05T", "-13T") for t in MARCH5]),
    "Sierra Chart": (SIERRA, {"zone": "UTC"}, "Sierra Chart", "1m", MARCH5_MINUTES),
    "NinjaTrader": (NINJA, {"zone": "UTC"}, "NinjaTrader", "1m", MARCH5_MINUTES),
    "CryptoDataDownload": (COINS, {}, "CryptoDataDownload", "1h", MARCH5[::-1]),
    "Alpha Vantage": (ALPHA, {"zone": "America/New_York"}, "plain text", "5m", [
        "2026-03-09T14:05:00Z", "2026-03-09T14:00:00Z", "2026-03-06T20:55:00Z", "2026-03-06T20:50:00Z"]),
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def run(text, encoding="utf-8", **options):
        path = tmp_path / "bars.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_bar_file(path, ReadOptions(**options))

    return run


@pytest.mark.parametrize("name", READ)
def test_a_file_of_a_program_is_recognised_and_its_bars_are_right(read, name):
    text, options, tool, interval, times = READ[name]
    found = read(text, **options)
    assert (found.tool, found.interval.name) == (tool, interval)
    assert found.bars.open_time.tolist() == [parse_time(time, "time") for time in times]
    thousand = 1000 if "Investing" in name else 0
    at = found.bars.open_time.argsort()
    wanted = [(100.5, 102.25, 99.75, 101.5), (101.5, 103, 101, 102.5), (102.5, 104, 102, 103.5)]
    if name == "Alpha Vantage":
        wanted = [wanted[0], *wanted]
    if "clock change" in name:
        wanted.append((103.5, 105, 103, 104.5))
    bars = found.bars.take(at)
    prices = np.stack([bars.open, bars.high, bars.low, bars.close], axis=1)
    np.testing.assert_allclose(prices, np.array(wanted) + thousand)


def test_volumes_are_read_with_their_suffixes_and_fractions(read):
    assert read(INVESTING).bars.volume.tolist() == [1_400_000, 1_300_000, 985_200]
    assert read(GERMAN).bars.volume.tolist() == [1_400_000, 1_300_000, 985_200]
    assert read(COINS).bars.volume.tolist() == [1.5, 1.25, 1.125]
    assert read(METATRADER5, zone="UTC").bars.volume.tolist() == [120, 130, 140]  # of ticks: the other is 0


def test_an_adjusted_close_is_left_out_and_a_day_without_prices_is_named_with_its_line(read):
    found = read(YAHOO)
    assert found.tool == "Yahoo Finance"
    assert found.bars.close[[0, 2, 3]].tolist() == [101.5, 103.5, 104.5]
    assert dict(found.facts)["left out"] == "Adj Close"
    assert [(row.line, row.reason) for row in found.refused] == [(3, "it has no close")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_line_ends_of_windows_change_nothing(read, encoding):
    plain = read(GERMAN)
    assert read(GERMAN.replace("\n", "\r\n"), encoding).bars.equals(plain.bars)


def test_the_ends_of_bars_can_be_said_to_be_their_beginnings(read):
    found = read(NINJA, zone="UTC", times="open")
    assert found.bars.open_time[0] == parse_time("2026-03-05T15:01:00Z", "time")


AMBIGUOUS = "Date,Open,High,Low,Close\n03/04/2026,1,1,1,1\n03/05/2026,1,1,1,1\n03/06/2026,1,1,1,1\n"


def test_a_date_that_could_be_two_is_never_guessed(read):
    with pytest.raises(InputError, match=r"line 2: which is the day.*--date-format dmy or --date-format mdy"):
        read(AMBIGUOUS)
    with pytest.raises(InputError, match="line 2: which is the day"):
        read(AMBIGUOUS.replace("/", "."))
    month_first, day_first = read(AMBIGUOUS, date_format="mdy"), read(AMBIGUOUS, date_format="dmy")
    assert month_first.bars.open_time[0] == parse_time("2026-03-04", "time")
    assert day_first.bars.open_time[0] == parse_time("2026-04-03", "time")
    assert (month_first.interval.name, day_first.interval.name) == ("1d", "1mo")


def test_one_date_of_the_file_decides_the_order_of_all(read):
    rows = "04/03/2026,1,1,1,1\n05/03/2026,1,1,1,1\n13/03/2026,1,1,1,1\n14/03/2026,1,1,1,1\n"
    found = read(f"Date,Open,High,Low,Close\n{rows}")
    assert found.bars.open_time[0] == parse_time("2026-03-04", "time")


REFUSED = {
    "dates in both orders": (
        "Date,Open,High,Low,Close\n13/03/2026,1,1,1,1\n03/14/2026,1,1,1,1\n", {},
        "line 3: its day and month are in the other order than on line 2",
    ),
    "dates against the option": (
        "Date,Open,High,Low,Close\n13/03/2026,1,1,1,1\n", {"date_format": "mdy"}, "line 2: the dates are not",
    ),
    "a year of two digits": ("Date,Open,High,Low,Close\n13/03/26,1,1,1,1\n", {}, "line 2: .*two digits.*--date-format"),
    "the number of a spreadsheet": ("Date,Open,High,Low,Close\n46094,1,1,1,1\n", {}, "line 2: .*serial number"),
    "minutes without a zone": (ALPHA, {}, "line 2: the time names no zone: say it by --zone"),
    "a zone that is none": (ALPHA, {"zone": "Mars"}, "Unknown zone 'Mars'"),
    "daily bars at instants": (
        TRADINGVIEW.replace("1772726400", "1772809200").replace("1772730000", "1772895600"), {},
        "line 2: the daily bar has an instant in UTC: say by --zone",
    ),
    "days that begin the evening before": (
        DUKASCOPY.replace("13.03.2026 16", "14.03.2026 15").replace("13.03.2026 17", "15.03.2026 15"), {},
        "line 2: the daily bar has an instant in UTC",
    ),
    "a word for a price": ("Date,Open,High,Low,Close\n2026-03-05,1,1,x,1\n", {}, "line 2: 'x' is not a number"),
    "prices by two marks": (
        "Date;Open;High;Low;Close\n2026-03-05;1.55;1,65;1;1\n", {}, "some prices have decimals after a point.*--deci",
    ),
    "a thousand or a fraction": (
        "Datum;Eröffnung;Hoch;Tief;Schluss\n2026-03-05;1.100;1.200;1.000;1.100\n", {}, "line 2: is 1.000 a thousand",
    ),
    "no column of closes": ("Date,Open,High,Low\n2026-03-05,1,1,1\n", {}, "columns are missing: close"),
    "two symbols": (POLYGON, {}, "bars of 2 symbols"),
    "too few columns": ("Date,Open,High,Low,Close\n2026-03-05,1,1,1,1\n2026-03-06,1\n", {}, "line 3: it has 2 columns"),
    "hours as minutes": (METATRADER4, {"zone": "UTC", "interval": INTERVALS["5m"]}, "1h apart: they are not of 5m"),
    "minutes as hours": (SIERRA, {"zone": "UTC", "interval": INTERVALS["1h"]}, "1m apart: they are not of 1h"),
    "days as hours": (YAHOO, {"interval": INTERVALS["1h"]}, "dates without a time of day"),
    "a workbook": (b"PK\x03\x04rest", {}, "save the sheet as CSV"),
    "a web page": ("<!DOCTYPE html><table>", {}, "a web page"),
    "a picture": (b"\x89PNG\0\0\0", {}, "not a text file"),
    "nothing": ("", {}, "no columns"),
    "a header alone": ("Date,Open,High,Low,Close\n", {}, "a header and no bars"),
    "a day that is none": ("Date,Open,High,Low,Close\n2026-02-30,1,1,1,1\n", {}, "line 2: '2026-02-30' is no date"),
    "a day that the order makes none": (
        "Date,Open,High,Low,Close\n31/02/2026,1,1,1,1\n", {}, "line 2: it is no date",
    ),
    "columns in no known order": ("2026-03-05,9,1,5,7\n2026-03-06,9,1,5,7\n", {}, "not time, open, high, low and c"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_without_a_doubt_is_refused_with_the_reason(read, name):
    text, options, words = REFUSED[name]
    with pytest.raises(InputError, match=words):
        read(text, **options)


def test_hours_that_a_clock_change_doubles_or_leaves_out_are_refused_by_their_lines(read):
    rows = ["2026-11-01 00:30", "2026-11-01 01:30", "2026-11-01 02:30", "2026-11-01 03:30", "2026-11-01 04:30"]
    text = "time,open,high,low,close\n" + "".join(f"{time},1,1,1,1\n" for time in rows)
    found = read(text, zone="America/New_York")
    assert [(row.line, row.reason[:21]) for row in found.refused] == [(3, "this hour comes twice")]
    assert found.bars.open_time[1] == parse_time("2026-11-01T07:30:00Z", "time")
    spring = read(text.replace("2026-11-01", "2026-03-08"), zone="America/New_York")
    assert [(row.line, row.reason[:24]) for row in spring.refused] == [(4, "this hour is left out wh")]


def test_a_daily_bar_at_an_instant_has_the_date_of_its_exchange(read):
    opens = ["2026-03-04T23:00:00Z", "2026-03-05T23:00:00Z", "2026-03-08T23:00:00Z"]
    text = "time,open,high,low,close\n" + "".join(f"{parse_time(time, 'time')},1,1,1,1\n" for time in opens)
    found = read(text, zone="Australia/Sydney")
    dates = [parse_time(day, "time") for day in ("2026-03-05", "2026-03-06", "2026-03-09")]
    assert found.bars.open_time.tolist() == dates

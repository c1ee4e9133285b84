"""The rules of /history: countback outranks from, to is exclusive, no_data, nextTime, and numbers as they were sent."""

import httpx2 as httpx
import pytest

from tests.demo.conftest import NOW
from tests.web.udf.chart_library import HistoryError

DAY_S = 86_400
LISTED = 1_546_387_200  # AAPL of the demo market: 2019-01-02


@pytest.fixture(scope="module")
def library(stack):
    return stack.library()


@pytest.fixture(scope="module")
def aapl(library):
    return library.resolve("AAPL")


def ask(stack, **query):
    return httpx.get(f"{stack.server.udf_url}/history", params=query, timeout=30)


def test_countback_outranks_from(library, aapl):
    for start in (-(10**9), 0, NOW - 3 * DAY_S, NOW + DAY_S):
        page = library.read_page(aapl, "1D", start, NOW, 20)
        assert len(page.bars) == 20
        assert page.bars[-1]["time"] // 1000 == NOW // DAY_S * DAY_S - DAY_S


def test_countback_reaches_over_weekends_and_holidays(library, aapl):
    end = 1_767_571_200  # Monday 2026-01-05, behind a weekend and New Year's Day
    page = library.read_page(aapl, "60", end - 10 * 3_600, end, 10)
    assert len(page.bars) == 10
    assert page.bars[0]["time"] // 1000 < end - 3 * DAY_S


def test_an_end_in_the_future_is_now_and_an_end_at_a_bar_leaves_it_out(library, aapl):
    newest = library.read_page(aapl, "1D", 0, NOW + 10**9, 5).bars
    assert newest == library.read_page(aapl, "1D", 0, NOW, 5).bars
    end = newest[-1]["time"] // 1000
    assert library.read_page(aapl, "1D", 0, end, 4).bars == newest[:-1]
    assert library.read_page(aapl, "1D", 0, end + 1, 5).bars == newest


def test_without_countback_the_span_is_answered(library, aapl):
    start, end = 1_793_577_600, 1_794_182_400  # the week from 2026-11-02
    times = [bar["time"] // 1000 for bar in library.read_page(aapl, "1D", start, end).bars]
    assert times == [start + n * DAY_S for n in range(5)]
    hours = library.read_page(aapl, "60", start, start + DAY_S).bars
    assert len(hours) == 7
    assert hours[0]["time"] // 1000 == start + 14 * 3_600 + 1_800


def test_a_span_that_begins_at_the_time_of_a_bar_has_that_bar(library, aapl):
    """November 2026 begins on a Sunday: the bar is keyed by the 1st, and has the time of the 2nd."""
    november = 1_793_577_600
    assert [bar["time"] // 1000 for bar in library.read_page(aapl, "1M", november, NOW).bars] == [november]
    assert library.read_page(aapl, "1M", november + 1, NOW).is_no_data


@pytest.mark.parametrize("resolution", ["1D", "60", "1W"])
def test_a_span_of_old_clients_that_begins_before_all_history_is_no_error(library, aapl, resolution):
    found = library.read_page(aapl, resolution, LISTED - 3_000 * DAY_S, NOW).bars
    everything = library.scroll_to_the_beginning(aapl, resolution, NOW)
    assert found == everything


def test_a_hole_names_the_bar_before_it(library, aapl):
    saturday = 1_795_219_200  # 2026-11-21
    page = library.read_page(aapl, "1D", saturday, saturday + 2 * DAY_S)
    assert page.is_no_data
    assert page.next_time == saturday - DAY_S
    hours = library.read_page(aapl, "60", saturday, saturday + 2 * DAY_S)
    assert saturday - DAY_S < hours.next_time < saturday


@pytest.mark.parametrize("countback", [None, 10])
@pytest.mark.parametrize("end", [LISTED - DAY_S, 0, -(10**9), -(10**11), LISTED])
def test_before_the_first_bar_there_is_nothing_and_nothing_older(library, aapl, end, countback):
    page = library.read_page(aapl, "1D", end - 1_000 * DAY_S, end, countback)
    assert page.is_no_data
    assert page.next_time is None


def test_minutes_end_where_the_provider_keeps_no_older_ones(library, stack):
    symbol = library.resolve("AAPL")
    edge = NOW - 40 * DAY_S
    assert library.read_page(symbol, "1", edge - 3_600, edge, 10).is_no_data


def test_one_bar_at_the_first_of_all_is_answered_in_part(library, aapl):
    page = library.read_page(aapl, "1D", 0, LISTED + 3 * DAY_S, 300)
    assert 0 < len(page.bars) <= 3


def test_prices_have_the_digits_that_they_were_sent_with(stack, library, aapl):
    library.read_page(aapl, "1D", 0, NOW, 300)
    text = ask(stack, symbol="AAPL", resolution="1D", countback=300, to=NOW).text
    prices = text.partition('"c":[')[2].partition("]")[0].split(",")
    assert len(prices) == 300
    assert max(map(len, prices)) <= 9
    assert all("." in price for price in prices)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"symbol": "AAPL", "resolution": "1D"}, 400),
        ({"symbol": "AAPL", "resolution": "1S", "to": NOW, "countback": 5}, 400),
        ({"symbol": "AAPL", "resolution": "", "to": NOW, "countback": 5}, 400),
        ({"resolution": "1D", "to": NOW, "countback": 5}, 400),
        ({"symbol": "AAPL", "resolution": "1D", "from": NOW, "to": NOW}, 422),
        ({"symbol": "AAPL", "resolution": "1D", "from": NOW, "to": 5}, 422),
        ({"symbol": "AAPL", "resolution": "1D", "from": "yesterday", "to": NOW}, 400),
        ({"symbol": "AAPL", "resolution": "1D", "from": 10**18, "to": NOW}, 400),
        ({"symbol": "AAPL", "resolution": "1D", "to": NOW, "countback": 10**6}, 422),
        ({"symbol": "AAPL", "resolution": "1D", "to": NOW, "countback": -1}, 422),
        ({"symbol": "NOSUCH", "resolution": "1D", "to": NOW, "countback": 5}, 404),
    ],
)
def test_what_cannot_be_answered_is_an_error_of_the_protocol(stack, query, status):
    answer = ask(stack, **query)
    assert answer.status_code == status, answer.text
    assert answer.json()["s"] == "error"
    assert answer.json()["errmsg"]
    assert "Traceback" not in answer.text


def test_what_clients_add_or_leave_empty_is_ignored(stack):
    query = {"symbol": "AAPL", "resolution": "D", "from": "", "to": NOW, "countback": 3}
    answer = ask(stack, **query, currencyCode="USD", unitId="", secret="x", firstDataRequest="true")
    assert (answer.status_code, len(answer.json()["t"])) == (200, 3)


def test_an_error_is_one_even_for_a_client_that_reads_no_status(library):
    with pytest.raises(HistoryError):
        library.read_page({"ticker": "AAPL"}, "1D", NOW, NOW - 1)

"""When a symbol has become another company's, and what the former one is called then."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.identity import is_other_company, is_retired, is_same_name, retired_name, retired_symbol
from candledesk.domain.instrument import Instrument
from candledesk.domain.symbols import is_symbol, parse_symbol

NEWEST = 1_795_737_600  # open of the newest stored bar
UNTIL = 1_795_824_000  # 2026-11-28


def company(name, first):
    return Instrument("XYZ", "NYQ", "EQUITY", "America/New_York", "USD", 2, first, name)


OLD = company("Old Mines Ltd", 500_000_000)


@pytest.mark.parametrize(
    ("name", "first", "newest", "expected"),
    [
        ("Nova Robotics Inc.", NEWEST + 1, NEWEST, True),
        ("Nova Robotics Inc.", NEWEST, NEWEST, False),  # the stored bar of that time may be its first
        ("Nova Robotics Inc.", NEWEST - 1, NEWEST, False),
        ("Nova Robotics Inc.", OLD.first_open_time, NEWEST, False),  # renamed
        ("Old Mines Limited", NEWEST + 1, NEWEST, False),  # a corrected date
        ("OLD MINES", NEWEST + 1, NEWEST, False),
        ("", NEWEST + 1, NEWEST, False),
        ("Nova Robotics Inc.", None, NEWEST, False),
        ("Nova Robotics Inc.", NEWEST + 1, None, False),  # nothing could be mixed
    ],
)
def test_another_company_has_another_name_and_a_later_first_trade(name, first, newest, expected):
    assert is_other_company(OLD, company(name, first), newest) is expected


WEEK_S = 7 * 86_400


@pytest.mark.parametrize(
    ("name", "first", "expected"),
    [
        ("Nova Robotics Inc.", OLD.first_open_time + WEEK_S + 1, True),
        ("Nova Robotics Inc.", OLD.first_open_time - WEEK_S - 1, True),
        ("Nova Robotics Inc.", OLD.first_open_time + WEEK_S, False),  # a corrected date
        ("Old Mines Limited", OLD.first_open_time + WEEK_S + 1, False),  # corrected prices
    ],
)
def test_other_prices_prove_another_company_whenever_it_was_listed(name, first, expected):
    assert is_other_company(OLD, company(name, first), NEWEST, is_priced_otherwise=True) is expected
    assert not is_other_company(OLD, company(name, first), NEWEST)


def test_a_missing_name_proves_nothing():
    assert not is_other_company(company("", 5), company("Nova Robotics Inc.", NEWEST + 1), NEWEST)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Apple Inc.", "APPLE INC"),
        ("Apple Inc.", "Apple"),
        ("Ford Motor Company", "Ford Motor Co."),
        ("Société Générale Société anonyme", "Societe Generale Societe anonyme"),
        ("AT&T Inc.", "AT and T"),
        ("L'Oréal S.A.", "LOreal SA"),
        ("Volkswagen AG", "The Volkswagen Group"),
        ("International Business Machines Corporation", "Intl Business Machines"),
        ("Vanguard Total Stock Market Index Fund", "Vanguard Total Stock Market Ind"),
        ("...", "Apple"),
    ],
)
def test_two_spellings_of_a_name_are_the_same_name(one, other):
    assert is_same_name(one, other)
    assert is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Facebook, Inc.", "Meta Platforms, Inc."),
        ("Apple Inc.", "Apple Hospitality REIT, Inc."),
        ("Bank of America Corporation", "Bank of Hawaii Corporation"),
        ("United Airlines Holdings", "United Natural Foods"),
        ("Gold Standard Mining", "Gold Standard Royalty"),
        ("三菱商事", "住友商事"),
    ],
)
def test_names_of_two_companies_are_different(one, other):
    assert not is_same_name(one, other)


@given(st.from_regex(r"[A-Z0-9.\-=^&_]{1,32}", fullmatch=True), st.integers(-(10**9), 4 * 10**9), st.integers(0, 12))
def test_a_retired_symbol_is_a_symbol_of_its_own(symbol, until, n_taken):
    taken = {symbol}
    for _ in range(n_taken):
        taken.add(retired_symbol(symbol, until, taken))
    found = retired_symbol(symbol, until, taken)
    assert found not in taken
    assert len(taken) == n_taken + 1
    assert is_symbol(found)
    assert parse_symbol(found) == found
    assert datetime.fromtimestamp(until, UTC).date().isoformat() in found


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [("XYZ", "XYZ_2026-11-28"), ("A" * 21, "A" * 21 + "_2026-11-28"), ("A" * 32, "A" * 21 + "_2026-11-28")],
)
def test_a_long_symbol_is_cut(symbol, expected):
    assert retired_symbol(symbol, UNTIL, ()) == expected


def test_a_retired_name_contains_the_last_day():
    assert retired_name("XYZ", "Old Mines Ltd", UNTIL) == "Old Mines Ltd (XYZ until 2026-11-28)"
    assert retired_name("XYZ", "", UNTIL) == "(XYZ until 2026-11-28)"
    assert len(retired_name("XYZ", "N" * 400, UNTIL)) == 300


@pytest.mark.parametrize("symbol", ["XYZ", "XYZ_2", "2026-11-28", "AB_2026-11-28X", "XYZ_2026"])
def test_only_a_symbol_that_was_retired_looks_like_one(symbol):
    assert not is_retired(symbol)
    assert is_retired(retired_symbol(symbol, UNTIL, ()))
    assert is_retired(retired_symbol(symbol, UNTIL, {retired_symbol(symbol, UNTIL, ())}))

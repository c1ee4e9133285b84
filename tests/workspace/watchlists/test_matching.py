"""From a file to a watchlist and back: what is found, what is a choice, what is listed."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.providers.base import ProviderOptions, Quota
from candledesk.providers.registry import ListedNames, make_providers
from candledesk.workspace.watchlists.matching import (
    Found,
    Match,
    choose,
    make_watchlist,
    name_sections,
    narrow,
    preview_file,
    replace_matches,
)
from candledesk.workspace.watchlists.text_files import read_list_file, write_tradingview
from candledesk.workspace.watchlists.watchlist import MAX_SYMBOLS, parse_watchlist, watchlist_document

NAMES = ListedNames(make_providers(ProviderOptions(Quota(1, 1, 1), {}, "")))
FILES = {  # in the shapes in which programs write them
    "sections with CRLF and a comma at the end": b"###TECH,NASDAQ:AAPL,NASDAQ:MSFT,###BANKS,NYSE:JPM,\r\n",
    "byte order mark, a section a line": b"\xef\xbb\xbf###Europe\r\nLSE:VOD,XETR:SAP\r\n###Asia\r\nTSE:7203,HKEX:700",
    "classes with dots": b"NYSE:BRK.B,NYSE:BF.B,LSE:BT.A,LSE:BP.,TSX:BBD.B,OMXSTO:VOLV_B,NYSE:BAC/PL",
    "duplicates": b"NASDAQ:AAPL,NYSE:IBM,NASDAQ:AAPL,###Again,NYSE:IBM,BATS:AAPL,NASDAQ:NVDA\n",
    "a symbol a line": b"AAPL\r\nMSFT\r\nBRK.B\r\n\r\nIBM\r\n",
    "what is no share": b"FX:EURUSD,BINANCE:BTCUSDT,COINBASE:ETHUSD,CME_MINI:ES1!,SP:SPX,TVC:VIX,OANDA:USDJPY",
}
PORTFOLIO = (
    b"Symbol,Current Price,Date,Time,Change,Open,High,Low,Volume,Trade Date,Purchase Price,Quantity,Commission,High "
    b"Limit,Low Limit,Comment\r\nAAPL,271.5,2026/11/27,13:00 EST,1.2,270.1,272.0,269.9,31000000,20240102,185.6,10.0,,,,"
    b"long term\r\nVOD.L,78.1,2026/11/27,16:30 GMT,0.1,78,79,77,1000,,,,,,,\r\n$$CASH_TX,,,,,,,,,,,,,,,\r\n"
)


def _import(content, name="List"):
    preview = preview_file(read_list_file(content), NAMES)
    return preview, make_watchlist(name, preview, NAMES)


def _export(watchlist, exchanges=()):
    sections, unnamed = name_sections(watchlist, NAMES, dict(exchanges))
    return write_tradingview(sections), unnamed


def _names_by_title(content):
    return {section.title: set(section.names) for section in read_list_file(content).sections}


@pytest.mark.parametrize("shape", FILES)
def test_what_is_written_again_is_what_was_read(shape):
    preview, watchlist = _import(FILES[shape])
    assert preview.matches(Found.SEVERAL, Found.NONE) == []
    text, unnamed = _export(watchlist)
    assert unnamed == ()
    expected = _names_by_title(FILES[shape])
    if shape == "duplicates":
        expected = {"": {"NASDAQ:AAPL", "NYSE:IBM"}, "Again": {"NASDAQ:NVDA"}}
    assert _names_by_title(text.encode()) == expected
    assert _import(text.encode())[1] == watchlist  # and once more
    assert parse_watchlist(watchlist_document(watchlist)) == watchlist


def test_a_portfolio_becomes_a_list_with_notes_and_its_other_rows_are_listed():
    preview, watchlist = _import(PORTFOLIO)
    assert [match.name for match in preview.matches(Found.NONE)] == ["$$CASH_TX"]
    assert (watchlist.symbols, watchlist.notes) == (("AAPL", "VOD.L"), {"AAPL": "long term"})
    assert _export(watchlist) == ("LSE:VOD\n", ("AAPL",))
    assert _export(watchlist, {"AAPL": "NMS"}) == ("NASDAQ:AAPL,LSE:VOD\n", ())


def test_the_preview_says_what_is_found_what_is_a_choice_and_what_is_not_found():
    preview, watchlist = _import(b"NASDAQ:AAPL,EURONEXT:MC,KRX:005930,FOO:BAR,FOO:BAR,local:acme")
    found = {match.name: match.found for section in preview.sections for match in section.matches}
    assert found == {
        "NASDAQ:AAPL": Found.ONE,
        "EURONEXT:MC": Found.SEVERAL,
        "KRX:005930": Found.SEVERAL,
        "FOO:BAR": Found.NONE,
        "local:acme": Found.ONE,
    }
    assert [match.name for match in preview.matches(Found.NONE)] == ["FOO:BAR"]
    assert watchlist.symbols == ("AAPL", "local:ACME")
    assert _export(watchlist) == ("NASDAQ:AAPL\n", ("local:ACME",))


def test_a_choice_is_made_by_a_person_and_kept_when_it_is_written_again():
    preview, _ = _import(b"EURONEXT:MC,FOO:BAR")
    chosen = choose(preview, {"EURONEXT:MC": "MC.PA", "FOO:BAR": "BAR.L"})
    watchlist = make_watchlist("List", chosen, NAMES)
    assert watchlist.symbols == ("MC.PA", "BAR.L")
    assert _export(watchlist) == ("EURONEXT:MC,LSE:BAR\n", ())
    with pytest.raises(DocumentError, match="EURONEXT:AIR"):
        choose(preview, {"EURONEXT:AIR": "AIR.PA"})


@pytest.mark.parametrize(
    ("known", "expected"),
    [({"MC.PA", "MCD"}, Found.SEARCHED), ({"MC.PA", "MC.AS"}, Found.SEVERAL), ({"MCD"}, Found.SEVERAL)],
)
def test_the_search_settles_a_choice_only_where_it_finds_one_of_the_candidates(known, expected):
    (match,) = _import(b"EURONEXT:MC")[0].matches(Found.SEVERAL)
    assert narrow(match, known).found is expected


def test_what_the_search_settled_is_stored():
    preview, _ = _import(b"EURONEXT:MC,NASDAQ:AAPL")
    settled = replace_matches(preview, {"EURONEXT:MC": Match("EURONEXT:MC", ("MC.PA",), is_searched=True)})
    assert make_watchlist("List", settled, NAMES).symbols == ("MC.PA", "AAPL")
    assert [match.name for match in settled.matches(Found.SEARCHED)] == ["EURONEXT:MC"]


def test_a_name_without_an_exchange_gets_one_when_it_is_known():
    _, watchlist = _import(b"AAPL\nBRK.B\n")
    assert _export(watchlist, {"AAPL": "NMS"}) == ("NASDAQ:AAPL,BRK.B\n", ())


def test_a_remembered_name_that_means_another_symbol_now_is_not_written():
    document = {"name": "a", "sections": [{"symbols": ["VOD.L"]}], "tradingview_names": {"VOD.L": "NASDAQ:AAPL"}}
    assert _export(parse_watchlist(document)) == ("LSE:VOD\n", ())


def test_a_section_without_a_title_behind_another_one_gets_one():
    _, watchlist = _import(b"NASDAQ:AAPL,###,NYSE:IBM")
    assert [section.title for section in watchlist.sections] == ["", "Section 2"]


def test_more_symbols_than_a_list_may_have_are_refused():
    content = ",".join(f"A{at}" for at in range(MAX_SYMBOLS + 1)).encode()
    with pytest.raises(DocumentError, match="at most 1,000 symbols"):
        _import(content)
    assert len(_import(",".join(f"NYSE:A{at}" for at in range(MAX_SYMBOLS)).encode())[1].symbols) == MAX_SYMBOLS

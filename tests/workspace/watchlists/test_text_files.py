"""Reading lists in the forms in which other programs write them."""

import pytest

from candledesk.domain.errors import DocumentError
from candledesk.workspace.watchlists.text_files import (
    MAX_FILE_BYTES,
    NamedSection,
    decode_text,
    read_list_file,
    write_tradingview,
)


def _read(text):
    return {section.title: section.names for section in read_list_file(text.encode()).sections}


def test_tradingview_separates_by_commas_and_opens_sections():
    assert _read("IBM,###Tech,NASDAQ:AAPL, NYSE:BRK.B ,###Empty,###Last,LSE:VOD\n") == {
        "": ("IBM",),
        "Tech": ("NASDAQ:AAPL", "NYSE:BRK.B"),
        "Empty": (),
        "Last": ("LSE:VOD",),
    }


def test_lines_commas_at_ends_and_blank_lines_separate_too():
    assert _read("\r\nAAPL,\r\n\r\nMSFT\r\n,IBM,,\r\n\r\n") == {"": ("AAPL", "MSFT", "IBM")}


def test_a_section_may_stand_on_a_line_of_its_own():
    assert _read("###Tech\nNASDAQ:AAPL\n### Old  names \nNYSE:IBM") == {
        "Tech": ("NASDAQ:AAPL",),
        "Old names": ("NYSE:IBM",),
    }


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_column_of_symbols_is_read_and_comments_become_notes(separator):
    rows = [["Name", " Symbol ", "Comment"], ["Apple, Inc", "AAPL", "buy\r\nmore"], ["x", "", ""], ["Vod", "VOD.L", ""]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    file = read_list_file(text.encode())
    assert file.sections == (NamedSection("", ("AAPL", "VOD.L")),)
    assert file.notes == {"AAPL": "buy more"}


def test_a_table_may_have_sections_and_short_rows():
    assert _read("Ticker,Price\n###Tech\nAAPL,1\nMSFT\n\n###Old,\nIBM,2\n") == {
        "Tech": ("AAPL", "MSFT"),
        "Old": ("IBM",),
    }


@pytest.mark.parametrize(
    "content",
    [
        "AAPL\nZÜRICH".encode(),
        "\ufeffAAPL\nZÜRICH".encode(),
        "AAPL\nZÜRICH".encode("utf-16"),
        "AAPL\nZÜRICH".encode("cp1252"),
    ],
)
def test_a_file_in_any_usual_encoding_is_read(content):
    assert decode_text(content).splitlines() == ["AAPL", "ZÜRICH"]


def test_invisible_characters_do_not_reach_a_name():
    assert _read("###Te\u202ech,AA\u200bPL,\x1b[2JX") == {"Tech": ("AAPL", "[2JX")}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n,,\n",
        b"Symbol,Price\n,\n",
        b"\0\x01\x02" * 9,
        b"\x89PNG\r\n\x1a\n\0\0",
        b"{",
        b'{"name":"a"}',
        b'{"name":"a","sections":[{"symbols":["A B"]}]}',
        b"A," * MAX_FILE_BYTES,
        b"A," * 20_001,
    ],
)
def test_a_file_without_names_is_refused(content):
    with pytest.raises(DocumentError):
        read_list_file(content)


def test_the_json_of_a_watchlist_is_read_as_it_is():
    file = read_list_file(
        b'\xef\xbb\xbf {"name":"a","sections":[{"title":"","symbols":["AAPL"]}],"flags":{"AAPL":"red"}}'
    )
    assert (file.watchlist.symbols, file.watchlist.flags) == (("AAPL",), {"AAPL": "red"})


def test_a_title_with_a_comma_does_not_become_two_names():
    text = write_tradingview([NamedSection("", ("IBM",)), NamedSection("Tech, and ,more", ("NASDAQ:AAPL",))])
    assert text == "IBM,###Tech and more,NASDAQ:AAPL\n"

"""``candledesk watchlist``: files in and out, previews, exit codes; directly and through a running instance."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from candledesk.commands.workspace import watchlist
from candledesk.commands.workspace.watchlist import run_export, run_import, run_stored
from candledesk.domain.errors import DocumentError, EnvironmentFaultError, InputError, NameTakenError, UnknownNameError

PLAIN = {"name": None, "replace": False, "dry_run": False, "choices": (), "as_json": False}
TECH = "###Tech,NASDAQ:AAPL,NYSE:BRK.B,###Tokyo,TSE:7203,\r\n"


@pytest.fixture
def load(context, tmp_path):
    """Return a function that writes a file and imports it."""

    def run(text, file="Mine.txt", **changes):
        path = tmp_path / file
        path.write_bytes(text.encode())
        return run_import(context, str(path), **{**PLAIN, **changes})

    return run


def _stored(context, name="Mine"):
    return context.workspace().read_watchlist(name).result()


def test_a_file_becomes_a_list_and_the_same_file_again(context, load, tmp_path, capsys):
    assert load(TECH) == 0
    assert capsys.readouterr().out == "Mine: 3 symbols in 2 sections stored\n"
    assert _stored(context).symbols == ("AAPL", "BRK-B", "7203.T")
    assert run_export(context, "Mine", str(tmp_path / "out.txt")) == 0
    assert (tmp_path / "out.txt").read_bytes() == b"###Tech,NASDAQ:AAPL,NYSE:BRK.B,###Tokyo,TSE:7203\n"


def test_a_list_of_that_name_is_replaced_only_when_asked(context, load):
    load(TECH)
    with pytest.raises(NameTakenError):
        load("NASDAQ:MSFT")
    assert load("NASDAQ:MSFT", replace=True) == 0
    assert _stored(context).symbols == ("MSFT",)
    assert load(TECH, name="Other") == 0
    assert _stored(context, "Other").symbols == ("AAPL", "BRK-B", "7203.T")


def test_what_is_not_one_symbol_is_listed_with_exit_code_3(context, load, capsys):
    assert load("NASDAQ:AAPL,KRX:005930,FOO:BAR") == 3
    shown = capsys.readouterr()
    assert shown.out == "Mine: 1 symbols in 1 sections stored\n"
    assert shown.err.splitlines() == [
        "  KRX:005930: several: 005930.KS 005930.KQ (--choose KRX:005930=005930.KS)",
        "  FOO:BAR: not found (--choose FOO:BAR=SYMBOL)",
    ]
    choices = ["KRX:005930=005930.KQ", "FOO:BAR=bar.l"]
    assert load("NASDAQ:AAPL,KRX:005930,FOO:BAR", replace=True, choices=choices) == 0
    assert _stored(context).symbols == ("AAPL", "005930.KQ", "BAR.L")


def test_nothing_is_stored_when_nothing_was_found(context, load, capsys):
    assert load("FOO:BAR,FOO:BAZ") == 3
    assert context.workspace().list_watchlists().result() == []
    assert capsys.readouterr().out == ""


def test_a_dry_run_prints_what_each_name_means_and_stores_nothing(context, load, capsys):
    assert load(TECH + "FOO:BAR,EURONEXT:MC,KRX:005930", dry_run=True, as_json=True) == 3
    shown = capsys.readouterr()
    rows = {row["name"]: (row["section"], row["result"], row["symbols"]) for row in json.loads(shown.out)}
    assert rows == {
        "NASDAQ:AAPL": ("Tech", "found", ["AAPL"]),
        "NYSE:BRK.B": ("Tech", "found", ["BRK-B"]),
        "TSE:7203": ("Tokyo", "found", ["7203.T"]),
        "FOO:BAR": ("Tokyo", "not found", []),
        "EURONEXT:MC": ("Tokyo", "found by search", ["MC.PA"]),
        "KRX:005930": ("Tokyo", "several", ["005930.KS", "005930.KQ"]),
    }
    assert shown.err == "TradingView's text: 4 symbols would be stored as Mine\n"
    assert context.workspace().list_watchlists().result() == []


def test_the_search_is_asked_for_the_ticker_of_a_choice_only(context, load):
    assert load("EURONEXT:MC,NASDAQ:AAPL") == 0
    assert _stored(context).symbols == ("MC.PA", "AAPL")
    assert [call for call in context.home_cache.calls if call[0] == "search_symbols"] == [
        ("search_symbols", ("MC", 8.0))
    ]


def test_an_import_searches_a_few_names_and_not_for_long(context, load, monkeypatch):
    names = [f"EURONEXT:X{at}" for at in range(30)]
    assert load(",".join(["NASDAQ:AAPL", *names])) == 3
    assert len([call for call in context.home_cache.calls if call[0] == "search_symbols"]) == watchlist.N_SEARCHES
    monkeypatch.setattr(watchlist, "ALL_SEARCHES_S", 0.0)
    context.home_cache.calls.clear()
    assert load(",".join(["NASDAQ:AAPL", *names]), replace=True) == 3
    assert [call for call in context.home_cache.calls if call[0] == "search_symbols"] == []


def test_what_has_no_name_is_listed_and_left_out(context, load, tmp_path, capsys):
    load("Symbol,Comment\nAAPL,x\nMSFT,y\nVOD.L,z\nlocal:acme,\n", "Mine.csv")
    capsys.readouterr()
    assert run_export(context, "Mine", str(tmp_path / "out.txt")) == 3
    assert (tmp_path / "out.txt").read_text() == "NASDAQ:AAPL,LSE:VOD\n"  # AAPL is cached: its exchange is known
    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == ["MSFT", "local"]


def test_json_holds_everything_and_comes_back(context, load, tmp_path):
    text = json.dumps(
        {
            "name": "Tech",
            "sections": [{"title": "", "symbols": ["AAPL"]}],
            "flags": {"AAPL": "red"},
            "notes": {"AAPL": "½ €"},
        }
    )
    assert load(text, "any.json") == 0
    assert _stored(context, "Tech").flags == {"AAPL": "red"}
    assert run_export(context, "Tech", str(tmp_path / "out.json")) == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == json.loads(text)


def test_standard_streams_are_files_too(context, load, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"NASDAQ:AAPL")))
    assert run_import(context, "-", **PLAIN) == 0
    capsys.readouterr()
    assert run_export(context, "Watchlist", "-") == 0
    assert capsys.readouterr().out == "NASDAQ:AAPL\n"


def test_lists_are_listed_shown_renamed_and_deleted(context, load, capsys):
    load(TECH)
    capsys.readouterr()
    workspace = context.workspace()
    assert run_stored(workspace, "list", [], as_json=True) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {"name": "Mine", "symbols": 3, "sections": 2, "updated_at": "2026-11-23T15:00:00Z"}
    assert run_stored(workspace, "show", ["Mine"], as_json=False) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["Tech", "AAPL"],
        ["Tech", "BRK-B"],
        ["Tokyo", "7203.T"],
    ]
    assert run_stored(workspace, "rename", ["Mine", "Yours"], as_json=False) == 0
    assert run_stored(workspace, "delete", ["Yours"], as_json=False) == 0
    assert capsys.readouterr().out.splitlines() == ["Mine is Yours now", "Yours deleted, 3 symbols"]
    assert workspace.list_watchlists().result() == []


def test_what_cannot_be_done_says_why(context, load, tmp_path):
    load(TECH)
    with pytest.raises(UnknownNameError, match="'Nothing'"):
        run_export(context, "Nothing", "-")
    with pytest.raises(EnvironmentFaultError, match="cannot be read"):
        run_import(context, str(tmp_path / "none.txt"), **PLAIN)
    with pytest.raises(EnvironmentFaultError, match="cannot be written"):
        run_export(context, "Mine", str(tmp_path / "none" / "out.txt"))
    with pytest.raises(InputError, match="NAME=SYMBOL"):
        load(TECH, choices=["KRX:005930"])
    with pytest.raises(DocumentError, match="No symbol"):
        load("\n")


@pytest.mark.parametrize("stem", ["  Zürich\u202e ", "..", "\x1b[2J"])
def test_a_hostile_file_name_becomes_a_readable_name(context, load, stem, capsys):
    load("NASDAQ:AAPL", f"{stem}.txt")
    (stored,) = context.workspace().list_watchlists().result()
    assert stored.name in {"Zürich", "Watchlist", "[2J"}
    assert "\x1b" not in capsys.readouterr().out

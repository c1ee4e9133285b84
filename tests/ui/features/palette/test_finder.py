from dataclasses import replace

from candledesk.ui.features.palette.finder import Finder, split_prefix
from candledesk.ui.features.palette.symbol_rows import SymbolRows, symbol_item
from candledesk.ui.features.palette.text_index import TextIndex
from candledesk.ui.palette_item import PaletteItem, PaletteKind
from tests.fake_data import make_instrument


def _nothing(_prefix, _text):
    return []


def _item(title, kind=PaletteKind.ACTION, detail="", **more):
    return PaletteItem(f"{kind}:{title}", kind, title, print, detail=detail, **more)


ITEMS = [
    _item("Logarithmic", detail="Chart → Price scale"),
    _item("Go to date…", detail="Chart"),
    _item("Lagoon", PaletteKind.LAYOUT),
    _item("1h", PaletteKind.INTERVAL, "1 hour"),
]


def _symbols(*pairs):
    rows = [replace(make_instrument(symbol), name=name) for symbol, name in pairs]
    index = TextIndex([(row.symbol, row.name) for row in rows])
    return SymbolRows(rows, index, {row.symbol: at for at, row in enumerate(rows)}, print)


def _titles(finder, text):
    return [found.item.title for found in finder.find(text)]


def test_a_prefix_leaves_one_kind():
    finder = Finder(ITEMS, _nothing)
    assert _titles(finder, "l") == ["Lagoon", "Logarithmic"]
    assert _titles(finder, "> l") == ["Logarithmic"]
    assert _titles(finder, "@l") == ["Lagoon"]
    assert _titles(finder, ">") == ["Logarithmic", "Go to date…"]
    assert _titles(finder, "#l") == []
    assert split_prefix("  @ Two charts ") == ("@", "Two charts")


def test_without_a_text_what_was_used_is_first_the_latest_before_the_others():
    finder = Finder(ITEMS, _nothing, ["Interval:1h", "Action:Go to date…", "Action:gone"])
    assert _titles(finder, "") == ["1h", "Go to date…", "Logarithmic", "Lagoon"]


def test_what_was_used_comes_before_what_matches_as_well():
    items = [_item("Zoom in"), _item("Zoom out")]
    assert _titles(Finder(items, _nothing), "zoom") == ["Zoom in", "Zoom out"]
    assert _titles(Finder(items, _nothing, ["Action:Zoom out"]), "zoom") == ["Zoom out", "Zoom in"]


def test_a_symbol_as_it_is_spelled_comes_before_actions_and_other_symbols_after_them():
    finder = Finder(ITEMS, _nothing)
    finder.set_symbols(_symbols(("LO", "Lone Oak"), ("LOGI", "Logitech"), ("LOG", "Logistics")))
    assert _titles(finder, "log")[:3] == ["LOG", "Logarithmic", "LOGI"]
    assert "LOG" not in _titles(finder, "")
    assert _titles(finder, ">log") == ["Logarithmic"]


def test_a_symbol_that_was_used_is_listed_when_it_is_stored():
    finder = Finder(ITEMS, _nothing, ["symbol:LOGI", "symbol:GONE"])
    assert _titles(finder, "")[0] == "Logarithmic"
    finder.set_symbols(_symbols(("LO", "Lone Oak"), ("LOGI", "Logitech")))
    assert _titles(finder, "")[0] == "LOGI"


def test_what_a_text_means_by_itself_is_first_and_a_symbol_after_what_has_its_words():
    date = PaletteItem("", PaletteKind.DATE, "Go to 2019", print)

    def typed(_prefix, text):
        return [date, symbol_item(text.upper(), "Open this symbol", print)] if text else []

    finder = Finder(ITEMS, typed)
    assert _titles(finder, "log") == ["Go to 2019", "Logarithmic", "LOG"]
    assert _titles(finder, "lgrt") == ["Go to 2019", "LGRT", "Logarithmic"], "only its letters match"
    assert _titles(finder, "#log") == ["Go to 2019"]
    finder.set_symbols(_symbols(("LOG", "Logistics")))
    found = finder.find("log")
    assert [one.item.detail for one in found if one.item.title == "LOG"] == ["Logistics"], "the stored one, once"


def test_the_matched_letters_of_title_and_detail_are_carried():
    [found] = Finder(ITEMS, _nothing).find("loga scale")
    assert (found.title_marks, found.detail_marks) == ((0, 1, 2, 3), (14, 15, 16, 17, 18))

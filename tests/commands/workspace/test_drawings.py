"""``candledesk drawings``: files in and out, directly and through a running instance."""

import json
from functools import partial

import pytest

from candledesk.cache.runtime.writer import Writer
from candledesk.commands.workspace.drawings import run_drawings
from candledesk.domain.errors import DocumentError, InputError
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace

PLAIN = {"symbol": None, "interval": "1d", "as_json": False}
LINE = {
    "id": "a", "type": "trend_line", "symbol": "AAPL", "pane": "price",
    "points": [{"t": 1_700_000_000, "p": 187.25, "interval": "1h"}, {"t": 1_700_090_000, "p": 0.1, "interval": "1h"}],
    "basis": "raw", "style": {"color": "#ff0000"}, "text": "½", "visible": True, "locked": False, "intervals": None,
    "z": 4, "group": "", "by": "bot", "later": [1.5],
}  # fmt: skip
DOCUMENT = {
    "format": "candledesk.drawings/1",
    "drawings": [LINE, {**LINE, "id": "b", "type": "later", "symbol": "MSFT"}],
}
KLINECHART = [{"name": "horizontalStraightLine", "points": [{"timestamp": 1_700_000_000_000, "value": 5}]}]


@pytest.fixture
def run(context):
    """Return a function that runs an action with a workspace of the home."""

    def act(action, *given, **changes):
        return run_drawings(context.workspace(), action, [str(one) for one in given], **{**PLAIN, **changes})

    return act


def write(path, document):
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_what_was_exported_imported_into_an_empty_home_and_exported_again_is_the_same(run, tmp_path, context):
    assert run("import", write(tmp_path / "in.json", DOCUMENT)) == 0
    assert run("export", tmp_path / "one.json") == 0
    assert json.loads((tmp_path / "one.json").read_text("utf-8")) == DOCUMENT
    for drawing_id in "ab":
        context.workspace().delete_drawing(drawing_id).result()
    assert run("import", tmp_path / "one.json") == 0
    assert run("export", tmp_path / "two.json") == 0
    assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()


def test_an_export_is_byte_equal_after_an_import_into_an_empty_home(run, tmp_path):
    """Unknown types and fields, the chart and the order included."""
    rows = [*DOCUMENT["drawings"], {**LINE, "id": "c", "type": "text", "points": LINE["points"][:1], "chart": "c1"}]
    assert run("import", write(tmp_path / "in.json", {**DOCUMENT, "drawings": rows})) == 0
    assert run("export", tmp_path / "one.json") == 0
    user_data = UserData(tmp_path / "empty.db", partial(Writer, name="candledesk-user-data"))
    empty = Workspace(user_data)
    for action, file in (("import", "one.json"), ("export", "two.json")):
        assert run_drawings(empty, action, [str(tmp_path / file)], **PLAIN) == 0
    assert user_data.close(5)
    assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()
    assert b'"c1"' in (tmp_path / "two.json").read_bytes()


def test_one_symbol_is_exported_and_listed(run, tmp_path, capsys):
    run("import", write(tmp_path / "in.json", DOCUMENT))
    run("export", tmp_path / "out.json", symbol="msft")
    assert [row["id"] for row in json.loads((tmp_path / "out.json").read_text("utf-8"))["drawings"]] == ["b"]
    assert "2 drawings stored" in capsys.readouterr().out
    run("list", symbol="AAPL", as_json=True)
    assert json.loads(capsys.readouterr().out) == [
        {"id": "a", "symbol": "AAPL", "type": "trend_line", "from": "2023-11-14T22:13:20Z", "text": "½", "by": "bot"}
    ]


def test_drawings_of_another_chart_are_imported_for_a_symbol(run, tmp_path, context):
    run("import", write(tmp_path / "k.json", KLINECHART), symbol="aapl", interval="60m")
    (one,) = context.workspace().list_drawings().result()
    assert (one.symbol, one.type, one.points[0].interval) == ("AAPL", "horizontal_line", "1h")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(run, tmp_path, context):
    (tmp_path / "in.json").write_text(json.dumps(DOCUMENT), "utf-8-sig")
    assert run("import", tmp_path / "in.json") == 0
    assert len(context.workspace().list_drawings().result()) == 2


def test_drawings_without_a_symbol_are_refused_with_words_that_say_so(run, tmp_path):
    with pytest.raises(DocumentError, match=r"drawings\[0\].symbol is missing"):
        run("import", write(tmp_path / "k.json", KLINECHART))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "FILE"),
        ('{"format": "candledesk.drawings/7"}', "format"),
        (json.dumps(KLINECHART), "drawings[0].symbol"),
        ('{"format": "candledesk.drawings/1", "drawings": [{"type": "ray"}]}', "drawings[0].points"),
    ],
)
def test_what_is_no_file_of_drawings_is_refused_with_its_field(run, tmp_path, text, field):
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(DocumentError) as error:
        run("import", tmp_path / "x.json")
    assert error.value.field == field


def test_a_symbol_that_is_none_is_refused(run):
    with pytest.raises(InputError):
        run("list", symbol="A B")

"""``candledesk layout``: files in and out, directly and through a running instance."""

import json

import pytest

from candledesk.commands.workspace.layout import run_layout
from candledesk.domain.errors import DocumentError, InputError, NameTakenError, UnknownNameError

PLAIN = {"name": None, "replace": False, "as_json": False}
DAY = {
    "format": "candledesk.layout/1",
    "name": "Day ½",
    "charts": [{"symbol": "AAPL", "interval": "1d"}],
    "front": 0,
    "options": {"chart_type": "area", "has_grid": False},
}


@pytest.fixture
def run(context):
    """Return a function that runs an action with a workspace of the home."""

    def act(action, *given, **changes):
        return run_layout(context.workspace(), action, [str(one) for one in given], **{**PLAIN, **changes})

    return act


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "day.json"
    path.write_text(json.dumps(DAY), "utf-8")
    return path


def test_what_was_exported_is_what_was_imported(run, file, tmp_path, capsys):
    assert run("import", file) == 0
    assert run("export", "Day ½", tmp_path / "out.json") == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == DAY
    assert run("import", tmp_path / "out.json", name="Copy") == 0
    assert run("export", "Copy", tmp_path / "copy.json") == 0
    copy = (tmp_path / "copy.json").read_text("utf-8")
    assert copy == (tmp_path / "out.json").read_text("utf-8").replace("Day ½", "Copy")
    capsys.readouterr()
    assert run("list", as_json=True) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["Day ½", "Copy"]


def test_a_layout_of_that_name_is_replaced_only_when_asked(run, file):
    run("import", file)
    with pytest.raises(NameTakenError):
        run("import", file)
    assert run("import", file, replace=True) == 0


def test_layouts_are_renamed_and_deleted(context, run, file, capsys):
    run("import", file)
    run("rename", "Day ½", "Night")
    run("delete", "Night")
    assert capsys.readouterr().out.splitlines() == ["Day ½ stored", "Day ½ is Night now", "Night deleted"]
    assert context.workspace().list_layouts().result() == []
    with pytest.raises(UnknownNameError):
        run("export", "Night", "-")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("charts", "FILE"),
        ("[]", "FILE"),
        (json.dumps(DAY | {"options": {"a": "x" * 60_000}}), "FILE"),
        (json.dumps(DAY | {"front": 7}), "front"),
        (json.dumps({key: DAY[key] for key in ("format", "charts")}), "name"),
    ],
)
def test_what_is_no_layout_is_refused(run, tmp_path, text, field):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DocumentError) as refused:
        run("import", tmp_path / "bad.json")
    assert refused.value.field == field


def test_versions_are_listed_and_brought_back(run, file, capsys):
    run("import", file)
    file.write_text(json.dumps(DAY | {"charts": [{"symbol": "IBM", "interval": "1h"}]}), "utf-8")
    run("import", file, replace=True)
    capsys.readouterr()
    assert run("versions", "Day ½", as_json=True) == 0
    (version,) = json.loads(capsys.readouterr().out)
    assert version["charts"] == "AAPL 1d"
    assert run("restore", "Day ½", version["version"]) == 0
    assert "Day ½ is as in version" in capsys.readouterr().out
    run("versions", "Day ½", as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["charts"] == "IBM 1h"
    with pytest.raises(InputError):
        run("restore", "Day ½", "last")
    with pytest.raises(UnknownNameError):
        run("restore", "Day ½", 999)

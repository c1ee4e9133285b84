"""Renaming several files in one step."""

import json

import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store import replacing
from candledesk.store.market.database import create_or_open
from candledesk.store.replacing import PLAN, finish_replacing, replace_files

MOVES = [("a", "a.former"), ("a-log", "a.former-log"), ("a.new", "a")]


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "a-log", "a.new"):
        (tmp_path / name).write_text(name)
    return tmp_path


def _contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


WANTED = {"a": "a.new", "a.former": "a", "a.former-log": "a-log"}


def test_all_files_get_their_names(folder):
    replace_files(folder, MOVES)
    assert _contents(folder) == WANTED


@pytest.mark.parametrize("n_done", range(4))
def test_moves_that_were_interrupted_anywhere_are_finished(folder, n_done):
    (folder / PLAN).write_text(json.dumps(MOVES))
    for present, new in MOVES[:n_done]:
        (folder / present).rename(folder / new)
    assert finish_replacing(folder)
    assert _contents(folder) == WANTED
    assert not finish_replacing(folder)


def test_no_database_is_opened_or_made_meanwhile(tmp_path):
    (tmp_path / PLAN).write_text("[]")
    with pytest.raises(EnvironmentFaultError, match=r"restore in .* was interrupted: start CandleDesk once"):
        create_or_open(tmp_path / "candles.db")
    assert not (tmp_path / "candles.db").exists()


@pytest.mark.parametrize("text", ["", "[[1]]", '[["a", "../b"]]', '[["/etc/passwd", "b"]]', '{"a": "b"}'])
def test_a_damaged_plan_moves_nothing(folder, text):
    before = _contents(folder)
    (folder / PLAN).write_text(text)
    with pytest.raises(EnvironmentFaultError, match="is damaged: move it away"):
        finish_replacing(folder)
    assert _contents(folder) == {**before, PLAN: text}


def test_a_plan_that_cannot_be_written_replaces_nothing(folder, monkeypatch):
    before = _contents(folder)

    def refuse(_folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replacing, "sync_folder", refuse)
    with pytest.raises(EnvironmentFaultError, match="No space left on device; nothing was replaced"):
        replace_files(folder, MOVES)
    monkeypatch.undo()
    assert _contents(folder) == before
    assert not finish_replacing(folder)

"""Nobody but its owner can read a home, also one that an earlier version made."""

import os
import stat
import sys
from pathlib import Path

import pytest

from candledesk.app import Application
from candledesk.paths import open_home
from candledesk.private_files import make_private
from candledesk.settings import load_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the permissions of other users are POSIX's")


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def home(tmp_path, usual_umask):
    """A home as an earlier version made it, with a file and a folder that a person put there."""
    made = tmp_path / "home"
    made.mkdir(mode=0o755)
    for name in ("candles.db", "candles.db-wal", "user.db", "candledesk.log.1", "window.ini", "instance.lock", "a.sh"):
        (made / name).touch(0o755 if name == "a.sh" else 0o644)
    (made / "backups").mkdir(mode=0o755)
    return made


def test_a_home_of_before_is_tightened_and_what_a_person_put_there_is_left(home):
    open_home(str(home))
    assert mode_of(home) == 0o700
    modes = {path.name: mode_of(path) for path in home.iterdir()}
    assert (modes.pop("a.sh"), modes.pop("backups")) == (0o755, 0o755)
    assert not {name: mode for name, mode in modes.items() if mode != 0o600}


def test_a_home_that_its_owner_may_only_read_stays_so(home):
    home.chmod(0o555)
    (home / "candles.db").chmod(0o444)
    make_private(home)
    assert (mode_of(home), mode_of(home / "candles.db")) == (0o500, 0o400)
    home.chmod(0o700)


def test_an_empty_folder_becomes_a_private_home(tmp_path, usual_umask):
    (tmp_path / "new").mkdir(mode=0o755)
    open_home(str(tmp_path / "new"))
    assert mode_of(tmp_path / "new") == 0o700


def test_folders_that_may_be_meant_for_more_are_left(home, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setenv("HOME", str(home))
        open_home(str(home))
    assert mode_of(home) == 0o755
    home.chmod(0o1777)
    open_home(str(home))
    assert mode_of(home) == 0o1777
    other = tmp_path / "documents"
    other.mkdir(mode=0o755)
    (other / "letter.txt").touch()
    open_home(str(other))
    assert mode_of(other) == 0o755


def test_links_are_not_followed(home, tmp_path):
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.touch(0o644)
    (home / "link.json").symlink_to(elsewhere)
    open_home(str(home))
    assert mode_of(elsewhere) == 0o644


def test_every_file_of_a_new_home_is_private(tmp_path, usual_umask):
    application = Application(load_settings(None, home=str(tmp_path / "home"), yahoo_url="http://127.0.0.1:9"))
    application.start_web()
    application.user_data.read(lambda _connection: None).result(10)
    files = [path for path in Path(application.paths.home).rglob("*") if path.is_file()]
    modes = {path.name: mode_of(path) for path in files}
    application.close()
    assert {"candles.db", "candles.db-wal", "user.db", "candledesk.log", "endpoint.json"} <= modes.keys()
    assert not {name: mode for name, mode in modes.items() if mode != 0o600}
    assert mode_of(application.paths.home) == 0o700


def test_the_home_of_the_demo_market_lies_in_a_private_folder(tmp_path, usual_umask):
    made = open_home(str(tmp_path / "home"), demo=True).home
    assert [mode_of(one) for one in (made, made.parent)] == [0o700, 0o700]

"""A log that does not suit its file is set aside by a repair, and the file alone is used."""

import shutil
from contextlib import closing

import pytest

from candledesk.domain.progress import ignore_progress
from candledesk.store.market.database import connect_reader, connect_writer, transaction
from candledesk.store.market.integrity.check import check_market
from candledesk.store.market.integrity.salvage import salvage_market
from candledesk.store.market.integrity.unfitting_log import check_without_log
from tests.store.market.integrity.test_salvage import BARS, NOW, fill

KEPT = "candles.db.damaged-20270115T080000Z-wal"
N_BARS = 2 * len(BARS[0]) + len(BARS[1])


@pytest.fixture
def path(tmp_path):
    """A copy with other page numbers than the database whose log is beside it, as after a backup was copied over it."""
    path, left, copy = tmp_path / "candles.db", tmp_path / "left", tmp_path / "copy.db"
    fill(path)
    with closing(connect_writer(path)) as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        writer.execute("VACUUM INTO ?", (str(copy),))
        with transaction(writer):
            writer.execute("UPDATE candle SET volume = volume + 1")
            writer.execute("DELETE FROM coverage")
        shutil.copyfile(f"{path}-wal", left)
    copy.replace(path)
    left.rename(f"{path}-wal")
    return path


def test_the_file_alone_is_whole_and_the_log_is_kept(path):
    before = path.read_bytes()
    saved = salvage_market(path, NOW)
    assert saved.is_log_only
    assert (saved.kept, saved.kept.name) == (path.with_name(KEPT), KEPT)
    assert saved.kept.exists()
    assert path.read_bytes() == before
    with closing(connect_reader(path)) as reader:
        check = check_market(reader)
    assert check.is_good
    assert check.n_bars == N_BARS


def test_a_file_that_is_damaged_by_itself_is_not_taken_for_whole(path):
    data = bytearray(path.read_bytes())
    data[5 * 8192 : 6 * 8192] = bytes(8192)
    path.write_bytes(data)
    assert check_without_log(path, ignore_progress) is None


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_file_without_a_log_is_not_checked_without_it(path, is_empty):
    log = path.with_name("candles.db-wal")
    log.write_bytes(b"") if is_empty else log.unlink()
    assert check_without_log(path, ignore_progress) is None


def test_what_is_not_a_database_is_not_taken_for_whole(path):
    path.write_bytes(b"x" * 8192)
    assert check_without_log(path, ignore_progress) is None

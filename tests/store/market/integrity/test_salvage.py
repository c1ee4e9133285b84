"""A damaged candle database is saved into a new file: every bar in it is true, and a bar that is lost is a gap.

The damage is to single pages and bits, to the end of the file and to its log; the process is killed at every step.
"""

import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
from contextlib import closing

import pytest

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import migrations
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.chunks.decoded import decoded_chunks
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import PAGE_SIZE, connect_reader, connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import list_series, series_id, write_instrument
from candledesk.store.market.integrity.check import check_market
from candledesk.store.market.integrity.salvage import salvage_market
from candledesk.store.replacing import finish_replacing
from tests.store.market.chunks.samples import session_bars
from tests.store.market.conftest import insert_old_series
from tests.store.market.older_versions import write_as_before_checksums

NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC
KEPT = "candles.db.damaged-20270115T080000Z"
EVER = Span(-(2**40), 2**40)
BARS = [session_bars(3_000, seed) for seed in range(2)]
PLACES = [("AAA", "1m"), ("AAA", "5m"), ("BBB", "1m"), ("BBB", "5m")]
FILLED = PLACES[:3]  # the last one is written into a log
ROOT = "SELECT rootpage FROM sqlite_schema WHERE name = ?"


def claim(bars):
    return Coverage(Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 60), CoverageState.HAVE, 7)


def fill(path):
    """Store three series and what is known of them; bars and rows are true to ``BARS``."""
    create_or_open(path)
    with closing(connect_writer(path)) as writer, transaction(writer):
        for place, (symbol, interval) in enumerate(FILLED):
            instrument = Instrument(symbol, "NMS", "EQUITY", "America/New_York", "USD", 2, None)
            write_instrument(writer, instrument, "XNYS", "XNYS", 0)
            number = series_id(writer, symbol, INTERVALS[interval], create=True)
            write_bars(writer, number, BARS[place // 2])
            write_coverage(writer, number, [claim(BARS[place // 2])])


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The bytes of a whole file, and the root page of each table."""
    path = tmp_path_factory.mktemp("whole") / "candles.db"
    fill(path)
    with closing(sqlite3.connect(path)) as conn:
        roots = dict(conn.execute("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").fetchall())
    return path.read_bytes(), roots


@pytest.fixture
def path(tmp_path):
    decoded_chunks.clear()
    return tmp_path / "candles.db"


def without_page(data, number):
    return data[: (number - 1) * PAGE_SIZE] + bytes(PAGE_SIZE) + data[number * PAGE_SIZE :]


def require_truth(path):
    """Every stored bar is true, and coverage claims none that is missing; return how many there are."""
    n_bars = 0
    with closing(connect_reader(path)) as conn:
        assert check_market(conn).is_good
        for number, symbol, interval in list_series(conn):
            truth, found = BARS[PLACES.index((symbol, interval)) // 2], read_bars(conn, number, EVER)
            at = {time: place for place, time in enumerate(truth.open_time.tolist())}
            kept = [at[time] for time in found.open_time.tolist()]
            assert found.equals(truth.take(kept))
            claims = [one.span for one in read_coverage(conn, number) if one.state is CoverageState.HAVE]
            missing = set(at) - set(found.open_time.tolist())
            assert not any(span.start <= time < span.end for span in claims for time in missing)
            n_bars += len(found)
    return n_bars


WHOLE = sum(len(BARS[place // 2]) for place in range(len(FILLED)))


def test_a_whole_file_is_copied_bar_by_bar(path, image):
    path.write_bytes(image[0])
    saved = salvage_market(path, NOW)
    assert (require_truth(path), saved.check.n_bars) == (WHOLE, WHOLE)
    assert (path.with_name(KEPT).read_bytes(), saved.kept.name) == (image[0], KEPT)
    assert all(not one.lost and not one.n_from_rows and not one.n_from_chunks for one in saved.series)
    assert sorted(file.name for file in path.parent.iterdir()) == ["candles.db", KEPT]
    assert path.stat().st_mode & 0o077 == 0


def test_no_single_page_costs_a_bar(path, image):
    """The root page of every table and index, and every eighth page of the rest."""
    data, roots = image
    pages = {1, *range(max(roots.values()), len(data) // PAGE_SIZE + 1, 8), *roots.values()}
    for number in sorted(pages):
        decoded_chunks.clear()
        shutil.rmtree(path.parent)
        path.parent.mkdir()
        path.write_bytes(without_page(data, number))
        salvage_market(path, NOW)
        assert require_truth(path) == WHOLE, number


@pytest.mark.parametrize("seed", range(20))
def test_no_flipped_bit_of_the_file_costs_a_bar(path, image, seed):
    rng = random.Random(seed)
    data = bytearray(image[0])
    first = rng.choice([0, rng.randrange(len(data) // PAGE_SIZE)]) * PAGE_SIZE  # the first page in half of the trials
    data[first + rng.randrange(PAGE_SIZE)] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    salvage_market(path, NOW)
    assert require_truth(path) == WHOLE


@pytest.mark.parametrize("seed", range(12))
def test_of_many_damaged_bytes_and_pages_no_bar_is_untrue(path, image, seed):
    rng = random.Random(seed)
    data = bytearray(image[0])
    for _ in range(rng.randrange(2, 40)):
        at = rng.randrange(len(data))
        data[at : at + 8] = rng.randbytes(len(data[at : at + 8]))
    for _ in range(rng.randrange(4)):
        data[:] = without_page(bytes(data), rng.randrange(40, len(data) // PAGE_SIZE) + 1)
    path.write_bytes(data)
    saved = salvage_market(path, NOW)
    assert require_truth(path) == saved.check.n_bars
    assert saved.check.n_bars + sum(one.n_lost for one in saved.series) <= WHOLE


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9, 0.999])
def test_of_a_truncated_file_the_beginning_is_saved(path, image, share):
    path.write_bytes(image[0][: int(len(image[0]) * share)])
    saved = salvage_market(path, NOW)
    n_bars = require_truth(path)
    assert 0.5 * (share - 0.3) * WHOLE <= n_bars <= WHOLE  # the first third are the tables' first pages
    assert (n_bars == WHOLE) == all(not one.lost for one in saved.series)


def test_bars_of_a_series_whose_name_nothing_proves_are_counted_and_stay_in_the_damaged_file(path, image):
    path.write_bytes(without_page(image[0], image[1]["sqlite_autoindex_chunk_1"]))
    with closing(sqlite3.connect(path)) as conn, conn:
        for place, table in enumerate(("instrument", "instrument_second", "instrument_third")):
            conn.execute(f"UPDATE {table} SET currency = ? WHERE symbol = 'BBB'", (f"X{place}",))
    damaged = path.read_bytes()
    saved = salvage_market(path, NOW)
    assert saved.has_lost
    assert saved.n_nameless > len(BARS[1])
    assert require_truth(path) == 2 * len(BARS[0])
    assert path.with_name(KEPT).read_bytes() == damaged


@pytest.mark.parametrize("data", [b"", b"x", b"nonsense" * 10_000, bytes(50 * PAGE_SIZE)])
def test_a_file_without_a_row_is_left_as_it_is(path, data):
    path.write_bytes(data)
    with pytest.raises(EnvironmentFaultError, match=r"Nothing of CandleDesk can be read .* backup"):
        salvage_market(path, NOW)
    assert [file.name for file in path.parent.iterdir()] == ["candles.db"]
    assert path.read_bytes() == data


@pytest.fixture
def killed(path):
    """A file and its log as a killed process leaves them: the bars of the last series are in the log only."""
    live = path.with_name("live.db")
    fill(live)
    with closing(connect_writer(live)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        for place in range(1_000, 3_000, 500):
            with transaction(writer):
                number = series_id(writer, "BBB", INTERVALS["5m"], create=True)
                write_bars(writer, number, BARS[1].take(slice(place - 1_000, place)))
                write_coverage(writer, number, [claim(BARS[1].take(slice(place - 1_000, place)))])
        for suffix in ("", "-wal"):
            path.with_name(path.name + suffix).write_bytes(live.with_name(live.name + suffix).read_bytes())
    for suffix in ("", "-wal", "-shm"):
        live.with_name(live.name + suffix).unlink(missing_ok=True)
    return path


def test_the_log_is_saved_with_its_file(killed):
    log = killed.with_name("candles.db-wal").read_bytes()
    salvage_market(killed, NOW)
    assert require_truth(killed) == WHOLE + 2_500
    assert killed.with_name(f"{KEPT}-wal").read_bytes() == log
    assert sorted(file.name for file in killed.parent.iterdir()) == ["candles.db", KEPT, f"{KEPT}-wal"]


@pytest.mark.parametrize("seed", range(12))
def test_damage_of_the_log_never_makes_a_bar_untrue(killed, seed):
    rng = random.Random(seed)
    log = killed.with_name("candles.db-wal")
    data = bytearray(log.read_bytes())
    for _ in range(rng.randrange(1, 4)):
        at = rng.choice([rng.randrange(32), rng.randrange(len(data))])
        data[at] ^= 1 << rng.randrange(8)
    log.write_bytes(data[: rng.choice([len(data), rng.randrange(len(data))])])
    salvage_market(killed, NOW)
    assert require_truth(killed) >= WHOLE


def test_the_log_of_another_file_is_left_out(killed, tmp_path):
    """As when a backup was copied over the database by hand, and the log of the former one stayed."""
    log = killed.with_name("candles.db-wal").read_bytes()
    shutil.rmtree(killed.parent)
    killed.parent.mkdir()
    fill_other(killed)
    truth = killed.read_bytes()
    killed.with_name("candles.db-wal").write_bytes(log)
    saved = salvage_market(killed, NOW)
    assert (saved.has_log, saved.check.n_bars) == (False, len(BARS[0]))
    assert (killed.with_name(KEPT).read_bytes(), killed.with_name(f"{KEPT}-wal").read_bytes()) == (truth, log)
    assert require_truth(killed) == len(BARS[0])


def fill_other(path):
    """Make a database with one of the series, whose pages are other ones than in ``fill``."""
    create_or_open(path)
    with closing(connect_writer(path)) as writer, transaction(writer):
        write_instrument(writer, Instrument("AAA", "NMS", "EQUITY", "America/New_York", "USD", 2, None), "XNYS", "", 0)
        number = series_id(writer, "AAA", INTERVALS["1m"], create=True)
        write_bars(writer, number, BARS[0])
        write_coverage(writer, number, [claim(BARS[0])])


def run_until(step, run):
    """Run in a child process that is killed at its ``step``-th change of a file; return whether it came that far."""
    child = os.fork()
    if child == 0:
        n_seen = 0

        def watch(event, arguments):
            nonlocal n_seen
            if event in {"os.rename", "os.remove", "open", "sqlite3.connect"}:
                n_seen += 1
                if n_seen == step:
                    os._exit(9)

        try:
            sys.addaudithook(watch)
            run()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 9}
    return code == 9


def test_a_process_that_is_killed_loses_nothing(killed):
    """Killed before each opening, renaming and removing of a file in turn; then the next run, as the doctor does it."""
    kept = {suffix: killed.with_name(killed.name + suffix).read_bytes() for suffix in ("", "-wal")}
    kept[""] = without_page(kept[""], 1)
    step, is_killed = 0, True
    while is_killed:
        step += 1
        shutil.rmtree(killed.parent)
        killed.parent.mkdir()
        for suffix, data in kept.items():
            killed.with_name(killed.name + suffix).write_bytes(data)
        is_killed = run_until(step, lambda: salvage_market(killed, NOW))
        assert kept[""] in {file.read_bytes() for file in killed.parent.iterdir()}
        assert kept["-wal"] in {file.read_bytes() for file in killed.parent.iterdir()}
        if not finish_replacing(killed.parent) and is_killed and not killed.with_name(KEPT).exists():
            salvage_market(killed, NOW)
        decoded_chunks.clear()
        assert require_truth(killed) == WHOLE + 2_500, step
        names = {file.name for file in killed.parent.iterdir()} - {"candles.db-shm", "candles.db-wal"}
        assert names == {"candles.db", KEPT, f"{KEPT}-wal"}, step
    assert step > 10


@pytest.mark.parametrize("version", [1, 6, 9, 10])
@pytest.mark.parametrize("table", ["sqlite_schema", "candle", "chunk", "series"])
def test_a_damaged_file_of_an_older_version_is_saved_and_migrated(path, monkeypatch, version, table):
    """The series has one row in a version without copies, so that its page is not damaged but that of its index is."""
    whole = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", whole[:version])
    create_or_open(path)
    with closing(connect_writer(path)) as conn, transaction(conn):
        number = insert_old_series(conn, INTERVALS["1m"])
        write_as_before_checksums(conn, number, BARS[0])
    with closing(sqlite3.connect(path)) as conn:
        name = table.replace("series", "idx_series_instrument_id_interval")
        (root,) = conn.execute(ROOT, (name,)).fetchone() or (1,)
    path.write_bytes(without_page(path.read_bytes(), root))
    monkeypatch.setattr(migrations, "MIGRATIONS", whole)
    saved = salvage_market(path, NOW)
    assert not any(one.lost for one in saved.series)
    with closing(connect_reader(path)) as conn:
        assert read_bars(conn, number, EVER).equals(BARS[0])
        assert conn.execute("PRAGMA user_version").fetchone() == (len(whole),)
        assert check_market(conn).is_good


def test_without_room_nothing_is_changed(path, image, monkeypatch):
    path.write_bytes(without_page(image[0], 1))
    before = path.read_bytes()
    usage = shutil.disk_usage(path.parent)._replace(free=len(before) // 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(EnvironmentFaultError, match=r"no room .* MB are needed, .* MB are free; nothing was changed"):
        salvage_market(path, NOW)
    assert [file.name for file in path.parent.iterdir()] == ["candles.db"]
    assert path.read_bytes() == before


def test_two_files_of_one_second_are_both_kept(path, image):
    damaged = [without_page(image[0], number) for number in (1, image[1]["candle"])]
    for data in damaged:
        path.write_bytes(data)
        salvage_market(path, NOW)
    assert [path.with_name(KEPT + suffix).read_bytes() for suffix in ("", "-2")] == damaged


def test_a_disk_that_fills_up_meanwhile_leaves_the_damaged_file(path, image):
    """The limit of the size of a file makes the write fail, in a process of its own."""
    path.write_bytes(without_page(image[0], 1))
    before = path.read_bytes()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, resource.RLIM_INFINITY))
        code = 1
        try:
            salvage_market(path, NOW)
        except EnvironmentFaultError:
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [file.name for file in path.parent.iterdir()] == ["candles.db"]
    assert path.read_bytes() == before
    salvage_market(path, NOW)
    assert require_truth(path) == WHOLE

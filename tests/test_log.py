"""The log: floods become a line a minute with a count, and a file that cannot be written ends nothing."""

import logging

import pytest

from candledesk.log import N_ALIKE, PERIOD_S, FloodGate, LogFile


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gate(clock):
    return FloodGate(clock)


def record(text, *arguments, level=logging.ERROR, line=1, error=None):
    info = None if error is None else (type(error), error, None)
    return logging.LogRecord("asyncio", level, "a.py", line, text, arguments, info)


def test_the_same_record_is_written_once_a_minute_with_the_number_of_the_others(gate, clock):
    said = []
    for _ in range(3):
        said += [gate.admit(record("accept failed", error=OSError(24, "Too many open files"))) for _ in range(1_000)]
        clock.now += PERIOD_S
    assert [text for text in said if text is not None] == [
        "",
        " (999 more of these since the last one)",
        " (999 more of these since the last one)",
    ]


def test_records_of_one_line_of_code_are_limited_whatever_they_name(gate, clock):
    said = [gate.admit(record("A request to %s failed.", f"/{number}")) for number in range(500)]
    assert len([text for text in said if text is not None]) == N_ALIKE
    clock.now += PERIOD_S
    assert gate.admit(record("A request to %s failed.", "/x")) == f" ({500 - N_ALIKE} more of these since the last one)"


def test_different_news_is_never_dropped(gate):
    said = [gate.admit(record("%s is stored", number, level=logging.INFO)) for number in range(500)]
    assert said == [""] * 500
    assert gate.admit(record("failed", error=OSError(1, "a"))) == ""
    assert gate.admit(record("failed", error=OSError(2, "b"))) == ""
    assert gate.admit(record("failed", line=2)) == ""


def test_a_flood_of_ever_new_records_needs_no_memory(gate):
    for number in range(10_000):
        gate.admit(record("%s", number, level=logging.INFO))
    assert len(gate._kinds) <= 1_000


@pytest.fixture
def file(tmp_path):
    made = LogFile(tmp_path / "candledesk.log")
    yield made
    made.close()


def test_a_log_that_was_removed_is_begun_again(file, tmp_path):
    file.emit(record("one"))
    (tmp_path / "candledesk.log").unlink()
    file.emit(record("two"))
    assert (tmp_path / "candledesk.log").read_text() == "two\n"


def test_a_log_that_cannot_be_written_is_reported_once(file, tmp_path, capsys):
    path = tmp_path / "candledesk.log"
    path.mkdir()
    file.emit(record("one"))
    file.emit(record("two"))
    assert capsys.readouterr().err == f"candledesk: Cannot write the log {path}: Is a directory\n"
    path.rmdir()
    file.emit(record("three"))
    assert path.read_text() == "three\n"
    assert capsys.readouterr().err == ""

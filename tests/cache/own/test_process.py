"""Files of own indicators that fail or misbehave: each ends in a sentence with the line, and its process with it."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from candledesk.cache.own.frames import MAX_JSON, FrameError, lengths, pack, read_document
from candledesk.cache.own.process import OwnProcess, StoppedError
from candledesk.domain.bars import Bars
from candledesk.domain.errors import OwnIndicatorError
from tests.cache.conftest import wait_until

N = 500
LIMIT_S = 20.0  # of files that end by themselves
SHORT_S = 0.6  # of those that hang
HEAD = 'TITLE = "t"\nOUTPUTS = ("value",)\ndef compute(bars, params):\n'


def bars():
    line = np.linspace(10, 20, N)
    return Bars(np.arange(N, dtype=np.int64) * 60, line + 1, line + 2, line - 1, line.copy(), line * 100)


@pytest.fixture
def start(tmp_path):
    """Return a function that starts the process of a text; all are closed at the end."""
    started = []

    def start(text, limit_s=LIMIT_S):
        process = OwnProcess(str(tmp_path / "foo.py"), text.encode(), limit_s)
        started.append(process)
        return process

    yield start
    for process in started:
        process.close()


def body(*lines):
    return HEAD + "".join(f"    {line}\n" for line in lines)


def run(process, params=None, outputs=("value",)):
    process.load()
    return process.compute(outputs, params or {}, bars())


def refusal(process):
    with pytest.raises(OwnIndicatorError) as caught:
        run(process)
    return str(caught.value)


def test_values_come_back_as_they_were_computed(start):
    text = body('return {"value": bars.close * params["by"], "other": bars.volume - bars.open_time}')
    one, other = run(start(text), {"by": 3.5}, ("value", "other"))
    np.testing.assert_array_equal(one, bars().close * 3.5)
    np.testing.assert_array_equal(other, bars().volume - bars().open_time)


def test_a_process_answers_again_and_again_and_after_an_error(start):
    process = start(body("assert params", 'return {"value": bars.close}'))
    with pytest.raises(OwnIndicatorError, match="line 4: AssertionError"):
        run(process)
    pid = process._process.pid
    for _ in range(3):
        (line,) = process.compute(("value",), {"by": 1}, bars())
        np.testing.assert_array_equal(line, bars().close)
    assert process._process.pid == pid


def test_the_declaration_is_read_in_the_process(start):
    text = 'import os\nTITLE = f"at {os.getpid()}"\nPARAMS = {"n": (3, 1, 9)}\n' + body("pass")
    declared = start(text).load()
    assert declared["PARAMS"] == {"n": [3, 1, 9]}
    assert declared["OUTPUTS"] == ["value"]
    assert str(os.getpid()) not in declared["TITLE"]


def test_no_number_is_no_value_and_whole_numbers_are_numbers(start):
    (line,) = run(start(body("x = bars.close.copy()", "x[:3] = float('inf'), float('nan'), 1", 'return {"value": x}')))
    assert np.isnan(line[:2]).all()
    assert line[2] == 1
    (line,) = run(start(body('return {"value": [True] * len(bars)}')))
    assert line.tolist() == [1.0] * N


FAILING = {
    "an exception": (["1 / 0"], 4, "ZeroDivisionError"),
    "an exception below a helper": (["def f():", "    raise ValueError('no')", "f()"], 5, "ValueError: no"),
    "a huge allocation": (["import numpy as np", "np.zeros(10**12)"], 5, "MemoryError"),
    "memory bit by bit": (["x = []", "while True: x.append(bytes(10**7))"], 5, "MemoryError"),
    "too short": (['return {"value": bars.close[1:]}'], 3, f"{N} numbers"),
    "another shape": (['return {"value": [[1.0] * len(bars)]}'], 3, f"{N} numbers"),
    "texts": (['return {"value": ["x"] * len(bars)}'], 3, "ValueError"),
    "no dict": (["return bars.close"], 3, "dict of arrays"),
    "nothing": (["pass"], 3, "dict of arrays"),
    "another name": (['return {"values": bars.close}'], 3, "'value'"),
    "writing in the bars": (["bars.close[0] = 1"], 4, "read-only"),
    "the end of the process": (["import os", "os._exit(0)"], 5, "may not end its process"),
    "exit": (["raise SystemExit(3)"], 4, "SystemExit"),
    "a fork": (["import os", "os.fork()"], 5, "os.fork"),
    "a program": (["import subprocess", "subprocess.run(['true'])"], 5, "may not use"),
    "the network": (["import socket", "socket.create_connection(('127.0.0.1', 9))"], 5, "socket"),
    "writing a file": (["open('written', 'w')"], 4, "writing"),
    "a signal": (["import os", "os.kill(os.getppid(), 15)"], 5, "os.kill"),
    "reading stdin": (["input()"], 4, "EOFError"),
}


@pytest.mark.parametrize("case", FAILING)
def test_what_fails_is_shown_with_its_line(start, case):
    lines, line, text = FAILING[case]
    shown = refusal(start(body(*lines)))
    assert shown.startswith(f"foo.py, line {line}: ")
    assert text in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("TITLE = 'x'\ndef compute(:\n    pass\n", "line 2: SyntaxError"),
        ("import nothing_of_this_name\n", "line 1: ModuleNotFoundError"),
        ("TITLE = 'x'\n\n\n1 / 0\n", "line 4: ZeroDivisionError"),
        ("TITLE = 'x'\n", "compute(bars, params) is missing"),
        ("x = 1\n" * 3 + "\0", "SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_shown_with_its_line(start, text, shown):
    with pytest.raises(OwnIndicatorError, match=r"foo\.py, line") as caught:
        start(text).load()
    assert shown in str(caught.value)


HANGING = {
    "an endless loop": ["while True: pass"],
    "a loop that catches everything": [
        "while True:",
        "    try:",
        "        while True: pass",
        "    except BaseException: pass",
    ],
    "a sleep": ["import time", "time.sleep(60)"],
    "one long step": ["10 ** (10 ** 9)"],
}


@pytest.mark.parametrize("case", HANGING)
def test_what_takes_too_long_is_stopped_with_its_line(start, case):
    process = start(body(*HANGING[case]), SHORT_S)
    process.load()
    began = time.monotonic()
    with pytest.raises(StoppedError, match=r"foo\.py, line [4-7]: stopped"):
        process.compute(("value",), {}, bars())
    assert time.monotonic() - began < SHORT_S + 5  # on a loaded machine


def test_a_file_that_hangs_while_it_is_loaded_is_stopped(start):
    with pytest.raises(StoppedError, match=r"foo\.py, line 2: stopped"):
        start("x = 1\nwhile True: pass\n", SHORT_S).load()


def test_prints_are_logged_and_change_nothing(start, caplog):
    caplog.set_level("INFO")
    (line,) = run(
        start(body("print('hello\\x1b[2J')", "import os", "os.write(1, b'\\xff' * 10)", 'return {"value": bars.close}'))
    )
    np.testing.assert_array_equal(line, bars().close)
    assert "foo.py printed: hello" in caplog.text


def test_a_flood_of_prints_is_no_more_than_fifty_lines_of_the_log(start, caplog):
    caplog.set_level("INFO")
    process = start(body("for n in range(100_000): print(n)", 'return {"value": bars.close}'))
    assert len(run(process)[0]) == N
    assert caplog.text.count("printed:") == 50


@pytest.mark.parametrize(
    "written",
    [
        b"\xff" * 64,
        b"\x00" * 64,
        b"\x00\x00\x00\x02\x00\x00\x00\x00[]",
        pack({"ok": True}, b"12345678"),
        pack({"error": 3}),
    ],
)
def test_what_is_no_answer_is_refused_whatever_a_file_writes_on_the_pipe(start, written):
    search = [
        "import os",
        "for one in range(3, 64):",
        "    try:",
        f"        os.write(one, {written!r})",
        "    except OSError: pass",
    ]
    with pytest.raises(StoppedError, match="did not answer as an indicator does"):
        run(start(body(*search, 'return {"value": bars.close}')))


def test_a_killed_process_is_shown_as_such_and_leaves_nothing_behind(start):
    process = start(body('return {"value": bars.close}'))
    run(process)
    pid = process._process.pid
    process.kill()
    with pytest.raises(StoppedError, match="its process ended"):
        process.compute(("value",), {}, bars())
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def test_a_file_knows_nothing_of_the_environment(start, monkeypatch):
    monkeypatch.setenv("CANDLEDESK_SECRET", "1")
    text = body("import os", "assert not [n for n in os.environ if 'CANDLEDESK' in n]", 'return {"value": bars.close}')
    assert len(run(start(text))[0]) == N


def test_messages_longer_than_expected_and_no_objects_are_refused():
    for head in (pack({}, b"12345678")[:8], (MAX_JSON + 1).to_bytes(4, "big") + bytes(4)):
        with pytest.raises(FrameError):
            lengths(head, 7)
    for text in (b"[]", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(FrameError):
            read_document(text)

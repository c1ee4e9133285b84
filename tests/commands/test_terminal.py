"""What is printed and logged has no control characters, whatever a provider or a user wrote."""

import logging

import pytest

from candledesk.cache.messages import Gap
from candledesk.commands import entry
from candledesk.commands.exit_codes import EXIT_USAGE
from candledesk.commands.printing import gap_line, print_table
from candledesk.domain.span import Span
from candledesk.log import Log

HOSTILE = "a\x1b[31mb\x07\u202ec\r\nd\x9b"


def _fail():
    raise ValueError(HOSTILE)


def is_tame(text):
    return all(char.isprintable() or char == "\n" for char in text)


def test_a_table_has_one_line_a_row(capsys):
    print_table([{"symbol": "AAPL", "reason": HOSTILE}], as_json=False)
    out = capsys.readouterr().out
    assert is_tame(out)
    assert out.splitlines() == ["symbol  reason", "AAPL    a[31mbc d"]
    print_table([{"symbol": "AAPL", "reason": HOSTILE}], as_json=True)
    assert is_tame(capsys.readouterr().out)


def test_a_gap_names_its_reason_without_control_characters():
    assert is_tame(gap_line(Gap(Span(0, 60), HOSTILE)))


@pytest.mark.parametrize(
    "arguments",
    [
        ["candles", HOSTILE, "1d"],
        ["candles", "AAPL", HOSTILE],
        ["candles", "AAPL", "1d", f"--{HOSTILE}"],
        ["candles", "AAPL", "1d", "--from", HOSTILE],
        ["candles", "AAPL", "1d", HOSTILE],
        ["import", f"{HOSTILE}.csv", "--symbol", "A", "--interval", "1d"],
        [HOSTILE, "--port", HOSTILE],
    ],
)
def test_what_a_user_typed_is_named_without_control_characters(tmp_path, capsys, monkeypatch, arguments):
    monkeypatch.setenv("CANDLEDESK_HOME", str(tmp_path))
    assert entry._run(arguments) == EXIT_USAGE
    err = capsys.readouterr().err
    assert err
    assert is_tame(err)


def test_the_log_has_one_tame_line_a_message(tmp_path):
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    path = tmp_path / "candledesk.log"
    log = Log(path, "info")
    try:
        logging.getLogger("test").info("%s said %s", "Yahoo", HOSTILE)
        try:
            _fail()
        except ValueError:
            logging.getLogger("test").info("caught", exc_info=True)
    finally:
        log.stop()
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
        root.setLevel(level)
    text = path.read_text(encoding="utf-8")
    assert is_tame(text)
    assert text.splitlines()[0].endswith("Yahoo said a[31mbc d")
    assert "Traceback" in text
    assert "raise ValueError(HOSTILE)" in text

"""``candledesk snapshot`` as a user runs it: one process, no display, one file."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from candledesk.commands.snapshot import parse_size
from candledesk.demo import DemoMarket
from candledesk.domain.errors import InputError
from tests.commands.messages import without_waits

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    bare = {"HOME", "PATH", "PYTHONPATH", "LANG", "TMPDIR"}  # no display and no Qt platform
    environment = {key: value for key, value in os.environ.items() if key in bare}
    with DemoMarket() as market:

        def snapshot(*arguments, command="snapshot"):
            call = [sys.executable, "-m", "candledesk", command, *arguments]
            environment["CANDLEDESK_YAHOO_URL"] = market.url
            done = subprocess.run(
                [*call, "--home", str(home)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
                check=False,
            )  # fmt: skip
            done.stderr = without_waits(done.stderr)
            return done

        yield snapshot


def test_a_chart_is_drawn_without_a_display_and_again_offline(run, tmp_path):
    for file, offline in (("a.png", []), ("b.svg", ["--offline"])):
        done = run("MSFT", "1d", "-o", str(tmp_path / file), "--size", "640x400", *offline)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.search(r"MSFT 1d, (79|80) bars, 640x400", done.stdout), "today's session may not have begun"
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "Yahoo Finance" in (tmp_path / "b.svg").read_text()


def test_indicators_are_drawn_into_the_picture(run, tmp_path):
    plain, drawn = tmp_path / "plain.svg", tmp_path / "drawn.svg"
    assert run("MSFT", "1d", "-o", str(plain)).returncode == 0
    done = run("MSFT", "1d", "-o", str(drawn), "--indicator", "rsi:length=7", "--indicator", "bollinger")
    assert (done.returncode, done.stderr) == (0, "")
    assert "RSI 7 close" in drawn.read_text()
    assert "BB 20 close 2" in drawn.read_text()
    assert "RSI" not in plain.read_text()


def test_drawings_are_in_the_picture(run, tmp_path):
    point = {"t": int(time.time()) - 20 * 86_400, "p": None, "interval": "1d"}
    row = {"type": "vertical_line", "symbol": "MSFT", "points": [point], "text": "Earnings <b>"}
    file = tmp_path / "in.json"
    file.write_text(json.dumps({"format": "candledesk.drawings/1", "drawings": [row]}), "utf-8")
    assert run("import", str(file), command="drawings").returncode == 0
    done = run("MSFT", "1d", "-o", str(tmp_path / "drawn.svg"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Earnings &lt;b>" in (tmp_path / "drawn.svg").read_text().replace("&gt;", ">")


def test_other_symbols_are_compared_in_the_picture_across_venues(run, tmp_path):
    drawn = tmp_path / "drawn.svg"
    done = run("MSFT", "1d", "-o", str(drawn), "--compare", "7203.T", "--compare", "btc-usd")
    assert (done.returncode, done.stderr) == (0, "")
    text = drawn.read_text()
    assert "7203.T JPY" in text
    assert "BTC-USD" in text
    assert "0.00%" in text  # the axis counts from the first bar
    assert run("MSFT", "1d", "-o", str(drawn), "--compare", "7203.T", "--offline").returncode == 0


def test_the_ratio_of_two_symbols_is_drawn(run, tmp_path):
    drawn = tmp_path / "ratio.svg"
    done = run("aapl/spy", "1d", "-o", str(drawn))
    assert (done.returncode, done.stderr) == (0, "")
    assert "AAPL/SPY 1d" in done.stdout
    assert "AAPL/SPY" in drawn.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["MSFT", "1d", "-o", "a.png", "--compare", "no symbol"], 2, "Not a symbol"),
        (["MSFT", "1d", "-o", "a.png", "--compare", "NOPE"], 4, "NOPE"),
        (["MSFT", "1d", "-o", "a.gif"], 2, "use .png, .svg, .pdf"),
        (["MSFT", "1d", "-o", "a.png", "--size", "big"], 2, "write it like 1600x900"),
        (["MSFT", "1d", "-o", "a.png", "--indicator", "nothing"], 2, "There is no indicator 'nothing'"),
        (["MSFT", "1d", "-o", "a.png", "--indicator", "rsi:length=0"], 2, "between 1 and 5000"),
        (["NOSUCH", "1d", "-o", "a.png", "--offline"], 5, "Nothing of NOSUCH is cached"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(run, arguments, code, words):
    done = run(*arguments)
    assert done.returncode == code
    assert words in done.stderr


def test_a_named_layout_is_drawn_and_an_argument_alone_is_its_name(run, tmp_path):
    file = tmp_path / "day.json"
    charts = [{"symbol": "MSFT", "interval": "1d"}, {"symbol": "NVDA", "interval": "1d"}]
    file.write_text(json.dumps({"format": "candledesk.layout/1", "name": "My day", "grid": "2v", "charts": charts}))
    assert run("import", str(file), command="layout").returncode == 0
    option, alone = tmp_path / "a.svg", tmp_path / "b.svg"
    done = run("--layout", "My day", "-o", str(option), "--size", "800x600")
    assert (done.returncode, done.stderr) == (0, "")
    assert "My day, 2 charts, 800x600" in done.stdout
    assert run("My day", "-o", str(alone), "--offline", "--theme", "light").returncode == 0
    assert all(symbol in path.read_text() for symbol in ("MSFT", "NVDA") for path in (option, alone))
    for arguments in (["My day", "--log"], ["MSFT", "1d", "--layout", "My day"], ["Nothing"], []):
        assert run(*arguments, "-o", str(tmp_path / "c.png")).returncode == 2


@pytest.mark.parametrize("text", ["1600", "x900", "1600x", "-1x5", "1e3x5"])
def test_a_size_is_two_numbers(text):
    with pytest.raises(InputError):
        parse_size(text)

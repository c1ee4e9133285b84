"""Own indicators of a home: which may run, what happens when a file changes, and how they are computed."""

import hashlib
import json
import stat
from pathlib import Path

import numpy as np
import pytest

from candledesk.cache.own import own_indicators as module
from candledesk.cache.own.own_indicators import OwnIndicators
from candledesk.cache.own_messages import OwnState
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError, OwnIndicatorError, UnknownIndicatorError
from candledesk.indicators.declaration import Inputs
from candledesk.indicators.own.table import own_indicators
from candledesk.indicators.registry import find_indicator
from candledesk.indicators.studies import make_study
from candledesk.paths import Paths, resources_dir

TEXT = """TITLE = "Twice"
PARAMS = {"by": 2}
OUTPUTS = ("value",)


def compute(bars, params):
    return {"value": bars.close * params["by"]}
"""
OURS = '{"format": "candledesk.own-indicators/1", "allowed": {"twice": %s}}'


class Home:
    """A home with a folder of own indicators; ``later``: what was to be called after some seconds."""

    def __init__(self, path):
        self.paths, self.later, self.time = Paths(path), [], 0.0
        self.paths.own_indicators.mkdir()
        self.opened = []

    def open(self):
        own = OwnIndicators(self.paths, lambda delay_s, call: self.later.append((delay_s, call)), lambda: self.time)
        self.opened.append(own)
        return own

    def write(self, text=TEXT, name="twice.py"):
        (self.paths.own_indicators / name).write_text(text)
        return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    yield made
    for own in made.opened:
        own.close()


def bars(n=40):
    line = np.linspace(10, 20, n)
    return Bars(np.arange(n, dtype=np.int64) * 60, *(line.copy() for _ in range(5)))


def values(given=None, n=40):
    study = make_study("own:twice", given)
    (line,) = study.indicator.compute(Inputs(bars(n), np.empty(0), None), study.params)
    return line


def states(own):
    return {one.name: one.state for one in own.list_files()}


def test_a_new_file_is_listed_and_declares_nothing(home):
    home.write()
    own = home.open()
    (one,) = own.list_files()
    assert (one.name, one.id, one.title, one.state, one.text) == ("twice.py", "own:twice", "twice", OwnState.NEW, TEXT)
    assert not own_indicators()
    with pytest.raises(UnknownIndicatorError):
        make_study("own:twice")


def test_an_allowed_file_is_declared_and_computes_and_is_so_at_the_next_start(home):
    sha256 = home.write()
    allowed = home.open().allow("twice.py", sha256)
    assert (allowed.title, allowed.state) == ("Twice", OwnState.ALLOWED)
    np.testing.assert_array_equal(values({"by": 3}), bars().close * 3)
    home.opened[-1].close()
    assert not own_indicators()
    again = home.open()
    assert find_indicator("own:twice").title == "Twice"
    assert states(again) == {"twice.py": OwnState.ALLOWED}
    np.testing.assert_array_equal(values(), bars().close * 2)


def test_a_changed_file_does_not_run_until_it_is_allowed_again(home):
    own = home.open()
    own.allow("twice.py", home.write())
    assert values()[0] == 20
    sha256 = home.write(TEXT.replace("* params", "+ params"))
    with pytest.raises(OwnIndicatorError, match=r"twice\.py has changed since it was allowed: allow it again"):
        values()
    assert states(own) == {"twice.py": OwnState.CHANGED}
    former = make_study("own:twice")
    own.allow("twice.py", sha256)
    assert values()[0] == 12
    assert make_study("own:twice") != former
    with pytest.raises(OwnIndicatorError, match="another version"):
        former.indicator.compute(Inputs(bars(), np.empty(0), None), former.params)


def test_what_was_read_is_what_is_allowed(home):
    own = home.open()
    shown = home.write()
    home.write(TEXT + "# more")
    with pytest.raises(OwnIndicatorError, match="changed since it was shown"):
        own.allow("twice.py", shown)
    assert states(own) == {"twice.py": OwnState.NEW}


def test_a_file_that_fails_or_declares_nonsense_is_not_allowed_and_says_where(home):
    own = home.open()
    own.allow("twice.py", home.write())
    for text, shown in (
        (TEXT.replace("{", "{1 / 0: 3, ", 1), "line 2: ZeroDivisionError"),
        (TEXT.replace("OUTPUTS = (", "OUTPUTS = (3, "), "line 3: '3' cannot name a line"),
        (TEXT.replace("TITLE", "NAME"), "twice.py: TITLE must be"),
    ):
        with pytest.raises(OwnIndicatorError, match="twice") as caught:
            own.allow("twice.py", home.write(text))
        assert shown in str(caught.value)
        assert states(own) == {"twice.py": OwnState.CHANGED}


def test_a_file_that_is_no_longer_allowed_is_gone(home):
    own = home.open()
    own.allow("twice.py", home.write())
    study = make_study("own:twice")
    own.forbid("twice.py")
    assert not own_indicators()
    with pytest.raises(OwnIndicatorError):
        study.indicator.compute(Inputs(bars(), np.empty(0), None), study.params)


def test_a_file_that_is_gone_or_too_long_is_shown(home):
    own = home.open()
    own.allow("twice.py", home.write())
    home.write(TEXT + "#" * 300_000)
    with pytest.raises(OwnIndicatorError, match="more than 256 KiB"):
        values()
    (home.paths.own_indicators / "twice.py").unlink()
    with pytest.raises(OwnIndicatorError, match=r"twice\.py cannot be read"):
        values()
    assert states(own) == {}


def test_only_files_that_can_be_indicators_are_listed(home):
    for name in ("Upper.py", "a-b.py", "_x.py", "x.txt", ".hidden.py", "fine.py"):
        home.write(name=name)
    (home.paths.own_indicators / "folder.py").mkdir()
    assert list(states(home.open())) == ["fine.py"]


@pytest.mark.parametrize("name", ["../twice.py", "/etc/passwd", "Twice.py", "..", "a/b.py"])
def test_no_other_file_can_be_allowed(home, name):
    with pytest.raises(InputError):
        home.open().allow(name, "0")


def test_what_another_process_allows_is_declared_at_the_next_listing(home):
    sha256 = home.write()
    running, command = home.open(), home.open()
    command.allow("twice.py", sha256)
    running.list_files()
    np.testing.assert_array_equal(values(), bars().close * 2)


@pytest.mark.allow_logs
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": "other", "allowed": {}}',
        OURS % 3,
        OURS % '{"sha256": "0", "declaration": {"TITLE": 3}}',
    ],
)
def test_a_list_that_cannot_be_read_allows_nothing(home, text):
    home.write()
    home.paths.allowed_indicators.write_text(text)
    assert "twice.py" in states(home.open())
    assert not own_indicators()


def test_the_list_is_the_owners_alone_and_names_the_hash(home):
    sha256 = home.write()
    home.open().allow("twice.py", sha256)
    path = home.paths.allowed_indicators
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["allowed"]["twice"]["sha256"] == sha256


def test_a_file_that_was_stopped_rests_for_a_minute(home, monkeypatch):
    own = home.open()
    own.allow("twice.py", home.write())
    starts = []
    start = module.OwnProcess

    def counted(*arguments):
        process = start(*arguments)
        starts.append(process)
        return process

    monkeypatch.setattr(module, "OwnProcess", counted)
    assert values(n=20)[0] == 20
    starts[0].kill()
    with pytest.raises(OwnIndicatorError, match="its process ended"):
        values(n=20)
    home.time = 59.0
    with pytest.raises(OwnIndicatorError, match="tried again after a minute"):
        values(n=20)
    assert len(starts) == 1
    home.time = 60.0
    assert values(n=20)[0] == 20
    assert len(starts) == 2


def test_an_exception_lets_the_process_go_on(home):
    own = home.open()
    own.allow("twice.py", home.write(TEXT.replace("    return", "    assert len(bars) > 30\n    return")))
    with pytest.raises(OwnIndicatorError, match="line 7: AssertionError"):
        values(n=20)
    assert len(values(n=31)) == 31
    assert len(own._processes) == 1


def test_a_process_of_which_nothing_is_asked_ends_after_a_minute(home):
    own = home.open()
    own.allow("twice.py", home.write())
    values()
    ((delay_s, end),) = home.later
    process = next(iter(own._processes.values()))._process
    home.time, home.later = 40.0, []
    values()
    assert not home.later  # one is waited for already
    home.time = delay_s
    end()
    assert process.poll() is None
    ((left_s, end),) = home.later
    home.time += left_s
    end()
    assert process.poll() is not None
    assert values()[0] == 20


def test_no_more_than_four_processes_run(home):
    own = home.open()
    for name in ("a", "b", "c", "d", "e"):
        own.allow(f"{name}.py", home.write(name=f"{name}.py"))
        study = make_study(f"own:{name}")
        study.indicator.compute(Inputs(bars(), np.empty(0), None), study.params)
    assert sorted(stem for stem, _ in own._processes) == ["b", "c", "d", "e"]


def test_more_bars_than_fit_in_the_time_are_refused_with_what_helps(home, monkeypatch):
    home.open().allow("twice.py", home.write())
    monkeypatch.setattr(module, "MAX_BARS", 30)
    assert len(values(n=30)) == 30
    with pytest.raises(OwnIndicatorError, match="LOOKBACK"):
        values(n=31)


def test_a_file_from_elsewhere_is_copied_into_the_folder_and_replaces_no_other(home, tmp_path):
    own = home.open()
    elsewhere = tmp_path / "twice.py"
    elsewhere.write_text(TEXT)
    assert own.add_file(elsewhere) == "twice.py"
    assert (own.folder / "twice.py").read_text() == TEXT
    own.add_file(elsewhere)
    own.add_file(own.folder / "twice.py")
    own.add_file(Path("twice.py"))
    elsewhere.write_text("other")
    with pytest.raises(InputError, match="another file"):
        own.add_file(elsewhere)
    assert (own.folder / "twice.py").read_text() == TEXT


def test_the_example_computes_the_distance_from_the_average(home):
    source = (resources_dir() / "examples" / "distance.py").read_text()
    assert sum(bool(line.strip()) for line in source.splitlines()) <= 16
    home.open().allow("distance.py", home.write(source, "distance.py"))
    study = make_study("own:distance", {"length": 7})
    (line,) = study.indicator.compute(Inputs(bars(), np.empty(0), None), study.params)
    close = bars().close
    assert np.isnan(line[:6]).all()
    for at in range(6, 40):
        average = sum(close[at - 6 : at + 1]) / 7
        assert line[at] == pytest.approx(100 * (close[at] / average - 1), abs=1e-9)
    assert (study.lookback, study.settle) == (7, 0)

"""The damage campaign: makes a home, damages a copy of it in each trial, and counts what is then read from it.

``python -m tests.faults.damage.campaign [--trials N] [--seed N]`` prints the table; ``--kind K --trial SEED`` repeats
one trial and prints all that is known of it.
"""

import argparse
import json
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from tests.faults.damage.home import build, stored_series
from tests.faults.damage.kinds import SHARES, SINGLE, Trial, make_trials
from tests.faults.damage.reading import DENIED, OUTCOMES, OWN_ERROR, WRONG, read_home

ROOT = Path(__file__).parents[3]
TRIAL_S = 120
BAD = (DENIED, WRONG, OWN_ERROR)
CRASHED, HUNG = "CRASH", "HANG"
READABLE_SHARE = 0.95


def prepare(folder):
    """Make the homes in ``folder`` and store what is read from them undamaged."""
    whole, logged = build(folder)
    truths = {
        is_logged: read_home(path, stored_series(is_logged=is_logged), is_writable=False)
        for path, is_logged in ((_copy(whole), False), (_copy(logged), True))
    }
    for truth in truths.values():
        broken = {key: answer for key, answer in truth.by_question.items() if isinstance(answer, Exception)}
        assert not broken, broken
        assert not truth.bugs, truth.bugs
    (folder / "truth.pickle").write_bytes(pickle.dumps(truths))


def _copy(home):
    """Return a copy of a home: reading a log leaves it checkpointed."""
    copy = home.with_name(f"{home.name}-read")
    copy.mkdir()
    for path in home.iterdir():
        shutil.copy2(path, copy / path.name)
    return copy


class _Process:
    """A worker process that is started again after a crash."""

    def __init__(self, folder):
        self.folder = folder
        self._process = None

    def run(self, trial):
        if self._process is None:
            self._start()
        try:
            self._process.stdin.write(json.dumps({"kind": trial.kind, "seed": trial.seed}) + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=TRIAL_S)
        except (Empty, OSError):
            line = None
        if line:
            return json.loads(line)
        is_hung = self._process.poll() is None and line is None
        self.close()
        outcome = HUNG if is_hung else CRASHED
        empty = {"outcome": outcome, "notes": [], "n_bars": 0}
        return {"table": "?", "text": outcome, "doctor": [0, ""], "n_bars": 1, "before": empty, "after": empty}

    def _start(self):
        command = [sys.executable, "-m", "tests.faults.damage.worker", str(self.folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        self._lines = Queue()
        Thread(target=self._read, args=(self._process.stdout, self._lines), daemon=True).start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line)
        lines.put("")

    def close(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                pipe.close()
            self._process = None


def run_trials(trials, folder, on_result=lambda _trial, _result: None):
    """Run trials one after the other; return ``(trial, result)`` of each."""
    process, results = _Process(folder), []
    try:
        for trial in trials:
            results.append((trial, process.run(trial)))
            on_result(*results[-1])
    finally:
        process.close()
    return results


def failures(results):
    """Return a line for each trial in which something wrong was read or a process crashed, with how to repeat it."""
    lines = []
    for trial, result in results:
        for when in ("before", "after"):
            part = result[when]
            if part["outcome"] in (*BAD, CRASHED, HUNG):
                bad = [note for note in part["notes"] if note.startswith(BAD)]
                lines.append(
                    f"--kind {trial.kind} --trial {trial.seed}: {result['table']}, {result['text']};"
                    f" {when} doctor --repair {part['outcome']}: {' | '.join(bad[:2])}"
                )
    return lines


def readable_share(results):
    """Return the share of the trials of single pages and bits after whose repair every bar is readable."""
    single = [result for trial, result in results if trial.kind in SINGLE]
    whole = [result for result in single if result["after"]["n_bars"] == result["n_bars"]]
    return len(whole) / len(single) if single else 1.0


def table(results):
    """Return the table by kind, and by table of the file, as lines."""
    names = (*OUTCOMES, CRASHED, HUNG)
    lines = [f"{'':<28}{'trials':>7}{'whole':>7}  before → after doctor --repair, trials by their worst outcome"]
    for title, key, groups in (
        ("kind", lambda trial, _: trial.kind, list(SHARES)),
        ("table", lambda _, result: result["table"], sorted({result["table"] for _, result in results})),
    ):
        for group in groups:
            mine = [result for trial, result in results if key(trial, result) == group]
            if mine:
                counts = [Counter(result[when]["outcome"] for result in mine) for when in ("before", "after")]
                whole = sum(result["after"]["n_bars"] == result["n_bars"] for result in mine)
                cells = [f"{n} {counts[0][n]}→{counts[1][n]}" for n in names if counts[0][n] or counts[1][n]]
                lines.append(f"{title + ' ' + group:<28}{len(mine):>7}{whole:>7}  {', '.join(cells)}")
    lines.append(f"every bar readable after the repair of a single page or bit: {readable_share(results):.1%}")
    return lines


def say(text):
    sys.stdout.write(f"{text}\n")


def _show(trial, result):
    seconds = result.get("seconds", TRIAL_S)
    outcomes = " → ".join(result[when]["outcome"] for when in ("before", "after"))
    sys.stderr.write(f"{trial.kind} {trial.seed} {result['table']} {outcomes} {seconds:.1f} s\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=list(SHARES))
    parser.add_argument("--trial", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="candledesk-damage-") as name:
        folder = Path(name)
        prepare(folder)
        if options.kind:
            chosen = [Trial(options.kind, options.trial or 0)]
            say(json.dumps(run_trials(chosen, folder)[0][1], indent=1))
            return 0
        results = run_trials(make_trials(options.trials, options.seed), folder, _show)
    say("\n".join([*table(results), *failures(results)]))
    return 1 if failures(results) or readable_share(results) < READABLE_SHARE else 0


if __name__ == "__main__":
    sys.exit(main())

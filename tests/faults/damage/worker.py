"""Runs trials for the campaign: one JSON line in for each trial, one out. A crash ends only this process."""

import contextlib
import io
import json
import pickle
import resource
import shutil
import sys
import time
from pathlib import Path
from unittest import mock

from candledesk.commands import entry
from candledesk.commands.doctor import installation
from candledesk.commands.exit_codes import EXIT_BUG, EXIT_GAPS
from candledesk.domain.errors import CandleDeskError
from candledesk.store.market.chunks.decoded import decoded_chunks
from tests.faults.damage.home import stored_series
from tests.faults.damage.kinds import Trial, damage, page_owners
from tests.faults.damage.reading import ERROR, OWN_ERROR, judge, read_home

MEMORY = 4 << 30
N_NOTES = 12


def repair(folder):
    """Run ``candledesk doctor --repair`` on the home, without its request to the provider."""
    decoded_chunks.clear()  # a new process has none either
    out = io.StringIO()
    arguments = ["doctor", "--repair", "--home", str(folder), "--yahoo-url", "http://127.0.0.1:9"]
    nobody_asked = mock.patch.object(installation, "check_providers", return_value=[])
    with nobody_asked, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            code = entry.cli.main(arguments, prog_name="candledesk", standalone_mode=False, obj=[])
        except CandleDeskError as error:
            return 5, str(error)
        except Exception as error:  # noqa: BLE001 - the campaign counts it
            return EXIT_BUG, repr(error)
    return code, out.getvalue()


class Worker:
    """The homes and their truth, read once."""

    def __init__(self, folder):
        self.sources = {is_logged: folder / name for is_logged, name in ((False, "whole"), (True, "logged"))}
        self.owners = page_owners(folder / "whole" / "candles.db")
        self.truths = pickle.loads((folder / "truth.pickle").read_bytes())
        self.work = folder / f"trial-{time.monotonic_ns()}"

    def run(self, trial):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        table, text = damage(trial, self.sources[trial.is_logged], self.work, self.owners)
        series, truth = stored_series(is_logged=trial.is_logged), self.truths[trial.is_logged]
        before = judge(read_home(self.work, series, is_writable=trial.is_writable), truth)
        code, printed = repair(self.work)
        after = judge(read_home(self.work, series, is_writable=True), truth, is_loss_reported=code == EXIT_GAPS)
        if code == EXIT_BUG:
            after.add(OWN_ERROR, f"doctor --repair: {printed}")
        elif code and not printed.strip():
            after.add(ERROR, f"doctor --repair ended with {code} and no word")
        whole = judge(truth, truth).n_bars
        result = {"table": table, "text": text, "doctor": [code, printed[-600:]], "n_bars": whole}
        for name, verdict in (("before", before), ("after", after)):
            result[name] = {
                "outcome": verdict.outcome, "notes": verdict.notes[:N_NOTES], "n_bars": verdict.n_bars
            }  # fmt: skip
        return result


def main(folder):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    worker, out = Worker(Path(folder)), sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        started = time.monotonic()
        result = worker.run(Trial(**json.loads(line)))
        print(json.dumps(result | {"seconds": time.monotonic() - started}), file=out, flush=True)
    shutil.rmtree(worker.work, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])

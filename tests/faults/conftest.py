"""The fault campaign: how often, with which dice, and one line of figures per test at the end.

``FAULTS_FULL=1`` runs the full counts, ``FAULTS_SEED=n`` repeats the dice of a former run.
"""

import os
import random
import subprocess

import pytest

from candledesk.demo import DemoMarket
from tests.faults.process import Instance

IS_FULL = os.environ.get("FAULTS_FULL", "") not in {"", "0"}
SEED = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1_000_000))
TMPFS_KIB = 32_768
_figures = []


def pytest_report_header():
    return f"faults: seed {SEED} (FAULTS_SEED={SEED} repeats it), {'full' if IS_FULL else 'moderate'} counts"


def pytest_terminal_summary(terminalreporter):
    if _figures:
        terminalreporter.section(f"fault figures, seed {SEED}")
        for line in _figures:
            terminalreporter.write_line(line)


@pytest.fixture
def figures(request):
    """Call it with what a test has counted: one line in the summary."""
    return lambda text: _figures.append(f"{request.node.name}: {text}")


@pytest.fixture
def count():
    """Return the first number, or the second in a full run."""
    return lambda moderate, full: full if IS_FULL else moderate


@pytest.fixture
def dice(request):
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def market():
    with DemoMarket() as market:
        market.warm_up()
        yield market


@pytest.fixture
def start(market):
    """Start real processes on the market; whatever still runs at the test's end is killed."""
    instances = []

    def begin(home, *arguments, **options):
        instances.append(Instance(home, market.url, *arguments, **options))
        return instances[-1]

    yield begin
    for instance in instances:
        instance.kill()


@pytest.fixture
def tmpfs(tmp_path):
    """A small disk; skipped where nothing may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_KIB}k", "tmpfs", folder]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)

"""A resolver that hangs: commands, the API and the window say so within ten seconds, and deadlines hold (S11)."""

import shutil
import subprocess
import time

import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.process import PROBE, Instance, report, span_text, wait_until

SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>
typedef int Resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    Resolve *real = (Resolve *)dlsym(RTLD_NEXT, "getaddrinfo");
    if (name && strcmp(name, "127.0.0.1") && strcmp(name, "localhost")) sleep(60);
    return real(name, service, hints, found);
}
"""
WORDS = "no answer from Yahoo yet"


@pytest.fixture
def slow(tmp_path):
    """Return the environment in which names are not resolved for a minute."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no compiler for the shim of the resolver")
    source, library = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "CANDLEDESK_REQUEST_TIMEOUT_S": "4"}


@pytest.fixture
def home(start, tmp_path):
    """A home that knows AAPL."""
    home = tmp_path / "home"
    instance = start(home).ready()
    instance.get("candles", symbol="AAPL", interval="1d", limit=5, timeout=30)
    assert instance.quit()[0] == 0
    return home


@pytest.fixture
def start_elsewhere(home, slow):
    """Start processes whose Yahoo has a name that must be resolved."""
    instances = []

    def begin(*arguments, **options):
        instances.append(Instance(home, "http://yahoo.invalid", *arguments, **options, **slow))
        return instances[-1]

    yield begin
    for instance in instances:
        instance.kill()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("symbol", ["AAPL", "NVDA"], ids=["known", "unknown"])
def test_a_command_says_what_it_waits_for(start_elsewhere, figures, symbol):
    instance = start_elsewhere("candles", symbol, "5m", "--from", "2026-11-02")
    wait_until(lambda: WORDS in instance.stderr(), 10, "the line")
    said_s = time.monotonic() - instance.started_at
    assert instance.wait(120) in {3, 5}
    ended_s = time.monotonic() - instance.started_at
    assert "Traceback" not in instance.stderr()
    figures(f"said after {said_s:.1f} s, ended after {ended_s:.0f} s")


@pytest.mark.timeout(300)
def test_the_api_and_the_window_say_the_same(start_elsewhere, market, figures):
    now = market.clock.now()
    instance = start_elsewhere("AAPL", "--interval", "5m", program=PROBE).ready()
    instance.listen()
    begun = time.monotonic()
    status, answer = instance.ask(
        "GET", "candles", {"symbol": "AAPL", "interval": "1h", "timeout": 8, **span_text(now - 9 * DAY_S, now - DAY_S)}
    )
    took_s = time.monotonic() - begun
    assert (status, answer["complete"], took_s < 9) == (200, False, True)
    assert [gap["reason"] for gap in answer["gaps"]] == [WORDS] or instance.get("limiter")["unanswered_since"]
    words = ("No answer from Yahoo yet", "Offline: showing stored bars")  # after the first try there is no network
    wait_until(lambda: any(one in report(instance)["banner"] for one in words), 20, "the status bar", 0.2)
    assert any(row["unanswered_since"] for name, row in instance.events if name == "limiter")
    assert instance.quit()[1] < 3
    figures(f"answered after {took_s:.1f} s; status bar: No answer from Yahoo yet")

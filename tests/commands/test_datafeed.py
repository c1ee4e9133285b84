"""The datafeed from the command line: off by default, `serve --udf`, its address, and a new secret for it."""

import json
import os
import signal
import subprocess
import sys
import time

import httpx2 as httpx
import pytest

from candledesk.commands.doctor.installation import check_datafeed
from candledesk.demo import DemoMarket
from candledesk.endpoint_file import read_endpoint as parse_endpoint
from candledesk.settings import load_settings

WAIT_S = 60


@pytest.fixture(scope="module")
def market():
    with DemoMarket() as running:
        yield running


@pytest.fixture
def run(market, tmp_path):
    """Run a command on the home of the test; ``serve`` runs until the end of the test."""
    environment = {key: text for key, text in os.environ.items() if not key.startswith("CANDLEDESK_UDF")}
    environment |= {"CANDLEDESK_HOME": str(tmp_path), "CANDLEDESK_YAHOO_URL": market.url}
    served = []

    def start(*arguments, **options):
        command = [sys.executable, "-m", "candledesk", *arguments]
        env = environment | options
        if arguments[0] != "serve":
            return subprocess.run(command, env=env, capture_output=True, text=True, timeout=WAIT_S, check=False)
        served.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True))
        return served[-1]

    yield start
    for process in served:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WAIT_S)


def read_endpoint(home):
    return json.loads((home / "endpoint.json").read_text())


def test_the_datafeed_is_off_unless_it_is_switched_on(run, tmp_path):
    served = run("serve")
    assert "#token=" in served.stdout.readline()
    deadline = time.monotonic() + WAIT_S
    while not (tmp_path / "endpoint.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "udf_url" not in read_endpoint(tmp_path)
    assert not (tmp_path / "datafeed.secret").exists()
    asked = run("udf")
    assert (asked.returncode, asked.stdout) == (5, "")
    assert "CANDLEDESK_UDF=on" in asked.stderr
    check = check_datafeed(load_settings({"CANDLEDESK_UDF": "on"}), parse_endpoint(tmp_path / "endpoint.json"))
    assert (check.is_ok, check.text) == (True, "off")


@pytest.mark.parametrize(("arguments", "options"), [(["--udf"], {}), ([], {"CANDLEDESK_UDF": "on"})])
def test_the_address_is_printed_and_a_new_secret_ends_the_former(run, tmp_path, arguments, options):
    served = run("serve", *arguments, **options)
    chart, address = served.stdout.readline().strip(), served.stdout.readline().strip()
    assert "#token=" in chart
    assert run("udf").stdout.strip() == read_endpoint(tmp_path)["udf_url"] == address
    assert (tmp_path / "datafeed.secret").stat().st_mode & 0o777 == 0o600
    assert httpx.get(f"{address}/symbols", params={"symbol": "AAPL"}, timeout=WAIT_S).json()["ticker"] == "AAPL"
    rotated = run("udf", "rotate")
    assert (rotated.returncode, "new address" in rotated.stderr) == (0, True)
    assert httpx.get(f"{address}/time").status_code == 401
    assert httpx.get(f"{rotated.stdout.strip()}/time").status_code == 200
    deadline = time.monotonic() + WAIT_S
    while read_endpoint(tmp_path)["udf_url"] != rotated.stdout.strip() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert read_endpoint(tmp_path)["udf_url"] == rotated.stdout.strip() == run("udf", "show").stdout.strip()
    check = check_datafeed(load_settings({}), parse_endpoint(tmp_path / "endpoint.json"))
    assert check.text.startswith("on at http://127.0.0.1:")
    assert address.rpartition("/")[2] not in check.text
    assert rotated.stdout.strip().rpartition("/")[2] not in (tmp_path / "candledesk.log").read_text() + check.text


def test_the_endpoint_that_a_killed_instance_left_is_no_instance(run, tmp_path):
    served = run("serve", "--udf")
    served.stdout.readline()
    address = served.stdout.readline().strip()
    while read_endpoint(tmp_path).get("udf_url") != address:
        time.sleep(0.05)
    served.kill()
    served.wait()
    assert (run("udf").returncode, run("udf").stdout) == (5, "")
    checks = {one["name"]: one for one in json.loads(run("doctor", "--json").stdout)}
    left = f"process {served.pid} was killed and left endpoint.json behind: the next start replaces it"
    assert (checks["instance"]["is_ok"], checks["instance"]["text"]) == (True, f"none runs; {left}")
    assert checks["udf datafeed"]["text"] == "off, not running"


def test_a_secret_lasts_over_restarts_and_can_be_replaced_while_nothing_runs(run, tmp_path):
    rotated = run("udf", "rotate")
    assert (rotated.returncode, rotated.stdout) == (0, "")
    secret = (tmp_path / "datafeed.secret").read_text().strip()
    served = run("serve", "--udf")
    served.stdout.readline()
    assert served.stdout.readline().strip().endswith(f"/udf/{secret}")


def test_a_site_that_is_no_origin_is_refused_before_anything_starts(run):
    refused = run("udf", CANDLEDESK_UDF_ORIGINS="*")
    assert refused.returncode == 2
    assert "CANDLEDESK_UDF_ORIGINS" in refused.stderr

"""``endpoint.json``: what is no endpoint counts as no instance, and each instance keeps and removes its own."""

import json

import pytest

from candledesk.endpoint_file import EndpointFile, InstanceEndpoint, read_endpoint
from candledesk.web.client import RemoteCache
from candledesk.web.second_start import RaiseOutcome, raise_window

GOOD = {"url": "http://127.0.0.1:8000", "token": "t", "pid": 5}
OWN = InstanceEndpoint(**GOOD)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", '"x"', "garbage", "[" * 100_000, "{}"),
        *(
            json.dumps(GOOD | change)
            for change in (
                {"url": 5},
                {"url": "http://example.org:80"},
                {"url": "file:///etc/passwd"},
                {"url": "http://127.0.0.1:80@example.org"},
                {"token": None},
                {"token": "a\r\nHost: b"},
                {"token": "ä"},
                {"pid": "1"},
            )
        ),
    ],
)
def test_a_file_of_another_form_is_no_instance(tmp_path, text):
    path = tmp_path / "endpoint.json"
    path.write_text(text)
    assert read_endpoint(path) is None
    assert RemoteCache.find(path) is None
    assert raise_window(path).outcome is RaiseOutcome.NOBODY


def test_bytes_that_are_no_text_and_a_folder_are_no_instance(tmp_path):
    path = tmp_path / "endpoint.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert read_endpoint(path) is None
    path.unlink()
    path.mkdir()
    assert read_endpoint(path) is None


def test_the_file_is_written_again_when_it_is_gone_and_removed_for_good(tmp_path):
    path = tmp_path / "endpoint.json"
    file = EndpointFile(path, OWN)
    file.keep()
    assert read_endpoint(path) == OWN
    path.unlink()
    file.keep()
    assert read_endpoint(path) == OWN
    assert path.stat().st_mode & 0o777 == 0o600
    file.remove()
    file.keep()
    assert not path.exists()


def test_the_file_of_another_instance_stays(tmp_path):
    path = tmp_path / "endpoint.json"
    path.write_text(json.dumps(GOOD | {"pid": 6}))
    EndpointFile(path, OWN).remove()
    assert read_endpoint(path).pid == 6


@pytest.mark.allow_logs
def test_a_file_that_cannot_be_written_ends_nothing(tmp_path, caplog):
    path = tmp_path / "endpoint.json"
    path.mkdir()
    EndpointFile(path, OWN).keep()
    assert "cannot be written, so other commands do not find this instance" in caplog.text


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("http://127.0.0.1:8000/udf/abc", "http://127.0.0.1:8000/udf/abc"),
        ("http://127.0.0.1:8001/udf/abc", ""),
        ("http://127.0.0.1:80001/udf/abc", ""),
        ("https://example.org/udf/abc", ""),
        ("http://127.0.0.1:8000/udf/a\nb", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_the_address_of_the_datafeed_is_one_of_the_instance_itself(tmp_path, written, found):
    path = tmp_path / "endpoint.json"
    path.write_text(json.dumps(GOOD | {"udf_url": written}))
    assert read_endpoint(path) == InstanceEndpoint(**GOOD, udf_url=found)


def test_the_address_of_the_datafeed_stands_in_the_file_while_it_is_on_and_follows_its_secret(tmp_path):
    path = tmp_path / "endpoint.json"
    file = EndpointFile(path, OWN)
    file.keep()
    assert "udf_url" not in json.loads(path.read_text())
    for secret in ("one", "two"):
        file.keep(f"{OWN.url}/udf/{secret}")
        assert json.loads(path.read_text())["udf_url"] == f"{OWN.url}/udf/{secret}"
    assert path.stat().st_mode & 0o777 == 0o600
    file.remove()
    assert not path.exists()

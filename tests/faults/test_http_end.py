"""The end of a real process with streams, waits and half requests open: at once, and without a word in the log."""

import contextlib
import signal
import socket
import time

import pytest

from tests.faults.http_served import PATIENCE_S, serving

N_STREAMS = 8


def open_stream(served):
    connection = served.connect()
    connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {served.token}"})
    answer = connection.getresponse()
    assert answer.readline().startswith(b"retry:")
    return connection, answer


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_open_streams_end_at_once(tmp_path, sent, figures):
    with serving(tmp_path) as served, contextlib.ExitStack() as stack:
        streams = [open_stream(served) for _ in range(N_STREAMS)]
        for connection, _ in streams:
            stack.callback(connection.close)
        half = stack.enter_context(socket.create_connection(served.address, timeout=PATIENCE_S))
        half.sendall(b"GET / HT")
        waiting = served.connect()  # for a fill that a fetch process, yet to start, cannot have done at the end
        stack.callback(waiting.close)
        headers = {"Authorization": f"Bearer {served.token}"}
        waiting.request("GET", "/api/v1/candles?symbol=AAPL&interval=1d&timeout=30", headers=headers)
        begun = time.monotonic()
        served.process.send_signal(sent)
        for _, answer in streams:
            answer.read()  # the last chunk comes: the stream is ended, not cut
        ended_s = time.monotonic() - begun
        served.process.wait(PATIENCE_S)
        figures(
            f"{N_STREAMS} streams ended {ended_s:.2f} s after {sent.name}, the process {time.monotonic() - begun:.2f} s"
        )
        assert time.monotonic() - begun < PATIENCE_S

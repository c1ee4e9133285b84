"""``python -m candledesk.demo``: serve the demo market and print its base URL as the first line."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from candledesk.demo.http.server import DemoMarket, start_daemon
from candledesk.demo.instruments.specials import SHOWN


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted, terminated, or (``--die-with-parent``) until standard input ends."""
    parser = argparse.ArgumentParser(
        prog="python -m candledesk.demo",
        description=__doc__,
        epilog="symbols that reproduce oddities of Yahoo's data:\n" + _table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="loopback port (default: any free one)")
    parser.add_argument("--now", help="the market's time at the start, ISO-8601 (default: the real time)")
    parser.add_argument("--log", type=Path, help="append each request to this file, one JSON object per line")
    parser.add_argument("--die-with-parent", action="store_true", help="exit when standard input reaches its end")
    options = parser.parse_args(arguments)
    market = DemoMarket(port=options.port, log_file=options.log)
    if options.now is not None:
        market.clock.set(options.now, is_frozen=False)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with market:
        print(market.url, flush=True)  # noqa: T201 - the starter reads this line
        if sys.stderr.isatty():
            print(f"Splits, faults and odd symbols of the demo market: {market.url}/_demo/page", file=sys.stderr)  # noqa: T201
        if options.die_with_parent:
            start_daemon("demo-parent", _wait_for_parent, done)
        start_daemon("demo-warm-up", market.warm_up)
        done.wait()
    return 0


def _table() -> str:
    return "\n".join(f"  {symbol:15}{text}" for symbol, text in SHOWN.items())


def _wait_for_parent(done: threading.Event) -> None:
    while sys.stdin.readline():
        pass
    done.set()


if __name__ == "__main__":
    sys.exit(main())

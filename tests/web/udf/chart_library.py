"""A charting library that reads a UDF datafeed, restated from the behaviour of the protocol's public client.

It reads the body of every answer as JSON without a look at the status, takes any ``s`` of ``/symbols`` for an unknown
symbol, sends the ticker that it was given, and multiplies times by 1,000.
"""

from dataclasses import dataclass, field

import httpx2 as httpx

DEFAULT_CONFIG = {"supports_group_request": True, "supports_search": False}
PERIODS = {"D": 86_400, "W": 7 * 86_400, "M": 31 * 86_400}
N_FIRST = 300  # bars of the first screen
LATENCY_S = 2  # from the clock of the page to that of the server
MAX_TRIES = 100  # of a page whose answer was an error


class NoSymbolError(Exception):
    """The datafeed does not know the symbol; the text is what the chart shows."""


class HistoryError(Exception):
    """The datafeed answered with an error; the text is what the chart shows."""


def period_s(resolution):
    """Return the nominal seconds of a bar."""
    if resolution.isdigit():
        return int(resolution) * 60
    return int(resolution[:-1] or "1") * PERIODS[resolution[-1]]


@dataclass
class Page:
    """One answer of ``/history``: bars as the library has them, times in milliseconds."""

    bars: list[dict]
    is_no_data: bool = False
    next_time: int | None = None


@dataclass
class ChartLibrary:
    """One page of a browser with the library on it; ``headers``: what the browser adds."""

    base: str
    headers: dict = field(default_factory=dict)
    n_errors: int = 0

    def ask(self, route, **query):
        """Return the JSON of an answer, whatever its status."""
        answer = httpx.get(f"{self.base}/{route}", params=query, headers=self.headers, timeout=60)
        return answer.json()

    def start(self):
        """Read the configuration; the library refuses one with neither search nor groups."""
        config = DEFAULT_CONFIG | self.ask("config")
        assert config["supports_search"] or config["supports_group_request"]
        return config

    def resolve(self, name):
        """Return the symbol with the library's defaults for what the answer leaves out."""
        answer = self.ask("symbols", symbol=name)
        if "s" in answer:
            raise NoSymbolError(answer["errmsg"])
        return {"has_intraday": False, "has_daily": True, "minmov": 0} | answer

    def read_page(self, symbol, resolution, start, end, countback=None):
        """Return one page; ``HistoryError`` for an error."""
        query = {"symbol": symbol.get("ticker") or "", "resolution": resolution, "from": start, "to": end}
        if countback is not None:
            query["countback"] = countback
        answer = self.ask("history", **query)
        if answer["s"] not in ("ok", "no_data"):
            raise HistoryError(answer["errmsg"])
        if answer["s"] == "no_data":
            return Page([], is_no_data=True, next_time=answer.get("nextTime"))
        times = answer["t"]
        assert all(isinstance(time, int) for time in times)
        assert times == sorted(set(times)), "time order violation"
        columns = {name: answer[key] for name, key in zip(("open", "high", "low", "close"), "ohlc", strict=True)}
        assert all(len(column) == len(times) for column in [*columns.values(), answer["v"]])
        rows = zip(times, *columns.values(), answer["v"], strict=True)
        names = ("time", *columns, "volume")
        bars = [dict(zip(names, (row[0] * 1000, *row[1:]), strict=True)) for row in rows]
        assert all(isinstance(value, int | float) for bar in bars for value in bar.values())
        return Page(bars)

    def read_until_known(self, symbol, resolution, start, end, countback):
        """Return one page; an error is asked again, as a person does who scrolls on."""
        for _ in range(MAX_TRIES):
            try:
                return self.read_page(symbol, resolution, start, end, countback)
            except HistoryError:
                self.n_errors += 1
        raise AssertionError("it never answers")

    def scroll_to_the_beginning(self, symbol, resolution, now, countback=N_FIRST):
        """Return all bars, read from ``now`` to the left until the datafeed says that nothing is older."""
        step_s = period_s(resolution)
        found, end, is_whole = [], now + 10 * step_s, True
        while True:
            page = self.read_until_known(symbol, resolution, end - countback * step_s, end, countback)
            if page.is_no_data:
                assert page.next_time is None
                return found
            assert is_whole, "fewer bars than were asked for are the end of history"
            is_whole = len(page.bars) >= countback
            assert page.bars[-1]["time"] < end * 1000
            assert not found or page.bars[-1]["time"] < found[0]["time"]
            found = page.bars + found
            end = page.bars[0]["time"] // 1000

    def poll(self, symbol, resolution, now, bars):
        """Update the last bar and append a new one, as the client does every ten seconds."""
        sent = now - LATENCY_S
        page = self.read_page(symbol, resolution, sent - 10 * period_s(resolution), sent, 2)
        for bar in page.bars[-2:]:
            if bar["time"] < bars[-1]["time"]:
                continue
            if bar["time"] == bars[-1]["time"]:
                bars[-1] = bar
            else:
                bars.append(bar)

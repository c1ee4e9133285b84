"""Controls of a running demo market over HTTP: ``/_demo/…``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

import orjson

from candledesk.demo.http.clock import parse_instant
from candledesk.demo.http.faults import KINDS
from candledesk.demo.http.pages import Reply
from candledesk.demo.instruments.specials import SHOWN
from candledesk.domain.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.demo.http.market import Market

_PAGE = """<!doctype html><meta charset="utf-8"><title>Demo market</title>
<style>body{{font:15px sans-serif;max-width:60em;margin:2em auto}}td{{padding:.2em 1em .2em 0}}
form{{margin:.6em 0}}input[type=number]{{width:5em}}pre{{background:#eee;padding:1em;white-space:pre-wrap}}</style>
<h1>Demo market</h1><p>Every price is invented. The market's time is {now}.</p>
<form data-to="splits"><b>Split</b> <input name="symbol" value="MSFT" size="10">
<input name="numerator" type="number" value="50" min="1"> new for
<input name="denominator" type="number" value="1" min="1"> old,
<input name="forgotten" type="number" value="0" min="0"> daily rows left as they were <button>Split</button></form>
<form data-to="reuse"><b>New owner of</b> <input name="symbol" value="MSFT" size="10"> called
<input name="name" value="Another Company"> price × <input name="factor" type="number" value="100" step="any">
<button>Reuse</button></form>
<form data-to="faults"><b>Fault</b> <select name="kind">{kinds}</select> in the next
<input name="count" type="number" value="1" min="1"> answers <button>Show</button></form>
<form data-to="reset"><b>Undo all changes</b> <button>Reset</button></form>
<pre id="reply"></pre><table>{rows}</table>
<script>
for (const form of document.forms) form.onsubmit = async (event) => {{
  event.preventDefault();
  const fields = [...form.elements].filter((field) => field.name);
  const body = Object.fromEntries(fields.map((f) => [f.name, f.type === "number" ? Number(f.value) : f.value]));
  const reply = await fetch("/_demo/" + form.dataset.to, {{method: "POST", body: JSON.stringify(body)}});
  const {{error, splits, reused, faults}} = await reply.json();
  document.getElementById("reply").textContent = error || JSON.stringify({{splits, reused, faults}}, null, 1);
}};
</script>"""


def answer_control(market: Market, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
    """Answer a control request: status 400 and the error for a wrong one, 404 for an unknown path.

    GET ``/_demo`` returns the state, ``/_demo/page`` the same for people; further ``/_demo/log`` and ``/_demo/truth``.
    POST ``faults``, ``splits``, ``reuse``, ``clock``, ``reset`` with the arguments of the methods of ``Market`` as a
    JSON object.
    """
    try:
        answer = _ANSWERS.get((method, path))
        if answer is not None:
            return answer(market, query)
        if method == "POST":
            row = orjson.loads(body) if body else {}
            if path not in _CHANGES:
                return Reply.of_json({"error": f"no such control: {path}"}, 404)
            _CHANGES[path](market, row)
        return _state(market)
    except KeyError as error:
        return Reply.of_json({"error": f"missing or unknown: {error}"}, 400)
    except (InputError, TypeError, ValueError) as error:
        return Reply.of_json({"error": str(error)}, 400)


def _state(market: Market) -> Reply:
    profiles = market.prices.profiles
    splits = [{"symbol": profile.symbol, **asdict(split)} for profile in profiles.values() for split in profile.splits]
    return Reply.of_json(
        {
            "now": market.clock.now(),
            "faults": market.faults.as_json(),
            "symbols": list(profiles),
            "shown": SHOWN,
            "splits": splits,
            "reused": {profile.symbol: profile.name for profile in profiles.values() if profile.company},
        }
    )


def _truth(market: Market, query: Mapping[str, str]) -> Reply:
    start, end = parse_instant(query["start"]), parse_instant(query["end"])
    bars = market.truth(query["symbol"], query["interval"], start, end, is_read=query.get("is_read") == "true")
    columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return Reply.of_json([list(row) for row in zip(*(column.tolist() for column in columns), strict=True)])


def _log(market: Market, _: Mapping[str, str]) -> Reply:
    return Reply.of_json([asdict(entry) for entry in market.whole_log()])


def _page(market: Market, _: Mapping[str, str]) -> Reply:
    rows = "".join(f"<tr><td>{escape(symbol)}<td>{escape(text)}" for symbol, text in SHOWN.items())
    kinds = "".join(f"<option>{escape(kind)}" for kind in sorted(KINDS))
    now = datetime.fromtimestamp(market.clock.now(), UTC)
    return Reply.of_html(_PAGE.format(now=f"{now:%Y-%m-%d %H:%M} UTC", rows=rows, kinds=kinds))


def _set_clock(market: Market, row: Any) -> None:  # noqa: ANN401 - JSON
    market.clock.set(row["now"], is_frozen=bool(row.get("is_frozen", True)))


def _add_faults(market: Market, row: Any) -> None:  # noqa: ANN401 - JSON
    for fault in row if isinstance(row, list) else [row]:
        market.faults.add(**fault)


_ANSWERS: dict[tuple[str, str], Callable[[Market, Mapping[str, str]], Reply]] = {
    ("GET", "/_demo/truth"): _truth,
    ("GET", "/_demo/log"): _log,
    ("GET", "/_demo/page"): _page,
}
_CHANGES: dict[str, Callable[[Market, Any], object]] = {
    "/_demo/reset": lambda market, _: market.reset(),
    "/_demo/clock": _set_clock,
    "/_demo/faults": _add_faults,
    "/_demo/splits": lambda market, row: market.split(**row),
    "/_demo/reuse": lambda market, row: market.reuse(**row),
}

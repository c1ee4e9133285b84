"""``Cache.drawings``: the drawings of a home, for scripts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, SupportsFloat

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.interval import parse_interval
from candledesk.drawings.document.drawings_json import drawing_json, drawings_json, parse_drawing
from candledesk.drawings.document.foreign import read_any
from candledesk.python_api.ranges import read_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.python_api.ranges import Moment
    from candledesk.workspace.api import WorkspaceApi

Fields = dict[str, Any]
"""A drawing as a JSON object of ``candledesk.drawings/1``."""
Many = list[Fields]
_DATE_CHARS = len("2026-11-02")


class CacheDrawings:
    """Drawings as the JSON objects of ``candledesk.drawings/1``; open windows and charts show changes at once.

    Methods raise ``DocumentError``, whose ``field`` names what is not valid, and ``UnknownNameError`` for an id that
    there is not.
    """

    def __init__(self, workspace: WorkspaceApi) -> None:
        """Read nothing yet."""
        self._workspace = workspace

    def list(self, symbol: str | None = None) -> Many:
        """Return the drawings of a symbol, or of all, in the order of painting."""
        return [drawing_json(one) for one in self._workspace.list_drawings(_charted(symbol)).result()]

    def add(
        self,
        type: str,  # noqa: A002 - its name in the document
        symbol: str,
        points: Sequence[tuple[Moment, float | None]],
        *,
        interval: str = "1d",
        **fields: Any,  # noqa: ANN401 - those of the document
    ) -> Fields:
        """Draw something, and return it with its id.

        ``type``: a tool, such as ``trend_line``. ``points``: times and prices, the prices as they were traded then
        (before later splits), ``None`` where the tool needs none. ``interval``: of the bars that the times are of; of
        a day and longer the date of a time counts, in the time's own zone, as in the index of ``history``.
        ``fields``: others of the document; ``by="my script"`` marks what ``remove_by`` removes.
        """
        rows = [{"t": _time(time, interval), "p": _price(price), "interval": interval} for time, price in points]
        drawing = parse_drawing({**fields, "type": type, "symbol": symbol, "points": rows})
        return drawing_json(self._workspace.put_drawings([drawing]).result()[0])

    def change(self, drawing_id: str, **fields: Any) -> Fields:  # noqa: ANN401 - those of the document
        """Replace fields of a drawing, and return it; ``style`` is merged, a value of ``None`` removes it."""
        return drawing_json(self._workspace.change_drawing(drawing_id, fields).result())

    def remove(self, drawing_id: str) -> Fields:
        """Remove a drawing, and return what it was; it stays in the bin for 30 days."""
        return drawing_json(self._workspace.delete_drawing(drawing_id).result())

    def remove_by(self, by: str, symbol: str | None = None) -> Many:
        """Remove all drawings that a script made, of a symbol or all, and return what they were."""
        removed = self._workspace.delete_drawings_by(by, _charted(symbol)).result()
        return [drawing_json(one) for one in removed]

    def export(self, symbol: str | None = None) -> Fields:
        """Return a document of the drawings of a symbol, or of all, for ``json.dump`` and ``load``."""
        return drawings_json(self._workspace.list_drawings(_charted(symbol)).result())

    def load(self, document: Mapping[str, Any] | Sequence[Any], symbol: str = "", interval: str = "1d") -> Many:
        """Store all drawings of a document, also of KLineChart or Vela, in the place of those with their ids.

        ``symbol`` and ``interval``: of drawings that do not say theirs.
        """
        drawings = read_any(document, _charted(symbol or None) or "", interval)
        return [drawing_json(one) for one in self._workspace.put_drawings(drawings).result()]


def _time(moment: Moment, interval: str) -> int:
    """Return the time of an anchor: UTC seconds, for bars of a day and longer the date at 00:00 UTC."""
    is_daily = parse_interval(interval).is_daily
    if is_daily and isinstance(moment, dt.datetime):
        return read_instant(moment.date(), "points")
    instant = read_instant(moment, "points")
    return read_instant(moment[:_DATE_CHARS], "points") if is_daily and isinstance(moment, str) else instant


def _price(price: SupportsFloat | None) -> object:
    """Return a price as JSON has it: numbers of numpy are none of Python's."""
    return float(price) if isinstance(price, SupportsFloat) and not isinstance(price, bool) else price


def _charted(symbol: str | None) -> str | None:
    return None if symbol is None else parse_charted(symbol)

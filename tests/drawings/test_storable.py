"""What cannot be stored and read again is refused before it is drawn."""

from dataclasses import replace

import pytest

from candledesk.drawings.document import storable
from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME, MAX_PRICE
from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing
from candledesk.drawings.document.storable import why_not_storable
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.edits import DrawingList

LINE = Drawing("a", "trend_line", "A", (Anchor(0, 1.0), Anchor(86_400, 2.0)), z=1)


def why(drawing, *before):
    return why_not_storable(DrawingList("A", before).added([drawing]))


@pytest.mark.parametrize("price", [1e15, -1e15, 0.0, None])
def test_a_price_that_can_be_read_again_is_drawn(price):
    level = replace(LINE, type="vertical_line" if price is None else "horizontal_line", points=(Anchor(0, price),))
    assert why(level) == ""
    assert parse_drawing(drawing_json(level)) == level


@pytest.mark.parametrize("price", [1.0000001e15, -2e15, float("inf"), float("nan")])
def test_a_price_that_cannot_is_refused_in_words(price):
    assert why(LINE.with_point(1, Anchor(0, price))) == "Nothing can be drawn at prices beyond 1,000,000,000,000,000"


@pytest.mark.parametrize("time", [-9_000_000_000, 8_000_000_000])
def test_a_time_that_cannot_is_refused_in_words(time):
    assert "1700" in why(LINE.with_point(0, Anchor(time, 1.0)))


def test_any_other_fault_is_named():
    assert "style.width" in why(replace(LINE, style={"width": 99}))
    assert "bytes" in why(replace(LINE, extra={"name": "x" * 60_000}))


def test_a_change_that_removes_or_only_locks_is_not_checked_again(monkeypatch):
    drawings = DrawingList("A", [replace(LINE, style={"later": float("nan")})])
    monkeypatch.setattr(storable, "_reason", lambda _drawing: "checked")
    assert why_not_storable(drawings.removed(["a"])) == ""
    (one,) = drawings.drawings
    assert why_not_storable(drawings.changed([replace(one, locked=True, z=7, visible=False, group="g")])) == ""
    assert why_not_storable(drawings.changed([replace(one, text="new")])) == "checked"


def test_a_drawing_at_the_ends_of_time_and_price_can_be_stored():
    for time in (FIRST_TIME, LAST_TIME):
        assert why(LINE.with_point(0, Anchor(time, -MAX_PRICE))) == ""
        assert "1700" in why(LINE.with_point(0, Anchor(time + (1 if time > 0 else -1), 1.0)))


def test_of_several_drawings_the_first_that_cannot_be_stored_is_named():
    bad, worse = replace(LINE, id="b", style={"width": 99}), replace(LINE, id="c", style={"dash": "wavy"})
    assert "style.width" in why_not_storable(DrawingList("A").added([LINE, bad, worse]))
    drawings = DrawingList("A", [bad])
    assert why_not_storable(drawings.changed([replace(bad, locked=True), LINE])) == ""
    assert "style.dash" in why_not_storable(drawings.changed([replace(bad, locked=True), worse]))

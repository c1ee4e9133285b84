"""Drawings that one chart of their symbol shows alone."""

from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.one_chart import chart_of, on_chart, with_chart

PLAIN = Drawing("a", "text", "AAPL", (Anchor(0, 1.0),), extra={"note": 1})
OWN = with_chart(PLAIN, "k1")


def test_a_chart_shows_its_own_drawings_and_those_of_all():
    other = with_chart(PLAIN, "k2")
    assert on_chart([PLAIN, OWN, other], "k1") == (PLAIN, OWN)
    assert on_chart([PLAIN, OWN, other], "") == (PLAIN,)


def test_the_chart_is_a_field_of_the_json_and_can_be_taken_away():
    assert parse_drawing(drawing_json(OWN)) == OWN
    assert chart_of(OWN) == "k1"
    assert with_chart(OWN, "") == PLAIN


def test_a_field_that_is_no_key_means_all_charts():
    other = Drawing("a", "text", "AAPL", (Anchor(0, 1.0),), extra={"chart": 7})
    assert on_chart([other], "k1") == (other,)

"""The figures that the page's drawings are held to are those of the window's tools."""

import json

from candledesk.drawings.registry import TOOLS
from tests.page.drawing_figures import CASES, cases_text


def test_the_cases_of_the_page_are_what_the_tools_make_now():
    """``python -m tests.page.drawing_figures`` writes them anew; the page's own test says what has to follow."""
    assert CASES.read_text(encoding="utf-8") == cases_text()


def test_every_tool_has_a_case():
    assert {row["type"] for row in json.loads(CASES.read_text(encoding="utf-8"))} == set(TOOLS)

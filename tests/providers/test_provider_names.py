"""The name of the first provider stands in its own package alone; texts say ``capabilities.title``."""

import re
from pathlib import Path

import candledesk

PACKAGE = Path(candledesk.__file__).parent
PAGE = Path(__file__).parents[2] / "resources" / "web"
# The provider itself, the market that stands in for it, and the frames that another library makes of its answers.
OWN = ("providers/yahoo/", "demo/", "python_api/")
ALLOWED = {  # by file, each line in which the name may stand: the id, the registry, and what databases hold
    "bar_files/tools.py": r'Tool\("Yahoo Finance"\)',
    "commands/files/imports.py": "files of yfinance, Yahoo, Stooq",
    "domain/symbols.py": r'DEFAULT_PROVIDER = "yahoo"|``yahoo:aapl`` is ``AAPL``',
    "providers/registry.py": r"from candledesk\.providers\.yahoo\.provider import YahooProvider|YahooProvider,",
    "store/market/migrations.py": r"'yahoo'",
}
PUBLIC = r"yahoo\.md|[^\n]*\byahoo[_-]url\b[^\n]*"  # a document, and the option (INTERFACE.md) with its help


def named(path):
    """Return the lines of a file that name the provider and may not."""
    place = path.relative_to(PACKAGE).as_posix()
    if place.startswith(OWN):
        return []
    text = re.sub(PUBLIC, "", path.read_text(), flags=re.IGNORECASE)
    allowed = ALLOWED.get(place)
    lines = [re.sub(allowed, "", line) if allowed else line for line in text.splitlines()]
    return [f"{place}: {line.strip()}" for line in lines if "yahoo" in line.lower()]


def test_the_first_provider_is_named_nowhere_else():
    assert [line for path in sorted(PACKAGE.rglob("*.py")) for line in named(path)] == []


def test_the_page_names_it_in_its_notice_of_sources_alone():
    lines = [
        f"{path.name}: {line.strip()}"
        for path in sorted(PAGE.iterdir())
        if path.suffix in {".js", ".html", ".css"}
        for line in path.read_text().splitlines()
        if "yahoo" in line.lower()
    ]
    assert len(lines) == 1, lines
    assert lines[0].startswith("index.html: Licensed under")


def test_every_allowance_is_needed():
    for place, pattern in ALLOWED.items():
        assert re.search(pattern, (PACKAGE / place).read_text()), place

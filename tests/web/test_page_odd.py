"""The page's words of flags are the product's."""

from pathlib import Path

from candledesk.domain.prices.oddity import Oddity, odd_text, odd_tokens

SCRIPT = Path(__file__).parents[2] / "resources" / "web" / "odd.js"


def test_the_page_has_the_words_of_every_reason():
    text = SCRIPT.read_text(encoding="utf-8")
    for flag in Oddity:
        assert f'{odd_tokens(flag)}: "{odd_text(flag)}"' in text

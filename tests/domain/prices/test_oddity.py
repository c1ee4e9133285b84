"""The names of flags: each has one token, which can be parsed, and one text."""

import itertools

from candledesk.domain.prices.oddity import Oddity, count_tokens, odd_text, odd_tokens, parse_tokens


def test_every_flag_has_a_token_of_its_own_and_words():
    tokens = [odd_tokens(flag) for flag in Oddity]
    assert len(set(tokens)) == len(Oddity)
    assert all(token and " " not in token for token in tokens)
    assert all(odd_text(flag) for flag in Oddity)


def test_tokens_are_parsed_back_alone_and_together():
    for one, other in itertools.product(Oddity, repeat=2):
        assert parse_tokens(odd_tokens(one | other)) == one | other
    assert parse_tokens("") == 0
    assert parse_tokens("jump of_a_newer_version") == Oddity.JUMP
    assert odd_tokens(0) == odd_text(0) == ""


def test_a_bar_counts_for_each_of_its_reasons():
    assert count_tokens({1: 3, 1 | 64: 2, 256: 1}) == {"open_outside": 5, "jump": 2, "session": 1}
    assert count_tokens({}) == {}

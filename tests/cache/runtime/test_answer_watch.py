"""A provider that does not answer is noticed while that lasts, and only then."""

import pytest

from candledesk.cache.runtime.answer_watch import KEPT_S, SLOW_S, AnswerWatch
from candledesk.providers.answers import FaultAnswer, MatchesAnswer

ANSWER = MatchesAnswer(())
SILENCE = FaultAnswer("no answer within 20 s")


class Later:
    """Calls of the future, made by hand."""

    def __init__(self):
        self.now, self.calls = 0.0, []

    def call_later(self, delay_s, function):
        self.calls.append((self.now + delay_s, function))

    def pass_time(self, seconds):
        self.now += seconds
        due = [call for call in self.calls if call[0] <= self.now]
        self.calls = [call for call in self.calls if call[0] > self.now]
        for _, function in due:
            function()


@pytest.fixture
def later():
    return Later()


@pytest.fixture
def changes():
    return []


@pytest.fixture
def watch(later, changes):
    made = AnswerWatch(later, lambda: changes.append(made.unanswered_since), lambda: int(later.now), lambda: later.now)
    return made


def test_an_answer_in_time_changes_nothing(watch, later, changes):
    with watch.asking() as answers:
        later.pass_time(SLOW_S - 1)
        answers.append(ANSWER)
    later.pass_time(100)
    assert (watch.unanswered_since, changes) == (None, [])


def test_a_wait_is_known_while_it_lasts(watch, later, changes):
    later.pass_time(50)
    with watch.asking() as answers:
        later.pass_time(SLOW_S)
        assert watch.unanswered_since == 50
        answers.append(ANSWER)
    assert changes == [50, None]


def test_tries_without_an_answer_are_one_wait_and_it_ends_with_the_last(watch, later, changes):
    for _ in range(3):
        with watch.asking() as answers:
            later.pass_time(4)
            answers.append(SILENCE)
        later.pass_time(4)
    assert (watch.unanswered_since, changes) == (0, [0])
    later.pass_time(KEPT_S)
    assert (watch.unanswered_since, changes) == (None, [0, None])


def test_a_fault_that_comes_at_once_is_an_answer_unless_there_is_no_network(watch, later):
    with watch.asking() as answers:
        answers.append(FaultAnswer("HTTP 500"))
    later.pass_time(SLOW_S)
    assert watch.unanswered_since is None
    with watch.asking() as answers:
        answers.append(FaultAnswer("connection refused", is_offline=True))
    later.pass_time(SLOW_S)
    assert watch.unanswered_since == SLOW_S


def test_others_that_wait_go_on_waiting_from_the_answer_on(watch, later):
    with watch.asking() as slow:
        later.pass_time(SLOW_S)
        with watch.asking() as answers:
            answers.append(ANSWER)
        assert watch.unanswered_since is None
        later.pass_time(SLOW_S)
        watch._look()
        assert watch.unanswered_since == SLOW_S
        slow.append(ANSWER)


def test_an_error_of_our_own_ends_the_wait_later(watch, later):
    def ask():
        with watch.asking():
            later.pass_time(SLOW_S)
            raise ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        ask()
    later.pass_time(KEPT_S)
    assert watch.unanswered_since is None

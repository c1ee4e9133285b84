"""Every allowed and every refused transition of a job, as a table of states and verbs."""

from __future__ import annotations

from itertools import product

import pytest

from candledesk.domain.job_states import ENDED, LIVE, JobState, JobVerb, describe_refusal, may, next_state, sources

# One row per state; the columns: begin succeed fail cancel pause resume retry requeue; "-": refused.
TABLE = """
queued     running  -          -       cancelled  paused  -       -       -
running    -        succeeded  failed  cancelled  paused  -       -       queued
paused     -        -          -       cancelled  -       queued  -       -
succeeded  -        -          -       -          -       -       -       -
failed     -        -          -       -          -       -       queued  -
cancelled  -        -          -       -          -       -       queued  -
"""
EXPECTED = {
    (JobState(line.split()[0]), verb): word
    for line in TABLE.strip().splitlines()
    for verb, word in zip(JobVerb, line.split()[1:], strict=True)
}


@pytest.mark.parametrize(("state", "verb"), list(product(JobState, JobVerb)), ids=str)
def test_every_transition_is_allowed_or_refused_as_in_the_table(state, verb):
    word = EXPECTED[state, verb]
    assert next_state(state, verb) == (None if word == "-" else JobState(word))
    assert may(state, verb) == (word != "-")
    assert (state in sources(verb)) == (word != "-")


def test_every_state_is_either_live_or_ended():
    assert set(JobState) == LIVE | ENDED
    assert not LIVE & ENDED


def test_a_live_job_can_always_be_cancelled_and_an_ended_one_only_retried():
    assert set(sources(JobVerb.CANCEL)) == LIVE
    assert {verb for state in ENDED for verb in JobVerb if may(state, verb)} == {JobVerb.RETRY}


def test_a_refusal_names_the_states_that_allow_the_verb():
    text = describe_refusal(7, JobState.SUCCEEDED, JobVerb.RETRY)
    assert text == "Job 7 is succeeded: only failed and cancelled jobs can be retried"
    assert describe_refusal(7, JobState.FAILED, JobVerb.CANCEL).endswith(
        "only queued, running and paused jobs can be cancelled"
    )
    assert describe_refusal(7, JobState.QUEUED, JobVerb.RESUME).endswith("only paused jobs can be resumed")

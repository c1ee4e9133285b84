"""Every edge of the job machine, and every refused one: the full product of states and verbs, written out."""

from __future__ import annotations

from itertools import product

import pytest

from candledesk.domain.job_states import ENDED, LIVE, JobState, JobVerb, describe_refusal, may, next_state, sources

# One row a state; the columns: begin succeed fail cancel pause resume retry requeue; "-": refused.
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
def test_every_edge_and_every_refused_edge(state, verb):
    word = EXPECTED[state, verb]
    assert next_state(state, verb) == (None if word == "-" else JobState(word))
    assert may(state, verb) == (word != "-")
    assert (state in sources(verb)) == (word != "-")


def test_live_and_ended_part_the_states():
    assert set(JobState) == LIVE | ENDED
    assert not LIVE & ENDED


def test_a_live_job_can_always_be_cancelled_and_an_ended_one_only_retried():
    assert set(sources(JobVerb.CANCEL)) == LIVE
    assert {verb for state in ENDED for verb in JobVerb if may(state, verb)} == {JobVerb.RETRY}


def test_a_refusal_names_what_would_be_allowed():
    text = describe_refusal(7, JobState.SUCCEEDED, JobVerb.RETRY)
    assert text == "Job 7 is succeeded: only failed and cancelled jobs can be retried"
    assert describe_refusal(7, JobState.FAILED, JobVerb.CANCEL).endswith(
        "only queued, running and paused jobs can be cancelled"
    )
    assert describe_refusal(7, JobState.QUEUED, JobVerb.RESUME).endswith("only paused jobs can be resumed")

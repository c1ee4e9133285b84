"""Steps that events of a chart's feed have in common: to rest, to plan the next request, to refuse a series. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.feed.feed_states import (
    Follow,
    Loading,
    LookingUp,
    Open,
    PlanOpening,
    PlanWindow,
    Refused,
    Report,
    SayWaiting,
    Showing,
    ShowRefusal,
)
from candledesk.ui.chart.core.feed.prefetch import FollowView

if TYPE_CHECKING:
    from candledesk.ui.chart.core.feed.feed_states import Action, Shown, Step


def rest(kind: type[Open], state: Open) -> Open:
    """Return a state of ``kind`` with nothing in flight."""
    return kind(state.target, state.generation, state.goal, state.window, state.refusal)


def plan(state: Open, shown: Shown, *, is_required: bool = False) -> tuple[Action, ...]:
    """Return the plan of the next request; of a series that is not shown only the first window can be planned."""
    if shown.key == state.target:
        return (PlanWindow(state.target, state.goal, state.window, is_required),)
    return (PlanOpening(state.target, state.goal),) if is_required else ()


def look_again(state: Open, shown: Shown) -> Step:
    """Request the window again, after the request that is in flight."""
    if isinstance(state, Loading):
        return replace(state, is_outdated=True), ()
    return state, plan(state, shown, is_required=True)


def refuse(state: Loading | LookingUp, text: str, shown: Shown) -> Step:
    """Keep the chart that is shown, and say why the target does not come; an empty chart goes on waiting for it."""
    is_outdated = isinstance(state, Loading) and state.is_outdated
    if not shown.has_bars:
        refused = replace(rest(Refused, state), refusal=text)
        report = (Report(text),) if text != state.refusal else ()  # it is tried again without a person's doing
        said = (ShowRefusal(state.target[0], text), SayWaiting(""), *report)
        return refused, (*said, *plan(refused, shown, is_required=is_outdated))
    showing = rest(Showing, state)
    if shown.key == state.target:
        return showing, (SayWaiting(""), Report(text), *plan(showing, shown, is_required=is_outdated))
    # The cache follows one series per view: what the shown one waited for was dropped, and is requested again.
    showing = replace(showing, target=shown.key, goal=FollowView(), window=None)
    return showing, (Follow(shown.key), SayWaiting(""), Report(text), *plan(showing, shown, is_required=True))

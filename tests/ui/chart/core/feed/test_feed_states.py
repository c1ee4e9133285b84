"""Every transition of a chart's feed, as a table: state, event and what is shown; next state and actions."""

from dataclasses import replace

import pytest

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.chart_messages import offline_text
from candledesk.ui.chart.core.feed.feed_events import (
    GoalSet,
    JobEnded,
    NetworkLost,
    NetworkRestored,
    ReplyArrived,
    RequestCancelled,
    RequestFailed,
    RetryDue,
    RetryRequested,
    SeriesClosed,
    SeriesOpened,
    StoreChanged,
    ViewportMoved,
    WindowPlanned,
    next_state,
)
from candledesk.ui.chart.core.feed.feed_states import (
    Closed,
    Follow,
    Loading,
    LookingUp,
    PlanOpening,
    PlanWindow,
    Refused,
    Report,
    RetryLater,
    SayPlace,
    SayWaiting,
    Send,
    ShowEmpty,
    Showing,
    ShowLoading,
    Shown,
    ShowRefusal,
    ShowWindow,
    WaitingForDate,
)
from candledesk.ui.chart.core.feed.prefetch import FollowView, GoToDate, GoToLatest, OpenAt, PrefetchWindow
from candledesk.ui.chart.core.scene import Series
from tests.fake_data import NOW, make_bars

NOTHING = ("", INTERVALS["1d"])
AAPL, MSFT, WEEKLY = ("AAPL", INTERVALS["1d"]), ("MSFT", INTERVALS["1d"]), ("AAPL", INTERVALS["1wk"])
FIRST, WINDOW, OTHER = PrefetchWindow(None, 500, 0), PrefetchWindow(None, 1_000, 0), PrefetchWindow(900, 500, 500)
BARS = Series.empty()  # the machine only hands windows on
DATE, LATEST, VIEW = GoToDate(900), GoToLatest(), FollowView()
DATE_TEXT = "1 Jan 1970"

BLANK = Shown(NOTHING)  # no series was shown yet
AAPL_BARS, AAPL_EMPTY = Shown(AAPL, 1_000), Shown(AAPL)
AAPL_CUT = Shown(AAPL, 1_000, EdgeState.MORE)
MSFT_BARS = Shown(MSFT, 1_000)

LOADING = Loading(AAPL, 5, VIEW, WINDOW)
OUTDATED = replace(LOADING, is_outdated=True)
SHOWING = Showing(AAPL, 5, VIEW, WINDOW)
LOOKING_UP = LookingUp(AAPL, 5, VIEW, WINDOW)
DATED = WaitingForDate(AAPL, 5, DATE, OTHER)
REFUSED = Refused(AAPL, 5, VIEW, WINDOW, "No such symbol.")
RESTING = (SHOWING, LOOKING_UP, DATED, REFUSED)
OPEN = (*RESTING, LOADING)

PLAN = PlanWindow(AAPL, VIEW, WINDOW)
AGAIN = replace(PLAN, is_required=True)
WAIT_OVER = SayWaiting("")
UNREACHED = offline_text("AAPL")


def arrived(**changes):
    return replace(ReplyArrived(5, BARS, first_open_time=800), **changes)


OPENING = [
    ("the first series", Closed(3), SeriesOpened(AAPL), BLANK, LookingUp(AAPL, 3), (Follow(AAPL), PlanOpening(AAPL))),
    (
        "another series ends what was waited for",
        replace(DATED, refusal="x"), SeriesOpened(MSFT), AAPL_BARS,
        LookingUp(MSFT, 5), (Follow(MSFT), PlanOpening(MSFT)),
    ),
    ("the same series again", LOADING, SeriesOpened(AAPL), BLANK, LookingUp(AAPL, 5), (PlanOpening(AAPL),)),
    ("a series at a date", Closed(3), SeriesOpened(AAPL, DATE), BLANK,
     LookingUp(AAPL, 3, DATE), (Follow(AAPL), PlanOpening(AAPL, DATE))),
    ("a series is closed", LOADING, SeriesClosed(), AAPL_BARS, Closed(5), (Follow(None),)),
    ("a planned window is requested", LOOKING_UP, WindowPlanned(AAPL, FIRST), BLANK,
     Loading(AAPL, 6, VIEW, FIRST), (Send(AAPL, 6, FIRST),)),
    ("a request keeps goal and refusal", replace(REFUSED, goal=LATEST), WindowPlanned(AAPL, FIRST), BLANK,
     Loading(AAPL, 6, LATEST, FIRST, "No such symbol."), (Send(AAPL, 6, FIRST),)),
    ("one request at a time", LOADING, WindowPlanned(AAPL, FIRST), BLANK, LOADING, ()),
    ("a plan for another series", SHOWING, WindowPlanned(MSFT, FIRST), BLANK, SHOWING, ()),
]  # fmt: skip

MOVING = [
    ("a moved view", SHOWING, ViewportMoved(), AAPL_BARS, SHOWING, (PLAN,)),
    ("a moved view while a date is waited for", DATED, ViewportMoved(), AAPL_BARS, DATED,
     (PlanWindow(AAPL, DATE, OTHER),)),
    ("a moved view while the series is looked up", LOOKING_UP, ViewportMoved(), MSFT_BARS, LOOKING_UP, ()),
    ("a moved view during a request", LOADING, ViewportMoved(), AAPL_BARS, LOADING, ()),
    ("a date", SHOWING, GoalSet(DATE), AAPL_BARS, replace(SHOWING, goal=DATE), (replace(AGAIN, goal=DATE),)),
    ("the latest bar", SHOWING, GoalSet(LATEST), AAPL_BARS, replace(SHOWING, goal=LATEST),
     (replace(AGAIN, goal=LATEST),)),
    ("the latest bar instead of a date", DATED, GoalSet(LATEST), AAPL_BARS,
     Showing(AAPL, 5, LATEST, OTHER), (PlanWindow(AAPL, LATEST, OTHER, True),)),
    ("a date during a request", LOADING, GoalSet(DATE), AAPL_BARS, replace(OUTDATED, goal=DATE), ()),
    ("a date while another series is looked up", LOOKING_UP, GoalSet(DATE), MSFT_BARS,
     replace(LOOKING_UP, goal=DATE), (PlanOpening(AAPL, DATE),)),
]  # fmt: skip

STORE = [
    ("bars are stored", SHOWING, StoreChanged("AAPL", "1d", 5_000), AAPL_BARS, SHOWING, (AGAIN,)),
    ("bars are stored during a request", LOADING, StoreChanged("AAPL", "1d", 5_000), AAPL_BARS, OUTDATED, ()),
    ("bars of another symbol", SHOWING, StoreChanged("MSFT", "1d", 5_000), AAPL_BARS, SHOWING, ()),
    ("bars of another interval", SHOWING, StoreChanged("AAPL", "5m", 5_000), AAPL_BARS, SHOWING, ()),
    ("bars of the base of a derived interval", replace(SHOWING, target=WEEKLY), StoreChanged("AAPL", "1d", 5_000),
     Shown(WEEKLY, 1_000), replace(SHOWING, target=WEEKLY), (replace(AGAIN, target=WEEKLY),)),
    ("every series is meant", SHOWING, StoreChanged(), AAPL_CUT, SHOWING, (AGAIN,)),
    ("bars of a series that is looked up", LOOKING_UP, StoreChanged("AAPL", "1d", 5_000), MSFT_BARS, LOOKING_UP,
     (PlanOpening(AAPL),)),
    ("bars of a date that is waited for", DATED, StoreChanged("AAPL", "1d", 1_000), AAPL_CUT, DATED,
     (PlanWindow(AAPL, DATE, OTHER, True),)),
    ("bars of a series that was refused", REFUSED, StoreChanged("AAPL", "1d", 5_000), AAPL_EMPTY, REFUSED, (AGAIN,)),
    ("bars before a cut window", SHOWING, StoreChanged("AAPL", "1d", 1_000), AAPL_CUT, SHOWING, ()),
    ("bars before a cut window, during a request", LOADING, StoreChanged("AAPL", "1d", 1_000), AAPL_CUT, LOADING, ()),
    ("bars that reach into a cut window", SHOWING, StoreChanged("AAPL", "1d", 1_001), AAPL_CUT, SHOWING, (AGAIN,)),
    ("bars before a window that is waiting for them", SHOWING, StoreChanged("AAPL", "1d", 1_000), AAPL_BARS, SHOWING,
     (AGAIN,)),
    ("bars before another series' cut window", LOOKING_UP, StoreChanged("AAPL", "1d", 1_000),
     replace(AAPL_CUT, key=MSFT),
     LOOKING_UP, (PlanOpening(AAPL),)),
    ("bars before an empty cut window", SHOWING, StoreChanged("AAPL", "1d", 1_000),
     Shown(AAPL, None, EdgeState.MORE), SHOWING, (AGAIN,)),
]  # fmt: skip

RETRIES = [
    ("a look-up failed", LOOKING_UP, JobEnded("AAPL", "1d"), MSFT_BARS, LOOKING_UP, (RetryLater(),)),
    ("a look-up failed beside an empty chart", SHOWING, JobEnded("AAPL", "1d"), AAPL_EMPTY, SHOWING, (RetryLater(),)),
    ("a job failed of a chart with bars", SHOWING, JobEnded("AAPL", "1d"), AAPL_BARS, SHOWING, ()),
    ("a job of another series failed", LOOKING_UP, JobEnded("MSFT", "1d"), MSFT_BARS, LOOKING_UP, ()),
    ("the pause is over", LOOKING_UP, RetryDue(), MSFT_BARS, LOOKING_UP, (PlanOpening(AAPL),)),
    ("the pause is over, the chart is the series'", REFUSED, RetryDue(), AAPL_EMPTY, REFUSED, (AGAIN,)),
    ("the pause is over during a request", LOADING, RetryDue(), BLANK, OUTDATED, ()),
    ("the network is back", REFUSED, NetworkRestored(), BLANK, REFUSED, (PlanOpening(AAPL),)),
    ("the network is back for a chart with bars", SHOWING, NetworkRestored(), AAPL_BARS, SHOWING, ()),
    ("the network is lost while a series is looked up", LOOKING_UP, NetworkLost(), MSFT_BARS, Showing(MSFT, 5),
     (Follow(MSFT), WAIT_OVER, Report(UNREACHED), PlanWindow(MSFT, VIEW, None, True))),
    ("the network is lost beside an empty chart", LOOKING_UP, NetworkLost(), BLANK, LOOKING_UP, ()),
    ("the network is lost during a request", LOADING, NetworkLost(), MSFT_BARS, LOADING, ()),
    ("the network is lost for a chart with bars", SHOWING, NetworkLost(), AAPL_BARS, SHOWING, ()),
    ("a person tries again", REFUSED, RetryRequested(), BLANK, REFUSED, (ShowLoading(AAPL), PlanOpening(AAPL))),
    ("a person updates a chart with bars", SHOWING, RetryRequested(), AAPL_BARS, SHOWING, ()),
]  # fmt: skip

REPLIES = [
    ("a late reply", LOADING, arrived(generation=4), AAPL_BARS, LOADING, ()),
    ("a reply that nobody waits for", SHOWING, arrived(), AAPL_BARS, SHOWING, ()),
    ("another window of the series", LOADING, arrived(), AAPL_BARS, SHOWING, (ShowWindow(BARS), WAIT_OVER, PLAN)),
    ("a window that changes nothing", LOADING, arrived(is_unchanged=True), AAPL_BARS, SHOWING, (WAIT_OVER, PLAN)),
    ("something changed since the request", OUTDATED, arrived(), AAPL_BARS, SHOWING,
     (ShowWindow(BARS), WAIT_OVER, AGAIN)),
    ("the first window of another series", LOADING, arrived(), MSFT_BARS, SHOWING,
     (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN)),
    ("a known series without bars", LOADING, arrived(first_open_time=None), MSFT_BARS, SHOWING,
     (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN)),
    ("an unknown series in an empty chart", LOADING, arrived(first_open_time=None, is_known=False), BLANK, SHOWING,
     (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN)),
    ("an unknown series beside a chart with bars", LOADING, arrived(first_open_time=None, is_known=False), MSFT_BARS,
     LOOKING_UP, (SayWaiting("Looking up AAPL…"),)),
    ("the same, and something changed since", OUTDATED, arrived(first_open_time=None, is_known=False), MSFT_BARS,
     LOOKING_UP, (SayWaiting("Looking up AAPL…"), PlanOpening(AAPL))),
    ("an unknown instrument with bars", LOADING, arrived(is_known=False), MSFT_BARS, SHOWING,
     (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN)),
    ("no bars of the series that is shown", LOADING, arrived(first_open_time=None, is_known=False), AAPL_BARS, SHOWING,
     (ShowWindow(BARS), WAIT_OVER, PLAN)),
    ("a look-up that failed", LOADING,
     arrived(first_open_time=None, is_known=False, edge=EdgeState.FAILED, edge_reason="No answer."), MSFT_BARS,
     Showing(MSFT, 5), (Follow(MSFT), WAIT_OVER, Report("No answer."), PlanWindow(MSFT, VIEW, None, True))),
    ("the same without a network", LOADING, arrived(first_open_time=None, is_known=False, is_offline=True), MSFT_BARS,
     Showing(MSFT, 5), (Follow(MSFT), WAIT_OVER, Report(UNREACHED), PlanWindow(MSFT, VIEW, None, True))),
    ("a known series without a network", LOADING, arrived(first_open_time=None, is_offline=True), MSFT_BARS, SHOWING,
     (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN)),
    ("the latest window that was asked for", replace(LOADING, goal=LATEST), arrived(is_unchanged=True), AAPL_BARS,
     SHOWING, (ShowWindow(BARS, is_latest=True), WAIT_OVER, PLAN)),
    ("a window from before the latest was asked for", replace(OUTDATED, goal=LATEST), arrived(anchor=700), AAPL_BARS,
     replace(SHOWING, goal=LATEST), (ShowWindow(BARS), WAIT_OVER, replace(AGAIN, goal=LATEST))),
]  # fmt: skip

TO_DATE = replace(LOADING, goal=DATE, window=OTHER)
AT_DATE = Showing(AAPL, 5, VIEW, OTHER)
PLAN_BESIDE = PlanWindow(AAPL, VIEW, OTHER)
PLAN_DATE = PlanWindow(AAPL, DATE, OTHER)
MISSED = Showing(AAPL, 5)
DATES = [
    ("the date", TO_DATE, arrived(anchor=900), AAPL_BARS, AT_DATE,
     (ShowWindow(BARS, date=900), WAIT_OVER, PLAN_BESIDE)),
    ("a window that begins at the date", TO_DATE, arrived(anchor=900, first_open_time=900, is_unchanged=True),
     AAPL_BARS,
     AT_DATE, (ShowWindow(BARS, date=900), WAIT_OVER, PLAN_BESIDE)),
    ("a window from before the date was set", TO_DATE, arrived(anchor=700), AAPL_BARS, DATED, (PLAN_DATE,)),
    ("the same, and something changed since", replace(TO_DATE, is_outdated=True), arrived(anchor=None), AAPL_BARS,
     DATED,
     (replace(PLAN_DATE, is_required=True),)),
    ("a date that is not stored yet", TO_DATE, arrived(anchor=900, first_open_time=901), AAPL_BARS, DATED,
     (SayWaiting(f"Loading {DATE_TEXT}…"), PLAN_DATE)),
    ("a date that more reading brings", TO_DATE, arrived(anchor=900, first_open_time=901, edge=EdgeState.MORE),
     AAPL_BARS,
     DATED, (SayWaiting(f"Loading {DATE_TEXT}…"), PLAN_DATE)),
    ("nothing around the date yet", TO_DATE, arrived(anchor=900, first_open_time=None), AAPL_BARS, DATED,
     (SayWaiting(f"Loading {DATE_TEXT}…"), PLAN_DATE)),
    ("a date before the history", TO_DATE, arrived(anchor=900, first_open_time=901, edge=EdgeState.START), AAPL_BARS,
     AT_DATE, (ShowWindow(BARS, date=900), WAIT_OVER, PLAN_BESIDE)),
    ("nothing around the date ever", TO_DATE,
     arrived(anchor=900, first_open_time=None, edge=EdgeState.START, edge_reason="Not listed."), AAPL_BARS,
     MISSED, (WAIT_OVER, Report("Not listed."), PlanWindow(AAPL, VIEW, None, True))),
    ("nothing around the date, for no reason", TO_DATE,
     arrived(anchor=900, first_open_time=None, edge=EdgeState.FAILED),
     AAPL_BARS, MISSED,
     (WAIT_OVER, Report(f"There are no bars around {DATE_TEXT}."), PlanWindow(AAPL, VIEW, None, True))),
    ("another series opens at its date", replace(TO_DATE, goal=GoToDate(900, 2.5)), arrived(anchor=900), MSFT_BARS,
     AT_DATE, (ShowWindow(BARS, is_new=True, date=900, right_bars=2.5), WAIT_OVER, PLAN_BESIDE)),
    ("another series whose date is not stored yet", TO_DATE, arrived(anchor=900, first_open_time=901), MSFT_BARS,
     replace(AT_DATE, goal=DATE), (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN_DATE)),
    ("a series that was to open at a date is refused", TO_DATE, RequestFailed(5, "No such symbol."), MSFT_BARS,
     Showing(MSFT, 5), (Follow(MSFT), WAIT_OVER, Report("No such symbol."), PlanWindow(MSFT, VIEW, None, True))),
    ("another series opens before its date", TO_DATE, arrived(), MSFT_BARS, replace(AT_DATE, goal=DATE),
     (ShowWindow(BARS, is_new=True), WAIT_OVER, PLAN_DATE)),
]  # fmt: skip

TEXT = "No such symbol."
BACK = (Follow(MSFT), WAIT_OVER, Report(TEXT), PlanWindow(MSFT, VIEW, None, True))
FAILURES = [
    ("a failed request beside another chart", LOADING, RequestFailed(5, TEXT), MSFT_BARS, Showing(MSFT, 5), BACK),
    ("a failed request of the chart", LOADING, RequestFailed(5, TEXT), AAPL_BARS, SHOWING,
     (WAIT_OVER, Report(TEXT), PLAN)),
    ("the same, and something changed since", OUTDATED, RequestFailed(5, TEXT), AAPL_BARS, SHOWING,
     (WAIT_OVER, Report(TEXT), AGAIN)),
    ("a failed request of a chart that never showed anything", LOADING, RequestFailed(5, TEXT), BLANK, REFUSED,
     (ShowRefusal("AAPL", TEXT), WAIT_OVER, Report(TEXT))),
    ("the same refusal again", replace(LOADING, refusal=TEXT), RequestFailed(5, TEXT), BLANK, REFUSED,
     (ShowRefusal("AAPL", TEXT), WAIT_OVER)),
    ("a failed request, and something changed since", OUTDATED, RequestFailed(5, TEXT), BLANK, REFUSED,
     (ShowRefusal("AAPL", TEXT), WAIT_OVER, Report(TEXT), PlanOpening(AAPL))),
    ("a failed older request", LOADING, RequestFailed(4, TEXT), BLANK, LOADING, ()),
    ("a failed request that nobody waits for", SHOWING, RequestFailed(5, TEXT), BLANK, SHOWING, ()),
    ("a reply that refuses, beside another chart", LOADING, arrived(error=TEXT), MSFT_BARS, Showing(MSFT, 5), BACK),
    ("a reply that refuses, in the chart", LOADING, arrived(error=TEXT), AAPL_BARS, SHOWING,
     (WAIT_OVER, Report(TEXT), PLAN)),
    ("a reply that refuses, in an empty chart", LOADING, arrived(error=TEXT, first_open_time=None), BLANK, REFUSED,
     (ShowEmpty(BARS), ShowRefusal("AAPL", TEXT), WAIT_OVER, Report(TEXT), PLAN)),
    ("a reply that refuses again", replace(LOADING, refusal=TEXT), arrived(error=TEXT, first_open_time=None),
     AAPL_EMPTY,
     REFUSED, (ShowRefusal("AAPL", TEXT), WAIT_OVER, PLAN)),
    ("a cancelled request", LOADING, RequestCancelled(5), AAPL_BARS, SHOWING, ()),
    ("a cancelled request of a series that is not shown", LOADING, RequestCancelled(5), MSFT_BARS, LOOKING_UP, ()),
    ("a cancelled older request", LOADING, RequestCancelled(4), AAPL_BARS, LOADING, ()),
    ("a cancelled request that nobody waits for", REFUSED, RequestCancelled(5), BLANK, REFUSED, ()),
]  # fmt: skip

PLACE = OpenAt(900)
PLACED = replace(LOADING, goal=PLACE)
EMPTY = {"anchor": 900, "first_open_time": None}
THERE = ShowWindow(BARS, is_new=True, right_time=900)
LATER = replace(BARS, oldest_askable=5_000 - 86_400)  # so that its history begins at 5,000
NEARER = GoToDate(900, near=5_000)
THREE = make_bars(3, end=NOW + 3 * 86_400)
DATED_BARS = replace(BARS, symbol="AAPL", bars=THREE, axis=BarAxis(THREE.open_time), edge=EdgeState.START)
PLACES = [
    ("a place on another series", SHOWING, SeriesOpened(MSFT, PLACE), AAPL_BARS, LookingUp(MSFT, 5, PLACE),
     (Follow(MSFT), PlanOpening(MSFT, PLACE))),
    ("another series before any was shown there", PLACED, SeriesOpened(MSFT), BLANK, LookingUp(MSFT, 5, PLACE),
     (Follow(MSFT), PlanOpening(MSFT, PLACE))),
    ("the place is there", PLACED, arrived(anchor=900), MSFT_BARS, SHOWING, (THERE, WAIT_OVER, PLAN)),
    ("the place is on its way", PLACED, arrived(anchor=900, first_open_time=950), MSFT_BARS,
     replace(SHOWING, goal=PLACE), (THERE, WAIT_OVER, replace(PLAN, goal=PLACE))),
    ("nothing of it is stored yet", PLACED, arrived(**EMPTY), MSFT_BARS, replace(SHOWING, goal=PLACE),
     (THERE, WAIT_OVER, replace(PLAN, goal=PLACE))),
    ("the history begins after the place", PLACED, arrived(anchor=900, first_open_time=950, edge=EdgeState.START),
     MSFT_BARS, SHOWING, (THERE, WAIT_OVER, PLAN)),
    ("no bars come around the place", PLACED, arrived(**EMPTY, edge=EdgeState.START), MSFT_BARS,
     LookingUp(AAPL, 5), (SayPlace("There are no 1d bars of AAPL then: the latest are shown"), PlanOpening(AAPL))),
    ("the history is known to begin later", PLACED, arrived(window=LATER, **EMPTY, edge=EdgeState.START), MSFT_BARS,
     LookingUp(AAPL, 5, OpenAt(900, 5_000)), (PlanOpening(AAPL, OpenAt(900, 5_000)),)),
    ("the history begins later, and nothing is loaded before", PLACED,
     arrived(window=LATER, **EMPTY, edge=EdgeState.MORE), MSFT_BARS,
     LookingUp(AAPL, 5, OpenAt(900, 5_000)), (PlanOpening(AAPL, OpenAt(900, 5_000)),)),
    ("without a network", PLACED, arrived(**EMPTY, is_offline=True), AAPL_EMPTY, Showing(AAPL, 5),
     (SayPlace("The 1d bars of AAPL around 1 Jan 1970 are not stored: the latest are shown"),
      PlanWindow(AAPL, VIEW, None, is_required=True))),
    ("a date before the history", replace(LOADING, goal=DATE), arrived(window=LATER, **EMPTY, edge=EdgeState.START),
     AAPL_BARS, WaitingForDate(AAPL, 5, NEARER, None), (PlanWindow(AAPL, NEARER, None, is_required=True),)),
    ("the first bar, in answer to an earlier date", replace(LOADING, goal=NEARER),
     arrived(anchor=5_000, first_open_time=5_000, edge=EdgeState.START), AAPL_BARS, SHOWING,
     (ShowWindow(BARS, date=900), WAIT_OVER, PLAN)),
    ("a date at the right edge needs no words", replace(LOADING, goal=GoToDate(-900, 2.5)),
     arrived(window=DATED_BARS, anchor=-900, edge=EdgeState.START), AAPL_BARS, SHOWING,
     (ShowWindow(DATED_BARS, date=-900, right_bars=2.5), WAIT_OVER, PLAN)),
    ("a date that a person named", replace(LOADING, goal=GoToDate(-900)),
     arrived(window=DATED_BARS, anchor=-900, edge=EdgeState.START), AAPL_BARS, SHOWING,
     (ShowWindow(DATED_BARS, date=-900), WAIT_OVER, PLAN, SayPlace("AAPL begins on 24 Nov 2025"))),
    ("a date without a network", replace(LOADING, goal=DATE), arrived(**EMPTY, is_offline=True), AAPL_BARS,
     Showing(AAPL, 5), (WAIT_OVER, Report("The bars of 1 Jan 1970 are not stored, and nothing can be fetched now."),
     PlanWindow(AAPL, VIEW, None, is_required=True))),
    ("a refusal leaves the other chart where it is", PLACED, RequestFailed(5, TEXT), MSFT_BARS, Showing(MSFT, 5), BACK),
]  # fmt: skip

TABLE = [*OPENING, *MOVING, *STORE, *RETRIES, *REPLIES, *DATES, *FAILURES, *PLACES]


@pytest.mark.parametrize(
    ("state", "event", "shown", "expected", "actions"),
    [row[1:] for row in TABLE],
    ids=[f"{type(row[2]).__name__}: {row[0]}" for row in TABLE],
)
def test_each_event_leads_to_its_state_and_actions(state, event, shown, expected, actions):
    assert next_state(state, event, shown) == (expected, actions)


@pytest.mark.parametrize(
    "event",
    [
        SeriesClosed(), ViewportMoved(), GoalSet(DATE), StoreChanged(), JobEnded("AAPL", "1d"), RetryDue(),
        NetworkLost(), NetworkRestored(), RetryRequested(), WindowPlanned(AAPL, FIRST), RequestFailed(5, TEXT),
        RequestCancelled(5), arrived(),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_a_closed_feed_only_opens(event):
    assert next_state(Closed(5), event, AAPL_BARS) == (Closed(5), ())


@pytest.mark.parametrize("state", OPEN, ids=lambda state: type(state).__name__)
def test_every_open_state_can_open_another_series_and_close(state):
    assert next_state(state, SeriesOpened(MSFT), AAPL_BARS)[0] == LookingUp(MSFT, 5)
    assert next_state(state, SeriesClosed(), AAPL_BARS)[0] == Closed(5)


@pytest.mark.parametrize("state", RESTING, ids=lambda state: type(state).__name__)
def test_a_change_during_a_request_is_requested_after_it_and_only_once(state):
    """From every state in which nothing is in flight: request, change, reply, request, reply, and rest."""
    n_sent = 0
    state = next_state(state, WindowPlanned(AAPL, WINDOW), AAPL_BARS)[0]
    state = next_state(state, StoreChanged("AAPL", "1d", 5_000), AAPL_BARS)[0]
    for _ in range(3):
        state, actions = next_state(state, arrived(generation=state.generation, anchor=900), AAPL_BARS)
        if any(isinstance(action, PlanWindow) and action.is_required for action in actions):
            state = next_state(state, WindowPlanned(AAPL, WINDOW), AAPL_BARS)[0]
            n_sent += 1
    assert n_sent == 1
    assert isinstance(state, Showing)

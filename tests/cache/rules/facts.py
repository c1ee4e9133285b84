"""Facts of a series: made-up calendars, and what is known of it."""

from candledesk.cache.rules.planner import Facts
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.cache.conftest import FIRST_DAY, INTERVALS, NOW, all_day_calendar, weekday_calendar

WEEKDAYS, ALL_DAYS = weekday_calendar(), all_day_calendar()


def facts_of(name, coverage=(), calendar=WEEKDAYS, first=FIRST_DAY, now=NOW):
    return Facts(INTERVALS[name], calendar, tuple(coverage), first, now, LIMITS.get(name), "Yahoo")

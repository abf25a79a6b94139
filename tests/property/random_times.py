"""Random schedules, ramps and instants."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from tests.property.chooser import Chooser, given_keys
from tests.property.documents import DAY_US, Document, micros, text_of
from tests.property.twin_values import instant_of_document

# Ramps, approvals, gates and pauses lie in these weeks.
FIRST_US = micros(dt.datetime(2026, 2, 20, tzinfo=dt.UTC))
LAST_US = micros(dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
# Zones whose rules have been the same for years: the machine's database need not be of the version that is compiled in.
ZONES = (
    "UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns",
    "Pacific/Apia", "Pacific/Chatham", "Europe/Dublin",
)  # fmt: skip
# Changes of clocks in those zones, the day that Apia skipped, holidays.
CHANGES = [
    instant_of_document(text)
    for text in (
        "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z",
        "2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z", "2026-03-08T05:30:00Z", "2011-12-30T10:00:00Z",
        "2026-04-04T14:00:00Z", "2026-07-03T16:00:00Z", "2026-05-25T16:00:00Z", "2027-12-31T12:00:00Z",
    )
]  # fmt: skip
CLOCK_TIMES = ("00:00", "00:30", "01:30", "02:00", "02:30", "08:00", "12:00", "22:00", "23:59", "24:00")
PERCENTS = (0, 100, 50, 10, 0.00001, 33.33333, 99.99999)
SPANS = ("1d", "1h", "90m", "1d12h", "2d", "1w")


def instant_us(choose: Chooser) -> int:
    """An instant: in those weeks, or near a change of clocks."""
    if choose.once_in(2):
        return choose.number(FIRST_US, LAST_US)
    return choose.of(CHANGES) + choose.of((0, -1, 1, DAY_US // 3, -DAY_US // 4, DAY_US, -DAY_US))


@st.composite
def instants(draw: st.DrawFn) -> int:
    """An instant."""
    return instant_us(Chooser(draw))


def instant_text(choose: Chooser) -> str:
    """An instant as a document writes it."""
    return text_of(instant_us(choose))


def week_text(choose: Chooser) -> str:
    """An instant in the weeks of the ramps."""
    return text_of(choose.number(FIRST_US, LAST_US))


def schedule(choose: Chooser) -> Document:
    """Opening hours."""
    closed = ("us-holidays", "desk-closed", "2026-03-29", "2026-05-01", "2011-12-29")
    start, end = sorted((instant_us(choose), instant_us(choose)))
    return given_keys(
        zone=choose.of(ZONES),
        open=one_or_more(choose, choose.several(0, 3, lambda: window(choose))),
        closed_on=one_or_more(choose, choose.some_of(closed, 3)),
        from_=choose.maybe(5, lambda: text_of(start)),
        until=choose.maybe(5, lambda: text_of(end + 1)),
    )


def one_or_more(choose: Chooser, found: list[str]) -> list[str] | str | None:
    """Nothing for none, and for one also without its list."""
    return found[0] if len(found) == 1 and choose.once_in(2) else found or None


def window(choose: Chooser) -> str:
    """A window of opening hours."""
    days = choose.of(("daily", "mon-fri", "sat,sun", "sat-mon", "fri", "mon,wed-thu", "sun-sat"))
    start = choose.of(CLOCK_TIMES[:-1])
    end = choose.of([time for time in CLOCK_TIMES if time != start])
    return "always" if choose.once_in(6) else f"{days} {start}-{end}"


def ramp(choose: Chooser) -> Document:
    """A ramp with every kind of step."""
    count = choose.number(1, 4)
    # Shadow steps stand before live ones; only live percents must never fall.
    shadows = choose.of((0, 0, 1, count))
    percents = sorted(choose.of(PERCENTS) for _ in range(count))
    steps = [step(choose, percent, index < shadows, index + 1 == count) for index, percent in enumerate(percents)]
    asked = [index for index, found in enumerate(steps) if "approval" in found]
    return given_keys(
        unit=choose.of(("customer_id", "account.tier", "nobody_has_it")),
        algorithm="xxh3/1",
        salt=choose.of((None, None, "s1", "sälz")),
        started_at=text_of(choose.number(FIRST_US, (FIRST_US + LAST_US) // 2)),
        steps=steps,
        approvals=choose.several(0, 3, lambda: approval(choose, choose.of(asked))) if asked else None,
        pauses=choose.maybe(3, lambda: choose.several(0, 3, lambda: pause(choose))),
    )


def step(choose: Chooser, percent: float, shadow: bool, last: bool) -> Document:
    """A step; in shadow of any percent, or live of the one given."""
    hold = None if last and choose.once_in(2) else choose.of(SPANS)
    return given_keys(
        percent=choose.of(PERCENTS) if shadow else percent,
        mode="shadow" if shadow else choose.of((None, "live")),
        hold=hold,
        max=choose.maybe(3, lambda: "2w") if hold else None,
        min_n=choose.maybe(3, lambda: choose.number(1, 9)),
        approval=choose.maybe(5, lambda: "lead"),
    )


def approval(choose: Chooser, index: int) -> Document:
    """An approval of a step."""
    return {"step": index, "role": "lead", "by": "maria@example.com", "at": week_text(choose)}


def pause(choose: Chooser) -> Document:
    """A pause, now and then without an end."""
    start = choose.number(FIRST_US, LAST_US)
    end = None if choose.once_in(5) else text_of(start + choose.number(1, 10 * DAY_US))
    return {"from": text_of(start), "reason": "outage"} | given_keys(to=end)

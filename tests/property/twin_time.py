"""Schedules and ramp positions, written down slowly and plainly: `zoneinfo` for wall clocks, and for ramps the time
outside pauses counted anew for every question.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.property.documents import DAY_US, HOUR_US, Document, moment
from tests.property.twin_values import instant_of_document

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS_US = {"w": 7 * DAY_US, "d": DAY_US, "h": HOUR_US, "m": HOUR_US // 60, "s": HOUR_US // 3600}
NEVER = 2**70

Pauses = list[tuple[int, int]]


def is_open(schedule: Document, calendars: Document, at_us: int) -> bool:
    """Whether a schedule is open."""
    if "from" in schedule and at_us < instant_of_document(schedule["from"]):
        return False
    if "until" in schedule and at_us >= instant_of_document(schedule["until"]):
        return False
    local = moment(at_us).astimezone(ZoneInfo(schedule["zone"]))
    windows = listed(schedule.get("open", "always"))
    yesterday = local.date() - dt.timedelta(days=1)
    minute = local.hour * 60 + local.minute
    begins = [(local.date(), minute), (yesterday, minute + 1440)]
    return any(
        covers(window, day, since_min) and not is_closed(schedule, calendars, day)
        for window in windows
        for day, since_min in begins
    )


def listed(value: Any) -> list[str]:
    """One text, or a list of them."""
    return [value] if isinstance(value, str) else list(value)


def covers(window: str, day: dt.date, since_min: int) -> bool:
    """Whether the window that begins on a day is open so many minutes after that day's midnight."""
    if window == "always":
        return since_min < 1440
    days, hours = window.split(" ")
    start, end = ([int(part) for part in time.split(":")] for time in hours.split("-"))
    start_min, end_min = start[0] * 60 + start[1], end[0] * 60 + end[1]
    end_min += 1440 if end_min <= start_min else 0
    return WEEKDAYS[day.weekday()] in days_of(days) and start_min <= since_min < end_min


def days_of(text: str) -> set[str]:
    """The days of `daily`, `mon-fri`, `sat,sun` or `sat-mon`."""
    found: set[str] = set()
    for part in text.split(","):
        if part == "daily":
            found |= set(WEEKDAYS)
            continue
        first, _, last = part.partition("-")
        place = WEEKDAYS.index(first)
        found.add(first)
        while last and WEEKDAYS[place] != last:
            place = (place + 1) % 7
            found.add(WEEKDAYS[place])
    return found


def is_closed(schedule: Document, calendars: Document, day: dt.date) -> bool:
    """Whether a day is closed, by a calendar's name or by its date."""
    for name in listed(schedule.get("closed_on", [])):
        if name in calendars:
            if day.isoformat() in calendars[name]["dates"]:
                return True
        elif name == "us-holidays":
            if is_us_holiday(day):
                return True
        elif name == day.isoformat():
            return True
    return False


def is_us_holiday(day: dt.date) -> bool:
    """A federal holiday of the United States, or the day off for one that falls on a weekend; since 1986."""
    friday, monday = day + dt.timedelta(days=1), day - dt.timedelta(days=1)
    return (
        is_us_holiday_itself(day)
        or (day.weekday() == 4 and is_us_holiday_itself(friday))
        or (day.weekday() == 0 and is_us_holiday_itself(monday))
    )


def is_19_june(day: dt.date) -> bool:
    """Juneteenth, a holiday since 2021."""
    return day.year >= 2021 and (day.month, day.day) == (6, 19)


def is_us_holiday_itself(day: dt.date) -> bool:
    """5 U.S.C. 6103."""
    if (day.month, day.day) in {(1, 1), (7, 4), (11, 11), (12, 25)} or is_19_june(day):
        return True
    nth, weekday = (day.day - 1) // 7 + 1, day.weekday()
    last_monday_of_may = day.month == 5 and weekday == 0 and day.day > 24
    thanksgiving = (day.month, nth, weekday) == (11, 4, 3)
    mondays = {(1, 3), (2, 3), (9, 1), (10, 2)}
    return last_monday_of_may or thanksgiving or (weekday == 0 and (day.month, nth) in mondays)


class Stage(NamedTuple):
    """A step in force from an instant on; no step before the start."""

    from_us: int
    step: int | None


def stages(ramp: Document, passed: dict[int, int]) -> list[Stage]:
    """When each step is entered, as far as that is known. `passed` says when a step's samples were complete."""
    found = [Stage(-NEVER, None)]
    entered = entry(ramp, 0, instant_of_document(ramp["started_at"]))
    for index in range(len(ramp["steps"])):
        if entered is None:
            break
        found.append(Stage(entered, index))
        entered = left_at(ramp, index, entered, passed)
    return found


def left_at(ramp: Document, index: int, entered: int, passed: dict[int, int]) -> int | None:
    """When the step after this one is entered; None for not yet known."""
    step, pauses = ramp["steps"][index], pauses_of(ramp)
    if index + 1 == len(ramp["steps"]):
        return None
    ready: int = after(entered, span(step["hold"]), pauses)
    if "min_n" in step:
        latest = after(entered, span(step["max"]), pauses) if "max" in step else NEVER
        if passed.get(index, NEVER) > latest or index not in passed:
            return None
        ready = max(ready, passed[index])
    return entry(ramp, index + 1, ready)


def entry(ramp: Document, index: int, ready: int) -> int | None:
    """When a step is entered that could be from `ready` on: approved, and outside every pause."""
    if "approval" in ramp["steps"][index]:
        given = [instant_of_document(a["at"]) for a in ramp.get("approvals", []) if a["step"] == index]
        if not given:
            return None
        ready = max(ready, min(given))
    while over := [end for start, end in pauses_of(ramp) if start <= ready < end]:
        ready = max(over)
    return ready if ready < NEVER else None


def pauses_of(ramp: Document) -> Pauses:
    """The pauses as they are written: they may overlap."""
    return [
        (instant_of_document(p["from"]), instant_of_document(p["to"]) if "to" in p else NEVER)
        for p in ramp.get("pauses", [])
    ]


def span(text: str) -> int:
    """Microseconds of a span such as `1d12h`."""
    return sum(int(number) * UNITS_US[unit] for number, unit in re.findall(r"(\d+)([wdhms])", text))


def after(start: int, length: int, pauses: Pauses) -> int:
    """The first instant by which so much time outside pauses has passed since `start`."""
    # Time runs outside pauses only, so the instant lies `length` less what has run by then after `start` or after the
    # end of a pause.
    runs_from = [start, *(end for _, end in pauses if end > start)]
    guesses = [begin + length - running(start, begin, pauses) for begin in runs_from]
    return min((guess for guess in guesses if running(start, guess, pauses) >= length), default=NEVER)


def running(start: int, end: int, pauses: Pauses) -> int:
    """How much of the time between two instants lies in no pause."""
    edges = sorted({start, end, *(edge for pause in pauses for edge in pause if start < edge < end)})
    return sum(
        later - earlier
        for earlier, later in pairwise(edges)
        if not any(begin <= earlier < stop for begin, stop in pauses)
    )


def waits(ramp: Document, passed: dict[int, int], at_us: int) -> str | None:
    """What the ramp waits for, in words."""
    found, steps = position(ramp, passed, at_us), ramp["steps"]
    following = 0 if found.step is None else found.step + 1
    if following == len(steps):
        return None
    if any(start <= at_us < end for start, end in pauses_of(ramp)):
        return "the end of a pause"
    asked = f"approval by {steps[following].get('approval')}"
    if found.step is None:
        is_due = at_us >= instant_of_document(ramp["started_at"])
        return asked if is_due and "approval" in steps[0] else "its start"
    step, elapsed = steps[found.step], running(found.from_us, at_us, pauses_of(ramp))
    if elapsed < span(step["hold"]):
        return "its time to pass"
    if "min_n" in step:
        latest = after(found.from_us, span(step["max"]), pauses_of(ramp)) if "max" in step else NEVER
        if passed.get(found.step, NEVER) > min(latest, at_us):
            text = f"{step['min_n']} samples"
            return text if at_us < latest else f"a person: {text} did not come in time"
    return asked


def position(ramp: Document, passed: dict[int, int], at_us: int) -> Stage:
    """The stage in force."""
    return [stage for stage in stages(ramp, passed) if stage.from_us <= at_us][-1]

"""One day of staffed intervals, all queues together: what a picture of it needs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

import polars as pl

from turnout.cli.faults import CliError
from turnout.cli.staff.intervals import Intervals

DAY_HINT: Final = "write for example --day 1999-01-14"
# What a day of clock times without a date is put on.
SOME_DAY: Final = dt.date(1970, 1, 1)
ADDED: Final = ("arrivals", "offered_load", "required_agents", "scheduled_agents", "agents")


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """The intervals of a day, each with its start, its end, its agents and its service."""

    date: dt.date | None
    zone: str | None
    groups: tuple[str, ...]
    """The queues that are added up."""
    frame: pl.DataFrame


def day_of(intervals: Intervals, wanted: str | None) -> dt.date | None:
    """The day asked for, or the one with the most work; none where the times have no date."""
    time = intervals.time
    if time is None:
        raise CliError("there is no column of times to draw along", where="--plot", hint="name it with --time")
    if intervals.frame.is_empty():
        raise CliError("there are no intervals to draw", where="--plot", hint="give a file with rows")
    if isinstance(intervals.frame.schema[time], pl.Time):
        if wanted is not None:
            raise CliError(f"{time} has times without a date", where="--day", hint="leave out --day")
        return None
    work = intervals.told("arrivals") * intervals.told("aht_s")
    days = intervals.frame.select(day=pl.col(time).dt.date(), work=work.fill_nan(None))
    days = days.drop_nulls("day").group_by("day").agg(pl.col("work").sum()).sort("day")
    if days.is_empty():
        raise CliError(f"{time} has no times", where="--plot", hint="name another column with --time")
    if wanted is None:
        busiest: dt.date = days.sort("work", descending=True, maintain_order=True)["day"][0]
        return busiest
    try:
        day = dt.date.fromisoformat(wanted)
    except ValueError:
        raise CliError(f"{wanted!r} is not a date", where="--day", hint=DAY_HINT) from None
    if day not in days["day"]:
        span = f"there are {days['day'][0]} to {days['day'][-1]}"
        raise CliError(f"no interval on {day}", where="--day", hint=span)
    return day


def added_up(intervals: Intervals, basis: pl.DataFrame, date: dt.date | None) -> Day:
    """The queues of a day, interval by interval: agents are added, the service is that of the mean contact."""
    start = pl.col(str(intervals.time))
    frame = basis.with_columns(start=pl.lit(SOME_DAY).dt.combine(start) if date is None else start)
    if date is not None:
        frame = frame.filter(pl.col("start").dt.date() == date)
    groups: tuple[str, ...] = ()
    if intervals.by:
        words = pl.concat_str(pl.col(intervals.by).cast(pl.String), separator=" ", ignore_nulls=True)
        groups = tuple(frame.select(words).to_series().unique().sort())
    known = pl.col("expected_service_level").is_not_null() & (pl.col("arrivals") > 0)
    answered = (pl.col("expected_service_level") * pl.col("arrivals")).filter(known).sum()
    # a queue of which nothing is known leaves a gap: the others alone are not the sum
    summed = [
        pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)
        for name in ADDED
        if name in frame.columns
    ]
    added = frame.group_by("start").agg(
        *summed, service=(answered / pl.col("arrivals").filter(known).sum()).fill_nan(None), hours=pl.col("hours").max()
    )
    return Day(date, intervals.zone, groups, added.drop_nulls(["start", "hours"]).sort("start"))

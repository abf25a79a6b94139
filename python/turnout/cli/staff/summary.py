"""What many intervals come to: agent-hours, the peak, the service that contacts meet."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from turnout.cli.staff.intervals import Intervals

HOUR_S: Final = 3600
SERVICE: Final = ("expected_service_level", "expected_asa_s", "expected_abandon_probability")
ADDED: Final = (
    "offered_load",
    "required_agents",
    "binding",
    "scheduled_agents",
    "scheduled_unrounded",
    "stable",
    *SERVICE,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Peak:
    """When most agents are required, all queues together."""

    at: dt.datetime | dt.time | None
    required_agents: float
    scheduled_agents: float
    offered_load: float


@dataclasses.dataclass(frozen=True, slots=True)
class Roster:
    """The agents at work beside those required."""

    agent_hours: float
    short_hours: float
    """Agent-hours that are missing where agents are too few."""
    over_hours: float
    """Agent-hours above what is required elsewhere."""
    intervals_short: int
    capacity_exceeded: int
    """Intervals with more work than the agents have hours."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sums:
    """What some intervals come to; the service is that of the mean contact."""

    intervals: int
    missing: int
    """Intervals in which a number is missing, so that nothing is known."""
    unreachable: int
    """Intervals whose targets no number of agents meets."""
    unstable: int
    """Intervals in which the agents cannot keep up, and the queue grows as long as they last."""
    arrivals: float
    load_hours: float
    required_hours: float
    scheduled_hours: float
    scheduled_unrounded_hours: float
    expected_service_level: float | None
    expected_asa_s: float | None
    expected_abandon_probability: float | None
    binding: dict[str, int]
    peak: Peak | None
    roster: Roster | None


def measured(intervals: Intervals, staffed: pl.DataFrame) -> pl.DataFrame:
    """What the sums, the table and the picture need, under names that do not depend on the file's."""
    names = ("arrivals", "agents", "interval_s")
    known = {name: intervals.told(name) for name in names if name in intervals.sources}
    read = [name for name in intervals.sources.values() if isinstance(name, str)]
    gaps = (pl.col(name).cast(pl.Float64).is_nan().fill_null(True) for name in read)
    missing = pl.any_horizontal(pl.lit(False), *gaps)
    results = [*ADDED, *(("agents_short", "capacity_exceeded") if "agents" in known else ())]
    places = [name for name in (intervals.time, *intervals.by) if name is not None]
    columns = {name: pl.col(name) for name in (*places, *results)} | known | {"missing": missing}
    columns["hours"] = known["interval_s"] / HOUR_S
    basis = staffed.with_columns(**columns).select(*columns)
    floats = [name for name, dtype in basis.schema.items() if dtype.is_float()]
    return basis.with_columns(pl.col(floats).fill_nan(None))


def sum_up(intervals: Intervals, basis: pl.DataFrame) -> Sums:
    """All intervals."""
    return sums(basis, intervals.time)


def sum_up_by(intervals: Intervals, basis: pl.DataFrame) -> list[tuple[dict[str, Any], Sums]]:
    """The intervals of each group, the largest need first."""
    if not intervals.by or basis.is_empty():
        return []
    groups = basis.partition_by(*intervals.by, maintain_order=True)
    found = [(group.select(intervals.by).row(0, named=True), sums(group, intervals.time)) for group in groups]
    return sorted(found, key=lambda pair: -pair[1].required_hours)


def sums(frame: pl.DataFrame, time: str | None) -> Sums:
    """What the rows of a measured frame come to."""
    hours = {name: pl.col(name) * pl.col("hours") for name in ("offered_load", "required_agents", "scheduled_agents")}
    weighted: dict[str, Any] = {name: mean_contact(frame, name) for name in SERVICE}
    row = frame.select(
        pl.col("arrivals").sum(),
        pl.col("missing").sum(),
        unreachable=(~pl.col("missing") & pl.col("required_agents").is_null()).sum(),
        unstable=(~pl.col("missing") & ~pl.col("stable")).sum(),
        load_hours=hours["offered_load"].sum(),
        required_hours=hours["required_agents"].sum(),
        scheduled_hours=hours["scheduled_agents"].sum(),
        scheduled_unrounded_hours=(pl.col("scheduled_unrounded") * pl.col("hours")).sum(),
    ).row(0, named=True)
    bound = frame.filter(pl.col("required_agents").is_not_null())["binding"].drop_nulls().value_counts()
    bound = bound.sort("count", "binding", descending=[True, False])
    return Sums(
        frame.height,
        binding=dict(bound.iter_rows()),
        peak=peak(frame, time),
        roster=roster(frame) if "agents" in frame.columns else None,
        **weighted,
        **row,
    )


def mean_contact(frame: pl.DataFrame, name: str) -> float | None:
    """A measure, weighted by arrivals; none where nobody arrives."""
    known = frame.filter(pl.col(name).is_not_null(), pl.col("arrivals") > 0)
    if known.is_empty():
        return None
    total, arrivals = known.select((pl.col(name) * pl.col("arrivals")).sum(), of=pl.col("arrivals").sum()).row(0)
    return float(total) / float(arrivals)


def peak(frame: pl.DataFrame, time: str | None) -> Peak | None:
    """The interval with the largest need; queues of the same time are added."""
    names = ("required_agents", "scheduled_agents", "offered_load")
    known = frame.filter(pl.col("required_agents").is_not_null())
    if known.is_empty():
        return None
    if time is not None:
        known = known.group_by(time, maintain_order=True).agg(pl.col(*names).sum())
    row = known.row(int(known["required_agents"].arg_max() or 0), named=True)
    return Peak(None if time is None else row[time], *(float(row[name] or 0) for name in names))


def roster(frame: pl.DataFrame) -> Roster:
    """What the agents at work are short of, and have to spare."""
    over = (pl.col("agents") - pl.col("required_agents")).clip(lower_bound=0)
    row: Mapping[str, Any] = frame.select(
        agent_hours=(pl.col("agents") * pl.col("hours")).sum(),
        short_hours=(pl.col("agents_short") * pl.col("hours")).sum(),
        over_hours=(over * pl.col("hours")).sum(),
        intervals_short=(pl.col("agents_short") > 0).sum(),
        capacity_exceeded=(~pl.col("missing") & pl.col("capacity_exceeded")).sum(),
    ).row(0, named=True)
    return Roster(**row)

"""Showing staffed intervals as text: no computing here."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from turnout.cli.console import escape, plain_table
from turnout.cli.faults import counted
from turnout.cli.staff.intervals import Intervals
from turnout.cli.staff.summary import Sums

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table

GROUPS_SHOWN: Final = 20
# What `turnout.staff_intervals` takes where nothing is said.
USUAL_LEVEL: Final = 0.8
USUAL_ANSWER_WITHIN_S: Final = 20
# Below this many columns, a table with a roster leaves out what is least missed.
ROOMY_COLUMNS: Final = 100
BOUND: Final = {
    "service_level": "service",
    "asa_s": "ASA",
    "max_occupancy": "occupancy",
    "max_abandon": "abandons",
    "max_wait_probability": "waits",
    "min_agents": "minimum",
}
"""What bound, in a word that fits a column."""


def show(
    console: Console,
    intervals: Intervals,
    basis: pl.DataFrame,
    options: Mapping[str, Any],
    total: Sums,
    groups: Sequence[tuple[dict[str, Any], Sums]],
    *,
    rows: int,
) -> None:
    """What was asked, the intervals, and what they come to."""
    console.print(f"[bold]{escape(str(intervals.path))}[/]: {escape(extent(intervals))}", soft_wrap=True)
    console.print(f"asked: {targets_text(options)}")
    console.print()
    if rows and basis.height:
        console.print(interval_table(console, intervals, basis, rows))
        console.print()
    if len(groups) > 1:
        console.print(group_table(intervals, groups))
        if len(groups) > GROUPS_SHOWN:
            console.print(f"and {len(groups) - GROUPS_SHOWN:,} more; --json lists all")
        console.print()
    console.print(total_table(total))
    for line in warnings(total):
        console.print(f"[yellow]{line}[/]")


def extent(intervals: Intervals) -> str:
    """How many intervals, from when to when."""
    text = counted(intervals.frame.height, "interval")
    if intervals.time is None or not intervals.frame.height:
        return text
    times = intervals.frame[intervals.time]
    first, last = times.min(), times.max()
    if first is None or last is None:
        return text
    zone = f" ({intervals.zone})" if intervals.zone else ""
    return f"{text}, {moment(first)} to {moment(last)}{zone}"


def targets_text(options: Mapping[str, Any]) -> str:
    """The targets in words; those of a column are given by its name."""

    def value(name: str, unit: str, usual: float | None = None) -> str | None:
        found = options.get(name, usual)
        if isinstance(found, str):
            return f"as in {escape(found)}"
        return None if found is None else f"{100 * found if unit == '%' else found:g} {unit}"

    parts = []
    if (level := value("service_level", "%", USUAL_LEVEL)) is not None:
        definition = options.get("definition", "offered")
        counts = "" if definition == "offered" else f" ({definition.replace('_', ' ')})"
        within = value("answer_within_s", "s", USUAL_ANSWER_WITHIN_S)
        parts.append(f"service level {level} in {within}{counts}")
    for name, words, unit in (
        ("asa_s", "ASA at most", "s"),
        ("max_occupancy", "occupancy at most", "%"),
        ("max_abandon", "abandons at most", "%"),
        ("max_wait_probability", "waits at most", "%"),
    ):
        if (text := value(name, unit)) is not None:
            parts.append(f"{words} {text}")
    patience = value("patience_s", "s")
    parts.append("nobody gives up (Erlang C)" if patience is None else f"patience {patience} (Erlang A)")
    if (shrinkage := value("shrinkage", "%")) is not None:
        parts.append(f"shrinkage {shrinkage}")
    return ", ".join(parts)


def interval_table(console: Console, intervals: Intervals, basis: pl.DataFrame, rows: int) -> Table:
    """The intervals, or the first and last of many."""
    rostered = "agents" in basis.columns
    roomy = not rostered or console.width >= ROOMY_COLUMNS
    where = [name for name in (intervals.time, *intervals.by) if name is not None]
    # where one target binds everywhere, the sums say it
    bound = ["bound by"] if roomy and basis["binding"].n_unique() > 1 else []
    tight = bool(bound) and console.width < ROOMY_COLUMNS
    need = [">load", ">req.", *bound, ">sched."] if tight else [">erlangs", ">required", *bound, ">scheduled"]
    heads = [">arrivals", *need] if roomy else need
    heads = [*map(escape, where), *heads, *([">agents", ">+/-"] if rostered else []), ">SL %", ">ASA s"]
    table = plain_table(*heads)
    if intervals.time is not None:
        table.columns[0].no_wrap = True
    years = {
        time.year for name in where for time in (basis[name].min(), basis[name].max()) if isinstance(time, dt.date)
    }
    short = len(years) == 1
    last = rows // 2
    for number, row in shown_rows(basis, rows - last, last):
        if number is None:
            table.add_row(*(["..."] * len(heads)))
            continue
        cells = [place(row[name], short=short) for name in where]
        cells += [amount(row["arrivals"])] if roomy else []
        cells += [decimal(row["offered_load"]), amount(row["required_agents"])]
        cells += [BOUND.get(row["binding"], "-") if row["binding"] else "-"] if bound else []
        cells.append(amount(row["scheduled_agents"]))
        cells += [amount(row["agents"]), signed(row["agents"], row["required_agents"])] if rostered else []
        cells += [percent(row["expected_service_level"]), decimal(row["expected_asa_s"])]
        table.add_row(*cells)
    return table


def shown_rows(basis: pl.DataFrame, first: int, last: int) -> list[tuple[int | None, dict[str, Any]]]:
    """Rows with their numbers; a gap has none."""
    if basis.height <= first + last:
        return list(enumerate(basis.to_dicts()))
    head = list(enumerate(basis.head(first).to_dicts()))
    tail = [(basis.height - last + i, row) for i, row in enumerate(basis.tail(last).to_dicts())]
    return [*head, (None, {}), *tail]


def group_table(intervals: Intervals, groups: Sequence[tuple[dict[str, Any], Sums]]) -> Table:
    """Each group in a line, in agent-hours."""
    rostered = groups[0][1].roster is not None
    work = [">at work h", ">short h"] if rostered else []
    heads = *map(escape, intervals.by), ">arrivals", ">load h", ">required h", ">scheduled h", *work, ">SL %", ">ASA s"
    table = plain_table(*heads)
    for group, sums in groups[:GROUPS_SHOWN]:
        unknown = nothing_known(sums)
        hours = [sums.load_hours, None if unknown else sums.required_hours, None if unknown else sums.scheduled_hours]
        if sums.roster is not None:
            hours += [sums.roster.agent_hours, None if unknown else sums.roster.short_hours]
        service = percent(sums.expected_service_level), decimal(sums.expected_asa_s)
        table.add_row(*map(place, group.values()), f"{sums.arrivals:,.0f}", *map(whole, hours), *service)
    return table


def nothing_known(sums: Sums) -> bool:
    """Whether no interval has a requirement, so that there is nothing to add up."""
    return sums.unreachable > 0 and sums.unreachable + sums.missing == sums.intervals


def total_table(total: Sums) -> Table:
    """What all of it comes to."""
    out = counted(total.unreachable, "interval")
    without = f" without {out} out of reach" if total.unreachable else ""
    unknown = nothing_known(total)
    table = plain_table("", "", head=False)
    table.add_row("offered", f"{total.arrivals:,.0f} contacts, {whole(total.load_hours)} agent-hours of work")
    peak = ""
    if total.peak is not None:
        at = "" if total.peak.at is None else f", {moment(total.peak.at)}"
        peak = f", at most {amount(total.peak.required_agents)} at once{at}"
    table.add_row("required", "-" if unknown else f"{whole(total.required_hours)} agent-hours{without}{peak}")
    if total.binding:
        bound = ", ".join(f"{BOUND.get(name, name)} in {n:,}" for name, n in total.binding.items())
        table.add_row("", f"bound by {bound}")
    unrounded = total.scheduled_unrounded_hours
    parts = f" ({whole(unrounded)} before rounding)" if round(unrounded, 1) != round(total.scheduled_hours, 1) else ""
    table.add_row("scheduled", "-" if unknown else f"{whole(total.scheduled_hours)} agent-hours{without}{parts}")
    if (work := total.roster) is not None:
        short = f"{whole(work.short_hours)} short in {counted(work.intervals_short, 'interval')}"
        beside = "" if unknown else f": {short}, {whole(work.over_hours)} to spare{without}"
        table.add_row("at work", f"{whole(work.agent_hours)} agent-hours{beside}")
    if total.expected_service_level is not None:
        asa, abandons = decimal(total.expected_asa_s), percent(total.expected_abandon_probability)
        service = f"{percent(total.expected_service_level)} % answered in time"
        table.add_row("expected", f"{service}, ASA {asa} s, {abandons} % give up")
    if total.occupancy is not None:
        below, within, above = total.occupancy.values()
        beside = f"{counted(below, 'interval')} below the band, {within:,} within, {above:,} above"
        table.add_row("occupancy", beside)
    return table


def warnings(total: Sums) -> list[str]:
    """What the sums leave out, and where agents cannot keep up."""
    lines = []
    if total.missing:
        lines.append(f"{counted(total.missing, 'interval')} without a result: a number is missing")
    if total.unreachable:
        lines.append(f"{counted(total.unreachable, 'interval')} out of reach: no number of agents meets the targets")
    if total.unstable:
        lines.append(f"{counted(total.unstable, 'interval')} unstable: the agents cannot keep up, waits are endless")
    if total.roster is not None and total.roster.capacity_exceeded:
        lines.append(f"{counted(total.roster.capacity_exceeded, 'interval')} with more work than agents have hours")
    return lines


def moment(value: object, *, short: bool = False) -> str:
    """A time to the minute, without its year where all have the same."""
    if isinstance(value, dt.datetime):
        return f"{value:%m-%d %H:%M}" if short else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)


def place(value: object, *, short: bool = False) -> str:
    """A time or the name of a group."""
    return "-" if value is None else escape(moment(value, short=short))


def signed(agents: float | None, required: float | None) -> str:
    """How many agents there are above or below what is required."""
    if agents is None or required is None or math.isnan(agents - required):
        return "-"
    over = round(agents - required, 1)
    return f"[{'red' if over < 0 else 'green'}]{over:+g}[/]" if over else "0"


def amount(value: float | None) -> str:
    """A number with as many places as it needs, one at most."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:,.0f}" if round(value, 1) == round(value) else f"{value:,.1f}"


def whole(value: float | None) -> str:
    """Hours; few of them with a place."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else amount(value)


def decimal(value: float | None) -> str:
    """A measure with one place."""
    return "-" if value is None or math.isnan(value) else f"{value:,.1f}"


def percent(value: float | None) -> str:
    """A share as percent, with one place."""
    return decimal(None if value is None else 100 * value)

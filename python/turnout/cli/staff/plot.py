"""A day of staffed intervals as a picture: work and agents above, the service that they give below."""

from __future__ import annotations

import datetime as dt
import importlib.util
import math
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from turnout.cli.faults import CliError, counted
from turnout.cli.staff.day import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HINT: Final = "write for example --plot day.png"
SUFFIXES: Final = (".png", ".svg")
DOTS_PER_INCH: Final = 160
GROUPS_NAMED: Final = 4
MINUTES_APART: Final = (15, 30, 60, 120, 180, 240, 360, 720, 1440)
MOST_TICKS: Final = 14
A_MOMENT_H: Final = 1e-6
# Okabe and Ito: told apart by those who see no red or no green, and in grey by their lightness and line.
SKY, BLUE, GREEN, VERMILION, GREY = "#56B4E9", "#0072B2", "#009E73", "#D55E00", "#595959"
LOOKS: Any = {
    "font.size": 10,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    # text stays text: small, searchable, and read aloud
    "svg.fonttype": "none",
    "svg.hashsalt": "turnout",
}


def check_plot(path: Path) -> None:
    """Refuses a picture of no known kind, and any where nothing can draw it."""
    if path.suffix.lower() not in SUFFIXES:
        raise CliError(f"a plot is a .png or .svg, not {path.suffix!r}", where="--plot", hint=HINT)
    if importlib.util.find_spec("matplotlib") is None:
        message = "plots are an extra; get it with: pip install 'turnout[plots]'"
        raise CliError(message, where="--plot", kind="missing_extra")


def draw(day: Day, path: Path, target: float | None, answer_within_s: float | None) -> None:
    """The picture, in a file."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(LOOKS):
        figure = Figure(figsize=(10, 6.4), layout="constrained")
        figure.suptitle(title(day), x=0.012, ha="left", fontsize=13, fontweight="bold")
        agents, service = figure.subplots(2, 1, sharex=True, height_ratios=(2.6, 1))
        draw_agents(agents, day)
        draw_service(service, day, target, answer_within_s)
        time_axis(service, day)
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        try:
            figure.savefig(path, dpi=DOTS_PER_INCH, metadata=metadata)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CliError(
                f"cannot be written ({reason})", where=str(path), hint=HINT, kind="unwritable_file"
            ) from None


def title(day: Day) -> str:
    """Which day of which queues."""
    named = ", ".join(day.groups) if len(day.groups) <= GROUPS_NAMED else f"{len(day.groups)} queues together"
    date = "" if day.date is None else f"{day.date:%A} {day.date.day} {day.date:%B %Y}"
    return ": ".join(filter(None, (date, named))) or counted(day.frame.height, "interval")


def draw_agents(axes: Axes, day: Day) -> None:
    """Work, and the agents for it."""
    from matplotlib.ticker import MaxNLocator

    times, load = steps(day, "offered_load")
    required, scheduled = steps(day, "required_agents")[1], steps(day, "scheduled_agents")[1]
    axes.fill_between(times, load, color=SKY, alpha=0.45, linewidth=0, label="offered load")
    axes.plot(times, required, color=BLUE, linewidth=2.2, label="required agents")
    if scheduled != required:
        axes.plot(times, scheduled, color=GREEN, linewidth=1.8, linestyle=(0, (4, 1.6)), label="scheduled agents")
    if "agents" in day.frame.columns:
        work = steps(day, "agents")[1]
        axes.plot(times, work, color=VERMILION, linewidth=2.2, label="agents at work")
        axes.fill_between(
            times,
            work,
            list(map(max, work, required)),
            facecolor="none",
            edgecolor=VERMILION,
            hatch="////",
            linewidth=0,
            label="fewer than required",
        )
    axes.set_ylabel("agents (load: erlangs)")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, borderpad=0, columnspacing=1.6)


def draw_service(axes: Axes, day: Day, target: float | None, answer_within_s: float | None) -> None:
    """The share of contacts with good service, beside its target."""
    times, service = steps(day, "service")
    axes.plot(times, [100 * share for share in service], color=BLUE, linewidth=2.2)
    goal = ""
    if target is not None:
        axes.axhline(100 * target, color=GREY, linewidth=1.4, linestyle=(0, (2, 2)))
        goal = f" (dotted: target {100 * target:g} %)"
    within = "in time" if answer_within_s is None else f"within {answer_within_s:g} s"
    axes.set_title(f"Expected service level: answered {within}{goal}", loc="left", fontsize=10)
    axes.set_ylabel("% of contacts")
    axes.set_ylim(0, 103)
    axes.set_yticks(range(0, 101, 20))


def time_axis(axes: Axes, day: Day) -> None:
    """The clock of the day, by the zone of its times."""
    zone = zoneinfo.ZoneInfo(day.zone or "UTC")
    times = steps(day, "offered_load")[0]
    first, last = (dt.datetime.fromtimestamp(3600 * hour, zone) for hour in (times[0], times[-1]))
    span = 60 * (times[-1] - times[0])
    each = next((minutes for minutes in MINUTES_APART if span < MOST_TICKS * minutes), MINUTES_APART[-1])
    minute = 60 * first.hour + first.minute
    tick = first.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(minutes=minute - minute % each)
    ticks = []
    # by the wall clock, also on days on which it changes
    while tick <= last:
        ticks.append(tick)
        tick += dt.timedelta(minutes=each)
    shown = [tick for tick in ticks if tick >= first]
    axes.set_xticks([tick.timestamp() / 3600 for tick in shown], [f"{tick:%H:%M}" for tick in shown])
    edge = 0.01 * (times[-1] - times[0])
    axes.set_xlim(times[0] - edge, times[-1] + edge)
    axes.set_xlabel("time of day" + (f" ({day.zone})" if day.zone else ""))


def steps(day: Day, name: str) -> tuple[list[float], list[float]]:
    """A column as a line that is level over each interval, and breaks where intervals are missing; times are hours."""
    times: list[float] = []
    values: list[float] = []
    for start, hours, value in day.frame.select(pl.col("start").dt.epoch("ms"), "hours", name).iter_rows():
        at = start / 3_600_000
        if times and at > times[-1] + A_MOMENT_H:
            times.append(times[-1])
            values.append(math.nan)
        times += [at, at + hours]
        values += [math.nan if value is None else float(value)] * 2
    return times, values

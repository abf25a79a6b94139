"""`turnout staff` from its options to what is printed and written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from turnout.cli.console import escape, progress_bar, stderr_console, stdout_console
from turnout.cli.faults import CliError, print_json
from turnout.cli.staff.compute import staffed
from turnout.cli.staff.day import added_up, day_of
from turnout.cli.staff.intervals import SUFFIXES, Intervals, read_intervals
from turnout.cli.staff.plot import check_plot, draw
from turnout.cli.staff.summary import Sums, measured, sum_up, sum_up_by
from turnout.cli.staff.view import USUAL_ANSWER_WITHIN_S, USUAL_LEVEL, show

OUT_HINT: Final = "write for example --out staffed.parquet"


@dataclasses.dataclass(frozen=True, slots=True)
class Wishes:
    """What of it is looked at, and where it goes."""

    only: Sequence[str]
    by: str | None
    time: str | None
    zone: str | None
    rows: int
    out: Path | None
    plot: Path | None
    day: str | None


def run_staff(
    path: Path,
    texts: Mapping[str, str | None],
    how: Mapping[str, Any],
    wishes: Wishes,
    *,
    no_service_level: bool,
    as_json: bool,
) -> None:
    """Reads the intervals, has them staffed, and shows, writes and draws the result."""
    if no_service_level and texts["service_level"] is not None:
        message = "is given, and so is --no-service-level"
        raise CliError(message, where="--service-level", hint="leave out one of them")
    check_out(wishes.out, path)
    if wishes.plot is None and wishes.day is not None:
        raise CliError(
            "is the day of a plot, and there is none", where="--day", hint="write for example --plot day.png"
        )
    if wishes.plot is not None:
        check_plot(wishes.plot)
    intervals = read_intervals(path, texts, only=wishes.only, by=wishes.by, time=wishes.time, zone=wishes.zone)
    day = None if wishes.plot is None else day_of(intervals, wishes.day)
    options = {name: value for name, value in how.items() if value is not None} | dict(intervals.sources)
    if no_service_level:
        options["service_level"] = None
    with progress_bar(stderr_console(), shown=not as_json) as tick:
        frame = staffed(intervals, options, tick)
    basis = measured(intervals, frame)
    total, groups = sum_up(intervals, basis), sum_up_by(intervals, basis)
    if wishes.out is not None:
        write(frame, wishes.out)
    if wishes.plot is not None:
        draw(added_up(intervals, basis, day), wishes.plot, *service_goal(options))
    if as_json:
        print_json(document(intervals, frame, options, wishes, day, total, groups))
        return
    console = stdout_console()
    show(console, intervals, basis, options, total, groups, rows=wishes.rows)
    for written in filter(None, (wishes.out, wishes.plot)):
        console.print(f"wrote {escape(str(written))}", soft_wrap=True)


def service_goal(options: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The service level and its time, each where it is the same for all intervals."""
    goal = options.get("service_level", USUAL_LEVEL), options.get("answer_within_s", USUAL_ANSWER_WITHIN_S)
    level, within_s = (None if isinstance(value, str) else value for value in goal)
    return level, within_s


def check_out(out: Path | None, path: Path) -> None:
    """Refuses a file of no known kind, and the one that is read."""
    if out is None:
        return
    if out.suffix.lower() not in SUFFIXES:
        raise CliError(f"results go to .parquet, .csv or .arrow, not {out.suffix!r}", where="--out", hint=OUT_HINT)
    if out.exists() and path.exists() and out.samefile(path):
        raise CliError("is the file that is read", where="--out", hint=OUT_HINT)


def write(frame: pl.DataFrame, out: Path) -> None:
    """All rows, to a file by its suffix."""
    suffix = out.suffix.lower()
    try:
        if suffix == ".parquet":
            frame.write_parquet(out)
        elif suffix == ".csv":
            frame.write_csv(out)
        else:
            frame.write_ipc(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CliError(f"cannot be written ({reason})", where=str(out), hint=OUT_HINT, kind="unwritable_file") from None


def document(
    intervals: Intervals,
    frame: pl.DataFrame,
    options: Mapping[str, Any],
    wishes: Wishes,
    day: dt.date | None,
    total: Sums,
    groups: Sequence[tuple[dict[str, Any], Sums]],
) -> dict[str, Any]:
    """Everything as JSON holds it. What is endless or unknown is null; `stable` tells the endless waits apart."""
    found = {
        "path": str(intervals.path),
        "options": dict(options),
        "time": intervals.time,
        "zone": intervals.zone,
        "by": list(intervals.by),
        "summary": dataclasses.asdict(total),
        "groups": [{"group": group, **dataclasses.asdict(sums)} for group, sums in groups],
        "out": None if wishes.out is None else str(wishes.out),
        "plot": None if wishes.plot is None else {"path": str(wishes.plot), "day": day},
        "intervals": frame.to_dicts(),
    }
    clean: dict[str, Any] = plain(found)
    return clean


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Mapping):
        return {name: plain(held) for name, held in value.items()}
    if isinstance(value, list):
        return [plain(held) for held in value]
    if isinstance(value, dt.date | dt.time):  # an instant is a date too
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)

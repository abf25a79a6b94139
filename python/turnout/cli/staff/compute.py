"""Asking the library, some rows at a time, so that long work can be watched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import polars as pl

from turnout.cli.faults import CliError
from turnout.cli.staff.intervals import Intervals
from turnout.cli.staff.sources import KIND, flag

CHUNK_ROWS: Final = 100_000
IN_A_ROW: Final = re.compile(r"^(.*?)\[(\d+)\] (must .*)$", re.DOTALL)

Tick = Callable[[str, int, int], object]


def staffed(intervals: Intervals, options: Mapping[str, Any], tick: Tick | None) -> pl.DataFrame:
    """The intervals with what they need and what they get; each row is a queue of its own, so parts make the whole."""
    from turnout import staff_intervals

    frame = intervals.frame
    parts = []
    for first in range(0, max(frame.height, 1), CHUNK_ROWS):
        if tick is not None:
            tick("staffing", first, frame.height)
        try:
            parts.append(staff_intervals(frame.slice(first, CHUNK_ROWS), **options))
        except (ValueError, TypeError) as error:
            raise refused(intervals, first, str(error)) from None
    return pl.concat(parts, rechunk=True)


def refused(intervals: Intervals, first: int, message: str) -> CliError:
    """What the library says of a value, at its place in the file or the command."""
    if found := IN_A_ROW.match(message):
        row = intervals.rows[first + int(found[2])]
        hint = "mend the value, or leave it empty where it is unknown"
        return CliError(f"{found[1]} {found[3]}", where=f"{intervals.path} row {row}", hint=hint, kind=KIND)
    name = message.partition(" ")[0]
    if isinstance(intervals.sources.get(name), float) or name in ("definition", "short_abandon_s"):
        return CliError(message, where=flag(name), hint="see: turnout staff --help")
    return CliError(message, where=str(intervals.path), kind=KIND)

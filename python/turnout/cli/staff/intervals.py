"""Reading a file of intervals: its columns are there, and hold what they must."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from turnout.cli.faults import CliError, did_you_mean
from turnout.cli.inputs import read_bytes
from turnout.cli.staff.sources import KIND, NAMES_SHOWN, Sources, find_sources
from turnout.cli.zones import check_zone

HINT: Final = "give a .parquet, .csv or .arrow file with a row for each queue and interval"
SUFFIXES: Final = (".parquet", ".csv", ".arrow", ".ipc", ".feather")
GROUPS: Final = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Intervals:
    """A file of intervals, read and checked."""

    path: Path
    frame: pl.DataFrame
    sources: Sources
    """What says the arrivals, the targets and so on: a number for all rows, or a column."""
    rows: pl.Series
    """Where each row stood in the file, from 1."""
    time: str | None
    """The column of when intervals begin."""
    by: tuple[str, ...]
    """The columns by which is summed up."""

    @property
    def zone(self) -> str | None:
        """The time zone of the times, where they have one."""
        dtype = None if self.time is None else self.frame.schema[self.time]
        return dtype.time_zone if isinstance(dtype, pl.Datetime) else None

    def told(self, name: str) -> pl.Expr:
        """What each row says of an argument that has a source."""
        source = self.sources[name]
        return (pl.col(source) if isinstance(source, str) else pl.lit(source)).cast(pl.Float64)


def read_intervals(
    path: Path,
    texts: Mapping[str, str | None],
    *,
    only: Sequence[str] = (),
    by: str | None = None,
    time: str | None = None,
    zone: str | None = None,
) -> Intervals:
    """The intervals of a file, and what says what they are."""
    frame = read_frame(path)
    sources = find_sources(frame.columns, texts, path)
    columns = dict.fromkeys(source for source in sources.values() if isinstance(source, str))
    frame = frame.with_columns(numbers(frame[name], path) for name in columns)
    time = time_column(frame, time)
    if zone is not None:
        frame = in_zone(frame, time, zone)
    groups = group_columns(frame, by)
    rows = pl.int_range(1, frame.height + 1, eager=True)
    for condition in only:
        kept = chosen(frame, condition)
        frame, rows = frame.filter(kept), rows.filter(kept)
    return Intervals(path, frame, sources, rows, time, groups)


def read_frame(path: Path) -> pl.DataFrame:
    """A file as a frame, by its suffix."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CliError(f"intervals are in .parquet, .csv or .arrow, not {path.suffix!r}", where=str(path), hint=HINT)
    data = read_bytes(path, "intervals file", HINT)
    try:
        if suffix == ".parquet":
            return pl.read_parquet(data)
        if suffix == ".csv":
            head = data.partition(b"\n")[0]
            if b";" in head and b"," not in head:
                message, hint = "has semicolons between its columns", "part them by commas, and write 0.5 for a half"
                raise CliError(message, where=str(path), hint=hint, kind=KIND)
            return pl.read_csv(data, try_parse_dates=True, infer_schema_length=None)
        return pl.read_ipc(data)
    except pl.exceptions.NoDataError:
        raise CliError("is empty", where=str(path), hint=HINT, kind=KIND) from None
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CliError(f"cannot be read ({reason})", where=str(path), hint=HINT, kind=KIND) from None


def numbers(column: pl.Series, path: Path) -> pl.Series:
    """A column of numbers; a word among them is named with its row."""
    if column.dtype.is_integer() or column.dtype.is_float():
        return column
    if column.dtype.is_decimal() or column.dtype == pl.Null:
        return column.cast(pl.Float64)
    place = str(path)
    if column.dtype != pl.String:
        message = f"{column.name} must hold numbers; it holds {column.dtype}"
        raise CliError(message, where=place, hint="write plain numbers", kind=KIND)
    values = column.str.strip_chars().cast(pl.Float64, strict=False)
    faulty = (values.is_null() & column.is_not_null()).arg_true()
    if len(faulty):
        row = int(faulty[0])
        message = f"{column.name} must be a number, not {column[row]!r}"
        raise CliError(message, where=f"{place} row {row + 1}", hint="leave it empty where it is unknown", kind=KIND)
    return values


def time_column(frame: pl.DataFrame, wanted: str | None) -> str | None:
    """The column of when intervals begin: the one asked for, or the first of times."""
    if wanted is None:
        return next((name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime | pl.Time)), None)
    check_name(frame, wanted, "--time")
    if not isinstance(frame.schema[wanted], pl.Datetime | pl.Time):
        message = f"{wanted} holds {frame.schema[wanted]}, not times"
        raise CliError(message, where="--time", hint="write for example 2026-03-10 09:30, or 09:30:00")
    return wanted


def in_zone(frame: pl.DataFrame, time: str | None, zone: str) -> pl.DataFrame:
    """The times by the wall clock of a zone."""
    check_zone(zone)
    dtype = None if time is None else frame.schema[time]
    if time is None or not isinstance(dtype, pl.Datetime) or dtype.time_zone is None:
        what = "there is no column of times" if time is None else f"{time} has no offset from UTC"
        raise CliError(what, where="--zone", hint="write for example 2026-03-10T09:30:00Z")
    return frame.with_columns(pl.col(time).dt.convert_time_zone(zone))


def group_columns(frame: pl.DataFrame, by: str | None) -> tuple[str, ...]:
    """The columns by which is summed up: those asked for, or `queue`, or the first of text."""
    if by is not None:
        names = [name.strip() for name in by.split(",") if name.strip()]
        for name in names:
            check_name(frame, name, "--by")
        return tuple(dict.fromkeys(names))
    if "queue" in frame.columns:
        return ("queue",)
    texts = [name for name, dtype in frame.schema.items() if dtype in (pl.String, pl.Categorical, pl.Enum)]
    return tuple(texts[:GROUPS])


def chosen(frame: pl.DataFrame, condition: str) -> pl.Series:
    """The rows that `NAME=VALUE` keeps."""
    name, sign, text = condition.partition("=")
    if not sign:
        raise CliError(
            f"{condition!r} is not NAME=VALUE", where="--only", hint="write for example --only queue=billing"
        )
    check_name(frame, name, "--only")
    values = frame[name].cast(pl.String)
    kept = (values == text).fill_null(False)
    if not kept.any():
        known = values.drop_nulls().unique().sort().to_list()
        near = did_you_mean(text, known)
        hint = f'did you mean "{near}"?' if near else f"it holds {', '.join(known[:NAMES_SHOWN]) or 'nothing'}"
        raise CliError(f'no row has "{text}" in {name}', where="--only", hint=hint)
    return kept


def check_name(frame: pl.DataFrame, name: str, where: str) -> None:
    """Refuses a column that is not there."""
    if name not in frame.columns:
        near = did_you_mean(name, frame.columns)
        hint = f'did you mean "{near}"?' if near else f"it has {', '.join(frame.columns[:NAMES_SHOWN])}"
        raise CliError(f'no column "{name}"', where=where, hint=hint)

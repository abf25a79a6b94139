"""Foreign columns turned into the schema of the contact log: text, numbers and times as other systems write them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import polars as pl

from turnout.contacts.check import Places, name_rows
from turnout.contacts.rules import ROWS_SHOWN
from turnout.contacts.schema import CONTACT_LOG_COLUMNS, CONTACT_LOG_SCHEMA, TOGGLE_DTYPE, ContactColumn
from turnout.errors import ContactLogError

# 2026-03-01T08:15:00.5+02:00; the seconds, their fraction and the offset may be left out.
_ISO = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:([Zz])|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)?$"
)
_ISO_PARTS = ("date", "minute", "second", "utc", "sign", "hours", "minutes")
_TOGGLE_FIELD = re.compile(r"(toggle\..+)\.(variant|mode)")
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


@dataclasses.dataclass(frozen=True, slots=True)
class Converted:
    """A frame in the schema, and what went wrong on the way.

    Attributes
    ----------
    frame
        The columns of the schema, then toggles, then the source's own columns; a value that could not be read is null.
    faulty
        For each column with such values, by name: the mask of their rows.
    problems
        The same in words.
    filled
        Columns that the source lacked.
    repeated
        For each column with such times, by name: how many clock times came twice, in an hour that was repeated.
    """

    frame: pl.DataFrame
    faulty: Mapping[str, pl.Series]
    problems: tuple[str, ...]
    filled: tuple[str, ...]
    repeated: Mapping[str, int]


@dataclasses.dataclass(frozen=True, slots=True)
class _Read:
    """A column that was read: null where a value is of another form than `wanted`."""

    values: pl.Series
    wanted: str
    skipped: pl.Series | None = None
    """Clock times that never were, for the clocks went forward over them."""
    repeated: pl.Series | None = None
    """Clock times that came twice."""


def rename(frame: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """Give a frame's columns the names of the schema, or say which of the names do not fit."""
    present = frame.columns
    kept = [name for name in present if name not in columns]
    problems = []
    for theirs, ours in columns.items():
        if theirs not in present:
            problems.append(f"columns: {theirs!r} is not in the file; expected one of {', '.join(present)}")
        if ours in kept or sum(ours == other for other in columns.values()) > 1:
            problems.append(f"columns: {theirs!r} would be a second column named {ours!r}; rename or leave out one")
    if problems:
        raise ContactLogError(problems)
    return frame.rename(dict(columns))


def convert(
    frame: pl.DataFrame, constants: Mapping[str, str], zone: str | None, places: Places | None = None
) -> Converted:
    """Bring a frame of named columns into the schema.

    Parameters
    ----------
    frame
        The columns, under the names of the schema.
    constants
        Values for text columns that the source lacks.
    zone
        The time zone of times without an offset; without it they are faults.
    places
        Where the rows stand in their file, when they have lines.

    Raises
    ------
    ContactLogError
        A column that every row needs is missing and has no constant.
    """
    frame = _gather_toggles(frame)
    columns, filled, problems, faulty, repeated = [], [], [], {}, {}
    for column in CONTACT_LOG_COLUMNS:
        name = column.name
        if name not in frame.columns:
            filled.append(name)
            if name in constants:
                columns.append(pl.Series(name, [constants[name]], dtype=column.dtype).new_from_index(0, frame.height))
            elif column.nullable:
                columns.append(pl.Series(name, [None], dtype=column.dtype).new_from_index(0, frame.height))
            else:
                problems.append(_missing(column, frame.columns))
            continue
        found = frame[name]
        read = _read(found, column, zone)
        unread = found.is_not_null() & read.values.is_null()
        if unread.any():
            faulty[name] = unread
            skipped = _nothing(found, pl.Boolean()).fill_null(False) if read.skipped is None else read.skipped
            gone = f"a clock time that exists in {zone}, where the clocks went forward over it; give it an offset"
            for rows, wanted in ((unread & ~skipped, read.wanted), (skipped, gone)):
                if rows.any():
                    problems.append(_unread(found, rows, wanted, places))
        if read.repeated is not None and read.repeated.any():
            repeated[name] = int(read.repeated.sum())
        columns.append(read.values)
    if len(columns) < len(CONTACT_LOG_COLUMNS):
        raise ContactLogError(problems)
    extras = frame.drop(CONTACT_LOG_SCHEMA.names(), strict=False)
    return Converted(pl.DataFrame(columns).hstack(extras), faulty, tuple(problems), tuple(filled), repeated)


def _missing(column: ContactColumn, present: list[str]) -> str:
    offer = f" or constants={{'{column.name}': ...}}" if column.kind == "text" and column.name != "contact_id" else ""
    return (
        f"{column.name}: column missing; expected {column.wants}, in every row; give columns={{'your name': "
        f"'{column.name}'}}{offer}; found {', '.join(present) or 'no columns'}"
    )


def _unread(found: pl.Series, unread: pl.Series, wanted: str, places: Places | None) -> str:
    rows = unread.arg_true()
    where = name_rows(rows.head(ROWS_SHOWN).to_list(), rows.len(), places)
    samples = ", ".join(repr(value) for value in found.filter(unread).head(ROWS_SHOWN).to_list())
    return f"{found.name}: expected {wanted}, found {samples} ({where})"


def _read(found: pl.Series, column: ContactColumn, zone: str | None) -> _Read:
    """Read a column; null where a value is of the wrong form."""
    if column.kind == "time":
        return _read_times(found, zone)
    if column.kind == "flag" and found.dtype == pl.String:
        return _Read(_read_flags(found), "true or false")
    if column.kind == "text" and (found.dtype.is_float() or found.dtype.is_nested() or found.dtype == pl.Binary):
        return _Read(_nothing(found, pl.String()), "text or a whole number")
    if column.kind == "outcome" and found.dtype.is_numeric():
        # Not an index into the outcomes, as a cast would take it.
        return _Read(_nothing(found, column.dtype), column.description)
    if column.kind == "integer" and found.dtype.is_float():
        return _Read(found.set(found != found.floor(), None).cast(pl.Int32, strict=False), "a whole number")
    if column.kind in ("seconds", "score", "integer") and found.dtype == pl.String:
        found = found.str.strip_chars()
    wanted = column.description if column.kind == "outcome" else column.wants
    try:
        return _Read(found.cast(column.dtype, strict=False), wanted)
    except pl.exceptions.PolarsError:
        return _Read(_nothing(found, column.dtype), f"{wanted}, not {found.dtype}")


def _nothing(found: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series(found.name, [None], dtype=dtype).new_from_index(0, found.len())


def _read_flags(found: pl.Series) -> pl.Series:
    text = pl.col(found.name).str.strip_chars().str.to_lowercase()
    flag = pl.when(text.is_in(_TRUE)).then(True).when(text.is_in(_FALSE)).then(False)
    return found.to_frame().select(flag.alias(found.name)).to_series()


def _read_times(found: pl.Series, zone: str | None) -> _Read:
    """Read times as microseconds since 1970-01-01 UTC."""
    wanted = "ISO 8601 with an offset, such as 2026-03-01T08:15:00Z, or whole microseconds since 1970-01-01 UTC"
    if zone is None:
        wanted += "; for times without an offset give zone='Europe/Berlin' or the like"
    if isinstance(found.dtype, pl.Datetime):
        if found.dtype.time_zone is None:
            return _localize(found, zone, wanted)
        return _Read(found.dt.epoch("us"), wanted)
    if found.dtype == pl.String:
        return _parse_times(found.str.strip_chars(), zone, wanted)
    if found.dtype.is_integer() or found.dtype == pl.Null:
        return _Read(found.cast(pl.Int64, strict=False), wanted)
    return _Read(_nothing(found, pl.Int64()), f"{wanted}; not {found.dtype}")


def _parse_times(text: pl.Series, zone: str | None, wanted: str) -> _Read:
    times = text.cast(pl.Int64, strict=False)
    rest = times.is_null() & text.is_not_null()
    if not rest.any():
        return _Read(times, wanted)
    read, rows = _parse_iso(text.filter(rest), zone, wanted), rest.arg_true()
    marks = [None if mark is None else _at(rows, mark, text.len()) for mark in (read.skipped, read.repeated)]
    return _Read(times.scatter(rows, read.values), wanted, *marks)


def _at(rows: pl.Series, marks: pl.Series, length: int) -> pl.Series:
    """Marks of some rows as marks of all."""
    return pl.Series([False]).new_from_index(0, length).scatter(rows, marks)


def _parse_iso(text: pl.Series, zone: str | None, wanted: str) -> _Read:
    """Date and time of day, with an offset or in the zone; null where a text is neither."""
    groups = pl.col(text.name).str.extract_groups(_ISO).struct.rename_fields(list(_ISO_PARTS))
    parts = text.to_frame().select(groups.alias("parts")).unnest("parts")
    second = pl.col("second").fill_null(":00")
    clock = pl.concat_str("date", pl.lit("T"), "minute", second).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False
    )
    offset_min = pl.col("hours").cast(pl.Int64) * 60 + pl.col("minutes").cast(pl.Int64).fill_null(0)
    ahead_us = pl.when(pl.col("sign") == "-").then(-offset_min).otherwise(offset_min).fill_null(0) * 60_000_000
    read = parts.with_columns(clock.alias("clock"), ahead_us.alias("ahead_us"))
    zoned = read["clock"].dt.epoch("us") - read["ahead_us"]
    has_offset = read["utc"].is_not_null() | read["sign"].is_not_null()
    if has_offset.all():
        return _Read(zoned, wanted)
    # Times with an offset are no clock times of the zone, so that nothing is said of them.
    local = _localize(pl.select(pl.when(~has_offset).then(read["clock"])).to_series(), zone, wanted)
    return dataclasses.replace(local, values=zoned.zip_with(has_offset, local.values))


def _localize(naive: pl.Series, zone: str | None, wanted: str) -> _Read:
    """Put naive times into a zone: the earlier of two instants, and null in an hour that was skipped."""
    if zone is None:
        return _Read(_nothing(naive, pl.Int64()), wanted)
    clock = naive.dt.cast_time_unit("us")
    first, last = (
        clock.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").dt.epoch("us")
        for which in ("earliest", "latest")
    )
    return _Read(first, wanted, clock.is_not_null() & first.is_null(), (first != last).fill_null(False))


def _gather_toggles(frame: pl.DataFrame) -> pl.DataFrame:
    """Join `toggle.<key>.variant` and `toggle.<key>.mode`, as a CSV file has them, into the struct `toggle.<key>`."""
    found: dict[str, dict[str, str]] = {}
    for name in frame.columns:
        if (match := _TOGGLE_FIELD.fullmatch(name)) and frame[name].dtype in (pl.String, pl.Null):
            found.setdefault(match[1], {})[match[2]] = name
    for key, fields in found.items():
        if key in frame.columns:
            raise ContactLogError([f"{key}: found both as one column and as {', '.join(fields.values())}"])
        nothing = pl.lit(None, pl.String)
        parts = [(pl.col(fields[p]) if p in fields else nothing).alias(p) for p in ("variant", "mode")]
        empty = pl.all_horizontal(pl.col(name).is_null() for name in fields.values())
        struct = pl.when(~empty).then(pl.struct(parts).cast(TOGGLE_DTYPE)).alias(key)
        frame = frame.with_columns(struct).drop(fields.values())
    return frame

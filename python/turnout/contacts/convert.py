"""Foreign columns turned into the schema of the contact log: text, numbers and times as other systems write them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import polars as pl

from turnout.contacts.check import name_rows
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
    """

    frame: pl.DataFrame
    faulty: Mapping[str, pl.Series]
    problems: tuple[str, ...]
    filled: tuple[str, ...]


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


def convert(frame: pl.DataFrame, constants: Mapping[str, str], zone: str | None) -> Converted:
    """Bring a frame of named columns into the schema.

    Parameters
    ----------
    frame
        The columns, under the names of the schema.
    constants
        Values for text columns that the source lacks.
    zone
        The time zone of times without an offset; without it they are faults.

    Raises
    ------
    ContactLogError
        A column that every row needs is missing and has no constant.
    """
    frame = _gather_toggles(frame)
    columns, filled, problems, faulty = [], [], [], {}
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
        value, wanted = _read(found, column, zone)
        unread = found.is_not_null() & value.is_null()
        if unread.any():
            faulty[name] = unread
            problems.append(_unread(found, unread, wanted))
        columns.append(value)
    if len(columns) < len(CONTACT_LOG_COLUMNS):
        raise ContactLogError(problems)
    extras = frame.drop(CONTACT_LOG_SCHEMA.names(), strict=False)
    return Converted(pl.DataFrame(columns).hstack(extras), faulty, tuple(problems), tuple(filled))


def _missing(column: ContactColumn, present: list[str]) -> str:
    offer = f" or constants={{'{column.name}': ...}}" if column.kind == "text" and column.name != "contact_id" else ""
    return (
        f"{column.name}: column missing; expected {column.wants}, in every row; give columns={{'your name': "
        f"'{column.name}'}}{offer}; found {', '.join(present) or 'no columns'}"
    )


def _unread(found: pl.Series, unread: pl.Series, wanted: str) -> str:
    rows = unread.arg_true()
    where = name_rows(rows.head(ROWS_SHOWN).to_list(), rows.len())
    samples = ", ".join(repr(value) for value in found.filter(unread).head(ROWS_SHOWN).to_list())
    return f"{found.name}: expected {wanted}, found {samples} ({where})"


def _read(found: pl.Series, column: ContactColumn, zone: str | None) -> tuple[pl.Series, str]:
    """Read a column; null where a value is of the wrong form."""
    if column.kind == "time":
        return _read_times(found, zone)
    if column.kind == "flag" and found.dtype == pl.String:
        return _read_flags(found), "true or false"
    if column.kind == "text" and (found.dtype.is_float() or found.dtype.is_nested() or found.dtype == pl.Binary):
        return _nothing(found, pl.String()), "text or a whole number"
    if column.kind == "outcome" and found.dtype.is_numeric():
        # Not an index into the outcomes, as a cast would take it.
        return _nothing(found, column.dtype), column.description
    if column.kind == "integer" and found.dtype.is_float():
        return found.set(found != found.floor(), None).cast(pl.Int32, strict=False), "a whole number"
    if column.kind in ("seconds", "score", "integer") and found.dtype == pl.String:
        found = found.str.strip_chars()
    wanted = column.description if column.kind == "outcome" else column.wants
    try:
        return found.cast(column.dtype, strict=False), wanted
    except pl.exceptions.PolarsError:
        return _nothing(found, column.dtype), f"{wanted}, not {found.dtype}"


def _nothing(found: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series(found.name, [None], dtype=dtype).new_from_index(0, found.len())


def _read_flags(found: pl.Series) -> pl.Series:
    text = pl.col(found.name).str.strip_chars().str.to_lowercase()
    flag = pl.when(text.is_in(_TRUE)).then(True).when(text.is_in(_FALSE)).then(False)
    return found.to_frame().select(flag.alias(found.name)).to_series()


def _read_times(found: pl.Series, zone: str | None) -> tuple[pl.Series, str]:
    """Read times as microseconds since 1970-01-01 UTC."""
    wanted = "ISO 8601 with an offset, such as 2026-03-01T08:15:00Z, or whole microseconds since 1970-01-01 UTC"
    if zone is None:
        wanted += "; for times without an offset give zone='Europe/Berlin' or the like"
    if isinstance(found.dtype, pl.Datetime):
        if found.dtype.time_zone is None:
            found = _localize(found, zone)
        return found.dt.epoch("us"), wanted
    if found.dtype == pl.String:
        return _parse_times(found.str.strip_chars(), zone), wanted
    if found.dtype.is_integer() or found.dtype == pl.Null:
        return found.cast(pl.Int64, strict=False), wanted
    return _nothing(found, pl.Int64()), f"{wanted}; not {found.dtype}"


def _parse_times(text: pl.Series, zone: str | None) -> pl.Series:
    times = text.cast(pl.Int64, strict=False)
    rest = times.is_null() & text.is_not_null()
    return times.scatter(rest.arg_true(), _parse_iso(text.filter(rest), zone)) if rest.any() else times


def _parse_iso(text: pl.Series, zone: str | None) -> pl.Series:
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
        return zoned
    return zoned.zip_with(has_offset, _localize(read["clock"], zone).dt.epoch("us"))


def _localize(naive: pl.Series, zone: str | None) -> pl.Series:
    """Put naive times into a zone: the earlier of two instants, and null in an hour that was skipped."""
    if zone is None:
        return _nothing(naive, pl.Datetime("us", "UTC"))
    return naive.dt.cast_time_unit("us").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")


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

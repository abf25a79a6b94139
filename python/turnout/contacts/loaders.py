"""Load and write contact logs: CSV, Parquet, and the bank log."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

import polars as pl

from turnout.contacts.bank import load_bank_log
from turnout.contacts.bank_text import looks_like_bank_log
from turnout.contacts.check import Places, check_contacts, frame_faults, row_faults
from turnout.contacts.convert import Converted, convert, rename
from turnout.contacts.files import FilePath, find_files, read_csv, read_parquet, write_csv
from turnout.contacts.report import ContactLog, LoadReport
from turnout.contacts.rules import row_rules, type_faults
from turnout.errors import ContactLogError

FaultyRows: TypeAlias = Literal["raise", "drop"]

_CONSTANT_COLUMNS: Final = ("channel", "queue", "type", "site")
_SUFFIXES: Final = "expected .csv, .parquet, .pq, or .txt for the bank log"


def load_contacts(
    source: FilePath | Sequence[FilePath],
    columns: Mapping[str, str] | None = None,
    *,
    constants: Mapping[str, str] | None = None,
    zone: str | None = None,
    faulty_rows: FaultyRows = "raise",
) -> ContactLog[LoadReport]:
    r"""Load a contact log from CSV, Parquet or bank-log files into the schema, and check it.

    The suffix says what a file is: `.csv`, `.parquet` or `.pq`; a `.txt` file must begin with the bank log's header
    and is read by `load_bank_log`. The files are held in memory.

    Times may be ISO 8601 with an offset, whole microseconds since 1970-01-01 UTC, or Parquet timestamps with a zone;
    times without an offset need `zone`. Of two instants with one clock time, in the hour that a change of clocks
    repeats, the earlier is taken and the report counts them; a clock time that was skipped is a fault. Durations are
    seconds; flags are true or false; an empty CSV field is null. Columns of the schema that may be null are filled
    with null when the file lacks them, and the report names them. Columns of your own are kept (text in CSV).
    A toggle's column `toggle.<key>` is a struct; in CSV it is two columns, `toggle.<key>.variant` and
    `toggle.<key>.mode`.

    Parameters
    ----------
    source
        A file, a pattern such as `logs/2026-*.csv`, or several of either, read in sorted order per pattern.
    columns
        Their name to our name, for columns that have other names in the file.
    constants
        Values of `channel`, `queue`, `type` or `site` for files that lack the column.
    zone
        An IANA time zone such as Europe/Berlin, for times without an offset.
    faulty_rows
        "raise" refuses a log with faulty rows and lists them; "drop" drops them and counts them in the report.
        A bank log has rules of its own (`load_bank_log`): neither this nor the arguments above touch it.

    Returns
    -------
    ContactLog
        The contacts, in the order of the files (a bank log by arrival), and what was read, kept, filled and dropped.

    Raises
    ------
    ContactLogError
        No file matches, a file cannot be parsed, a needed column is missing, or (with faulty_rows="raise") rows are
        faulty. `problems` lists all faults of the first file that has any: in a CSV file with their lines, counted
        from 1 with the header as line 1, elsewhere with their rows, counted from 0.
    ValueError
        `zone` is not a time zone, or `constants` or `faulty_rows` are not of the listed ones.
    OSError
        A file cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import turnout.contacts
    >>> rows = ["id,customer_id,queue,arrived_at,answered_at,outcome"]
    >>> rows += ["c-1,customer-7,billing,2026-03-01 09:00,2026-03-01 09:01,answered"]
    >>> rows += ["c-2,,billing,2026-03-01 09:05,,answered"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "march.csv")
    ...     _ = path.write_text("\n".join(rows) + "\n")
    ...     log = turnout.contacts.load_contacts(
    ...         path,
    ...         columns={"id": "contact_id"},
    ...         constants={"channel": "phone", "type": "billing", "site": "north"},
    ...         zone="America/New_York",
    ...         faulty_rows="drop",
    ...     )
    >>> log.contacts.select("contact_id", "arrived_at").rows()
    [('c-1', 1772373600000000)]
    >>> log.report.rows_read, log.report.dropped
    (2, {'answered without answered_at': 1})
    """
    constants = dict(constants or {})
    _check_arguments(constants, zone, faulty_rows)
    paths = find_files(source)
    loaded = [_load_file(path, dict(columns or {}), constants, zone, faulty_rows) for path in paths]
    logs = [log for log, _ in loaded]
    if len(logs) == 1:
        return logs[0]
    try:
        contacts = pl.concat([log.contacts for log in logs], how="diagonal")
    except pl.exceptions.PolarsError as error:
        raise ContactLogError([f"{', '.join(map(str, paths))}: a column has several types: {error}"]) from error
    places = _places_of_all(paths, loaded)
    contacts, dropped = _settle_rows(contacts, {}, faulty_rows, places, "all files together: ")
    parts = tuple(log.report for log in logs)
    return ContactLog(
        contacts,
        LoadReport(
            sources=tuple(map(str, paths)),
            rows_read=sum(part.rows_read for part in parts),
            rows_kept=contacts.height,
            dropped=_add_up([*(part.dropped for part in parts), dropped]),
            filled=tuple(dict.fromkeys(name for part in parts for name in part.filled)),
            repeated_times=_add_up(part.repeated_times for part in parts),
            parts=parts,
        ),
    )


def _check_arguments(constants: Mapping[str, str], zone: str | None, faulty_rows: str) -> None:
    if unknown := [name for name in constants if name not in _CONSTANT_COLUMNS]:
        raise ValueError(f"constants: found {', '.join(unknown)}; expected {', '.join(_CONSTANT_COLUMNS)}")
    if faulty_rows not in ("raise", "drop"):
        raise ValueError(f"faulty_rows: found {faulty_rows!r}; expected 'raise' or 'drop'")
    if zone is not None:
        try:
            pl.Series([0]).cast(pl.Datetime("us")).dt.replace_time_zone(zone)
        except pl.exceptions.PolarsError as error:
            raise ValueError(f"zone: found {zone!r}; expected an IANA time zone such as Europe/Berlin") from error


def _load_file(
    path: Path, columns: dict[str, str], constants: dict[str, str], zone: str | None, faulty_rows: FaultyRows
) -> tuple[ContactLog[LoadReport], Places]:
    """The log of one file, and where its rows stand."""
    suffix = path.suffix.lower()
    if suffix == ".txt":
        if not looks_like_bank_log(path):
            raise ContactLogError([f"{path}: line 1: not the header of the bank log; {_SUFFIXES}"])
        return load_bank_log([path]), _row_of
    if suffix not in (".csv", ".parquet", ".pq"):
        raise ContactLogError([f"{path}: found suffix {suffix!r}; {_SUFFIXES}"])
    raw, lines = read_csv(path) if suffix == ".csv" else (read_parquet(path), None)
    places = None if lines is None else _lines(lines)
    try:
        converted = convert(rename(raw, columns), constants, zone, places)
        if converted.problems and faulty_rows == "raise":
            raise ContactLogError([*converted.problems, *_other_faults(converted, places)])
        if problems := type_faults(converted.frame.schema):
            raise ContactLogError(problems)
        contacts, dropped = _settle_rows(converted.frame, converted.faulty, faulty_rows, places)
    except ContactLogError as error:
        raise ContactLogError(f"{path}: {problem}" for problem in error.problems) from error
    report = LoadReport(
        (str(path),), raw.height, contacts.height, dropped, converted.filled, repeated_times=converted.repeated
    )
    return ContactLog(contacts, report), places or _row_of


def _lines(lines: pl.Series) -> Places:
    return lambda row: f"line {lines[row]}"


def _row_of(row: int) -> str:
    return f"row {row}"


def _places_of_all(paths: Sequence[Path], loaded: Sequence[tuple[ContactLog[LoadReport], Places]]) -> Places:
    """Where the rows of all files together stand. Asked for where faults are raised, so that no row was dropped."""
    ends = list(itertools.accumulate(log.contacts.height for log, _ in loaded))

    def place(row: int) -> str:
        file = bisect.bisect_right(ends, row)
        log, places = loaded[file]
        return f"{paths[file]}: {places(row - ends[file] + log.contacts.height)}"

    return place


def _other_faults(converted: Converted, places: Places | None) -> list[str]:
    """The faults of those rows whose values could all be read: an unreadable time is not also a missing one."""
    unread = pl.any_horizontal(pl.lit(mask) for mask in converted.faulty.values())
    rules = row_rules(converted.frame.schema)
    return row_faults(
        converted.frame.lazy(), [dataclasses.replace(rule, broken=rule.broken & ~unread) for rule in rules], places
    )


def _settle_rows(
    frame: pl.DataFrame,
    faulty: Mapping[str, pl.Series],
    faulty_rows: FaultyRows,
    places: Places | None,
    where: str = "",
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Refuse or drop the rows that break a rule or hold values that could not be read."""
    if faulty_rows == "raise":
        if problems := frame_faults(frame.lazy(), places):
            raise ContactLogError(where + problem for problem in problems)
        return frame, {}
    reasons = [pl.when(pl.lit(mask)).then(pl.lit(f"{name} unreadable")) for name, mask in faulty.items()]
    reasons += [pl.when(rule.broken.fill_null(False)).then(pl.lit(rule.name)) for rule in row_rules(frame.schema)]
    reason = frame.select(pl.coalesce(reasons)).to_series()
    dropped = reason.drop_nulls().value_counts(sort=True)
    kept = frame.filter(reason.is_null())
    check_contacts(kept)
    return kept, dict(dropped.iter_rows())


def write_contacts(contacts: pl.DataFrame, path: FilePath) -> None:
    """Write a contact log to a CSV or Parquet file that `load_contacts` reads back.

    Parameters
    ----------
    contacts
        A contact log; it is checked first.
    path
        The file; its suffix says which form: .csv, .parquet or .pq. Times are written as microseconds UTC.

    Raises
    ------
    ContactLogError
        The log breaks its schema or a rule, or the suffix is another.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import turnout.contacts
    >>> contacts = turnout.contacts.load_sample_contacts()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "log.parquet")
    ...     turnout.contacts.write_contacts(contacts, path)
    ...     turnout.contacts.load_contacts(path).contacts.equals(contacts)
    True
    """
    target = Path(path)
    check_contacts(contacts)
    if target.suffix.lower() == ".csv":
        write_csv(contacts, target)
    elif target.suffix.lower() in (".parquet", ".pq"):
        contacts.write_parquet(target)
    else:
        raise ContactLogError([f"{target}: found suffix {target.suffix!r}; expected .csv, .parquet or .pq"])


def _add_up(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for count in counts:
        for name, rows in count.items():
            total[name] = total.get(name, 0) + rows
    return total

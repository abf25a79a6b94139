"""CSV and Parquet files as frames, with every line of a CSV file accounted for."""

from __future__ import annotations

import csv
import glob
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl

from turnout.errors import ContactLogError

FilePath: TypeAlias = str | os.PathLike[str]

_BOM: Final = b"\xef\xbb\xbf"
_LINES_SHOWN: Final = 3
# Never part of a CSV file, so that a line comes back whole.
_NO_SEPARATOR: Final = "\x01"


def read_parquet(path: Path) -> pl.DataFrame:
    """Read a Parquet file.

    Raises
    ------
    ContactLogError
        The file is not a Parquet file, or is damaged.
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        try:
            return pl.read_parquet(file)
        except pl.exceptions.PolarsError as error:
            raise ContactLogError([f"{path}: expected a Parquet file; {error}"]) from error


def find_files(source: FilePath | Sequence[FilePath]) -> list[Path]:
    """The files that paths and patterns name, in sorted order per pattern.

    Raises
    ------
    ContactLogError
        No file matches a pattern, or there is nothing to look for.
    """
    patterns = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    paths: list[Path] = []
    for pattern in [os.fspath(item) for item in patterns]:
        # A file whose own name holds a bracket is that file, not a pattern.
        if glob.has_magic(pattern) and not Path(pattern).exists():
            found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 -- Path.glob refuses absolute patterns
            if not found:
                raise ContactLogError([f"{pattern}: no file matches; expected at least one"])
            paths += map(Path, found)
        else:
            paths.append(Path(pattern))
    if not paths:
        raise ContactLogError(["source: found an empty list; expected at least one file"])
    return paths


def read_csv(path: Path) -> tuple[pl.DataFrame, pl.Series]:
    """Read a CSV file with a header, every column as text; an empty field is null.

    Returns
    -------
    tuple
        The rows, and the line on which each begins, counted from 1 with the header as line 1.

    Raises
    ------
    ContactLogError
        The file is empty, is not text in UTF-8, or has lines with too few or too many fields; the lines are named,
        counted from 1 with the header as line 1.
    OSError
        The file cannot be read.
    """
    data = path.read_bytes().removeprefix(_BOM).rstrip(b"\r\n")
    if not data:
        raise ContactLogError([f"{path}: line 1: expected a header of column names, found an empty file"])
    if _NO_SEPARATOR.encode() in data or b"\0" in data:
        raise ContactLogError([f"{path}: expected text, found control characters; a binary file?"])
    try:
        counts = _count_fields(data)
        names = next(csv.reader(line.decode() for line in io.BytesIO(data)))
        problems = _header_faults(names) + _count_faults(counts, len(names))
        frame = pl.DataFrame() if problems else pl.read_csv(data, infer_schema=False)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContactLogError([f"{path}: line {line}: expected text in UTF-8, found {error.reason}"]) from error
    except (pl.exceptions.PolarsError, csv.Error) as error:
        raise ContactLogError([f"{path}: expected comma-separated text in UTF-8; {_first_line(error)}"]) from error
    if not problems and frame.height != counts.height - 1:
        problems.append(f"expected {counts.height - 1} rows after the header, found {frame.height}; a stray quote?")
    if problems:
        raise ContactLogError(f"{path}: {problem}" for problem in problems)
    return frame, counts["line"].slice(1)


def _count_fields(data: bytes) -> pl.DataFrame:
    """The number of the line on which each record begins, and its fields; the header is a record too."""
    if b'"' in data:
        # A quoted field may hold commas and line ends; only a parser can tell them apart.
        reader = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        rows, line = [], 1
        for record in reader:
            rows.append((line, len(record)))
            line = reader.line_num + 1
        return pl.DataFrame(rows, schema={"line": pl.Int64, "fields": pl.Int64}, orient="row")
    data.decode()
    whole = pl.read_csv(
        data,
        has_header=False,
        separator=_NO_SEPARATOR,
        quote_char=None,
        infer_schema=False,
        new_columns=["text"],
    )
    fields = pl.col("text").fill_null("").str.count_matches(",", literal=True).cast(pl.Int64) + 1
    return whole.select(pl.int_range(1, pl.len() + 1).alias("line"), fields.alias("fields"))


def _header_faults(names: list[str]) -> list[str]:
    if not any(names):
        return ["line 1: expected a header of column names, found a blank line"]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return [f"line 1: expected column names that differ, found {name!r} more than once" for name in repeated]


def _count_faults(counts: pl.DataFrame, wanted: int) -> list[str]:
    faulty = counts.filter(pl.col("fields") != wanted)
    shown = [f"line {n}: expected {wanted} fields, found {found}" for n, found in faulty.head(_LINES_SHOWN).iter_rows()]
    more = faulty.height - len(shown)
    return [*shown, f"and {more} more lines with a wrong number of fields"] if more else shown


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write a contact log as CSV; a toggle's struct becomes two columns."""
    flat: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Struct):
            flat += [pl.col(name).struct.field(f.name).alias(f"{name}.{f.name}") for f in dtype.fields]
        else:
            flat.append(pl.col(name))
    frame.select(flat).write_csv(path)

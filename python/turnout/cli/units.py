"""Units from a file, with what is known of each: for the commands that decide for many."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl

from turnout.cli.faults import CliError, did_you_mean
from turnout.cli.inputs import read_bytes

HINT = "give a .csv or .parquet file with a column of ids"
USUAL_NAMES = ("customer_id", "unit", "id")
ROWS_LOOKED_AT = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Units:
    """Who is decided for: a unit and its attributes in each row."""

    ids: pl.Series
    attributes: pl.DataFrame
    source: str


def read_units(path: Path, column: str | None) -> Units:
    """The units of a file. Its other columns are attributes, and so is the column of the units, by its own name."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise CliError(f"units are in .csv or .parquet, not {path.suffix!r}", where=str(path), hint=HINT)
    data = read_bytes(path, "units file", HINT)
    try:
        if suffix == ".parquet":
            frame = pl.read_parquet(data)
            name = unit_column(frame.columns, column, path)
        else:
            name = unit_column(pl.read_csv(data, n_rows=0).columns, column, path)
            # ids stay what they are: 007 is not 7
            frame = pl.read_csv(data, schema_overrides={name: pl.String}, infer_schema_length=ROWS_LOOKED_AT)
    except pl.exceptions.NoDataError:
        raise CliError("is empty", where=str(path), hint=HINT, kind="bad_units") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CliError(f"cannot be read ({reason})", where=str(path), hint=HINT, kind="bad_units") from None
    ids = frame[name]
    if not (ids.dtype.is_integer() or ids.dtype in (pl.String, pl.Categorical, pl.Null)):
        message = f"the ids in {name!r} are {ids.dtype}, neither text nor whole numbers"
        raise CliError(message, where=str(path), hint="choose the column with --unit-column", kind="bad_units")
    return Units(ids, frame, str(path))


def unit_column(names: list[str], wanted: str | None, path: Path) -> str:
    """The column that holds the units: the one asked for, one of a usual name, or the first."""
    if wanted is not None and wanted not in names:
        near = did_you_mean(wanted, names)
        hint = f'did you mean "{near}"?' if near else f"it has {', '.join(names[:12])}"
        raise CliError(f'no column "{wanted}"', where=str(path), hint=hint, kind="bad_units")
    if not names:
        raise CliError("has no columns", where=str(path), hint=HINT, kind="bad_units")
    return wanted or next((name for name in USUAL_NAMES if name in names), names[0])

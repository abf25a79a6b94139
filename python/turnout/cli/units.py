"""Units from a file, with what is known of each: for the commands that decide for many."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from turnout.change import ramps
from turnout.cli.faults import CliError, did_you_mean
from turnout.cli.inputs import read_bytes

if TYPE_CHECKING:
    from turnout import Policy

HINT = "give a .csv or .parquet file with a column of ids"
USUAL_NAMES = ("customer_id", "unit", "id")


@dataclasses.dataclass(frozen=True, slots=True)
class Units:
    """Who is decided for: a unit and its attributes in each row."""

    ids: pl.Series
    attributes: pl.DataFrame
    column: str
    """The column that holds the units."""
    path: Path
    """The file."""

    def of_ramp(self, unit: str) -> pl.Series:
        """The units that a ramp keeps together, each once: of the attribute that it names, or else of the ids."""
        found = self.attributes[unit] if unit in self.attributes.columns else self.ids
        check_ids(found, self.path, "write text or whole numbers into it")
        found = found.drop_nulls().unique(maintain_order=True)
        return found if found.dtype.is_integer() else found.filter(found.cast(pl.String) != "")


def read_units(path: Path, column: str | None, policies: Iterable[Policy] = ()) -> Units:
    """The units of a file. Its other columns are attributes, and so is the column of the units, by its own name.

    In a CSV a column is of numbers or truth values when all of it is written so; units of ramps stay text.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise CliError(f"units are in .csv or .parquet, not {path.suffix!r}", where=str(path), hint=HINT)
    data = read_bytes(path, "units file", HINT)
    try:
        if suffix == ".parquet":
            frame = pl.read_parquet(data)
            name = unit_column(frame.columns, column, path)
        else:
            frame = pl.read_csv(data, infer_schema=False)
            name = unit_column(frame.columns, column, path)
            # ids stay what they are: 007 is not 7
            texts = {name} | {str(ramp.get("unit")) for policy in policies for *_, ramp in ramps(policy.document)}
            frame = frame.with_columns(typed(frame[other]) for other in frame.columns if other not in texts)
    except pl.exceptions.NoDataError:
        raise CliError("is empty", where=str(path), hint=HINT, kind="bad_units") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CliError(f"cannot be read ({reason})", where=str(path), hint=HINT, kind="bad_units") from None
    check_ids(frame[name], path, "choose the column with --unit-column")
    return Units(frame[name], frame, name, path)


def check_ids(ids: pl.Series, path: Path, hint: str) -> None:
    """Refuses a column that holds other things than ids."""
    if not (ids.dtype.is_integer() or ids.dtype in (pl.String, pl.Categorical, pl.Null)):
        message = f"the ids in {ids.name!r} are {ids.dtype}, neither text nor whole numbers"
        raise CliError(message, where=str(path), hint=hint, kind="bad_units")


def typed(texts: pl.Series) -> pl.Series:
    """A column of texts as what all of them are: truth values, whole numbers, numbers, or texts."""
    found = texts.drop_nulls()
    if found.is_empty():
        return texts
    if found.is_in(["true", "false"]).all():
        return texts == "true"
    # 007 is no number: it is written otherwise
    if found.str.contains(r"^(?:0|-?[1-9][0-9]{0,17})$").all():
        return texts.cast(pl.Int64)
    if found.str.contains(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$").all():
        return texts.cast(pl.Float64)
    return texts


def unit_column(names: list[str], wanted: str | None, path: Path) -> str:
    """The column that holds the units: the one asked for, one of a usual name, or the only one."""
    if not names:
        raise CliError("has no columns", where=str(path), hint=HINT, kind="bad_units")
    shown = ", ".join(names[:12])
    if any(sign in name for name in names for sign in ";\t\0"):
        hint = "save it as CSV in UTF-8, its columns parted by commas, with a line of names at the top"
        raise CliError(f"has columns named {shown!r}", where=str(path), hint=hint, kind="bad_units")
    if wanted is not None and wanted not in names:
        near = did_you_mean(wanted, names)
        hint = f'did you mean "{near}"?' if near else f"it has {shown}"
        raise CliError(f'no column "{wanted}"', where=str(path), hint=hint, kind="bad_units")
    usual = next((name for name in USUAL_NAMES if name in names), None)
    if wanted is None and usual is None and len(names) > 1:
        hint = f"choose one with --unit-column; it has {shown}"
        raise CliError("does not say which column holds the units", where=str(path), hint=hint, kind="bad_units")
    return wanted or usual or names[0]

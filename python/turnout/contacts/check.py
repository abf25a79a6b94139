"""The check of a contact log: all faults at once, or a short account of what is in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeAlias

import polars as pl

from turnout.contacts.rules import ROWS_SHOWN, RowRule, row_rules, type_faults
from turnout.contacts.schema import CONTACT_LOG_SCHEMA, TOGGLE_PREFIX, is_toggle_column
from turnout.errors import ContactLogError

Places: TypeAlias = Callable[[int], str]
"""Where a row of a frame, counted from 0, stands in its file, such as "line 3"."""


@dataclasses.dataclass(frozen=True, slots=True)
class ContactLogReport:
    """What a contact log that passed the check holds.

    Attributes
    ----------
    rows
        Contacts.
    unidentified
        Contacts whose customer is unknown.
    first_arrived_at, last_arrived_at
        The earliest and the latest arrival, in microseconds since 1970-01-01 UTC; null (None) in an empty log.
    outcomes
        Contacts by outcome, only those that occur.
    toggles
        The keys of the toggles whose variant and mode are logged.
    extra_columns
        Columns that are not part of the schema.

    Examples
    --------
    >>> import turnout.contacts
    >>> report = turnout.contacts.check_contacts(turnout.contacts.load_sample_contacts())
    >>> report.rows > report.unidentified, report.toggles
    (True, ())
    """

    rows: int
    unidentified: int
    first_arrived_at: int | None
    last_arrived_at: int | None
    outcomes: Mapping[str, int]
    toggles: tuple[str, ...]
    extra_columns: tuple[str, ...]


def check_contacts(frame: pl.DataFrame | pl.LazyFrame) -> ContactLogReport:
    """Check a contact log against its schema and the rules that its rows must keep.

    A lazy frame is collected twice, in a few columns, and never whole.

    Parameters
    ----------
    frame
        The contact log. Columns beyond `CONTACT_LOG_SCHEMA` are left alone, except that a column whose name begins
        with `toggle.` must be a struct of variant and mode.

    Returns
    -------
    ContactLogReport
        Counts of what the log holds.

    Raises
    ------
    ContactLogError
        The log has faults; `problems` lists all of them: missing columns, wrong types, repeated contact ids, times
        out of order or not in microseconds, unknown outcomes, answered contacts without `answered_at`, and others.
        Rows are counted from 0, so that `frame[row]` shows them.
    TypeError
        `frame` is neither a DataFrame nor a LazyFrame.

    Examples
    --------
    >>> import turnout.contacts
    >>> contacts = turnout.contacts.load_sample_contacts()
    >>> turnout.contacts.check_contacts(contacts).outcomes["answered"] > 4000
    True
    >>> turnout.contacts.check_contacts(contacts.drop("arrived_at"))
    Traceback (most recent call last):
    turnout.errors.ContactLogError: arrived_at: column missing; expected Int64 (microseconds since 1970-01-01 UTC); ...
    """
    if not isinstance(frame, (pl.DataFrame, pl.LazyFrame)):
        raise TypeError(f"frame: expected polars.DataFrame or polars.LazyFrame, found {type(frame).__name__}")
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    if problems := frame_faults(lazy):
        raise ContactLogError(problems)
    return _describe(lazy, schema)


def frame_faults(lazy: pl.LazyFrame, places: Places | None = None) -> list[str]:
    """Every fault of a contact log."""
    schema = lazy.collect_schema()
    return [*type_faults(schema), *row_faults(lazy, row_rules(schema), places)]


def row_faults(lazy: pl.LazyFrame, rules: list[RowRule], places: Places | None = None) -> list[str]:
    """Say which rules are broken, how often, and in which rows first."""
    if not rules:
        return []
    counted = lazy.select(rule.broken.fill_null(False).sum().alias(str(i)) for i, rule in enumerate(rules)).collect()
    counts = {i: count for i, count in enumerate(counted.row(0)) if count}
    if not counts:
        return []
    # Only the broken rules pay for the search of their rows.
    first_rows = lazy.select(_first_rows(rules[i]).alias(str(i)) for i in counts).collect()
    where = {i: name_rows(first_rows[str(i)][0].to_list(), count, places) for i, count in counts.items()}
    return [f"{rules[i].message} ({where[i]})" for i in counts]


def _first_rows(rule: RowRule) -> pl.Expr:
    return pl.int_range(pl.len(), dtype=pl.Int64).filter(rule.broken.fill_null(False)).head(ROWS_SHOWN).implode()


def name_rows(first: list[int], count: int, places: Places | None = None) -> str:
    """Name the first few of a number of rows: by their places, or counted from 0.

    Examples
    --------
    >>> from turnout.contacts.check import name_rows
    >>> name_rows([4], 1), name_rows([4, 9, 11], 20)
    ('row 4', 'rows 4, 9, 11 and 17 more')
    >>> name_rows([4], 1, lambda row: f"line {row + 2}")
    'line 6'
    """
    more = f" and {count - len(first)} more" if count > len(first) else ""
    if places is not None:
        return f"{', '.join(map(places, first))}{more}"
    return f"row{'s' if count > 1 else ''} {', '.join(map(str, first))}{more}"


def _describe(lazy: pl.LazyFrame, schema: pl.Schema) -> ContactLogReport:
    facts = lazy.select(
        pl.len().alias("rows"),
        pl.col("customer_id").is_null().sum().alias("unidentified"),
        pl.col("arrived_at").min().alias("first"),
        pl.col("arrived_at").max().alias("last"),
        pl.col("outcome").cast(pl.String).value_counts(sort=True).implode().alias("outcomes"),
    ).collect()
    outcomes = {str(item["outcome"]): int(item["count"]) for item in facts["outcomes"][0].to_list()}
    return ContactLogReport(
        rows=int(facts["rows"][0]),
        unidentified=int(facts["unidentified"][0]),
        first_arrived_at=facts["first"][0],
        last_arrived_at=facts["last"][0],
        outcomes=outcomes,
        toggles=tuple(name.removeprefix(TOGGLE_PREFIX) for name in schema if is_toggle_column(name)),
        extra_columns=tuple(n for n in schema if n not in CONTACT_LOG_SCHEMA and not is_toggle_column(n)),
    )

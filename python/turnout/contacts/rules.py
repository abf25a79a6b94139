"""What every row of a contact log must keep: one list of rules for the check and for the loaders."""

from __future__ import annotations

import dataclasses
from typing import Final

import polars as pl

from turnout.contacts.schema import (
    CONTACT_LOG_COLUMNS,
    CONTACT_LOG_SCHEMA,
    MODES,
    OUTCOME_DTYPE,
    OUTCOMES,
    TOGGLE_DTYPE,
    TOGGLE_PREFIX,
    ContactColumn,
    is_toggle_column,
)

ROWS_SHOWN: Final = 3

# Nobody logged contacts by computer before 1980; a time outside these years is in seconds or milliseconds instead.
_EARLIEST_US: Final = 315_532_800_000_000
_LATEST_US: Final = 7_258_118_400_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class RowRule:
    """A rule about rows.

    Attributes
    ----------
    name
        A short name for reports of dropped rows.
    columns
        The columns that the rule reads; it is skipped where one is missing or of the wrong type.
    broken
        True where a row breaks the rule; null counts as kept.
    message
        What was expected and how to mend it.
    """

    name: str
    columns: tuple[str, ...]
    broken: pl.Expr
    message: str


def type_faults(schema: pl.Schema) -> list[str]:
    """Name every column that is missing or has the wrong type, with the way to mend it."""
    faults = []
    for column in CONTACT_LOG_COLUMNS:
        found = schema.get(column.name)
        if found is None:
            what = "a column of nulls will do" if column.nullable else "every row needs a value"
            faults.append(
                f"{column.name}: column missing; expected {column.wants}; {what}: {column.description} "
                f"load_contacts(columns={{'your name': '{column.name}'}}) renames"
            )
        elif found != column.dtype:
            faults.append(f"{column.name}: expected {column.wants}, found {found}; mend: {_mend(column, found)}")
    for name, found in schema.items():
        if is_toggle_column(name) and found != TOGGLE_DTYPE:
            faults.append(
                f"{name}: expected Struct of variant (String) and mode (String), found {found}; "
                f"rename it when it is not a toggle (the prefix {TOGGLE_PREFIX!r} is taken)"
            )
    return faults


def _mend(column: ContactColumn, found: pl.DataType) -> str:
    """The expression that turns a column of the wrong type into the right one."""
    source = f'pl.col("{column.name}")'
    if column.kind == "time":
        if isinstance(found, pl.Datetime):
            zoned = "" if found.time_zone else '.dt.replace_time_zone("YOUR/ZONE")'
            return f'{source}{zoned}.dt.epoch("us")'
        if found == pl.String:
            return f'{source}.str.to_datetime(time_zone="UTC").dt.epoch("us")'
        return f"{source}.cast(pl.Int64), in microseconds"
    if column.kind == "outcome":
        return f'{source}.cast(turnout.contacts.CONTACT_LOG_SCHEMA["{column.name}"])'
    return f"{source}.cast(pl.{column.dtype})"


def row_rules(schema: pl.Schema) -> list[RowRule]:
    """Every rule that can be asked of a frame with this schema."""
    outcome = schema.get("outcome")
    is_text = outcome == pl.String or (isinstance(outcome, (pl.Categorical, pl.Enum)) and outcome != OUTCOME_DTYPE)
    rules = [*_null_rules(), *_id_rules(), *_order_rules(), *_outcome_rules(is_text), *_value_rules()]
    for name in filter(is_toggle_column, schema):
        mode = pl.col(name).struct.field("mode") if schema[name] == TOGGLE_DTYPE else pl.lit(None)
        message = f"{name}: unknown mode; expected one of {', '.join(MODES)}"
        rules.append(RowRule(f"{name} mode", (name,), ~mode.is_in(MODES), message))
    usable = {name for name, dtype in schema.items() if CONTACT_LOG_SCHEMA.get(name, TOGGLE_DTYPE) == dtype}
    # Outcomes as text have the wrong type, and can be looked through all the same.
    usable |= {"outcome"} if is_text else set()
    kept = [rule for rule in rules if usable.issuperset(rule.columns)]
    return [*kept, _unknown_outcome()] if is_text else kept


def _null_rules() -> list[RowRule]:
    return [
        RowRule(
            f"{column.name} missing",
            (column.name,),
            pl.col(column.name).is_null(),
            f"{column.name}: null; expected a value in every row: {column.description}",
        )
        for column in CONTACT_LOG_COLUMNS
        if not column.nullable
    ]


def _id_rules() -> list[RowRule]:
    ids = pl.col("contact_id")
    return [
        RowRule(
            "contact_id repeated",
            ("contact_id",),
            ids.is_not_null() & ~ids.is_first_distinct(),
            "contact_id: seen in an earlier row; expected one row a contact: join the line or the day to it",
        ),
        RowRule(
            "customer_id empty",
            ("customer_id",),
            pl.col("customer_id").str.strip_chars() == "",
            "customer_id: empty text; expected null for an unidentified customer",
        ),
    ]


def _order_rules() -> list[RowRule]:
    pairs = (
        ("queued_at", "arrived_at"),
        ("answered_at", "arrived_at"),
        ("answered_at", "queued_at"),
        ("abandoned_at", "arrived_at"),
        ("abandoned_at", "queued_at"),
        ("ended_at", "arrived_at"),
        ("ended_at", "answered_at"),
        ("responded_at", "arrived_at"),
    )
    return [
        RowRule(
            f"{later} before {earlier}",
            (later, earlier),
            pl.col(later) < pl.col(earlier),
            f"{later}: earlier than {earlier}; expected {earlier} <= {later}",
        )
        for later, earlier in pairs
    ]


def _outcome_rules(is_text: bool) -> list[RowRule]:
    found = pl.col("outcome").cast(pl.String) if is_text else pl.col("outcome")
    return [
        RowRule(
            f"{outcome} without {time}",
            ("outcome", time),
            (found == outcome) & pl.col(time).is_null(),
            f"{time}: null in a contact whose outcome is {outcome}; expected its time",
        )
        for outcome, time in (("answered", "answered_at"), ("abandoned", "abandoned_at"))
    ]


def _unknown_outcome() -> RowRule:
    return RowRule(
        "outcome unknown",
        ("outcome",),
        ~pl.col("outcome").cast(pl.String).is_in(OUTCOMES),
        f"outcome: unknown; expected one of {', '.join(OUTCOMES)}",
    )


def _value_rules() -> list[RowRule]:
    rules = []
    for column in CONTACT_LOG_COLUMNS:
        name, value = column.name, pl.col(column.name)
        if column.kind == "time":
            message = f"{name}: outside the years 1980 to 2199; expected microseconds, not seconds or milliseconds"
            broken = ~value.is_between(_EARLIEST_US, _LATEST_US, closed="left")
            rules.append(RowRule(f"{name} not in microseconds", (name,), broken, message))
        elif column.kind == "seconds":
            message = f"{name}: negative or not finite; expected seconds >= 0, or null when unknown"
            rules.append(RowRule(f"{name} not a duration", (name,), ~(value.is_finite() & (value >= 0)), message))
    csat, nps = pl.col("csat"), pl.col("nps")
    endless, outside = (
        "csat: not finite; expected a number or null",
        "nps: expected 0 to 10, or null",
    )
    rules.append(RowRule("csat not finite", ("csat",), ~csat.is_finite(), endless))
    rules.append(RowRule("nps out of range", ("nps",), ~nps.is_between(0, 10), outside))
    return rules

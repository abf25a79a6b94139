"""The schema of the contact log and its check."""

from __future__ import annotations

import datetime as dt
import typing

import polars as pl
import pytest

from turnout.contacts import (
    CONTACT_LOG_COLUMNS,
    CONTACT_LOG_SCHEMA,
    ContactRow,
    Outcome,
    check_contacts,
)
from turnout.errors import ContactLogError, TurnoutError

START = 1_772_352_000_000_000
SECOND = 1_000_000
ROW: dict[str, object] = {
    "contact_id": "c-1",
    "customer_id": None,
    "channel": "phone",
    "queue": "billing",
    "type": "invoice",
    "site": "north",
    "arrived_at": START,
    "queued_at": START + 5 * SECOND,
    "answered_at": START + 20 * SECOND,
    "ended_at": START + 100 * SECOND,
    "abandoned_at": None,
    "talk_s": 80.0,
    "hold_s": None,
    "wrap_s": 10.0,
    "agent_id": "a-1",
    "outcome": "answered",
    "csat": 4.0,
    "nps": 9,
    "resolved": True,
    "escalated": False,
    "responded_at": START + 900 * SECOND,
}


def log(*changes: dict[str, object]) -> pl.DataFrame:
    rows = [{**ROW, "contact_id": f"c-{index}", **change} for index, change in enumerate(changes)]
    return pl.DataFrame(rows, schema=CONTACT_LOG_SCHEMA)


def problems(frame: pl.DataFrame) -> tuple[str, ...]:
    """The faults of a frame, which a lazy frame of the same must have too."""
    with pytest.raises(ContactLogError) as eager:
        check_contacts(frame)
    with pytest.raises(ContactLogError) as lazy:
        check_contacts(frame.lazy())
    assert eager.value.problems == lazy.value.problems
    assert isinstance(eager.value, (TurnoutError, ValueError))
    return eager.value.problems


def test_the_schema_is_documented_column_by_column() -> None:
    assert (
        [column.name for column in CONTACT_LOG_COLUMNS]
        == CONTACT_LOG_SCHEMA.names()
        == list(ContactRow.__annotations__)
    )
    assert len(CONTACT_LOG_COLUMNS) == 21
    assert all(column.description.endswith(".") for column in CONTACT_LOG_COLUMNS)
    hints = typing.get_type_hints(ContactRow)
    assert [type(None) in typing.get_args(hints[c.name]) for c in CONTACT_LOG_COLUMNS] == [
        column.nullable for column in CONTACT_LOG_COLUMNS
    ]
    assert CONTACT_LOG_SCHEMA["outcome"] == pl.Enum(typing.get_args(Outcome))


@pytest.mark.parametrize("lazy", [False, True])
def test_report(lazy: bool) -> None:
    frame = log({}, {"customer_id": "customer-7", "arrived_at": START - SECOND}, {"outcome": "contained"})
    frame = frame.with_columns(
        pl.lit("pro").alias("plan"), pl.struct(variant=pl.lit("bot"), mode=pl.lit("live")).alias("toggle.billing-bot")
    )
    report = check_contacts(frame.lazy() if lazy else frame)
    assert (report.rows, report.unidentified) == (3, 2)
    assert (report.first_arrived_at, report.last_arrived_at) == (START - SECOND, START)
    assert report.outcomes == {"answered": 2, "contained": 1}
    assert (report.toggles, report.extra_columns) == (("billing-bot",), ("plan",))


@pytest.mark.parametrize("lazy", [False, True])
def test_empty_log(lazy: bool) -> None:
    frame = log()
    report = check_contacts(frame.lazy() if lazy else frame)
    assert (report.rows, report.unidentified, report.first_arrived_at, report.outcomes) == (0, 0, None, {})


def test_neither_frame_nor_lazy_frame() -> None:
    with pytest.raises(TypeError, match=r"expected polars.DataFrame or polars.LazyFrame, found dict"):
        check_contacts({})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CONTACT_LOG_SCHEMA.names())
def test_missing_column(name: str) -> None:
    (problem,) = problems(log({}).drop(name))
    assert problem.startswith(f"{name}: column missing; expected ")


@pytest.mark.parametrize(
    ("name", "dtype", "mend"),
    [
        ("arrived_at", pl.Datetime("ms", "UTC"), 'mend: pl.col("arrived_at").dt.epoch("us")'),
        ("arrived_at", pl.Datetime("us"), 'pl.col("arrived_at").dt.replace_time_zone("YOUR/ZONE").dt.epoch("us")'),
        ("arrived_at", pl.Float64, 'pl.col("arrived_at").cast(pl.Int64), in microseconds'),
        ("arrived_at", pl.String, 'pl.col("arrived_at").str.to_datetime(time_zone="UTC").dt.epoch("us")'),
        ("nps", pl.Int64, 'pl.col("nps").cast(pl.Int32)'),
        ("talk_s", pl.Float32, 'pl.col("talk_s").cast(pl.Float64)'),
        ("contact_id", pl.Categorical, 'pl.col("contact_id").cast(pl.String)'),
        ("outcome", pl.String, 'pl.col("outcome").cast(turnout.contacts.CONTACT_LOG_SCHEMA["outcome"])'),
        ("hold_s", pl.Null, 'pl.col("hold_s").cast(pl.Float64)'),
    ],
)
def test_wrong_type_says_how_to_mend_it(name: str, dtype: pl.DataType, mend: str) -> None:
    frame = log({"hold_s": None})
    value = pl.lit(None, dtype) if name == "hold_s" else pl.col(name).cast(dtype)
    (problem,) = problems(frame.with_columns(value.alias(name)))
    assert problem.startswith(f"{name}: expected {CONTACT_LOG_SCHEMA[name] if name != 'outcome' else 'Enum'}")
    assert "found " in problem
    assert problem.endswith(mend)


def test_the_mending_of_a_time_mends() -> None:
    frame = log({}).with_columns(pl.col("arrived_at").cast(pl.Datetime("us", "UTC")))
    assert check_contacts(frame.with_columns(pl.col("arrived_at").dt.epoch("us"))).rows == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"contact_id": None}, "contact_id: null; expected a value in every row"),
        ({"queue": None}, "queue: null; expected a value in every row"),
        ({"arrived_at": None}, "arrived_at: null; expected a value in every row"),
        ({"outcome": None}, "outcome: null; expected a value in every row"),
        ({"contact_id": "c-0"}, "contact_id: seen in an earlier row"),
        ({"customer_id": " "}, "customer_id: empty text; expected null for an unidentified customer"),
        ({"queued_at": START - 1}, "queued_at: earlier than arrived_at"),
        ({"answered_at": START + 4 * SECOND}, "answered_at: earlier than queued_at"),
        ({"ended_at": START + 19 * SECOND}, "ended_at: earlier than answered_at"),
        ({"responded_at": START - 1}, "responded_at: earlier than arrived_at"),
        ({"answered_at": None}, "answered_at: null in a contact whose outcome is answered"),
        ({"outcome": "abandoned"}, "abandoned_at: null in a contact whose outcome is abandoned"),
        ({"abandoned_at": START + SECOND}, "abandoned_at: earlier than queued_at"),
        ({"talk_s": -1.0}, "talk_s: negative or not finite"),
        ({"wrap_s": float("nan")}, "wrap_s: negative or not finite"),
        ({"hold_s": float("inf")}, "hold_s: negative or not finite"),
        ({"csat": float("nan")}, "csat: not finite"),
        ({"nps": 11}, "nps: expected 0 to 10, or null"),
        ({"nps": -1}, "nps: expected 0 to 10, or null"),
        ({"responded_at": 9_000_000_000_000_000}, "responded_at: outside the years 1980 to 2199"),
    ],
)
def test_faulty_row(change: dict[str, object], said: str) -> None:
    (problem,) = problems(log({}, {}, change))
    assert problem.startswith(said)
    assert problem.endswith("(row 2)")


def test_times_in_milliseconds() -> None:
    names = [column.name for column in CONTACT_LOG_COLUMNS if column.kind == "time"]
    found = problems(log({}).with_columns(pl.col(names) // 1000))
    assert [problem.split(":")[0] for problem in found] == [name for name in names if name != "abandoned_at"]
    assert all("expected microseconds, not seconds or milliseconds (row 0)" in problem for problem in found)


def test_unknown_outcome_and_toggle_mode() -> None:
    toggle = pl.struct(variant=pl.lit("bot"), mode=pl.Series(["live", "on", None]))
    frame = log({}, {}, {}).with_columns(pl.Series("outcome", ["answered", "won", "lost"]), toggle.alias("toggle.bot"))
    type_fault, mode_fault, outcome_fault = problems(frame)
    assert type_fault.startswith("outcome: expected Enum of the outcomes, found String")
    assert outcome_fault.startswith("outcome: unknown; expected one of answered, abandoned,")
    assert outcome_fault.endswith("(rows 1, 2)")
    assert mode_fault == "toggle.bot: unknown mode; expected one of off, shadow, live (row 1)"


def test_a_toggle_column_must_be_a_struct() -> None:
    (problem,) = problems(log({}).with_columns(pl.lit("live").alias("toggle.bot")))
    assert problem.startswith("toggle.bot: expected Struct of variant (String) and mode (String), found String")


def test_all_faults_at_once_and_the_first_rows_of_each() -> None:
    many: list[dict[str, object]] = [{"nps": 11}] * 5
    csat = pl.lit(dt.date(2026, 3, 1)).alias("csat")
    frame = log(*many, {"talk_s": -1.0}).drop("site").with_columns(csat)
    found = problems(frame)
    assert [problem.split(":")[0] for problem in found] == ["site", "csat", "talk_s", "nps"]
    assert found[3].endswith("(rows 0, 1, 2 and 2 more)")
    assert str(ContactLogError(found)).count("\n") == 3


def test_nothing_but_ids() -> None:
    found = problems(pl.DataFrame({"contact_id": ["a", "a"]}))
    assert len(found) == 21
    assert found[-1].startswith("contact_id: seen in an earlier row")

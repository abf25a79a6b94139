"""The account of a bank log: every oddity of the file, counted."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from turnout.contacts.bank_text import BankText
from turnout.contacts.report import BankLogReport

# The agents' clock runs a second or two before the queue's; more than this is something else.
_CLOCKS_APART_S: Final = 3
_SHORT_SERVICE_S: Final = 10
_DAY_S: Final = 86_400


def report_bank_log(
    sources: Sequence[str], texts: Sequence[BankText], rows: pl.DataFrame, listed_types: tuple[str, ...]
) -> BankLogReport:
    """Count what a bank log holds; `rows` are all its rows, with their times placed and the index of their file."""
    parts: list[BankLogReport] = []
    if len(sources) > 1:
        for file, (source, text) in enumerate(zip(sources, texts, strict=True)):
            parts.append(report_bank_log([source], [text], rows.filter(pl.col("file") == file), listed_types))
    counted = rows.select(expr.fill_null(False).sum().alias(name) for name, expr in _traps().items())
    counts: dict[str, Any] = counted.row(0, named=True)
    phantoms = rows.filter(pl.col("outcome") == "PHANTOM").height
    unlisted = rows.filter(~pl.col("type").is_in(listed_types))["type"].value_counts(sort=True)
    return BankLogReport(
        sources=tuple(sources),
        rows_read=rows.height,
        rows_kept=rows.height - phantoms,
        dropped={"PHANTOM outcome": phantoms} if phantoms else {},
        **counts,
        unlisted_types=dict(unlisted.iter_rows()),
        crlf_lines=sum(text.crlf_lines for text in texts),
        unterminated_last_line=any(text.unterminated_last_line for text in texts),
        days_without_rows=_days_without_rows(rows),
        parts=tuple(parts),
    )


def _traps() -> dict[str, pl.Expr]:
    """The rows of each trap; the names are the fields of `BankLogReport`."""
    answered, queued, service = pl.col("is_answered"), pl.col("has_queued"), pl.col("has_service")
    hung_up = pl.col("outcome") == "HANG"
    no_server = pl.col("server") == "NO_SERVER"
    entry, ser_time = pl.col("w_vru_entry"), pl.col("ser_time")
    apart = [
        pl.col(f"w_{end}") - pl.col(f"w_{start}") != pl.col(length)
        for start, end, length in (
            ("vru_entry", "vru_exit", "vru_time"),
            ("q_start", "q_exit", "q_time"),
            ("ser_start", "ser_exit", "ser_time"),
        )
    ]
    return {
        "repeated_call_ids": ~pl.col("call_id").is_first_distinct(),
        "repeated_contact_ids": pl.col("nth") > 1,
        "unidentified_customers": pl.col("is_unidentified"),
        "rounded_customer_ids": pl.col("is_rounded"),
        "identified_without_queue": ~pl.col("is_unidentified") & ~queued,
        "not_queued": ~queued,
        "queued_at_midnight": queued & (pl.col("q_start") == 0),
        "negative_vru_times": pl.col("vru_time") < 0,
        "negative_queue_times": pl.col("q_time") < 0,
        "negative_service_times": ser_time < 0,
        "answered_without_server": answered & no_server,
        "answered_without_service": answered & ~service,
        "short_services": answered & service & ser_time.is_between(0, _SHORT_SERVICE_S, closed="left"),
        "zero_services": answered & service & (ser_time == 0),
        "early_services": answered & service & (pl.col("w_left") - pl.col("w_ser_start") > _CLOCKS_APART_S),
        "services_ended_early": answered & service & (pl.col("w_ser_exit") < pl.col("w_left")),
        "abandoned_in_vru": hung_up & ~queued,
        "abandoned_with_service": hung_up & service,
        "abandoned_with_server": hung_up & ~no_server,
        "out_of_order": entry < entry.shift().over("file"),
        "out_of_order_within_line": entry < entry.shift().over("file", "vru+line"),
        "past_midnight": pl.any_horizontal(pl.col("^w_.*$").floordiv(_DAY_S) != entry.floordiv(_DAY_S)),
        "duration_mismatches": pl.any_horizontal(apart),
        "repeated_hour": pl.col("in_repeated_hour"),
        "skipped_hour": pl.col("in_skipped_hour"),
    }


def _days_without_rows(rows: pl.DataFrame) -> tuple[dt.date, ...]:
    seen = set(rows["day"].unique().to_list())
    months = sorted({(day.year, day.month) for day in seen})
    days = [dt.date(y, m, d) for y, m in months for d in range(1, calendar.monthrange(y, m)[1] + 1)]
    return tuple(day for day in days if day not in seen)

"""The bank log itself: every count of the loader against a plain reading of the file."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from turnout.contacts import BankLogReport, LoadReport, check_contacts, load_bank_log, load_contacts


@pytest.fixture(scope="module")
def real(shared: Path) -> Path:
    folder = shared / "data" / "anonymous_bank"
    if not folder.is_dir():
        pytest.skip(f"the bank log is not in {folder} (TURNOUT_SHARED)")
    return folder


def counts(report: BankLogReport) -> dict[str, Any]:
    """The traps that the report counts."""
    usual = {field.name for field in dataclasses.fields(LoadReport)} | {"days_without_rows"}
    return {field.name: getattr(report, field.name) for field in dataclasses.fields(report) if field.name not in usual}


def seconds(clock: str) -> int:
    hours, minutes, rest = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + rest


def count_plainly(path: Path) -> dict[str, Any]:
    """Count the traps with the csv module alone, by other means than the loader's."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    clocks = ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")
    asked = ("q_start", "q_exit", "q_time"), ("ser_start", "ser_exit", "ser_time")
    count: Counter[str] = Counter()
    calls: set[str] = set()
    contacts: set[tuple[str, str]] = set()
    last, last_on_line = "", dict[str, str]()
    for row in rows:
        queued, served = (any(row[name] not in ("0", "0:00:00") for name in names) for names in asked)
        agent, hang = row["outcome"] == "AGENT", row["outcome"] == "HANG"
        line = row["vru+line"], row["call_id"]
        at = row["date"] + row["vru_entry"].rjust(8, "0")
        span = [seconds(row[name]) for name in clocks]
        left = span[3] if queued else span[1]
        # No call lasts half a day: a clock that runs back by more has passed midnight.
        ahead = (span[4] - left + 43200) % 86400 - 43200
        ends = ahead + (span[5] - span[4]) % 86400
        used = span[:2] + (span[2:4] if queued else []) + (span[4:] if served else [])
        for name, holds in {
            "repeated_call_ids": row["call_id"] in calls,
            "repeated_contact_ids": line in contacts,
            "unidentified_customers": row["customer_id"] == "0",
            "rounded_customer_ids": not row["customer_id"].isdigit(),
            "identified_without_queue": row["customer_id"] != "0" and not queued,
            "not_queued": not queued,
            "queued_at_midnight": queued and row["q_start"] == "0:00:00",
            "negative_vru_times": row["vru_time"].startswith("-"),
            "negative_queue_times": row["q_time"].startswith("-"),
            "negative_service_times": row["ser_time"].startswith("-"),
            "answered_without_server": agent and row["server"] == "NO_SERVER",
            "answered_without_service": agent and not served,
            "short_services": agent and served and len(row["ser_time"]) == 1,
            "zero_services": agent and served and row["ser_time"] == "0",
            "early_services": agent and served and ahead < -3,
            "services_ended_early": agent and served and ends < 0,
            "abandoned_in_vru": hang and not queued,
            "abandoned_with_service": hang and served,
            "abandoned_with_server": hang and row["server"] != "NO_SERVER",
            "out_of_order": at < last,
            "out_of_order_within_line": at < last_on_line.get(line[0], ""),
            "past_midnight": any(b - a < -43200 for a, b in itertools.pairwise(used)),
            "duration_mismatches": any(
                (seconds(row[b]) - seconds(row[a]) - int(row[c])) % 86400
                for a, b, c in (("vru_entry", "vru_exit", "vru_time"), *asked)
            ),
        }.items():
            count[name] += holds
        calls.add(row["call_id"])
        contacts.add(line)
        last = last_on_line[line[0]] = at
    kept = [row for row in rows if row["outcome"] != "PHANTOM"]
    return {
        "rows_read": len(rows),
        "rows_kept": len(kept),
        "queue_s": sum(int(row["q_time"]) for row in kept),
        "talk_s": sum(int(row["ser_time"]) for row in kept if row["outcome"] == "AGENT"),
        "outcomes": {
            "answered": sum(row["outcome"] == "AGENT" for row in kept),
            "abandoned": sum(row["outcome"] == "HANG" for row in kept),
        },
        **count,
    }


class TestRealLog:
    @pytest.mark.parametrize("month", ["january", "february"])
    def test_counts_agree_with_a_plain_reading(self, real: Path, month: str) -> None:
        log = load_bank_log(real / f"{month}.txt")
        plain = count_plainly(real / f"{month}.txt")
        outcomes = plain.pop("outcomes")
        assert log.contacts["queue_s"].sum() == plain.pop("queue_s")
        assert log.contacts["talk_s"].sum() == plain.pop("talk_s")
        assert {name: getattr(log.report, name) for name in plain} == plain
        assert check_contacts(log.contacts).outcomes == outcomes

    def test_january(self, real: Path) -> None:
        report = load_bank_log(real / "january.txt").report
        assert (report.rows_read, report.rows_kept, report.dropped) == (31_599, 31_359, {"PHANTOM outcome": 240})
        assert {name: value for name, value in counts(report).items() if value} == {
            "repeated_call_ids": 16_854,
            "unidentified_customers": 18_175,
            "rounded_customer_ids": 24,
            "identified_without_queue": 466,
            "not_queued": 14_673,
            "negative_vru_times": 33,
            "answered_without_server": 490,
            "answered_without_service": 42,
            "short_services": 1_469,
            "zero_services": 235,
            "early_services": 154,
            "services_ended_early": 182,
            "abandoned_in_vru": 1_198,
            "abandoned_with_service": 83,
            "abandoned_with_server": 1,
            "unlisted_types": {"AA": 2},
            "crlf_lines": 31_600,
            "out_of_order": 26,
            "past_midnight": 24,
        }
        assert report.days_without_rows == (dt.date(1999, 1, 11), dt.date(1999, 1, 12))

    def test_february(self, real: Path) -> None:
        report = load_bank_log(real / "february.txt").report
        assert (report.rows_read, report.rows_kept, report.dropped) == (33_344, 33_066, {"PHANTOM outcome": 278})
        assert report.queued_at_midnight == 1
        assert report.unlisted_types == {}
        assert report.days_without_rows == ()

    def test_waits_are_the_log_s_own(self, real: Path) -> None:
        contacts = load_bank_log(real / "january.txt").contacts
        left = pl.coalesce("answered_at", "abandoned_at")
        wrong = contacts.filter((left - pl.col("queued_at")) != pl.col("queue_s") * 1_000_000)
        assert contacts["queue_s"].count() > 10_000
        assert wrong.is_empty()

    def test_figures_of_the_literature(self, real: Path) -> None:
        """The mean service of January, from the account of this log: 184.7 s, SD 224; PS 192, IN 269, NE 321 s."""
        contacts = load_bank_log(real / "january.txt").contacts
        served = contacts.filter(pl.col("talk_s").is_between(1, 3600))
        assert served["talk_s"].mean() == pytest.approx(184.7, abs=0.2)
        assert served["talk_s"].std() == pytest.approx(224, abs=0.5)
        means = dict(served.group_by("type").agg(pl.col("talk_s").mean()).iter_rows())
        assert [round(means[kind]) for kind in ("PS", "IN", "NE")] == [192, 269, 321]

    def test_both_months_together(self, real: Path) -> None:
        log = load_contacts(str(real / "*.txt"))
        assert log.report.rows_kept == log.contacts.height == 31_359 + 33_066
        assert log.report.dropped == {"PHANTOM outcome": 518}
        assert len(log.report.parts) == 2

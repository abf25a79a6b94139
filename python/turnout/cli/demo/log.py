"""The contact log as the demo sees it: who came, when, and what was known on arrival."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from turnout.cli.demo.model import LogFacts, Trap
from turnout.cli.faults import EXIT_FAULTS, CliError, counted
from turnout.cli.zones import check_zone
from turnout.contacts import (
    BANK_ZONE,
    CONTACT_LOG_SCHEMA,
    BankLogReport,
    LoadReport,
    load_contacts,
    load_sample_contacts,
)
from turnout.contacts.schema import TOGGLE_PREFIX
from turnout.errors import ContactLogError

KNOWN_ON_ARRIVAL = ("contact_id", "customer_id", "channel", "queue", "type", "site")
# Columns of the bank log, and of any log with toggles in it, that are written later than the contact arrives.
KNOWN_LATER = ("vru_exited_at", "vru_s", "queue_s", "service_started_at")
FAULTS_SHOWN = 3
BANK_ACKNOWLEDGEMENT = (
    'I. Guedj and A. Mandelbaum, "Anonymous Bank" Call-Center Data, Technion, Haifa 2000 (calls of 1999)'
)


@dataclasses.dataclass(frozen=True, slots=True)
class DemoLog:
    """A contact log, sorted by arrival. A policy sees `attributes`: only what is known when a contact arrives."""

    facts: LogFacts
    units: pl.Series
    attributes: pl.DataFrame
    at: pl.Series
    day: pl.Series
    starts_at: dt.datetime
    ends_at: dt.datetime

    def between(self, from_at: dt.datetime, to_at: dt.datetime) -> DemoLog:
        """The contacts that arrived from one instant until another."""
        low = self.at.search_sorted(from_at, side="left")
        size = self.at.search_sorted(to_at, side="left") - low
        return dataclasses.replace(
            self,
            units=self.units.slice(low, size),
            attributes=self.attributes.slice(low, size),
            at=self.at.slice(low, size),
            day=self.day.slice(low, size),
        )


def read_log(path: Path | None, zone: str | None = None) -> DemoLog:
    """Reads a contact log, or the package's 28 sample days.

    Parameters
    ----------
    path
        .csv, .parquet, or .txt for the bank log; the sample when absent.
    zone
        IANA zone by which days are counted, and times without an offset read; UTC when absent, and the bank
        log's own zone for that log.
    """
    if zone is not None:
        check_zone(zone)
    if path is None:
        contacts = load_sample_contacts()
        report = LoadReport(("the package's 28 sample days",), contacts.height, contacts.height, {})
    else:
        contacts, report = load_file(path, zone)
    if contacts.is_empty():
        message = "holds no contacts" + "".join(f", {reason}: {rows:,}" for reason, rows in report.dropped.items())
        raise CliError(message, where=str(path), hint="give a log with usable rows", exit_code=EXIT_FAULTS)
    days_by = zone or (BANK_ZONE if isinstance(report, BankLogReport) else "UTC")
    return demo_log(contacts.sort("arrived_at", maintain_order=True), report, days_by)


def load_file(path: Path, zone: str | None) -> tuple[pl.DataFrame, LoadReport]:
    """A log from a file; rows that break the schema are left out and counted."""
    hint = "give a contact log: .csv, .parquet, or .txt for the bank log"
    try:
        log = load_contacts(path, zone=zone, faulty_rows="drop")
    except ContactLogError as error:
        first = "; ".join(error.problems[:FAULTS_SHOWN]).removeprefix(f"{path}: ")
        more = len(error.problems) - FAULTS_SHOWN
        rest = f"; and {counted(more, 'fault')} more" if more > 0 else ""
        raise CliError(f"{first}{rest}", where=str(path), exit_code=EXIT_FAULTS, kind="contact_log") from None
    except FileNotFoundError:
        raise CliError("no such contact log", where=str(path), hint=hint, kind="missing_file") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CliError(f"cannot be read ({reason})", where=str(path), hint=hint, kind="unreadable_file") from None
    return log.contacts, log.report


def demo_log(contacts: pl.DataFrame, report: LoadReport, zone: str) -> DemoLog:
    """The log with its facts; `contacts` are sorted by arrival and not empty."""
    at = contacts.select(pl.from_epoch("arrived_at", "us").dt.replace_time_zone("UTC")).to_series()
    local = at.dt.convert_time_zone(zone)
    identified = contacts.height - contacts["customer_id"].null_count()
    first, last = at[0], at[-1]
    facts = LogFacts(
        source=", ".join(report.sources),
        rows_read=report.rows_read,
        rows_dropped=sum(report.dropped.values()),
        contacts=contacts.height,
        customers=contacts["customer_id"].drop_nulls().n_unique(),
        contacts_identified=identified,
        contacts_unidentified=contacts.height - identified,
        first_at=first,
        last_at=last,
        first_day=local.dt.date()[0],
        last_day=local.dt.date()[-1],
        days=local.dt.date().n_unique(),
        zone=zone,
        acknowledgement=BANK_ACKNOWLEDGEMENT if isinstance(report, BankLogReport) else None,
        traps=tuple(traps(report)),
    )
    return DemoLog(
        facts=facts,
        units=contacts["customer_id"],
        attributes=contacts.select(attribute_columns(contacts)),
        at=at.alias("at"),
        day=local.dt.date().alias("day"),
        starts_at=local.dt.truncate("1d").dt.convert_time_zone("UTC")[0],
        # the log counts microseconds, so this is the first instant after its last contact
        ends_at=last + dt.timedelta(microseconds=1),
    )


def attribute_columns(contacts: pl.DataFrame) -> list[str]:
    """The columns that a policy may look at when a contact arrives."""
    later = (set(CONTACT_LOG_SCHEMA) - set(KNOWN_ON_ARRIVAL)) | set(KNOWN_LATER)
    return [name for name in contacts.columns if name not in later and not name.startswith(TOGGLE_PREFIX)]


def traps(report: LoadReport) -> Iterator[Trap]:
    """All that the loader dropped or noticed, with how many rows it touched."""
    for reason, rows in report.dropped.items():
        yield Trap(f"dropped: {reason}", rows)
    for column, times in report.repeated_times.items():
        yield Trap(f"{column} in a repeated hour, the earlier taken", times)
    if not isinstance(report, BankLogReport):
        return
    known = {field.name for field in dataclasses.fields(LoadReport)}
    for field in dataclasses.fields(report):
        value = getattr(report, field.name)
        if field.name in known or not value:
            continue
        name = field.name.replace("_", " ")
        if isinstance(value, Mapping):
            yield Trap(f"{name} ({', '.join(map(str, value))})", sum(value.values()))
        elif isinstance(value, tuple):
            yield Trap(f"{name} ({', '.join(map(str, value))})", len(value))
        else:
            yield Trap(name, int(value))

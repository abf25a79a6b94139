"""What a loader gives back: the contacts, and an account of what it read, kept, dropped and noticed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Generic, TypeVar

import polars as pl


@dataclasses.dataclass(frozen=True, slots=True)
class LoadReport:
    """What a loader read, kept and dropped; `rows_read == rows_kept + sum(dropped.values())` always holds.

    Attributes
    ----------
    sources
        The files, in the order in which they were read.
    rows_read
        Rows in the files, headers not counted.
    rows_kept
        Rows in `contacts`.
    dropped
        Dropped rows by reason, each row under the first reason that holds; empty when nothing was dropped.
    filled
        Columns of the schema that the files lacked and that were filled, with null or with a given constant.
    parts
        The report of each file, where there are several files.
    repeated_times
        Clock times without an offset that came twice, in the hour that a change of clocks repeats, by column; the
        earlier of the two instants was taken. Dropped rows included.

    Examples
    --------
    >>> import turnout.contacts
    >>> print(turnout.contacts.LoadReport(("march.csv",), 10, 9, {"contact_id repeated": 1}))
    10 rows read, 9 kept, 1 dropped
      dropped, contact_id repeated: 1
    """

    sources: tuple[str, ...]
    rows_read: int
    rows_kept: int
    dropped: Mapping[str, int]
    filled: tuple[str, ...] = ()
    parts: tuple[LoadReport, ...] = ()
    repeated_times: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{self.rows_read} rows read, {self.rows_kept} kept, {sum(self.dropped.values())} dropped"]
        lines += [f"  dropped, {reason}: {count}" for reason, count in self.dropped.items()]
        lines += [f"  {name}: {text}" for name, text in self._notes()]
        return "\n".join(lines)

    def _notes(self) -> list[tuple[str, str]]:
        known = {field.name for field in dataclasses.fields(LoadReport)}
        notes = [("filled", ", ".join(self.filled))] if self.filled else []
        for column, count in self.repeated_times.items():
            notes.append((column, f"{count} in a repeated hour, the earlier taken"))
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in known or not value:
                continue
            if isinstance(value, Mapping):
                text = ", ".join(f"{key} {count}" for key, count in value.items())
            else:
                text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            notes.append((field.name, text))
        return notes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BankLogReport(LoadReport):
    """What the loader met in files of the bank log. Every count is of rows of the files, dropped rows included.

    Attributes
    ----------
    repeated_call_ids
        Rows whose call_id was seen earlier: it is unique only on its line.
    repeated_contact_ids
        Rows whose line and call_id together were seen earlier; they get `#2`, `#3`, ... appended, in file order.
    unidentified_customers
        Rows with customer_id 0; their `customer_id` is null.
    rounded_customer_ids
        Rows whose customer_id a spreadsheet rounded (`3.27E+11`): many customers share it, so it is null too.
    identified_without_queue
        Rows with a customer_id though they did not queue; most are call-backs.
    not_queued
        Rows that did not queue: q_start and q_exit 0:00:00 and q_time 0; their `queued_at` is null.
    queued_at_midnight
        Rows with q_start 0:00:00 that did queue, at midnight: q_exit or q_time is not zero.
    negative_vru_times
        Rows that left the voice menu before they entered it; they arrive when they leave it, and `vru_s` is null.
    negative_queue_times, negative_service_times
        Rows whose q_time or ser_time is negative; `queue_s` or `talk_s` is null.
    answered_without_server
        AGENT rows with NO_SERVER; answered, `agent_id` null.
    answered_without_service
        AGENT rows whose service times are all zero; answered, `talk_s` and `ended_at` null.
    short_services
        AGENT rows with a recorded service under 10 s, an artefact of agents hanging up to rest; kept as they are.
    zero_services
        Those of the short services that lasted 0 s.
    early_services
        AGENT rows whose service starts more than 3 s before the queue (or the voice menu) let go of the call. One or
        two seconds are the two clocks' usual difference. `answered_at` keeps to the queue's clock.
    services_ended_early
        AGENT rows whose service ends before the queue let go; `ended_at` is raised to `answered_at`.
    abandoned_in_vru
        HANG rows that did not queue; abandoned when they left the voice menu.
    abandoned_with_service
        HANG rows with service times; abandoned, the service is not taken over.
    abandoned_with_server
        HANG rows with an agent's name; abandoned, `agent_id` null.
    unlisted_types
        Rows by type, for types that the documentation does not list; kept, their queue is `unlisted`.
    crlf_lines
        Lines that end in CR LF, the header included.
    unterminated_last_line
        Whether the last line (of any file) lacks its line end: its last field may be cut short.
    out_of_order
        Rows that enter before the row above: the file lists one line after the other. `contacts` is sorted.
    out_of_order_within_line
        Rows that enter before the row above on the same line.
    past_midnight
        Rows with a time on the day after (or before) their date.
    duration_mismatches
        Rows in which a duration is not the difference of its clock times, midnight allowed for; the clock times set
        `..._at`, the logged durations set `..._s`.
    repeated_hour, skipped_hour
        Rows with a time in the hour that the change of clocks repeats or skips; the earlier of the two instants is
        taken, and a skipped time counts on as if the clocks had not changed.
    days_without_rows
        Days of the months in the file without any row.

    Examples
    --------
    >>> import dataclasses
    >>> import turnout.contacts
    >>> names = [field.name for field in dataclasses.fields(turnout.contacts.BankLogReport)]
    >>> "rows_kept" in names, "negative_vru_times" in names
    (True, True)
    """

    repeated_call_ids: int
    repeated_contact_ids: int
    unidentified_customers: int
    rounded_customer_ids: int
    identified_without_queue: int
    not_queued: int
    queued_at_midnight: int
    negative_vru_times: int
    negative_queue_times: int
    negative_service_times: int
    answered_without_server: int
    answered_without_service: int
    short_services: int
    zero_services: int
    early_services: int
    services_ended_early: int
    abandoned_in_vru: int
    abandoned_with_service: int
    abandoned_with_server: int
    unlisted_types: Mapping[str, int]
    crlf_lines: int
    unterminated_last_line: bool
    out_of_order: int
    out_of_order_within_line: int
    past_midnight: int
    duration_mismatches: int
    repeated_hour: int
    skipped_hour: int
    days_without_rows: tuple[dt.date, ...]


ReportT_co = TypeVar("ReportT_co", bound=LoadReport, covariant=True)


@dataclasses.dataclass(frozen=True, slots=True)
class ContactLog(Generic[ReportT_co]):
    """Contacts with the account of how they were loaded.

    Attributes
    ----------
    contacts
        The contact log in `CONTACT_LOG_SCHEMA`, the source's own columns after it.
    report
        What was read, kept, dropped and noticed.

    Examples
    --------
    >>> import turnout.contacts
    >>> contacts = turnout.contacts.load_sample_contacts()
    >>> report = turnout.contacts.LoadReport(("sample",), contacts.height, contacts.height, {})
    >>> turnout.contacts.ContactLog(contacts, report).report.dropped
    {}
    """

    contacts: pl.DataFrame
    report: ReportT_co

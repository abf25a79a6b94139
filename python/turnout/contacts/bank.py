"""The loader of the "Anonymous Bank" call log (Israel, 1999).

The log is free for use; acknowledge the source: I. Guedj and A. Mandelbaum, "Anonymous Bank" Call-Center Data,
Technion, Haifa 2000. It is analysed in L. Brown et al., "Statistical Analysis of a Telephone Call Center: A
Queueing-Science Perspective", Journal of the American Statistical Association 100 (2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from turnout.contacts.bank_report import report_bank_log
from turnout.contacts.bank_text import ROUNDED_ID, BankText, read_bank_text
from turnout.contacts.check import check_contacts
from turnout.contacts.files import FilePath, find_files
from turnout.contacts.report import BankLogReport, ContactLog
from turnout.contacts.schema import CONTACT_LOG_SCHEMA
from turnout.errors import ContactLogError

BANK_ZONE: Final = "Asia/Jerusalem"
"""The time zone of the bank log's clock times.

Examples
--------
>>> import turnout.contacts
>>> turnout.contacts.BANK_ZONE
'Asia/Jerusalem'
"""
BANK_SITE: Final = "anonymous-bank"
BANK_QUEUES: Final = {
    "PS": "regular",
    "PE": "english",
    "IN": "internet",
    "NE": "stock",
    "NW": "prospect",
    "TT": "call-back",
}
"""The queue's name for each type of call that the log's documentation lists.

Examples
--------
>>> import turnout.contacts
>>> turnout.contacts.BANK_QUEUES["PS"]
'regular'
"""

_UNLISTED: Final = "unlisted"
_DAY_S: Final = 86_400
_HOUR_US: Final = 3_600_000_000

_CLOCKS: Final = ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")
_DURATIONS: Final = ("vru_time", "q_time", "ser_time")


def load_bank_log(source: FilePath | Sequence[FilePath]) -> ContactLog[BankLogReport]:
    r"""Load one month of the "Anonymous Bank" call log, or several.

    Only PHANTOM rows are dropped. Clock times are local time at Asia/Jerusalem and carry no date of their own: each is
    put on the day that brings it nearest to the time before it, so that calls across midnight stay whole. Waits are
    told by the queue's clock: `answered_at` is when the queue (or, without a queue, the voice menu) let go of the
    call, a second or two after the agent's own start, which is kept in `service_started_at`. So
    `answered_at - queued_at` is the log's q_time and `talk_s` its ser_time.

    Parameters
    ----------
    source
        A file, tab separated, with its header; a pattern such as `logs/*.txt`, or several of either, read in sorted
        order per pattern.

    Returns
    -------
    ContactLog
        The contacts, sorted by arrival, in `CONTACT_LOG_SCHEMA` with five columns after it: `priority` (2 is high, a
        head start of 90 s), `vru_exited_at` (us UTC), `vru_s` and `queue_s` (s; the log's own durations), and
        `service_started_at` (us UTC; the agent's clock). The report counts every oddity that was met, of all files and
        of each.

    Raises
    ------
    ContactLogError
        No file matches, or a file is empty, not text, without its header, or has faulty lines; all of them are named,
        and nothing is loaded.
    OSError
        A file cannot be read.

    References
    ----------
    I. Guedj and A. Mandelbaum, "Anonymous Bank" Call-Center Data, Technion, Haifa 2000.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import turnout.contacts
    >>> header = "vru+line call_id customer_id priority type date vru_entry vru_exit vru_time q_start q_exit q_time "
    >>> header += "outcome ser_start ser_exit ser_time server"
    >>> row = "AA0101 44749 27644400 2 PS 990901 11:45:33 11:45:39 6 11:45:39 11:46:58 79 "
    >>> row += "AGENT 11:46:57 11:51:00 243 DORIT"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "september.txt")
    ...     _ = path.write_text("\n".join([header, row]).replace(" ", "\t"))
    ...     log = turnout.contacts.load_bank_log(path)
    >>> log.contacts.select("contact_id", "queue", "talk_s", "queue_s").row(0)
    ('AA0101-44749', 'regular', 243.0, 79.0)
    >>> log.report.rows_kept, log.report.unterminated_last_line
    (1, True)
    """
    paths = find_files(source)
    texts = _read_all(paths)
    # All files at once, so that an id that two of them have is told apart as it is within one.
    together = pl.concat(text.rows.with_columns(pl.lit(file).alias("file")) for file, text in enumerate(texts))
    rows = _place_times(_read_values(together))
    contacts = _to_contacts(rows.filter(pl.col("outcome") != "PHANTOM"))
    # The rows were mended to keep every rule; a rule that is broken nevertheless must not pass unseen.
    check_contacts(contacts)
    report = report_bank_log(list(map(str, paths)), texts, rows, tuple(BANK_QUEUES))
    return ContactLog(contacts, report)


def _read_all(paths: Sequence[Path]) -> list[BankText]:
    """The text of every file, or the faults of all."""
    texts: list[BankText] = []
    problems: list[str] = []
    for path in paths:
        try:
            texts.append(read_bank_text(path))
        except ContactLogError as error:
            problems += error.problems
    if problems:
        raise ContactLogError(problems)
    return texts


def _read_values(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn text into numbers: clock times into seconds of the day, durations into seconds."""
    clocks = [pl.col(name).str.split_exact(":", 2).struct.rename_fields(["h", "m", "s"]) for name in _CLOCKS]
    seconds = [
        clock.struct.field("h").cast(pl.Int64) * 3600
        + clock.struct.field("m").cast(pl.Int64) * 60
        + clock.struct.field("s").cast(pl.Int64)
        for clock in clocks
    ]
    line_id = pl.concat_str("vru+line", pl.lit("-"), "call_id")
    nth = pl.int_range(1, pl.len() + 1).over("line_id")
    numbered = pl.concat_str("line_id", pl.lit("#"), "nth")
    return (
        rows.with_columns(
            *(value.alias(name) for name, value in zip(_CLOCKS, seconds, strict=True)),
            pl.col(*_DURATIONS).cast(pl.Int64),
            pl.col("priority").cast(pl.Int8),
            pl.col("customer_id").str.contains(ROUNDED_ID).alias("is_rounded"),
            pl.col("customer_id").str.strip_chars_start("0").eq("").alias("is_unidentified"),
            line_id.alias("line_id"),
        )
        .with_columns(nth.alias("nth"))
        .with_columns(
            pl.when(pl.col("nth") == 1).then("line_id").otherwise(numbered).alias("contact_id"),
            pl.any_horizontal(pl.col("q_start", "q_exit", "q_time") != 0).alias("has_queued"),
            pl.any_horizontal(pl.col("ser_start", "ser_exit", "ser_time") != 0).alias("has_service"),
            (pl.col("outcome") == "AGENT").alias("is_answered"),
            pl.col("day").cast(pl.Int64).mul(_DAY_S).alias("midnight"),
        )
    )


def _place_times(rows: pl.DataFrame) -> pl.DataFrame:
    """Put each clock time on its day (`w_...`, wall seconds), then on the line of UTC (`t_...`, microseconds)."""
    wall = (
        rows.with_columns((pl.col("midnight") + pl.col("vru_entry")).alias("w_vru_entry"))
        .with_columns(_nearest("vru_exit", pl.col("w_vru_entry")).alias("w_vru_exit"))
        .with_columns(_nearest("q_start", pl.col("w_vru_exit")).alias("w_q_start"))
        .with_columns(_nearest("q_exit", pl.col("w_q_start")).alias("w_q_exit"))
        .with_columns(pl.when("has_queued").then("w_q_exit").otherwise("w_vru_exit").alias("w_left"))
        .with_columns(_nearest("ser_start", pl.col("w_left")).alias("w_ser_start"))
        .with_columns(_nearest("ser_exit", pl.col("w_ser_start")).alias("w_ser_exit"))
        .with_columns(
            pl.when("has_queued").then(pl.col("w_q_start", "w_q_exit")),
            pl.when("has_service").then(pl.col("w_ser_start", "w_ser_exit")),
        )
    )
    names = [f"w_{name}" for name in _CLOCKS]
    local = {name: pl.col(name).mul(1_000_000).cast(pl.Datetime("us")) for name in names}
    first = {name: _to_utc(value, "earliest") for name, value in local.items()}
    second = {name: _to_utc(value, "latest") for name, value in local.items()}
    hour = pl.duration(hours=1)
    # A time that the change of clocks skips: an hour earlier exists, and an hour after that is the instant meant.
    mended = {name: first[name].fill_null(_to_utc(local[name] - hour, "earliest") + _HOUR_US) for name in names}
    is_skipped = [first[name].is_null() & pl.col(name).is_not_null() for name in names]
    return wall.with_columns(
        *(mended[name].alias(f"t_{name[2:]}") for name in names),
        pl.any_horizontal(first[name] != second[name] for name in names).fill_null(False).alias("in_repeated_hour"),
        pl.any_horizontal(is_skipped).alias("in_skipped_hour"),
    ).with_columns(pl.when("has_queued").then("t_q_exit").otherwise("t_vru_exit").alias("t_left"))


def _nearest(clock: str, reference: pl.Expr) -> pl.Expr:
    """The time of day `clock` on the day that brings it nearest to the reference."""
    half = _DAY_S // 2
    return reference + (pl.col(clock) - reference + half) % _DAY_S - half


def _to_utc(local: pl.Expr, ambiguous: str) -> pl.Expr:
    zoned = local.dt.replace_time_zone(BANK_ZONE, ambiguous=pl.lit(ambiguous), non_existent="null")
    return zoned.dt.epoch("us")


def _to_contacts(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the rows in the schema of the contact log."""
    answered = pl.col("is_answered")
    served = answered & pl.col("has_service")
    arrived = pl.min_horizontal("t_vru_entry", "t_vru_exit")
    queued = pl.when("has_queued").then(pl.max_horizontal("t_q_start", arrived))
    left = pl.max_horizontal("t_left", queued, arrived)
    queue = pl.col("type").replace_strict(BANK_QUEUES, default=_UNLISTED, return_dtype=pl.String)
    no_time, no_duration = pl.lit(None, pl.Int64), pl.lit(None, pl.Float64)
    values = {
        "contact_id": pl.col("contact_id"),
        "customer_id": pl.when(~pl.col("is_rounded") & ~pl.col("is_unidentified")).then("customer_id"),
        "channel": pl.lit("phone"),
        "queue": queue,
        "type": pl.col("type"),
        "site": pl.lit(BANK_SITE),
        "arrived_at": arrived,
        "queued_at": queued,
        "answered_at": pl.when(answered).then(left),
        "ended_at": pl.when(served).then(pl.max_horizontal("t_ser_exit", left)).when(~answered).then(left),
        "abandoned_at": pl.when(~answered).then(left),
        "talk_s": pl.when(served & (pl.col("ser_time") >= 0)).then("ser_time"),
        "hold_s": no_duration,
        "wrap_s": no_duration,
        "agent_id": pl.when(answered & (pl.col("server") != "NO_SERVER")).then("server"),
        "outcome": pl.when(answered).then(pl.lit("answered")).otherwise(pl.lit("abandoned")),
        "csat": no_duration,
        "nps": pl.lit(None, pl.Int32),
        "resolved": pl.lit(None, pl.Boolean),
        "escalated": pl.lit(None, pl.Boolean),
        "responded_at": no_time,
    }
    extras = (
        pl.col("priority"),
        pl.col("t_vru_exit").alias("vru_exited_at"),
        pl.when(pl.col("vru_time") >= 0).then("vru_time").cast(pl.Float64).alias("vru_s"),
        pl.when(pl.col("has_queued") & (pl.col("q_time") >= 0)).then("q_time").cast(pl.Float64).alias("queue_s"),
        pl.when(served).then("t_ser_start").alias("service_started_at"),
    )
    columns = [value.cast(CONTACT_LOG_SCHEMA[name]).alias(name) for name, value in values.items()]
    return rows.select(*columns, *extras).sort("arrived_at", "contact_id")

"""The bank log as text: cut into fields, every field held against its form, every faulty line named."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

import polars as pl

from turnout.errors import ContactLogError

BANK_COLUMNS: Final = (
    "vru+line",
    "call_id",
    "customer_id",
    "priority",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "vru_time",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
)
ROUNDED_ID: Final = r"^[0-9](\.[0-9]+)?E\+[0-9]{1,2}$"

_CLOCK: Final = (r"^([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", "a clock time from 0:00:00 to 23:59:59")
_DURATION: Final = (r"^-?[0-9]{1,6}$", "whole seconds")
_FORMS: Final[dict[str, tuple[str, str]]] = {
    "vru+line": (r"^[A-Z]{2}[0-9]{4}$", "a voice unit and its line, such as AA0101"),
    "call_id": (r"^[0-9]{1,9}$", "a whole number"),
    "customer_id": (r"^[0-9]{1,12}$|" + ROUNDED_ID, "a whole number, 0 when unidentified"),
    "priority": (r"^[0-2]$", "0, 1 or 2"),
    "type": (r"^[A-Z]{2}$", "two capital letters, such as PS"),
    "date": (r"^[0-9]{6}$", "a date YYMMDD"),
    "vru_entry": _CLOCK,
    "vru_exit": _CLOCK,
    "vru_time": _DURATION,
    "q_start": _CLOCK,
    "q_exit": _CLOCK,
    "q_time": _DURATION,
    "outcome": (r"^(AGENT|HANG|PHANTOM)$", "AGENT, HANG or PHANTOM"),
    "ser_start": _CLOCK,
    "ser_exit": _CLOCK,
    "ser_time": _DURATION,
    "server": (r"^[!-~]([ -~]{0,38}[!-~])?$", "an agent's name or NO_SERVER"),
}

_LINES_SHOWN: Final = 3
_TEXT_SHOWN: Final = 60


@dataclasses.dataclass(frozen=True, slots=True)
class BankText:
    """The rows of a bank log as text, every field of the right form.

    Attributes
    ----------
    rows
        One text column for each of the log's own, and `day` (the date).
    crlf_lines
        Lines that end in CR LF, the header included.
    unterminated_last_line
        Whether the last line lacks its line end.
    """

    rows: pl.DataFrame
    crlf_lines: int
    unterminated_last_line: bool


def looks_like_bank_log(path: Path) -> bool:
    """Whether a file begins with the header of the bank log.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from turnout.contacts.bank_text import looks_like_bank_log
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "notes.txt")
    ...     _ = path.write_text("hello")
    ...     looks_like_bank_log(path)
    False
    """
    header = "\t".join(BANK_COLUMNS).encode()
    with path.open("rb") as file:
        return file.read(len(header)) == header


def read_bank_text(path: Path) -> BankText:
    """Read a bank log and hold every line against its form.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    BankText
        The rows as text.

    Raises
    ------
    ContactLogError
        The file is empty, is not text, lacks its header, or has faulty lines; `problems` names the lines, counted
        from 1 with the header as line 1, what was expected, and what was found.
    OSError
        The file cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from turnout.contacts.bank_text import read_bank_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "empty.txt")
    ...     path.touch()
    ...     read_bank_text(path)
    Traceback (most recent call last):
    turnout.errors.ContactLogError: ...empty.txt: line 1: expected the header vru+line, ..., found an empty file
    """
    lines = _read_lines(path)
    unterminated = lines[-1] != ""
    if not unterminated:
        lines.pop()
    frame = pl.DataFrame({"text": pl.Series(lines[1:], dtype=pl.String)}).with_row_index("line", offset=2)
    crlf_lines = int(frame["text"].str.ends_with("\r").sum()) + lines[0].endswith("\r")
    frame = frame.with_columns(pl.col("text").str.strip_suffix("\r"))
    fields_found = frame["text"].str.count_matches("\t", literal=True) + 1
    whole = frame.filter(fields_found == len(BANK_COLUMNS))
    split = pl.col("text").str.split_exact("\t", len(BANK_COLUMNS) - 1).struct.rename_fields(list(BANK_COLUMNS))
    rows = whole.select("line", split.alias("fields")).unnest("fields")
    rows = rows.with_columns(pl.col("date").str.to_date("%y%m%d", strict=False).alias("day"))
    problems = _count_faults(frame, fields_found) + _form_faults(rows)
    if problems:
        raise ContactLogError(f"{path}: {problem}" for problem in problems)
    return BankText(rows.drop("line"), crlf_lines, unterminated)


def _read_lines(path: Path) -> list[str]:
    data = path.read_bytes()
    if not data:
        raise ContactLogError([f"{path}: line 1: expected the header {', '.join(BANK_COLUMNS)}, found an empty file"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{data[error.start]:02x}"
        raise ContactLogError([f"{path}: line {line}: expected text in UTF-8, found {found}"]) from error
    lines = text.split("\n")
    if tuple(lines[0].rstrip("\r").split("\t")) != BANK_COLUMNS:
        wanted = f"the header {', '.join(BANK_COLUMNS)}, tab separated"
        raise ContactLogError([f"{path}: line 1: expected {wanted}; found {_show(lines[0])}"])
    return lines


def _count_faults(frame: pl.DataFrame, fields_found: pl.Series) -> list[str]:
    faulty = frame.with_columns(fields_found.alias("fields")).filter(pl.col("fields") != len(BANK_COLUMNS))
    shown = [
        f"line {line}: expected {len(BANK_COLUMNS)} tab-separated fields, found {fields} in {_show(text)}"
        for line, text, fields in faulty.head(_LINES_SHOWN).iter_rows()
    ]
    return _with_rest(shown, faulty.height, "lines with a wrong number of fields")


def _form_faults(rows: pl.DataFrame) -> list[str]:
    problems = []
    for name, (form, wanted) in _FORMS.items():
        wrong = ~rows[name].str.contains(form)
        if name == "date":
            wrong |= rows["day"].is_null()
        if not wrong.any():
            continue
        faulty = rows.filter(wrong)
        shown = [
            f"line {line}: {name}: expected {wanted}, found {_show(text)}"
            for line, text in faulty.select("line", name).head(_LINES_SHOWN).iter_rows()
        ]
        problems += _with_rest(shown, faulty.height, f"lines with a faulty {name}")
    return problems


def _with_rest(shown: list[str], count: int, what: str) -> list[str]:
    return [*shown, f"and {count - len(shown)} more {what}"] if count > len(shown) else shown


def _show(text: str) -> str:
    return repr(text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}...")

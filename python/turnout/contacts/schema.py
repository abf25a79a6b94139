"""The contact log: one row a contact, one schema for loaders, the simulator, KPIs, guards and replay."""

from __future__ import annotations

import dataclasses
from typing import Final, Literal, TypeAlias, TypedDict, get_args

import polars as pl

Outcome: TypeAlias = Literal["answered", "abandoned", "blocked", "callback", "voicemail", "contained", "handed_off"]
"""How a contact ended; `contained` and `handed_off` are a bot's.

Examples
--------
>>> import typing
>>> import turnout.contacts
>>> typing.get_args(turnout.contacts.Outcome)[:2]
('answered', 'abandoned')
"""

ToggleMode: TypeAlias = Literal["off", "shadow", "live"]
"""The mode of a toggle in force for a contact.

Examples
--------
>>> import typing
>>> import turnout.contacts
>>> typing.get_args(turnout.contacts.ToggleMode)
('off', 'shadow', 'live')
"""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
MODES: Final[tuple[ToggleMode, ...]] = get_args(ToggleMode)

OUTCOME_DTYPE: Final = pl.Enum(OUTCOMES)
TOGGLE_DTYPE: Final = pl.Struct({"variant": pl.String, "mode": pl.String})
TOGGLE_PREFIX: Final = "toggle."
"""A column `toggle.<key>` holds the variant and the mode of that toggle in force for the contact, when known."""


class ContactRow(TypedDict):
    """One row of the contact log, as `frame.to_dicts()` gives it. Times are microseconds since 1970-01-01 UTC.

    Examples
    --------
    >>> import turnout.contacts
    >>> row: turnout.contacts.ContactRow = turnout.contacts.load_sample_contacts().to_dicts()[0]
    >>> row["arrived_at"] > 0
    True
    """

    contact_id: str
    customer_id: str | None
    channel: str
    queue: str
    type: str
    site: str
    arrived_at: int
    queued_at: int | None
    answered_at: int | None
    ended_at: int | None
    abandoned_at: int | None
    talk_s: float | None
    hold_s: float | None
    wrap_s: float | None
    agent_id: str | None
    outcome: Outcome
    csat: float | None
    nps: int | None
    resolved: bool | None
    escalated: bool | None
    responded_at: int | None


Kind: TypeAlias = Literal["text", "time", "seconds", "outcome", "score", "integer", "flag"]


@dataclasses.dataclass(frozen=True, slots=True)
class ContactColumn:
    """One column of the contact log.

    Attributes
    ----------
    name
        The column's name.
    kind
        What it holds; a time is microseconds since 1970-01-01 UTC, a duration is seconds.
    nullable
        Whether a row may leave it empty (null).
    description
        What it means, and what null means.

    Examples
    --------
    >>> import turnout.contacts
    >>> column = turnout.contacts.CONTACT_LOG_COLUMNS[1]
    >>> column.name, column.kind, column.nullable
    ('customer_id', 'text', True)
    """

    name: str
    kind: Kind
    nullable: bool
    description: str

    @property
    def dtype(self) -> pl.DataType:
        """The column's Polars type."""
        return _DTYPES[self.kind]

    @property
    def wants(self) -> str:
        """The type and the unit in words, for messages."""
        unit = {"time": " (microseconds since 1970-01-01 UTC)", "seconds": " (seconds)"}.get(self.kind, "")
        return ("Enum of the outcomes" if self.kind == "outcome" else str(self.dtype)) + unit


_DTYPES: Final[dict[Kind, pl.DataType]] = {
    "text": pl.String(),
    "time": pl.Int64(),
    "seconds": pl.Float64(),
    "outcome": OUTCOME_DTYPE,
    "score": pl.Float64(),
    "integer": pl.Int32(),
    "flag": pl.Boolean(),
}

CONTACT_LOG_COLUMNS: Final[tuple[ContactColumn, ...]] = (
    ContactColumn("contact_id", "text", False, "Names the contact; unique in the log."),
    ContactColumn("customer_id", "text", True, "Who made contact; null when unidentified, never empty text."),
    ContactColumn("channel", "text", False, "phone, chat, sms, email, or a name of your own."),
    ContactColumn("queue", "text", False, "The queue that it waited in, or would have waited in."),
    ContactColumn("type", "text", False, "What it was about, in the source's own code."),
    ContactColumn("site", "text", False, "Where it was handled."),
    ContactColumn("arrived_at", "time", False, "When it reached the centre (on the phone: the voice menu)."),
    ContactColumn("queued_at", "time", True, "When it began to wait; null when it did not wait."),
    ContactColumn("answered_at", "time", True, "When the wait ended in an answer, by a person or by a bot."),
    ContactColumn("ended_at", "time", True, "When the customer left; null when unknown."),
    ContactColumn("abandoned_at", "time", True, "When the customer gave up; null when they did not."),
    ContactColumn("talk_s", "seconds", True, "Time spent with the customer, without hold and wrap-up."),
    ContactColumn("hold_s", "seconds", True, "Time on hold during the contact."),
    ContactColumn("wrap_s", "seconds", True, "The agent's work after the contact."),
    ContactColumn("agent_id", "text", True, "Who answered; null for a bot or nobody."),
    ContactColumn("outcome", "outcome", False, f"One of {', '.join(OUTCOMES)}."),
    ContactColumn("csat", "score", True, "Satisfaction on the survey's own scale; null without a response."),
    ContactColumn("nps", "integer", True, "Likelihood to recommend, 0 to 10; null without a response."),
    ContactColumn("resolved", "flag", True, "Whether the matter was settled; null when unknown."),
    ContactColumn("escalated", "flag", True, "Whether it went up to somebody else; null when unknown."),
    ContactColumn("responded_at", "time", True, "When the survey was answered; null without a response."),
)
"""Every column of the contact log with its meaning, in order.

Examples
--------
>>> import turnout.contacts
>>> turnout.contacts.CONTACT_LOG_COLUMNS[6].name
'arrived_at'
>>> turnout.contacts.CONTACT_LOG_COLUMNS[6].wants
'Int64 (microseconds since 1970-01-01 UTC)'
"""

CONTACT_LOG_SCHEMA: Final[pl.Schema] = pl.Schema({column.name: column.dtype for column in CONTACT_LOG_COLUMNS})
"""The Polars schema of the contact log. Columns of your own may follow, and `toggle.<key>` columns.

Examples
--------
>>> import polars as pl
>>> import turnout.contacts
>>> pl.DataFrame(schema=turnout.contacts.CONTACT_LOG_SCHEMA).shape
(0, 21)
"""


def is_toggle_column(name: str) -> bool:
    """Whether a column holds the variant and the mode of a toggle.

    Examples
    --------
    >>> from turnout.contacts.schema import is_toggle_column
    >>> is_toggle_column("toggle.billing-bot"), is_toggle_column("channel")
    (True, False)
    """
    return name.startswith(TOGGLE_PREFIX) and len(name) > len(TOGGLE_PREFIX)

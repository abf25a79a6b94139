"""The 28 sample days that ship with the package."""

from __future__ import annotations

import importlib.resources
import io
from typing import Final

import polars as pl

from turnout.contacts.schema import OUTCOME_DTYPE

SAMPLE_FILE: Final = "sample_days.parquet"


def load_sample_contacts() -> pl.DataFrame:
    """Load 28 days of made-up contacts: 1 to 28 March 2026, about 200 a day, by phone, chat, SMS and email.

    They were made from published figures by a seeded script, and resemble no real customer. Arrivals lie within each
    day of UTC. After the columns of `CONTACT_LOG_SCHEMA` come attributes of the customer, for policies to look at:
    `priority` (0 unidentified, 1 regular, 2 high), `plan` (free, pro, enterprise; null when unidentified), `tier`
    (regular, vip; null when unidentified), `app_version` (null outside the app), `language`, and `consent.ai_chat`
    (null when never asked).

    Returns
    -------
    polars.DataFrame
        The contact log, sorted by arrival.

    Examples
    --------
    >>> import turnout.contacts
    >>> contacts = turnout.contacts.load_sample_contacts()
    >>> sorted(contacts["channel"].unique())
    ['chat', 'email', 'phone', 'sms']
    """
    # Joined by name, not by package: the folder holds data and no code.
    data = importlib.resources.files("turnout").joinpath("data").joinpath(SAMPLE_FILE).read_bytes()
    # Older Polars read an enum back as a categorical.
    return pl.read_parquet(io.BytesIO(data)).with_columns(pl.col("outcome").cast(OUTCOME_DTYPE))

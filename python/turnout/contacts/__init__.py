"""Contact logs: the schema, its check, and the loaders that bring a log into it."""

from turnout.contacts.bank import BANK_QUEUES, BANK_ZONE, load_bank_log
from turnout.contacts.check import ContactLogReport, check_contacts
from turnout.contacts.loaders import load_contacts, write_contacts
from turnout.contacts.report import BankLogReport, ContactLog, LoadReport
from turnout.contacts.sample import load_sample_contacts
from turnout.contacts.schema import (
    CONTACT_LOG_COLUMNS,
    CONTACT_LOG_SCHEMA,
    ContactColumn,
    ContactRow,
    Outcome,
    ToggleMode,
)

__all__ = [
    "BANK_QUEUES",
    "BANK_ZONE",
    "CONTACT_LOG_COLUMNS",
    "CONTACT_LOG_SCHEMA",
    "BankLogReport",
    "ContactColumn",
    "ContactLog",
    "ContactLogReport",
    "ContactRow",
    "LoadReport",
    "Outcome",
    "ToggleMode",
    "check_contacts",
    "load_bank_log",
    "load_contacts",
    "load_sample_contacts",
    "write_contacts",
]

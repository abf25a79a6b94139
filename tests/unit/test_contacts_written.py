"""Contact logs written to files, and read back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from turnout.contacts import CONTACT_LOG_SCHEMA, load_contacts, load_sample_contacts, write_contacts
from turnout.errors import ContactLogError


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".pq"])
def test_round_trip(tmp_path: Path, suffix: str) -> None:
    toggle = pl.when(pl.col("tier") == "regular").then(pl.struct(variant=pl.lit("bot"), mode=pl.lit("shadow")))
    contacts = load_sample_contacts().with_columns(toggle.alias("toggle.billing-bot"))
    write_contacts(contacts, tmp_path / f"log{suffix}")
    log = load_contacts(tmp_path / f"log{suffix}")
    same = [*CONTACT_LOG_SCHEMA, "toggle.billing-bot"]
    assert log.contacts.select(same).equals(contacts.select(same))
    assert log.report.filled == ()


def test_checks_first(tmp_path: Path) -> None:
    with pytest.raises(ContactLogError, match="site: column missing"):
        write_contacts(load_sample_contacts().drop("site"), tmp_path / "log.csv")
    with pytest.raises(ContactLogError, match=r"found suffix '\.json'"):
        write_contacts(load_sample_contacts(), tmp_path / "log.json")

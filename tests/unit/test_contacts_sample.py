"""The sample days: what ships is what the committed script makes, and it resembles what it was made from."""

from __future__ import annotations

import datetime as dt
import importlib.util
import math
import statistics
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from turnout.contacts import CONTACT_LOG_SCHEMA, check_contacts, load_sample_contacts

SCRIPT = Path(__file__).parents[2] / "tools" / "make_sample_days.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample_days", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Slotted dataclasses look their module up while they are made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def contacts() -> pl.DataFrame:
    return load_sample_contacts()


def test_the_script_makes_what_ships(script: ModuleType, contacts: pl.DataFrame) -> None:
    made = script.make_sample_days()
    assert made.schema == contacts.schema
    assert made.equals(contacts)
    assert not script.make_sample_days(seed=1).equals(contacts)


def test_the_script_writes_the_file(script: ModuleType, contacts: pl.DataFrame, tmp_path: Path) -> None:
    target = tmp_path / "days.parquet"
    assert script.main([str(target)]) == 0
    written = pl.read_parquet(target).with_columns(pl.col("outcome").cast(CONTACT_LOG_SCHEMA["outcome"]))
    assert written.equals(contacts)


def test_small_and_shipped_with_the_package(script: ModuleType) -> None:
    assert Path(script.OUTPUT).stat().st_size < 300_000
    assert Path(script.OUTPUT) == SCRIPT.parents[1] / "python" / "turnout" / "data" / "sample_days.parquet"


def test_the_log_keeps_its_schema(contacts: pl.DataFrame) -> None:
    assert contacts.columns[: len(CONTACT_LOG_SCHEMA)] == CONTACT_LOG_SCHEMA.names()
    report = check_contacts(contacts)
    assert report.extra_columns == ("priority", "plan", "tier", "app_version", "language", "consent.ai_chat")
    assert set(report.outcomes) == {"answered", "abandoned"}
    assert contacts["arrived_at"].is_sorted()


def test_twenty_eight_days_of_march(contacts: pl.DataFrame) -> None:
    days = contacts.group_by(pl.from_epoch("arrived_at", time_unit="us").dt.date().alias("day")).len().sort("day")
    assert days["day"].to_list() == [dt.date(2026, 3, day) for day in range(1, 29)]
    assert 150 <= contacts.height / 28 <= 250
    assert min(days["len"].to_list()) > 80


def test_shares(contacts: pl.DataFrame) -> None:
    assert 0.35 <= contacts["customer_id"].is_not_null().sum() / contacts.height <= 0.45
    assert set(contacts["channel"]) == {"phone", "chat", "sms", "email"}
    for name in ("plan", "tier"):
        assert contacts[name].is_null().equals(contacts["customer_id"].is_null())
    assert set(contacts["consent.ai_chat"]) == {True, False, None}
    assert contacts.filter(pl.col("type") == "NW")["customer_id"].null_count() == (contacts["type"] == "NW").sum()
    customers = contacts.drop_nulls("customer_id").group_by("customer_id").agg(pl.col("plan", "tier").n_unique())
    assert customers.select(pl.col("plan", "tier").max()).row(0) == (1, 1)


def test_service_times_resemble_the_published_ones(script: ModuleType, contacts: pl.DataFrame) -> None:
    calls = contacts.filter((pl.col("channel") == "phone") & pl.col("talk_s").is_not_null())
    sigma = math.sqrt(math.log1p(script.TALK_VARIATION**2))
    for kind in script.TYPES:
        talk = calls.filter(pl.col("type") == kind)["talk_s"]
        mean = script.MEAN_TALK_S[kind]
        error = script.TALK_VARIATION * mean / math.sqrt(talk.len())
        assert abs(statistics.mean(talk) - mean) < 4 * error
        # The log of a lognormal time is normal.
        assert abs(statistics.stdev(talk.log()) - sigma) < 4 * sigma / math.sqrt(2 * talk.len())


def test_nobody_serves_two_at_once(contacts: pl.DataFrame) -> None:
    busy = contacts.filter(pl.col("outcome") == "answered").sort("agent_id", "answered_at", "ended_at")
    work_us = ((pl.col("talk_s") + pl.col("hold_s") + pl.col("wrap_s")) * 1_000_000).cast(pl.Int64)
    free = (pl.col("answered_at") + work_us).shift().over("agent_id")
    assert busy.height > 5000
    assert busy.filter(pl.col("answered_at") < free).is_empty()
    assert busy.filter(pl.col("ended_at") - pl.col("answered_at") > work_us).is_empty()


def test_the_generator_s_quantiles(script: ModuleType) -> None:
    chance = script.Chance(1)
    draws = [chance.poisson(3.0) for _ in range(4000)]
    assert sum(draws) / 4000 == pytest.approx(3.0, abs=0.1)
    drawn = [chance.exponential(5.0) for _ in range(4000)]
    assert sum(drawn) / 4000 == pytest.approx(5.0, abs=0.3)
    assert {chance.choose({"a": 0.5, None: 0.5}) for _ in range(50)} == {"a", None}
    # These three are the first of PCG64 with seed 1: another NumPy must draw the same.
    first = script.Chance(1)
    assert [int(first.uniform() * 1e6) for _ in range(3)] == [511821, 950463, 144159]

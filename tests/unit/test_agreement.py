"""Agreement in shadow: what counts, and that its intervals hold what they promise."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import turnout
from turnout.cli.app import app

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
COLUMNS = ("at", "toggle", "unit", "rule", "mode", "served", "shadow", "segments")


def events(*rows: Sequence[Any]) -> pl.DataFrame:
    """Events, an hour apart, each (toggle, unit, rule, mode, served, shadow, segments)."""
    full = [(NOON + index * HOUR, *row) for index, row in enumerate(rows)]
    schema = dict.fromkeys(COLUMNS, pl.String) | {"at": pl.Datetime("us", "UTC"), "segments": pl.List(pl.String)}
    return pl.DataFrame(full, schema=schema, orient="row")


WEEK = events(
    ("bot", "c-0", None, "off", "human", None, []),
    ("bot", "c-1", "ramp", "shadow", "human", "bot", ["business"]),
    ("bot", "c-2", "vip", "off", "human", None, ["business", "vip"]),
    ("bot", "c-3", "ramp", "shadow", "human", "human", []),
    ("bot", "c-1", "ramp", "shadow", "human", "bot", ["business"]),
    ("bot", None, None, "off", "human", None, []),
    ("bot", "c-4", "ramp", "live", "bot", None, []),
    ("bot", "c-5", "ramp", "shadow", "human", "scripted", []),
    ("bot", "c-6", None, "off", "human", None, []),
    ("sms", "c-1", None, "off", "false", None, []),
)


def test_what_counts() -> None:
    """From the first event in shadow to the last, without live ones; toggles that never were in shadow do not appear."""
    (row,) = turnout.shadow_agreement(WEEK).rows(named=True)
    counts = {name: row[name] for name in ("toggle", "contacts", "units", "watched", "agreed")}
    assert counts == {"toggle": "bot", "contacts": 6, "units": 5, "watched": 4, "agreed": 3}
    assert row["agreement"] == 0.5
    assert 0 < row["low"] < 0.5 < row["high"] < 1


def test_groups() -> None:
    """By rule, segment (a contact in two counts twice), day, new decision and columns of one's own."""

    def counts(*by: str, **keys: Any) -> list[tuple[Any, ...]]:
        return turnout.shadow_agreement(WEEK, by=by, **keys).select(*by, "contacts", "agreed").rows()

    assert counts("rule") == [("ramp", 4, 1), ("vip", 1, 1), (None, 1, 1)]
    assert counts("segment") == [("business", 3, 1), ("vip", 1, 1), (None, 3, 2)]
    assert counts("day") == [(dt.date(2026, 3, 2), 6, 3)]
    assert counts("day", zone="Pacific/Auckland") == [(dt.date(2026, 3, 3), 6, 3)]
    assert counts("day", zone="Asia/Kolkata") == [(dt.date(2026, 3, 2), 5, 3), (dt.date(2026, 3, 3), 1, 0)]
    assert counts("new") == [("bot", 2, 0), ("human", 3, 3), ("scripted", 1, 0)]
    assert counts("served", "new") == [("human", "bot", 2, 0), ("human", "human", 3, 3), ("human", "scripted", 1, 0)]


def test_columns_of_ones_own() -> None:
    """Such as the queues that both paths chose."""
    queues = WEEK.with_columns(old=pl.lit("billing"), queue=pl.lit("billing"))
    (row,) = turnout.shadow_agreement(queues, served="old", shadow="queue").rows(named=True)
    assert (row["contacts"], row["agreed"], row["high"]) == (6, 6, 1.0)
    with pytest.raises(ValueError, match="the events have no column 'plan'"):
        turnout.shadow_agreement(WEEK, by=["plan"])


def test_times_when_the_toggle_was_off_do_not_count() -> None:
    """Nobody knows what the new path would have decided then."""
    reasons = ["SHADOW"] * 3 + ["DISABLED", "BREAKER_OPEN", None] + ["SHADOW"] * 4
    (row,) = turnout.shadow_agreement(WEEK.with_columns(reason=pl.Series(reasons))).rows(named=True)
    assert (row["contacts"], row["agreed"]) == (4, 2)


@pytest.mark.parametrize(
    ("keys", "message"), [({"by": ["n"]}, "'n' is a column"), ({"by": ["day"], "zone": "Mars"}, "no time zone 'Mars'")]
)
def test_what_cannot_be_grouped_is_refused(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        turnout.shadow_agreement(WEEK.with_columns(n=1), **keys)
    assert turnout.shadow_agreement(WEEK, by=["rule", "rule"]).height == 3


def test_nothing_in_shadow_is_an_empty_table() -> None:
    for frame in (WEEK.clear(), WEEK.filter(pl.col("mode") != "shadow")):
        table = turnout.shadow_agreement(frame, by=["rule", "segment", "day", "new"])
        assert table.is_empty()
        assert table.columns[-3:] == ["agreement", "low", "high"]


def test_plain_contacts_get_wilsons_interval() -> None:
    """With one contact a unit it is the textbook's: 8 of 10 gives 0.490 to 0.943."""
    rows = [("t", f"c-{index}", "r", "shadow", "old", "old" if index < 8 else "new", []) for index in range(10)]
    (row,) = turnout.shadow_agreement(events(*rows)).rows(named=True)
    # The variance between units is divided by n - 1, so nine contacts are as good as ten.
    n, p, z = 9.0, 0.8, 1.959963984540054
    middle, width = (p + z * z / 2 / n), z * (p * (1 - p) / n + z * z / 4 / n / n) ** 0.5
    assert (row["low"], row["high"]) == pytest.approx(
        ((middle - width) / (1 + z * z / n), (middle + width) / (1 + z * z / n))
    )


def test_intervals_hold_what_they_promise() -> None:
    """95 % of them cover the truth when units differ in how often they come and in what they get."""
    rng = np.random.default_rng(20261122)
    truth, covered, trials, units = 0.8, 0, 400, 60
    start = np.datetime64("2026-03-02T12:00:00", "us")
    for _ in range(trials):
        agrees = rng.random(units) < truth
        times = 1 + rng.poisson(3, units)
        unit = np.repeat(np.arange(units), times)
        frame = pl.DataFrame({
            "at": start + np.arange(unit.size).astype("timedelta64[s]"),
            "toggle": "t", "unit": [f"c-{index}" for index in unit], "mode": "shadow", "served": "old",
            "shadow": np.where(agrees[unit], "old", "new"),
        })  # fmt: skip
        (row,) = turnout.shadow_agreement(frame.with_columns(pl.col("at").dt.replace_time_zone("UTC"))).rows(named=True)
        covered += row["low"] <= truth <= row["high"]
    # An interval that took contacts for independent would cover some 67 %.
    assert 0.92 <= covered / trials <= 0.98


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The events above in a file."""
    path = tmp_path / "week.jsonl"
    path.write_text(WEEK.with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")).write_ndjson())
    return path


def run(*words: str) -> tuple[int, str]:
    """A command line's exit code and output."""
    result = CliRunner().invoke(app, ["agreement", *words])
    return result.exit_code, result.output


def test_the_command_shows_shares_decisions_and_groups(file: Path) -> None:
    code, text = run(str(file), "--by", "rule,day")
    assert code == 0
    lines = [line.split() for line in text.splitlines()]
    assert ["bot", "6", "4", "50.0", "15.5-84.5"] in [line[:5] for line in lines] or "50.0" in text
    assert ["bot", "human", "bot", "2", "1"] in lines
    assert any(line[:2] == ["bot", "vip"] for line in lines)
    assert any(line[:2] == ["bot", "2026-03-02"] for line in lines)


def test_the_command_gives_json(file: Path) -> None:
    code, text = run(str(file), "--json", "--by", "segment,day", "--toggle", "bot")
    found = json.loads(text)
    assert code == 0
    assert (found["events"], found["toggles"][0]["agreement"]) == (9, 0.5)
    assert [row["segment"] for row in found["by"]["segment"]] == ["business", "vip", None]
    assert found["by"]["day"][0]["day"] == "2026-03-02"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--toggle", "bots"], "--toggle: no event of a toggle 'bots'; there are bot, sms"),
        (["--by", "plan"], "no column 'plan'"),
        (["--zone", "Mars"], "--zone: no time zone 'Mars'"),
    ],
)
def test_the_command_says_what_is_wrong(file: Path, words: list[str], message: str) -> None:
    code, text = run(str(file), *words)
    assert (code, message in " ".join(text.split())) == (2, True), text


def test_files_that_are_none(tmp_path: Path) -> None:
    for name in ("absent.jsonl", "empty.jsonl"):
        if name == "empty.jsonl":
            (tmp_path / name).write_text("")
        code, text = run(str(tmp_path / name))
        assert code == 2
        assert name in "".join(text.split())


def test_a_log_without_shadow_says_so(tmp_path: Path) -> None:
    path = tmp_path / "calm.jsonl"
    calm = WEEK.filter(pl.col("mode") == "off").with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
    path.write_text(calm.write_ndjson())
    code, text = run(str(path))
    assert (code, "no toggle decided anything in shadow" in text) == (0, True)

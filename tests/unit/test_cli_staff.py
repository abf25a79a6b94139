"""`turnout staff`: what it shows, sums up and writes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

import turnout
from tests.unit.test_cli import run, run_json
from turnout.cli.app import app
from turnout.cli.staff import compute

MONDAY = pl.DataFrame(
    {
        "starts_at": ["2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 10:00"] * 2,
        "queue": ["billing"] * 3 + ["sales"] * 3,
        "arrivals": [62, 90, 74, 20, 31, 28],
        "aht_s": [300, 310, 295, 420, 400, 410],
    }
).with_columns(pl.col("starts_at").str.to_datetime())
ROSTER = pl.Series("agents", [12, 15, 17, 7, 9, 9])
HALF = ["--interval-s", 1800]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A morning of two queues, with a roster and without."""
    monkeypatch.chdir(tmp_path)
    MONDAY.write_parquet("monday.parquet")
    MONDAY.with_columns(ROSTER).write_parquet("roster.parquet")


def results(*arguments: object) -> pl.DataFrame:
    """The rows of the JSON document."""
    return pl.DataFrame(run_json("staff", *arguments)["intervals"], infer_schema_length=None)


def test_it_shows_what_each_interval_needs() -> None:
    text = run("staff", "monday.parquet", *HALF, "--patience-s", 240, "--shrinkage", 0.3)
    plan = turnout.staff_intervals(MONDAY, interval_s=1800, patience_s=240, shrinkage=0.3)
    assert "monday.parquet: 6 intervals, 2026-03-02 09:00 to 2026-03-02 10:00" in text
    assert "asked: service level 80 % in 20 s, patience 240 s (Erlang A), shrinkage 30 %" in text
    first = plan.row(0, named=True)
    level, asa_s = 100 * first["expected_service_level"], first["expected_asa_s"]
    shown = ["03-02", "09:00", "billing", "62", "10.3", "13", "19", f"{level:.1f}", f"{asa_s:.1f}"]
    assert shown in [line.split() for line in text.splitlines()]
    assert f"required   {plan['required_agents'].sum() / 2:g} agent-hours, at most 27 at once, 2026-03-02 09:30" in text
    assert f"scheduled  51.5 agent-hours ({plan['scheduled_unrounded'].sum() / 2:.1f} before rounding)" in text
    assert max(map(len, text.splitlines())) <= 80


def test_with_a_roster_it_shows_where_agents_are_too_few() -> None:
    text = run("staff", "roster.parquet", *HALF, "--patience-s", 240)
    lines = [line.split() for line in text.splitlines()]
    for row in (
        ["03-02", "09:30", "billing", "15.5", "18", "18", "15", "-3", "54.9", "29.7"],
        ["03-02", "10:00", "billing", "12.1", "15", "15", "17", "+2", "93.3", "3.5"],
        ["03-02", "10:00", "sales", "6.4", "9", "9", "9", "0", "85.6", "10.8"],
    ):
        assert row in lines
    assert "at work    34.5 agent-hours: 2 short in 2 intervals, 1 to spare" in text
    assert "1 interval with more work than agents have hours" in text
    assert "expected   75.7 % answered in time" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_target_that_bound_is_named_where_they_differ() -> None:
    assert "bound by " not in run("staff", "monday.parquet", *HALF).replace("bound by service in 6", "")
    text = run("staff", "monday.parquet", *HALF, "--patience-s", 240, "--max-abandon", 0.02, "--max-occupancy", 0.7)
    plan = turnout.staff_intervals(MONDAY, interval_s=1800, patience_s=240, max_abandon=0.02, max_occupancy=0.7)
    assert plan["binding"].to_list() == ["max_occupancy"] * 3 + ["max_abandon"] * 3
    assert "bound by occupancy in 3, abandons in 3" in text
    assert [line.split()[6] for line in text.splitlines() if line.startswith("03-02")] == [
        {"max_abandon": "abandons", "max_occupancy": "occupancy"}[name] for name in plan["binding"]
    ]
    assert max(map(len, text.splitlines())) <= 80


def test_of_many_intervals_the_first_and_last_are_shown() -> None:
    pl.concat([MONDAY] * 50).write_parquet("long.parquet")
    rows = run("staff", "long.parquet", *HALF, "--rows", 5).splitlines()
    shown = [line.split()[0] for line in rows if line.startswith(("03-02", "..."))]
    assert shown == ["03-02"] * 3 + ["..."] + ["03-02"] * 2
    assert "starts_at" not in run("staff", "long.parquet", *HALF, "--rows", 0)


def test_sums_by_group_and_of_a_choice() -> None:
    found = run_json("staff", "roster.parquet", *HALF, "--patience-s", 240)
    assert [group["group"] for group in found["groups"]] == [{"queue": "billing"}, {"queue": "sales"}]
    only = run_json("staff", "roster.parquet", *HALF, "--patience-s", 240, "--only", "queue=sales")
    assert only["summary"] | {"peak": None} == {
        **{name: value for name, value in found["groups"][1].items() if name != "group"},
        "peak": None,
    }
    assert only["summary"]["arrivals"] == 79
    hours = [found["groups"][i]["required_hours"] for i in (0, 1)]
    assert sum(hours) == found["summary"]["required_hours"] == 35.5
    assert run_json("staff", "roster.parquet", *HALF, "--by", "")["groups"] == []
    by = run_json("staff", "roster.parquet", *HALF, "--by", "starts_at,queue")
    assert (by["by"], len(by["groups"])) == (["starts_at", "queue"], 6)


def test_groups_are_the_first_columns_of_text_without_queues() -> None:
    MONDAY.rename({"queue": "skill"}).with_columns(site=pl.lit("north"), team=pl.lit("a")).write_parquet(
        "skills.parquet"
    )
    assert run_json("staff", "skills.parquet", *HALF)["by"] == ["skill", "site"]


def test_the_json_document() -> None:
    found = run_json("staff", "roster.parquet", *HALF, "--patience-s", 240, "--definition", "answered")
    assert set(found) == {"path", "options", "time", "zone", "by", "summary", "groups", "out", "plot", "intervals"}
    assert found["options"] == {
        "definition": "answered",
        **{name: name for name in ("arrivals", "aht_s", "agents")},
        "patience_s": 240,
        "interval_s": 1800,
    }
    assert (found["path"], found["time"], found["zone"], found["by"]) == (
        "roster.parquet",
        "starts_at",
        None,
        ["queue"],
    )
    assert (found["out"], found["plot"]) == (None, None)
    plan = turnout.staff_intervals(MONDAY.with_columns(ROSTER), interval_s=1800, patience_s=240, definition="answered")
    expected = plan.with_columns(pl.col("starts_at").dt.strftime("%Y-%m-%dT%H:%M:%S"))
    assert found["intervals"] == expected.to_dicts()
    assert found["summary"]["peak"] == {
        "at": "2026-03-02T09:30:00",
        "required_agents": found["intervals"][1]["required_agents"] + found["intervals"][4]["required_agents"],
        "scheduled_agents": found["intervals"][1]["scheduled_agents"] + found["intervals"][4]["scheduled_agents"],
        "offered_load": pytest.approx(15.5 + 31 * 400 / 1800),
    }
    weights = plan["arrivals"] / plan["arrivals"].sum()
    for name in ("expected_service_level", "expected_asa_s", "expected_abandon_probability"):
        assert found["summary"][name] == pytest.approx((plan[name] * weights).sum())
    roster = found["summary"]["roster"]
    assert roster["agent_hours"] == 34.5
    assert roster["short_hours"] == plan["agents_short"].sum() / 2
    assert roster["over_hours"] == (ROSTER - plan["required_agents"]).clip(0).sum() / 2


OPTIONS: list[tuple[list[object], dict[str, Any]]] = [
    (["--service-level", 0.9], {"service_level": 0.9}),
    (["--answer-within-s", 60], {"answer_within_s": 60}),
    (["--service-level", 0.9, "--definition", "answered", "--patience-s", 60], {"service_level": 0.9, "definition": "answered", "patience_s": 60}),
    (
        ["--definition", "exclude_short_abandons", "--short-abandon-s", 5, "--patience-s", 60],
        {"definition": "exclude_short_abandons", "short_abandon_s": 5, "patience_s": 60},
    ),
    (["--no-service-level", "--asa-s", 15], {"service_level": None, "asa_s": 15}),
    (["--max-occupancy", 0.6], {"max_occupancy": 0.6}),
    (["--max-abandon", 0.01, "--patience-s", 60], {"max_abandon": 0.01, "patience_s": 60}),
    (["--max-wait-probability", 0.05], {"max_wait_probability": 0.05}),
    (["--min-agents", 14], {"min_agents": 14}),
    (["--patience-s", 30], {"patience_s": 30}),
    (["--patience-s", "inf"], {"patience_s": math.inf}),
    (["--shrinkage", 0.35], {"shrinkage": 0.35}),
    (["--fractional"], {"fractional": True}),
    (["--agents", 11], {"agents": 11}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "meant"), OPTIONS)
def test_options_are_the_keywords_of_the_library(given: list[object], meant: dict[str, Any]) -> None:
    plan = turnout.staff_intervals(MONDAY, interval_s=1800, **meant)
    added = [name for name in plan.columns if name not in MONDAY.columns]
    found = results("monday.parquet", *HALF, *given)
    assert (
        found.select(added).to_dicts()
        == plan.select(added).with_columns(pl.col(pl.Float64).replace(math.inf, None)).to_dicts()
    )
    usual = turnout.staff_intervals(MONDAY, interval_s=1800)
    assert meant == {"patience_s": math.inf} or plan.to_dicts() != usual.to_dicts()


def test_options_for_what_the_file_does_not_say() -> None:
    MONDAY.select("arrivals").write_parquet("bare.parquet")
    found = results("bare.parquet", "--interval-s", 900, "--aht-s", 200)
    assert found["offered_load"].to_list() == [n * 200 / 900 for n in MONDAY["arrivals"]]
    text = run("staff", "bare.parquet", "--interval-s", 900, "--aht-s", 200)
    assert "bare.parquet: 6 intervals\n" in text


def test_options_that_name_columns() -> None:
    other = MONDAY.rename({"arrivals": "calls", "aht_s": "handle"}).with_columns(
        ROSTER.alias("staff"), goal=pl.lit(0.7)
    )
    other.write_parquet("other.parquet")
    named = ["--arrivals", "calls", "--aht-s", "handle", "--agents", "staff", "--service-level", "goal"]
    found = results("other.parquet", *HALF, *named)
    plan = turnout.staff_intervals(MONDAY.with_columns(ROSTER), interval_s=1800, service_level=0.7)
    assert found["required_agents"].to_list() == plan["required_agents"].to_list()
    assert found["agents_short"].to_list() == plan["agents_short"].to_list()
    text = run("staff", "other.parquet", *HALF, *named)
    assert "asked: service level as in goal in 20 s, nobody gives up (Erlang C)" in text
    assert run_json("staff", "other.parquet", *HALF, *named)["summary"]["arrivals"] == 305


def test_what_was_is_no_target() -> None:
    MONDAY.with_columns(service_level=pl.lit(0.31), asa_s=pl.lit(1.0)).write_parquet("was.parquet")
    plan = turnout.staff_intervals(MONDAY, interval_s=1800)
    assert results("was.parquet", *HALF)["required_agents"].to_list() == plan["required_agents"].to_list()


def test_columns_by_row() -> None:
    varied = MONDAY.with_columns(interval_s=pl.Series([1800, 1800, 900] * 2), patience_s=pl.Series([60.0, 600, 60] * 2))
    varied.write_parquet("varied.parquet")
    found = run_json("staff", "varied.parquet")
    plan = turnout.staff_intervals(varied)
    assert [row["required_agents"] for row in found["intervals"]] == plan["required_agents"].to_list()
    assert found["summary"]["required_hours"] == (plan["required_agents"] * plan["interval_s"]).sum() / 3600


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow", "ipc", "feather", "CSV"])
def test_files_are_read_and_written_by_their_suffix(suffix: str) -> None:
    written = run("staff", "monday.parquet", *HALF, "--out", f"staffed.{suffix}")
    assert f"wrote staffed.{suffix}" in written
    read = {"parquet": pl.read_parquet, "csv": pl.read_csv}.get(suffix.lower(), pl.read_ipc)
    staffed = read(f"staffed.{suffix}")
    assert staffed.height == 6
    assert "required_agents" in staffed.columns
    again = staffed.select(MONDAY.columns)
    getattr(again, f"write_{ {'parquet': 'parquet', 'csv': 'csv'}.get(suffix.lower(), 'ipc') }")(f"again.{suffix}")
    found = run_json("staff", f"again.{suffix}", *HALF)
    assert found["time"] == "starts_at"
    assert found["intervals"] == run_json("staff", "monday.parquet", *HALF)["intervals"]


def test_times_of_a_csv_are_read_with_their_offset() -> None:
    Path("utc.csv").write_text("at,arrivals,aht_s\n2026-03-02T07:00:00Z,10,200\n2026-03-02T23:30:00Z,10,200\n")
    assert run_json("staff", "utc.csv", *HALF)["intervals"][1]["at"] == "2026-03-02T23:30:00+00:00"
    text = run("staff", "utc.csv", *HALF, "--zone", "Asia/Jerusalem")
    assert "2026-03-02 09:00 to 2026-03-03 01:30 (Asia/Jerusalem)" in text
    Path("clock.csv").write_text("at,arrivals,aht_s\n09:00:00,10,200\n09:30:00,12,200\n")
    assert "2 intervals, 09:00 to 09:30" in run("staff", "clock.csv", *HALF)


def test_what_is_not_known_out_of_reach_or_endless() -> None:
    frame = pl.DataFrame(
        {
            "arrivals": [60, None, 60, 0],
            "aht_s": [300.0, 300, math.nan, 300],
            "agents": [9, 9, 9, 0],
            "interval_s": 1800,
        }
    )
    frame.write_parquet("odd.parquet")
    found = run_json("staff", "odd.parquet")
    summary = found["summary"]
    assert {name: summary[name] for name in ("intervals", "missing", "unreachable", "unstable")} == {
        "intervals": 4,
        "missing": 2,
        "unreachable": 0,
        "unstable": 1,
    }
    assert found["intervals"][0]["expected_asa_s"] is None
    assert summary["expected_service_level"] == 0
    assert summary["roster"]["capacity_exceeded"] == 1
    text = run("staff", "odd.parquet")
    assert "2 intervals without a result: a number is missing" in text
    assert "1 interval unstable: the agents cannot keep up, waits are endless" in text
    assert "ASA inf s" in text
    far = run("staff", "monday.parquet", *HALF, "--service-level", 1)
    assert "6 intervals out of reach: no number of agents meets the targets" in far
    assert run_json("staff", "monday.parquet", *HALF, "--service-level", 1)["summary"]["binding"] == {}


def test_where_nobody_calls_there_is_no_service_to_expect() -> None:
    MONDAY.with_columns(arrivals=pl.lit(0)).write_parquet("quiet.parquet")
    summary = run_json("staff", "quiet.parquet", *HALF)["summary"]
    assert (summary["required_hours"], summary["expected_service_level"]) == (0, None)
    assert "expected" not in run("staff", "quiet.parquet", *HALF)


def test_many_groups_are_not_all_shown() -> None:
    pl.concat(MONDAY.with_columns(queue=pl.lit(f"queue-{n:02}")) for n in range(23)).write_parquet("many.parquet")
    text = run("staff", "many.parquet", *HALF, "--rows", 0)
    assert sum(line.startswith("queue-") for line in text.splitlines()) == 20
    assert "and 3 more; --json lists all" in text


def test_times_have_their_year_where_it_is_not_one() -> None:
    later = MONDAY.with_columns(pl.col("starts_at") + pl.duration(days=366))
    pl.concat([MONDAY, later]).write_parquet("years.parquet")
    text = run("staff", "years.parquet", *HALF)
    assert "\n2026-03-02 09:00  billing" in text
    assert "\n2027-03-03 09:00  billing" in text


def test_a_file_without_rows() -> None:
    MONDAY.clear().write_parquet("empty.parquet")
    found = run_json("staff", "empty.parquet", *HALF, "--out", "none.csv")
    assert (found["intervals"], found["summary"]["intervals"], found["summary"]["peak"]) == ([], 0, None)
    assert "required_agents" in pl.read_csv("none.csv").columns
    assert "empty.parquet: 0 intervals" in run("staff", "empty.parquet", *HALF)


def test_names_that_mean_something_to_a_terminal() -> None:
    odd = MONDAY.with_columns(queue=pl.lit("[red]x[/red]\x1b[2J")).rename({"starts_at": "[b]at"})
    odd.write_parquet("odd.parquet")
    text = run("staff", "odd.parquet", *HALF)
    assert "[red]x[/red]" in text
    assert "[b]at" in text
    assert "\x1b" not in text


def progress_of(monkeypatch: pytest.MonkeyPatch, *arguments: object, **env: str) -> str:
    """What a command prints beside its result, chunk by chunk."""
    monkeypatch.setattr(compute, "CHUNK_ROWS", 2)
    result = CliRunner().invoke(app, ["staff", *map(str, arguments)], env={"COLUMNS": "80", "FORCE_COLOR": "", **env})
    assert result.exit_code == 0, result.output
    return result.stderr


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress_of(monkeypatch, "monday.parquet", *HALF) == ""
    assert "staffing" in progress_of(monkeypatch, "monday.parquet", *HALF, FORCE_COLOR="1")
    assert progress_of(monkeypatch, "monday.parquet", *HALF, "--json", FORCE_COLOR="1") == ""


def test_parts_make_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run_json("staff", "roster.parquet", *HALF)
    ticks = []
    staff_intervals = turnout.staff_intervals
    monkeypatch.setattr(
        turnout, "staff_intervals", lambda part, **told: ticks.append(part.height) or staff_intervals(part, **told)
    )
    monkeypatch.setattr(compute, "CHUNK_ROWS", 4)
    assert run_json("staff", "roster.parquet", *HALF) == whole
    assert ticks == [4, 2]


def test_json_is_all_that_is_printed() -> None:
    arguments = ["staff", "roster.parquet", "--interval-s", "1800", "--out", "o.csv", "--plot", "p.png", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.stderr == ""
    found = json.loads(result.stdout)
    assert (found["out"], found["plot"]) == ("o.csv", {"path": "p.png", "day": "2026-03-02"})


def test_an_option_goes_before_a_column() -> None:
    """What if there were ten agents, or calls took 200 s?"""
    found = results("roster.parquet", *HALF, "--agents", 10, "--aht-s", 200)
    plan = turnout.staff_intervals(MONDAY, interval_s=1800, agents=10, aht_s=200)
    assert found["required_agents"].to_list() == plan["required_agents"].to_list()
    assert found["agents_short"].to_list() == plan["agents_short"].to_list()


def test_what_is_out_of_reach_is_not_added_up_as_nothing() -> None:
    """All of it, and some."""
    text = run("staff", "roster.parquet", *HALF, "--service-level", 1)
    assert "required   -" in text
    assert "scheduled  -" in text
    assert "at work    34.5 agent-hours\n" in text
    MONDAY.with_columns(level=pl.Series([1.0, 0.8, 0.8, 0.8, 0.8, 0.8])).write_parquet("some.parquet")
    text = run("staff", "some.parquet", *HALF, "--service-level", "level")
    assert "agent-hours without 1 interval out of reach" in text


def test_intervals_beside_an_occupancy_band_are_counted() -> None:
    """As the library says of each."""
    band = ["--occupancy-band", 0.6, 0.85]
    text = run("staff", "roster.parquet", *HALF, "--patience-s", 240, *band)
    plan = turnout.staff_intervals(
        MONDAY.with_columns(ROSTER), interval_s=1800, patience_s=240, occupancy_band=(0.6, 0.85)
    )
    counts = [(plan["occupancy_band"] == place).sum() for place in ("below", "within", "above")]
    assert sum(counts) == 6
    assert counts[2] > 0
    assert f"occupancy  {counts[0]} intervals below the band, {counts[1]} within, {counts[2]} above" in text
    document = run_json("staff", "roster.parquet", *HALF, "--patience-s", 240, *band)
    assert list(document["summary"]["occupancy"].values()) == counts
    assert run_json("staff", "roster.parquet", *HALF)["summary"]["occupancy"] is None
    refused = CliRunner().invoke(app, ["staff", "roster.parquet", "--interval-s", "1800", "--occupancy-band", "1", "0"])
    assert refused.exit_code == 2
    assert "occupancy_band must be two shares from 0 to 1, the lower first, not 1.0 and 0.0" in refused.stderr

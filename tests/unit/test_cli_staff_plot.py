"""`turnout staff --plot`: the day that is drawn, and the file that comes of it."""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
import zlib
from pathlib import Path

import polars as pl
import pytest

import turnout
from tests.unit.test_cli import run, run_json
from tests.unit.test_cli_staff import HALF, MONDAY, ROSTER
from turnout.cli.staff.day import Day, added_up, day_of
from turnout.cli.staff.intervals import read_intervals
from turnout.cli.staff.plot import steps
from turnout.cli.staff.summary import measured


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tuesday = MONDAY.with_columns(pl.col("starts_at") + pl.duration(days=1), pl.col("arrivals") + 1)
    days = pl.concat([MONDAY, tuesday, MONDAY.with_columns(pl.col("starts_at") + pl.duration(days=2))])
    days.with_columns(agents=pl.Series(ROSTER.to_list() * 3)).write_parquet("days.parquet")


def svg(*arguments: object) -> str:
    """The texts of a picture, in order."""
    run("staff", "days.parquet", *HALF, "--plot", "p.svg", *arguments)
    return "\n".join(re.findall(r"<text [^>]*>([^<]*)</text>", Path("p.svg").read_text("utf-8")))


def test_a_png_with_content() -> None:
    assert "wrote p.png" in run("staff", "days.parquet", *HALF, "--plot", "p.png")
    data = Path("p.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    # a page of a report: ten inches at 160 dots
    assert (width, height) == (1600, 1024)
    chunks, place = b"", 8
    while place < len(data):
        (length,), kind = struct.unpack(">I", data[place : place + 4]), data[place + 4 : place + 8]
        chunks += data[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    pixels = zlib.decompress(chunks)
    assert len(set(pixels)) > 100, "a blank sheet"


def test_a_svg_says_what_is_drawn() -> None:
    texts = svg("--shrinkage", 0.3)
    for words in (
        "Tuesday 3 March 2026: billing, sales",
        "agents (load: erlangs)",
        "offered load",
        "required agents",
        "scheduled agents",
        "agents at work",
        "fewer than required",
        "Expected service level: answered within 20 s (dotted: target 80 %)",
        "% of contacts",
        "time of day",
    ):
        assert words in texts, words
    assert re.findall(r"^\d\d:\d\d$", texts, re.MULTILINE) == [
        "09:00",
        "09:15",
        "09:30",
        "09:45",
        "10:00",
        "10:15",
        "10:30",
    ]


def test_only_what_there_is_is_drawn() -> None:
    pl.read_parquet("days.parquet").drop("agents").write_parquet("days.parquet")
    texts = svg("--no-service-level", "--max-occupancy", 0.8, "--answer-within-s", 60)
    assert "agents at work" not in texts
    assert "scheduled agents" not in texts, "without shrinkage they are those required"
    assert "Expected service level: answered within 60 s\n" in texts
    assert "target" not in texts


def test_the_same_twice_is_the_same_file() -> None:
    svg()
    first = Path("p.svg").read_bytes()
    svg()
    assert Path("p.svg").read_bytes() == first


def test_the_busiest_day_is_drawn_unless_another_is_asked_for() -> None:
    assert run_json("staff", "days.parquet", *HALF, "--plot", "p.png")["plot"] == {"path": "p.png", "day": "2026-03-03"}
    assert "Wednesday 4 March 2026" in svg("--day", "2026-03-04")
    assert "Monday 2 March 2026: sales" in svg("--day", "2026-03-02", "--only", "queue=sales")


def test_many_queues_are_counted_and_none_is_fine() -> None:
    frame = pl.read_parquet("days.parquet")
    many = pl.concat(frame.with_columns(queue=pl.lit(f"queue {n}")) for n in range(7))
    many.write_parquet("days.parquet")
    assert "Tuesday 3 March 2026: 7 queues together" in svg()
    frame.drop("queue").write_parquet("days.parquet")
    assert svg().endswith("\nTuesday 3 March 2026")
    frame.select(pl.col("starts_at").dt.time(), "arrivals", "aht_s").write_parquet("days.parquet")
    assert svg().endswith("\n3 intervals")


def drawn(path: str, wanted: str | None = None, zone: str | None = None, **told: str) -> Day:
    """The day as it is drawn."""
    intervals = read_intervals(Path(path), {"interval_s": "1800", **told}, zone=zone)
    staffed = turnout.staff_intervals(intervals.frame, **intervals.sources)
    return added_up(intervals, measured(intervals, staffed), day_of(intervals, wanted))


def test_queues_are_added_and_the_service_is_that_of_the_mean_contact() -> None:
    day = drawn("days.parquet", "2026-03-02", patience_s="240")
    plan = turnout.staff_intervals(MONDAY.with_columns(ROSTER), interval_s=1800, patience_s=240)
    assert day.frame["agents"].to_list() == [19, 24, 26]
    assert day.frame["required_agents"].to_list() == [20, 27, 24]
    level, arrivals = plan["expected_service_level"], plan["arrivals"]
    wanted = [
        (level[i] * arrivals[i] + level[i + 3] * arrivals[i + 3]) / (arrivals[i] + arrivals[i + 3]) for i in range(3)
    ]
    assert day.frame["service"].to_list() == pytest.approx(wanted)


def test_queues_of_which_one_is_not_known_have_no_sum() -> None:
    frame = MONDAY.with_columns(pl.when(pl.int_range(pl.len()) != 1).then("arrivals").alias("arrivals"))
    frame.write_parquet("part.parquet")
    day = drawn("part.parquet")
    assert day.frame["required_agents"].is_null().to_list() == [False, True, False]


def test_lines_are_level_and_break_where_nothing_is_known() -> None:
    at = dt.datetime(2026, 3, 2)
    hours = pl.DataFrame(
        {"at": [at, at + dt.timedelta(minutes=30), at + dt.timedelta(hours=3)], "arrivals": [5, 6, None], "aht_s": 300}
    )
    hours.write_parquet("gaps.parquet")
    times, load = steps(drawn("gaps.parquet"), "offered_load")
    start = at.replace(tzinfo=dt.UTC).timestamp() / 3600
    assert [time - start for time in times] == [0, 0.5, 0.5, 1, 1, 3, 3.5]
    assert load[:4] == [5 / 6, 5 / 6, 1, 1]
    assert all(map(math.isnan, load[4:]))


def test_a_day_of_the_clocks_change_is_as_long_as_it_is() -> None:
    first = dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    night = pl.DataFrame({"at": [first + dt.timedelta(minutes=30 * n) for n in range(46)], "arrivals": 5, "aht_s": 300})
    night.write_parquet("march.parquet")
    times, load = steps(drawn("march.parquet", zone="Europe/Berlin"), "offered_load")
    assert times[-1] - times[0] == 23
    assert not any(map(math.isnan, load))
    run("staff", "march.parquet", *HALF, "--zone", "Europe/Berlin", "--plot", "march.svg")
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", Path("march.svg").read_text("utf-8"))
    assert [text for text in texts if re.fullmatch(r"\d\d:\d\d", text)] == [
        f"{hour:02}:00" for hour in (*range(0, 24, 2), 0)
    ]
    assert "time of day (Europe/Berlin)" in texts

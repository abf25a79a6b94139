"""`turnout staff`: what it says of wrong files and wrong options, and with which exit code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tests.unit.test_cli import run, run_json
from tests.unit.test_cli_process import start
from tests.unit.test_cli_staff import HALF, MONDAY
from turnout.cli.app import app
from turnout.cli.staff import compute


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    MONDAY.write_parquet("monday.parquet")
    MONDAY.with_columns(agents=pl.lit(9)).write_csv("roster.csv")


def fault(*arguments: object) -> str:
    """The one line of a command that exits with 2; as JSON it says the same."""
    text = run("staff", *arguments, code=2)
    assert len(text.splitlines()) == 1, text
    error = run_json("staff", *arguments, code=2)["error"]
    line = text.removeprefix("turnout: ").rstrip("\n")
    assert line == "".join(
        filter(
            None, (error["where"] and f"{error['where']}: ", error["message"], error["hint"] and f"; {error['hint']}")
        )
    )
    return line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv"], "absent.csv: no such intervals file; give a .parquet, .csv or .arrow file with a row for each queue and interval"),
        (["monday.xlsx"], "monday.xlsx: intervals are in .parquet, .csv or .arrow, not '.xlsx'; give a .parquet, .csv or .arrow file"),
        (["folder.csv"], "folder.csv: is a folder, not a intervals file"),
        (["empty.csv"], "empty.csv: is empty"),
        (["broken.parquet"], "broken.parquet: cannot be read ("),
        (["monday.parquet"], "monday.parquet: no column interval_s; it has starts_at, queue, arrivals, aht_s; give --interval-s 1800"),
        (["names.csv"], "names.csv: no column arrivals nor aht_s nor interval_s; it has time, arrival, n; if it is \"arrival\", give --arrivals arrival"),
        (["names.csv", "--arrivals", "n", *HALF], "names.csv: no column aht_s; it has time, arrival, n; give --aht-s 240"),
        (["monday.parquet", *HALF, "--patience-s", "arrival"], "--patience-s: 'arrival' is neither a number nor a column; did you mean \"arrivals\"?"),
        (["monday.parquet", *HALF, "--asa-s", "?"], "--asa-s: '?' is neither a number nor a column; the file has starts_at, queue, arrivals, aht_s"),
        (["words.csv", *HALF], "words.csv row 2: aht_s must be a number, not 'soon'; leave it empty where it is unknown"),
        (["monday.parquet", *HALF, "--agents", "starts_at"], "monday.parquet: starts_at must hold numbers; it holds Datetime("),
        (["negative.csv", *HALF], "negative.csv row 3: aht_s must be 0 or more and finite, not -5; mend the value"),
        (["negative.csv", *HALF, "--only", "queue=b"], "negative.csv row 3: aht_s must be 0 or more"),
        (["named.csv", *HALF, "--aht-s", "handle"], "named.csv row 1: handle (aht_s) must be 0 or more and finite, not -5"),
        (["monday.parquet", "--interval-s", -1], "--interval-s: interval_s must be "),
        (["monday.parquet", *HALF, "--service-level", 1.5], "--service-level: service_level must be "),
        (["monday.parquet", *HALF, "--shrinkage", 1], "--shrinkage: shrinkage must be "),
        (["monday.parquet", *HALF, "--max-occupancy", 0], "--max-occupancy: max_occupancy must be "),
        (["monday.parquet", *HALF, "--short-abandon-s", 5], "--short-abandon-s: short_abandon_s goes with the definition exclude_short_abandons"),
        (["monday.parquet", *HALF, "--definition", "exclude_short_abandons"], "--short-abandon-s: short_abandon_s is needed with exclude_short_abandons"),
        (["monday.parquet", *HALF, "--definition", "mine"], "Invalid value for '--definition': "),
        (["monday.parquet", *HALF, "--service-level", 0.7, "--no-service-level"], "--service-level: is given, and so is --no-service-level"),
        (["monday.parquet", *HALF, "--rows", -1], "Invalid value for '--rows'"),
        (["monday.parquet", *HALF, "--by", "queues"], '--by: no column "queues"; did you mean "queue"?'),
        (["monday.parquet", *HALF, "--time", "when"], '--time: no column "when"; it has starts_at, queue, arrivals, aht_s'),
        (["monday.parquet", *HALF, "--time", "queue"], "--time: queue holds String, not times; write for example"),
        (["monday.parquet", *HALF, "--only", "queue"], "--only: 'queue' is not NAME=VALUE; write for example --only queue=billing"),
        (["monday.parquet", *HALF, "--only", "queue=bill"], '--only: no row has "bill" in queue; did you mean "billing"?'),
        (["monday.parquet", *HALF, "--only", "skill=a"], '--only: no column "skill"; it has starts_at'),
        (["monday.parquet", *HALF, "--zone", "Mars"], "--zone: no time zone 'Mars'; write for example Europe/Berlin"),
        (["monday.parquet", *HALF, "--zone", "UTC"], "--zone: starts_at has no offset from UTC; write for example 2026-03-10T09:30:00Z"),
        (["timeless.csv", *HALF, "--zone", "UTC"], "--zone: there is no column of times"),
        (["monday.parquet", *HALF, "--out", "o.xlsx"], "--out: results go to .parquet, .csv or .arrow, not '.xlsx'; write for example --out staffed.parquet"),
        (["monday.parquet", *HALF, "--out", "./monday.parquet"], "--out: is the file that is read"),
        (["monday.parquet", *HALF, "--out", "no/where.csv"], "no/where.csv: cannot be written ("),
        (["monday.parquet", *HALF, "--plot", "p.gif"], "--plot: a plot is a .png or .svg, not '.gif'; write for example --plot day.png"),
        (["monday.parquet", *HALF, "--plot", "no/where.png"], "no/where.png: cannot be written ("),
        (["monday.parquet", *HALF, "--day", "2026-03-02"], "--day: is the day of a plot, and there is none; write for example --plot day.png"),
        (["monday.parquet", *HALF, "--plot", "p.png", "--day", "Monday"], "--day: 'Monday' is not a date; write for example --day 1999-01-14"),
        (["monday.parquet", *HALF, "--plot", "p.png", "--day", "2026-03-03"], "--day: no interval on 2026-03-03; there are 2026-03-02 to 2026-03-02"),
        (["timeless.csv", *HALF, "--plot", "p.png"], "--plot: there is no column of times to draw along; name it with --time"),
        (["clock.parquet", *HALF, "--plot", "p.png", "--day", "2026-03-02"], "--day: at has times without a date; leave out --day"),
        (["rowless.parquet", *HALF, "--plot", "p.png"], "--plot: there are no intervals to draw; give a file with rows"),
        (["nowhen.parquet", *HALF, "--plot", "p.png"], "--plot: at has no times; name another column with --time"),
        (["staffed.parquet", *HALF], "staffed.parquet: the frame has a column 'required_agents' already"),
    ],
)  # fmt: skip
def test_faults(arguments: list[object], message: str) -> None:
    Path("folder.csv").mkdir()
    Path("empty.csv").write_text("")
    Path("broken.parquet").write_text("PAR1, it says")
    Path("names.csv").write_text("time,arrival,n\n1,2,3\n")
    Path("words.csv").write_text("arrivals,aht_s\n1,200\n2,soon\n3,\n")
    Path("negative.csv").write_text("queue,arrivals,aht_s\na,1,200\na,2,\nb,3,-5\n")
    Path("named.csv").write_text("arrivals,handle\n1,-5\n")
    Path("timeless.csv").write_text("arrivals,aht_s\n1,200\n")
    bare = MONDAY.select("arrivals", "aht_s")
    bare.with_columns(at=pl.lit(dt.time(9))).write_parquet("clock.parquet")
    bare.with_columns(at=pl.lit(None, pl.Datetime)).write_parquet("nowhen.parquet")
    MONDAY.clear().write_parquet("rowless.parquet")
    MONDAY.with_columns(required_agents=pl.lit(3)).write_parquet("staffed.parquet")
    assert fault(*arguments).startswith(message)
    assert not Path("p.png").exists()


def test_a_faulty_row_is_counted_through_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 1, whatever the parts in which it is worked on."""
    monkeypatch.setattr(compute, "CHUNK_ROWS", 2)
    MONDAY.with_columns(arrivals=pl.Series([1, 2, 3, 4, -5, 6])).write_csv("late.csv")
    assert fault("late.csv", *HALF).startswith("late.csv row 5: arrivals must be 0 or more and finite, not -5")


def test_faults_of_a_process(tmp_path: Path) -> None:
    ended = start("staff", "roster.csv", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("turnout: roster.csv: no column interval_s")
    good = start("staff", "roster.csv", "--interval-s", "1800", "--plot", "p.svg", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert "\x1b" not in good.stdout


def test_without_the_extra_plots_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'matplotlib' else find(name, *rest)\n"
        "sys.modules['matplotlib'] = None\n"
        "import turnout.cli\n"
        "turnout.cli.main()\n"
    )
    ended = start("staff", "roster.csv", "--interval-s", "1800", "--plot", "p.png", cwd=tmp_path, code=code)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "turnout: --plot: plots are an extra; get it with: pip install 'turnout[plots]'\n"
    assert start("staff", "roster.csv", "--interval-s", "1800", cwd=tmp_path, code=code).returncode == 0


def test_help_names_all_units_and_waits_for_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from turnout.cli.app import app\n"
        "try:\n    app(['staff', '--help'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "assert not {'polars', 'matplotlib'} & set(sys.modules)\n"
    )
    ended = start(cwd=tmp_path, code=code, COLUMNS="120")
    assert ended.returncode == 0, ended.stderr
    options = [line.split() for line in ended.stdout.splitlines() if line.startswith("│ --")]
    for words in options:
        name = words[1]
        if name.endswith("-s"):
            assert "seconds" in " ".join(words).lower(), words
    assert {words[1] for words in options} >= {"--service-level", "--max-abandon", "--patience-s", "--plot", "--by"}


def test_semicolons_are_named(tmp_path: Path) -> None:
    """As spreadsheets of half the world write them."""
    (tmp_path / "europe.csv").write_text("arrivals;aht_s\n10;300,5\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["staff", str(tmp_path / "europe.csv"), "--interval-s", "1800"])
    assert found.exit_code == 2
    assert "europe.csv: has semicolons between its columns; part them by commas" in found.stderr

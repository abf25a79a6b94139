"""The demo on the sample days and, where they are at hand, on the real bank logs: figures, laws, and looks."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from turnout import Engine, ManualClock, sample_policy_path
from turnout.cli.app import app
from turnout.cli.binomial import expected_interval
from turnout.cli.demo.align import align, move_ramp
from turnout.cli.demo.gates import settle_gates
from turnout.cli.demo.log import DemoLog, read_log
from turnout.cli.demo.model import DemoReport, StepShare
from turnout.cli.demo.run import run_demo
from turnout.cli.inputs import read_policy
from turnout.contacts import load_sample_contacts, write_contacts

NOON = dt.datetime(2026, 3, 8, 12, tzinfo=dt.UTC)


def demo(*arguments: object, code: int = 0, columns: int = 80) -> str:
    """The demo's standard output."""
    result = CliRunner().invoke(app, ["demo", *map(str, arguments)], env={"COLUMNS": str(columns)})
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


@pytest.fixture(scope="module", params=["sample", "january", "february"])
def log_path(request: pytest.FixtureRequest, shared: Path) -> Path | None:
    """The sample days (none), and the real months."""
    if request.param == "sample":
        return None
    path = shared / "data" / "anonymous_bank" / f"{request.param}.txt"
    if not path.is_file():
        pytest.skip(f"{path} is not at hand")
    return path


@pytest.fixture(scope="module")
def report(log_path: Path | None) -> DemoReport:
    """The demo's figures."""
    return run_demo(None, log_path, stopwatch=time.perf_counter)


@pytest.fixture(scope="module")
def shown(log_path: Path | None) -> str:
    """The demo as a person sees it."""
    return demo(*([] if log_path is None else ["--contacts", log_path]))


def test_every_contact_is_decided_once_by_every_toggle(report: DemoReport) -> None:
    toggles = {count.toggle for count in report.decisions}
    assert len(toggles) == report.policy.toggles == 8
    for toggle in toggles:
        assert sum(count.contacts for count in report.decisions if count.toggle == toggle) == report.log.contacts
    assert report.speed.decisions == 8 * report.log.contacts
    assert report.log.contacts == report.log.contacts_identified + report.log.contacts_unidentified
    assert report.log.rows_read == report.log.contacts + report.log.rows_dropped


def test_the_actual_share_fits_the_plan(report: DemoReport) -> None:
    seen = 0
    for ramp in report.ramps:
        for step in ramp.steps:
            planned = step.percent / 100 if step.mode == "live" else 0.0
            low, high = expected_interval(step.customers, planned, level=0.999)
            assert low <= step.customers_in <= high, (ramp.toggle, step)
            seen += step.customers
    assert seen > 100


def test_who_is_in_stays_in(report: DemoReport) -> None:
    followed = [fact for ramp in report.ramps for fact in ramp.sticky]
    assert sum(fact.customers_back for fact in followed) > 10
    for fact in followed:
        assert fact.customers_still_in == fact.customers_back


def test_the_callback_ramp_is_walked_to_its_end(report: DemoReport) -> None:
    ramp = next(ramp for ramp in report.ramps if ramp.toggle == "callback-offer")
    assert [(step.percent, step.mode) for step in ramp.steps] == [
        (0, "shadow"),
        (10, "live"),
        (30, "live"),
        (100, "live"),
    ]
    assert all(step.customers > 50 for step in ramp.steps)
    assert ramp.steps[0].contacts_watched == ramp.steps[0].contacts
    assert ramp.steps[0].customers_in == 0
    assert ramp.steps[-1].customers_in == ramp.steps[-1].customers


def test_gates_are_counted_in_the_log_itself(report: DemoReport) -> None:
    assert len(report.gates) == 2
    for gate in report.gates:
        ramp = next(ramp for ramp in report.ramps if ramp.toggle == gate.toggle)
        watched = ramp.steps[0].contacts_watched
        if gate.reached_at is None:
            assert gate.counted < gate.min_n
            assert gate.counted == watched
            assert len(ramp.steps) == 1
        else:
            assert gate.counted == gate.min_n <= watched


def test_the_shadow_and_its_agreement_are_shown(report: DemoReport, shown: str) -> None:
    """Of the callback offer in every log: what the shadow watched differs, all else agrees."""
    facts = [fact for fact in report.agreements if fact.toggle == "callback-offer"]
    whole, *parts = facts
    ramp = next(ramp for ramp in report.ramps if ramp.toggle == "callback-offer")
    assert whole.watched == ramp.steps[0].contacts_watched > 0
    assert (whole.contacts - whole.agreed, whole.by) == (whole.watched, None)
    assert whole.contacts == sum(part.contacts for part in parts)
    assert 0 <= whole.low < whole.share < whole.high <= 1
    for part in parts:
        assert f"{part.by} " in shown
        assert part.share == (part.contacts - part.watched) / part.contacts


def test_the_pause_is_shown(report: DemoReport, shown: str) -> None:
    """The bot stood still for a day: what was planned after it comes a day later."""
    ramp = next(ramp for ramp in report.ramps if ramp.toggle == "billing-bot")
    (pause,) = ramp.pauses
    assert pause.to_at == pause.from_at + dt.timedelta(days=1)
    assert f"until {pause.to_at:%Y-%m-%d}" in " ".join(shown.split())
    if len(ramp.steps) > 2:
        assert ramp.steps[2].from_at == ramp.steps[1].from_at + dt.timedelta(days=8)


def test_the_json_holds_the_same_figures(report: DemoReport, log_path: Path | None) -> None:
    arguments = [] if log_path is None else ["--contacts", log_path]
    found = json.loads(demo(*arguments, "--json"))
    expected = report.to_dict()
    for part in ("policy", "log", "shifts", "gates", "decisions", "agreements", "ramps"):
        assert found[part] == expected[part]
    assert found["speed"]["decisions"] == report.speed.decisions
    assert found["speed"]["decisions_per_s"] > 0


def test_it_fits_eighty_columns_without_colour(report: DemoReport, shown: str) -> None:
    text = shown
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for ramp in report.ramps:
        for step in ramp.steps:
            assert f"{step.customers_in:,}" in text
    assert f"{report.log.customers:,} customers in {report.log.contacts_identified:,} contacts" in text
    assert "counted apart" in text
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_the_reasons_of_each_day_are_shown(report: DemoReport, shown: str) -> None:
    """Every count of the report by toggle, reason and day; a reader could add them up again."""
    text = shown.partition("Reasons by day")[2].partition("\nAgreement in shadow")[0]
    legend, *tables = text.split("\n\n")
    entries = [entry for line in legend.splitlines()[1:] for entry in re.split(r" {2,}", line)]
    letters = {reason: letter for letter, reason in (entry.split(" ", 1) for entry in entries)}
    read: dict[tuple[str, str, str], int] = {}
    for table in tables:
        names, head, *lines = table.splitlines()
        starts = [(match.start(), match.group()) for match in re.finditer(r"\S+", names) if match.group() != "day"]
        places = [(match.end(), match.group()) for match in re.finditer(r"\S+", head) if match.group() != "day"]
        for line in lines:
            if line.startswith("On every day"):
                continue
            for end, letter in places:
                toggle = [name for start, name in starts if start < end][-1]
                number = line[:end].split()[-1]
                assert line[end : end + 1] in ("", " ")
                if number != "-":
                    read[line[:10], toggle, letter] = int(number.replace(",", ""))
    several = {toggle for _, toggle, _ in read}
    expected = {
        (
            f"{count.day:%a %b %d}",
            count.toggle,
            letters[", ".join(filter(None, (count.reason, count.code)))],
        ): count.contacts
        for count in report.decisions
        if count.toggle in several
    }
    assert read == expected
    assert len(read) > 200
    for toggle in {count.toggle for count in report.decisions} - several:
        assert len({(count.reason, count.code) for count in report.decisions if count.toggle == toggle}) == 1
        assert re.search(rf"alone: .*\b{toggle}\b", text)


@pytest.mark.parametrize("columns", [50, 60, 78, 120])
def test_it_fits_terminals_of_other_widths(columns: int) -> None:
    text = demo(columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    ramp = next(ramp for ramp in run_demo(stopwatch=time.perf_counter).ramps if ramp.toggle == "callback-offer")
    for step in ramp.steps:
        assert f"{step.customers_in:,} / {step.customers:,}" in text
    for word in ("TARGETING_KEY_MISSING", "callback-offer", "counted apart"):
        assert word in text


def test_the_ramps_begin_on_the_first_day_of_the_log(report: DemoReport, shown: str, log_path: Path | None) -> None:
    assert len(report.shifts) == 2
    if log_path is None:
        assert not any(shift.moved for shift in report.shifts)
        assert report.policy.digest == report.policy.digest_as_written
        return
    assert report.log.zone == "Asia/Jerusalem"
    assert all(shift.moved for shift in report.shifts)
    assert report.policy.digest != report.policy.digest_as_written
    assert (
        report.shifts[0]
        .used.isoformat()
        .startswith("1998-12-31T22:00" if "january" in str(log_path) else "1999-01-31T22:00")
    )
    assert "moved to start with the log" in " ".join(shown.split())
    assert "I. Guedj and A. Mandelbaum" in shown


def test_scalar_answers_are_the_column_answers() -> None:
    log = read_log(None)
    policy, engine = settled(log)
    assert policy
    for key in ("billing-bot", "callback-offer"):
        batch = engine.evaluate_many(key, log.units, attributes=log.attributes, at=log.at)
        for index in range(0, log.facts.contacts, 97):
            attributes = log.attributes.row(index, named=True)
            one = engine.evaluate(key, log.units[index], attributes, at=log.at[index])
            assert one.to_dict() == batch[index].to_dict(), (key, index)


def settled(log: DemoLog) -> tuple[Any, Engine]:
    """The sample policy on a log, with its gate results."""
    policy, _ = align(read_policy(sample_policy_path()), log.starts_at, keep_dates=False)
    _, results = settle_gates(policy, log)
    return policy, Engine(policy, clock=ManualClock(log.facts.first_at), gates=results)


def test_the_sticky_law_customer_by_customer() -> None:
    """The figures of the report, counted again by hand from single evaluations."""
    log = read_log(None)
    _, engine = settled(log)
    shares: dict[float, dict[str, bool]] = {}
    for index in range(log.facts.contacts):
        one = engine.evaluate(
            "callback-offer", log.units[index], log.attributes.row(index, named=True), at=log.at[index]
        )
        if one.rule == "ramp" and one.bucket is not None and one.percent is not None:
            shares.setdefault(one.percent, {})[log.units[index]] = one.enabled
    at_10 = {unit for unit, is_in in shares[10].items() if is_in}
    at_30 = {unit for unit, is_in in shares[30].items() if is_in}
    assert at_10
    assert at_10 & set(shares[30]) <= at_30
    assert at_30 & set(shares[10]) - at_10 == {unit for unit in at_30 if not shares[10].get(unit, True)}


def test_it_runs_on_a_log_and_a_policy_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    contacts = load_sample_contacts().head(400)
    write_contacts(contacts, path)
    policy = tmp_path / "policy.toml"
    assert CliRunner().invoke(app, ["init", str(policy)]).exit_code == 0
    found = json.loads(demo("--contacts", path, "--policy", policy, "--json"))
    assert found["policy"]["toggles"] == 3
    assert found["log"]["contacts"] == 400
    assert found["shifts"][0]["used"] == "2026-03-01T00:00:00Z"
    kept = json.loads(demo("--contacts", path, "--policy", policy, "--keep-dates", "--json"))
    assert not kept["shifts"][0]["moved"]


def test_an_empty_and_a_faulty_log_are_refused_in_one_line(tmp_path: Path) -> None:
    empty = tmp_path / "empty.parquet"
    write_contacts(load_sample_contacts().head(0), empty)
    assert "holds no contacts" in demo("--contacts", empty, code=1)
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    text = demo("--contacts", odd, code=1)
    assert len(text.splitlines()) == 1
    assert text.startswith(f"turnout: {odd}: ")


def test_faulty_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "half.parquet"
    early = pl.when(pl.int_range(pl.len()) < 4).then(0).otherwise(pl.col("answered_at"))
    load_sample_contacts().head(10).with_columns(answered_at=early).write_parquet(path)
    found = json.loads(demo("--contacts", path, "--json"))["log"]
    assert found["rows_read"] == 10
    assert found["contacts"] == 6
    assert found["rows_dropped"] == sum(trap["count"] for trap in found["traps"]) == 4
    load_sample_contacts().head(3).with_columns(answered_at=0).write_parquet(path)
    assert "holds no contacts, answered_at before arrived_at: 3" in demo("--contacts", path, code=1)


def test_a_policy_without_toggles_or_ramps_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text('{"turnout": 1, "toggles": {}}')
    text = demo("--policy", path)
    assert "0 toggles" in text
    assert "the policy has none" in text


def test_a_ramp_that_waits_says_so(tmp_path: Path) -> None:
    text = sample_policy_path().read_text("utf-8").replace("min_n = 100", "min_n = 100000")
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    found = json.loads(demo("--policy", path, "--json"))
    gate = next(gate for gate in found["gates"] if gate["toggle"] == "callback-offer")
    assert gate["reached_at"] is None
    assert gate["counted"] > 100
    ramp = next(ramp for ramp in found["ramps"] if ramp["toggle"] == "callback-offer")
    assert [step["mode"] for step in ramp["steps"]] == ["shadow"]
    words = " ".join(demo("--policy", path).split())
    assert f"this log holds {gate['counted']:,}, so the ramp stays there" in words
    assert "a person: 100000 samples did not come in time" in words


def test_a_ramp_outside_its_expected_share_says_no() -> None:
    step = StepShare(1, 10.0, "live", NOON, NOON, 100, 40, 120, 50, 0, 0, *expected_interval(100, 0.1))
    assert not step.fits
    assert (step.share_percent, step.expected_low, step.expected_high) == (40.0, 5, 16)


def test_approvals_and_pauses_move_with_their_ramp() -> None:
    ramp = {
        "started_at": "2026-03-01T00:00:00Z",
        "approvals": [{"step": 1, "role": "lead", "by": "a", "at": "2026-03-05T09:00:00-05:00"}],
        "pauses": [{"from": "2026-03-02T00:00:00Z", "reason": "holiday"}],
    }
    move_ramp(ramp, dt.timedelta(days=-1))
    assert ramp["started_at"] == "2026-02-28T00:00:00+00:00"
    assert ramp["approvals"] == [{"step": 1, "role": "lead", "by": "a", "at": "2026-03-04T09:00:00-05:00"}]
    assert ramp["pauses"] == [{"from": "2026-03-01T00:00:00+00:00", "reason": "holiday"}]

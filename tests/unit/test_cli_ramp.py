"""`turnout ramp`: positions, dates, gates, and who is in on which day."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import turnout
from tests.unit.policy_faults.documents import governed
from tests.unit.test_cli import run, run_json

SAMPLE = turnout.sample_policy_path()
GATE = ["--gate", "billing-bot:ramp:0:40:2026-03-05T12:00:00Z"]
UNITS = [f"c-{n}" for n in range(400)]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of customers."""
    monkeypatch.chdir(tmp_path)
    pl.DataFrame({"customer_id": UNITS, "channel": ["mail"] * len(UNITS)}).write_csv("ids.csv")


def bot(*options: str, at: str) -> Any:
    """The sample's bot at an instant."""
    (found,) = run_json("ramp", SAMPLE, "billing-bot", "--at", at, *options)["ramps"]
    return found


def plan(found: Any) -> list[tuple[str, str | None]]:
    """The states and days of the steps."""
    return [(step["state"], step["from_at"] and step["from_at"][:16]) for step in found["plan"]]


def ramped(name: str = "ramp.json", **fields: Any) -> str:
    """A policy with one ramp and these fields in it."""
    steps = [{"percent": 10, "hold": "2d"}, {"percent": 30, "hold": "5d"}, {"percent": 100}]
    ramp = {"unit": "customer_id", "algorithm": "xxh3/1", "started_at": "2026-03-01T12:00:00Z", "steps": steps} | fields
    never = {"attribute": "x", "exists": True}
    toggle = governed(
        rules=[{"id": "no", "when": never, "serve": False}, {"id": "r", "when": never, "ramp": ramp}],
        schedule={"zone": "UTC", "open": "mon 09:00-10:00"},
        enabled=False,
    )
    Path(name).write_text(json.dumps({"turnout": 1, "toggles": {"chat": toggle, "sms": governed()}}))
    return name


def test_before_its_start() -> None:
    found = bot(at="2026-02-20T00:00:00Z")
    assert (found["step"], found["waits_for"]) == (None, "its start")
    days = ["2026-03-01T00:00", "2026-03-08T00:00", "2026-03-16T00:00", "2026-03-23T00:00"]
    assert plan(found) == [("planned", day) for day in days]


def test_with_its_gate_passed_it_goes_by_its_dates() -> None:
    found = bot(*GATE, at="2026-03-16T00:00:00Z")
    assert (found["step"], found["percent"], found["next_at"]) == (2, 30.0, "2026-03-23T00:00:00+00:00")
    assert plan(found) == [
        ("done", "2026-03-01T00:00"),
        ("done", "2026-03-08T00:00"),
        ("current", "2026-03-16T00:00"),
        ("planned", "2026-03-23T00:00"),
    ]
    assert found["plan"][2]["approved_by"] == "maria@example.com"


def test_without_its_gate_the_rest_is_the_earliest_that_can_be() -> None:
    """The hold is over and the samples are not there: if they came now, it would go on now."""
    found = bot(at="2026-03-10T06:30:00Z")
    assert found["waits_for"] == "40 samples"
    assert plan(found) == [
        ("current", "2026-03-01T00:00"),
        ("planned", "2026-03-10T06:30"),
        ("planned", "2026-03-18T06:30"),
        ("planned", "2026-03-25T06:30"),
    ]
    text = run("ramp", SAMPLE, "billing-bot", "--at", "2026-03-10T06:30:00Z")
    assert "next: step 1, 10 % live, waits for 40 samples; at the earliest 2026-03-10 06:30 UTC" in text


def test_what_a_person_must_look_at_has_no_dates() -> None:
    found = bot(at="2026-03-25T00:00:00Z")
    assert plan(found)[1:] == [("unknown", None)] * 3
    text = run("ramp", SAMPLE, "billing-bot", "--at", "2026-03-25T00:00:00Z")
    assert "waits for a person: 40 samples did not come in time" in text
    assert text.count("unknown") == 3


def test_an_approval_that_is_missing() -> None:
    steps = [{"percent": 10, "hold": "2d"}, {"percent": 30, "hold": "1d", "approval": "lead"}, {"percent": 100}]
    path = ramped(steps=steps)
    (found,) = run_json("ramp", path, "--at", "2026-03-10T00:00:00Z")["ramps"]
    assert (found["waits_for"], found["plan"][1]["approved_by"]) == ("approval by lead", None)
    assert plan(found) == [
        ("current", "2026-03-01T12:00"),
        ("planned", "2026-03-10T00:00"),
        ("planned", "2026-03-11T00:00"),
    ]
    text = run("ramp", path, "--at", "2026-03-02T00:00:00Z")
    assert "hold 2d, lead approves" in text
    assert "waits for its time to pass, then for approval by lead; at the earliest 2026-03-03 12:00 UTC" in text


def test_a_pause_moves_what_comes_and_an_open_one_hides_it() -> None:
    closed = [{"from": "2026-03-02T12:00:00Z", "to": "2026-03-03T12:00:00Z", "reason": "outage"}]
    (found,) = run_json("ramp", ramped(pauses=closed), "--at", "2026-03-02T13:00:00Z")["ramps"]
    assert plan(found)[1] == ("planned", "2026-03-04T12:00")
    (found,) = run_json(
        "ramp", ramped(pauses=[{"from": "2026-03-02T12:00:00Z", "reason": "csat"}]), "--at", "2026-03-09T00:00:00Z"
    )["ramps"]
    assert found["waits_for"] == "the end of a pause"
    assert plan(found)[1:] == [("unknown", None)] * 2


def test_a_toggle_that_is_off_says_so() -> None:
    text = run("ramp", ramped(), "--at", "2026-03-02T00:00:00Z")
    assert "the toggle is switched off: enabled = false; the ramp goes on beneath" in text
    patch = {"toggles": {"billing-bot": {"killed": "[outage]"}}}
    killed = turnout.load_policy(SAMPLE).with_changes(patch, operator="maria", reason="INC-7")
    Path("killed.json").write_text(json.dumps(killed.document))
    first, second = run_json("ramp", "killed.json", "--at", "2026-03-02T00:00:00Z")["ramps"]
    assert (first["off"], second["off"]) == ("killed: [outage]", None)
    assert "the toggle is killed: [outage]; the ramp" in run("ramp", "killed.json", "billing-bot")


def test_the_last_step_waits_for_nothing() -> None:
    text = run("ramp", ramped(), "--at", "2026-06-01T00:00:00Z")
    assert "next: nothing, this is the last step" in text
    assert text.count("done") == 2


def test_who_is_in_is_who_the_bucket_says() -> None:
    """By the ramp alone: the rule's condition, the schedule and `enabled` would let nobody in."""
    found = run_json("ramp", ramped(salt="spring"), "--at", "2026-03-02T00:00:00Z", "--units", "ids.csv")
    assert (found["rows"], found["unit_column"]) == (len(UNITS), "customer_id")
    (ramp,) = found["ramps"]
    assert (ramp["units"], ramp["unit_column"]) == (len(UNITS), "customer_id")
    assert (ramp["unit"], ramp["salt"]) == ("customer_id", "spring")
    seen: set[str] = set()
    shares = {1: 10, 3: 30, 8: 100}
    for day in ramp["days"]:
        number = dt.date.fromisoformat(day["date"]).day
        share = shares[max(start for start in shares if start <= number)]
        expected = {unit for unit in UNITS if turnout.bucket(unit, "spring") < share}
        assert day["percent"] == share
        assert day["units_in"] == len(expected)
        assert set(day["newly_in"]) == expected - seen
        seen |= expected
    assert [day["date"] for day in ramp["days"]] == [f"2026-03-0{n}" for n in range(1, 9)]


def test_a_shadow_step_watches_and_lets_nobody_in() -> None:
    found = bot(*GATE, "--units", "ids.csv", "--days", "2", at="2026-03-07T00:00:00Z")
    shadow, live = found["days"]
    assert (shadow["units_in"], shadow["watched"], shadow["newly_in"]) == (0, len(UNITS), [])
    assert (live["watched"], live["units_in"]) == (0, len(live["newly_in"]))
    assert live["units_in"] > 10


def test_a_unit_counts_once_whatever_its_rows() -> None:
    """Rows without a unit are none; an empty text is no unit either."""
    rows = "customer_id,plan\n" + "\n".join(f"{unit},{plan}" for plan in "ab" for unit in UNITS) + '\n,c\n"",d\n'
    Path("twice.csv").write_text(rows)
    at = ["--at", "2026-03-02T00:00:00Z"]
    twice, once = (run_json("ramp", ramped(), "--units", name, *at) for name in ("twice.csv", "ids.csv"))
    assert twice["rows"] == 2 * len(UNITS) + 2
    assert twice["ramps"] == once["ramps"]
    text = run("ramp", ramped(), "--units", "twice.csv", *at)
    assert "400 units, by the ramp alone" in text
    assert "402 rows of 802 without a unit, or with one given before" in text
    assert "given before" not in run("ramp", ramped(), "--units", "ids.csv", *at)


def test_the_units_are_those_of_the_column_that_the_ramp_names() -> None:
    pl.DataFrame({"id": UNITS, "account_id": [f"a-{n % 40}" for n in range(len(UNITS))]}).write_csv("accounts.csv")
    found = run_json("ramp", ramped(unit="account_id"), "--units", "accounts.csv", "--at", "2026-03-02T00:00:00Z")
    (ramp,) = found["ramps"]
    assert (ramp["units"], ramp["unit_column"]) == (40, "account_id")
    expected = {f"a-{n}" for n in range(40) if turnout.bucket(f"a-{n}", "chat") < 10}
    assert set(ramp["days"][0]["newly_in"]) == expected
    pl.DataFrame({"id": UNITS, "account_id": [0.5] * len(UNITS)}).write_parquet("odd.parquet")
    text = run("ramp", ramped(unit="account_id"), "--units", "odd.parquet", code=2)
    assert "odd.parquet: the ids in 'account_id' are Float64, neither text nor whole numbers; write text" in text


def test_a_column_that_the_ramp_names_and_the_file_has_not() -> None:
    text = run("ramp", ramped(unit="account_id"), "--units", "ids.csv", "--at", "2026-03-02T00:00:00Z")
    assert "no column account_id in the file: the ids of customer_id stand for it" in text
    found = run_json("ramp", ramped(unit="account_id"), "--units", "ids.csv", "--at", "2026-03-02T00:00:00Z")
    assert found["ramps"][0]["unit_column"] == "customer_id"
    assert "no column" not in run("ramp", ramped(), "--units", "ids.csv", "--at", "2026-03-02T00:00:00Z")


def test_days_to_come_are_marked_as_planned() -> None:
    at = ["--at", "2026-03-04T00:00:00Z", "--units", "ids.csv"]
    (found,) = run_json("ramp", ramped(), *at)["ramps"]
    states = [(day["date"][-2:], day["state"]) for day in found["days"]]
    assert states == [
        ("01", "done"), ("02", "done"), ("03", "done"), ("04", "current"), ("05", "planned"), ("06", "planned"),
        ("07", "planned"), ("08", "planned"),
    ]  # fmt: skip
    lines = run("ramp", ramped(), *at).splitlines()
    days = [line.split()[:2] for line in lines[lines.index("") :] if " 2026-03-" in line and "step" not in line][-3:]
    assert days == [["done", "2026-03-01"], ["now", "2026-03-03"], ["plan", "2026-03-08"]]
    stopped = ramped(pauses=[{"from": "2026-03-03T00:00:00Z", "reason": "csat"}])
    (found,) = run_json("ramp", stopped, *at, "--days", "2")["ramps"]
    assert [day["state"] for day in found["days"]] == ["current", "unknown"]


def test_there_are_no_days_after_the_year_9999() -> None:
    at = ["--at", "9999-12-30T12:00:00Z", "--units", "ids.csv", "--days", "366"]
    (found,) = run_json("ramp", ramped(), *at)["ramps"]
    assert [day["date"] for day in found["days"]] == ["9999-12-30", "9999-12-31"]
    late = ramped(started_at="9999-12-30T00:00:00Z")
    (found,) = run_json("ramp", late, "--at", "2026-03-01T00:00:00Z", "--units", "ids.csv")["ramps"]
    assert plan(found)[1:] == [("unknown", None)] * 2
    assert [day["date"] for day in found["days"]] == ["9999-12-30"]


def test_a_gate_that_no_step_waits_for_is_told_where_it_stands() -> None:
    gate = {"toggle": "billing-bot", "rule": "rampp", "step": 0, "n": 40, "at": "2026-03-05T12:00:00Z"}
    Path("gates.json").write_text(json.dumps([gate]))
    text = run("ramp", SAMPLE, "--gates", "gates.json", *GATE, code=2)
    assert text.startswith("turnout: gates.json: toggle `billing-bot` has no rule `rampp` with a ramp; write [{")
    Path("gates.json").write_text(json.dumps([gate | {"rule": "ramp"}]))
    wrong = ["--gate", "billing-bot:ramp:1:40:2026-03-05T12:00:00Z"]
    text = run("ramp", SAMPLE, "--gates", "gates.json", *wrong, code=2)
    assert text.startswith("turnout: --gate: toggles.billing-bot.rules.ramp: step 1 waits for no samples")


def test_all_ramps_of_a_policy_and_none() -> None:
    text = run("ramp", SAMPLE, "--at", "2026-03-16T00:00:00Z", "--units", "ids.csv", *GATE)
    assert text.index("billing-bot (rule ramp), by customer_id") < text.index("callback-offer (rule ramp)")
    assert "2026-03-08 - 03-15     1    10 %" in text
    assert "400 units, by the ramp alone" in text
    assert max(map(len, text.splitlines()[1:])) <= 80
    assert "no ramps in phone" in run("ramp", SAMPLE, "phone")
    assert run_json("ramp", SAMPLE, "phone")["ramps"] == []


def test_gates_from_a_file_and_from_the_line() -> None:
    gate = {"toggle": "billing-bot", "rule": "ramp", "step": 0, "n": 40, "at": "2026-03-05T12:00:00Z"}
    Path("gates.json").write_text(json.dumps([gate]))
    at = "2026-03-16T00:00:00Z"
    assert bot("--gates", "gates.json", at=at) == bot(*GATE, at=at)
    assert bot("--gate", "billing-bot:ramp:0:39:2026-03-05T12:00:00Z", at=at)["step"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["phon"], 'no toggle "phon"; did you mean "phone"?'),
        (["--gate", "billing-bot"], "--gate: 'billing-bot' is not TOGGLE:RULE:STEP:N:INSTANT; write for example"),
        (["--gate", "a:b:0:1:2026-03-05T12:00:00"], "--gate: '2026-03-05T12:00:00' has no offset from UTC"),
        (["--gate", "a:b:0:1:2026-03-05T12:00:00Z"], "--gate: "),
        (["--days", "3"], "--days: says for how many days to count units, and there are none; add --units"),
        (["--days", "0", "--units", "ids.csv"], "--days"),
        (["--at", "now"], "--at: 'now' is not an instant"),
    ],
)
def test_what_cannot_be_meant_is_one_line(arguments: list[str], words: str) -> None:
    text = run("ramp", SAMPLE, *arguments, code=2)
    assert words in text
    assert len(text.splitlines()) == 1

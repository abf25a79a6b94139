"""`stale_toggles` and `turnout stale`: past review, constant, unused."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import turnout
from tests.unit.policy_faults.documents import governed, ramped
from tests.unit.test_cli import run, run_json
from tests.unit.test_usage import NEVER, part

REVIEW = "2026-07-01"
RULES = [{"id": "pro", "when": {"attribute": "plan", "equals": "pro"}}]


def at(text: str) -> dt.datetime:
    """The start of a day."""
    return dt.datetime.fromisoformat(f"{text}T00:00:00+00:00")


def policy(**fields: Any) -> turnout.Policy:
    """A policy of one toggle that was created on 10 January 2026 and is reviewed on 1 July."""
    return turnout.Policy.from_document({"turnout": 1, "toggles": {"a": governed(**fields)}})


def reasons(found: tuple[turnout.StaleToggle, ...]) -> list[tuple[str, int]]:
    """The reasons against the one toggle."""
    return [(reason.kind, reason.days) for toggle in found for reason in toggle.reasons]


@pytest.mark.parametrize(("day", "found"), [("2026-06-30", []), (REVIEW, []), ("2026-07-02", [("review", 1)])])
def test_past_its_review(day: str, found: list[Any]) -> None:
    assert reasons(turnout.stale_toggles(policy(), at=at(day))) == found


@pytest.mark.parametrize(("day", "found"), [("2026-02-09", []), ("2026-02-10", [("constant", 31)])])
def test_switched_off(day: str, found: list[Any]) -> None:
    assert reasons(turnout.stale_toggles(policy(enabled=False), at=at(day))) == found


def test_an_emergency_stop_is_no_old_age() -> None:
    assert turnout.stale_toggles(policy(killed="outage"), at=at("2026-06-01")) == ()


@pytest.mark.parametrize(
    ("day", "found"),
    [("2026-03-04", []), ("2026-04-04", []), ("2026-04-05", [("constant", 31)])],
)
def test_a_ramp_that_has_arrived(day: str, found: list[Any]) -> None:
    steps = [{"percent": 10, "hold": "4d"}, {"percent": 100}]
    both = turnout.Policy.from_document(ramped(steps=steps))
    assert reasons(turnout.stale_toggles(both, at=at(day))) == found


def test_a_ramp_that_does_not_leave_nobody() -> None:
    steps = [{"percent": 0, "mode": "shadow", "hold": "1d", "min_n": 5}, {"percent": 50}]
    waiting = turnout.Policy.from_document(ramped(steps=steps))
    key = next(iter(waiting.toggles))
    (found,) = turnout.stale_toggles(waiting, at=at("2026-05-01"))
    assert str(found.reasons[0]) == "ramp r at 0 % since 2026-03-01, 61 days ago"
    passed = turnout.GateResult(key, "r", 0, 5, at("2026-03-02"))
    assert turnout.stale_toggles(waiting, at=at("2026-05-01"), gates=(passed,)) == ()


def test_the_days_are_an_argument() -> None:
    off, day = policy(enabled=False), at("2026-01-15")
    assert turnout.stale_toggles(off, at=day, constant_days=5) == ()
    assert reasons(turnout.stale_toggles(off, at=day, constant_days=4)) == [("constant", 5)]
    used: Any = {"a": part()}
    assert turnout.stale_toggles(policy(), at=at("2026-03-12"), usage=used, unused_days=10) == ()
    assert reasons(turnout.stale_toggles(policy(), at=at("2026-03-13"), usage=used, unused_days=10)) == [("unused", 11)]


@pytest.mark.parametrize(
    ("usage", "day", "found"),
    [
        ({"a": part()}, "2026-04-01", []),
        ({"a": part()}, "2026-04-02", [("unused", 31)]),
        ({"a": part(**NEVER)}, "2026-04-01", []),
        ({"a": part(**NEVER)}, "2026-04-03", [("unused", 32)]),
        ({"b": part()}, "2026-04-03", [("unused", 32)]),
        ({"b": part(since="2025-01-01T00:00:00+00:00")}, "2026-02-11", [("unused", 32)]),
        ({}, "2026-06-01", []),
    ],
    ids=["soon", "long ago", "never", "never, long ago", "not counted", "counted from before it was", "no counts"],
)
def test_not_evaluated(usage: Any, day: str, found: list[Any]) -> None:
    """Counting began on 2 March; the toggle was created on 10 January."""
    assert reasons(turnout.stale_toggles(policy(), at=at(day), usage=usage)) == found


@pytest.mark.parametrize(
    ("fields", "rules", "found"),
    [
        ({}, RULES, [("constant", 60)]),
        ({"outcome": "off", "enabled": 0}, RULES, [("constant", 60)]),
        ({"outcome": "mixed"}, RULES, []),
        ({"outcome_since": "2026-04-20T00:00:00+00:00"}, RULES, []),
        ({}, [], []),
    ],
    ids=["on", "off", "mixed", "not for long", "a switch"],
)
def test_all_evaluations_come_out_alike(fields: Any, rules: Any, found: list[Any]) -> None:
    used: Any = {"a": part(last_evaluated_at="2026-05-01T00:00:00+00:00", **fields)}
    assert reasons(turnout.stale_toggles(policy(rules=rules), at=at("2026-05-01"), usage=used)) == found


def test_a_lenient_policy_is_reviewed_as_far_as_it_can_be() -> None:
    loose = governed()
    del loose["review_by"], loose["owner"]
    found = turnout.Policy.from_document({"turnout": 1, "toggles": {"a": loose, "b": governed()}}, strict=False)
    assert [toggle.key for toggle in turnout.stale_toggles(found, at=at("2027-01-01"))] == ["b"]


# The command


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy, and the use of its toggle."""
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(json.dumps(policy(rules=RULES).document))
    Path("usage.json").write_text(json.dumps({"turnout_usage": 1, "toggles": {"a": part()}}))


def test_it_says_what_and_why_and_exits_1() -> None:
    text = run("stale", "policy.json", "--usage", "usage.json", "--at", "2026-07-11", code=1)
    assert "on 2026-07-11: 1 of 1 toggle stale" in text
    assert "a  team@example.com" in text
    assert " - review: review was due on 2026-07-01, 10 days ago" in text
    assert " - constant: all evaluations came out on (100 %) since 2026-03-02, 131 days ago" in text
    assert " - unused: last evaluated on 2026-03-02, 131 days ago" in text
    assert "No usage file" not in text


def test_nothing_stale_is_exit_0() -> None:
    text = run("stale", "policy.json", "--at", "2026-03-02T12:00:00+02:00")
    assert "on 2026-03-02: nothing is stale" in text
    assert "No usage file given (--usage FILE)" in text


def test_as_json() -> None:
    found = run_json("stale", "policy.json", "--at", "2026-07-11", code=1)
    assert (found["ok"], found["toggles"], found["at"]) == (False, 1, "2026-07-11T00:00:00+00:00")
    (toggle,) = found["stale"]
    assert (toggle["key"], toggle["owner"]) == ("a", "team@example.com")
    assert toggle["reasons"][0]["kind"] == "review"
    assert run_json("stale", "policy.json", "--at", "2026-03-02")["stale"] == []


def test_several_usage_files_are_put_together() -> None:
    later = part(last_evaluated_at="2026-06-20T00:00:00+00:00", outcome="off")
    Path("other.json").write_text(json.dumps({"turnout_usage": 1, "toggles": {"a": later}}))
    run("stale", "policy.json", "--usage", "usage.json", "--at", "2026-06-30", code=1)
    run("stale", "policy.json", "--usage", "usage.json", "--usage", "other.json", "--at", "2026-06-30")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--usage", "nowhere.json"], "nowhere.json: no such usage file; give a file that turnout.save_usage"),
        (["--usage", "policy.json"], "policy.json: is no usage file; give a file that turnout.save_usage"),
        (["--at", "july"], "--at: 'july' is not an instant"),
        (["--unused-days", "-1"], "--unused-days"),
    ],
)
def test_what_cannot_be_read_is_one_line(arguments: list[str], words: str) -> None:
    text = run("stale", "policy.json", *arguments, code=2)
    assert words in text
    assert len(text.splitlines()) == 1

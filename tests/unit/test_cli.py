"""The commands on policies: check, evaluate, explain, init, and what a person reads when something is wrong."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from turnout import load_policy, sample_policy_path
from turnout.cli.app import app
from turnout.cli.starter import starter_text

SAMPLE = sample_policy_path()
AT = "2026-03-25T15:00:00Z"
CONSENTING = ["--attr", "channel=chat", "--attr", "plan=pro", "--attr", "consent.ai_chat=true"]


def run(*arguments: object, code: int = 0) -> str:
    """The standard output of a command that exits as expected."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "80"})
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result.stdout if code == 0 else result.output


def run_json(*arguments: object, code: int = 0) -> Any:
    """The one JSON document that a command prints."""
    return json.loads(run(*arguments, "--json", code=code))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The sample policy with three faults."""
    text = SAMPLE.read_text("utf-8")
    text = text.replace('risk = "low"', 'risk = "lowish"', 1)
    text = text.replace("requires = { chat = true }", "requires = { chatt = true }")
    text = text.replace("percent = 30, hold", "percent = 130, hold", 1)
    path = tmp_path / "broken.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def gates(tmp_path: Path) -> Path:
    """The samples that the bot's shadow step waits for, complete within its first week."""
    path = tmp_path / "gates.json"
    gate = {"toggle": "billing-bot", "rule": "ramp", "step": 0, "n": 40, "at": "2026-03-05T12:00:00Z"}
    path.write_text(json.dumps([gate]))
    return path


def test_check_sums_up_a_good_policy() -> None:
    text = run("check", SAMPLE)
    assert "is good: 8 toggles" in text
    assert load_policy(SAMPLE).digest[:12] in text
    assert "billing-bot, callback-offer" in text
    assert "on-call, overtime" in text
    assert max(map(len, text.splitlines())) <= max(80, len(str(SAMPLE)) + 60)


def test_check_as_json() -> None:
    found = run_json("check", SAMPLE)
    assert found["ok"] is True
    assert found["problems"] == []
    assert found["summary"]["digest"] == load_policy(SAMPLE).digest
    assert found["summary"]["categories"]["channel"] == ["chat", "email", "phone", "sms"]
    assert {ramp["toggle"] for ramp in found["summary"]["ramps"]} == {"billing-bot", "callback-offer"}


def test_check_lists_all_faults_with_their_lines(broken: Path) -> None:
    text = run("check", broken, code=1)
    assert "has 3 faults" in text
    for line, source in enumerate(broken.read_text("utf-8").splitlines(), start=1):
        if any(fault in source for fault in ('"lowish"', "chatt", "percent = 130")):
            assert f"{broken}:{line}  toggles." in text
    assert "toggles.billing-bot.rules[1].ramp.steps[2].percent" in text
    assert "did you mean `chat`" in text
    assert text.count("mend:") == 3


def test_check_lists_all_faults_as_json(broken: Path) -> None:
    found = run_json("check", broken, code=1)
    assert found["ok"] is False
    assert len(found["problems"]) == 3
    for problem in found["problems"]:
        assert set(problem) == {"path", "line", "column", "message", "hint", "kind"}
        assert problem["line"] > 0
        assert problem["hint"]


def test_check_lenient_loads_the_rest(broken: Path) -> None:
    found = run_json("check", broken, "--lenient")
    assert found["ok"] is False
    assert len(found["problems"]) == 3
    assert found["summary"]["toggles"] == 8
    text = run("check", broken, "--lenient")
    assert "inert" in text
    assert "is loaded in part" in text


@pytest.mark.parametrize("command", ["check", "evaluate", "explain"])
def test_a_missing_file_is_one_line_and_exit_2(command: str, tmp_path: Path) -> None:
    path = tmp_path / "absent.toml"
    arguments = [command, path] if command == "check" else [command, path, "phone"]
    text = run(*arguments, code=2)
    assert text == (
        f"turnout: {path}: no such policy file; give the path of a policy, or write a first one with: turnout init\n"
    )
    found = run_json(*arguments, code=2)
    assert found["error"]["kind"] == "missing_file"
    assert found["error"]["where"] == str(path)


def test_faults_under_other_commands_go_to_the_error_stream(broken: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(broken), "phone"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"turnout: {broken}: the policy has 3 faults\n")
    assert len(result.stderr.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage"),
        (["chek"], "No such command 'chek'"),
        (["frobnicate", "x.toml"], "; see: turnout --help\n"),
        (["--frobnicate"], "; see: turnout --help\n"),
        (["check"], "Missing argument 'POLICY'; see: turnout check --help"),
        (["check", "x.toml", "--loose"], "No such option: --loose"),
        (["check", str(SAMPLE.parent)], "is a folder, not a policy file"),
        (["check", str(SAMPLE.parent / "sample_days.parquet")], "a policy ends in .toml, .json or .yaml"),
        (["evaluate", str(SAMPLE), "billing-bit"], 'no toggle "billing-bit"; did you mean "billing-bot"?'),
        (["evaluate", str(SAMPLE), "zzz"], "it holds billing-bot, callback-offer, chat"),
        (["evaluate", str(SAMPLE), "phone", "--attr", "plan"], "'plan' is not NAME=VALUE"),
        (["evaluate", str(SAMPLE), "phone", "--attr", "a=1", "--attr", "a=2"], "'a' is given twice"),
        (["evaluate", str(SAMPLE), "phone", "--at", "tomorrow"], "--at: 'tomorrow' is not an instant"),
        (["evaluate", str(SAMPLE), "phone", "--at", "2026-03-01T00:00:00"], "has no offset from UTC"),
        (["evaluate", str(SAMPLE), "phone", "--attributes", "absent.json"], "no such attributes file"),
        (["init", "policy.yaml"], "the starter policy is TOML"),
        (["init", "absent/policy.toml"], "its folder does not exist; make the folder first"),
        (["demo", "--contacts", "absent.csv"], "absent.csv: no such contact log"),
        (["demo", "--zone", "Europe/Atlantis"], "--zone: no time zone 'Europe/Atlantis'"),
    ],
)
def test_wrong_usage_exits_2_and_says_how_to_mend(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = run(*arguments, code=2)
    assert message in text
    assert "Traceback" not in text
    if arguments:
        assert len(text.splitlines()) == 1
        assert run_json(*arguments, code=2)["error"]["message"]


def test_evaluate_says_what_and_why(gates: Path) -> None:
    text = run("evaluate", SAMPLE, "billing-bot", "--unit", "customer-42", *CONSENTING, "--at", AT, "--gates", gates)
    assert text.startswith("billing-bot for customer-42: on, value ")
    assert "SPLIT, rule ramp" in text
    assert "below 100 %" in text
    assert "2026-03-25 15:00 UTC" in text
    assert load_policy(SAMPLE).digest[:12] in text


def test_evaluate_as_json_is_the_evaluation(gates: Path) -> None:
    arguments = ["evaluate", SAMPLE, "billing-bot", "--unit", "customer-42", *CONSENTING, "--at", AT, "--gates", gates]
    found = run_json(*arguments)
    assert found["question"]["attributes"] == {"channel": "chat", "plan": "pro", "consent.ai_chat": True}
    evaluation = found["evaluation"]
    assert evaluation["enabled"] is True
    assert evaluation["value"] in ("bot", "scripted")
    assert evaluation["percent"] == 100
    assert evaluation["policy_digest"] == load_policy(SAMPLE).digest


def test_without_a_gate_result_the_ramp_holds_in_shadow() -> None:
    arguments = ["evaluate", SAMPLE, "billing-bot", "--unit", "customer-42", *CONSENTING, "--at", AT]
    assert run_json(*arguments)["evaluation"]["mode"] == "shadow"
    assert "would have served" in run(*arguments)


def test_without_a_unit_no_ramp_is_in(gates: Path) -> None:
    arguments = ["evaluate", SAMPLE, "billing-bot", *CONSENTING, "--at", AT, "--gates", gates]
    evaluation = run_json(*arguments)["evaluation"]
    assert evaluation["enabled"] is False
    assert evaluation["code"] == "TARGETING_KEY_MISSING"
    assert run(*arguments).startswith("billing-bot for a contact without a unit: off")


def test_attributes_come_from_a_file_and_the_command_line_wins(tmp_path: Path) -> None:
    path = tmp_path / "attributes.json"
    path.write_text('{"consent.ai_chat": false, "tier": "vip", "n": 3}')
    arguments = ["evaluate", SAMPLE, "billing-bot", "--unit", "c", "--at", AT, "--attributes", path]
    assert run_json(*arguments)["evaluation"]["reason"] == "CONSENT_MISSING"
    found = run_json(*arguments, "--attr", "consent.ai_chat=true")
    assert found["question"]["attributes"] == {"consent.ai_chat": True, "tier": "vip", "n": 3}
    assert found["evaluation"]["rule"] == "vip-to-human"
    path.write_text('{"n": 1,\n "m": }')
    assert f"{path}:2: is not JSON" in run(*arguments, code=2)
    path.write_text("[1]")
    assert "is not a JSON object" in run(*arguments, code=2)


def test_explain_shows_each_step_and_the_answer(gates: Path) -> None:
    arguments = ["explain", SAMPLE, "billing-bot", "--unit", "c-1", *CONSENTING, "--at", AT, "--gates", gates]
    text = run(*arguments)
    for part in ("schedule passed", "requires passed", "consent passed", "rule missed: vip-to-human", "ramp decided"):
        assert part in text
    # a rule stands above the conditions that it consists of
    assert text.index("rule passed: ramp") < text.index("segment business")
    found = run_json(*arguments)
    assert found["explanation"]["evaluation"]["enabled"] is True
    assert found["explanation"]["steps"][0]["stage"] == "state"


@pytest.mark.parametrize(
    "rows",
    [
        '{"toggle": 1}',
        '[{"toggle": "billing-bot"}]',
        '["x"]',
        "[",
        '[{"toggle": 1, "rule": "ramp", "step": 0, "n": 40, "at": "2026-03-05T12:00:00Z"}]',
    ],
)
def test_faulty_gate_results_are_refused(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "gates.json"
    path.write_text(rows)
    text = run("evaluate", SAMPLE, "phone", "--gates", path, code=2)
    assert str(path) in text
    assert len(text.splitlines()) == 1


def test_names_are_shown_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    toggle = load_policy(SAMPLE).toggles["phone"]
    path.write_text(json.dumps({"turnout": 1, "toggles": {"[bold]x[/]": toggle}}))
    assert "[bold]x[/]" in run("check", path)
    assert run("evaluate", path, "[bold]x[/]", "--unit", "[red]u").startswith("[bold]x[/] for [red]u: on\n")
    assert 'did you mean "[bold]x[/]"?' in run("explain", path, "[bold]y[/]", code=2)


def test_init_writes_a_policy_that_passes_the_check(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert f"wrote {path}" in run("init", path)
    assert "is good: 3 toggles" in run("check", path).replace("\n", " ")
    assert run_json("init", tmp_path) == {"path": str(tmp_path / "policy.toml"), "written": True}
    comments = [line for line in path.read_text("utf-8").splitlines() if "#" in line]
    assert len(comments) > 10


def test_init_does_not_overwrite_unless_told_to(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("mine")
    assert "is there already; give another path, or --force" in run("init", path, code=2)
    assert path.read_text() == "mine"
    run("init", path, "--force")
    assert path.read_text("utf-8").startswith("# Your first policy")


def test_the_starter_is_dated_today() -> None:
    text = starter_text(dt.date(2026, 7, 1))
    assert "created = 2026-07-01" in text
    assert "review_by = 2026-12-28" in text
    assert "started_at = 2026-07-01T00:00:00Z" in text
    assert "at = 2026-07-15T09:00:00Z" in text


def test_help_names_the_units() -> None:
    for command, words in {
        "check": ("percent", "UTC"),
        "evaluate": ("percent", "RFC 3339"),
        "explain": ("percent", "RFC 3339"),
        "init": ("days", "UTC"),
        "demo": ("percent", "decisions a second"),
    }.items():
        text = " ".join(run(command, "--help").split())
        for word in words:
            assert word in text, (command, word)


def test_the_sample_policy_is_short_and_complete() -> None:
    lines = SAMPLE.read_text("utf-8").splitlines()
    assert len(lines) < 150
    assert max(map(len, lines)) <= 120
    policy = load_policy(SAMPLE)
    assert {toggle["category"] for toggle in policy.toggles.values()} == {"channel", "automation", "capacity"}
    bot = policy.toggles["billing-bot"]
    assert {"overrides", "requires", "variants", "consent", "schedule", "model_version", "risk"} <= set(bot)

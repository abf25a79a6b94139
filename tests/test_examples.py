"""The programs in examples run, and print what a newcomer is to see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from turnout.contacts import load_sample_contacts, write_contacts

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SHOWN = {
    "lenient_load.py": [
        "strict: refused, 2 faults",
        "line 19, toggles.sms.rules[0].when.segment: ",
        "line 21, toggles.email.owner: ",
        "email: on (STATIC)",
        "phone: on (STATIC)",
        "sms: off (ERROR, PARSE_ERROR)",
    ],
    "replay_a_log.py": [
        "chat:",
        "2026-03-01  contacts  110  on    0  ramp -",
        "callback-offer:",
        "2026-03-08  contacts   99  on    0  ramp 10 %",
        "2026-03-22  contacts   82  on   22  ramp 100 %",
        "'SPLIT': 1100",
    ],
    "routing_service.py": [
        "billing-bot for customer-42: bot (SPLIT, live)",
        "billing-bot for customer-7: human (TARGETING_MATCH, off)",
        "rule decided: vip-to-human",
        "policy.toml: refused, policy ",
        "ramp.steps[1].percent (line ",
        "exchanged: False",
        "exchanged: True canary",
    ],
}


def run(name: str, *arguments: object) -> str:
    """What a program prints; it must end well and complain of nothing."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_every_program_is_listed_and_short() -> None:
    """Here and in the README; one that does not fit a screen teaches nothing."""
    programs = sorted(EXAMPLES.glob("*.py"))
    assert [program.name for program in programs] == sorted(SHOWN)
    readme = (EXAMPLES.parent / "README.md").read_text("utf-8")
    for program in programs:
        assert len(program.read_text("utf-8").splitlines()) < 65
        assert f"(examples/{program.name})" in readme


@pytest.mark.parametrize("name", SHOWN)
def test_it_prints_what_it_is_to_show(name: str) -> None:
    """In this order."""
    rest = run(name)
    for words in SHOWN[name]:
        assert words in rest, words
        rest = rest.partition(words)[2]


def test_the_replay_takes_a_log_of_ones_own(tmp_path: Path) -> None:
    """With an account of what it held."""
    write_contacts(load_sample_contacts().head(300), tmp_path / "log.csv")
    assert run("replay_a_log.py", tmp_path / "log.csv").startswith("300 rows read, 300 kept, 0 dropped")

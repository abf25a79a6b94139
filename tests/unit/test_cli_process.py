"""The command line as a process: exit codes, streams, pipes, and a base install without the extra."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from turnout import sample_policy_path

SAMPLE = str(sample_policy_path())


def start(*arguments: str, cwd: Path, code: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """A run of `python -m turnout`, or of a piece of code."""
    command = [sys.executable, "-W", "error", *(["-m", "turnout"] if code is None else ["-c", code]), *arguments]
    environment = os.environ | {"COLUMNS": "80"} | env
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=120)


def test_python_m_turnout_is_the_command_line(tmp_path: Path) -> None:
    ended = start("check", SAMPLE, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "is good" in ended.stdout
    assert ended.stderr == ""
    assert "\x1b" not in ended.stdout


def test_errors_leave_standard_output_alone(tmp_path: Path) -> None:
    ended = start("check", "absent.toml", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("turnout: absent.toml: no such policy file; ")
    assert len(ended.stderr.splitlines()) == 1


def test_json_errors_are_the_one_thing_printed(tmp_path: Path) -> None:
    ended = start("evaluate", SAMPLE, "nobody", "--json", cwd=tmp_path)
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["error"]["kind"] == "unknown_toggle"
    assert ended.stderr == ""


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_line_says_how_to_get_it(missing: str, tmp_path: Path) -> None:
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *rest: None if name == {missing!r} else find(name, *rest)\n"
        f"sys.modules[{missing!r}] = None\n"
        "import turnout.cli\n"
        "turnout.cli.main()\n"
    )
    ended = start("check", SAMPLE, cwd=tmp_path, code=code)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == "The command line of turnout is an extra; get it with: pip install 'turnout[cli]'\n"


def test_a_reader_that_leaves_early_sees_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "turnout", "demo", "--json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(120) in (0, 141)


def test_a_reader_that_leaves_at_once_gives_a_code_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "turnout", "schema"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(120) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "arguments", [["schema"], ["check", SAMPLE], ["stale", SAMPLE, "--at", "2036-01-01", "--json"], ["--version"]]
)
def test_an_output_that_cannot_be_written_is_no_finding(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "turnout", *arguments]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=120, check=False)
    assert ended.returncode == 3
    assert ended.stderr == b"turnout: the output cannot be written (No space left on device)\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
def test_without_an_output_the_code_says_it(tmp_path: Path) -> None:
    line = f"'{sys.executable}' -m turnout stale '{SAMPLE}' --at 2036-01-01 >&-"
    assert subprocess.run(["sh", "-c", line], cwd=tmp_path, timeout=120, check=False).returncode == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_a_fault_of_turnout_itself_is_no_finding(as_json: bool, tmp_path: Path) -> None:
    code = (
        "import turnout, turnout.cli\n"
        "def stale_toggles(*args, **named): raise KeyError('nobody thought of it')\n"
        "turnout.stale_toggles = stale_toggles\n"
        "turnout.cli.main()\n"
    )
    ended = start("stale", SAMPLE, *["--json"] * as_json, cwd=tmp_path, code=code)
    assert ended.returncode == 3
    assert "in stale_toggles" in ended.stderr
    last = "turnout: KeyError: 'nobody thought of it'; this is its own fault, please report it"
    assert ended.stderr.splitlines()[-1] == last
    assert (json.loads(ended.stdout)["error"]["kind"] if as_json else ended.stdout) == ("internal" if as_json else "")


def test_a_terminal_without_unicode_is_served_too(tmp_path: Path) -> None:
    ended = start("demo", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert ended.returncode == 0, ended.stderr
    explained = start("explain", SAMPLE, "billing-bot", "--unit", "Zoë", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert explained.returncode == 0, explained.stderr


def test_help_does_not_wait_for_polars(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from turnout.cli.app import app\n"
        "try:\n    app(['demo', '--help'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "assert 'polars' not in sys.modules\n"
    )
    assert start(cwd=tmp_path, code=code).returncode == 0

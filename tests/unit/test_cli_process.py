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
        assert process.wait(120) in (0, 1)


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

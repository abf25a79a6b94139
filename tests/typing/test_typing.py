"""The typed face is a test: mypy reads `api.py` against the installed package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

API = Path(__file__).with_name("api.py")


def test_mypy_accepts_the_public_face(tmp_path: Path) -> None:
    """From outside the tree, so that what is read is what a user has installed."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--warn-unused-ignores",
        "--cache-dir",
        str(tmp_path),
        str(API),
    ]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Success: no issues found in 1 source file" in ended.stdout


def test_the_face_is_all_there() -> None:
    """Every public name occurs in `api.py`."""
    import turnout

    text = API.read_text("utf-8")
    missing = [n for n in turnout.__all__ if f"turnout.{n}" not in text and not n.startswith("__")]
    assert not missing

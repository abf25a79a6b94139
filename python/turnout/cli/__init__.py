"""The command line, `turnout`: the same library, for people at a prompt and for scripts (`--json`).

It needs the extra `cli` (typer, rich). This module imports neither, so that a base install answers with one line.
"""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]

NEEDED = ("typer", "rich")


def main() -> None:
    """Runs the command line; exits 0 when good, 1 on faults in a document, 2 on wrong usage, 3 when it fails."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        print("The command line of turnout is an extra; get it with: pip install 'turnout[cli]'", file=sys.stderr)
        raise SystemExit(2)
    from turnout.cli.app import app

    app(prog_name="turnout")

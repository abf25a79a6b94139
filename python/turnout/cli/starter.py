"""`turnout init`: a first policy, dated today."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources
from pathlib import Path

from turnout.cli.console import stdout_console
from turnout.cli.faults import CliError, print_json
from turnout.cli.inputs import now_utc

WRITTEN_CREATED = dt.date(2026, 1, 1)
WRITTEN_APPROVAL = dt.date(2026, 1, 15)
WRITTEN_REVIEW_BY = dt.date(2026, 7, 1)
REVIEW_AFTER_DAYS = 180


def starter_text(today: dt.date) -> str:
    """The starter policy with its dates moved to today; as stored it is a policy too, and stays checked as one."""
    text = resources.files("turnout").joinpath("data", "starter.toml").read_text(encoding="utf-8")
    to_approval = WRITTEN_APPROVAL - WRITTEN_CREATED
    moves = {
        WRITTEN_CREATED: today,
        WRITTEN_APPROVAL: today + to_approval,
        WRITTEN_REVIEW_BY: today + dt.timedelta(days=REVIEW_AFTER_DAYS),
    }
    # one pass over the text, so that a date already moved is never moved again
    names = {written.isoformat(): used.isoformat() for written, used in moves.items()}
    return re.sub("|".join(names), lambda found: names[found.group()], text)


def run_init(path: Path, *, force: bool, as_json: bool) -> None:
    """Writes the starter policy; refuses to overwrite unless told to."""
    target = path / "policy.toml" if path.is_dir() else path
    if target.suffix.lower() != ".toml":
        raise CliError("the starter policy is TOML", where=str(target), hint="give a name that ends in .toml")
    text = starter_text(now_utc().date())
    try:
        with target.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        hint = "give another path, or --force to overwrite it"
        raise CliError("is there already", where=str(target), hint=hint, kind="file_exists") from None
    except FileNotFoundError:
        hint = "make the folder first"
        raise CliError("its folder does not exist", where=str(target), hint=hint, kind="missing_file") from None
    except OSError as error:
        raise CliError(f"cannot be written ({error.strerror})", where=str(target), kind="unwritable_file") from None
    if as_json:
        print_json({"path": str(target), "written": True})
        return
    console = stdout_console()
    console.print(f"wrote {target}", markup=False, soft_wrap=True)
    console.print(f"next: turnout check {target}", markup=False, soft_wrap=True)

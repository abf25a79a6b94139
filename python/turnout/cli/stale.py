"""`turnout stale`: toggles that somebody should renew or take out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from turnout.cli.console import bullets, escape, stdout_console
from turnout.cli.faults import CliError, counted, print_json
from turnout.cli.inputs import now_utc, parse_instant, read_bytes, read_gates, read_policy, short_digest

if TYPE_CHECKING:
    from turnout import StaleToggle
    from turnout.usage import Usage

USAGE_HINT = "give a file that turnout.save_usage has written"
COLOURS = {"review": "red", "constant": "yellow", "unused": "yellow"}


def run_stale(
    files: Sequence[Path],
    usage: Sequence[Path],
    at: str | None,
    gates: Path | None,
    *,
    constant_days: int,
    unused_days: int,
    as_json: bool,
) -> bool:
    """Shows what is stale; false when something is."""
    from turnout import stale_toggles

    path, *overlays = files
    policy = read_policy(path, overlays)
    now = now_utc() if at is None else read_day(at)
    counted_use = read_usage(usage) if usage else None
    passed = read_gates(gates)
    days = {"constant_days": constant_days, "unused_days": unused_days}
    try:
        found = stale_toggles(policy, at=now, usage=counted_use, gates=passed, **days)
    except (ValueError, OverflowError) as error:
        raise CliError(str(error), where=str(gates or path)) from None
    if as_json:
        head = {"path": str(path), "digest": policy.digest, "at": now.isoformat(), "toggles": len(policy)}
        print_json(head | {"ok": not found, "stale": [toggle.to_dict() for toggle in found]})
    else:
        console = stdout_console()
        title = f"{escape(str(path))} ({short_digest(policy.digest)}) on {now.date()}"
        verdict = f"[yellow]{len(found)} of {counted(len(policy), 'toggle')} stale[/]" if found else "nothing is stale"
        console.print(f"[bold]{title}[/]: {verdict}", soft_wrap=True)
        for toggle in found:
            console.print()
            console.print(f"[bold]{escape(toggle.key)}[/]  {escape(str(toggle.owner))}", soft_wrap=True)
            console.print(bullets(reason_texts(toggle)))
        if not usage:
            console.print()
            console.print("No usage file given (--usage FILE), so nobody knows what was asked.")
    return not found


def reason_texts(toggle: StaleToggle) -> list[str]:
    """Why it is stale, a line for each reason."""
    return [f"[{COLOURS[reason.kind]}]{reason.kind}[/]: {escape(str(reason))}" for reason in toggle.reasons]


def read_usage(paths: Sequence[Path]) -> Usage:
    """The usage files of all processes, put together."""
    from turnout import load_usage

    for path in paths:
        read_bytes(path, "usage file", USAGE_HINT)
    try:
        return load_usage(*paths)
    except ValueError as error:
        raise CliError(str(error), kind="bad_usage") from None


def read_day(text: str) -> dt.datetime:
    """A date, which begins at 00:00 UTC, or an instant."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return parse_instant(f"{text}T00:00:00Z", "--at")
    return parse_instant(text, "--at")

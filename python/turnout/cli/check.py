"""`turnout check`: the faults of a policy, or what a good one holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turnout.cli.console import escape, instant_text, percent_text, plain_table, stdout_console
from turnout.cli.faults import CliError, counted, print_json, problem_dict
from turnout.cli.inputs import engine_at, now_utc, read_policy, short_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from turnout import Engine
    from turnout.errors import Problem

LENIENT = "lenient: toggles with faults are inert, missing governance fields are let pass, the rest is loaded"
NO_GATES = "No gate results given (--gates FILE), so steps with min_n wait as if no sample had come."
CATEGORIES = ("channel", "automation", "capacity")


def run_check(path: Path, overlays: Sequence[Path], gates: Path | None, *, as_json: bool, lenient: bool) -> bool:
    """Checks a policy file and shows the outcome; false when it has faults that refuse it."""
    try:
        policy = read_policy(path, overlays, strict=not lenient)
    except CliError as fault:
        if not fault.problems:
            raise
        if as_json:
            print_json({"path": str(path), "ok": False, "problems": [problem_dict(p) for p in fault.problems]})
        else:
            show_faults(stdout_console(), path, fault.problems, "no part of it is loaded; mend these and check again")
        return False
    now = now_utc()
    summary = summarise(engine_at(policy, now, gates), now)
    if as_json:
        problems = [problem_dict(p) for p in policy.problems]
        print_json({"path": str(path), "ok": not problems, "problems": problems, "summary": summary})
        return True
    console = stdout_console()
    if policy.problems:
        show_faults(console, path, policy.problems, LENIENT)
        console.print()
    show_summary(console, path, summary, now, good=not policy.problems, with_gates=gates is not None)
    return True


def summarise(engine: Engine, now: dt.datetime) -> dict[str, Any]:
    """What a policy holds and where its ramps stand, as JSON would have it."""
    policy = engine.policy
    categories: dict[str, list[str]] = {name: [] for name in CATEGORIES}
    overdue = []
    ramps: list[dict[str, Any]] = []
    for key, toggle in policy.toggles.items():
        if not isinstance(toggle, dict):  # a fault that a lenient load let pass
            toggle = {}
        category = toggle.get("category")
        categories.setdefault(category if category in CATEGORIES else "unknown", []).append(key)
        review_by = str(toggle.get("review_by", ""))
        if review_by and review_by[:10] < now.date().isoformat():
            overdue.append({"toggle": key, "review_by": review_by[:10], "owner": toggle.get("owner")})
        ramps.extend({"toggle": key} | position.to_dict() for position in engine.ramp(key, at=now))
    return {
        "digest": policy.digest,
        "environment": policy.environment,
        "toggles": len(policy),
        "categories": categories,
        "at": now.isoformat(),
        "ramps": ramps,
        "review_overdue": overdue,
    }


def show_faults(console: Console, path: Path, problems: Sequence[Problem], closing: str) -> None:
    """The faults, each with its place, what is wrong and how to mend it."""
    console.print(f"[bold red]{escape(str(path))}[/] has {counted(len(problems), 'fault')}", soft_wrap=True)
    for problem in problems:
        file = problem.file or str(path)
        place = f"{file}:{problem.line}" if problem.line else file
        console.print()
        console.print(f"[bold]{escape(place)}[/]  {escape(problem.path or 'the whole document')}", soft_wrap=True)
        console.print(f"    {escape(problem.message)}", soft_wrap=True)
        if problem.hint:
            console.print(f"    [green]mend:[/] {escape(problem.hint)}", soft_wrap=True)
    console.print()
    console.print(closing)


def show_summary(
    console: Console, path: Path, summary: dict[str, Any], now: dt.datetime, *, good: bool, with_gates: bool
) -> None:
    """What the policy holds."""
    verdict = "is good" if good else "is loaded in part"
    colour = "green" if good else "yellow"
    console.print(
        f"[bold {colour}]{escape(str(path))} {verdict}[/]: {counted(summary['toggles'], 'toggle')}, "
        f"digest {short_digest(summary['digest'])}",
        soft_wrap=True,
    )
    table = plain_table("category", "toggles")
    for category, keys in summary["categories"].items():
        if keys:
            table.add_row(category, escape(listed(keys)))
    if table.row_count:
        console.print()
        console.print(table)
    if summary["ramps"]:
        console.print()
        console.print(f"[bold]ramps[/] at {instant_text(now)}")
        console.print(ramp_table(summary["ramps"]))
        if not with_gates and any("samples" in (ramp["waits_for"] or "") for ramp in summary["ramps"]):
            console.print(NO_GATES)
    overdue = [f"{row['toggle']} ({row['review_by']})" for row in summary["review_overdue"]]
    if overdue:
        console.print()
        console.print(f"[yellow]past their review date:[/] {escape(listed(overdue))}")


def ramp_table(ramps: Sequence[dict[str, Any]]) -> Any:
    """The ramps, one a row."""
    table = plain_table("toggle", "rule", "step", "in force", "next")
    for ramp in ramps:
        step = "not begun" if ramp["step"] is None else f"{ramp['step']} (last {ramp['steps'] - 1})"
        force = "shadow" if ramp["mode"] == "shadow" else percent_text(ramp["percent"])
        table.add_row(escape(ramp["toggle"]), escape(ramp["rule"]), step, force, next_text(ramp))
    return table


def next_text(ramp: dict[str, Any]) -> str:
    """What comes next, and when."""
    if ramp["next_at"]:
        return f"next step {instant_text(dt.datetime.fromisoformat(ramp['next_at']))}"
    return f"waits for {escape(str(ramp['waits_for']))}" if ramp["waits_for"] else "last step"


def listed(names: Sequence[str], most: int = 24) -> str:
    """Names in a row, cut when there are very many."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown

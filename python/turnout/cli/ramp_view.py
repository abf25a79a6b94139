"""How `turnout ramp` looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from turnout.cli.console import bar, escape, instant_text, percent_text, plain_table, stdout_console
from turnout.cli.faults import CliError, counted, print_json
from turnout.cli.inputs import now_utc, parse_instant, read_policy, require_toggle, short_digest
from turnout.cli.ramp import Day, RampPlan, StepPlan, plan_ramps, read_all_gates
from turnout.cli.units import Units, read_units

if TYPE_CHECKING:
    from rich.console import Console

BAR_CELLS = 10
DAY_SIGNS = {"done": "done", "current": "[bold cyan]now[/]", "planned": "[dim]plan[/]", "unknown": "unknown"}
SIGNS = {"done": "[green]done[/]", "current": "[bold cyan]now[/]", "planned": "", "unknown": ""}


def run_ramp(
    files: Sequence[Path],
    key: str | None,
    units: Path | None,
    column: str | None,
    at: str | None,
    days: int | None,
    gates: Path | None,
    gate: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Shows where the ramps of a policy stand."""
    path, *overlays = files
    policy = read_policy(path, overlays)
    if key is not None:
        require_toggle(policy, key, path)
    if days is not None and units is None:
        raise CliError("says for how many days to count units, and there are none", where="--days", hint="add --units")
    instant = now_utc() if at is None else parse_instant(at, "--at")
    who = None if units is None else read_units(units, column, [policy])
    plans = list(plan_ramps(policy, key, instant, read_all_gates(policy, gates, gate), who, days))
    if as_json:
        head: dict[str, object] = {"path": str(path), "digest": policy.digest, "at": instant.isoformat()}
        head |= {"rows": None if who is None else who.ids.len(), "unit_column": None if who is None else who.column}
        print_json(head | {"ramps": [plan.to_dict() for plan in plans]})
        return
    console = stdout_console()
    console.print(
        f"[bold]{escape(str(path))}[/] ({short_digest(policy.digest)}) at {instant_text(instant)}", soft_wrap=True
    )
    if not plans:
        console.print("no ramps" + ("" if key is None else f" in {escape(key)}"))
    for plan in plans:
        console.print()
        show_ramp(console, plan)
        if who is not None:
            console.print()
            show_days(console, plan, who)


def show_ramp(console: Console, plan: RampPlan) -> None:
    """One ramp: where it stands, its steps, and what it waits for."""
    title = f"[bold]{escape(plan.toggle)}[/] (rule {escape(plan.position.rule)}), by {escape(plan.unit)}"
    console.print(title + (f", salt {escape(plan.salt)}" if plan.salt != plan.toggle else ""))
    if plan.off is not None:
        console.print(f"[red]the toggle is {escape(plan.off)}[/]; the ramp goes on beneath")
    table = plain_table("", ">step", "share", "", "mode", "from", "then")
    table.columns[2].no_wrap = table.columns[5].no_wrap = True
    for index, step in enumerate(plan.steps):
        following = plan.steps[index + 1] if index + 1 < len(plan.steps) else None
        table.add_row(
            SIGNS[step.state],
            str(step.step),
            bar(console, step.percent / 100, BAR_CELLS),
            percent_text(step.percent),
            step.mode,
            begin_text(step),
            ", ".join(gate_texts(step, following)) or "stays",
        )
    console.print(table)
    console.print(f"next: {next_text(plan)}", soft_wrap=True)


def begin_text(step: StepPlan) -> str:
    """When a step began, or can begin."""
    if step.from_at is None:
        return "unknown"
    text = f"{step.from_at:%Y-%m-%d %H:%M}"
    return f"[dim]{text}[/]" if step.state == "planned" else text


def gate_texts(step: StepPlan, following: StepPlan | None) -> Iterator[str]:
    """What leaving a step takes."""
    if following is None:
        return
    if step.hold is not None:
        yield f"hold {escape(step.hold)}"
    if step.min_n is not None:
        yield f"{step.min_n:,} samples"
    if following.approval is not None:
        role = escape(following.approval)
        yield f"{role} approves" if following.approved_by is None else f"{role} approved"


def next_text(plan: RampPlan) -> str:
    """What comes next, and what it waits for."""
    position = plan.position
    upcoming = 0 if position.step is None else position.step + 1
    if upcoming >= len(plan.steps):
        return "nothing, this is the last step"
    step = plan.steps[upcoming]
    what = f"step {upcoming}, {percent_text(step.percent)} {step.mode}"
    if position.next_at is not None:
        return f"{what}, at {instant_text(position.next_at)}"
    waits = f"{what}, waits for {escape(str(position.waits_for))}"
    gates = [f"{plan.steps[upcoming - 1].min_n:,} samples"] if upcoming and plan.steps[upcoming - 1].min_n else []
    if step.approval is not None and step.approved_by is None:
        gates.append(f"approval by {escape(step.approval)}")
    later = [gate for gate in gates if gate.replace(",", "") not in str(position.waits_for).replace(",", "")]
    if later:
        waits += f", then for {' and '.join(later)}"
    return f"{waits}; at the earliest {instant_text(step.from_at)}" if step.from_at is not None else waits


def show_days(console: Console, plan: RampPlan, who: Units) -> None:
    """Who is in on which day; days on which nothing changes are drawn together."""
    units = plan.units or 0
    table = plain_table("", "end of day", ">step", ">share", ">in", ">of units", ">new", "such as")
    for first, last in runs(plan.days):
        when = f"{first.date}" if first.date == last.date else f"{first.date} - {last.date:%m-%d}"
        some = ", ".join(map(str, first.newly_in[:2])) + (", ..." if len(first.newly_in) > 2 else "")
        table.add_row(
            DAY_SIGNS["current" if first.state == "done" != last.state else first.state],
            when,
            "-" if first.step is None else str(first.step),
            percent_text(first.percent) if first.mode != "shadow" else "shadow",
            f"{first.units_in:,}",
            percent_text(100 * first.units_in / units if units else 0.0, 1),
            f"{len(first.newly_in):,}",
            escape(some) or (f"{first.watched:,} watched" if first.watched else ""),
        )
    console.print(table)
    console.print(f"{counted(units, 'unit')}, by the ramp alone: other rules, consent and schedules decide besides")
    if plan.unit_column != plan.unit:
        console.print(f"no column {escape(plan.unit)} in the file: the ids of {escape(who.column)} stand for it")
    if units < who.ids.len():
        console.print(
            f"{counted(who.ids.len() - units, 'row')} of {who.ids.len():,} without a unit, or with one given before"
        )


def runs(days: Sequence[Day]) -> Iterator[tuple[Day, Day]]:
    """The first and the last of the days in a row on which a step is in force."""
    start = 0
    for index in range(1, len(days) + 1):
        if index == len(days) or days[index].step != days[start].step:
            yield days[start], days[index - 1]
            start = index

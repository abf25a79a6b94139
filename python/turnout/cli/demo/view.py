"""Showing the demo: no computing here."""

from __future__ import annotations

import datetime as dt
import itertools
import time
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from turnout.cli.console import (
    bar,
    bullets,
    instant_text,
    is_wide,
    percent_text,
    plain_table,
    stderr_console,
    stdout_console,
)
from turnout.cli.demo.model import DayShare, DemoReport, Gate, RampFacts, StepShare, Trap
from turnout.cli.demo.reasons import show_reasons
from turnout.cli.demo.run import Tick, run_demo, silent
from turnout.cli.demo.shadow import show_agreements
from turnout.cli.faults import counted, print_json
from turnout.cli.inputs import short_digest

BAR_CELLS = 8
RAMP_COLUMNS = (
    "step",
    "from",
    ">customers\nin / seen",
    ">\nshare",
    ">expected\n95 %",
    "\nfits",
    ">contacts\nin / seen",
    ">\nshare",
)
NARROW_RAMP_COLUMNS = (0, 2, 3, 4, 5)


def run_and_show(
    contacts: Path | None, policy: Path | None, zone: str | None, *, keep_dates: bool, as_json: bool
) -> None:
    """Runs the demo and prints it."""
    with progress_on(stderr_console()) as tick:
        stopwatch = time.perf_counter  # noqa: TID251 - the one reading of speed; no decision depends on it
        found = run_demo(policy, contacts, zone=zone, keep_dates=keep_dates, tick=tick, stopwatch=stopwatch)
    if as_json:
        print_json(found.to_dict())
    else:
        show(stdout_console(), found)


@contextmanager
def progress_on(console: Console) -> Iterator[Tick]:
    """A bar on standard error while a person watches; nothing when it is piped."""
    if not console.is_terminal:
        yield silent
        return
    columns = TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda what, done, of: progress.update(task, description=what, completed=done, total=of)


def show(console: Console, found: DemoReport) -> None:
    """The whole report."""
    show_setting(console, found)
    show_decisions(console, found)
    show_reasons(console, found)
    show_agreements(console, found.agreements)
    for ramp in found.ramps:
        gates = [gate for gate in found.gates if (gate.toggle, gate.rule) == (ramp.toggle, ramp.rule)]
        show_ramp(console, ramp, gates, found.log.zone)
    reached = [ramp for ramp in found.ramps if ramp.days]
    at_once = 2 if is_wide(console) else 1
    for first in range(0, len(reached), at_once):
        show_days(console, found, reached[first : first + at_once])
    show_traps(console, found)
    show_closing(console, found)


def show_setting(console: Console, found: DemoReport) -> None:
    """Which policy decided which log, on which clock."""
    log, policy = found.log, found.policy
    console.print("[bold]turnout demo[/]: a policy, run over a contact log with the log's own clock")
    console.print()
    table = plain_table("", "", head=False)
    toggles = f"{counted(policy.toggles, 'toggle')}, digest {short_digest(policy.digest)}"
    table.add_row("policy", f"{escape(policy.source)}: {toggles}")
    span = f"{log.first_day} to {log.last_day} ({log.zone})"
    identified = f"{counted(log.customers, 'customer')} in {counted(log.contacts_identified, 'contact')}"
    table.add_row("log", escape(log.source))
    table.add_row("", f"{counted(log.contacts, 'contact')} on {counted(log.days, 'day')}, {span}")
    table.add_row("", f"{identified}; {counted(log.contacts_unidentified, 'contact')} unidentified")
    table.add_row("ramps", start_text(found))
    if log.acknowledgement:
        table.add_row("source", escape(log.acknowledgement))
    console.print(table)


def start_text(found: DemoReport) -> str:
    """Whether the ramps run on their own dates."""
    moved = [shift for shift in found.shifts if shift.moved]
    if not found.shifts:
        return "the policy has none"
    if not moved:
        return "start when the policy says"
    names = ", ".join(f"{shift.toggle} (written {shift.written.date()})" for shift in moved)
    return (
        f"moved to start with the log, {instant_text(moved[0].used, found.log.zone)}, their approvals and pauses with "
        f"them: {escape(names)}; as written, the digest is {short_digest(found.policy.digest_as_written)}"
    )


def show_decisions(console: Console, found: DemoReport) -> None:
    """How often each toggle decided what, and why."""
    totals: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for count in found.decisions:
        total = totals[count.toggle, count.reason, count.code or ""]
        total[0] += count.contacts
        total[1] += count.contacts_on
    if not totals:
        return
    console.print()
    console.print("[bold]Decisions[/]: each toggle for each contact, at its arrival")
    wide = is_wide(console)
    table = plain_table(*(("toggle", "reason") if wide else ("toggle\n  reason",)), ">contacts", ">on", ">on %")
    last = None
    # most frequent reason first, under each toggle
    for (toggle, reason, code), (contacts, on) in sorted(totals.items(), key=lambda item: (item[0][0], -item[1][0])):
        name = "" if toggle == last else escape(toggle)
        text = f"{reason}, {code}" if code else reason
        cells = f"{contacts:,}", f"{on:,}", percent_text(100.0 * on / contacts, 1)
        if wide:
            table.add_row(name, text, *cells)
        else:
            if name:
                table.add_row(name)
            table.add_row(f"  {code or reason}", *cells)
        last = toggle
    console.print(table)


def show_ramp(console: Console, ramp: RampFacts, gates: Sequence[Gate], zone: str) -> None:
    """Planned against actual, step by step."""
    console.print()
    console.print(f"[bold]Ramp {escape(ramp.toggle)}[/] (rule {escape(ramp.rule)}): planned and actual share")
    if any(step.customers or step.contacts_unidentified for step in ramp.steps):
        shown = range(len(RAMP_COLUMNS)) if is_wide(console) else NARROW_RAMP_COLUMNS
        table = plain_table(*(RAMP_COLUMNS[index] for index in shown))
        for step in ramp.steps:
            cells = step_cells(step, zone)
            table.add_row(*(cells[index] for index in shown))
        console.print(table)
    console.print(bullets(ramp_notes(ramp, gates, zone)))


def step_cells(step: StepShare, zone: str) -> tuple[str, ...]:
    """One row of a ramp's table."""
    from_at = step.from_at.astimezone(zoneinfo.ZoneInfo(zone))
    midnight = (from_at.hour, from_at.minute) == (0, 0)
    name = f"{step.step} {'shadow' if step.mode == 'shadow' else percent_text(step.percent)}"
    expected, fits = "nobody", "[green]yes[/]" if step.fits else "[bold red]no[/]"
    if step.mode == "live" and step.percent == 100:
        expected = "everybody"
    elif step.mode == "live" and step.customers:
        low, high = (100.0 * bound / step.customers for bound in (step.expected_low, step.expected_high))
        expected = f"{low:.1f}-{high:.1f} %"
    return (
        name,
        f"{from_at:%b %d}" if midnight else f"{from_at:%b %d %H:%M}",
        f"{step.customers_in:,} / {step.customers:,}",
        percent_text(step.share_percent, 1),
        expected,
        fits,
        f"{step.contacts_in:,} / {step.contacts:,}",
        percent_text(step.contacts_share_percent, 1),
    )


def ramp_notes(ramp: RampFacts, gates: Sequence[Gate], zone: str) -> Iterator[str]:
    """What the table of a ramp does not say."""
    contacts = sum(step.contacts for step in ramp.steps)
    unidentified = sum(step.contacts_unidentified for step in ramp.steps)
    if contacts + unidentified == 0:
        yield "it decided no contact: consent, schedule, prerequisites or earlier rules decided them all"
    for step in ramp.steps:
        if step.contacts_watched:
            yield f"step {step.step} is a shadow: {counted(step.contacts_watched, 'decision')} logged, none acted on"
    for gate in gates:
        yield gate_text(gate, zone)
    for pause in ramp.pauses:
        until = f"until {instant_text(pause.to_at, zone)}" if pause.to_at else "until further notice"
        yield f"paused from {instant_text(pause.from_at, zone)} {until}: {escape(pause.reason)}; the share stood still"
    if ramp.waits_for:
        yield f"at the end of the log it waits for {escape(ramp.waits_for)}"
    if contacts + unidentified:
        yield f"counted apart: {counted(unidentified, 'contact')} without a {escape(ramp.unit)}, none of them ever in"
    for fact in ramp.sticky:
        yield (
            f"sticky: {counted(fact.customers_back, 'customer')} in at {fact.from_percent:g} % came back at "
            f"{fact.to_percent:g} %; still in: {fact.customers_still_in:,} of {fact.customers_back:,}"
        )


def gate_text(gate: Gate, zone: str) -> str:
    """Whether a step's samples were complete, counted in this very log."""
    need = f"step {gate.step} needs {counted(gate.min_n, 'decision')} before it is left"
    if gate.reached_at is not None:
        return f"{need}; counted in this log, it had them by {instant_text(gate.reached_at, zone)}"
    if gate.entered_at is None:
        return f"{need}; it was never entered"
    return f"{need}; this log holds {gate.counted:,}, so the ramp stays there"


def show_days(console: Console, found: DemoReport, ramps: Sequence[RampFacts]) -> None:
    """A few ramps day by day, side by side."""
    by_day: dict[dt.date, int] = defaultdict(int)
    for count in found.decisions:
        if count.toggle == ramps[0].toggle:
            by_day[count.day] += count.contacts
    console.print()
    console.print("[bold]Day by day[/]: contacts of the day; planned share, and distinct customers in / seen")
    columns = [list(day_texts(console, ramp, list(by_day))) for ramp in ramps]
    table = plain_table("day", ">contacts", *(f"{escape(ramp.toggle)}\nplanned, in / seen" for ramp in ramps))
    for (day, contacts), *texts in zip(by_day.items(), *columns, strict=True):
        table.add_row(f"{day:%a %b %d}", f"{contacts:,}", *texts)
    console.print(table)


def day_texts(console: Console, ramp: RampFacts, days: Sequence[dt.date]) -> Iterator[str]:
    """Each day of a ramp in one cell: planned share, customers in of seen, and the same as a bar."""
    found = {day.day: day for day in ramp.days}
    cells = [day_cells(console, found.get(day)) for day in days]
    widths = [max(len(cell[part]) for cell in cells) for part in range(2)]
    for planned, seen, filled in cells:
        yield f"{planned:>{widths[0]}}  {seen:>{widths[1]}}  [cyan]{filled}[/]"


def day_cells(console: Console, day: DayShare | None) -> tuple[str, str, str]:
    """Planned share, customers in of seen, and the same as a bar."""
    if day is None or day.customers == 0:
        return "-", "-", ""
    planned = " > ".join(f"{percent:g}" for percent in day.planned_percents) + " %"
    filled = bar(console, day.customers_in / day.customers, BAR_CELLS)
    return "shadow" if day.shadow else planned, f"{day.customers_in:,} / {day.customers:,}", filled


def show_traps(console: Console, found: DemoReport) -> None:
    """What the loader dropped and noticed, in two columns."""
    log = found.log
    rows = f"{counted(log.rows_read, 'row')} read, {log.rows_dropped:,} dropped, {log.contacts:,} kept"
    console.print()
    console.print(f"[bold]Loader[/]: {rows}; {'it met' if log.traps else 'nothing out of order'}")
    if not log.traps:
        return
    split = (len(log.traps) + 1) // 2 if is_wide(console) else len(log.traps)
    table = plain_table(">", "", ">", "", head=False)
    for left, right in itertools.zip_longest(log.traps[:split], log.traps[split:]):
        table.add_row(*(cell for trap in (left, right) for cell in trap_cells(trap)))
    console.print(table)


def trap_cells(trap: Trap | None) -> tuple[str, str]:
    """How often, and what."""
    return (f"{trap.count:,}", escape(trap.name)) if trap else ("", "")


def show_closing(console: Console, found: DemoReport) -> None:
    """How to read the figures, and what they cost."""
    speed = found.speed
    console.print()
    if found.ramps:
        console.print(
            "The expected share is the central 95 % of a binomial over distinct customers, so about 1 row in 20 falls "
            "outside by chance alone. The share of contacts has no such interval: one customer's contacts go together."
        )
    console.print(
        f"{speed.decisions:,} decisions in {speed.seconds:.3f} s, {speed.decisions_per_s / 1e6:,.1f} million a second "
        "(evaluate_many alone, wall time, one run on this machine)."
    )

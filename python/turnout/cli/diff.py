"""`turnout diff`: what another policy changes in the document, and for whom."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from turnout.cli.console import bullets, escape, instant_text, plain_table, progress_bar, stderr_console, stdout_console
from turnout.cli.faults import counted, print_json
from turnout.cli.inputs import gate_faults, now_utc, parse_instant, read_gates, read_policy, short_digest
from turnout.cli.units import Units, read_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from turnout import DecisionChange, PolicyDiff, ValueChange

IDS_SHOWN = 5
VALUES_SHOWN = 50
CHARS_SHOWN = 160
COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}
SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def run_diff(
    old: Sequence[Path],
    new: Sequence[Path],
    units: Path | None,
    column: str | None,
    at: str | None,
    gates: Path | None,
    *,
    as_json: bool,
) -> None:
    """Compares two policies, each of a file and its overlays, and shows what differs."""
    from turnout import diff_policies
    from turnout.diff import engines_of

    policies = (read_policy(old[0], old[1:]), read_policy(new[0], new[1:]))
    instant = now_utc() if at is None else parse_instant(at, "--at")
    passed = read_gates(gates)
    with gate_faults(gates):
        engines_of(policies, instant, passed)
    who: Units | None = None if units is None else read_units(units, column, policies)
    with progress_bar(stderr_console(), shown=who is not None and not as_json) as tick:
        found = diff_policies(
            *policies,
            None if who is None else who.ids,
            None if who is None else who.attributes,
            at=None if who is None else instant,
            gates=passed,
            progress=tick,
        )
    if as_json:
        head: dict[str, object] = {"old": str(old[0]), "new": str(new[0])}
        head |= {"old_overlays": list(map(str, old[1:])), "new_overlays": list(map(str, new[1:]))}
        print_json(head | {"unit_column": None if who is None else who.column} | found.to_dict())
        return
    show_diff(stdout_console(), old, new, found)


def show_diff(console: Console, old: Sequence[Path], new: Sequence[Path], found: PolicyDiff) -> None:
    """What differs: toggles, values, customers."""
    sides = ((old, found.old_digest), (new, found.new_digest))
    titles = [f"[bold]{escape(' + '.join(map(str, files)))}[/] ({short_digest(digest)})" for files, digest in sides]
    console.print(" -> ".join(titles), soft_wrap=True)
    if not found.values:
        console.print("the documents say the same, so they decide the same")
        return
    if found.toggles:
        console.print()
        for key, kind in found.toggles[:VALUES_SHOWN]:
            console.print(f"[{COLOURS[kind]}]{SIGNS[kind]}[/] {escape(key)}: {kind}", soft_wrap=True)
        if len(found.toggles) > VALUES_SHOWN:
            console.print(f"  and {len(found.toggles) - VALUES_SHOWN:,} more toggles")
    console.print()
    console.print(f"[bold]{counted(len(found.values), 'value')} of the document[/]")
    shown = found.values[:VALUES_SHOWN]
    console.print(bullets(f"[{COLOURS[change.kind]}]{escape(value_text(change))}[/]" for change in shown))
    if len(found.values) > len(shown):
        console.print(f"   and {len(found.values) - len(shown):,} more; --json lists all")
    console.print()
    if found.units is None or found.at is None:
        console.print("No units given (--units FILE), so nobody was decided for.")
        return
    show_decisions(console, found.decisions, found.units, found.at)


def show_decisions(console: Console, decisions: Sequence[DecisionChange], units: int, at: dt.datetime) -> None:
    """Who is decided otherwise."""
    title = f"{counted(units, 'unit')} at {instant_text(at)}"
    if not decisions:
        console.print(f"[bold]{title}[/]: all are decided as before")
        return
    console.print(f"[bold]{title}[/]: decided otherwise")
    table = plain_table("toggle", "from", "to", ">units", ">share", "such as")
    for change in decisions:
        ids = ", ".join("(no id)" if unit is None else str(unit) for unit in change.sample[:IDS_SHOWN])
        more = ", ..." if change.count > IDS_SHOWN else ""
        share = f"{100 * change.count / units:.1f} %"
        table.add_row(
            escape(change.toggle),
            escape(change.old),
            escape(change.new),
            f"{change.count:,}",
            share,
            escape(ids + more),
        )
    console.print(table)


def value_text(change: ValueChange) -> str:
    """One value, cut when it is a whole toggle."""
    text = str(change)
    return text if len(text) <= CHARS_SHOWN else text[: CHARS_SHOWN - 3] + "..."

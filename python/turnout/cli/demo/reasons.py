"""Showing the reasons of each day: one line a day, one column for each reason of each toggle."""

from __future__ import annotations

import datetime as dt
import itertools
import string
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from turnout.cli.console import is_wide, plain_table
from turnout.cli.demo.model import DemoReport

GAP = "  "
DAY_CELLS = len("Sun Mar 01")

Reason = tuple[str, str]
"""A reason and its code; the code is empty where there is none."""


class Column(NamedTuple):
    """How often one toggle decided for one reason, on each day."""

    toggle: str
    reason: Reason
    by_day: dict[dt.date, int]

    @property
    def cells(self) -> int:
        """How wide its largest number is."""
        return max(len(f"{contacts:,}") for contacts in self.by_day.values())


def show_reasons(console: Console, found: DemoReport) -> None:
    """The decisions by toggle, reason and day; toggles that had one reason all along are named in a line."""
    toggles = columns_of(found)
    several = [columns for columns in toggles if len(columns) > 1]
    if not toggles:
        return
    console.print()
    console.print("[bold]Reasons by day[/]: contacts that each toggle decided so")
    reasons = dict.fromkeys(column.reason for columns in several for column in columns)
    letters = dict(zip(reasons, itertools.cycle(string.ascii_lowercase), strict=False))
    days = sorted({count.day for count in found.decisions})
    console.print(legend(console, letters))
    room = console.width - DAY_CELLS - len(GAP)
    for group in in_rows([part for columns in several for part in in_parts(columns, room)], room):
        console.print()
        table = plain_table("day", *(f"{escape(part[0].toggle)}\n{head(part, letters)}" for part in group))
        for day in days:
            table.add_row(f"{day:%a %b %d}", *(line(part, day) for part in group))
        console.print(table)
    constant: dict[Reason, list[str]] = defaultdict(list)
    for columns in toggles:
        if len(columns) == 1:
            constant[columns[0].reason].append(columns[0].toggle)
    for reason, names in constant.items():
        console.print(f"On every day {reason_text(reason)} alone: {escape(', '.join(names))}")


def legend(console: Console, letters: dict[Reason, str]) -> Table:
    """What each letter stands for."""
    entries = [f"[bold]{letter}[/] {reason_text(reason)}" for reason, letter in letters.items()]
    beside = 2 if is_wide(console) else 1
    table = plain_table(*[""] * beside, head=False)
    for first in range(0, len(entries), beside):
        table.add_row(*entries[first : first + beside])
    return table


def columns_of(found: DemoReport) -> list[list[Column]]:
    """The columns of each toggle, its most frequent reason first."""
    counts: dict[str, dict[Reason, dict[dt.date, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for count in found.decisions:
        counts[count.toggle][count.reason, count.code or ""][count.day] += count.contacts
    return [
        sorted(
            (Column(toggle, *item) for item in counts[toggle].items()), key=lambda column: -sum(column.by_day.values())
        )
        for toggle in sorted(counts)
    ]


def in_parts(columns: Sequence[Column], room: int) -> Iterator[list[Column]]:
    """A toggle's columns, in as many parts as the width makes necessary."""
    part: list[Column] = []
    for column in columns:
        if part and width([*part, column]) > room:
            yield part
            part = []
        part.append(column)
    yield part


def in_rows(parts: Sequence[list[Column]], room: int) -> Iterator[list[list[Column]]]:
    """As many toggles beside each other as there is room for."""
    group: list[list[Column]] = []
    for part in parts:
        if group and sum(width(one) + len(GAP) for one in [*group, part]) > room:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def width(part: Sequence[Column]) -> int:
    """How wide a part is, its toggle's name included."""
    return max(len(part[0].toggle), sum(column.cells for column in part) + len(GAP) * (len(part) - 1))


def head(part: Sequence[Column], letters: dict[Reason, str]) -> str:
    """The letters of a part's reasons, each above its numbers."""
    return GAP.join(f"{letters[column.reason]:>{column.cells}}" for column in part)


def line(part: Sequence[Column], day: dt.date) -> str:
    """A part's numbers on one day; a dash for none."""
    return GAP.join(f"{f'{column.by_day[day]:,}' if day in column.by_day else '-':>{column.cells}}" for column in part)


def reason_text(reason: Reason) -> str:
    """A reason as the table of decisions names it."""
    return ", ".join(filter(None, reason))

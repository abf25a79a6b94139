"""How text looks: width, colour, and signs for terminals that cannot show all of them."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO, cast

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from turnout.yaml_scalars import printable


def escape(text: str) -> str:
    """Text from elsewhere, that neither colours nor moves anything on a terminal."""
    return escape_markup(printable(text))


# Below this many columns, tables show less beside each other.
WIDE_COLUMNS = 78
BLANKS_AT_END = re.compile(" +$", re.MULTILINE)


class Trimmed(io.TextIOBase):
    """A stream without the blanks that a table leaves at the ends of its lines."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The stream's own."""
        return self.stream.encoding

    def write(self, text: str) -> int:
        """Writes whole lines, which is what a console prints."""
        self.stream.write(BLANKS_AT_END.sub("", text))
        return len(text)

    def flush(self) -> None:
        """Passes on what waits."""
        self.stream.flush()


def stdout_console() -> Console:
    """Where results go; without colour, and without blanks at the ends of lines, when piped."""
    stream = sys.stdout if sys.stdout.isatty() else cast("TextIO", Trimmed(sys.stdout))
    return Console(file=stream, highlight=False)


def stderr_console() -> Console:
    """Where progress goes."""
    return Console(file=sys.stderr, highlight=False)


@contextmanager
def progress_bar(console: Console, *, shown: bool) -> Iterator[Callable[[str, int, int], object] | None]:
    """A bar that goes away when the work is done; nothing where nobody watches."""
    if not (shown and console.is_terminal):
        yield None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda what, done, of: progress.update(task, description=what, completed=done, total=of)


def plain_table(*columns: str, head: bool = True) -> Table:
    """A table without lines: it stays readable in 80 columns and in a mail. A name after `>` is a column of numbers."""
    table = Table(box=None, pad_edge=False, show_header=head, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(
            column.removeprefix(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
    return table


def is_wide(console: Console) -> bool:
    """Whether there is room for two things beside each other."""
    return console.width >= WIDE_COLUMNS


def bullets(lines: Iterable[str]) -> Table:
    """Lines under each other, each with a dash; a long one goes on under its own first word."""
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row(" -", line)
    return table


def bar(console: Console, share: float, width: int) -> str:
    """A share, 0 to 1, as a bar of `width` cells; the rest of it is dotted."""
    full, rest = ("#", ".") if console.options.ascii_only else ("█", "·")
    filled = min(width, max(round(share * width), 1 if share > 0 else 0))
    return full * filled + rest * (width - filled)


def instant_text(at: dt.datetime, zone: str = "UTC") -> str:
    """An instant to the minute, by the wall clock of a zone."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone) if zone != "UTC" else dt.UTC)
    return f"{local:%Y-%m-%d %H:%M} {zone}"


def percent_text(value: float | None, places: int | None = None) -> str:
    """`10 %`, `9.87 %`, or a dash for none."""
    if value is None:
        return "-"
    return f"{value:g} %" if places is None else f"{value:.{places}f} %"

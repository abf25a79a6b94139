"""`turnout agreement`: how far a new path in shadow would have decided as the old path did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turnout.cli.console import escape, plain_table, stdout_console
from turnout.cli.faults import CliError, counted, print_json
from turnout.cli.zones import check_zone

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

HINT = "give files or folders that a turnout.ExposureLog has written"


def run_agreement(
    paths: Sequence[Path], toggles: Sequence[str], by: Sequence[str], zone: str, *, as_json: bool
) -> None:
    """Shows the agreement of each toggle, and by whatever else is asked for."""
    from turnout import shadow_agreement

    check_zone(zone)
    events = read_events(paths, toggles)
    try:
        tables = [(name, shadow_agreement(events, by=[name], zone=zone)) for name in by]
        whole, new = shadow_agreement(events), shadow_agreement(events, by=["served", "new"])
    except ValueError as error:
        raise CliError(str(error), where="--by", hint="write rule, segment, day, or a column of the events") from None
    if as_json:
        groups = {name: rows(table) for name, table in tables}
        print_json({"events": events.height, "toggles": rows(whole), "decisions": rows(new), "by": groups})
        return
    console = stdout_console()
    if whole.is_empty():
        console.print(f"{counted(events.height, 'event')}; no toggle decided anything in shadow")
        return
    console.print(
        "[bold]Agreement[/]: of the contacts while a toggle was in shadow, those that both paths decide alike"
    )
    console.print(agreement_table(whole, None))
    console.print()
    console.print("[bold]Decisions[/]: the old path's, and the new one's")
    console.print(decision_table(new))
    for name, table in tables:
        console.print()
        console.print(f"[bold]By {escape(name)}[/]")
        console.print(agreement_table(table, name))


def read_events(paths: Sequence[Path], toggles: Sequence[str]) -> pl.DataFrame:
    """The events of some toggles, or of all."""
    import polars as pl

    from turnout import load_exposures

    try:
        events = load_exposures(*paths)
    except ValueError as error:
        raise CliError(str(error), hint=HINT, kind="bad_exposures") from None
    except OSError as error:
        where = str(error.filename or paths[0])
        raise CliError(
            f"cannot be read ({error.strerror or str(error)})", where=where, hint=HINT, kind="unreadable_file"
        ) from None
    known = events["toggle"].unique().sort().to_list()
    if unknown := sorted(set(toggles) - set(known)):
        raise CliError(f"no event of a toggle {unknown[0]!r}", where="--toggle", hint=f"there are {', '.join(known)}")
    return events.filter(pl.col("toggle").is_in(list(toggles))) if toggles else events


def rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """A table as JSON holds it."""
    import polars.selectors as cs

    return table.with_columns(cs.temporal().dt.to_string("iso")).to_dicts()


def agreement_table(table: pl.DataFrame, by: str | None) -> Table:
    """Shares with their intervals."""
    shown = plain_table("toggle", *([escape(by)] if by else []), ">contacts", ">watched", ">agree %", ">95 % interval")
    for row in table.iter_rows(named=True):
        group = [] if by is None else [escape("-" if row[by] is None else str(row[by]))]
        interval = f"{100 * row['low']:.1f}-{100 * row['high']:.1f}"
        counts = f"{row['contacts']:,}", f"{row['watched']:,}"
        shown.add_row(escape(row["toggle"]), *group, *counts, f"{100 * row['agreement']:.1f}", interval)
    return shown


def decision_table(table: pl.DataFrame) -> Table:
    """How many contacts would have gone where."""
    shown = plain_table("toggle", "old path", "new path", ">contacts", ">different units")
    for row in table.iter_rows(named=True):
        served, new = ("-" if row[name] is None else row[name] for name in ("served", "new"))
        shown.add_row(*map(escape, (row["toggle"], served, new)), f"{row['contacts']:,}", f"{row['units']:,}")
    return shown

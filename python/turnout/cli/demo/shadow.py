"""The shadow of a ramp: how far the new path would have decided as the old one did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from rich.console import Console
from rich.markup import escape

from turnout.agreement import shadow_agreement
from turnout.cli.console import percent_text, plain_table
from turnout.cli.demo.model import Agreement


def agreements(key: str, decided: pl.DataFrame) -> Iterator[Agreement]:
    """The agreement of a toggle as a whole (rule None), and by what decided.

    Parameters
    ----------
    key
        The toggle.
    decided
        Its decision for every contact: columns `at`, `unit`, `rule`, `reason`, `mode`, `value`, `shadow`.
    """
    events = decided.with_columns(
        pl.lit(key).alias("toggle"),
        pl.coalesce("rule", "reason").alias("by"),
        pl.col("value", "shadow").cast(pl.String),
    )
    for by in ([], ["by"]):
        for row in shadow_agreement(events, by=by, served="value").iter_rows(named=True):
            counts = {name: row[name] for name in ("contacts", "watched", "agreed")}
            yield Agreement(key, row.get("by"), **counts, share=row["agreement"], low=row["low"], high=row["high"])


def show_agreements(console: Console, found: Sequence[Agreement]) -> None:
    """A line for each toggle that was in shadow, and below it one for each rule or reason that decided."""
    if not found:
        return
    console.print()
    console.print("[bold]Agreement in shadow[/]: contacts that the new path would have decided as the old one did")
    table = plain_table("toggle\n  decided by", ">contacts", ">watched", ">agree", ">\nshare", ">95 %\ninterval")
    for fact in found:
        name = escape(fact.toggle) if fact.by is None else f"  {escape(fact.by)}"
        interval = f"{100 * fact.low:.1f}-{100 * fact.high:.1f} %"
        counts = (f"{count:,}" for count in (fact.contacts, fact.watched, fact.agreed))
        table.add_row(name, *counts, percent_text(100 * fact.share, 1), interval)
    console.print(table)

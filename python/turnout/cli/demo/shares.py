"""The planned and the actual share of a ramp, counted over distinct identified customers and over contacts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from turnout.cli.binomial import expected_interval
from turnout.cli.demo.align import instant
from turnout.cli.demo.model import DayShare, Pause, RampFacts, StepShare, Sticky

if TYPE_CHECKING:
    from turnout import Engine, RampPosition


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """A step of a ramp over the part of the log in which it was in force; `to_at` is outside."""

    step: int
    percent: float
    mode: str
    from_at: dt.datetime
    to_at: dt.datetime


def position(engine: Engine, key: str, rule: str, at: dt.datetime) -> RampPosition:
    """Where one ramp stands at an instant."""
    return next(found for found in engine.ramp(key, at=at) if found.rule == rule)


def stages(engine: Engine, key: str, rule: str, first: dt.datetime, end: dt.datetime) -> Iterator[Stage]:
    """The steps that a ramp goes through from `first` until `end`, as the engine itself says."""
    at = first
    while at < end:
        found = position(engine, key, rule, at)
        until = end if found.next_at is None or found.next_at <= at else min(found.next_at, end)
        if found.step is not None:
            yield Stage(found.step, found.percent, found.mode, at, until)
        at = until


def between(frame: pl.DataFrame, stage: Stage) -> pl.DataFrame:
    """The decisions that fell into a stage; the frame is sorted by `at`, so this is a slice."""
    low = frame["at"].search_sorted(stage.from_at, side="left")
    high = frame["at"].search_sorted(stage.to_at, side="left")
    return frame.slice(low, high - low)


def ramp_facts(
    engine: Engine, key: str, listed: Mapping[str, Any], decided: pl.DataFrame, span: tuple[dt.datetime, dt.datetime]
) -> RampFacts:
    """Counts one ramp over the decisions of its toggle.

    Parameters
    ----------
    listed
        The rule with the ramp, as the document has it.
    decided
        Columns `at`, `day`, `unit`, `enabled`, `rule`, `mode`, `percent`, sorted by `at`; only the contacts
        that the ramp decided count, those that an earlier rule, consent or schedule decided do not.
    span
        The first instant of the log's first day, and the instant after its last contact.
    """
    rule, ramp = str(listed["id"]), listed["ramp"]
    reached = decided.filter(pl.col("rule") == rule)
    found = list(stages(engine, key, rule, *span))
    steps = tuple(step_share(stage, between(reached, stage)) for stage in found)
    waits_for = position(engine, key, rule, span[1]).waits_for
    return RampFacts(
        toggle=key,
        rule=rule,
        unit=str(ramp["unit"]),
        waits_for=waits_for,
        steps=steps,
        days=tuple(day_shares(reached)),
        sticky=tuple(sticky(reached, found)),
        pauses=tuple(pauses(ramp, span)),
    )


def pauses(ramp: Mapping[str, Any], span: tuple[dt.datetime, dt.datetime]) -> Iterator[Pause]:
    """The pauses of a ramp that began in the log."""
    for written in ramp.get("pauses", []):
        from_at = instant(written["from"])
        if span[0] <= from_at < span[1]:
            yield Pause(from_at, instant(written["to"]) if "to" in written else None, str(written["reason"]))


def step_share(stage: Stage, rows: pl.DataFrame) -> StepShare:
    """One step's figures."""
    known = rows.filter(pl.col("unit").is_not_null())
    exposed = known.filter("enabled")
    customers = known["unit"].n_unique()
    planned = stage.percent / 100.0 if stage.mode == "live" else 0.0
    low, high = expected_interval(customers, planned)
    return StepShare(
        step=stage.step,
        percent=stage.percent,
        mode=stage.mode,
        from_at=stage.from_at,
        to_at=stage.to_at,
        customers=customers,
        customers_in=exposed["unit"].n_unique(),
        contacts=known.height,
        contacts_in=exposed.height,
        contacts_watched=known.filter(pl.col("mode") == "shadow").height,
        contacts_unidentified=rows.height - known.height,
        expected_low=low,
        expected_high=high,
    )


def day_shares(reached: pl.DataFrame) -> Iterator[DayShare]:
    """Each day's figures, in order."""
    is_known = pl.col("unit").is_not_null()
    days = reached.group_by("day", maintain_order=True).agg(
        pl.col("percent").filter(is_known & pl.col("percent").is_not_nan()).unique(maintain_order=True),
        shadow=(pl.col("mode") == "shadow").any(),
        customers=pl.col("unit").filter(is_known).n_unique(),
        customers_in=pl.col("unit").filter(is_known & pl.col("enabled")).n_unique(),
        contacts_unidentified=(~is_known).sum(),
    )
    for row in days.iter_rows(named=True):
        yield DayShare(
            day=row["day"],
            planned_percents=tuple(row["percent"]),
            shadow=row["shadow"],
            customers=row["customers"],
            customers_in=row["customers_in"],
            contacts_unidentified=row["contacts_unidentified"],
        )


def sticky(reached: pl.DataFrame, found: Sequence[Stage]) -> Iterator[Sticky]:
    """Follows the customers of each live step into the next one."""
    for earlier, later in itertools.pairwise(stage for stage in found if stage.mode == "live"):
        was_in = between(reached, earlier).filter("enabled").select(pl.col("unit").drop_nulls().unique())
        back = between(reached, later).join(was_in, on="unit", how="semi")
        # one contact outside is enough to break the promise, so a customer is still in only if every contact was
        still = back.group_by("unit").agg(pl.col("enabled").all())
        yield Sticky(earlier.percent, later.percent, still.height, int(still["enabled"].sum()))

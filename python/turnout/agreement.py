"""How far a new path in shadow would have decided as the old path did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["shadow_agreement"]

# The quantile of the normal distribution for 95 %.
Z = 1.959963984540054
# Columns of the report, and of the way to it.
OWN = frozenset(("contacts", "units", "watched", "agreed", "agreement", "low", "high", "cluster", "variance", "n"))
# Reasons for which there was no new path that could have decided.
SWITCHED_OFF = ("DISABLED", "BREAKER_OPEN")


def shadow_agreement(
    events: pl.DataFrame,
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    served: str = "served",
    shadow: str = "shadow",
) -> pl.DataFrame:
    """How often the new path, in shadow, would have decided as the old path did, with 95 % intervals.

    A toggle's events count from the first that was decided in shadow to the last: those that the shadow watched, and
    those that it would not have touched, where both paths are one. Events of live steps do not count, nor
    do those of times when the toggle was switched off or its breaker open.

    Parameters
    ----------
    events
        Exposure events, as of `load_exposures` or `ExposureLog.take`: columns at, toggle, unit, mode, and the two
        decisions.
    by
        What to group by, besides the toggle: ``rule``, ``segment`` (of the column of lists ``segments``; a contact in
        two counts in both), ``day``, ``new`` (what the new path decided) or any column of the events.
    zone
        The time zone of ``day``.
    served, shadow
        The columns of the old path's decision, and of the new one's, null where it is the old one's. Name columns of
        your own to compare what the paths came to, such as the queue that each chose.

    Returns
    -------
    polars.DataFrame
        One row per group: toggle, the columns of `by`, ``contacts``, ``units`` (different ones), ``watched`` (decided
        in shadow), ``agreed``, ``agreement`` (its share of the contacts), ``low`` and ``high``.

    Raises
    ------
    ValueError
        A column is missing, or the report has one of that name; the message names it. There is no such time zone.

    Notes
    -----
    One unit decides alike each time it comes, so contacts of one unit are no independent evidence. The interval is
    Wilson's for an effective number of contacts, from the variance between units [1]_.

    References
    ----------
    .. [1] Franco, Little, Louis & Slud, "Comparative Study of Confidence Intervals for Proportions in Complex Sample
       Surveys", J. Survey Statistics and Methodology 7 (2019).

    Examples
    --------
    >>> import datetime, polars, turnout
    >>> at = datetime.datetime(2026, 3, 2, 15, tzinfo=datetime.UTC)
    >>> events = polars.DataFrame({
    ...     "at": [at] * 4, "toggle": ["billing-bot"] * 4, "unit": ["c-1", "c-2", "c-3", "c-4"], "rule": ["ramp"] * 4,
    ...     "mode": ["shadow", "off", "off", "off"], "served": ["human"] * 4, "shadow": ["bot", None, None, None]})
    >>> turnout.shadow_agreement(events).select("contacts", "watched", "agreed", "agreement").row(0)
    (4, 1, 3, 0.75)
    """
    import polars as pl

    needed = {"at", "toggle", "unit", "mode", served, shadow, *({"segments"} if "segment" in by else ())}
    needed |= set(by) - {"segment", "day", "new"}
    if own := sorted(set(by) & OWN):
        raise ValueError(f"{own[0]!r} is a column of the report; group by something else")
    if missing := sorted(needed - set(events.columns)):
        raise ValueError(f"the events have no column {missing[0]!r}; they have {', '.join(events.columns)}")
    new = pl.coalesce(shadow, served)
    compared = _in_shadow(events).with_columns(
        new.alias("new"),
        agreed=new.eq_missing(pl.col(served)),
        # Nobody knows which contacts without a unit belong together.
        cluster=pl.coalesce(pl.col("unit"), pl.format("\0{}", pl.int_range(pl.len()))),
        watched=pl.col("mode") == "shadow",
    )
    if "day" in by:
        try:
            compared = compared.with_columns(day=pl.col("at").dt.convert_time_zone(zone).dt.date())
        except pl.exceptions.ComputeError as error:
            raise ValueError(f"no time zone {zone!r}") from error
    if "segment" in by:
        lists = pl.col("segments")
        compared = compared.with_columns(segment=pl.when(lists.list.len() > 0).then(lists)).explode("segment")
    keys = list(dict.fromkeys(["toggle", *by]))
    # In their order, so that sums of the same log have the same last digit.
    units = compared.group_by([*keys, "cluster"], maintain_order=True).agg(
        contacts=pl.len(), watched=pl.col("watched").sum(), agreed=pl.col("agreed").sum()
    )
    return _with_intervals(units, keys).sort(keys, nulls_last=True)


def _in_shadow(events: pl.DataFrame) -> pl.DataFrame:
    """The events of each toggle from its first in shadow to its last, without those of live steps."""
    import polars as pl

    at, shadowed = pl.col("at"), pl.col("mode") == "shadow"
    if "reason" in events.columns:
        events = events.filter(~pl.col("reason").is_in(SWITCHED_OFF).fill_null(value=False))
    first, last = at.filter(shadowed).min().over("toggle"), at.filter(shadowed).max().over("toggle")
    return events.filter((at >= first) & (at <= last) & (pl.col("mode") != "live"))


def _with_intervals(units: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    import polars as pl

    contacts, agreed = pl.col("contacts"), pl.col("agreed")
    share = agreed.sum() / contacts.sum()
    groups = units.group_by(keys, maintain_order=True).agg(
        contacts.sum(),
        pl.len().alias("units"),
        pl.col("watched").sum(),
        agreed.sum(),
        share.alias("agreement"),
        # The variance of a ratio, by Taylor's linearisation: units are drawn, each with all its contacts.
        variance=((agreed - share * contacts) ** 2).sum() / contacts.sum() ** 2 * pl.len() / (pl.len() - 1),
    )
    p, all_contacts = pl.col("agreement"), pl.col("contacts")
    plain = p * (1 - p)
    effective = (
        pl.when((plain > 0) & (pl.col("variance") > 0)).then(plain / pl.col("variance")).otherwise(pl.col("units"))
    )
    groups = groups.with_columns(n=pl.min_horizontal(effective.fill_nan(1), all_contacts).clip(lower_bound=1))
    n, p = pl.col("n"), pl.col("agreement")
    middle, width = p + Z**2 / (2 * n), Z * (p * (1 - p) / n + Z**2 / (4 * n**2)).sqrt()
    scale = 1 + Z**2 / n
    bounds = [((middle - width) / scale).clip(0, 1).alias("low"), ((middle + width) / scale).clip(0, 1).alias("high")]
    return groups.with_columns(bounds).drop("variance", "n")

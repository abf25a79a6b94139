"""A contact log decided as a whole, each contact at its own arrival, and summed up by day.

python examples/replay_a_log.py [LOG.csv]
"""

from __future__ import annotations

import datetime as dt
import sys

import polars as pl

import turnout
import turnout.contacts


def read(arguments: list[str]) -> pl.DataFrame:
    """The log named on the command line, or the sample days of the package."""
    if not arguments:
        return turnout.contacts.load_sample_contacts()
    log = turnout.contacts.load_contacts(arguments[0], faulty_rows="drop")
    print(log.report)  # what was read, kept, dropped, and why
    return log.contacts


def main() -> None:
    """Replay the log, toggle by toggle."""
    contacts = read(sys.argv[1:])
    policy = turnout.load_policy(turnout.sample_policy_path())
    # The ramp's first step waits for 100 samples; this says when they were there.
    passed = turnout.GateResult("callback-offer", "ramp", step=0, n=100, at=dt.datetime(2026, 3, 3, 19, tzinfo=dt.UTC))
    # The clock is not asked here: every row brings its own instant.
    engine = turnout.Engine(policy, clock=turnout.SystemClock(), gates=[passed])
    day = pl.from_epoch("arrived_at", "us").dt.date().alias("day")
    for key in ("chat", "callback-offer"):
        # The columns of the frame are the attributes; one call decides all rows.
        batch = engine.evaluate_many(key, contacts["customer_id"], attributes=contacts, at=contacts["arrived_at"])
        decided = contacts.select(day).hstack(batch.to_frame())
        by_day = (
            decided.group_by("day")
            .agg(contacts=pl.len(), on=pl.col("enabled").sum(), ramp_percent=pl.col("percent").max())
            .sort("day")
        )
        print(f"{key}:")
        for row in by_day.gather_every(7).iter_rows(named=True):
            share = "-" if row["ramp_percent"] is None else f"{row['ramp_percent']:g} %"
            print(f"  {row['day']}  contacts {row['contacts']:4}  on {row['on']:4}  ramp {share}")
        print("  why:", dict(decided["reason"].value_counts(sort=True).iter_rows()))


if __name__ == "__main__":
    main()

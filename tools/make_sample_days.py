"""Make the 28 sample days that ship with the package.

Run it as: python tools/make_sample_days.py [PATH]

Every figure below names its source. PUBLISHED figures come from L. Brown et al., "Statistical Analysis of a Telephone
Call Center: A Queueing-Science Perspective", JASA 100 (2005), which describes the "Anonymous Bank" call log of 1999, or
from counts over that log and its documentation (I. Guedj and A. Mandelbaum, Technion, 2000). ASSUMED figures are ours,
chosen so that the days are thin and every column is filled; draw no conclusions from them. No row of the bank's log is
in the sample.

The same seed gives the same contacts everywhere: all chance is drawn from the raw bits of PCG64, which NumPy promises
not to change, and every time is rounded to whole seconds.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import polars as pl

from turnout.contacts import CONTACT_LOG_SCHEMA, check_contacts

# Of a few seeds, the one whose mean service by type lies nearest to the published figures.
SEED: Final = 202_603
FIRST_DAY: Final = dt.date(2026, 3, 1)
DAYS: Final = 28
OUTPUT: Final = Path(__file__).resolve().parent.parent / "python/turnout/data/sample_days.parquet"

# ASSUMED: opening hours in New York; in UTC they never cross midnight. Clocks change on 8 March 2026 (US law).
OPEN_HOUR: Final = 7
SUMMER_TIME_FROM: Final = dt.date(2026, 3, 8)
# ASSUMED: contacts on a working day, a Saturday and a Sunday.
VOLUME: Final = {"working": 250.0, "saturday": 150.0, "sunday": 100.0}
# PUBLISHED shape (Brown et al., section on arrivals): two peaks on a working day, at 10 to 11 h and in the afternoon,
# with a dip at lunch. The weights of the half-hours from 7 to 19 h are rounded by hand; the evening is left out.
HALF_HOURS: Final = (
    *(0.25, 0.35, 0.55, 0.75, 0.85, 0.90, 1.00, 1.00, 0.95, 0.90, 0.80, 0.75),
    *(0.75, 0.75, 0.80, 0.85, 0.90, 0.95, 0.95, 0.90, 0.80, 0.70, 0.65, 0.55),
)

# ASSUMED: shares of the channels; two sites with one seat for each channel.
CHANNELS: Final = {"phone": 0.58, "chat": 0.24, "sms": 0.08, "email": 0.10}
SITES: Final = ("east", "west")
# PUBLISHED mean service in seconds by type (Brown et al.): regular 179, prospect 115, internet 401, stock 270.
# ASSUMED: the shares, near those of the bank with more of the rare types.
TYPES: Final = {"PS": 0.70, "NW": 0.18, "NE": 0.07, "IN": 0.05}
MEAN_TALK_S: Final = {"PS": 179.0, "NW": 115.0, "IN": 401.0, "NE": 270.0}
QUEUES: Final = {"PS": "regular", "NW": "prospect", "IN": "internet", "NE": "stock"}
# PUBLISHED: service times are lognormal (Brown et al.); standard deviation over mean, 224 / 184.7 in January.
TALK_VARIATION: Final = 1.21
# ASSUMED: written contacts take longer than the same call.
TALK_FACTOR: Final = {"phone": 1.0, "chat": 1.5, "sms": 1.0, "email": 1.5}
# PUBLISHED: patience (total wait over abandons) in the log of January: 5.5 min at 8 to 9 h, 9.2 min at 23 h.
# ASSUMED: exponential, on a straight line between the two; SMS and email do not give up.
PATIENCE_MORNING_S: Final = 330.0
PATIENCE_PER_HOUR_S: Final = (552.0 - 330.0) / 15.0
PATIENT_CHANNELS: Final = ("sms", "email")
# PUBLISHED: the voice menu takes 5 to 15 s (the sample in the documentation of the log).
MENU_S: Final = (5, 15)
# ASSUMED: the inbox is looked at every quarter of an hour; hold and wrap-up as below.
INBOX_S: Final = 900
HOLD_SHARE, MEAN_HOLD_S = 0.15, 40.0
MEAN_WRAP_S, WRAP_VARIATION = 20.0, 0.5

# PUBLISHED: 42.5 % of the rows of January carry a customer id; prospects have none (documentation of the log).
IDENTIFIED_SHARE: Final = 0.425
# ASSUMED: everything about customers and their answers to surveys.
CUSTOMERS: Final = 700
PLANS: Final = {"free": 0.55, "pro": 0.33, "enterprise": 0.12}
APP_VERSIONS: Final = {"4.9.2": 0.12, "5.1.0": 0.18, "5.2.0": 0.25, "5.2.3": 0.15, "5.3.1": 0.15, None: 0.15}
LANGUAGES: Final = {"en": 0.84, "es": 0.12, "fr": 0.04}
CONSENT: Final = {True: 0.62, False: 0.22, None: 0.16}
VIP_SHARE: Final = 0.12
SURVEY_SHARE, MEAN_SURVEY_DELAY_S = 0.18, 7200.0
CSAT: Final = {5.0: 0.52, 4.0: 0.29, 3.0: 0.11, 2.0: 0.05, 1.0: 0.03}
NPS: Final = {10: 0.30, 9: 0.22, 8: 0.17, 7: 0.11, 6: 0.07, 5: 0.05, 4: 0.02, 3: 0.02, 2: 0.02, 1: 0.01, 0: 0.01}
RESOLVED_SHARE, ESCALATED_SHARE = 0.78, 0.11

EXTRA_SCHEMA: Final = {
    "priority": pl.Int8(),
    "plan": pl.String(),
    "tier": pl.String(),
    "app_version": pl.String(),
    "language": pl.String(),
    "consent.ai_chat": pl.Boolean(),
}


class Chance:
    """Draws from distributions, by their quantile functions, out of the raw bits of one seeded generator."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def uniform(self) -> float:
        """A number strictly between 0 and 1, one of 2^53."""
        return ((int(self._bits.random_raw()) >> 11) + 0.5) * 2.0**-53

    def choose(self, shares: dict[Any, float]) -> Any:
        """A key, each with its share."""
        left = self.uniform() * sum(shares.values())
        for key, share in shares.items():
            left -= share
            if left < 0:
                return key
        return next(reversed(shares))

    def exponential(self, mean: float) -> float:
        """An exponential variable."""
        return -mean * math.log(self.uniform())

    def lognormal(self, mean: float, variation: float) -> float:
        """A lognormal variable with this mean and this ratio of standard deviation to mean."""
        sigma = math.sqrt(math.log1p(variation**2))
        return mean * math.exp(sigma * NormalDist().inv_cdf(self.uniform()) - sigma**2 / 2)

    def poisson(self, mean: float) -> int:
        """A Poisson variable with a small mean."""
        count, left = 0, self.uniform()
        term = math.exp(-mean)
        while left > term:
            left -= term
            count += 1
            term *= mean / count
        return count


@dataclasses.dataclass(frozen=True, slots=True)
class Customer:
    """What is known of somebody who has been identified."""

    customer_id: str | None
    priority: int
    plan: str | None
    tier: str | None
    app_version: str | None
    language: str
    consent: bool | None


def make_sample_days(seed: int = SEED) -> pl.DataFrame:
    """Make the sample days; the same seed gives the same frame."""
    chance = Chance(seed)
    customers = [_make_customer(chance, number) for number in range(1, CUSTOMERS + 1)]
    rows: list[dict[str, Any]] = []
    for number in range(DAYS):
        day = FIRST_DAY + dt.timedelta(days=number)
        rows += _serve(chance, _arrivals(chance, day, customers), day)
    rows.sort(key=lambda row: (row["arrived_at"], row["channel"], row["site"], row["ended_at"]))
    for index, row in enumerate(rows, start=1):
        row["contact_id"] = f"s-{index:05d}"
    frame = pl.DataFrame(rows, schema={**CONTACT_LOG_SCHEMA, **EXTRA_SCHEMA})
    check_contacts(frame)
    return frame


def _make_customer(chance: Chance, number: int) -> Customer:
    is_vip = chance.uniform() < VIP_SHARE
    return Customer(
        customer_id=f"customer-{number}",
        priority=2 if is_vip else 1,
        plan=chance.choose(PLANS),
        tier="vip" if is_vip else "regular",
        app_version=chance.choose(APP_VERSIONS),
        language=chance.choose(LANGUAGES),
        consent=chance.choose(CONSENT),
    )


def _open_s(day: dt.date) -> int:
    """When the day opens, in seconds since 1970-01-01 UTC."""
    offset_h = 4 if day >= SUMMER_TIME_FROM else 5
    opening = dt.datetime(day.year, day.month, day.day, OPEN_HOUR + offset_h, tzinfo=dt.UTC)
    return int(opening.timestamp())


def _arrivals(chance: Chance, day: dt.date, customers: Sequence[Customer]) -> list[dict[str, Any]]:
    """The contacts of a day, in order of arrival: an inhomogeneous Poisson stream, constant within a half-hour."""
    volume = VOLUME[{5: "saturday", 6: "sunday"}.get(day.weekday(), "working")]
    rows = []
    for index, weight in enumerate(HALF_HOURS):
        for _ in range(chance.poisson(volume * weight / sum(HALF_HOURS))):
            kind = chance.choose(TYPES)
            known = kind != "NW" and chance.uniform() < IDENTIFIED_SHARE / (1 - TYPES["NW"])
            # The square makes some customers come often and most come once or twice.
            customer = customers[int(CUSTOMERS * chance.uniform() ** 2)] if known else None
            customer = customer or Customer(None, 0, None, None, None, chance.choose(LANGUAGES), None)
            rows.append(
                {
                    "arrived_s": _open_s(day) + int(1800 * (index + chance.uniform())),
                    "customer_id": customer.customer_id,
                    "channel": chance.choose(CHANNELS),
                    "queue": QUEUES[kind],
                    "type": kind,
                    "site": SITES[int(len(SITES) * chance.uniform())],
                    "priority": customer.priority,
                    "plan": customer.plan,
                    "tier": customer.tier,
                    "app_version": customer.app_version,
                    "language": customer.language,
                    "consent.ai_chat": customer.consent,
                }
            )
    return sorted(rows, key=lambda row: int(row["arrived_s"]))


def _serve(chance: Chance, rows: list[dict[str, Any]], day: dt.date) -> list[dict[str, Any]]:
    """Let one agent for each channel and site serve in order of arrival, until customers are served or give up."""
    free_s: dict[tuple[str, str], int] = {}
    for row in rows:
        arrived, channel, seat = row.pop("arrived_s"), row["channel"], (row["channel"], row["site"])
        low, high = MENU_S if channel == "phone" else (0, 0)
        joined = arrived + low + int((high - low + 1) * chance.uniform())
        ready = max(joined, free_s.get(seat, 0))
        if channel == "email":
            ready = max(ready, -(-joined // INBOX_S) * INBOX_S)
        hour = OPEN_HOUR + (joined - _open_s(day)) / 3600
        patience = chance.exponential(PATIENCE_MORNING_S + PATIENCE_PER_HOUR_S * (hour - 8.5))
        times = {"arrived_at": arrived, "queued_at": joined if ready > joined else None}
        if ready > joined and channel not in PATIENT_CHANNELS and joined + int(patience) < ready:
            left = joined + int(patience)
            row |= {"outcome": "abandoned", **_micros({**times, "abandoned_at": left, "ended_at": left})}
            continue
        row |= _answer(chance, row, times, ready)
        free_s[seat] = ready + int(row["talk_s"] + row["hold_s"] + row["wrap_s"])
        shift = "early" if ready - _open_s(day) < 6 * 3600 else "late"
        row["agent_id"] = f"{row['site']}-{channel}-{shift}"
    return rows


def _answer(chance: Chance, row: dict[str, Any], times: dict[str, int | None], start: int) -> dict[str, Any]:
    """The service, and what the customer says of it later."""
    talk = math.ceil(chance.lognormal(MEAN_TALK_S[row["type"]] * TALK_FACTOR[row["channel"]], TALK_VARIATION))
    hold = math.ceil(chance.exponential(MEAN_HOLD_S)) if chance.uniform() < HOLD_SHARE else 0
    wrap = round(chance.lognormal(MEAN_WRAP_S, WRAP_VARIATION))
    end = start + talk + hold
    has_survey = chance.uniform() < SURVEY_SHARE
    responded = end + math.ceil(chance.exponential(MEAN_SURVEY_DELAY_S)) if has_survey else None
    return {
        "outcome": "answered",
        "talk_s": float(talk),
        "hold_s": float(hold),
        "wrap_s": float(wrap),
        "csat": chance.choose(CSAT) if has_survey else None,
        "nps": chance.choose(NPS) if has_survey else None,
        "resolved": chance.uniform() < RESOLVED_SHARE,
        "escalated": chance.uniform() < ESCALATED_SHARE,
        **_micros({**times, "answered_at": start, "ended_at": end, "responded_at": responded}),
    }


def _micros(times: dict[str, int | None]) -> dict[str, int | None]:
    return {name: None if seconds is None else seconds * 1_000_000 for name, seconds in times.items()}


def main(arguments: list[str]) -> int:
    """Write the sample days and say what is in them."""
    target = Path(arguments[0]) if arguments else OUTPUT
    frame = make_sample_days()
    frame.write_parquet(target, compression="zstd", compression_level=19, statistics=False)
    print(f"{target}: {frame.height} contacts, {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

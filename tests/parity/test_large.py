"""A hundred thousand contacts at once, against each of them alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout
from tests.property.documents import NOW, engine, micros, ramp, rule, toggle

ROWS = 100_000
WEIGHTS: dict[str, Any] = {"variants": {"bot": 70, "scripted": 20, "b": 10}, "default": "human"}
WHEN = {
    "any": [
        {"all": [{"attribute": "plan", "in": ["pro", "enterprise"]}, {"attribute": "app_version", "semver": ">=5.2"}]},
        {"attribute": "country", "not_in": ["de", "fr"]},
        {"all": [{"attribute": "score", "gt": 0.99}, {"not": {"attribute": "vip", "equals": False}}]},
    ]
}
STEPS = ({"percent": 0, "mode": "shadow", "hold": "12h"}, {"percent": 25, "hold": "12h"}, {"percent": 75})
TOGGLES = {
    "chat": toggle(schedule={"zone": "Europe/Berlin", "open": "daily 06:00-22:00"}),
    "bot": toggle(
        requires={"chat": True},
        consent=["ai"],
        overrides=[{"units": ["77", 78], "serve": "scripted"}],
        rules=[
            rule({"attribute": "joined", "after": "2026-04-30"}, id="new", serve="human"),
            rule(WHEN, ramp=ramp(*STEPS, unit="customer_id", started_at="2026-05-01T00:00:00Z")),
        ],
        **WEIGHTS,
    ),
}


def contacts() -> pl.DataFrame:
    """Random contacts from a fixed seed, in several chunks."""
    rng = np.random.default_rng(7)
    start = micros(NOW.replace(hour=0))

    def chosen(options: list[Any], dtype: Any) -> pl.Series:
        return pl.Series([options[index] for index in rng.integers(0, len(options), ROWS)], dtype=dtype)

    def holed(values: np.ndarray[Any, Any]) -> pl.Series:
        return pl.Series(values).set(pl.Series(rng.random(ROWS) < 0.05), None)

    frame = pl.DataFrame(
        {
            "customer_id": holed(rng.integers(0, 50_000, ROWS)),
            "plan": chosen(["free", "pro", "enterprise", None], pl.Categorical),
            "country": chosen(["de", "fr", "at", "it", None], pl.Enum(["at", "de", "fr", "it"])),
            "app_version": chosen(["5.2", "5.1.9", "v6", "5.2.0-rc.1", "?", None], pl.String),
            "score": holed(rng.random(ROWS)),
            "vip": chosen([True, False, None], pl.Boolean),
            "joined": pl.Series(start - rng.integers(0, 400, ROWS) * 86_400_000_000).cast(pl.Datetime("us", "UTC")),
            "consent": pl.Series([{"ai": bool(yes)} for yes in rng.random(ROWS) < 0.9]),
            "at": pl.Series(start + rng.integers(0, 2 * 86_400_000_000, ROWS)),
        }
    )
    return pl.concat([frame[: ROWS // 3], frame[ROWS // 3 :]], rechunk=False)


@pytest.mark.parametrize("by_row", [True, False], ids=["instant by row", "one instant"])
def test_many_contacts_answer_as_each_alone(by_row: bool) -> None:
    desk = engine(TOGGLES, now=NOW + dt.timedelta(hours=1))
    frame = contacts()
    ids = frame["customer_id"]
    batch = desk.evaluate_many("bot", ids, frame, at=frame["at"] if by_row else None)
    rows = frame.to_dicts()
    instants = frame["at"].to_list() if by_row else [None] * ROWS
    alone = [desk.evaluate("bot", row["customer_id"], row, at=at) for row, at in zip(rows, instants, strict=True)]
    assert batch.enabled.tolist() == [found.enabled for found in alone]
    assert batch.variant.to_list() == [found.variant for found in alone]
    assert batch.reason.to_list() == [found.reason for found in alone]
    assert batch.code.to_list() == [found.code for found in alone]
    assert batch.rule.to_list() == [found.rule for found in alone]
    buckets = [found.bucket for found in alone]
    assert batch.to_frame()["bucket"].to_list() == buckets
    assert all(batch[row] == alone[row] for row in range(0, ROWS, 97))
    reasons = {"DEFAULT", "TARGETING_MATCH", "SPLIT", "CONSENT_MISSING"} | ({"SHADOW"} if by_row else set())
    assert set(batch.reason.unique()) == reasons


def test_rows_of_a_batch_are_counted_from_both_ends() -> None:
    batch = engine(TOGGLES).evaluate_many("chat", ["a", "b", "c"])
    assert len(batch) == 3
    assert batch[-1] == batch[2]
    for row in (3, -4, 2**62, -(2**62)):
        with pytest.raises(IndexError):
            batch[row]


def test_a_batch_keeps_its_policy() -> None:
    """What was decided stays decided when the policy is swapped."""
    desk = engine(TOGGLES)
    batch = desk.evaluate_many("bot", ["77"], {"consent.ai": True})
    digest = desk.policy.digest
    desk.swap(turnout.Policy.from_document({"turnout": 1, "toggles": {}}))
    assert (batch[0].variant, batch[0].policy_digest) == ("scripted", digest)
    assert batch.variant.to_list() == ["scripted"]

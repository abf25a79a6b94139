"""Small documents and engines for the tests of the evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from hypothesis import settings

import turnout

# A Friday at noon, UTC.
NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
START = "2026-03-01T00:00:00Z"
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
FIELDS = (
    "key",
    "enabled",
    "value",
    "variant",
    "mode",
    "reason",
    "code",
    "rule",
    "bucket",
    "percent",
    "shadow",
    "refused",
)

Document = dict[str, Any]


def examples(count: int) -> settings:
    """So many cases in a usual run, and in proportion more where the profile asks for more than its 100."""
    usual = settings.default
    assert usual is not None
    return settings(max_examples=count * usual.max_examples // 100)


def toggle(**keys: Any) -> Document:
    """A sound channel toggle with these keys on top."""
    sound: Document = {
        "category": "channel",
        "owner": "desk@example.com",
        "created": "2026-01-10",
        "review_by": "2026-12-01",
        "rollback": {"plan": "https://example.com/runbook", "to": "off"},
        "monitors": [{"kpi": "service_level", "worse_than": 0.7}],
    }
    return sound | keys


def rule(when: Document | None = None, **keys: Any) -> Document:
    """A rule called `r`, or what `id` says."""
    return {"id": "r"} | ({} if when is None else {"when": when}) | keys


def ramp(*steps: Document, **keys: Any) -> Document:
    """A ramp of these steps, begun long ago."""
    return {"unit": "customer_id", "algorithm": "xxh3/1", "started_at": START, "steps": list(steps)} | keys


def at_percent(percent: float, **keys: Any) -> Document:
    """A toggle that serves this share."""
    return toggle(rules=[rule(ramp=ramp({"percent": percent}))], **keys)


def document(toggles: Document, **top: Any) -> Document:
    """A document of these toggles."""
    return {"turnout": 1, "toggles": toggles} | top


def policy(toggles: Document, **top: Any) -> turnout.Policy:
    """The policy of these toggles."""
    return turnout.Policy.from_document(document(toggles, **top))


def engine(
    toggles: Document,
    now: dt.datetime = NOW,
    gates: Iterable[turnout.GateResult] = (),
    **top: Any,
) -> turnout.Engine:
    """An engine of these toggles whose clock stands still."""
    return turnout.Engine(policy(toggles, **top), clock=turnout.ManualClock(now), gates=gates)


def only(now: dt.datetime = NOW, **keys: Any) -> turnout.Engine:
    """An engine with the one toggle `t`."""
    return engine({"t": toggle(**keys)}, now)


def asks(condition: Document, **top: Any) -> turnout.Engine:
    """An engine whose toggle `t` is on where the condition holds."""
    return engine({"t": toggle(rules=[rule(condition)])}, **top)


def holds(condition: Document, attributes: Any) -> bool:
    """Whether a condition holds for these attributes."""
    return asks(condition).is_enabled("t", "c-1", attributes)


def fields(evaluation: turnout.Evaluation) -> dict[str, Any]:
    """All fields of an evaluation but the digest, and that no watch calls the policy stale."""
    found = evaluation.to_dict()
    assert (found.pop("policy_digest"), found.pop("stale")) == (evaluation.policy_digest, False)
    assert tuple(found) == FIELDS
    assert found == {name: getattr(evaluation, name) for name in FIELDS}
    return found


def micros(at: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def moment(at_us: int) -> dt.datetime:
    """The instant of microseconds since 1970."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at_us)


def text_of(at_us: int) -> str:
    """RFC 3339 text of an instant."""
    return moment(at_us).isoformat().replace("+00:00", "Z")

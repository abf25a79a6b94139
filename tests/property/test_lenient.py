"""Policies that were loaded with faults: whoever looks at them later finds what is there, and stumbles over nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.property.documents import examples
from tests.property.test_policy_fuzz import SAMPLE, VALUES, documents
from turnout.cli.check import summarise

AT = dt.datetime(2026, 3, 16, 15, tzinfo=dt.UTC)
ODD = [
    5,
    None,
    [],
    {"requires": 5},
    {"requires": [["x"]]},
    {"requires": [{}]},
    {"rules": [{"id": []}, {"id": {}}]},
    {"rules": [{"id": "r"}, {"id": "r"}, 5]},
    {"rules": 5, "owner": 5, "created": [], "review_by": {}, "category": []},
    {"rules": [{"id": "r", "ramp": {"steps": 5, "started_at": []}}]},
]


def lenient(document: dict[str, Any]) -> turnout.Policy | None:
    """The policy of a document, unless nothing of it can be used."""
    try:
        return turnout.Policy.from_document(document, strict=False)
    except turnout.PolicyError:
        return None


def look_at(one: turnout.Policy, other: turnout.Policy) -> None:
    """All that is asked of policies."""
    found = turnout.diff_policies(one, other, ["u", None], at=AT)
    assert bool(found.values) == (one.document != other.document)
    assert found.to_dict()["units"] == 2
    for toggle in turnout.stale_toggles(one, at=AT):
        assert isinstance(toggle.owner, str | None)
    assert summarise(turnout.Engine(one, clock=turnout.ManualClock(AT)), AT)["toggles"] == len(one)
    with pytest.raises(turnout.PolicyError):
        one.with_changes({"toggles": {"new": 5}}, operator="maria", reason="law", at=AT)
    assert one.with_changes({"environment": "law"}, operator="maria", reason="law", at=AT).environment == "law"


@pytest.mark.parametrize("toggle", ODD)
def test_odd_toggles_are_looked_at(toggle: Any) -> None:
    policy, sample = lenient({"turnout": 1, "toggles": {"sms": toggle}}), lenient(SAMPLE)
    assert policy is not None
    assert sample is not None
    look_at(policy, sample)
    look_at(sample, policy)
    for other in map(lenient, ({"turnout": 1, "toggles": {"sms": other}} for other in ODD)):
        assert other is not None
        look_at(policy, other)


@examples(150)
@given(documents(), documents(), st.dictionaries(st.sampled_from(["sms", "chat", "x"]), VALUES, max_size=2))
def test_random_documents_are_looked_at(one: dict[str, Any], other: dict[str, Any], more: dict[str, Any]) -> None:
    toggles = one.get("toggles")
    if isinstance(toggles, dict):
        toggles |= more
    policies = [policy for policy in (lenient(one), lenient(other)) if policy is not None]
    for first in policies:
        for second in policies:
            look_at(first, second)

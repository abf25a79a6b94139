"""`diff_policies`: what two documents say, and for whom they decide otherwise."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter
from typing import Any

import polars as pl
import pytest

import turnout
from tests.unit.policy_faults.documents import governed
from turnout.compare import compare_documents

AT = dt.datetime(2026, 3, 16, 15, tzinfo=dt.UTC)
SAMPLE = turnout.load_policy(turnout.sample_policy_path())
WHO = {"operator": "maria@example.com", "reason": "OPS-12"}


def policy(**toggles: Any) -> turnout.Policy:
    """A policy of these toggles."""
    return turnout.Policy.from_document({"turnout": 1, "toggles": toggles})


def bot(**fields: Any) -> dict[str, Any]:
    """An automation of two variants."""
    own = {"category": "automation", "model_version": "m", "risk": "low", "consent": [], "default": "human"}
    return governed(**own, variants={"bot": 1, "script": 1}) | fields


def crowd(size: int = 600) -> pl.DataFrame:
    """Customers of all sorts."""
    number = pl.int_range(size, eager=True)
    text = number.cast(pl.String)
    return pl.DataFrame(
        {
            "customer_id": "c-" + text,
            "channel": pl.Series(["chat", "phone", "chat"]).gather(number % 3),
            "plan": pl.Series(["pro", "free"]).gather(number % 2),
            "language": pl.Series(["en", "fr", "es", None]).gather(number % 4),
            "consent.ai_chat": number % 5 != 0,
        }
    )


def changed() -> turnout.Policy:
    """The sample with a bit of everything done to it."""
    document = SAMPLE.document
    toggles = document["toggles"]
    document["segments"]["business"]["rules"][0]["in"] = ["free"]
    toggles["phone"]["enabled"] = False
    toggles["sms"]["rules"][0]["when"]["in"] = ["en", "fr"]
    ramp = toggles["billing-bot"]["rules"][1]["ramp"]
    ramp["steps"] = [{"percent": 10, "hold": "7d"}, {"percent": 60}]
    del ramp["approvals"], toggles["email"]
    toggles["fax"] = governed()
    toggles["billing-bot"]["schedule"]["open"] = "always"
    return turnout.Policy.from_document(document)


# The document


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": True}, ["a: 1 -> true"]),
        ({"a": [1, 0]}, {"a": [1, False]}, ["a: [1, 0] -> [1, false]"]),
        ({"a": 1}, {"b": 2}, ["a: removed 1", "b: added 2"]),
        ({"a": {"b": "x"}}, {"a": {"b": "ü"}}, ['a.b: "x" -> "ü"']),
        ({"a b": {"c": 1}}, {"a b": {"c": 2}}, ['"a b".c: 1 -> 2']),
        ({"a": [1, 2]}, {"a": [2, 1]}, ["a: [1, 2] -> [2, 1]"]),
        ({"a": [{"x": 1}]}, {"a": [{"x": 1}, {"x": 2}]}, ['a[1]: added {"x": 2}']),
        ({"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 3}]}, ["a[0].x: 1 -> 3", 'a[1]: removed {"x": 2}']),
        ({"a": [{"x": 1}]}, {"a": []}, ['a: [{"x": 1}] -> []']),
        ({"a": {"x": 1}}, {"a": 1}, ['a: {"x": 1} -> 1']),
    ],
)
def test_documents_are_compared_by_path(old: Any, new: Any, found: list[str]) -> None:
    assert [str(change) for change in compare_documents(old, new)] == found


def test_rules_are_found_again_by_their_ids() -> None:
    old = {"rules": [{"id": "a", "serve": True}, {"id": "b", "serve": True}]}
    new = {"rules": [{"id": "new"}, {"id": "a", "serve": True}, {"id": "b", "serve": False}]}
    texts = [str(change) for change in compare_documents(old, new)]
    assert texts == ['rules[0]: added {"id": "new"}', "rules[2].serve: true -> false"]
    swapped = {"rules": old["rules"][::-1]}
    assert [str(change) for change in compare_documents(old, swapped)] == ['rules: ["a", "b"] -> ["b", "a"]']


def test_a_policy_is_as_itself() -> None:
    found = turnout.diff_policies(SAMPLE, SAMPLE, crowd()["customer_id"], crowd(), at=AT)
    assert not found
    assert (found.values, found.toggles, found.decisions, found.units) == ((), (), (), 600)


def test_toggles_are_added_removed_and_changed() -> None:
    found = turnout.diff_policies(SAMPLE, changed())
    assert dict(found.toggles) == {
        "billing-bot": "changed",
        "email": "removed",
        "fax": "added",
        "phone": "changed",
        "sms": "changed",
    }
    assert (found.units, found.at, found.decisions) == (None, None, ())
    assert found.old_digest == SAMPLE.digest


def test_the_record_of_a_change_is_among_the_values() -> None:
    after = SAMPLE.with_changes({"toggles": {"sms": {"killed": "outage"}}}, **WHO)
    (record, killed) = turnout.diff_policies(SAMPLE, after).values
    assert (record.path, record.kind, record.new["operator"]) == ("change", "added", WHO["operator"])
    assert str(killed) == 'toggles.sms.killed: added "outage"'


# The decisions


def served(engine: turnout.Engine, key: str, unit: str, attributes: dict[str, Any]) -> str:
    """What one call says, in the words of the comparison."""
    if key not in engine.policy:
        return "absent"
    found = engine.evaluate(key, unit, attributes)
    words = {"True": "on", "False": "off"}
    value = words.get(str(found.value), str(found.value))
    return value if found.shadow is None else f"{value} (shadow: {words.get(str(found.shadow), str(found.shadow))})"


def test_decisions_are_those_of_single_calls() -> None:
    """A plain loop over all toggles and customers, by two engines."""
    people, after = crowd(), changed()
    found = turnout.diff_policies(SAMPLE, after, people["customer_id"], people, at=AT, sample=1000)
    engines = [turnout.Engine(p, clock=turnout.ManualClock(AT)) for p in (SAMPLE, after)]
    expected: Counter[tuple[str, str, str]] = Counter()
    ids: dict[tuple[str, str, str], list[str]] = {}
    for key in sorted({*SAMPLE.toggles, *after.toggles}):
        for row in people.iter_rows(named=True):
            was, now = (served(engine, key, row["customer_id"], row) for engine in engines)
            if was != now:
                expected[key, was, now] += 1
                ids.setdefault((key, was, now), []).append(row["customer_id"])
    assert len(expected) > 6
    assert {(d.toggle, d.old, d.new): d.count for d in found.decisions} == expected
    assert {(d.toggle, d.old, d.new): list(d.sample) for d in found.decisions} == ids


def test_a_shadow_step_is_another_outcome() -> None:
    steps = [{"percent": 0, "mode": "shadow", "hold": "7d"}, {"percent": 100}]
    ramp = {"unit": "customer_id", "algorithm": "xxh3/1", "started_at": "2026-03-15T00:00:00Z", "steps": steps}
    before = policy(bot=bot(rules=[{"id": "none", "when": {"attribute": "x", "exists": True}}], variants={"bot": 1}))
    after = policy(bot=bot(rules=[{"id": "r", "ramp": ramp}], variants={"bot": 1}))
    (found,) = turnout.diff_policies(before, after, ["a", "b"], at=AT).decisions
    assert (found.old, found.new, found.count) == ("human", "human (shadow: bot)", 2)


def test_a_toggle_that_gets_variants_and_one_that_is_turned_round() -> None:
    before, after = policy(a=governed()), policy(a=bot(variants={"bot": 1}))
    (found,) = turnout.diff_policies(before, after, ["a"], at=AT).decisions
    assert (found.old, found.new) == ("on", "bot")
    (back,) = turnout.diff_policies(after, before, ["a"], at=AT).decisions
    assert (back.old, back.new) == ("bot", "on")


def test_what_is_required_is_followed() -> None:
    chain = {"a": governed(), "b": governed(requires={"a": True}), "c": governed(requires={"b": True}), "d": governed()}
    off = copy.deepcopy(chain)
    off["a"]["enabled"] = False
    asked: list[str] = []
    found = turnout.diff_policies(
        policy(**chain),
        policy(**off),
        [1, None],
        at=AT,
        progress=lambda key, done, of: asked.append(f"{key} {done}/{of}"),
    )
    assert [(d.toggle, d.count, d.sample) for d in found.decisions] == [(key, 2, (1, None)) for key in "abc"]
    assert dict(found.toggles) == {"a": "changed"}
    assert asked == ["a 0/3", "b 1/3", "c 2/3"], "d cannot have changed and is not decided"


def test_a_calendar_touches_all_who_close_on_it() -> None:
    schedule = {"zone": "UTC", "closed_on": "mine"}
    old = {"turnout": 1, "calendars": {"mine": {"dates": []}}, "toggles": {"a": governed(schedule=schedule)}}
    new = old | {"calendars": {"mine": {"dates": ["2026-03-16"]}}}
    both = [turnout.Policy.from_document(document) for document in (old, new)]
    (found,) = turnout.diff_policies(*both, ["u"], at=AT).decisions
    assert (found.old, found.new) == ("on", "off")


def test_gates_count_where_there_is_such_a_step() -> None:
    steps = [{"percent": 0, "mode": "shadow", "hold": "1d", "min_n": 5}, {"percent": 100}]
    ramp = {"unit": "u", "algorithm": "xxh3/1", "started_at": "2026-03-01T00:00:00Z", "steps": steps}
    before, after = policy(a=governed()), policy(a=governed(rules=[{"id": "r", "ramp": ramp}]))
    gate = turnout.GateResult("a", "r", 0, 5, AT - dt.timedelta(days=5))
    assert turnout.diff_policies(before, after, ["u"], at=AT).decisions[0].new == "off (shadow: on)"
    assert turnout.diff_policies(before, after, ["u"], at=AT, gates=[gate]).decisions == ()
    assert turnout.diff_policies(after, before, ["u"], at=AT, gates=[gate]).decisions == ()
    with pytest.raises(ValueError, match="step 1 waits for no samples"):
        turnout.diff_policies(before, after, ["u"], at=AT, gates=[gate, turnout.GateResult("a", "r", 1, 5, AT)])
    with pytest.raises(ValueError, match="has no rule `r`"):
        turnout.diff_policies(before, before, gates=[gate])


def test_calls_that_cannot_be_meant() -> None:
    with pytest.raises(ValueError, match="give at="):
        turnout.diff_policies(SAMPLE, SAMPLE, ["u"])
    with pytest.raises(ValueError, match="time zone"):
        turnout.diff_policies(SAMPLE, SAMPLE, ["u"], at=dt.datetime(2026, 1, 1))
    with pytest.raises(ValueError, match=r"rows|length"):
        turnout.diff_policies(SAMPLE, changed(), ["u"], {"plan": ["a", "b"]}, at=AT)


def test_no_units_are_nobody() -> None:
    found = turnout.diff_policies(SAMPLE, changed(), [], at=AT)
    assert (found.units, found.decisions) == (0, ())


def test_it_can_be_kept_as_json() -> None:
    import json

    people = crowd(50)
    found = turnout.diff_policies(SAMPLE, changed(), people["customer_id"], people, at=AT)
    kept = json.loads(json.dumps(found.to_dict()))
    assert kept["units"] == 50
    assert kept["at"] == "2026-03-16T15:00:00+00:00"
    assert kept["toggles"]["fax"] == "added"
    assert kept["decisions"][0].keys() == {"toggle", "old", "new", "count", "sample"}
    assert len(kept["decisions"][-1]["sample"]) <= 10

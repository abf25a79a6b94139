"""The evaluation equals its twin, in every field, for random policies and random contacts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.property import twin, twin_time
from tests.property.documents import NOW, Document, document, engine, examples, fields, moment, only, ramp, rule, toggle
from tests.property.positions import shown, twin_position
from tests.property.random_contacts import contacts, values_of_x
from tests.property.random_policies import (
    asking_policies,
    gates_of,
    policies,
    ramped_policies,
    scheduled_policies,
)  # fmt: skip
from tests.property.random_times import FIRST_US, LAST_US, instants
from tests.property.twin import Contact, Gate
from tests.property.twin_values import instant_of_document

# What the random policies came to.
SEEN: Counter[str] = Counter()


def engine_of(source: Document, gates: list[Gate], clock: turnout.ManualClock) -> turnout.Engine:
    """An engine with gate results."""
    results = [turnout.GateResult(g.toggle, g.rule, g.step, g.n, g.at_us) for g in gates]
    return turnout.Engine(turnout.Policy.from_document(source), clock=clock, gates=results)


def edges(source: Document, gates: list[Gate]) -> Iterator[int]:
    """The instants at which a step begins, and those just before."""
    for key, found in source["toggles"].items():
        for listed in found["rules"]:
            if "ramp" in listed:
                passed = twin.passed(listed["ramp"], key, listed["id"], gates)
                for stage in twin_time.stages(listed["ramp"], passed)[1:]:
                    yield from (stage.from_us - 1, stage.from_us)


def compare(
    engine: turnout.Engine, clock: turnout.ManualClock, source: Document, gates: list[Gate], who: Contact
) -> None:
    """Every toggle, by every door that takes one contact as a dictionary."""
    clock.set(moment(who.at_us))
    for key in [*source["toggles"], "no such toggle"]:
        expected = twin.evaluate(source, gates, key, who, "the caller's")
        found = engine.evaluate(key, who.unit, who.attributes, "the caller's", at=who.at_us)
        assert fields(found) == expected, (key, who)
        assert found.policy_digest == engine.policy.digest
        assert engine.evaluate(key, who.unit, who.attributes, "the caller's") == found
        assert engine.is_enabled(key, who.unit, who.attributes) is found.enabled
        explained = engine.explain(key, who.unit, who.attributes, "the caller's", at=who.at_us)
        assert explained.evaluation == found
        last = ["decided"] if key in source["toggles"] else []
        assert [step.verdict for step in explained.steps if step.depth == 0][-1:] == last
        SEEN.update({f"{found.reason} {found.code} {found.mode}": 1, "drawn": found.variant is not None})


@examples(100)
@given(st.data())
def test_every_field_equals_the_twins(data: st.DataObject) -> None:
    source = data.draw(policies())
    gates = data.draw(gates_of(source))
    clock = turnout.ManualClock(NOW)
    engine = engine_of(source, gates, clock)
    for _ in range(6):
        compare(engine, clock, source, gates, data.draw(contacts(source)))
    for at_us in edges(source, gates):
        compare(engine, clock, source, gates, Contact("c-1", {}, at_us))


def test_the_random_policies_come_to_everything() -> None:
    """The test above would pass if nothing but DISABLED ever came out."""
    if not SEEN:
        test_every_field_equals_the_twins()
    outcomes = {
        "STATIC None live", "DEFAULT None off", "TARGETING_MATCH None live", "TARGETING_MATCH None off",
        "SPLIT None live", "SPLIT None off", "SHADOW None shadow", "DISABLED None off", "CONSENT_MISSING None off",
        "DEFAULT OUTSIDE_SCHEDULE off", "DEFAULT PREREQUISITE_FAILED off", "DEFAULT TARGETING_KEY_MISSING off",
        "DEFAULT INVALID_CONTEXT off", "ERROR FLAG_NOT_FOUND off", "drawn",
    }  # fmt: skip
    assert {name for name, count in SEEN.items() if count >= 3} >= outcomes


@examples(100)
@given(st.data())
def test_every_operator_answers_as_the_twins(data: st.DataObject) -> None:
    """Values at and beside the operands, of right and wrong types."""
    source = data.draw(asking_policies())
    engine = engine_of(source, [], turnout.ManualClock(NOW))
    for key, values in data.draw(values_of_x(source, 5)).items():
        (asked,) = source["toggles"][key]["rules"]
        expected = [twin.holds(source, asked["when"], {"x": value}) for value in values]
        assert [engine.is_enabled(key, "c-1", {"x": value}) for value in values] == expected, (asked, values)


@examples(60)
@given(st.data())
def test_ramps_equal_the_twins(data: st.DataObject) -> None:
    """Step, share, mode, the instants before and after, and who is in, at every edge of a step."""
    source = data.draw(ramped_policies())
    gates = data.draw(gates_of(source))
    engine = engine_of(source, gates, turnout.ManualClock(NOW))
    units = data.draw(st.lists(st.integers(0, 10**6), min_size=2, max_size=2))
    for at_us in [FIRST_US, data.draw(st.integers(FIRST_US, LAST_US)), *edges(source, gates)]:
        for key, found in source["toggles"].items():
            (listed,) = found["rules"]
            passed = twin.passed(listed["ramp"], key, listed["id"], gates)
            (position,) = engine.ramp(key, at=moment(at_us))
            assert shown(position) == twin_position(listed, passed, at_us)
            for unit, attributes in ((units[0], {}), ("c-1", {"customer_id": units[1], "account.tier": None})):
                expected = twin.evaluate(source, gates, key, Contact(unit, attributes, at_us))
                assert fields(engine.evaluate(key, unit, attributes, at=at_us)) == expected


@examples(100)
@given(st.data())
def test_schedules_equal_the_twins(data: st.DataObject) -> None:
    """At changes of clocks, at the edges of windows, at `from` and `until`."""
    source = data.draw(scheduled_policies())
    engine = engine_of(source, [], turnout.ManualClock(NOW))
    near = [data.draw(instants()) for _ in range(10)]
    for key, found in source["toggles"].items():
        ends = [instant_of_document(found["schedule"][name]) for name in ("from", "until") if name in found["schedule"]]
        at = [at_us + late for at_us in (*near, *ends) for late in (0, -1, 30 * 60 * 10**6)]
        expected = [twin_time.is_open(found["schedule"], source["calendars"], at_us) for at_us in at]
        assert engine.evaluate_many(key, ["c-1"] * len(at), at=at).enabled.tolist() == expected


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
def test_every_hour_of_a_year_is_open_as_the_twin_says(zone: str) -> None:
    """DST changes, a day that does not exist, holidays, windows over midnight."""
    schedule = {
        "zone": zone,
        "open": ["mon-fri 08:00-20:00", "sat 22:00-02:30", "sun 01:30-02:00"],
        "closed_on": ["us-holidays", "2026-03-28", "2026-04-12"],
    }
    subject = only(schedule=schedule)
    # Apia skipped 30 December 2011.
    start = dt.datetime(2011 if zone == "Pacific/Apia" else 2026, 1, 1, tzinfo=dt.UTC)
    # Around each half hour of the wall clock, which is where windows have their edges.
    minutes = [hour * 60 + minute for hour in range(24 * 366) for minute in (0, 29, 30, 59)]
    at = [int((start + dt.timedelta(minutes=minute)).timestamp() * 10**6) for minute in minutes]
    batch = subject.evaluate_many("t", ["c-1"] * len(at), at=at)
    expected = [twin_time.is_open(schedule, {}, at_us) for at_us in at]
    assert batch.enabled.tolist() == expected
    assert 0 < sum(expected) < len(expected)


def test_the_twin_has_an_opinion_of_its_own() -> None:
    """Known answers, so that the twin is not the library's echo."""
    listed = ramp({"percent": 10, "hold": "2d"}, {"percent": 100}, started_at="2026-03-01T00:00:00Z", unit="id")
    source = document({"billing-bot": toggle(rules=[rule(ramp=listed)])})
    before = twin.evaluate(source, [], "billing-bot", Contact("customer-42", {}, 1_772_323_200_000_000), None)
    assert (before["bucket"], before["enabled"], before["reason"]) == (5.16831, True, "SPLIT")
    assert twin.hash_unit("billing-bot", "variant", "customer-42") * 100 >> 64 == 87
    assert engine(source["toggles"]).evaluate("billing-bot", "customer-42").bucket == 5.16831

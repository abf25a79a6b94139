"""A ramp through months in which the clock jumps, approvals and gates come late, pauses begin and end, and shares are
taken back.

The position is a pure function of document, gate results and time. So whatever happened on the way, it equals the
twin's, and the same question at the same time has the same answer.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import turnout
from tests.property import documents, twin, twin_time
from tests.property.chooser import Chooser
from tests.property.documents import DAY_US, HOUR_US, Document, document, examples, fields, moment, text_of, toggle
from tests.property.positions import shown, twin_position
from tests.property.random_times import FIRST_US, LAST_US, PERCENTS, ramp, schedule
from tests.property.twin import Contact, Gate
from tests.property.twin_values import instant_of_document

UNITS = [f"c-{index}" for index in range(40)]


@st.composite
def ramps(draw: st.DrawFn) -> tuple[Document, Document | None]:
    """A random ramp to begin with, now and then in a toggle with opening hours."""
    choose = Chooser(draw)
    return ramp(choose), choose.maybe(4, lambda: schedule(choose))


class RampMachine(RuleBasedStateMachine):
    """One toggle with one ramp."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = turnout.ManualClock(moment(FIRST_US))
        self.now_us = FIRST_US
        self.gates: list[Gate] = []
        self.seen: dict[Any, Any] = {}

    @initialize(listed=ramps())
    def begin(self, listed: tuple[Document, Document | None]) -> None:
        found, hours = listed
        weights: Document = {"variants": {"bot": 3, "scripted": 1}, "default": "human"}
        weights |= {} if hours is None else {"schedule": hours}
        calendars = {"desk-closed": {"dates": ["2026-03-16", "2026-04-01"]}}
        self.source = document({"t": toggle(rules=[documents.rule(ramp=found)], **weights)}, calendars=calendars)
        self.is_always_open = hours is None
        self.engine = turnout.Engine(self.policy(), clock=self.clock)

    @property
    def ramp(self) -> Document:
        """The ramp as the document stands."""
        listed: Document = self.source["toggles"]["t"]["rules"][0]["ramp"]
        return listed

    def policy(self) -> turnout.Policy:
        """The document as it stands."""
        return turnout.Policy.from_document(self.source)

    def put_in_force(self) -> None:
        """A change of the document or of the gate results is a swap."""
        self.source = copy.deepcopy(self.source)
        results = [turnout.GateResult(g.toggle, g.rule, g.step, g.n, g.at_us) for g in self.gates]
        self.engine.swap(self.policy(), gates=results)

    def move(self, to_us: int) -> None:
        """Puts the clock, with both of its hands."""
        span = moment(to_us) - moment(self.now_us)
        self.clock.advance(span)
        self.now_us = to_us
        assert self.clock.now() == moment(to_us)

    @rule(hours=st.integers(1, 24 * 20), us=st.integers(0, 3))
    def time_passes(self, hours: int, us: int) -> None:
        self.move(self.now_us + hours * HOUR_US + us)

    @rule(to_us=st.integers(FIRST_US, LAST_US + 30 * DAY_US))
    def the_clock_jumps(self, to_us: int) -> None:
        self.move(to_us)

    @rule(days=st.sampled_from([30, 400, 4000]))
    def the_service_is_down(self, days: int) -> None:
        """It catches up in one jump, to where it would stand had somebody looked at every step."""
        self.move(self.now_us + days * DAY_US)
        (at_once,) = self.engine.ramp("t")
        (walked,) = self.engine.ramp("t", at=moment(FIRST_US - 4000 * DAY_US))
        while walked.next_at is not None and walked.next_at <= moment(self.now_us):
            (walked,) = self.engine.ramp("t", at=walked.next_at)
        assert (walked.step, walked.entered_at, walked.next_at) == (at_once.step, at_once.entered_at, at_once.next_at)

    @rule(share=st.sampled_from(PERCENTS))
    def a_share_is_taken_back(self, share: float) -> None:
        """The highest places go first, and nobody comes in."""
        before = self.who_is_in()
        for step in self.ramp["steps"]:
            if step.get("mode") != "shadow":
                step["percent"] = min(step["percent"], share)
        self.put_in_force()
        salt = self.ramp.get("salt", "t")
        assert self.who_is_in() == {unit for unit in before if turnout.bucket(unit, salt) < share}

    @rule(salt=st.sampled_from(["s2", "s3"]))
    def somebody_shuffles(self, salt: str) -> None:
        """Refused from the first instant at which anybody can have been in, were the samples there at once."""
        rules = copy.deepcopy(self.source["toggles"]["t"]["rules"])
        rules[0]["ramp"]["salt"] = salt
        patch = {"toggles": {"t": {"rules": rules}}}
        passed = {index: -twin_time.NEVER for index, step in enumerate(self.ramp["steps"]) if "min_n" in step}
        latest = twin_time.position(self.ramp, passed, self.now_us).step
        is_free = latest is None or self.ramp["steps"][latest]["percent"] == 0
        try:
            self.policy().with_changes(patch, operator="maria", reason="law", at=moment(self.now_us))
        except turnout.PolicyError:
            assert not is_free
        else:
            assert is_free or self.ramp.get("salt") == salt

    @rule(step=st.integers(0, 4), late=st.sampled_from([0, -1]))
    def the_clock_jumps_to_the_edge_of_a_step(self, step: int, late: int) -> None:
        stages = twin_time.stages(self.ramp, self.passed())[1:]
        if stages:
            self.move(stages[step % len(stages)].from_us + late)

    @rule(pick=st.integers(0, 3), delay=st.integers(-3, 3))
    def somebody_approves(self, pick: int, delay: int) -> None:
        asked = [index for index, step in enumerate(self.ramp["steps"]) if "approval" in step]
        if asked:
            given = {"step": asked[pick % len(asked)], "role": "lead", "by": "maria@example.com"}
            self.ramp.setdefault("approvals", []).append(given | {"at": text_of(self.now_us + delay * DAY_US)})
            self.put_in_force()

    @rule(pick=st.integers(0, 3), n=st.sampled_from([9, 3, 100]), delay=st.integers(-3, 3))
    def samples_come_in(self, pick: int, n: int, delay: int) -> None:
        waiting = [index for index, step in enumerate(self.ramp["steps"]) if "min_n" in step]
        if waiting:
            self.gates.append(Gate("t", "r", waiting[pick % len(waiting)], n, self.now_us + delay * DAY_US))
            self.put_in_force()

    @rule(hours=st.integers(1, 24 * 9), is_open=st.booleans())
    def a_pause_begins(self, hours: int, is_open: bool) -> None:
        pause = {"from": text_of(self.now_us), "reason": "outage"}
        end = {} if is_open else {"to": text_of(self.now_us + hours * HOUR_US)}
        self.ramp.setdefault("pauses", []).append(pause | end)
        self.put_in_force()

    @rule()
    def open_pauses_end(self) -> None:
        pauses = self.ramp.get("pauses", [])
        for pause in pauses:
            if "to" not in pause and self.now_us > instant_of_document(pause["from"]):
                pause["to"] = text_of(self.now_us)
        self.put_in_force()

    def who_is_in(self) -> set[str]:
        """The units that are served now."""
        enabled = self.engine.evaluate_many("t", UNITS).enabled
        return {unit for unit, is_in in zip(UNITS, enabled, strict=True) if is_in}

    def passed(self) -> dict[int, int]:
        """When each step's samples were complete."""
        return twin.passed(self.ramp, "t", "r", self.gates)

    @invariant()
    def the_position_is_the_twins(self) -> None:
        expected = twin_position(self.source["toggles"]["t"]["rules"][0], self.passed(), self.now_us)
        (position,) = self.engine.ramp("t")
        assert shown(position) == expected
        assert position.waits_for == twin_time.waits(self.ramp, self.passed(), self.now_us)
        # Whatever has passed, it never stands past a step that nobody approved or that has too few samples.
        steps = self.ramp["steps"]
        for index in range((position.step or 0) + 1 if position.step is not None else 0):
            approved = {a["step"] for a in self.ramp.get("approvals", [])}
            assert "approval" not in steps[index] or index in approved
            assert index == position.step or "min_n" not in steps[index] or index in self.passed()

    @invariant()
    def the_answers_are_the_twins(self) -> None:
        for unit in UNITS[:6]:
            expected = twin.evaluate(self.source, self.gates, "t", Contact(unit, {}, self.now_us))
            assert fields(self.engine.evaluate("t", unit)) == expected

    @invariant()
    def the_same_question_has_the_same_answer(self) -> None:
        question = (self.engine.policy.digest, tuple(self.gates), self.now_us)
        answer = self.engine.evaluate_many("t", UNITS).to_frame().rows()
        assert self.seen.setdefault(question, answer) == answer

    @invariant()
    def whoever_is_in_at_an_earlier_live_step_stays_in(self) -> None:
        """At every instant to come, as the plan stands, no live step takes from a unit what another gave."""
        stages = twin_time.stages(self.ramp, self.passed())[1:] if self.is_always_open else []
        before: set[str] = set()
        for stage in stages:
            assert stage.step is not None
            if self.ramp["steps"][stage.step].get("mode") != "shadow":
                batch = self.engine.evaluate_many("t", UNITS, at=stage.from_us)
                now = {unit for unit, enabled in zip(UNITS, batch.enabled, strict=True) if enabled}
                assert before <= now
                before = now


TestRampMachine = RampMachine.TestCase
TestRampMachine.settings = settings(examples(40), stateful_step_count=20)

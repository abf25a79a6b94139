"""`turnout evaluate` and `turnout explain`: one toggle, one contact."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.tree import Tree

from turnout.cli.console import escape, instant_text, percent_text, stdout_console
from turnout.cli.faults import print_json
from turnout.cli.inputs import (
    engine_at,
    now_utc,
    parse_attributes,
    parse_instant,
    read_policy,
    require_toggle,
)
from turnout.cli.inputs import short_digest as short

if TYPE_CHECKING:
    from rich.console import Console

    from turnout import Engine, Evaluation, Explanation, ExplanationStep


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What is asked: this toggle, for this contact, at this instant."""

    engine: Engine
    key: str
    unit: str | None
    attributes: dict[str, Any]
    at: dt.datetime
    with_gates: bool

    @classmethod
    def read(
        cls,
        files: Sequence[Path],
        key: str,
        unit: str | None,
        pairs: Sequence[str],
        attributes: Path | None,
        at: str | None,
        gates: Path | None,
    ) -> Question:
        """Reads the policy and the options of the command line."""
        policy = read_policy(files[0], files[1:])
        require_toggle(policy, key, files[0])
        instant = now_utc() if at is None else parse_instant(at, "--at")
        known = parse_attributes(pairs, attributes)
        return cls(engine_at(policy, instant, gates), key, unit, known, instant, with_gates=gates is not None)

    def evaluate(self) -> Evaluation:
        """The answer."""
        return self.engine.evaluate(self.key, self.unit, self.attributes)

    def explain(self) -> Explanation:
        """The answer with all that was looked at."""
        return self.engine.explain(self.key, self.unit, self.attributes)

    def to_dict(self) -> dict[str, Any]:
        """The question as JSON, so that a kept answer says what it answered."""
        return {"key": self.key, "unit": self.unit, "attributes": self.attributes, "at": self.at.isoformat()}


def run_evaluate(question: Question, *, as_json: bool) -> None:
    """Evaluates and shows the answer."""
    found = question.evaluate()
    if as_json:
        print_json({"question": question.to_dict(), "evaluation": found.to_dict()})
        return
    show_answer(stdout_console(), question, found)


def run_explain(question: Question, *, as_json: bool) -> None:
    """Explains and shows the way to the answer."""
    explanation = question.explain()
    if as_json:
        print_json({"question": question.to_dict(), "explanation": explanation.to_dict()})
        return
    console = stdout_console()
    show_answer(console, question, explanation.evaluation)
    console.print()
    console.print(steps_tree("looked at, in order", explanation.steps))


def show_answer(console: Console, question: Question, found: Evaluation) -> None:
    """The answer in a few lines: what is served, why, and where the unit stands on the ramp."""
    state, colour = ("on", "green") if found.enabled else ("off", "red")
    who = "a contact without a unit" if not question.unit else question.unit
    value = "" if isinstance(found.value, bool) or found.value is None else f", value {found.value}"
    console.print(f"[bold]{escape(question.key)}[/] for {escape(who)}: [bold {colour}]{state}[/]{escape(value)}")
    rows = [("reason", reason_text(found)), ("mode", found.mode)]
    if found.variant is not None and found.variant != found.value:
        rows.append(("variant", found.variant))
    if found.bucket is not None and found.percent is not None:
        rows.append(("ramp", ramp_text(found.bucket, found.percent, found.mode)))
        rows += [("waits", text) for text in waits_texts(question, found.rule)]
    if found.shadow is not None:
        rows.append(("shadow", f"would have served {served_text(found.shadow)}; not acted on"))
    rows += [("at", instant_text(question.at)), ("policy", short(found.policy_digest))]
    for name, text in rows:
        console.print(f"  {name:<8} {escape(str(text))}", soft_wrap=True)


def reason_text(found: Evaluation) -> str:
    """The reason with its code and rule."""
    code = f" ({found.code})" if found.code else ""
    rule = f", rule {found.rule}" if found.rule else ""
    return f"{found.reason}{code}{rule}"


def ramp_text(bucket: float, percent: float, mode: str) -> str:
    """Where the unit stands: it is in when its bucket is below the percent in force."""
    if mode == "shadow":
        return f"bucket {bucket:.5f}, in shadow: nobody is served"
    return f"bucket {bucket:.5f}, {'below' if bucket < percent else 'not below'} {percent_text(percent)}"


def waits_texts(question: Question, rule: str | None) -> Iterator[str]:
    """What the ramp of a rule waits for, and how to tell it what it cannot know."""
    for ramp in question.engine.ramp(question.key, at=question.at):
        if ramp.rule == rule and ramp.waits_for and ramp.next_at is None:
            hint = (
                " (no gate results given: --gates)" if "samples" in ramp.waits_for and not question.with_gates else ""
            )
            yield f"for {ramp.waits_for}{hint}"


def served_text(value: object) -> str:
    """A value as people say it."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


VERDICT_COLOURS = {"passed": "green", "missed": "yellow", "decided": "bold cyan"}


def steps_tree(title: str, steps: Sequence[ExplanationStep]) -> Tree:
    """What was looked at, as a tree."""
    root = Tree(title, guide_style="dim")
    path = [root]
    for step in steps:
        del path[step.depth + 1 :]
        path.append(path[-1].add(step_text(step)))
    return root


def step_text(step: ExplanationStep) -> str:
    """One thing that was looked at: how it went, and what was seen."""
    colour = VERDICT_COLOURS.get(step.verdict, "default")
    text = f"{escape(step.stage)} [{colour}]{escape(step.verdict)}[/]"
    return f"{text}: {escape(step.detail)}" if step.detail else text

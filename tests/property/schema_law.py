"""What the JSON Schema and the core must agree on, and what is the core's alone."""

from __future__ import annotations

import re
from typing import Any

import jsonschema

import turnout

SCHEMA = turnout.policy_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# Faults of shape that a schema cannot say, for they are about two values: by their messages.
BETWEEN_VALUES = re.compile(
    "|".join(
        [
            "`review_by` is not after `created`",
            "the weights add up to [1-9]",
            r"\S+ % after \S+ %",
            "a shadow step after a live one",
            "`max` is shorter than `hold`",
            "the pause ends before it begins",
            "the schedule ends before it starts",
            "rule id `.*` is already that of",
            "unit `.*` is overridden twice",
            "not a scale",
            # The last step needs none; which one is the last is the core's to say.
            "`hold` is missing",
            # Arithmetic within one value.
            "has more than five decimal places",
            "the duration .* is too long",
            r"\d{20}.* is not a comparison of versions",
        ]
    )
)
# An approval names a step of the ramp; how many steps there are is another list's matter. No ramp has 100.
STEP_OUT_OF_RANGE = re.compile(r"approvals\[\d+\]\.step: \d{1,2} is out of range")


def is_shown_by_schema(problem: turnout.Problem) -> bool:
    """Whether the schema must know of a fault too."""
    if STEP_OUT_OF_RANGE.search(str(problem)):
        return False
    return problem.kind in ("shape", "governance") and not BETWEEN_VALUES.search(problem.message)


def valid(document: Any) -> bool:
    """Whether a document is valid by the schema."""
    return bool(VALIDATOR.is_valid(document))


def faults_of(document: dict[str, Any]) -> tuple[turnout.Problem, ...]:
    """The core's faults of a document; none when it is taken."""
    try:
        turnout.Policy.from_document(document)
    except turnout.PolicyError as error:
        return error.problems
    return ()


def check_law(document: dict[str, Any]) -> bool | None:
    """The law for one document. Says whether it is a policy; nothing when the core alone may see its faults."""
    faults = faults_of(document)
    is_valid = valid(document)
    if not faults:
        assert is_valid, [error.message for error in VALIDATOR.iter_errors(document)]
        return True
    shown = [str(fault) for fault in faults if is_shown_by_schema(fault)]
    assert not (shown and is_valid), shown
    return False if shown else None

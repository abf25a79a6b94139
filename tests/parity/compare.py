"""How the doors of an engine are compared: bit for bit, in every field."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import turnout
from tests.property.documents import Document, engine, ramp, rule, toggle

# The columns of a batch, in the order of `to_frame()`.
COLUMNS = ("enabled", "value", "variant", "mode", "reason", "code", "rule", "bucket", "percent", "shadow", "refused")

# What is asked of the attribute `x`: every operator, with operands that some value of every type answers.
ASKED: tuple[Document, ...] = (
    {"equals": "pro"}, {"equals": 3}, {"equals": 2.5}, {"equals": True}, {"not_equals": "pro"}, {"not_equals": 3},
    {"not_equals": True}, {"in": ["pro", "5.2", 3, True]}, {"in": [*"abcdefghijkl", "pro"]},
    {"not_in": ["pro", 3, 2.5]}, {"lt": 3}, {"lte": 2.5}, {"gt": -1}, {"gte": 3}, {"gt": 9_007_199_254_740_991},
    {"starts_with": "p"}, {"ends_with": "o"}, {"contains": "pro"}, {"contains": 3}, {"contains": True},
    {"matches": "^[a-z]+$"}, {"semver": ">=5.2"}, {"before": "2026-03-01"}, {"after": "2026-03-01T00:00:00Z"},
    {"cidr": ["10.0.0.0/8", "2001:db8::/32"]}, {"exists": True}, {"exists": False}, {"null": True}, {"null": False},
)  # fmt: skip


def asking(name: str) -> Document:
    """One toggle for each question about an attribute, and some that place units by it."""
    asked = {
        f"{index} {operand}": toggle(rules=[rule({"attribute": name} | operand)]) for index, operand in enumerate(ASKED)
    }
    step = {"percent": 50}
    weights: Document = {"variants": {"bot": 90, "scripted": 10}, "default": "human"}
    return asked | {
        "by the attribute": toggle(rules=[rule(ramp=ramp(step, unit=name))], **weights),
        "in shadow": toggle(rules=[rule(ramp=ramp({"percent": 0, "mode": "shadow"}, unit=name))], **weights),
        "negated": toggle(rules=[rule({"not": {"attribute": name, "equals": "pro"}})]),
        "drawn": toggle(**weights),
        "overridden": toggle(
            overrides=[{"units": ["c-1", 42], "serve": False}], rules=[rule(ramp=ramp({"percent": 100}))]
        ),
        "required": toggle(requires={"by the attribute": "bot"}, consent=[]),
        "off": toggle(enabled=False),
    }


def asking_engine(name: str = "x") -> turnout.Engine:
    """An engine of those toggles."""
    return engine(asking(name))


class Expected(NamedTuple):
    """Single evaluations, and what they hold."""

    evaluations: list[turnout.Evaluation]
    rows: list[Document]


def expect(evaluations: Iterable[turnout.Evaluation]) -> Expected:
    """What a batch should answer."""
    found = list(evaluations)
    return Expected(found, [evaluation.to_dict() for evaluation in found])


def assert_batch(batch: turnout.EvaluationBatch, expected: Expected) -> None:
    """A batch answers as single evaluations did, row by row."""
    found = [batch[index] for index in range(len(batch))]
    assert [evaluation.to_dict() for evaluation in found] == expected.rows
    assert found == expected.evaluations
    assert batch.enabled.tolist() == [row["enabled"] for row in expected.rows]


def assert_columns(batch: turnout.EvaluationBatch, expected: Expected) -> None:
    """Row by row, and each column in its own type, alone and in a frame."""
    assert_batch(batch, expected)
    assert batch.enabled.dtype == bool
    for name in ("bucket", "percent"):
        column = getattr(batch, name)
        assert str(column.dtype) == "float64"
        assert [None if math.isnan(place) else place for place in column.tolist()] == [r[name] for r in expected.rows]
    for name in ("value", "variant", "mode", "reason", "code", "rule", "shadow", "refused"):
        column = getattr(batch, name)
        assert (column.name, column.to_list()) == (name, [row[name] for row in expected.rows])
    frame = batch.to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame.rows() == [tuple(row[name] for name in COLUMNS) for row in expected.rows]


def one_by_one(
    asked: turnout.Engine, key: str, units: Iterable[Any], attributes: Iterable[Any], default: object = None
) -> Expected:
    """Single evaluations of each row, which is a dictionary, and the same with a context."""
    found = []
    for unit, row in zip(units, attributes, strict=True):
        evaluation = asked.evaluate(key, unit, row, default)
        assert asked.evaluate(key, turnout.Context(unit, row), None, default) == evaluation, (key, unit, row)
        found.append(evaluation)
    return expect(found)

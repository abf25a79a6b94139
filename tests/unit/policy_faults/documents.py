"""A sound document to break, writers that know the line of every path, and the faults that come back."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

import turnout

Tree = dict[str, Any]
Form = Literal["toml", "json"]
FORMATS: tuple[Form, Form] = ("toml", "json")


class Raw(str):
    """Text that stands in the source as it is: a date in TOML, a number that Python cannot say."""

    __slots__ = ()


class Moment(str):
    """A date or instant: TOML's own in TOML, text in JSON."""

    __slots__ = ()


class Written(NamedTuple):
    """A document as text, with the line on which the key or element of each path starts."""

    text: str
    lines: dict[str, int]

    def line(self, path: str) -> int | None:
        """The line of a path; that of the nearest table or list around it when it is not there."""
        while path not in self.lines and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)


def sound() -> Tree:
    """A document without a fault, in which every key of the grammar but the operators stands somewhere."""
    return copy.deepcopy(_SOUND)


def moments(*texts: str) -> list[Moment]:
    """A list of dates."""
    return [Moment(text) for text in texts]


def governed(**fields: Any) -> Tree:
    """A channel with all that governance asks for, and more fields."""
    return {
        "category": "channel",
        "owner": "team@example.com",
        "created": Moment("2026-01-10"),
        "review_by": Moment("2026-07-01"),
        "rollback": {"plan": "runbook", "to": "off"},
        "monitors": [{"kpi": "csat", "worse_than": 4.2, "scale": [1, 5]}],
        **fields,
    }


def single(**fields: Any) -> Tree:
    """A document with one toggle, `bot`."""
    return {"turnout": 1, "toggles": {"bot": governed(**fields)}}


def where(condition: Any) -> Tree:
    """A document whose one rule asks for a condition."""
    return single(rules=[{"id": "r", "when": condition}])


def ramped(**fields: Any) -> Tree:
    """A document whose one rule ramps; fields come on top of a sound ramp."""
    start = Moment("2026-03-01T00:00:00Z")
    ramp = {"unit": "customer_id", "algorithm": "xxh3/1", "started_at": start, "steps": [{"percent": 100}], **fields}
    return single(rules=[{"id": "r", "ramp": ramp}])


_SOUND: Tree = {
    "turnout": 1,
    "environment": "test",
    "change": {
        "operator": "maria@example.com",
        "reason": "a wider pilot",
        "previous": "0123456789abcdef" * 4,
        "at": Moment("2026-02-27T09:30:00Z"),
    },
    "calendars": {"desk": {"dates": moments("2026-12-24", "2026-12-31")}},
    "segments": {
        "business": {"description": "pays", "rules": [{"attribute": "plan", "in": ["pro"]}, {"segment": "pilot"}]},
        "pilot": {"rules": [{"not": {"any": [{"all": [{"attribute": "tier", "equals": "vip"}]}]}}]},
    },
    "toggles": {
        "chat": governed(
            description="chat",
            enabled=True,
            fallback=["email"],
            schedule={
                "zone": "America/New_York",
                "open": ["mon-fri 08:00-20:00"],
                "closed_on": ["desk"],
                "from": Moment("2026-01-01T00:00:00Z"),
                "until": Moment("2027-01-01T00:00:00Z"),
            },
        ),
        "billing-bot": governed(
            category="automation",
            killed="an outage",
            model_version="nlu-4.2",
            risk="low",
            consent=["ai_chat"],
            data_classes=["account"],
            privacy_assessment="DPIA-1",
            requires={"chat": True},
            variants={"bot": 90, "scripted": 10},
            default="human",
            overrides=[{"units": ["c-7", 42], "serve": "human"}],
            rules=[
                {"id": "vip", "description": "people", "when": {"segment": "business"}, "serve": "human"},
                {
                    "id": "ramp",
                    "ramp": {
                        "unit": "customer_id",
                        "algorithm": "xxh3/1",
                        "salt": "salt",
                        "started_at": Moment("2026-03-01T00:00:00Z"),
                        "steps": [
                            {"percent": 0, "mode": "shadow", "hold": "7d", "max": "14d", "min_n": 500},
                            {"percent": 10, "hold": "2d"},
                            {"percent": 30.5, "hold": "5d", "approval": "ops_lead"},
                            {"percent": 100},
                        ],
                        "approvals": [
                            {"step": 2, "role": "ops_lead", "by": "maria", "at": Moment("2026-03-12T00:00:00Z")}
                        ],
                        "pauses": [
                            {
                                "from": Moment("2026-03-13T00:00:00Z"),
                                "to": Moment("2026-03-14T00:00:00Z"),
                                "reason": "outage",
                            }
                        ],
                        "rebucket": True,
                        "reason": "a new salt",
                    },
                },
            ],
        ),
        "overtime": governed(category="capacity", approvals=["HR-1"], trigger="workload > available"),
    },
}


def parts(path: str) -> list[str | int]:
    """The keys and indexes of a path without quotes."""
    return [int(i) if i else key for key, i in re.findall(r"([^.\[\]]+)(?!\])|\[(\d+)\]", path)]


def get(tree: Any, path: str) -> Any:
    """The value at a path."""
    for part in parts(path):
        tree = tree[part]
    return tree


def put(tree: Tree, path: str, value: Any) -> Tree:
    """The tree with another value at a path."""
    *above, last = parts(path)
    get_all(tree, above)[last] = value
    return tree


def drop(tree: Tree, path: str) -> Tree:
    """The tree without the key at a path."""
    *above, last = parts(path)
    del get_all(tree, above)[last]
    return tree


def rename(tree: Tree, path: str, to: str) -> Tree:
    """The tree with another key in place of the last of a path; the order stays."""
    *above, last = parts(path)
    table = get_all(tree, above)
    renamed = {to if key == last else key: value for key, value in table.items()}
    table.clear()
    table.update(renamed)
    return tree


def get_all(tree: Any, above: list[str | int]) -> Any:
    """The value at a path given as its parts."""
    for part in above:
        tree = tree[part]
    return tree


def keys(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all keys of a tree, in its order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else key
            yield here
            yield from keys(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys(inner, f"{path}[{index}]")


def problems(data: str | bytes, form: Form, strict: bool = True) -> tuple[turnout.Problem, ...]:
    """The faults for which a document is refused; none when it is taken."""
    source = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    faults: tuple[turnout.Problem, ...] = ()
    try:
        turnout.Policy.from_bytes(source, form, strict)
    except turnout.PolicyError as error:
        faults = error.problems
        lines, parts = len(str(error).splitlines()), len(faults)
    else:
        lines, parts = 0, 0
    assert lines == parts, "a line for each fault"
    return faults


def accepted(tree: Tree) -> bool:
    """Whether both writings of a document are taken, with one digest."""
    policies = [turnout.Policy.from_bytes(WRITERS[form](tree).text.encode(), form) for form in FORMATS]
    return policies[0].digest == policies[1].digest


def toml(tree: Tree, twice: str = "") -> Written:
    """The document in TOML: a header for each named table and each rule, each key on its own line."""
    lines: list[str] = []
    places: dict[str, int] = {}

    def key_lines(table: Tree, path: str) -> None:
        nested = [key for key, value in table.items() if key in ("rules", "ramp") and is_nested(path, key, value)]
        for key, value in table.items():
            if key in nested:
                continue
            here = f"{path}.{key}" if path else key
            for again in range(1 + (here == twice)):
                lines.append(f"{toml_key(key)} = {toml_value(value)}")
                if not again:
                    places[here] = len(lines)
            places.update({inner: len(lines) for inner in inside(value, here)})
        for key in nested:
            header(table[key], f"{path}.{key}")

    def header(value: Any, path: str) -> None:
        elements = value if isinstance(value, list) else [value]
        for index, element in enumerate(elements):
            name = ".".join(toml_key(str(part)) for part in parts(path) if isinstance(part, str))
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            places.setdefault(path, len(lines))
            here = f"{path}[{index}]" if isinstance(value, list) else path
            places[here] = len(lines)
            key_lines(element, here)

    sections = [key for key, value in tree.items() if is_section(value)]
    key_lines({key: value for key, value in tree.items() if key not in sections}, "")
    for section in sections:
        for name, table in tree[section].items():
            header(table, f"{section}.{name}")
            places.setdefault(section, places[f"{section}.{name}"])
    return Written("\n".join(lines) + "\n", places)


def is_section(value: Any) -> bool:
    """Whether a value is a table of tables that can be given headers of their own."""
    return isinstance(value, dict) and bool(value) and all(isinstance(v, dict) and v for v in value.values())


def is_nested(path: str, key: str, value: Any) -> bool:
    """Whether a toggle's rules, or a rule's ramp, can be given headers of their own."""
    if key == "ramp":
        return isinstance(value, dict) and bool(value) and path.endswith("]")
    dicts = isinstance(value, list) and bool(value) and all(isinstance(v, dict) and v for v in value)
    return dicts and path.startswith("toggles.") and path.count(".") == 1


def inside(value: Any, path: str) -> Iterator[str]:
    """The paths below a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}"
            yield from inside(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield f"{path}[{index}]"
            yield from inside(inner, f"{path}[{index}]")


def toml_key(key: str) -> str:
    """A key, in quotes where it needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def toml_value(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Raw | Moment):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def json_text(tree: Tree, twice: str = "") -> Written:
    """The document in JSON: each key and each element on its own line."""
    lines = [""]
    places: dict[str, int] = {}

    def write(value: Any, path: str) -> None:
        pair = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else ""
        if not pair:
            lines[-1] += str(value) if isinstance(value, Raw) else json.dumps(value)
            return
        lines[-1] += pair[0]
        for number, item in enumerate(value.items() if isinstance(value, dict) else enumerate(value)):
            key, inner = item
            here = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key
            for again in range(1 + (here == twice)):
                lines[-1] += "," if number or again else ""
                lines.append("" if isinstance(key, int) else f"{json.dumps(key)}: ")
                if not again:
                    places[here] = len(lines)
                write(inner, here)
        lines.append(pair[1])

    write(tree, "")
    return Written("\n".join(lines), places)


WRITERS: dict[Form, Callable[..., Written]] = {"toml": toml, "json": json_text}


def both(tree: Tree, twice: str = "") -> Iterator[tuple[Written, tuple[turnout.Problem, ...]]]:
    """The document in each format, with its faults."""
    for form in FORMATS:
        written = WRITERS[form](tree, twice)
        found = problems(written.text, form)
        # the hints are for all formats: none speaks the language of one
        assert not [p for p in found if p.kind != "syntax" and re.search(r"\w = |\[\[?[a-z]", p.hint)]
        yield written, found

"""The JSON Schema knows the keys that the core's reader knows, table by table: a new key cannot be forgotten in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from tests.structure.source import PACKAGE, ROOT

SOURCES = sorted((ROOT / "rust" / "core" / "src" / "policy").glob("*.rs"))
LIST = r"=\s*\[([^\]]*)\]"
Keys = frozenset[str]


def keys_of_the_core() -> Counter[Keys]:
    """The keys of each table that the core's reader opens, and those of conditions."""
    found: Counter[Keys] = Counter()
    for path in SOURCES:
        text = path.read_text("utf-8")
        for call in re.finditer(r"Fields::open\(([^;]*?), c\.problems\)", text):
            name = re.search(r"&(\w+)$", call[1])
            written = call[1]
            if name:
                before = re.findall(rf"\b{name[1]}(?:: [^=]+)? {LIST}", text[: call.start()])
                assert before, f"{path.name}: where {name[1]} is set"
                written = before[-1]
            keys = frozenset(re.findall(r'"(\w+)"', written))
            assert keys, f"{path.name}: {call[0]}"
            found[keys] += 1
    conditions = (ROOT / "rust/core/src/policy/expr.rs").read_text("utf-8")
    lists = [re.search(rf"const {name}: [^=]+ {LIST}", conditions) for name in ("COMBINATORS", "OPERATORS")]
    found[frozenset(key for found in lists if found for key in re.findall(r'"(\w+)"', found[1]))] += 1
    return found


def keys_of_the_schema() -> Counter[Keys]:
    """The properties of each table in the schema."""
    schema: dict[str, Any] = json.loads((PACKAGE / "data" / "policy.schema.json").read_text("utf-8"))
    tables = [schema, *schema["$defs"].values()]
    return Counter(frozenset(table["properties"]) for table in tables if "properties" in table)


def test_the_schema_has_the_keys_of_the_core() -> None:
    """Neither has a table or a key that the other has not."""
    core = keys_of_the_core()
    assert core.total() > 12
    assert sum(map(len, core)) > 80
    assert keys_of_the_schema() == core


def test_every_table_of_the_schema_is_closed() -> None:
    """A key that the schema does not know is refused by it, as by the core."""
    schema: dict[str, Any] = json.loads((PACKAGE / "data" / "policy.schema.json").read_text("utf-8"))
    tables = [schema, *(found for found in schema["$defs"].values() if "properties" in found)]
    assert len(tables) > 12
    assert all(table["additionalProperties"] is False for table in tables)

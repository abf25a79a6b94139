"""Laws of changes and overlays: whatever the order and the way, the policy is that of the merged document."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.unit.policy_faults.documents import governed
from turnout._core import _compile_merged
from turnout.overlays import Source, load_merged
from turnout.patch import Origins, merge_patch, missing_keys, overlay_patch, parse_path

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"])
KEYS = st.sampled_from(["a", "b", "c", "_delete"])
TREES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=2) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
)
TABLES = st.dictionaries(KEYS, TREES, max_size=3)

# Patches of a policy, some of which break it.
VALUES = {
    "enabled": st.booleans(),
    "killed": st.sampled_from(["outage", ""]),
    "owner": st.sampled_from(["a@example.com", 5]),
    "fallback": st.lists(st.sampled_from(["email", "phone"]), max_size=2),
    "requires": st.dictionaries(st.sampled_from(["chat", "sms", "fax"]), st.none() | st.booleans(), max_size=2),
    "schedule": st.fixed_dictionaries({}, optional={"zone": st.sampled_from(["UTC", "Mars"]), "open": st.none()}),
}
TOGGLE_PATCHES = st.none() | st.fixed_dictionaries({}, optional={k: st.none() | v for k, v in VALUES.items()})
PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "environment": st.sampled_from(["production", None]),
        "toggles": st.dictionaries(st.sampled_from(["chat", "sms", "fax"]), TOGGLE_PATCHES, max_size=2),
    },
)


def sound() -> dict[str, Any]:
    """A document of two channels, one with a schedule."""
    chat, sms = governed(), governed(requires={"chat": True}, schedule={"zone": "UTC", "open": "always"})
    return {"turnout": 1, "environment": "test", "toggles": {"chat": chat, "sms": sms}}


def rfc_7386(target: Any, patch: Any) -> Any:
    """The pseudo-code of the RFC, word by word."""
    if isinstance(patch, dict):
        if not isinstance(target, dict):
            target = {}
        for name, value in patch.items():
            if value is None:
                if name in target:
                    del target[name]
            else:
                target[name] = rfc_7386(target.get(name), value)
        return target
    return patch


def outcome(make: Any) -> tuple[str, Any]:
    """A policy's digest, or what is wrong, places apart."""
    try:
        return "digest", make().digest
    except turnout.PolicyError as error:
        return "faults", sorted((p.path, p.message, p.hint, p.kind) for p in error.problems)


@given(target=TREES, patch=TREES)
def test_merging_is_that_of_the_rfc_and_changes_no_argument(target: Any, patch: Any) -> None:
    kept = copy.deepcopy((target, patch))
    assert merge_patch(target, patch) == rfc_7386(copy.deepcopy(target), patch)
    assert (target, patch) == kept


@given(target=TABLES, patch=TABLES)
def test_merging_twice_is_merging_once(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@given(tree=TABLES)
def test_an_overlay_without_deletions_is_a_patch_as_it_is(tree: Any) -> None:
    if "_delete" not in json.dumps(tree):
        assert overlay_patch(tree, []) == tree


@given(base=TABLES, patches=st.lists(TABLES, max_size=3))
def test_every_value_comes_from_the_source_that_set_it(base: Any, patches: list[Any]) -> None:
    """Marked by what it holds: each patch writes its own number into every leaf."""
    merged, origins = marked(base, 0), Origins()
    for number, patch in enumerate(patches, start=1):
        patch = marked(patch, number)
        origins.apply(merged, patch, number)
        merged = merge_patch(merged, patch)
    for path, mark in leaves(merged, []):
        assert origins.source_of(path) == mark


def marked(tree: Any, number: int) -> Any:
    """The tree with every value that is no table and no null replaced by a number."""
    if isinstance(tree, dict):
        return {key: marked(value, number) for key, value in tree.items()}
    return None if tree is None and number else number


def leaves(tree: Any, path: list[str | int]) -> Any:
    """The paths of the values that are no tables."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, [*path, key])
    else:
        yield path, tree


@given(patches=st.lists(PATCHES, min_size=1, max_size=3))
def test_overlays_give_what_a_load_of_the_whole_gives(tmp_path_factory: pytest.TempPathFactory, patches: Any) -> None:
    folder = tmp_path_factory.mktemp("overlays")
    merged = sound()
    (folder / "base.json").write_text(json.dumps(merged))
    for number, patch in enumerate(patches):
        (folder / f"{number}.json").write_text(json.dumps(patch))
        merged = rfc_7386(merged, patch)
    names = [Path(folder / "base.json"), *(folder / f"{n}.json" for n in range(len(patches)))]
    kind, found = outcome(lambda: turnout.load_policy(*names))
    if kind == "faults":  # an overlay deletes only what is there, whatever a load of the whole would say
        found = [fault for fault in found if fault[1] != "deleted, but not there"]
    expected = outcome(lambda: turnout.Policy.from_document(merged))
    assert (kind, found) == expected if found else expected[0] == "digest"


@given(patches=st.lists(PATCHES, min_size=1, max_size=3))
def test_overlays_delete_only_what_is_there(patches: Any) -> None:
    """Told for each key that the documents before do not have, and for no other."""
    merged = sound()
    for patch in patches:
        told = {tuple(parse_path(path)) for path, _, _ in missing_keys(merged, patch)}
        assert told == {path for path in nulls(patch, ()) if not is_there(merged, path)}
        merged = rfc_7386(merged, patch)


def nulls(tree: Any, path: tuple[str, ...]) -> Any:
    """The paths of nulls in tables."""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        if value is None:
            yield (*path, key)
        yield from nulls(value, (*path, key))


def is_there(tree: Any, path: tuple[str, ...]) -> bool:
    """Whether a tree has something at a path."""
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return False
        tree = tree[key]
    return True


@given(patches=st.lists(PATCHES, min_size=1, max_size=3), formats=st.lists(st.booleans(), min_size=3, max_size=3))
def test_merging_in_the_core_is_merging_in_python(patches: Any, formats: Any) -> None:
    """Overlays without a fault are merged by the compiled module, those with faults here; TOML deletes by a sign."""
    sources = [Source("base", "json", json.dumps(sound()).encode())]
    for patch, is_toml in zip(patches, formats, strict=False):
        text = as_toml(patch) if is_toml else json.dumps(patch)
        sources.append(Source("overlay", "toml" if is_toml else "json", text.encode()))
    one = outcome(lambda: load_merged(sources, strict=True))
    with mock.patch("turnout.overlays._compile_merged", return_value=None):
        other = outcome(lambda: load_merged(sources, strict=True))
    assert one == other
    assert (_compile_merged([(source.data, source.format) for source in sources]) is None) == (one[0] == "faults")


def as_toml(tree: Any) -> str:
    """A patch in TOML, with the sign of a deletion for null."""
    return "\n".join(f"{json.dumps(key)} = {inline(value)}" for key, value in tree.items())


def inline(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return "{ _delete = true }"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {inline(below)}' for key, below in value.items())} }}"
    return json.dumps(value)


@given(patches=st.lists(PATCHES, min_size=1, max_size=4))
def test_changes_give_what_a_load_of_the_whole_gives(patches: Any) -> None:
    """Each change is taken or refused; those taken add up to one document, and each names the one before."""
    policy = turnout.Policy.from_document(sound())
    for patch in patches:
        merged = rfc_7386(policy.document, patch)
        record = {"operator": "maria", "reason": "law", "previous": policy.digest}
        expected = outcome(
            lambda merged=merged, record=record: turnout.Policy.from_document(merged | {"change": record})
        )
        unchanged = rfc_7386(policy.document, {"change": None}) == rfc_7386(merged, {"change": None})
        found = outcome(lambda policy=policy, patch=patch: policy.with_changes(patch, operator="maria", reason="law"))
        assert found == (("digest", policy.digest) if unchanged else expected)
        if found[0] == "digest":
            policy = policy.with_changes(patch, operator="maria", reason="law")
            assert policy.with_changes(patch, operator="maria", reason="law") is policy

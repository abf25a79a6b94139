"""What differs between two documents, by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from turnout.patch import path_text

__all__ = ["ValueChange", "compare_documents"]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value of a policy document that was added, removed or changed.

    Examples
    --------
    >>> import turnout
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> patch = {"toggles": {"sms": {"fallback": ["chat"]}}}
    >>> changed = policy.with_changes(patch, operator="maria", reason="INC-7")
    >>> str(turnout.diff_policies(policy, changed).values[-1])
    'toggles.sms.fallback: ["email"] -> ["chat"]'
    """

    path: str
    """Where it is. A rule is named by its index in the new document, and in the old one when it was removed."""
    kind: Literal["added", "removed", "changed"]
    """What happened to it."""
    old: Any
    """What stood there; None when it was added."""
    new: Any
    """What stands there; None when it was removed."""

    def __str__(self) -> str:
        import json

        old, new = (json.dumps(value, ensure_ascii=False) for value in (self.old, self.new))
        texts = {"added": f"added {new}", "removed": f"removed {old}", "changed": f"{old} -> {new}"}
        return f"{self.path}: {texts[self.kind]}"

    def to_dict(self) -> dict[str, Any]:
        """The change as a dictionary that JSON can hold.

        Examples
        --------
        >>> import turnout
        >>> turnout.ValueChange("toggles.sms.enabled", "changed", True, False).to_dict()["new"]
        False
        """
        return {"path": self.path, "kind": self.kind, "old": self.old, "new": self.new}


def compare_documents(old: Any, new: Any, path: str = "") -> Iterator[ValueChange]:
    """What differs, in the order of the paths' keys; rules are found again by their ids.

    Examples
    --------
    >>> from turnout.compare import compare_documents
    >>> [str(change) for change in compare_documents({"a": {"b": 1}, "c": [1]}, {"a": {"b": True}, "c": [1]})]
    ['a.b: 1 -> true']
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            if key in old and key in new and same_value(old[key], new[key]):
                continue
            below = path_text(path, key)
            if key not in new:
                yield ValueChange(below, "removed", old[key], None)
            elif key not in old:
                yield ValueChange(below, "added", None, new[key])
            else:
                yield from compare_documents(old[key], new[key], below)
    elif _tables(old) and _tables(new):
        yield from _compare_lists(old, new, path)
    elif not same_value(old, new):
        yield ValueChange(path, "changed", old, new)


def same_value(old: Any, new: Any) -> bool:
    """Whether two parts of documents are the same. To Python 1 equals true, but it is not written so."""
    return bool(old == new) and (repr(old) == repr(new) or not any(_leaves_differ(old, new)))


def _leaves_differ(old: Any, new: Any) -> Iterator[bool]:
    """Of values that are equal to Python, whether their leaves are of one kind."""
    if isinstance(old, Mapping):
        for key, value in old.items():
            yield from _leaves_differ(value, new[key])
    elif isinstance(old, list):
        for one, other in zip(old, new, strict=True):
            yield from _leaves_differ(one, other)
    else:
        yield isinstance(old, bool) != isinstance(new, bool)


def _compare_lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[ValueChange]:
    """Two lists of tables: by their ids where all have one, by their places otherwise."""
    before, after = _by_id(old), _by_id(new)
    if before is None or after is None:
        before, after = dict(enumerate(old)), dict(enumerate(new))
    places = [{name: f"{path}[{index}]" for index, name in enumerate(side)} for side in (before, after)]
    for name, item in after.items():
        if name in before:
            yield from compare_documents(before[name], item, places[1][name])
        else:
            yield ValueChange(places[1][name], "added", None, item)
    for name, item in before.items():
        if name not in after:
            yield ValueChange(places[0][name], "removed", item, None)
    kept = [[name for name in side if name in before and name in after] for side in (before, after)]
    if kept[0] != kept[1]:  # the first rule that matches decides, so their order says something
        yield ValueChange(path, "changed", *kept)


def _by_id(items: Sequence[Any]) -> dict[Any, Any] | None:
    """Tables by their ids, where each has one of its own."""
    found = {name: item for item in items if isinstance(name := item.get("id"), str)}
    return None if len(found) < len(items) else found


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)

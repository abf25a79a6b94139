"""Choices drawn by hypothesis one by one.

Documents are trees of many small choices. Drawn through nested strategies a document takes fifty times as long as
through plain code that asks for one number after the other; it shrinks as well.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@functools.cache
def between(low: int, high: int) -> st.SearchStrategy[int]:
    """The whole numbers from `low` to `high`."""
    return st.integers(low, high)


class Chooser:
    """Makes choices; each shrinks towards the first option."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return self._draw(between(low, high))

    def of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.number(0, len(options) - 1)]

    def once_in(self, cases: int) -> bool:
        """True in one case of so many."""
        return self.number(1, cases) == cases

    def maybe(self, cases: int, make: Callable[[], T]) -> T | None:
        """What is made in one case of so many."""
        return make() if self.once_in(cases) else None

    def several(self, low: int, high: int, make: Callable[[], T]) -> list[T]:
        """So many of what is made."""
        return [make() for _ in range(self.number(low, high))]

    def some_of(self, options: Sequence[T], most: int) -> list[T]:
        """Up to `most` different options."""
        rest = list(options)
        return [rest.pop(self.number(0, len(rest) - 1)) for _ in range(self.number(0, min(most, len(rest))))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in some order."""
        rest = list(options)
        return [rest.pop(self.number(0, len(rest) - 1)) for _ in options]

    def text(self) -> str:
        """Any valid text."""
        return self._draw(ANY_TEXT)


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


def given_keys(**keys: Any) -> dict[str, Any]:
    """The keys that have a value; a name that Python keeps for itself ends in `_` here."""
    return {name.rstrip("_"): value for name, value in keys.items() if value is not None}

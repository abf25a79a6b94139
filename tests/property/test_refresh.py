"""The law of refreshing: by whatever way a policy came to be in force, a load of the whole document gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.property.documents import NOW, examples
from tests.property.test_patch import PATCHES, outcome, rfc_7386, sound

# What happens to the base, to an overlay, or to the engine; each step ends with a look, or with none.
STEPS = st.tuples(
    st.sampled_from(["base", "overlay", "both", "hand", "break", "nothing", "restart"]), PATCHES, st.booleans()
)


class Source:
    """A document with an overlay in files, a watch of them, and what it must have put in force."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trees: dict[str, Any] = {"base.json": sound(), "overlay.json": {}}
        self.write()
        self.begin()
        self.expected = self.engine.policy.digest
        self.taken = self.written()
        self.last_good = self.expected

    def begin(self) -> None:
        """A start, with the source or the copy."""
        paths = [self.folder / name for name in self.trees]
        clock = turnout.ManualClock(NOW)
        self.watch = turnout.PolicyWatch.from_source(*paths, clock=clock, last_good=self.folder / "copy")
        self.engine = self.watch.engine

    def write(self) -> None:
        for name, tree in self.trees.items():
            (self.folder / name).write_text(json.dumps(tree))

    def written(self) -> list[bytes]:
        return [(self.folder / name).read_bytes() for name in self.trees]

    def change(self, what: str, patch: Any) -> None:
        """One step, without a look."""
        if what in ("base", "both"):
            self.trees["base.json"] = rfc_7386(self.trees["base.json"], patch)
        if what in ("overlay", "both"):
            self.trees["overlay.json"] = patch
        self.write()
        if what == "break":
            (self.folder / "base.json").write_text(json.dumps(sound())[:-7])
        if what == "hand":
            found, digest = outcome(lambda: self.by_hand(patch))
            self.expected = digest if found == "digest" else self.expected

    def by_hand(self, patch: Any) -> turnout.Policy:
        changed = self.engine.policy.with_changes(patch, operator="maria", reason="law")
        self.engine.swap(changed)
        return changed

    def look(self) -> None:
        """What is new and sound is in force, whatever was in force before; what is not new or not sound is not."""
        before, written = self.engine.policy.digest, self.written()
        swapped = self.watch.poll()
        found, digest = outcome(lambda: turnout.load_policy(*(self.folder / name for name in self.trees)))
        assert (self.watch.status.error is None) == (found == "digest")
        if found == "digest" and written != self.taken:
            self.expected = self.last_good = digest
            self.taken = written
        assert self.engine.policy.digest == self.expected
        assert swapped == (before != self.expected)

    def restart(self) -> None:
        """The source if it is sound, else the last that was taken: never what was put in force by hand."""
        found, digest = outcome(lambda: turnout.load_policy(*(self.folder / name for name in self.trees)))
        self.begin()
        if found == "digest":
            self.taken, self.last_good = self.written(), digest
        else:
            self.taken = []
        self.expected = self.last_good
        assert self.engine.policy.digest == self.last_good
        assert self.watch.status.from_last_good == (found != "digest")


@examples(60)
@given(steps=st.lists(STEPS, min_size=1, max_size=7))
def test_any_order_of_refreshes_gives_what_a_load_of_the_whole_gives(
    tmp_path_factory: pytest.TempPathFactory, steps: Any
) -> None:
    with mock.patch("turnout.sources.SETTLE_S", 0.0):
        source = Source(tmp_path_factory.mktemp("refresh"))
        for what, patch, look in steps:
            if what == "restart":
                source.restart()
            else:
                source.change(what, patch)
            if look:
                source.look()
            policy = source.engine.policy
            assert policy.digest == source.expected
            assert turnout.Policy.from_document(policy.document) == policy

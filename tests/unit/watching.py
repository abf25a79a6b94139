"""A source that changes, a clock that stands, and what a watch reported: for the tests of refreshing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import turnout
from tests.property.documents import NOW, document, ramp, rule, toggle

GOOD: dict[str, Any] = document({"phone": toggle(), "sms": toggle()}, environment="one")
SECONDS = dt.timedelta(seconds=1)


def text(**changes: Any) -> str:
    """The document with some of its keys changed."""
    return json.dumps(GOOD | changes)


def killed(key: str) -> str:
    """The document with one toggle off."""
    return json.dumps(document(GOOD["toggles"] | {key: toggle(killed="outage")}, environment="one"))


def rename(path: Path, content: str | bytes) -> None:
    """Replace a file as careful writers do."""
    draft = path.with_name("draft")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(path)


class Desk:
    """A policy file, a watch of it, and what it said."""

    def __init__(self, folder: Path, *overlays: Path, first: str | None = None, **options: Any) -> None:
        self.path = folder / "policy.json"
        self.path.write_text(first or text(), encoding="utf-8")
        self.clock = turnout.ManualClock(NOW)
        self.swaps: list[tuple[str | None, str | None]] = []
        self.refusals: list[Exception] = []
        self.watch = turnout.PolicyWatch.from_source(
            self.path,
            *overlays,
            clock=self.clock,
            on_swap=lambda old, new: self.swaps.append((old.environment, new.environment)),
            on_refusal=self.refusals.append,
            **options,
        )
        self.engine = self.watch.engine

    @property
    def environment(self) -> str | None:
        """What tells the policies of these tests apart."""
        return self.engine.policy.environment

    def write(self, content: str | bytes) -> bool:
        """Replace the file, and look."""
        rename(self.path, content)
        return self.watch.poll()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds * SECONDS)


def gated(**fields: Any) -> str:
    """A document with a ramp that waits for samples at its first step."""
    steps = [{"percent": 10, "hold": "1d", "min_n": 100, "max": "30d"}, {"percent": 100}]
    listed = ramp(*fields.pop("steps", steps), **fields)
    return json.dumps(document({"bot": toggle(rules=[rule(ramp=listed)])}))


def config_map(folder: Path, version: int, files: dict[str, str]) -> None:
    """Exchange the files of a folder by one symbolic link, as Kubernetes does with a ConfigMap."""
    data = folder / f"..version-{version}"
    data.mkdir(parents=True)
    for name, content in files.items():
        (data / name).write_text(content, encoding="utf-8")
    link = folder / "..data_tmp"
    link.symlink_to(data.name)
    link.replace(folder / "..data")
    for name in files:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(Path("..data", name))

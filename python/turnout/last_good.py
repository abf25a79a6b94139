"""The last good policy on disk, for a start without its source."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from turnout._core import Policy, _document_json  # type: ignore[attr-defined]
from turnout.change import instant_of
from turnout.errors import PolicyError, Problem
from turnout.policy import MOST_BYTES
from turnout.replace import replace_file

__all__ = ["LastGood"]

FORMAT = 1
KEY = "turnout_last_good"
# The first line of the file: what it is a copy of, and the checksum of the rest.
MOST_HEADER_BYTES = 2**16
# How often the copy's time is brought up to date while its source says the same.
TOUCH_US = 60_000_000


class Copy(NamedTuple):
    """A copy as it was read."""

    digest: str
    document: bytes
    confirmed_us: int
    """When the source was last known to say this: the time of the file."""


class LastGood:
    """The file of the last good policy of a source."""

    def __init__(self, path: str | os.PathLike[str], source: str) -> None:
        self._file = Path(path).absolute()
        self._source = source
        self._touched_us: int | None = None
        self._digest: str | None = None
        self.name = str(path)

    def confirm(self, policy: Policy, at_us: int) -> None:
        """Write the policy unless it is there; the time of the file says when it was last good."""
        if self._digest == policy.digest and self._touched_us is not None and 0 <= at_us - self._touched_us < TOUCH_US:
            return
        # another process of the same service may have written it
        if not self._holds(policy.digest):
            self._write(policy, at_us)
        os.utime(self._file, ns=(at_us * 1000, at_us * 1000))
        self._digest, self._touched_us = policy.digest, at_us

    def _holds(self, digest: str) -> bool:
        try:
            return self._read().digest == digest
        except (PolicyError, OSError):
            return False

    def _write(self, policy: Policy, at_us: int) -> None:
        document: bytes = _document_json(policy)
        header = {
            KEY: FORMAT,
            "source": self._source,
            "digest": policy.digest,
            "saved_at": instant_of(at_us).isoformat(),
            "sha256": hashlib.sha256(document).hexdigest(),
        }
        # it may say who is a customer, so it is nobody else's to read
        replace_file(self._file, json.dumps(header).encode() + b"\n" + document + b"\n", mode=0o600)

    def load(self, *, strict: bool) -> tuple[Policy, int]:
        """The policy, and when its source was last known to say so.

        Raises
        ------
        PolicyError
            The file is damaged, or is the copy of another source.
        OSError
            It cannot be read.
        """
        copy = self._read()
        return Policy.from_bytes(copy.document, format="json", strict=strict), copy.confirmed_us

    def _read(self) -> Copy:
        """The file, its checksum checked."""
        with self._file.open("rb") as opened:
            data = opened.read(MOST_HEADER_BYTES + MOST_BYTES + 1)
            confirmed_us = os.fstat(opened.fileno()).st_mtime_ns // 1000
        first, _, rest = data.partition(b"\n")
        document = rest.removesuffix(b"\n")
        try:
            header = json.loads(first)
        except (ValueError, RecursionError):
            header = None
        if not isinstance(header, dict) or header.get(KEY) != FORMAT:
            raise self._refusal("is no copy of a last good policy")
        if header.get("sha256") != hashlib.sha256(document).hexdigest():
            raise self._refusal("is damaged: its checksum is not that of its document")
        if header.get("source") != self._source:
            raise self._refusal(f"is the copy of another source: {header.get('source')}, not {self._source}")
        return Copy(str(header.get("digest")), document, confirmed_us)

    def _refusal(self, message: str) -> PolicyError:
        hint = "delete it, and start once with the source, which writes it anew"
        return PolicyError([Problem("", None, None, message, hint, "syntax", self.name)])

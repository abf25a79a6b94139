"""Where a policy comes from: files and URLs, all read as they are at one moment."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from turnout.errors import PolicySourceError
from turnout.overlays import Source
from turnout.policy import read_source
from turnout.urls import PolicyUrl

__all__ = ["PolicySources", "Reading"]

# Between two looks at a file that is new: whoever writes it in place is done by then, or has touched it meanwhile.
SETTLE_S = 0.05
MOST_LOOKS = 5

# Tells one state of a file from another. Of a symbolic link it is that of the file behind it.
Mark = tuple[int, int, int, int, int]


class Reading(NamedTuple):
    """The documents of a policy, as they were at one moment."""

    sources: tuple[Source, ...]
    digest: str
    """SHA-256 of all of them: what is read again and found equal need not be compiled again."""


class PolicyFile:
    """A document in a file. It is found again after a change of the working directory."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = str(path)
        self._file = Path(path).absolute()

    def read(self, _: Callable[[], int]) -> Source:
        """The file, whatever the time."""
        return read_source(self._file)._replace(name=self.name)

    def mark(self) -> Mark | None:
        """What tells that the file is another one, or was written; None without a file."""
        with contextlib.suppress(FileNotFoundError):
            found = self._file.stat()
            return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        return None


class PolicySources:
    """A document and its overlays: paths of files and URLs.

    `headers` and `timeout_s` are for the URLs.
    """

    def __init__(
        self, names: Sequence[str | os.PathLike[str]], *, headers: Mapping[str, str] | None, timeout_s: float
    ) -> None:
        self._parts = [
            PolicyUrl(name, headers=headers or {}, timeout_s=timeout_s)
            if isinstance(name, str) and "://" in name
            else PolicyFile(name)
            for name in names
        ]
        self._files = [part for part in self._parts if isinstance(part, PolicyFile)]
        self._settled = ""
        self.name = " + ".join(part.name for part in self._parts)

    def read(self, now_us: Callable[[], int], wait: Callable[[float], object]) -> Reading:
        """Read all, none of them half written, and none from before a change of which another one is from after.

        A folder of files that is exchanged by one symbolic link, as Kubernetes mounts them, is read before or after.

        Raises
        ------
        PolicySourceError
            A URL does not give a document, or a file does not come to rest.
        PolicyError
            A file's suffix names no format.
        OSError
            A file cannot be read.
        """
        for look in range(1, MOST_LOOKS + 1):
            marks = self._marks()
            # a file that is just being exchanged may be gone for a moment
            if None in marks and look == 1:
                wait(SETTLE_S)
                continue
            reading = _joined([part.read(now_us) for part in self._parts])
            if reading.digest == self._settled or not self._files:
                return reading
            wait(SETTLE_S)
            if self._marks() == marks:
                self._settled = reading.digest
                return reading
        raise PolicySourceError(f"{self.name}: changes while it is read; write it under another name and rename it")

    def _marks(self) -> list[Mark | None]:
        return [file.mark() for file in self._files]


def _joined(sources: Sequence[Source]) -> Reading:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.format} {len(source.data)} ".encode())
        digest.update(source.data)
    return Reading(tuple(sources), digest.hexdigest())

"""Files that are replaced whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

__all__ = ["replace_file"]


def replace_file(file: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that a reader sees the old one or the new one, whole, even after a crash.

    `mode` is that of a new file, less what the process's umask takes away.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}.draft")
    try:
        # one that a process of the same number left behind when it was killed
        draft.unlink(missing_ok=True)
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode), "wb"
        ) as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last, where the system can: Windows opens no folders."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

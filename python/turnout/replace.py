"""Files that are replaced whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from pathlib import Path

__all__ = ["replace_file"]


def replace_file(file: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that a reader sees the old one or the new one, whole, even after a crash.

    A link stays one, and a file keeps its permissions. `mode` is that of a new file, less what the process's umask
    takes away. An `OSError` names the file, for nobody knows its draft.
    """
    target = Path(os.path.realpath(file))
    draft = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.draft")
    try:
        try:
            # one that a process of the same number left behind when it was killed
            draft.unlink(missing_ok=True)
            _write(draft, data, mode)
            with contextlib.suppress(FileNotFoundError):
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
            draft.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(file)) from error
    _sync_folder(target.parent)


def _write(draft: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(draft, flags, mode), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


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

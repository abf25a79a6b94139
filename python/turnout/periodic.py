"""One thing done every so often on a thread of its own, in forked children too."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable

__all__ = ["Periodic"]


class Periodic:
    """A daemon thread that does something every so often.

    A fork copies no threads. Whatever ran in the parent is begun anew in the child, so that a server that loads before
    it forks (gunicorn ``--preload``) works in every worker.

    Parameters
    ----------
    action
        What to do. It answers for its own faults: what it raises ends the thread.
    every_s
        The pause between two times, in seconds.
    in_child
        What to do first in a forked child, such as making locks anew that nobody there holds.
    name
        The name of the thread.
    """

    def __init__(self, action: Callable[[], object], every_s: float, in_child: Callable[[], object], name: str) -> None:
        if not 0 < every_s < threading.TIMEOUT_MAX:
            raise ValueError(f"every_s must be above 0; it is {every_s!r}")
        self.every_s = every_s
        self._action, self._in_child, self._name = action, in_child, name
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        _all.add(self)

    @property
    def is_running(self) -> bool:
        """Whether the thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin; nothing happens when it has begun before."""
        if self.is_running:
            return
        self._ended = threading.Event()
        self._thread = threading.Thread(target=_run, args=(self._ended, self.every_s, self._action), name=self._name)
        self._thread.daemon = True
        self._thread.start()

    def stop(self, timeout_s: float | None = None) -> None:
        """End, and wait for what is being done."""
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        self._thread = None

    def _begin_anew(self) -> None:
        ran = self._thread is not None and not self._ended.is_set()
        self._thread = None
        self._in_child()
        if ran:
            self.start()


def _run(ended: threading.Event, every_s: float, action: Callable[[], object]) -> None:
    while not ended.wait(every_s):
        action()


_all: weakref.WeakSet[Periodic] = weakref.WeakSet()


def _begin_all_anew() -> None:
    for periodic in list(_all):
        periodic._begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all_anew)

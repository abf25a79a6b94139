"""Exposure events: what was decided for whom, to a callback, JSON lines or Parquet."""

from __future__ import annotations

import atexit
import dataclasses
import logging
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from turnout._core import ExposureBuffer
from turnout.periodic import Periodic
from turnout.sinks import EVENTS_AT_ONCE, Sink, sink_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ExposureCounts", "ExposureLog"]

logger = logging.getLogger("turnout.exposures")

COLUMNS = (
    *("at", "toggle", "unit", "served", "shadow", "mode", "reason", "code", "rule", "policy_digest"),
    *("enabled", "bucket", "percent", "refused", "segments"),
)
# What reports call columns of their own.
RESERVED = ("segment", "day", "new", "contacts", "units", "watched", "agreed", "agreement", "low", "high")
# As many as a 64-bit number has bits.
SEGMENTS_AT_MOST = 64
KEY_BYTES_AT_LEAST = 16


@dataclasses.dataclass(frozen=True, slots=True)
class ExposureCounts:
    """What became of the decisions that an `ExposureLog` saw.

    Attributes
    ----------
    waiting
        Events that wait to be taken or written.
    recorded
        Events logged in all.
    repeated
        Decisions left out, for the same was logged for the same unit shortly before.
    dropped
        Decisions lost because the log was full.

    Examples
    --------
    >>> import turnout
    >>> turnout.ExposureLog().counts
    ExposureCounts(waiting=0, recorded=0, repeated=0, dropped=0)
    """

    waiting: int
    recorded: int
    repeated: int
    dropped: int


class ExposureLog:
    """What an engine decides, event by event: for agreement in shadow, for experiments, for an auditor.

    `Engine.evaluate`, `Engine.is_enabled` and toggle handles log; `explain` does not, nor do `evaluate_all` and
    `evaluate_many`: what these return is a log itself. In a shadow step an event holds both decisions: `served`, and
    `shadow`, which the new path would have served.

    Parameters
    ----------
    sink
        Where the events go: a file ``*.jsonl`` or ``*.ndjson`` that grows, a folder that gets a Parquet file at each
        flush, or a callable that takes a Polars frame. Without one, call `take`.
    every_s
        Seconds between two flushes, once `start` was called or a ``with`` block entered.
    capacity
        Events kept in memory at the most, some 200 bytes each; when they wait, further ones are dropped and counted.
    repeat_after_s
        The same decision of the same policy for the same unit is one event within so many seconds; 0 logs all. The
        last 65,536 decisions are remembered. Events without a unit are never repeated.
    segments
        Names of segments of the policy: an event lists those that the contact is in.
    attributes
        Names of attributes: each becomes a column of text. Name nothing here that a log must not hold.
    pseudonym_key
        Secret bytes, at least 16. Units become the first 128 bits of HMAC-SHA256 under this key, in hex, and the place
        on the ramp is left out, for it would tell who it is.

    Raises
    ------
    ValueError
        A number out of range, a short key, more than 64 segments, or an attribute with the name of another column.

    Examples
    --------
    >>> import datetime, turnout
    >>> monday = datetime.datetime(2026, 3, 2, 15, tzinfo=datetime.UTC)
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> log = turnout.ExposureLog(segments=["business"])
    >>> engine = turnout.Engine(policy, clock=turnout.ManualClock(monday), exposures=log)
    >>> customer = {"customer_id": "c-1", "channel": "chat", "plan": "pro", "consent.ai_chat": True}
    >>> engine.is_enabled("billing-bot", "c-1", customer)
    False
    >>> log.take().select("toggle", "unit", "served", "shadow", "segments").rows()
    [('billing-bot', 'c-1', 'human', 'bot', ['business'])]
    """

    def __init__(
        self,
        sink: str | os.PathLike[str] | Callable[[pl.DataFrame], object] | None = None,
        *,
        every_s: float = 5.0,
        capacity: int = 100_000,
        repeat_after_s: float = 3600.0,
        segments: Iterable[str] = (),
        attributes: Iterable[str] = (),
        pseudonym_key: bytes | None = None,
    ) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1; it is {capacity}")
        if not 0 <= repeat_after_s <= 1e9:
            raise ValueError(f"repeat_after_s must be between 0 and 1e9; it is {repeat_after_s!r}")
        if pseudonym_key is not None and len(pseudonym_key) < KEY_BYTES_AT_LEAST:
            raise ValueError(f"pseudonym_key has {len(pseudonym_key)} bytes; at least {KEY_BYTES_AT_LEAST} are needed")
        names, wanted = _names("segments", segments), _names("attributes", attributes)
        if len(names) > SEGMENTS_AT_MOST:
            raise ValueError(f"{len(names)} segments; at most {SEGMENTS_AT_MOST}")
        if taken := [name for name in wanted if name in COLUMNS or name in RESERVED]:
            raise ValueError(f"attributes: every event has a column {taken[0]!r} already, or a report of them")
        if asked := [name for name in wanted if name.startswith("consent.")]:
            raise ValueError(f"attributes: no {asked[0]!r}; the column 'refused' says which consents are missing")
        # What an engine writes to.
        self._buffer = ExposureBuffer(capacity, round(repeat_after_s * 1e6), names, wanted, pseudonym_key)
        self._sink = sink
        self._written_to = sink_of(sink)
        self._is_flushing = False
        self._renew()
        _logs.add(self)
        self._thread = Periodic(self._try_flush, every_s, self._begin_in_child, "turnout-exposures")

    @property
    def counts(self) -> ExposureCounts:
        """What became of the decisions so far."""
        waiting, *others = self._buffer.counts()
        pending = 0 if self._written_to is None else self._written_to.pending
        return ExposureCounts(waiting + pending, *others)

    def take(self, limit: int = EVENTS_AT_ONCE) -> pl.DataFrame:
        """Take the oldest events out.

        Parameters
        ----------
        limit
            Events at the most.

        Returns
        -------
        polars.DataFrame
            at, toggle, unit, served, shadow, mode, reason, code, rule, policy_digest, enabled, bucket, percent,
            refused (the purposes without consent), segments, and a column for each attribute. Null for none.

        Examples
        --------
        >>> import turnout
        >>> turnout.ExposureLog().take().height
        0
        """
        return self._buffer.take(limit)

    def flush(self) -> int:
        """Write what waits to the sink, 10,000 events at a time.

        Returns
        -------
        int
            The number of events written.

        Raises
        ------
        ValueError
            The log has no sink.
        Exception
            What the sink raises. Nothing is lost: the next flush begins with what was not written.

        Examples
        --------
        >>> import turnout
        >>> policy = turnout.load_policy(turnout.sample_policy_path())
        >>> log = turnout.ExposureLog(lambda events: print(events["reason"].to_list()))
        >>> engine = turnout.Engine(policy, clock=turnout.SystemClock(), exposures=log)
        >>> engine.is_enabled("phone", "c-1"), log.flush()
        ['STATIC']
        (True, 1)
        """
        sink, written = self._writer(), 0
        with self._lock:
            if self._is_flushing:  # a sink that flushes would meet itself
                return 0
            self._is_flushing = True
            try:
                # What is logged meanwhile may wait: this has an end.
                wanted = self.counts.waiting
                while written < wanted:
                    if not sink.pending:
                        sink.fill(self._buffer)
                    count = sink.pending
                    sink.write()
                    written += count
            finally:
                self._is_flushing = False
        return written

    def _writer(self) -> Sink:
        if self._written_to is None:
            raise ValueError("this log has no sink: give it one, or call take()")
        return self._written_to

    def start(self) -> Self:
        """Flush every `every_s` seconds from now on, on a thread of its own, and when Python ends.

        A flush that fails is logged (logger ``turnout.exposures``) and tried again. A forked child goes on by itself;
        what its parent had not written is left to the parent. Parquet files and callables get frames of Polars, which a
        child cannot use when its parent used it before the fork; JSON lines do without.

        Raises
        ------
        ValueError
            The log has no sink.

        Examples
        --------
        >>> import turnout
        >>> log = turnout.ExposureLog(print).start()
        >>> log.stop()
        """
        self._writer()
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the thread, and write what waits.

        Raises
        ------
        Exception
            What the sink raises.

        Examples
        --------
        >>> import turnout
        >>> turnout.ExposureLog().stop()
        """
        self._thread.stop()
        if self._written_to is not None:
            self.flush()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _try_flush(self) -> None:
        try:
            self.flush()
        except Exception:
            logger.exception("exposure events could not be written; they are kept, and tried again")

    def _begin_in_child(self) -> None:
        self._renew()
        # A half-written line, too, is the parent's to finish.
        self._written_to = sink_of(self._sink)
        self._buffer.forget()
        if "multiprocessing" in sys.modules:
            # Its children end without Python's own farewell, and forget as they start what to do at their end.
            from multiprocessing import util

            util.register_after_fork(self, lambda log: util.Finalize(log, log._farewell, exitpriority=0))

    def _renew(self) -> None:
        self._lock = threading.RLock()
        self._is_flushing = False

    def _farewell(self) -> None:
        if self._thread.is_running:
            self._try_flush()


def _names(what: str, names: Iterable[str]) -> list[str]:
    if isinstance(names, str):
        raise ValueError(f"{what} must be a list of names, such as [{names!r}]")
    found = list(names)
    if nul := [name for name in found if "\0" in name]:
        raise ValueError(f"{what}: {nul[0]!r} has a NUL in it")
    if len(set(found)) < len(found):
        raise ValueError(f"{what} names one twice: {', '.join(found)}")
    return found


_logs: weakref.WeakSet[ExposureLog] = weakref.WeakSet()


@atexit.register
def _flush_all() -> None:
    for log in list(_logs):
        log._farewell()

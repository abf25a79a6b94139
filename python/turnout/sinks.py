"""Where exposure events are written: a file of JSON lines, a folder of Parquet files, a callable; and read again."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

    from turnout._core import ExposureBuffer

__all__ = ["EVENTS_AT_ONCE", "Sink", "load_exposures", "sink_of"]

LINES = (".jsonl", ".ndjson")
EVENTS_AT_ONCE = 10_000


def sink_of(sink: str | os.PathLike[str] | Callable[[pl.DataFrame], object] | None) -> Sink | None:
    """What writes events to a sink."""
    if sink is None:
        return None
    if callable(sink):
        return Frames(sink)
    path = Path(sink).absolute()
    if path.suffix in LINES:
        return JsonLines(path)
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path}: is a file; name a file *.jsonl, or a folder for Parquet files")
    return Frames(ParquetFolder(path))


class Sink(Protocol):
    """Holds the events that it has taken until they are written."""

    pending: int
    """How many it holds."""

    def fill(self, buffer: ExposureBuffer) -> None:
        """Take events, when none are pending."""

    def write(self) -> None:
        """Write what is pending. When that fails, it stays."""


class JsonLines:
    """A file to which lines are added. It is opened for each write, so that it may be moved away and begun anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pending = 0
        self._lines = b""
        # How much of them the system took, and of which file: a line that was begun there is finished there.
        self._done = 0
        self._file: tuple[int, int] | None = None

    def fill(self, buffer: ExposureBuffer) -> None:
        """Take events, when none are pending."""
        self.pending, self._lines = buffer.take_lines(EVENTS_AT_ONCE)
        self._done = 0

    def write(self) -> None:
        """Add what is pending; each write goes to the end, also when several processes write."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            status = os.fstat(file)
            if self._file != (status.st_dev, status.st_ino):
                self._file = status.st_dev, status.st_ino
                self._done = self._lines.rfind(b"\n", 0, self._done) + 1
            while self._done < len(self._lines):
                self._done += os.write(file, self._lines[self._done :])
        finally:
            os.close(file)
        self.pending, self._lines = 0, b""


class Frames:
    """A callable that takes frames."""

    def __init__(self, write: Callable[[pl.DataFrame], object]) -> None:
        self.pending = 0
        self._write = write
        self._frame: pl.DataFrame | None = None

    def fill(self, buffer: ExposureBuffer) -> None:
        """Take events, when none are pending."""
        self._frame = buffer.take(EVENTS_AT_ONCE)
        self.pending = self._frame.height

    def write(self) -> None:
        """Hand over what is pending."""
        assert self._frame is not None
        self._write(self._frame)
        self._frame, self.pending = None, 0


class ParquetFolder:
    """A folder that gets a file at each write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, events: pl.DataFrame) -> None:
        """Write events to a file of their own; it has its name only when it is complete."""
        self.path.mkdir(parents=True, exist_ok=True)
        first = events["at"].min()
        stamp = first.strftime("%Y%m%dT%H%M%S") if isinstance(first, dt.datetime) else "empty"
        # A name that no other process draws, on no other machine that shares the folder.
        handle, name = tempfile.mkstemp(prefix=f"exposures-{stamp}-", suffix=".draft", dir=self.path)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                events.write_parquet(out)
            draft.replace(draft.with_suffix(".parquet"))
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def load_exposures(*paths: str | os.PathLike[str]) -> pl.DataFrame:
    """Exposure events from files of JSON lines, Parquet files, or folders of these.

    Parameters
    ----------
    paths
        What an `ExposureLog` wrote.

    Returns
    -------
    polars.DataFrame
        The events, the earliest first.

    Raises
    ------
    ValueError
        A file does not hold exposure events; the message names it. Empty files are left out, and so is, with a warning,
        a last line without an end.
    OSError
        A file cannot be read.

    Examples
    --------
    >>> import datetime, pathlib, tempfile, turnout
    >>> monday = datetime.datetime(2026, 3, 2, 15, tzinfo=datetime.UTC)
    >>> policy = turnout.load_policy(turnout.sample_policy_path())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "exposures.jsonl")
    ...     with turnout.ExposureLog(file) as log:
    ...         engine = turnout.Engine(policy, clock=turnout.ManualClock(monday), exposures=log)
    ...         enabled = engine.is_enabled("email", "customer-42")
    ...     turnout.load_exposures(file).select("toggle", "unit", "served", "reason").rows()
    [('email', 'customer-42', 'true', 'STATIC')]
    """
    import polars as pl

    files = [file for path in paths for file in _files(Path(path))]
    frames = [_read(file) for file in files if file.stat().st_size > 0]
    if not frames:
        raise ValueError(f"no exposure events in {', '.join(map(str, paths)) or 'nothing'}")
    return pl.concat(frames, how="diagonal_relaxed").sort("at", maintain_order=True)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in (".parquet", *LINES))


def _read(file: Path) -> pl.DataFrame:
    import polars as pl

    try:
        if file.suffix in LINES:
            frame = pl.read_ndjson(_whole_lines(file), infer_schema_length=None)
            # A column of nothing but nulls has no type of its own in JSON.
            frame = frame.cast({name: kind for name, kind in _types().items() if name in frame.columns})
            frame = frame.with_columns(
                pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC")
            )
        else:
            frame = pl.read_parquet(file)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{file}: holds no exposure events: {str(error).splitlines()[0]}") from None
    missing = [
        name for name in ("at", "toggle", "unit", "served", "shadow", "mode", "rule") if name not in frame.columns
    ]
    if missing:
        raise ValueError(f"{file}: holds no exposure events: it has no column {missing[0]!r}")
    if not isinstance(frame.schema["at"], pl.Datetime):
        raise ValueError(f"{file}: holds no exposure events: the column 'at' has no instants")
    return frame


def _whole_lines(file: Path) -> bytes:
    """A file's lines but for a last one without an end: it is being written, or a crash cut it."""
    data = file.read_bytes()
    end = data.rfind(b"\n") + 1
    if end < len(data):
        warnings.warn(f"{file}: left out a last line that has no end", stacklevel=4)
    return data[:end]


def _types() -> dict[str, pl.DataType | type[pl.DataType]]:
    import polars as pl

    texts = ("at", "toggle", "unit", "served", "shadow", "mode", "reason", "code", "rule", "policy_digest")
    return {
        **dict.fromkeys(texts, pl.String),
        "enabled": pl.Boolean,
        **dict.fromkeys(("bucket", "percent"), pl.Float64),
        **dict.fromkeys(("refused", "segments"), pl.List(pl.String)),
    }

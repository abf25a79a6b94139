"""What the models give: numbers under names, each of the kind that was put in."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

# The kinds: a number, an array or a series; and the same of truths, and of names.
Number = TypeVar("Number", covariant=True)
Truth = TypeVar("Truth", covariant=True)
Name = TypeVar("Name", covariant=True)

_SHOWN = 4


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class ModelResult:
    """The result of a model: frozen, its numbers as attributes and by `as_dict`.

    Numbers are floats where all arguments are numbers, Polars series where any is one, else numpy arrays. The
    representation shows six digits and the first four rows.

    Examples
    --------
    >>> import turnout
    >>> chats = turnout.chat_metrics(arrivals=60, interval_s=1800, aht_by_level_s=[240, 300], agents=7)
    >>> isinstance(chats, turnout.ModelResult)
    True
    >>> round(chats.service_level, 3), round(chats.aht_s)
    (0.902, 270)
    """

    def as_dict(self) -> dict[str, Any]:
        """The numbers by their names.

        Examples
        --------
        >>> import polars as pl, turnout
        >>> load = turnout.interval_loads(arrivals=[10, 40, 20], interval_s=1800, aht_s=300)
        >>> pl.DataFrame(load.as_dict()).shape
        (3, 3)
        """
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, ModelResult):
            return NotImplemented
        return same(self.as_dict(), other.as_dict())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        told = [f"{name}={_short(value)}" for name, value in self.as_dict().items()]
        line = f"{type(self).__name__}({', '.join(told)})"
        if len(line) <= 120:
            return line
        return f"{type(self).__name__}(\n    " + ",\n    ".join(told) + ",\n)"


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two results have the same numbers; what is not known is the same as what is not known."""
    return all(_equal(value, other[name]) for name, value in one.items())


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if hasattr(one, "equals"):
        return bool(one.equals(other))
    if hasattr(one, "shape"):
        import numpy as np

        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return bool(one == other or (one != one and other != other))


def _short(value: Any) -> str:
    """A number to six digits; of many, the first."""
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else str(value)
    if hasattr(value, "to_list"):
        value = value.to_list()
    elif hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        more = [f"... {len(value)} in all"] if len(value) > _SHOWN else []
        return f"[{', '.join([*map(_short, value[:_SHOWN]), *more])}]"
    return repr(value)


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class QueueMetrics(ModelResult, Generic[Number, Truth]):
    """The measures of a queue, as `service_metrics` names them."""

    offered_load: Number
    stable: Truth
    occupancy: Number
    wait_probability: Number
    abandon_probability: Number
    service_level: Number
    asa_s: Number
    answered_asa_s: Number
    mean_queue_length: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class RetrialMetrics(QueueMetrics[Number, Truth]):
    """Measures of the attempts that find a line; all attempts, and the share that finds none."""

    attempts: Number
    blocking_probability: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class ForecastMetrics(QueueMetrics[Number, Truth]):
    """Measures over the contacts of many intervals; the mean of the intervals' service levels."""

    interval_service_level: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class ChatMetrics(QueueMetrics[Number, Truth]):
    """Measures of chats; their handle time, chats at once by an agent who has any, the share of agents who have any."""

    aht_s: Number
    concurrency: Number
    busy_share: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class CarriedMetrics(QueueMetrics[Number, Truth]):
    """Measures of intervals, and what each leaves to the next."""

    completed: Number
    abandoned: Number
    in_service_after: Number
    waiting_after: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class ModelAgents(ModelResult, Generic[Number, Name]):
    """The agents that a queue requires, the target that decided, and the agents to schedule for them."""

    required_agents: Number
    binding: Name
    scheduled_agents: Number
    scheduled_unrounded: Number
    offered_load: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class CarriedAgents(CarriedMetrics[Number, Truth], Generic[Number, Truth, Name]):
    """The agents that each interval requires, those at work, and how it goes with them."""

    required_agents: Number
    binding: Name
    scheduled_agents: Number
    scheduled_unrounded: Number
    agents: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class IntervalLoads(ModelResult, Generic[Number]):
    """The load of each interval in erlangs: its mean, its greatest, and that at its end."""

    mean_load: Number
    peak_load: Number
    end_load: Number


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class Coverage(ModelResult, Generic[Number]):
    """Scheduled agents beside required ones."""

    difference: Number
    covered: Number
    over: float
    under: float
    covered_share: float
    intervals_covered: float


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class CapacityTriggers(ModelResult, Generic[Number, Truth]):
    """The work of each interval beside the hours to do it in."""

    work_hours: Number
    shortfall_hours: Number
    exceeded: Truth


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class DeadlineAgents(ModelResult, Generic[Number]):
    """The agents of each interval, the most of them, and the first and the last interval of the time that decides."""

    agents: Number
    peak_agents: float
    critical_first: int | None
    critical_last: int | None


_Task = TypeVar("_Task", covariant=True)


@dataclass(frozen=True, repr=False, eq=False, slots=True)
class DeadlineCompletion(ModelResult, Generic[Number, _Task]):
    """What happens in each interval, and what becomes of each task."""

    done_s: Number
    done_late_s: Number
    backlog_s: Number
    overdue_s: Number
    idle_s: Number
    completed_interval: _Task
    late_s: _Task
    late_intervals: _Task

"""What the models take, for type checkers; nothing imports it while a program runs."""

from __future__ import annotations

from typing import Generic, Literal, TypedDict, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from turnout.kinds import Array, Definition, Floats, Number

Truths = NDArray[np.bool_]
Names = NDArray[np.object_]
AnyNumber = float | Floats | pl.Series
AnyTruth = bool | Truths | pl.Series
AnyName = str | Names | pl.Series | None

Method = Literal["sipp", "lagged_sipp", "modified_offered_load"]
Basis = Literal["mean", "peak"]

T = TypeVar("T")


class Threshold(TypedDict, Generic[T], total=False):
    """What counts as good service."""

    answer_within_s: T
    short_abandon_s: T
    definition: Definition


class Targets(Threshold[T], Generic[T], total=False):
    """What is asked for."""

    service_level: T
    asa_s: T
    max_occupancy: T
    max_abandon: T
    max_wait_probability: T
    min_agents: T


class _Queue(TypedDict, Generic[T]):
    interval_s: T
    aht_s: T


class _Retrials(_Queue[T], Generic[T], total=False):
    patience_s: T
    retry_probability: T
    blocked_retry_probability: T
    lines: T


class _Forecast(_Queue[T], Generic[T]):
    arrivals_cv: T


class _Extra(TypedDict, Generic[T], total=False):
    patience_s: T


class _Options(_Extra[T], Generic[T], total=False):
    nodes: int


class RetrialQueue(_Retrials[T], Threshold[T], Generic[T]):
    """A queue with retrials, and its agents."""

    agents: T


class RetrialTargets(_Retrials[T], Targets[T], Generic[T], total=False):
    """A queue with retrials, and its targets."""

    shrinkage: T
    fractional: bool


class ForecastQueue(_Forecast[T], Threshold[T], _Options[T], Generic[T]):
    """A queue that is forecast, and its agents."""

    agents: T


class ForecastTargets(_Forecast[T], Targets[T], _Options[T], Generic[T], total=False):
    """A queue that is forecast, and its targets."""

    shrinkage: T
    fractional: bool


class _Chats(_Extra[T], Generic[T]):
    interval_s: T
    aht_by_level_s: Array | pl.Series


class ChatQueue(_Chats[T], Threshold[T], Generic[T]):
    """Chats, and their agents."""

    agents: T


class ChatTargets(_Chats[T], Targets[T], Generic[T], total=False):
    """Chats, and their targets."""

    shrinkage: T


class Day(_Queue[Number], total=False):
    """What is the same in all intervals."""

    patience_s: Number
    arrivals_before: Number


class LoadedDay(Day, total=False):
    """The same, and how loads are worked out."""

    method: Method
    basis: Basis


class DayQueue(LoadedDay, Threshold[Number]):
    """Intervals, and what is good service."""


class DayTargets(LoadedDay, Targets[Number]):
    """Intervals, and their targets."""


class FractionalDayTargets(DayTargets, total=False):
    """The same, where parts of agents may do."""

    fractional: bool


class CarriedDay(Day, Threshold[Number], total=False):
    """Intervals that carry over, and what is good service."""

    backlog: Number


class CarriedTargets(Day, Targets[Number], total=False):
    """Intervals that carry over, and their targets."""

    backlog: Number

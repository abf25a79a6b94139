"""Erlang B, C and A, and the agents that they require: the types of what is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turnout._core import combine_shrinkage

__all__ = [
    "RequiredAgents",
    "ServiceMetrics",
    "SquareRootStaffing",
    "combine_shrinkage",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_wait_quantile",
    "required_agents",
    "service_metrics",
    "square_root_staffing",
]

if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import Any, Generic, Literal, Protocol, TypedDict, TypeVar, Unpack, overload

    import polars as pl

    from turnout.kinds import Array, Definition, Floats, Lazy, Number, Numbers, Plain

    Measure = Literal[
        "offered_load",
        "stable",
        "occupancy",
        "wait_probability",
        "abandon_probability",
        "service_level",
        "asa_s",
        "answered_asa_s",
        "mean_queue_length",
    ]
    _Kind = TypeVar("_Kind")

    @dataclass(frozen=True)
    class ServiceMetrics(Generic[_Kind]):
        """The service of queues in their steady state, each field of one kind."""

        offered_load: _Kind
        stable: Any
        occupancy: _Kind
        wait_probability: _Kind
        abandon_probability: _Kind
        service_level: _Kind
        asa_s: _Kind
        answered_asa_s: _Kind
        mean_queue_length: _Kind

        def as_dict(self) -> dict[str, Any]:
            """The fields by their names."""

    @dataclass(frozen=True)
    class RequiredAgents(Generic[_Kind]):
        """The agents that queues require, each field of one kind."""

        offered_load: _Kind
        required_agents: _Kind
        binding: Any
        scheduled_agents: _Kind
        scheduled_unrounded: _Kind

        def as_dict(self) -> dict[str, Any]:
            """The fields by their names."""

    @dataclass(frozen=True)
    class SquareRootStaffing(Generic[_Kind]):
        """What the square-root rule says of agents and their load."""

        beta: _Kind
        wait_probability: _Kind

        def as_dict(self) -> dict[str, Any]:
            """The fields by their names."""

    class _Told(TypedDict, total=False):
        """What a call may say in numbers of any kind beyond what decides the kind of its result."""

        interval_s: Numbers
        aht_s: Numbers
        answer_within_s: Numbers
        patience_s: Numbers

    class _ToldLazily(TypedDict, total=False):
        """The same with expressions."""

        interval_s: Lazy
        aht_s: Lazy
        answer_within_s: Lazy
        patience_s: Lazy

    class _Asked(TypedDict, total=False):
        """How `service_metrics` is asked."""

        definition: Definition
        short_abandon_s: float | None
        measures: list[Measure] | tuple[Measure, ...] | None

    class _Wanted(TypedDict, total=False):
        """What `required_agents` is asked for, in numbers."""

        service_level: Number
        asa_s: Number
        max_occupancy: Number
        max_abandon: Number
        max_wait_probability: Number
        shrinkage: Number
        min_agents: Number

    class _WantedOfAny(TypedDict, total=False):
        """The same in anything."""

        service_level: Numbers
        asa_s: Numbers
        max_occupancy: Numbers
        max_abandon: Numbers
        max_wait_probability: Numbers
        shrinkage: Numbers
        min_agents: Numbers

    class _How(TypedDict, total=False):
        """How `required_agents` counts."""

        fractional: bool
        definition: Definition
        short_abandon_s: float | None

    class _OfLoads(Protocol):
        """Numbers give a number, arrays an array, and series a series."""

        @overload
        def __call__(self, offered_load: pl.Expr, agents: Lazy) -> pl.Expr: ...
        @overload
        def __call__(self, offered_load: Numbers, agents: pl.Expr) -> pl.Expr: ...
        @overload
        def __call__(self, offered_load: Number, agents: Number) -> float: ...
        @overload
        def __call__(self, offered_load: pl.Series, agents: Numbers) -> pl.Series: ...
        @overload
        def __call__(self, offered_load: Plain, agents: pl.Series) -> pl.Series: ...
        @overload
        def __call__(self, offered_load: Array, agents: Plain) -> Floats: ...
        @overload
        def __call__(self, offered_load: Number, agents: Array) -> Floats: ...

    class _OfPatientLoads(Protocol):
        """The same with patience."""

        @overload
        def __call__(self, offered_load: Number, agents: Number, aht_s: Number, patience_s: Number) -> float: ...
        @overload
        def __call__(
            self,
            offered_load: pl.Expr,
            agents: Lazy,
            aht_s: Lazy,
            patience_s: Lazy,
        ) -> pl.Expr: ...
        @overload
        def __call__(
            self, offered_load: pl.Series, agents: Numbers, aht_s: Numbers, patience_s: Numbers
        ) -> pl.Series: ...
        @overload
        def __call__(self, offered_load: Array, agents: Plain, aht_s: Plain, patience_s: Plain) -> Floats: ...
        @overload
        def __call__(
            self, offered_load: Numbers, agents: Numbers, aht_s: Numbers, patience_s: Numbers
        ) -> float | Floats | pl.Series: ...

    class _OfQuantiles(Protocol):
        """The same for quantiles."""

        @overload
        def __call__(
            self,
            quantile: Number,
            *,
            arrivals: Number,
            interval_s: Number,
            aht_s: Number,
            agents: Number,
            patience_s: Number = ...,
        ) -> float: ...
        @overload
        def __call__(
            self,
            quantile: Numbers,
            *,
            arrivals: Numbers,
            interval_s: Numbers,
            aht_s: Numbers,
            agents: Numbers,
            patience_s: Numbers = ...,
        ) -> float | Floats | pl.Series: ...

    class _OfServices(Protocol):
        """Measures of the kind of the arrivals; where others decide, they are to be looked at."""

        @overload
        def __call__(self, *, arrivals: pl.Expr, agents: Lazy, **rest: Unpack[_BothLazily]) -> pl.Expr: ...
        @overload
        def __call__(
            self,
            *,
            arrivals: Number,
            interval_s: Number,
            aht_s: Number,
            agents: Number,
            answer_within_s: Number = 20,
            patience_s: Number = None,
            **asked: Unpack[_Asked],
        ) -> ServiceMetrics[float]: ...
        @overload
        def __call__(
            self, *, arrivals: pl.Series, agents: Numbers, **rest: Unpack[_Both]
        ) -> ServiceMetrics[pl.Series]: ...
        @overload
        def __call__(
            self,
            *,
            arrivals: Array,
            interval_s: Plain,
            aht_s: Plain,
            agents: Plain,
            answer_within_s: Plain = 20,
            patience_s: Plain = None,
            **asked: Unpack[_Asked],
        ) -> ServiceMetrics[Floats]: ...
        @overload
        def __call__(self, *, arrivals: Numbers, agents: Numbers, **rest: Unpack[_Both]) -> ServiceMetrics[Any]: ...

    class _Both(_Told, _Asked, total=False):
        """Both of them."""

    class _All(_Told, _WantedOfAny, _How, total=False):
        """All of them."""

    class _BothLazily(_ToldLazily, _Asked, total=False):
        """The same with expressions."""

    class _WantedLazily(TypedDict, total=False):
        """What is asked for, also in expressions."""

        service_level: Lazy
        asa_s: Lazy
        max_occupancy: Lazy
        max_abandon: Lazy
        max_wait_probability: Lazy
        shrinkage: Lazy
        min_agents: Lazy

    class _AllLazily(_ToldLazily, _WantedLazily, _How, total=False):
        """All of them, also in expressions."""

    class _Scalars(_Wanted, _How, total=False):
        """All of them in numbers."""

    class _OfRequirements(Protocol):
        """Requirements of the kind of the arrivals."""

        @overload
        def __call__(self, *, arrivals: pl.Expr, **rest: Unpack[_AllLazily]) -> pl.Expr: ...
        @overload
        def __call__(
            self,
            *,
            arrivals: Number,
            interval_s: Number,
            aht_s: Number,
            answer_within_s: Number = 20,
            patience_s: Number = None,
            **wanted: Unpack[_Scalars],
        ) -> RequiredAgents[float]: ...
        @overload
        def __call__(self, *, arrivals: pl.Series, **rest: Unpack[_All]) -> RequiredAgents[pl.Series]: ...
        @overload
        def __call__(self, *, arrivals: Numbers, **rest: Unpack[_All]) -> RequiredAgents[Any]: ...

    class _OfSquareRoots(Protocol):
        """Of the kind that was given."""

        @overload
        def __call__(self, offered_load: pl.Expr, agents: Lazy) -> pl.Expr: ...
        @overload
        def __call__(self, offered_load: Numbers, agents: pl.Expr) -> pl.Expr: ...
        @overload
        def __call__(self, offered_load: Number, agents: Number) -> SquareRootStaffing[float]: ...
        @overload
        def __call__(self, offered_load: pl.Series, agents: Numbers) -> SquareRootStaffing[pl.Series]: ...
        @overload
        def __call__(self, offered_load: Plain, agents: pl.Series) -> SquareRootStaffing[pl.Series]: ...
        @overload
        def __call__(self, offered_load: Array, agents: Plain) -> SquareRootStaffing[Floats]: ...
        @overload
        def __call__(self, offered_load: Number, agents: Array) -> SquareRootStaffing[Floats]: ...

    erlang_b: _OfLoads
    erlang_c: _OfLoads
    erlang_a: _OfPatientLoads
    erlang_wait_quantile: _OfQuantiles
    service_metrics: _OfServices
    required_agents: _OfRequirements
    square_root_staffing: _OfSquareRoots
else:
    from turnout._core import (
        RequiredAgents,
        ServiceMetrics,
        SquareRootStaffing,
        erlang_a,
        erlang_b,
        erlang_c,
        erlang_wait_quantile,
        required_agents,
        service_metrics,
        square_root_staffing,
    )

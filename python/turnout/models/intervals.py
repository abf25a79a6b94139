"""The intervals of a day in order, with loads that change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from turnout._core import model_columns
from turnout.models.options import split
from turnout.models.results import IntervalLoads, ModelAgents, QueueMetrics

if TYPE_CHECKING:
    from typing import Unpack

    import polars as pl

    from turnout.kinds import Array, Floats, Number, Numbers, Plain
    from turnout.models.kinds import DayQueue, FractionalDayTargets, Method, Names, Truths


@overload
def interval_loads(
    *,
    arrivals: pl.Series,
    interval_s: Number,
    aht_s: Number,
    arrivals_before: Number = ...,
    method: Method = ...,
) -> IntervalLoads[pl.Series]: ...
@overload
def interval_loads(
    *,
    arrivals: Array,
    interval_s: Number,
    aht_s: Number,
    arrivals_before: Number = ...,
    method: Method = ...,
) -> IntervalLoads[Floats]: ...
def interval_loads(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_s: Any,
    arrivals_before: Any = 0,
    method: str = "modified_offered_load",
) -> Any:
    """The load of each interval of a day in erlangs, when arrivals change from one to the next.

    Parameters
    ----------
    arrivals : array or series
        Contacts that arrive in each interval, in order, at a constant rate within it.
    interval_s, aht_s : number
        Length of an interval and average handle time in seconds.
    arrivals_before : number
        Contacts that arrived in each interval before the first, for long enough; 0: the queue opens empty.
    method : {"modified_offered_load", "lagged_sipp", "sipp"}
        `sipp`: each interval by itself, rate x handle time. `lagged_sipp`: that of the arrivals a handle time earlier.
        `modified_offered_load`: the contacts that would be in service if nobody had to wait.

    Returns
    -------
    IntervalLoads
        Frozen: `mean_load`, `peak_load` and `end_load` of each interval, series where arrivals are one, else arrays.
        What is not known stays so as long as it matters.

    Raises
    ------
    ValueError
        A number is out of range, or there are more than 100,000 intervals.
    TypeError
        `arrivals` is a single number, or an argument holds no numbers.

    Notes
    -----
    The modified offered load solves `m' = rate - m / aht_s` exactly. None of the three knows of a queue that an
    interval leaves to the next: `carried_metrics` does. Green, Kolesar & Soares 2001; Jagerman 1975; Massey & Whitt
    1994.

    Examples
    --------
    Calls of 20 minutes: the load follows the arrivals late.

    >>> import turnout
    >>> turnout.interval_loads(arrivals=[30, 60, 30], interval_s=1800, aht_s=1200).mean_load.round(1)
    array([ 9.6, 27.3, 27.5])
    """
    columns, options = split(locals())
    return IntervalLoads(**model_columns("interval_loads", columns, options))


@overload
def interval_metrics(
    *, arrivals: pl.Series, agents: Numbers, **told: Unpack[DayQueue]
) -> QueueMetrics[pl.Series, pl.Series]: ...
@overload
def interval_metrics(
    *, arrivals: Plain, agents: pl.Series, **told: Unpack[DayQueue]
) -> QueueMetrics[pl.Series, pl.Series]: ...
@overload
def interval_metrics(*, arrivals: Plain, agents: Plain, **told: Unpack[DayQueue]) -> QueueMetrics[Floats, Truths]: ...
def interval_metrics(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_s: Any,
    agents: Any,
    answer_within_s: Any = 20,
    patience_s: Any = None,
    arrivals_before: Any = 0,
    method: str = "modified_offered_load",
    basis: str = "mean",
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The measures of each interval of a day: those of a steady queue with the load of `interval_loads`.

    Parameters
    ----------
    arrivals : array or series
        Contacts that arrive in each interval, in order.
    interval_s, aht_s, arrivals_before, method : number; str
        As those of `interval_loads`.
    agents : number, array or series
        Agents at work in each interval; they need not be whole.
    answer_within_s, patience_s, definition, short_abandon_s : number; str
        As those of `retrial_metrics`, the same in all intervals.
    basis : {"mean", "peak"}
        The load that stands for an interval: its mean, for measures of the interval as a whole, or its greatest.

    Returns
    -------
    QueueMetrics
        Frozen: the measures of `service_metrics` by interval, series where a column is one, else arrays.

    Raises
    ------
    ValueError
        A number is out of range; the message names its column and row.
    TypeError
        Neither `arrivals` nor `agents` is a column, or an argument holds no numbers.

    Examples
    --------
    >>> import turnout
    >>> day = {"arrivals": [30, 60, 30], "interval_s": 1800, "aht_s": 1200, "patience_s": 120, "agents": [24, 44, 24]}
    >>> turnout.interval_metrics(**day, method="sipp").service_level.round(2)
    array([0.9 , 0.88, 0.9 ])
    >>> turnout.interval_metrics(**day).service_level.round(2)
    array([1.  , 1.  , 0.62])
    """
    columns, options = split(locals())
    return QueueMetrics(**model_columns("interval_metrics", columns, options))


@overload
def interval_required_agents(
    *, arrivals: pl.Series, shrinkage: Numbers = ..., **told: Unpack[FractionalDayTargets]
) -> ModelAgents[pl.Series, pl.Series]: ...
@overload
def interval_required_agents(
    *, arrivals: Array, shrinkage: Plain = ..., **told: Unpack[FractionalDayTargets]
) -> ModelAgents[Floats, Names]: ...
def interval_required_agents(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_s: Any,
    service_level: Any = 0.8,
    answer_within_s: Any = 20,
    asa_s: Any = None,
    max_occupancy: Any = None,
    max_abandon: Any = None,
    max_wait_probability: Any = None,
    patience_s: Any = None,
    arrivals_before: Any = 0,
    method: str = "modified_offered_load",
    basis: str = "mean",
    shrinkage: Any = 0.0,
    fractional: bool = False,
    min_agents: Any = 0,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The agents that each interval of a day requires, by its load as `interval_loads` has it.

    Parameters
    ----------
    arrivals : array or series
        Contacts that arrive in each interval, in order.
    interval_s, aht_s, arrivals_before, method, basis : number; str
        As those of `interval_metrics`; by `peak` the agents suffice at every moment.
    service_level, asa_s, max_occupancy, max_abandon, max_wait_probability : number, optional
        The targets, as those of `retrial_required_agents`, the same in all intervals.
    answer_within_s, patience_s, definition, short_abandon_s : number; str
        As those of `retrial_metrics`, the same in all intervals.
    shrinkage : number, array or series
        Share of paid time away from the queue.
    fractional : bool
        Whether parts of agents may do.
    min_agents : number
        Fewest agents, also without contacts.

    Returns
    -------
    ModelAgents
        As `retrial_required_agents` gives it, by interval.

    Raises
    ------
    ValueError, TypeError
        As `interval_metrics`; or no target is given.

    Examples
    --------
    >>> import turnout
    >>> day = {"arrivals": [30, 60, 30], "interval_s": 1800, "aht_s": 1200}
    >>> turnout.interval_required_agents(**day, method="sipp").required_agents
    array([25., 47., 25.])
    >>> turnout.interval_required_agents(**day).required_agents
    array([14., 33., 34.])
    """
    columns, options = split(locals())
    return ModelAgents(**model_columns("interval_required_agents", columns, options))

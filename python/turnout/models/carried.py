"""The intervals of a day in order, each of which begins with what the one before has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from turnout._core import model_columns
from turnout.models.options import split
from turnout.models.results import CarriedAgents, CarriedMetrics

if TYPE_CHECKING:
    from typing import Unpack

    import polars as pl

    from turnout.kinds import Floats, Numbers, Plain
    from turnout.models.kinds import CarriedDay, CarriedTargets, Names, Truths


@overload
def carried_metrics(
    *, arrivals: pl.Series, agents: Numbers, **told: Unpack[CarriedDay]
) -> CarriedMetrics[pl.Series, pl.Series]: ...
@overload
def carried_metrics(
    *, arrivals: Plain, agents: pl.Series, **told: Unpack[CarriedDay]
) -> CarriedMetrics[pl.Series, pl.Series]: ...
@overload
def carried_metrics(
    *, arrivals: Plain, agents: Plain, **told: Unpack[CarriedDay]
) -> CarriedMetrics[Floats, Truths]: ...
def carried_metrics(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_s: Any,
    agents: Any,
    answer_within_s: Any = 20,
    patience_s: Any = None,
    arrivals_before: Any = 0,
    backlog: Any = 0,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The measures of each interval of a day, where each begins with what the one before has left.

    Use it where intervals are overloaded or contacts long: the queue of one is carried into the next.

    Parameters
    ----------
    arrivals : array or series
        Contacts that arrive in each interval, in order.
    interval_s, aht_s : number
        Length of an interval and average handle time in seconds.
    agents : number, array or series
        Agents at work in each interval, whole. When some go, the contacts that they have wait again.
    answer_within_s, patience_s, definition, short_abandon_s : number; str
        As those of `retrial_metrics`, the same in all intervals.
    arrivals_before : number
        Contacts that arrived in each interval before the first, with agents for all; 0: the queue opens empty.
    backlog : number
        Contacts that wait when the first interval begins, whole.

    Returns
    -------
    CarriedMetrics
        Frozen, by interval: the measures of `service_metrics` for those who arrive in it (queue length and occupancy
        are means over the interval); `completed` and `abandoned`, contacts that finish and leave in it, whenever they
        arrived; `in_service_after` and `waiting_after`, those who are left at its end, on average. Series where a
        column is one, else arrays. After a number that is not known nothing is.

    Raises
    ------
    ValueError
        A number is out of range, or the day is too large: beyond a million contacts at once, or four billion steps in
        an interval.
    TypeError
        Neither `arrivals` nor `agents` is a column, or an argument holds no numbers.

    Notes
    -----
    The probabilities of all states are carried exactly from one moment to the next (uniformisation, Jensen 1953). Who
    arrives is measured by what they find, as if the agents of that interval stayed until they are answered.

    Examples
    --------
    The queue that opens too late is felt all morning.

    >>> import turnout
    >>> day = {"arrivals": [40, 40, 40, 40], "interval_s": 1800, "aht_s": 300, "agents": [5, 9, 9, 9]}
    >>> morning = turnout.carried_metrics(**day)
    >>> morning.waiting_after.round(1)
    array([9.5, 2. , 1.2, 1. ])
    >>> morning.service_level.round(2)
    array([0.31, 0.49, 0.68, 0.72])
    """
    columns, options = split(locals())
    return CarriedMetrics(**model_columns("carried_metrics", columns, options))


@overload
def carried_required_agents(
    *, arrivals: pl.Series, most_agents: Numbers = ..., shrinkage: Numbers = ..., **told: Unpack[CarriedTargets]
) -> CarriedAgents[pl.Series, pl.Series, pl.Series]: ...
@overload
def carried_required_agents(
    *, arrivals: Plain, most_agents: pl.Series, shrinkage: Numbers = ..., **told: Unpack[CarriedTargets]
) -> CarriedAgents[pl.Series, pl.Series, pl.Series]: ...
@overload
def carried_required_agents(
    *, arrivals: Plain, most_agents: Plain = ..., shrinkage: Plain = ..., **told: Unpack[CarriedTargets]
) -> CarriedAgents[Floats, Truths, Names]: ...
def carried_required_agents(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_s: Any,
    most_agents: Any = None,
    service_level: Any = 0.8,
    answer_within_s: Any = 20,
    asa_s: Any = None,
    max_occupancy: Any = None,
    max_abandon: Any = None,
    max_wait_probability: Any = None,
    patience_s: Any = None,
    arrivals_before: Any = 0,
    backlog: Any = 0,
    shrinkage: Any = 0.0,
    min_agents: Any = 0,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The agents that each interval of a day requires, given what the one before has left.

    Parameters
    ----------
    arrivals, interval_s, aht_s, arrivals_before, backlog : array or series; number
        As those of `carried_metrics`.
    most_agents : number, array or series, optional
        The most agents that each interval can have, whole; without, as many as it requires.
    service_level, asa_s, max_occupancy, max_abandon, max_wait_probability : number, optional
        The targets, as those of `retrial_required_agents`, the same in all intervals.
    answer_within_s, patience_s, definition, short_abandon_s : number; str
        As those of `retrial_metrics`, the same in all intervals.
    shrinkage : number, array or series
        Share of paid time away from the queue.
    min_agents : number
        Fewest agents, also without contacts.

    Returns
    -------
    CarriedAgents
        Frozen, by interval: `required_agents`, `binding`, `scheduled_agents` and `scheduled_unrounded` as
        `retrial_required_agents` gives them; `agents` at work, as many as required but no more than can be had; and
        with them all that `carried_metrics` gives. NaN in arrays and null in series where a target cannot be reached.

    Raises
    ------
    ValueError, TypeError
        As `carried_metrics`; or no target is given.

    Notes
    -----
    A day of 48 half hours takes some 0.1 s at 10 agents and 0.5 s at 100; other threads go on meanwhile.

    Examples
    --------
    Fourteen calls wait when the line opens.

    >>> import turnout
    >>> day = {"arrivals": [40, 40, 40], "interval_s": 1800, "aht_s": 300, "backlog": 14}
    >>> turnout.carried_required_agents(**day).required_agents
    array([12., 10., 10.])
    >>> limited = turnout.carried_required_agents(**day, most_agents=10)
    >>> limited.agents, limited.service_level.round(2)
    (array([10., 10., 10.]), array([0.65, 0.85, 0.86]))
    """
    columns, options = split(locals())
    return CarriedAgents(**model_columns("carried_required_agents", columns, options))

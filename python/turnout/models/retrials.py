"""Erlang X: contacts that try again, and a limited number of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from turnout._core import model_columns
from turnout.models.options import split
from turnout.models.results import ModelAgents, RetrialMetrics

if TYPE_CHECKING:
    from typing import Unpack

    import polars as pl

    from turnout.kinds import Array, Floats, Number, Numbers, Plain
    from turnout.models.kinds import AnyName, AnyNumber, AnyTruth, Names, RetrialQueue, RetrialTargets, Truths


@overload
def retrial_metrics(*, arrivals: Number, **told: Unpack[RetrialQueue[Number]]) -> RetrialMetrics[float, bool]: ...
@overload
def retrial_metrics(
    *, arrivals: pl.Series, **told: Unpack[RetrialQueue[Numbers]]
) -> RetrialMetrics[pl.Series, pl.Series]: ...
@overload
def retrial_metrics(*, arrivals: Array, **told: Unpack[RetrialQueue[Plain]]) -> RetrialMetrics[Floats, Truths]: ...
@overload
def retrial_metrics(
    *, arrivals: Numbers, **told: Unpack[RetrialQueue[Numbers]]
) -> RetrialMetrics[AnyNumber, AnyTruth]: ...
def retrial_metrics(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_s: Any,
    agents: Any,
    answer_within_s: Any = 20,
    patience_s: Any = None,
    retry_probability: Any = 0.0,
    blocked_retry_probability: Any = 0.0,
    lines: Any = None,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The measures of a queue whose contacts try again, with a limited number of lines (Erlang X).

    Use it where abandonment or busy signals are not rare: each attempt that fails comes back as more load.

    Parameters
    ----------
    arrivals : number, array or series
        First attempts in an interval.
    interval_s : number, array or series
        Length of the interval in seconds.
    aht_s : number, array or series
        Average handle time in seconds.
    agents : number, array or series
        Agents at work; whole where lines are limited.
    answer_within_s : number, array or series
        The target time of the service level in seconds.
    patience_s : number, array or series, optional
        Mean patience in seconds: nobody gives up when it is infinite or not given, nobody waits when it is 0.
    retry_probability : number, array or series
        Share of those who give up that try again, from 0 to below 1.
    blocked_retry_probability : number, array or series
        Share of those who find no line that try again, from 0 to below 1.
    lines : number, array or series, optional
        Contacts that can be there at once, in service or waiting; as many as come when it is infinite or not given.
    definition : str
        What the answered in time are divided by: `offered`, `answered`, `exclude_abandons_within_target`,
        `count_abandons_within_target`, `exclude_short_abandons` or `virtual`, as in `service_metrics`.
    short_abandon_s : number, array or series, optional
        Who leaves within this time is not counted by `exclude_short_abandons`.

    Returns
    -------
    RetrialMetrics
        Frozen. `attempts` in an interval, first and further ones; `blocking_probability`, the share of them that finds
        no line; and of those that find one `offered_load`, `stable`, `occupancy`, `wait_probability`,
        `abandon_probability`, `service_level`, `asa_s`, `answered_asa_s` and `mean_queue_length`. Floats, arrays or
        series, as the arguments are; NaN for NaN, null for null. `as_dict()` has them by name.

    Raises
    ------
    ValueError
        A number is out of range (the message names its column and row), or there are more than a million lines.
    TypeError
        An argument holds no numbers, or is missing.

    Notes
    -----
    Attempts come at the rate that feeds itself, `a = arrivals + a (r P(abandon) + b P(blocked))`: a fixed point, found
    to 1e-14. They are taken for random, as they are when people let some handle times pass: within 0.003 of
    simulations with an hour between two attempts. With lines, the chain of Erlang A is cut off at so many contacts.
    Cohen 1957; Garnett, Mandelbaum & Reiman 2002.

    Examples
    --------
    >>> import turnout
    >>> day = {"arrivals": 120, "interval_s": 1800, "aht_s": 300, "patience_s": 90, "agents": 17}
    >>> calls = turnout.retrial_metrics(**day, retry_probability=0.6)
    >>> round(calls.attempts), round(calls.abandon_probability, 3), round(calls.service_level, 3)
    (151, 0.338, 0.31)
    >>> turnout.retrial_metrics(**day, lines=[17, 20, 30]).blocking_probability.round(3)
    array([0.256, 0.097, 0.   ])
    """
    columns, options = split(locals())
    return RetrialMetrics(**model_columns("retrial_metrics", columns, options))


@overload
def retrial_required_agents(
    *, arrivals: Number, **told: Unpack[RetrialTargets[Number]]
) -> ModelAgents[float, str | None]: ...
@overload
def retrial_required_agents(
    *, arrivals: pl.Series, **told: Unpack[RetrialTargets[Numbers]]
) -> ModelAgents[pl.Series, pl.Series]: ...
@overload
def retrial_required_agents(
    *, arrivals: Array, **told: Unpack[RetrialTargets[Plain]]
) -> ModelAgents[Floats, Names]: ...
@overload
def retrial_required_agents(
    *, arrivals: Numbers, **told: Unpack[RetrialTargets[Numbers]]
) -> ModelAgents[AnyNumber, AnyName]: ...
def retrial_required_agents(
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
    retry_probability: Any = 0.0,
    blocked_retry_probability: Any = 0.0,
    lines: Any = None,
    shrinkage: Any = 0.0,
    fractional: bool = False,
    min_agents: Any = 0,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The fewest agents with whom attempts are served as the targets ask, where contacts try again (Erlang X).

    Parameters
    ----------
    arrivals, interval_s, aht_s, patience_s : number, array or series
        As those of `retrial_metrics`.
    retry_probability, blocked_retry_probability, lines : number, array or series
        As those of `retrial_metrics`.
    service_level : number, array or series, optional
        Least service level; None switches this target off.
    answer_within_s, definition, short_abandon_s : number, array or series; str
        What counts towards the service level, as in `retrial_metrics`.
    asa_s : number, array or series, optional
        Greatest mean wait in seconds.
    max_occupancy, max_abandon, max_wait_probability : number, array or series, optional
        Greatest occupancy, share of contacts that give up, and share that waits.
    shrinkage : number, array or series
        Share of paid time away from the queue, from 0 to below 1.
    fractional : bool
        Whether parts of agents may do. Where lines are limited, agents are whole all the same.
    min_agents : number, array or series
        Fewest agents, also without contacts.

    Returns
    -------
    ModelAgents
        Frozen. `required_agents` at work; `binding`, the target that decided (or `min_agents`, or None); the agents to
        schedule for them, `scheduled_agents` and before rounding up `scheduled_unrounded` (required / (1 - shrinkage));
        and `offered_load` of first attempts in erlangs. Where no number will do, null in series, NaN in arrays.

    Raises
    ------
    ValueError
        As `retrial_metrics`; no target is given; or a single queue cannot reach one.
    TypeError
        As `retrial_metrics`.

    Notes
    -----
    Where those who find no line try again and contacts give up sooner than they are served, more agents can mean more
    attempts: then it is a number that will do where one less will not.

    Examples
    --------
    >>> import turnout
    >>> calls = {"arrivals": 120, "interval_s": 1800, "aht_s": 300, "patience_s": 90, "max_abandon": 0.05}
    >>> turnout.retrial_required_agents(**calls, retry_probability=[0, 0.6, 0.9]).required_agents
    array([24., 24., 25.])
    """
    columns, options = split(locals())
    return ModelAgents(**model_columns("retrial_required_agents", columns, options))
